/* SPDX-License-Identifier: MIT */
#include "report/formats/sarif-message.h"

#include <string.h>

#include "report/collect.h"
#include "report/json.h"

/* "{12}" at text: its number, and its length in *len; -1 for anything else. */
static int read_placeholder(const char *text, size_t *len)
{
	int number = 0;
	size_t at = 1;

	while (text[at] >= '0' && text[at] <= '9' && at < 5)
		number = number * 10 + (text[at++] - '0');
	if (at == 1 || text[at] != '}')
		return -1;
	*len = at + 1;
	return number;
}

static void fill_in(const char *text, const json_t *arguments, struct str *out)
{
	/* A character more than is kept, for the cut to be between two. */
	while (*text && out->len < REPORT_NAME_MAX + 4) {
		const char *value = NULL;
		size_t len = 1;

		if (*text == '{') {
			int number = read_placeholder(text, &len);

			value = number < 0
					? NULL
					: json_string_value(json_array_get(
						  arguments, (size_t)number));
		}
		if (value) {
			str_add_bytes(out, value,
				      text_cut(value, strlen(value),
					       REPORT_NAME_MAX));
			text += len;
		} else {
			str_add_char(out, *text++);
		}
	}
}

static const char *text_of(const json_t *message)
{
	const char *text = member_word(message, "text");

	return text ? text : member_word(message, "markdown");
}

void sarif_message(const json_t *result, const json_t *rule, struct str *out)
{
	const json_t *message = member(result, "message");
	const char *id = member_word(message, "id");
	const char *text = text_of(message);

	if (!text && id)
		text = text_of(member(member(rule, "messageStrings"), id));
	if (text) {
		fill_in(text, member_array(message, "arguments"), out);
		return;
	}
	text = text_of(member(rule, "shortDescription"));
	if (!text)
		text = text_of(member(rule, "fullDescription"));
	if (text)
		str_add_bytes(out, text,
			      text_cut(text, strlen(text), REPORT_NAME_MAX));
}
