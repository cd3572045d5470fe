/* SPDX-License-Identifier: MIT */
/* Values of the file as JSON text, for what checks send and expect. */
#include "pipeline/sections.h"

#include <ctype.h>
#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "base/printable.h"

static void add_string(const char *text, struct str *json)
{
	str_add_char(json, '"');
	for (; *text; text++) {
		if (*text == '"' || *text == '\\')
			str_addf(json, "\\%c", *text);
		else if (*text == '\n')
			str_add(json, "\\n");
		else if (*text == '\t')
			str_add(json, "\\t");
		else
			str_add_char(json, *text);
	}
	str_add_char(json, '"');
}

static const char *skip_digits(const char *text)
{
	while (isdigit((unsigned char)*text))
		text++;
	return text;
}

/* JSON's own grammar of numbers; *whole tells an integer. */
static bool is_number(const char *text, bool *whole)
{
	const char *start;

	*whole = true;
	text += *text == '-';
	start = text;
	text = skip_digits(text);
	if (text == start || (*start == '0' && text > start + 1))
		return false;
	if (*text == '.') {
		start = ++text;
		*whole = false;
		text = skip_digits(text);
		if (text == start)
			return false;
	}
	if (*text == 'e' || *text == 'E') {
		text++;
		*whole = false;
		text += *text == '+' || *text == '-';
		start = text;
		text = skip_digits(text);
		if (text == start)
			return false;
	}
	return !*text;
}

/* Digits alone are asked about, so that no locale comes into it. */
static bool fits(const char *text, bool whole)
{
	long exponent = 0;
	const char *e = strpbrk(text, "eE");

	errno = 0;
	if (whole) {
		(void)strtoll(text, NULL, 10);
		return !errno;
	}
	if (e)
		exponent = strtol(e + 1, NULL, 10);
	return strlen(text) < 100 && exponent > -200 && exponent < 200;
}

static const char *constant(const char *text)
{
	static const struct {
		const char *yaml, *json;
	} constants[] = {
		{"true", "true"},   {"True", "true"},	{"TRUE", "true"},
		{"false", "false"}, {"False", "false"}, {"FALSE", "false"},
		{"null", "null"},   {"Null", "null"},	{"NULL", "null"},
		{"~", "null"},	    {"", "null"},
	};

	for (size_t i = 0; i < ARRAY_SIZE(constants); i++)
		if (strcmp(text, constants[i].yaml) == 0)
			return constants[i].json;
	return NULL;
}

static void add_scalar(struct reader *reader, const struct node *value,
		       struct str *json)
{
	const char *known = value->plain ? constant(value->text) : NULL;
	bool whole;

	if (known) {
		str_add(json, known);
	} else if (value->plain && is_number(value->text, &whole)) {
		if (!fits(value->text, whole))
			complain_about(reader, value,
				       "this number is too large; put it in "
				       "quotes if it is text");
		str_add(json, value->text);
	} else {
		add_string(value->text, json);
	}
}

static void add_children(struct reader *reader, const struct node *value,
			 struct str *json)
{
	bool map = value->kind == NODE_MAP;
	bool first = true;

	str_add_char(json, map ? '{' : '[');
	for (size_t i = 0; i < value->count; i++) {
		if (value->children[i].repeated)
			continue;
		if (!first)
			str_add_char(json, ',');
		first = false;
		if (map) {
			add_string(value->children[i].key, json);
			str_add_char(json, ':');
		}
		json_from_node(reader, &value->children[i], json);
	}
	str_add_char(json, map ? '}' : ']');
}

void json_from_node(struct reader *reader, const struct node *value,
		    struct str *json)
{
	switch (value->kind) {
	case NODE_TEXT:
		add_scalar(reader, value, json);
		break;
	case NODE_LIST:
	case NODE_MAP:
		add_children(reader, value, json);
		break;
	case NODE_BROKEN:
		str_add(json, "null");
		break;
	}
}
