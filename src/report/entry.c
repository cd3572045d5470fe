/* SPDX-License-Identifier: MIT */
#include "report/entry.h"

#include <string.h>

#include "base/str.h"
#include "report/json.h"

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

static bool has_word(const struct str *words, const char *separator,
		     const char *word)
{
	size_t gap = strlen(separator);
	size_t len = strlen(word);
	const char *at = words->len ? words->data : NULL;

	while (at) {
		const char *end = strstr(at, separator);
		size_t one = end ? (size_t)(end - at) : strlen(at);

		if (one == len && memcmp(at, word, len) == 0)
			return true;
		at = end ? end + gap : NULL;
	}
	return false;
}

void words_add(struct str *words, const char *separator, const char *word)
{
	if (!word || !*word)
		return;
	/* Half of an id may be another one. */
	if (words->len &&
	    words->len + strlen(separator) + strlen(word) > REPORT_WORD_MAX)
		return;
	if (has_word(words, separator, word))
		return;
	if (words->len)
		str_add(words, separator);
	str_add(words, word);
}

const char *words_keep(struct report *report, struct str *words)
{
	const char *kept = NULL;

	if (words->len)
		kept = report_bytes(report, words->data, words->len,
				    REPORT_WORD_MAX);
	str_release(words);
	return kept;
}

const char *entry_words(struct report *report, const json_t *list,
			const char *separator)
{
	struct str words = STR_INIT;
	const json_t *word;
	size_t i;

	words_add(&words, separator, json_string_value(list));
	json_array_foreach(list, i, word)
	{
		words_add(&words, separator, json_string_value(word));
	}
	return words_keep(report, &words);
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
	if (!found)
		return 0;
	if (!json_is_array(found))
		return refuse_list(input, title, key, err);
	json_array_foreach(found, i, entry)
	{
		if (!json_is_object(entry))
			return refuse_list(input, title, key, err);
	}
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
