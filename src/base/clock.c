/* SPDX-License-Identifier: MIT */
#include "base/clock.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/number.h"

int64_t clock_monotonic_us(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (int64_t)now.tv_sec * 1000000 + now.tv_nsec / 1000;
}

int64_t clock_monotonic_ms(void)
{
	return clock_monotonic_us() / 1000;
}

static bool read_fixed(int64_t *ms)
{
	const char *fixed = getenv("SIGNALBOX_NOW");

	return fixed && clock_parse_utc(fixed, ms, NULL) == 0;
}

bool clock_is_fixed(void)
{
	int64_t ms;

	return read_fixed(&ms);
}

int64_t clock_wall_ms(void)
{
	struct timespec now;
	int64_t ms;

	if (read_fixed(&ms))
		return ms;
	clock_gettime(CLOCK_REALTIME, &now);
	return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

static char *put_digits(char *at, int number, int count, char after)
{
	for (int i = count - 1; i >= 0; i--) {
		at[i] = (char)('0' + number % 10);
		number /= 10;
	}
	at[count] = after;
	return at + count + 1;
}

/* In each line of a journal: without printf(), which takes ten times that. */
char *clock_format_utc(int64_t wall_ms, char text[CLOCK_TEXT_SIZE])
{
	int64_t ms = ((wall_ms % 1000) + 1000) % 1000;
	time_t seconds = (time_t)((wall_ms - ms) / 1000);
	struct tm tm = {0};
	char *at;

	gmtime_r(&seconds, &tm);
	at = put_digits(text, (tm.tm_year + 1900) % 10000, 4, '-');
	at = put_digits(at, tm.tm_mon + 1, 2, '-');
	at = put_digits(at, tm.tm_mday, 2, 'T');
	at = put_digits(at, tm.tm_hour, 2, ':');
	at = put_digits(at, tm.tm_min, 2, ':');
	at = put_digits(at, tm.tm_sec, 2, '.');
	at = put_digits(at, (int)ms, 3, 'Z');
	*at = '\0';
	return text;
}

static struct tm local_time(int64_t wall_ms)
{
	time_t seconds = (time_t)(wall_ms / 1000);
	struct tm tm = {0};

	localtime_r(&seconds, &tm);
	return tm;
}

char *clock_format_local(int64_t wall_ms, char text[CLOCK_TEXT_SIZE])
{
	struct tm tm = local_time(wall_ms);

	strftime(text, CLOCK_TEXT_SIZE, "%H:%M:%S", &tm);
	return text;
}

char *clock_format_minute(int64_t wall_ms, char text[CLOCK_TEXT_SIZE])
{
	struct tm tm = local_time(wall_ms);

	strftime(text, CLOCK_TEXT_SIZE, "%Y-%m-%d %H:%M", &tm);
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

/* Reads `digits` digits and the mark behind them (0: none). -1 when not so. */
static int read_part(const char **at, int digits, char mark)
{
	int value = 0;

	for (; digits; digits--, (*at)++) {
		if (!isdigit((unsigned char)**at))
			return -1;
		value = value * 10 + (**at - '0');
	}
	if (mark && *(*at)++ != mark)
		return -1;
	return value;
}

/* ".123" and finer or coarser; what is finer than a millisecond is cut. */
static int read_fraction(const char **at)
{
	int ms = 0;
	int scale = 100;

	if (**at != '.')
		return 0;
	if (!isdigit((unsigned char)*++*at))
		return -1;
	for (; isdigit((unsigned char)**at); (*at)++, scale /= 10)
		ms += (**at - '0') * scale;
	return ms;
}

static bool is_day(int year, int month, int day)
{
	static const int days[] = {31, 28, 31, 30, 31, 30,
				   31, 31, 30, 31, 30, 31};
	bool leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;

	return year >= 0 && month >= 1 && month <= 12 && day >= 1 &&
	       day <= days[month - 1] + (month == 2 && leap);
}

/* A leap second (60) counts as the last one of its minute. */
static bool read_utc(const char *at, int64_t *wall_ms)
{
	int year, month, day, hour, minute, second, ms;

	if ((year = read_part(&at, 4, '-')) < 0 ||
	    (month = read_part(&at, 2, '-')) < 0 ||
	    (day = read_part(&at, 2, 'T')) < 0 ||
	    (hour = read_part(&at, 2, ':')) < 0 ||
	    (minute = read_part(&at, 2, ':')) < 0 ||
	    (second = read_part(&at, 2, 0)) < 0 ||
	    (ms = read_fraction(&at)) < 0 || strcmp(at, "Z") != 0)
		return false;
	if (!is_day(year, month, day) || hour > 23 || minute > 59 ||
	    second > 60)
		return false;
	if (second == 60)
		second = 59;
	*wall_ms = ((days_from_civil(year, month, day) * 24 + hour) * 60 +
		    minute) *
			   60000 +
		   second * 1000 + ms;
	return true;
}

int clock_parse_utc(const char *text, int64_t *wall_ms, struct error *err)
{
	if (!read_utc(text, wall_ms))
		return error_set(err, ERROR_USAGE,
				 "'%.40s' is no time; write it as "
				 "2026-11-20T23:53:51Z",
				 text);
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
	const char *end;
	double value;

	if (!number_decimal(text, &value, &end))
		goto bad;
	if (value == 0 && !*end) {
		*ms = 0;
		return 0;
	}
	for (size_t i = 0; i < sizeof(units) / sizeof(units[0]); i++) {
		if (strcmp(end, units[i].unit) != 0)
			continue;
		if (value * units[i].ms > 3.2e12)
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

/* "14:02" or "14:02:10". */
static bool read_time_of_day(const char *at, struct tm *day)
{
	day->tm_hour = read_part(&at, 2, ':');
	if (day->tm_hour < 0)
		return false;
	day->tm_min = read_part(&at, 2, 0);
	day->tm_sec = 0;
	if (*at == ':') {
		at++;
		day->tm_sec = read_part(&at, 2, 0);
	}
	return !*at && day->tm_hour < 24 && day->tm_min >= 0 &&
	       day->tm_min < 60 && day->tm_sec >= 0 && day->tm_sec < 60;
}

/* The local day of `near` may have it on the wrong side: then the day before
 * or after has it. */
static bool read_local(const char *text, int64_t near_ms, bool before,
		       int64_t *wall_ms)
{
	time_t near = (time_t)(near_ms / 1000);
	struct tm day;

	for (int shift = 0; shift < 2; shift++) {
		struct tm wanted;

		if (!localtime_r(&near, &day) || !read_time_of_day(text, &day))
			return false;
		wanted = day;
		wanted.tm_mday += before ? -shift : shift;
		wanted.tm_isdst = -1;
		*wall_ms = (int64_t)mktime(&wanted) * 1000;
		if (before ? *wall_ms <= near_ms : *wall_ms >= near_ms)
			break;
	}
	return true;
}

int clock_parse_moment(const char *text, int64_t near_ms, bool before,
		       int64_t *wall_ms, struct error *err)
{
	int64_t ms;

	if (read_utc(text, wall_ms) ||
	    read_local(text, near_ms, before, wall_ms))
		return 0;
	if (duration_parse(text + (*text == '+' && !before), &ms, NULL) < 0)
		return error_set(err, ERROR_USAGE,
				 "'%.40s' is no time; write 90s, 14:02:10 or "
				 "2026-11-20T23:53:51Z",
				 text);
	*wall_ms = before ? near_ms - ms : near_ms + ms;
	return 0;
}
