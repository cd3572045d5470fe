/* SPDX-License-Identifier: MIT */
#include "report/json.h"

#include <limits.h>
#include <stdlib.h>
#include <string.h>

#include "report/input.h"
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

/* Past the string that begins at text[at]; len when it has no end. */
static size_t skip_string(const char *text, size_t len, size_t at)
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

/* An upper bound from the text alone, without building anything. */
static size_t estimate(const char *text, size_t len)
{
	size_t cost = 2 * len;
	char before = '\n';

	for (size_t at = 0; at < len;) {
		if (text[at] == '"') {
			size_t end = skip_string(text, len, at);

			cost += STRING_COST + (end - at);
			at = end;
			before = '"';
		} else {
			cost += cost_of(text[at], before);
			before = text[at++];
		}
	}
	return cost;
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
static json_t *load(const char *text, size_t len, json_error_t *problem)
{
	size_t flags =
		JSON_REJECT_DUPLICATES | JSON_DECODE_ANY | JSON_ALLOW_NUL;
	json_t *tree = json_loadb(text, len, flags, problem);

	if (!tree && json_error_code(problem) == json_error_numeric_overflow)
		tree = json_loadb(text, len, flags | JSON_DECODE_INT_AS_REAL,
				  problem);
	return tree;
}

static int check_tree(struct report_input *input, const char *text, size_t len,
		      struct error *err)
{
	input->memory = estimate(text, len);
	return check_memory(input->name, input->memory, input->len, err);
}

/* Of the text without what nobody reads; NULL when the whole of it has to be
 * looked at, be it only to say where it is wrong. */
static json_t *load_sieved(struct report_input *input, struct error *err)
{
	json_error_t problem;
	size_t len;
	char *text = json_sieve(input->text, input->len, &len);
	json_t *tree = NULL;

	if (text && check_tree(input, text, len, err) == 0)
		tree = load(text, len, &problem);
	free(text);
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
		tree = load(input->text, input->len, &problem);
		if (!tree)
			refuse(input, &problem, err);
	}
	return tree;
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
