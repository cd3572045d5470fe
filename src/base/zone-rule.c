/* SPDX-License-Identifier: MIT */
#include "base/zone-rule.h"

#include <ctype.h>
#include <string.h>

#define DAY 86400

/* By eras of 400 years that begin in March, so that a leap day is the last of
 * its year. */
int64_t zone_days(int year, int month, int day)
{
	int64_t y = (int64_t)year - (month <= 2);
	int64_t era = (y >= 0 ? y : y - 399) / 400;
	int64_t of_era = y - era * 400;
	int64_t of_year =
		(153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1;

	return era * 146097 + of_era * 365 + of_era / 4 - of_era / 100 +
	       of_year - 719468;
}

void zone_date(int64_t days, int *year, int *month, int *day)
{
	int64_t z = days + 719468;
	int64_t era = (z >= 0 ? z : z - 146096) / 146097;
	int64_t doe = z - era * 146097;
	int64_t yoe = (doe - doe / 1460 + doe / 36524 - doe / 146096) / 365;
	int64_t doy = doe - (365 * yoe + yoe / 4 - yoe / 100);
	int64_t mp = (5 * doy + 2) / 153;

	*day = (int)(doy - (153 * mp + 2) / 5 + 1);
	*month = (int)(mp < 10 ? mp + 3 : mp - 9);
	*year = (int)(yoe + era * 400 + (*month <= 2));
}

static bool skip_name(const char **at)
{
	const char *begin = *at;

	if (**at == '<') {
		const char *end = strchr(*at, '>');

		if (!end)
			return false;
		*at = end + 1;
		return true;
	}
	while (isalpha((unsigned char)**at))
		++*at;
	return *at - begin >= 3;
}

static bool take_number(const char **at, int most, int *number)
{
	const char *begin = *at;

	*number = 0;
	while (isdigit((unsigned char)**at) && *number <= most)
		*number = *number * 10 + (*(*at)++ - '0');
	return *at > begin && *number <= most;
}

/* [+-]hh[:mm[:ss]], up to a week. */
static bool take_time(const char **at, int32_t *seconds)
{
	bool negative = **at == '-';
	int parts[3] = {0, 0, 0};

	if (**at == '-' || **at == '+')
		++*at;
	for (int i = 0; i < 3; i++) {
		if (i && **at != ':')
			break;
		if (i)
			++*at;
		if (!take_number(at, i ? 59 : 167, &parts[i]))
			return false;
	}
	*seconds = parts[0] * 3600 + parts[1] * 60 + parts[2];
	if (negative)
		*seconds = -*seconds;
	return true;
}

static bool take_point(const char **at)
{
	return *(*at)++ == '.';
}

static bool take_change(const char **at, struct zone_change *change)
{
	bool good;

	if (*(*at)++ != ',')
		return false;
	change->seconds = 2 * 3600;
	if (**at == 'M') {
		++*at;
		change->kind = CHANGE_MONTH;
		good = take_number(at, 12, &change->month) && take_point(at) &&
		       take_number(at, 5, &change->week) && take_point(at) &&
		       take_number(at, 6, &change->day) && change->month &&
		       change->week;
	} else {
		change->kind = **at == 'J' ? CHANGE_JULIAN : CHANGE_ORDINAL;
		*at += **at == 'J';
		good = take_number(at, 365, &change->day);
	}
	if (good && **at == '/') {
		++*at;
		good = take_time(at, &change->seconds);
	}
	return good;
}

bool zone_rule_parse(const char *text, struct zone_rule *rule)
{
	memset(rule, 0, sizeof(*rule));
	if (!skip_name(&text) || !take_time(&text, &rule->standard))
		return false;
	rule->standard = -rule->standard; /* POSIX counts to the west */
	if (!*text)
		return true;
	if (!skip_name(&text))
		return false;
	rule->has_summer = true;
	rule->summer = rule->standard + 3600;
	if (*text != ',') {
		if (!take_time(&text, &rule->summer))
			return false;
		rule->summer = -rule->summer;
	}
	return take_change(&text, &rule->begin) &&
	       take_change(&text, &rule->end) && !*text;
}

static bool is_leap(int year)
{
	return (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
}

/* The day of that year, since 1970. */
static int64_t day_of(const struct zone_change *change, int year)
{
	int64_t first, day, next;

	if (change->kind == CHANGE_ORDINAL)
		return zone_days(year, 1, 1) + change->day;
	if (change->kind == CHANGE_JULIAN)
		return zone_days(year, 1, 1) + change->day - 1 +
		       (is_leap(year) && change->day >= 60);
	first = zone_days(year, change->month, 1);
	/* 1970-01-01 was a Thursday; Sunday is 0 here. */
	day = first + (change->day - (first + 4) % 7 + 7) % 7 +
	      7 * (change->week - 1);
	next = change->month == 12 ? zone_days(year + 1, 1, 1)
				   : zone_days(year, change->month + 1, 1);
	return day >= next ? day - 7 : day; /* week 5 is the last */
}

static int64_t moment_of(const struct zone_change *change, int year,
			 int32_t offset)
{
	return day_of(change, year) * DAY + change->seconds - offset;
}

int64_t zone_rule_offset(const struct zone_rule *rule, int64_t seconds)
{
	int64_t local = seconds + rule->standard;
	int64_t begin, end;
	int year, month, day;
	bool summer;

	if (!rule->has_summer)
		return rule->standard;
	zone_date(local / DAY - (local % DAY < 0), &year, &month, &day);
	begin = moment_of(&rule->begin, year, rule->standard);
	end = moment_of(&rule->end, year, rule->summer);
	if (begin < end)
		summer = seconds >= begin && seconds < end;
	else /* the south: the year begins in summer */
		summer = seconds >= begin || seconds < end;
	return summer ? rule->summer : rule->standard;
}
