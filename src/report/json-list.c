/* SPDX-License-Identifier: MIT */
#include "report/json-list.h"

#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "base/vector.h"
#include "report/json.h"

/* How deep the runs and their results are in a document. */
#define RUNS_DEPTH 1
#define RESULTS_DEPTH 3

/* Whether the list that begins at text[at] is the value of this key, which
 * the sieve has left no white space around. */
static bool is_value_of(const char *text, size_t at, const char *key)
{
	size_t len = strlen(key);

	return at > len && memcmp(text + at - len, key, len) == 0 &&
	       strchr("{,", text[at - len - 1]);
}

/* Behind a list that begins at text[at]. */
static size_t end_of_list(const char *text, size_t len, size_t at)
{
	size_t depth = 0;

	while (at < len) {
		char c = text[at];

		at = c == '"' ? json_skip_string(text, len, at) : at + 1;
		if (c == '[' || c == '{')
			depth++;
		else if ((c == ']' || c == '}') && --depth == 0)
			return at;
	}
	return len + 1;
}

static void find_lists(struct json_parts *parts, const char *text, size_t len)
{
	size_t depth = 0;
	bool in_runs = false;

	for (size_t at = 0; at < len;) {
		char c = text[at];

		if (c == '[' && depth == RUNS_DEPTH)
			in_runs = is_value_of(text, at, "\"runs\":");
		if (c == '[' && depth == RESULTS_DEPTH && in_runs &&
		    is_value_of(text, at, "\"results\":")) {
			size_t end = end_of_list(text, len, at);

			if (end > len) /* it is cut: no JSON anyway */
				return;
			*VECTOR_ADD(parts->lists, parts->count, parts->cap) =
				(struct json_part){text + at + 1, end - at - 2};
			at = end;
			continue;
		}
		if (c == '[' || c == '{')
			depth++;
		else if ((c == ']' || c == '}') && depth)
			depth--;
		at = c == '"' ? json_skip_string(text, len, at) : at + 1;
	}
}

char *json_parts_take(struct json_parts *parts, char *text, size_t *len)
{
	const char *from = text;
	size_t rest = *len;
	char *tree, *out;

	find_lists(parts, text, *len);
	if (!parts->count)
		return NULL;
	for (size_t i = 0; i < parts->count; i++)
		rest -= parts->lists[i].len;
	tree = out = xmalloc(rest + 1);
	for (size_t i = 0; i < parts->count; i++) {
		size_t before = (size_t)(parts->lists[i].text - from);

		memcpy(out, from, before);
		out += before;
		from = parts->lists[i].text + parts->lists[i].len;
	}
	memcpy(out, from, (size_t)(text + *len - from));
	tree[rest] = '\0';
	parts->text = text;
	*len = rest;
	return tree;
}

void json_parts_release(struct json_parts *parts)
{
	free(parts->lists);
	free(parts->text);
	*parts = (struct json_parts){0};
}

struct json_list json_list_of(const struct report_input *input, size_t number,
			      const json_t *array)
{
	struct json_list list = {.input = input, .array = array};
	const struct json_parts *parts = input->parts;

	if (!parts || number >= parts->count)
		return list;
	list.array = NULL;
	list.at = parts->lists[number].text;
	list.end = list.at + parts->lists[number].len;
	return list;
}

static int next_of_array(struct json_list *list, json_t **item)
{
	*item = json_incref(json_array_get(list->array, list->count));
	list->count += *item != NULL;
	return *item != NULL;
}

int json_list_next(struct json_list *list, json_t **item, struct error *err)
{
	size_t read = 0;

	if (list->array)
		return next_of_array(list, item);
	if (list->at == list->end)
		return 0;
	*item = NULL;
	if (!list->count || *list->at == ',') {
		list->at += list->count > 0;
		*item = json_load_value(list->at,
					(size_t)(list->end - list->at), &read);
	}
	if (!*item)
		return report_json_refuse(list->input, list->count, err);
	list->at += read;
	list->count++;
	return 1;
}
