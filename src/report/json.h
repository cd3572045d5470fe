/* SPDX-License-Identifier: MIT */
/* JSON reports: a strict and bounded load, and reads that cannot crash on a
 * tree of another shape than expected. */
#ifndef SIGNALBOX_REPORT_JSON_H
#define SIGNALBOX_REPORT_JSON_H

#include <jansson.h>
#include <stdbool.h>

#include "base/error.h"

struct report_input;

/* The caller's to json_decref(). Duplicate keys are refused, and what would
 * take more memory than a report may. Where input->parts is not NULL the
 * lists of json-list.h go there. */
json_t *report_json_load(struct report_input *input,
			 struct error *err) MUST_CHECK;

/* One value at the beginning of a text, and how much of that it is. */
json_t *json_load_value(const char *text, size_t len, size_t *read);
/* Says where a report is no JSON of which only a value of a list was read;
 * number: of those before. */
int report_json_refuse(const struct report_input *input, size_t number,
		       struct error *err);
/* Past the string that begins at text[at]; len when it has no end. */
size_t json_skip_string(const char *text, size_t len, size_t at);

/* Members of an object; value may be NULL or no object. Borrowed. */
json_t *member(const json_t *value, const char *key);
/* NULL when absent or no string. */
const char *member_text(const json_t *value, const char *key);
/* The same, but NULL for "" too. */
const char *member_word(const json_t *value, const char *key);
json_t *member_array(const json_t *value, const char *key);
/* Within int, else absent. */
int member_int(const json_t *value, const char *key, int absent);

#endif
