/* SPDX-License-Identifier: MIT */
/*
 * Time zones by their names, from the system's zoneinfo: no TZ and no tzset(),
 * which are the whole process's. Pure once loaded.
 */
#ifndef SIGNALBOX_BASE_ZONE_H
#define SIGNALBOX_BASE_ZONE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"
#include "base/strings.h"

#define ZONE_FOLDER "/usr/share/zoneinfo"

struct zone;

/* A moment as a calendar and a clock on the wall tell it. */
struct zone_time {
	int year, month, day; /* month and day from 1 */
	int minute;	      /* of the day, 0 to 1439 */
	int weekday;	      /* 0: Monday */
};

/* "Europe/London", "UTC". ERROR_CONFIG with the mend where there is none, or
 * no zoneinfo at all. */
struct zone *zone_load(const char *name, struct error *err) MUST_CHECK;
/* From the text of a file and of a rule; for tests. */
struct zone *zone_parse(const void *data, size_t size);
void zone_free(struct zone *zone);
/* Seconds east of UTC, at a moment in seconds since 1970. */
int64_t zone_offset(const struct zone *zone, int64_t seconds);
struct zone_time zone_local(const struct zone *zone, int64_t wall_ms);
/* When a clock there shows this. What it shows twice is the first of both;
 * what it skips is so much later as it skips. minute may be 1440: the end of
 * the day; day may be beyond the month's. */
int64_t zone_moment(const struct zone *zone, const struct zone_time *time);
/* "2026-12-20 18:00", to 24:00; the weekday is left alone. */
bool zone_time_parse(const char *text, struct zone_time *time);
/* Adds the names of all, in order; none where there is no zoneinfo. */
void zone_names(struct strings *names);
/* A name that may be one: no path that leads elsewhere. */
bool zone_is_name(const char *name);

#endif
