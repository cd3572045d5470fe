/* SPDX-License-Identifier: MIT */
/* The readers of single values that reader.h declares. */
#include "pipeline/reader.h"

#include <ctype.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/memory.h"
#include "base/number.h"
#include "base/vector.h"

#define LONGEST_NAME 64

bool is_name(const char *text)
{
	size_t len = strlen(text);

	if (!len || len > LONGEST_NAME || !isalnum((unsigned char)text[0]))
		return false;
	for (size_t i = 0; i < len; i++)
		if (!isalnum((unsigned char)text[i]) && !strchr("-_.", text[i]))
			return false;
	/* Git takes no name of a ref that ends so. */
	return !ends_with(text, ".lock") && text[len - 1] != '.' &&
	       !strstr(text, "..");
}

bool is_variable(const char *text)
{
	if (!isalpha((unsigned char)text[0]) && text[0] != '_')
		return false;
	for (; *text; text++)
		if (!isalnum((unsigned char)*text) && *text != '_')
			return false;
	return true;
}

static void replace(char **old, const char *text)
{
	free(*old);
	*old = xstrdup(text);
}

static bool expect_text(struct reader *reader, const struct node *value)
{
	if (!expect_kind(reader, value, NODE_TEXT, "text"))
		return false;
	if (value->text[strspn(value->text, " \t\n")])
		return true;
	if (value->key)
		complain_about(reader, value, "'%s' is empty", value->key);
	else
		complain_about(reader, value, "this is empty");
	return false;
}

static bool is_one_line(struct reader *reader, const struct node *value)
{
	if (!strpbrk(value->text, "\n\t"))
		return true;
	complain_about(reader, value,
		       "one line without tabs is wanted here, not several");
	return false;
}

static bool expect_line(struct reader *reader, const struct node *value)
{
	return expect_text(reader, value) && is_one_line(reader, value);
}

void read_text(struct reader *reader, const struct node *value, void *into)
{
	if (expect_text(reader, value))
		replace(into, value->text);
}

void read_line(struct reader *reader, const struct node *value, void *into)
{
	if (expect_line(reader, value))
		replace(into, value->text);
}

void read_name(struct reader *reader, const struct node *value, void *into)
{
	if (!expect_line(reader, value))
		return;
	if (is_name(value->text))
		replace(into, value->text);
	else
		complain_about(reader, value,
			       "'%.80s' is no name; use letters, digits, "
			       "'-', '_' and '.', at most %d, and begin with "
			       "a letter or digit",
			       value->text, LONGEST_NAME);
}

void read_path(struct reader *reader, const struct node *value, void *into)
{
	if (value->kind == NODE_TEXT && value->text[0] &&
	    (value->text[0] != '/' || strpbrk(value->text, " \n\t#")))
		complain_about(reader, value,
			       "'%.80s' is no path; write it as /healthz",
			       value->text);
	else
		read_line(reader, value, into);
}

static bool parse_duration(struct reader *reader, const struct node *value,
			   int64_t *ms)
{
	struct error err = ERROR_INIT;

	if (!expect_kind(reader, value, NODE_TEXT, "a duration such as 90s"))
		return false;
	if (duration_parse(value->text, ms, &err) == 0)
		return true;
	complain_about(reader, value, "%s", error_text(&err));
	error_clear(&err);
	return false;
}

void read_duration(struct reader *reader, const struct node *value, void *into)
{
	int64_t ms;

	if (parse_duration(reader, value, &ms))
		*(int64_t *)into = ms;
}

void read_time_limit(struct reader *reader, const struct node *value,
		     void *into)
{
	int64_t ms;

	if (!parse_duration(reader, value, &ms))
		return;
	if (ms > 0)
		*(int64_t *)into = ms;
	else
		complain_about(reader, value, "'%s' must be more than 0",
			       value->key ? value->key : "a duration");
}

bool parse_whole(const char *text, long *number)
{
	char *end;

	if (!isdigit((unsigned char)text[0]))
		return false;
	errno = 0;
	*number = strtol(text, &end, 10);
	return !*end && !errno;
}

void read_between(struct reader *reader, const struct node *value,
		  const char *what, int least, int most, int *into)
{
	long number;

	if (!expect_kind(reader, value, NODE_TEXT, "a number"))
		return;
	if (!parse_whole(value->text, &number) || number < least ||
	    number > most)
		complain_about(reader, value, "'%.40s' is no %s from %d to %d",
			       value->text, what, least, most);
	else
		*into = (int)number;
}

void read_count(struct reader *reader, const struct node *value, void *into)
{
	read_between(reader, value, "whole number", 0, 1000000, into);
}

void read_positive(struct reader *reader, const struct node *value, void *into)
{
	read_between(reader, value, "whole number", 1, 1000000, into);
}

/* "10MiB", "64KiB", "4096". */
static bool parse_size(const char *text, int64_t *bytes)
{
	static const char *const units[] = {"", "KiB", "MiB", "GiB", "TiB"};
	char *end;
	long long number;

	if (!isdigit((unsigned char)text[0]))
		return false;
	errno = 0;
	number = strtoll(text, &end, 10);
	for (size_t i = 0; i < ARRAY_SIZE(units); i++) {
		if (strcmp(end, units[i]) != 0)
			continue;
		if (errno || number < 1 || number > INT64_MAX >> (10 * i))
			return false;
		*bytes = (int64_t)number << (10 * i);
		return true;
	}
	return false;
}

void read_size(struct reader *reader, const struct node *value, void *into)
{
	if (!expect_kind(reader, value, NODE_TEXT, "a size such as 10MiB"))
		return;
	if (!parse_size(value->text, into))
		complain_about(reader, value,
			       "'%.40s' is no size; write it as 10MiB, with "
			       "KiB, MiB, GiB or TiB",
			       value->text);
}

bool parse_percent(const char *text, double *percent)
{
	const char *end;

	return number_decimal(text, percent, &end) && strcmp(end, "%") == 0 &&
	       *percent <= 100;
}

/* The items of a list of lines that pass, each of them once. */
static void read_list(struct reader *reader, const struct node *value,
		      struct strings *into,
		      bool (*passes)(struct reader *, const struct node *))
{
	struct name_index seen = {0};

	if (!expect_kind(reader, value, NODE_LIST, "a list"))
		return;
	for (size_t i = 0; i < value->count; i++)
		if (value->children[i].kind == NODE_TEXT)
			name_index_add(&seen, value->children[i].text, i);
	name_index_sort(&seen);
	for (size_t i = 0; i < value->count; i++) {
		const struct node *item = &value->children[i];

		if (!passes(reader, item))
			continue;
		if (name_index_find(&seen, item->text)->number == i)
			strings_add(into, item->text);
		else
			complain_about(reader, item,
				       "'%.60s' is in the list twice",
				       item->text);
	}
	name_index_release(&seen);
}

void read_lines(struct reader *reader, const struct node *value, void *into)
{
	read_list(reader, value, into, expect_line);
}

void read_words(struct reader *reader, const struct node *value, void *into)
{
	if (!expect_kind(reader, value, NODE_LIST, "a list"))
		return;
	for (size_t i = 0; i < value->count; i++)
		if (expect_line(reader, &value->children[i]))
			strings_add(into, value->children[i].text);
}

void read_truth(struct reader *reader, const struct node *value, void *into)
{
	static const char *const words[] = {"false", "true"};
	int word = read_word(reader, value, words, ARRAY_SIZE(words), NULL);

	if (word >= 0)
		*(bool *)into = word;
}

static bool check_variable(struct reader *reader, struct place place,
			   const char *name)
{
	if (!is_variable(name)) {
		complain_at(reader, place,
			    "'%.60s' is no name of a variable; use letters, "
			    "digits and '_', no digit first",
			    name);
		return false;
	}
	if (!starts_with(name, "SIGNALBOX_"))
		return true;
	complain_at(reader, place,
		    "'%.60s': variables that begin with SIGNALBOX_ are set by "
		    "signalbox itself",
		    name);
	return false;
}

static bool expect_variable(struct reader *reader, const struct node *item)
{
	return expect_line(reader, item) &&
	       check_variable(reader, item->place, item->text);
}

void read_variables(struct reader *reader, const struct node *value, void *into)
{
	read_list(reader, value, into, expect_variable);
}

void pairs_add(struct pairs *pairs, const char *key, const char *value)
{
	*VECTOR_ADD(pairs->items, pairs->count, pairs->cap) =
		(struct pair){xstrdup(key), xstrdup(value)};
}

void read_environment_pairs(struct reader *reader, const struct node *value,
			    void *into)
{
	if (!expect_kind(reader, value, NODE_MAP, "a map"))
		return;
	for (size_t i = 0; i < value->count; i++) {
		const struct node *child = &value->children[i];

		if (child->repeated ||
		    !check_variable(reader, child->key_place, child->key) ||
		    !expect_kind(reader, child, NODE_TEXT, "text") ||
		    !is_one_line(reader, child))
			continue;
		pairs_add(into, child->key, child->text);
	}
}
