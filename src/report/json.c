/* SPDX-License-Identifier: MIT */
#include "report/json.h"

#include <limits.h>
#include <stdlib.h>
#include <string.h>

#include "report/input.h"
#include "report/json-list.h"
#include "report/json-sieve.h"

/* What values take in memory as a jansson tree (64-bit glibc, its tables
 * grown by doubling), objects with their share of the findings. A key is
 * charged as a string as well. */
#define OBJECT_COST 312
#define ARRAY_COST 128
#define MEMBER_COST 24
#define STRING_COST 72
#define NUMBER_COST 32
#define SLOT_COST 24
/* Of a value that is not kept: its finding, and each of its few texts. */
#define ITEM_COST 192
#define TEXT_COST 88
#define TEXTS_MAX 5

size_t json_skip_string(const char *text, size_t len, size_t at)
{
	for (at++; at < len; at++) {
		if (text[at] == '\\')
			at++;
		else if (text[at] == '"')
			return at + 1;
	}
	return len;
}

static size_t cost_of(char c, char before)
{
	switch (c) {
	case '{':
		return OBJECT_COST;
	case '[':
		return ARRAY_COST;
	case ':':
		return MEMBER_COST;
	case ',':
		return SLOT_COST;
	default:
		/* The first digit of a number. */
		return c >= '0' && c <= '9' && strchr(" \t\r\n:,[-", before)
			       ? NUMBER_COST
			       : 0;
	}
}

/* What stands at text[*at] adds; moves *at behind it. *before is what stood
 * before. */
static size_t step(const char *text, size_t len, size_t *at, char *before)
{
	size_t begin = *at;
	size_t cost;

	if (text[begin] == '"') {
		*at = json_skip_string(text, len, begin);
		cost = STRING_COST + (*at - begin);
	} else {
		cost = cost_of(text[begin], *before);
		++*at;
	}
	*before = text[begin];
	return cost;
}

/* An upper bound from the text alone, without building anything. */
static size_t estimate(const char *text, size_t len)
{
	size_t cost = 2 * len;
	char before = '\n';

	for (size_t at = 0; at < len;)
		cost += step(text, len, &at, &before);
	return cost;
}

/* The same for a list of which one value is a tree at a time: what is kept of
 * each, and the largest. */
static size_t estimate_list(const char *text, size_t len)
{
	size_t kept = 3 * len + ITEM_COST;
	size_t largest = 0, cost = 0;
	size_t depth = 0, strings = 0;
	char before = '\n';

	for (size_t at = 0; at < len;) {
		char c = text[at];

		cost += step(text, len, &at, &before);
		depth += c == '{' || c == '[';
		depth -= depth && (c == '}' || c == ']');
		strings += c == '"';
		if (depth || (c != ',' && at < len))
			continue;
		strings = strings / 2 < TEXTS_MAX ? strings / 2 : TEXTS_MAX;
		kept += ITEM_COST + strings * TEXT_COST;
		largest = cost > largest ? cost : largest;
		cost = strings = 0;
	}
	return kept + largest;
}

/* jansson quotes what it stumbled over, which may be a secret. */
static int refuse(const struct report_input *input, const json_error_t *problem,
		  struct error *err)
{
	const char *quote = strstr(problem->text, " near '");
	int len = quote ? (int)(quote - problem->text)
			: (int)strlen(problem->text);

	if (input_refuse_log(input, err) < 0)
		return -1;
	return error_set(err, ERROR_FAILED,
			 "%s:%d:%d: this is not the JSON of a whole report: "
			 "%.*s; did the tool write it to the end?",
			 input->name, problem->line, problem->column, len,
			 problem->text);
}

/* A number too large for an integer is none that counts here: it is taken as
 * a real one. */
static json_t *load(const char *text, size_t len, size_t more,
		    json_error_t *problem)
{
	size_t flags = JSON_REJECT_DUPLICATES | JSON_DECODE_ANY |
		       JSON_ALLOW_NUL | more;
	json_t *tree = json_loadb(text, len, flags, problem);

	if (!tree && json_error_code(problem) == json_error_numeric_overflow)
		tree = json_loadb(text, len, flags | JSON_DECODE_INT_AS_REAL,
				  problem);
	return tree;
}

json_t *json_load_value(const char *text, size_t len, size_t *read)
{
	json_error_t problem;
	json_t *value = load(text, len, JSON_DISABLE_EOF_CHECK, &problem);

	*read = (size_t)problem.position;
	return value;
}

static int check_tree(struct report_input *input, const char *text, size_t len,
		      struct error *err)
{
	input->memory = estimate(text, len);
	for (size_t i = 0; input->parts && i < input->parts->count; i++)
		input->memory += estimate_list(input->parts->lists[i].text,
					       input->parts->lists[i].len);
	return check_memory(input->name, input->memory, input->len, err);
}

/* Of the text without what nobody reads, and without the lists that are read
 * apart where there is room for them; NULL when the whole of it has to be
 * looked at, be it only to say where it is wrong. */
static json_t *load_sieved(struct report_input *input, struct error *err)
{
	json_error_t problem;
	size_t len;
	char *text = json_sieve(input->text, input->len, &len);
	char *rest = NULL;
	json_t *tree = NULL;

	if (text && input->parts)
		rest = json_parts_take(input->parts, text, &len);
	if (text && check_tree(input, rest ? rest : text, len, err) == 0)
		tree = load(rest ? rest : text, len, 0, &problem);
	free(rest ? rest : text);
	if (!tree && input->parts)
		json_parts_release(input->parts);
	return tree;
}

json_t *report_json_load(struct report_input *input, struct error *err)
{
	struct error too_large = ERROR_INIT;
	json_error_t problem;
	json_t *tree = load_sieved(input, &too_large);

	if (tree)
		return tree;
	if (too_large.code != ERROR_NONE)
		error_move(err, &too_large);
	else if (check_tree(input, input->text, input->len, err) == 0) {
		tree = load(input->text, input->len, 0, &problem);
		if (!tree)
			refuse(input, &problem, err);
	}
	return tree;
}

int report_json_refuse(const struct report_input *input, size_t number,
		       struct error *err)
{
	json_error_t problem;
	json_t *tree = NULL;

	if (check_memory(input->name, estimate(input->text, input->len),
			 input->len, NULL) == 0) {
		tree = load(input->text, input->len, 0, &problem);
		if (!tree)
			return refuse(input, &problem, err);
	}
	json_decref(tree);
	return error_set(err, ERROR_FAILED,
			 "%s: this is not the JSON of a whole report: what "
			 "follows %zu results is none",
			 input->name, number);
}

json_t *member(const json_t *value, const char *key)
{
	return json_object_get(value, key);
}

const char *member_text(const json_t *value, const char *key)
{
	return json_string_value(member(value, key));
}

const char *member_word(const json_t *value, const char *key)
{
	const char *text = member_text(value, key);

	return text && *text ? text : NULL;
}

json_t *member_array(const json_t *value, const char *key)
{
	json_t *array = member(value, key);

	return json_is_array(array) ? array : NULL;
}

int member_int(const json_t *value, const char *key, int absent)
{
	const json_t *number = member(value, key);
	double n = json_number_value(number);

	if (!json_is_number(number) || n < INT_MIN || n > INT_MAX ||
	    n != (double)(int)n)
		return absent;
	return (int)n;
}
