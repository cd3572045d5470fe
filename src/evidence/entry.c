/* SPDX-License-Identifier: MIT */
#include "evidence/entry.h"

#include <string.h>

#include "base/str.h"
#include "evidence/json.h"

const char *entry_word(struct report *report, const json_t *entry,
		       const char *key, size_t limit)
{
	return report_text(report, member_word(entry, key), limit);
}

const char *entry_line(struct report *report, const json_t *entry,
		       const char *key)
{
	const char *text = member_text(entry, key);
	size_t len;

	if (!text)
		return NULL;
	text += strspn(text, " \t\r\n");
	len = strcspn(text, "\r\n");
	return len ? report_bytes(report, text, len, REPORT_NAME_MAX) : NULL;
}

const char *entry_words(struct report *report, const json_t *list,
			const char *separator, size_t limit)
{
	struct str text = STR_INIT;
	const char *kept = NULL;
	const json_t *word;
	size_t i;

	if (json_is_string(list))
		str_add(&text, json_string_value(list));
	json_array_foreach(list, i, word)
	{
		const char *next = json_string_value(word);

		if (next && *next && text.len < limit)
			str_addf(&text, "%s%s", text.len ? separator : "",
				 next);
	}
	if (text.len)
		kept = report_bytes(report, text.data, text.len, limit);
	str_release(&text);
	return kept;
}

static int refuse_list(const struct report_input *input, const char *title,
		       const char *key, struct error *err)
{
	return error_set(err, ERROR_FAILED,
			 "%s: %s is no list of objects, so this is no %s, or "
			 "of a version not known here",
			 input->name, key, title);
}

int entry_list(const struct report_input *input, const char *title,
	       const json_t *owner, const char *key, json_t **list,
	       struct error *err)
{
	json_t *found = member(owner, key);
	const json_t *entry;
	size_t i;

	*list = NULL;
	if (!found || json_is_null(found))
		return 0;
	if (!json_is_array(found))
		return refuse_list(input, title, key, err);
	json_array_foreach(
		found, i,
		entry) if (!json_is_object(entry)) return refuse_list(input,
								      title,
								      key, err);
	*list = found;
	return 0;
}

void entry_add(struct report *report, struct finding *finding)
{
	if (!finding->id)
		finding->id = report_text(report, "(no id)", REPORT_WORD_MAX);
	if (!finding->title)
		finding->title = report_text(report, "", REPORT_WORD_MAX);
	report_add_finding(report, finding);
}
