/* SPDX-License-Identifier: MIT */
#include "pipeline/sections.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/memory.h"
#include "base/vector.h"
#include "base/zone.h"

static const char *const days[] = {"Mon", "Tue", "Wed", "Thu",
				   "Fri", "Sat", "Sun"};

/* -1 when it is none; *at is behind it. */
static int take_day(const char **at)
{
	for (size_t i = 0; i < ARRAY_SIZE(days); i++)
		if (strncmp(*at, days[i], 3) == 0) {
			*at += 3;
			return (int)i;
		}
	return -1;
}

/* "Mon-Fri", "Sat,Sun", "Fri-Mon,Wed". */
static bool take_days(const char **at, int *bits)
{
	do {
		int first = take_day(at), last = first;

		if (first >= 0 && **at == '-') {
			++*at;
			last = take_day(at);
		}
		if (first < 0 || last < 0)
			return false;
		for (int day = first;; day = (day + 1) % 7) {
			*bits |= 1 << day;
			if (day == last)
				break;
		}
	} while (*(*at)++ == ',');
	return (*at)[-1] == ' ';
}

static bool take_minute(const char **at, char end, int *minute)
{
	int hour, rest, len = 0;

	if (!isdigit((unsigned char)**at) ||
	    sscanf(*at, "%2d:%2d%n", &hour, &rest, &len) != 2 || len != 5 ||
	    (*at)[len] != end || hour > 24 || rest > 59 || rest < 0 ||
	    (hour == 24 && rest))
		return false;
	*minute = hour * 60 + rest;
	*at += len + 1;
	return true;
}

/* Several hundred names; a file of nothing but mistakes is not held against
 * them for ever. */
#define NAMES_COST ((size_t)1 << 18)

/* "; did you mean 'Europe/London'?", or "". A city alone is enough. */
static char *zone_meant(struct reader *reader, const char *name)
{
	struct strings known = STRINGS_INIT;
	char *mend = NULL;

	if (reader->comparisons_left >= NAMES_COST) {
		reader->comparisons_left -= NAMES_COST;
		zone_names(&known);
	}
	for (size_t i = 0; i < known.count && !mend; i++) {
		const char *city = strrchr(known.items[i], '/');

		if (city && strcasecmp(city + 1, name) == 0)
			mend = xasprintf("; did you mean '%s'?",
					 known.items[i]);
	}
	if (!mend)
		mend = suggest(reader, name, (const char *const *)known.items,
			       known.count);
	strings_release(&known);
	return mend;
}

static void complain_of_zone(struct reader *reader, const struct node *value,
			     const char *name, const struct error *err)
{
	char *mend =
		zone_is_name(name) ? zone_meant(reader, name) : xstrdup("");

	if (*mend)
		complain_about(reader, value,
			       "there is no time zone '%s' in " ZONE_FOLDER
			       "%s",
			       name, mend);
	else
		complain_about(reader, value, "%s", error_text(err));
	free(mend);
}

/* Without zoneinfo nobody can tell, and what is live must be read all the
 * same: a release is told then. */
static void check_zone(struct reader *reader, const struct node *value,
		       const char *name)
{
	struct error err = ERROR_INIT;
	struct zone *utc = zone_load("UTC", NULL);
	struct zone *zone = zone_load(name, &err);

	if (!zone && (utc || !zone_is_name(name)))
		complain_of_zone(reader, value, name, &err);
	zone_free(zone);
	zone_free(utc);
	error_clear(&err);
}

static void read_window(struct reader *reader, const struct node *value,
			struct environment_config *environment)
{
	struct window window = {.place = value->place};
	const char *at;

	if (!expect_kind(reader, value, NODE_TEXT,
			 "a window such as 'Mon-Fri 09:00-17:00 "
			 "Europe/London'"))
		return;
	at = value->text;
	if (!take_days(&at, &window.days) ||
	    !take_minute(&at, '-', &window.from) ||
	    !take_minute(&at, ' ', &window.until) || !*at ||
	    window.from >= 1440 || window.from == window.until) {
		complain_about(reader, value,
			       "'%.60s' is no window; write \"Mon-Fri "
			       "09:00-17:00 Europe/London\"",
			       value->text);
		return;
	}
	check_zone(reader, value, at);
	window.zone = xstrdup(at);
	*VECTOR_ADD(environment->windows, environment->window_count,
		    environment->window_cap) = window;
}

void read_windows(struct reader *reader, const struct node *value, void *into)
{
	if (!expect_kind(reader, value, NODE_LIST, "a list of windows"))
		return;
	if (!value->count)
		complain_about(reader, value,
			       "no window is ever open; take it out, or write "
			       "[\"Mon-Fri 09:00-17:00 Europe/London\"]");
	for (size_t i = 0; i < value->count; i++)
		read_window(reader, &value->children[i], into);
}

static void read_moment(struct reader *reader, const struct node *value,
			void *into)
{
	struct zone_time time;

	if (!expect_kind(reader, value, NODE_TEXT,
			 "a time such as '2026-12-20 18:00'"))
		return;
	if (!zone_time_parse(value->text, &time))
		complain_about(reader, value,
			       "'%.40s' is no time; write \"2026-12-20 "
			       "18:00\"",
			       value->text);
	else
		read_line(reader, value, into);
}

static void read_zone(struct reader *reader, const struct node *value,
		      void *into)
{
	read_line(reader, value, into);
	if (value->kind == NODE_TEXT && *value->text)
		check_zone(reader, value, value->text);
}

static const struct key freeze_keys[] = {
	{"from", read_moment, offsetof(struct freeze, from), true},
	{"until", read_moment, offsetof(struct freeze, until), true},
	{"zone", read_zone, offsetof(struct freeze, zone), true},
	{"why", read_line, offsetof(struct freeze, why), true},
};
static const struct schema freeze_schema = SCHEMA("a freeze", freeze_keys);

void read_freezes(struct reader *reader, const struct node *value, void *into)
{
	struct environment_config *environment = into;

	if (!expect_kind(reader, value, NODE_LIST, "a list of freezes"))
		return;
	for (size_t i = 0; i < value->count; i++) {
		const struct node *item = &value->children[i];
		struct freeze *freeze = VECTOR_ADD(environment->freezes,
						   environment->freeze_count,
						   environment->freeze_cap);

		freeze->place = item->place;
		read_map(reader, item, &freeze_schema, freeze);
		/* Of one form: their order is that of the text. */
		if (freeze->from && freeze->until &&
		    strcmp(freeze->from, freeze->until) >= 0)
			complain_at(reader, node_place(item),
				    "this freeze ends before it begins");
	}
}
