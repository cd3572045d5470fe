/* SPDX-License-Identifier: MIT */
#include "base/clock.h"

#include <ctype.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

int64_t clock_monotonic_us(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (int64_t)now.tv_sec * 1000000 + now.tv_nsec / 1000;
}

int64_t clock_wall_ms(void)
{
	const char *fixed = getenv("SIGNALBOX_NOW");
	struct timespec now;
	int64_t ms;

	if (fixed && clock_parse_utc(fixed, &ms, NULL) == 0)
		return ms;
	clock_gettime(CLOCK_REALTIME, &now);
	return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

char *clock_format_utc(int64_t wall_ms, char text[CLOCK_TEXT_SIZE])
{
	int64_t ms = ((wall_ms % 1000) + 1000) % 1000;
	time_t seconds = (time_t)((wall_ms - ms) / 1000);
	struct tm tm;
	size_t len;

	gmtime_r(&seconds, &tm);
	len = strftime(text, CLOCK_TEXT_SIZE, "%Y-%m-%dT%H:%M:%S", &tm);
	snprintf(text + len, CLOCK_TEXT_SIZE - len, ".%03dZ", (int)ms);
	return text;
}

char *clock_format_local(int64_t wall_ms, char text[CLOCK_TEXT_SIZE])
{
	time_t seconds = (time_t)(wall_ms / 1000);
	struct tm tm;

	localtime_r(&seconds, &tm);
	strftime(text, CLOCK_TEXT_SIZE, "%H:%M:%S", &tm);
	return text;
}

static int64_t days_from_civil(int64_t y, int m, int d)
{
	int64_t era;
	int64_t yoe;
	int64_t doy;

	y -= m <= 2;
	era = (y >= 0 ? y : y - 399) / 400;
	yoe = y - era * 400;
	doy = (153 * (m + (m > 2 ? -3 : 9)) + 2) / 5 + d - 1;
	return era * 146097 + yoe * 365 + yoe / 4 - yoe / 100 + doy - 719468;
}

int clock_parse_utc(const char *text, int64_t *wall_ms, struct error *err)
{
	int year, month, day, hour, minute, used = 0;
	double second = 0;
	int64_t days;

	if (sscanf(text, "%4d-%2d-%2dT%2d:%2d:%lf%n", &year, &month, &day,
		   &hour, &minute, &second, &used) != 6 ||
	    strcmp(text + used, "Z") != 0 || month < 1 || month > 12 ||
	    day < 1 || day > 31 || hour < 0 || hour > 23 || minute < 0 ||
	    minute > 59 || !(second >= 0 && second < 61))
		return error_set(err, ERROR_USAGE,
				 "'%.40s' is no time; write it as "
				 "2026-11-20T23:53:51Z",
				 text);
	days = days_from_civil(year, month, day);
	*wall_ms = ((days * 24 + hour) * 60 + minute) * 60000 +
		   (int64_t)(second * 1000 + 0.5);
	return 0;
}

int duration_parse(const char *text, int64_t *ms, struct error *err)
{
	static const struct {
		const char *unit;
		double ms;
	} units[] = {
		{"ms", 1},	{"s", 1000},	 {"m", 60000},
		{"h", 3600000}, {"d", 86400000},
	};
	char *end;
	double value;

	if (!isdigit((unsigned char)text[0]))
		goto bad;
	value = strtod(text, &end);
	if (value == 0 && !*end) {
		*ms = 0;
		return 0;
	}
	for (size_t i = 0; i < sizeof(units) / sizeof(units[0]); i++) {
		if (strcmp(end, units[i].unit) != 0)
			continue;
		if (!isfinite(value) || value * units[i].ms > 3.2e12)
			goto bad;
		*ms = (int64_t)(value * units[i].ms + 0.5);
		return 0;
	}
bad:
	return error_set(err, ERROR_CONFIG,
			 "'%.40s' is no duration; write 90s, 10m or 24h", text);
}

char *duration_format(int64_t ms, char text[CLOCK_TEXT_SIZE])
{
	long long seconds = (ms + 500) / 1000;

	if (ms < 9950)
		snprintf(text, CLOCK_TEXT_SIZE, "%.1f s", (double)ms / 1000);
	else if (seconds < 60)
		snprintf(text, CLOCK_TEXT_SIZE, "%lld s", seconds);
	else if (seconds < 3600)
		snprintf(text, CLOCK_TEXT_SIZE, "%lld:%02lld", seconds / 60,
			 seconds % 60);
	else
		snprintf(text, CLOCK_TEXT_SIZE, "%lld:%02lld:%02lld",
			 seconds / 3600, seconds / 60 % 60, seconds % 60);
	return text;
}
