/* SPDX-License-Identifier: MIT */
/*
 * What the readers of scanners' JSON share: an object of a list becomes a
 * finding whose texts are the report's own and bounded, and a list that is
 * no list of objects is refused, for nothing can be counted in it.
 */
#ifndef SIGNALBOX_REPORT_ENTRY_H
#define SIGNALBOX_REPORT_ENTRY_H

#include "base/str.h"
#include "report/format.h"

/* NULL when absent, no string or "". */
const char *entry_word(struct report *report, const json_t *entry,
		       const char *key, size_t limit);
/* The first line of it that is not empty. */
const char *entry_line(struct report *report, const json_t *entry,
		       const char *key);
/* "a, b": the strings of a list, each once, or a string alone. */
const char *entry_words(struct report *report, const json_t *list,
			const char *separator);

/* Adds a word that is not there yet, whole, if there is room for it; NULL and
 * "" are none. */
void words_add(struct str *words, const char *separator, const char *word);
/* The report's own, NULL when there are none; releases `words`. */
const char *words_keep(struct report *report, struct str *words);

/* *list is NULL when there is none, which is borrowed otherwise; `title` is
 * the format's. null is no list: nobody knows what would stand in it. */
int entry_list(const struct report_input *input, const char *title,
	       const json_t *owner, const char *key, json_t **list,
	       struct error *err) MUST_CHECK;

/* Adds the finding; gives it an id and a title where it has none. */
void entry_add(struct report *report, struct finding *finding);

#endif
