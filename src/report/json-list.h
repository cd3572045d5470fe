/* SPDX-License-Identifier: MIT */
/*
 * The lists of a report that may be as long as the whole file: the results of
 * SARIF's runs. They are not in its tree but a value at a time, which is what
 * lets a report of very many be read in little memory.
 *
 *	struct json_list list = json_list_of(input, 0, member(run, "results"));
 *
 *	while ((more = json_list_next(&list, &item, err)) > 0)
 *		... json_decref(item);
 */
#ifndef SIGNALBOX_REPORT_JSON_LIST_H
#define SIGNALBOX_REPORT_JSON_LIST_H

#include <jansson.h>

#include "report/format.h"

struct json_part {
	const char *text;
	size_t len;
};

/* Lists that were taken out of a text, in its order. */
struct json_parts {
	char *text; /* as json_sieve() left it */
	struct json_part *lists;
	size_t count, cap;
};

/* The text without what is in those lists, NUL-terminated and the caller's;
 * takes over what json_sieve() gave. NULL when there is no such list: text
 * is the caller's still. */
char *json_parts_take(struct json_parts *parts, char *text, size_t *len);
void json_parts_release(struct json_parts *parts);

struct json_list {
	const struct report_input *input;
	const json_t *array; /* NULL: it was taken out */
	const char *at, *end;
	size_t count; /* of values so far */
};

/* The list of that number among those of its kind; array: what the tree has
 * in its place. */
struct json_list json_list_of(const struct report_input *input, size_t number,
			      const json_t *array);
/* 1 and the next value, the caller's to json_decref(); 0 behind the last one;
 * -1 when there is no JSON. */
int json_list_next(struct json_list *list, json_t **item,
		   struct error *err) MUST_CHECK;

#endif
