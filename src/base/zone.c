/* SPDX-License-Identifier: MIT */
#include "base/zone.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/file.h"
#include "base/memory.h"
#include "base/str.h"
#include "base/zone-rule.h"

#define FILE_MOST (1u << 20)
#define HEADER 44
#define DAY 86400

struct transition {
	int64_t at;
	int32_t offset; /* from then on */
};

/* RFC 8536: times until the last transition stand in a table, those after it
 * follow the rule of the footer. */
struct zone {
	struct transition *transitions;
	size_t count;
	int32_t first; /* offset before them */
	struct zone_rule rule;
	bool has_rule;
};

struct counts {
	size_t isut, isstd, leaps, times, types, chars;
};

static uint32_t be32(const unsigned char *at)
{
	return (uint32_t)at[0] << 24 | (uint32_t)at[1] << 16 |
	       (uint32_t)at[2] << 8 | at[3];
}

static int64_t be64(const unsigned char *at)
{
	return (int64_t)((uint64_t)be32(at) << 32 | be32(at + 4));
}

static struct counts read_header(const unsigned char *at)
{
	return (struct counts){be32(at + 20), be32(at + 24), be32(at + 28),
			       be32(at + 32), be32(at + 36), be32(at + 40)};
}

static size_t block_size(const struct counts *counts, size_t time_size)
{
	return counts->times * (time_size + 1) + counts->types * 6 +
	       counts->chars + counts->leaps * (time_size + 4) + counts->isstd +
	       counts->isut;
}

static bool is_sane(const unsigned char *at, const struct counts *counts)
{
	return memcmp(at, "TZif", 4) == 0 && at[4] >= '2' &&
	       counts->types > 0 && counts->types < 256 &&
	       counts->times < FILE_MOST && counts->chars < FILE_MOST &&
	       counts->leaps < FILE_MOST && counts->isstd < FILE_MOST &&
	       counts->isut < FILE_MOST;
}

static bool read_table(struct zone *zone, const unsigned char *block,
		       const struct counts *counts)
{
	const unsigned char *kinds = block + counts->times * 8;
	const unsigned char *types = kinds + counts->times;

	zone->first = (int32_t)be32(types);
	zone->count = counts->times;
	zone->transitions =
		xcalloc(counts->times + 1, sizeof(*zone->transitions));
	for (size_t i = 0; i < counts->times; i++) {
		if (kinds[i] >= counts->types)
			return false;
		zone->transitions[i] = (struct transition){
			be64(block + i * 8),
			(int32_t)be32(types + (size_t)kinds[i] * 6)};
	}
	return true;
}

static bool read_footer(struct zone *zone, const char *footer, size_t size)
{
	const char *end;
	char *rule;

	if (size < 2 || *footer != '\n')
		return false;
	end = memchr(footer + 1, '\n', size - 1);
	if (!end)
		return false;
	if (end == footer + 1)
		return true; /* no rule: as after the last transition */
	rule = xstrndup(footer + 1, (size_t)(end - footer - 1));
	zone->has_rule = zone_rule_parse(rule, &zone->rule);
	free(rule);
	return zone->has_rule;
}

static bool read_zone(struct zone *zone, const unsigned char *data, size_t size)
{
	struct counts counts;
	size_t skip, block;

	if (size < HEADER)
		return false;
	counts = read_header(data);
	if (!is_sane(data, &counts))
		return false;
	skip = HEADER + block_size(&counts, 4);
	if (size < skip + HEADER)
		return false;
	counts = read_header(data + skip);
	block = block_size(&counts, 8);
	if (!is_sane(data + skip, &counts) || size < skip + HEADER + block)
		return false;
	data += skip + HEADER;
	return read_table(zone, data, &counts) &&
	       read_footer(zone, (const char *)data + block,
			   size - skip - HEADER - block);
}

struct zone *zone_parse(const void *data, size_t size)
{
	struct zone *zone = xcalloc(1, sizeof(*zone));

	if (read_zone(zone, data, size))
		return zone;
	zone_free(zone);
	return NULL;
}

bool zone_is_name(const char *name)
{
	if (!*name || *name == '/' || strstr(name, "..") || strlen(name) > 64)
		return false;
	for (; *name; name++)
		if (!isalnum((unsigned char)*name) && !strchr("_+-/", *name))
			return false;
	return true;
}

struct zone *zone_load(const char *name, struct error *err)
{
	char *path = path_join(ZONE_FOLDER, name);
	struct str data = STR_INIT;
	struct zone *zone = NULL;

	if (!zone_is_name(name))
		error_set(err, ERROR_CONFIG, "'%s' is no name of a time zone",
			  name);
	else if (!file_exists(ZONE_FOLDER))
		error_set(err, ERROR_CONFIG,
			  "there are no time zones on this machine (%s); "
			  "install the package tzdata",
			  ZONE_FOLDER);
	else if (file_read(path, &data, FILE_MOST, NULL) < 0 ||
		 !(zone = zone_parse(data.data, data.len)))
		error_set(err, ERROR_CONFIG,
			  "there is no time zone '%s' in %s; write one such "
			  "as Europe/London or UTC",
			  name, ZONE_FOLDER);
	str_release(&data);
	free(path);
	return zone;
}

void zone_free(struct zone *zone)
{
	if (zone)
		free(zone->transitions);
	free(zone);
}

int64_t zone_offset(const struct zone *zone, int64_t seconds)
{
	size_t low = 0, high = zone->count;

	while (low < high) { /* the first that is later */
		size_t middle = low + (high - low) / 2;

		if (zone->transitions[middle].at <= seconds)
			low = middle + 1;
		else
			high = middle;
	}
	if (low == zone->count && zone->has_rule)
		return zone_rule_offset(&zone->rule, seconds);
	return low ? zone->transitions[low - 1].offset : zone->first;
}

struct zone_time zone_local(const struct zone *zone, int64_t wall_ms)
{
	int64_t seconds = wall_ms / 1000 - (wall_ms % 1000 < 0);
	struct zone_time time;
	int64_t days;

	seconds += zone_offset(zone, seconds);
	days = seconds / DAY - (seconds % DAY < 0);
	zone_date(days, &time.year, &time.month, &time.day);
	time.minute = (int)((seconds - days * DAY) / 60);
	time.weekday = (int)(((days + 3) % 7 + 7) % 7); /* 1970: Thursday */
	return time;
}

static bool has_form(const char *text, const char *form)
{
	for (; *form; form++, text++)
		if (*form == '0' ? !isdigit((unsigned char)*text)
				 : *text != *form)
			return false;
	return !*text;
}

static int days_of(int year, int month)
{
	return month == 12 ? 31
			   : (int)(zone_days(year, month + 1, 1) -
				   zone_days(year, month, 1));
}

bool zone_time_parse(const char *text, struct zone_time *time)
{
	int year, month, day, hour, minute;

	if (!has_form(text, "0000-00-00 00:00") ||
	    sscanf(text, "%4d-%2d-%2d %2d:%2d", &year, &month, &day, &hour,
		   &minute) != 5 ||
	    year < 1970 || month < 1 || month > 12 || day < 1 ||
	    day > days_of(year, month) || minute > 59 ||
	    hour * 60 + minute > 1440)
		return false;
	*time = (struct zone_time){year, month, day, hour * 60 + minute, 0};
	return true;
}

int64_t zone_moment(const struct zone *zone, const struct zone_time *time)
{
	int64_t shown =
		(zone_days(time->year, time->month, 1) + time->day - 1) * DAY +
		(int64_t)time->minute * 60;
	int64_t before = zone_offset(zone, shown - DAY);
	int64_t after = zone_offset(zone, shown + DAY);

	if (zone_offset(zone, shown - before) == before)
		return (shown - before) * 1000;
	if (zone_offset(zone, shown - after) == after)
		return (shown - after) * 1000;
	return (shown - before) * 1000; /* skipped */
}
