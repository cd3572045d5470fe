/* SPDX-License-Identifier: MIT */
/* The rule by which a zone goes on for ever: what POSIX lets stand in TZ, such
 * as "GMT0BST,M3.5.0/1,M10.5.0". And the calendar. */
#ifndef SIGNALBOX_BASE_ZONE_RULE_H
#define SIGNALBOX_BASE_ZONE_RULE_H

#include <stdbool.h>
#include <stdint.h>

struct zone_change {
	enum {
		CHANGE_MONTH,	/* Mm.w.d */
		CHANGE_JULIAN,	/* Jn, 1 to 365: never February 29 */
		CHANGE_ORDINAL, /* n, 0 to 365 */
	} kind;
	int month, week, day;
	int32_t seconds; /* of that day, on the clock before it */
};

struct zone_rule {
	int32_t standard, summer; /* seconds east of UTC */
	bool has_summer;
	struct zone_change begin, end; /* of summer */
};

bool zone_rule_parse(const char *text, struct zone_rule *rule);
int64_t zone_rule_offset(const struct zone_rule *rule, int64_t seconds);

/* Days since 1970, of the Gregorian calendar, and back. */
int64_t zone_days(int year, int month, int day);
void zone_date(int64_t days, int *year, int *month, int *day);

#endif
