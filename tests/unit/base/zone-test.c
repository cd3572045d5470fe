/* SPDX-License-Identifier: MIT */
/* Zones against the C library's own reading of the same files. */
#include "support/cmocka.h"

#include <stdlib.h>
#include <time.h>

#include "base/memory.h"
#include "base/zone-rule.h"
#include "base/zone.h"

static const char *const names[] = {
	"UTC",
	"Europe/London",
	"Europe/Berlin",
	"Europe/Dublin",
	"America/New_York",
	"America/Sao_Paulo",
	"Australia/Sydney",
	"Asia/Kolkata",
	"Asia/Kathmandu",
	"Australia/Lord_Howe",
	"Africa/Casablanca",
	"Pacific/Apia",
	"America/Nuuk",
	"Asia/Tehran",
};

static struct zone *load(const char *name)
{
	struct error err = ERROR_INIT;
	struct zone *zone = zone_load(name, &err);

	if (!zone)
		fail_msg("%s", error_text(&err));
	error_clear(&err);
	return zone;
}

/* Each 5 h 17 min from 1970 to 2100: the table, and the rule after it. */
static void offset_is_that_of_the_c_library(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(names); i++) {
		struct zone *zone = load(names[i]);

		setenv("TZ", names[i], 1);
		tzset();
		for (time_t at = 0; at < 4102444800; at += 19020) {
			struct tm tm;

			localtime_r(&at, &tm);
			if (zone_offset(zone, at) != tm.tm_gmtoff)
				fail_msg("%s at %lld: %lld, not %ld", names[i],
					 (long long)at,
					 (long long)zone_offset(zone, at),
					 tm.tm_gmtoff);
		}
		zone_free(zone);
	}
	unsetenv("TZ");
	tzset();
}

static void calendar_is_that_of_the_c_library(void **state)
{
	struct zone *zone = load("UTC");

	(void)state;
	for (time_t at = -86400 * 800LL; at < 4102444800; at += 86400 - 60) {
		struct zone_time time = zone_local(zone, (int64_t)at * 1000);
		struct tm tm;

		gmtime_r(&at, &tm);
		assert_int_equal(time.year, tm.tm_year + 1900);
		assert_int_equal(time.month, tm.tm_mon + 1);
		assert_int_equal(time.day, tm.tm_mday);
		assert_int_equal(time.minute, tm.tm_hour * 60 + tm.tm_min);
		assert_int_equal(time.weekday, (tm.tm_wday + 6) % 7);
		assert_int_equal(zone_moment(zone, &time),
				 ((int64_t)at - tm.tm_sec) * 1000);
	}
	zone_free(zone);
}

static int64_t moment(const char *name, int month, int day, int hour,
		      int minute)
{
	struct zone *zone = load(name);
	struct zone_time time = {2026, month, day, hour * 60 + minute, 0};
	int64_t at = zone_moment(zone, &time) / 1000;

	zone_free(zone);
	return at;
}

/* London leaps from 01:00 to 02:00 on 2026-03-29, and back on 10-25. */
static void gaps_and_folds_are_the_later_and_the_first(void **state)
{
	int64_t leap = 1774746000, back = 1792890000;

	(void)state;
	assert_int_equal(moment("Europe/London", 3, 29, 0, 59), leap - 60);
	assert_int_equal(moment("Europe/London", 3, 29, 1, 30), leap + 1800);
	assert_int_equal(moment("Europe/London", 3, 29, 2, 0), leap);
	assert_int_equal(moment("Europe/London", 10, 25, 1, 30), back - 1800);
	assert_int_equal(moment("Europe/London", 10, 25, 2, 0), back + 3600);
	assert_int_equal(moment("Europe/London", 10, 24, 24, 0),
			 moment("Europe/London", 10, 25, 0, 0));
}

static void rules_of_each_form_are_read(void **state)
{
	struct zone_rule rule;

	(void)state;
	assert_true(zone_rule_parse("<+0530>-5:30", &rule));
	assert_int_equal(zone_rule_offset(&rule, 0), 19800);
	assert_true(zone_rule_parse("EST5EDT,J60/3,300/-1", &rule));
	/* J60 is March 1, in a leap year too; 300 counts from 0. */
	assert_int_equal(zone_rule_offset(&rule, 1709279999), -18000);
	assert_int_equal(zone_rule_offset(&rule, 1709280000), -14400);
	assert_false(zone_rule_parse("EST", &rule));
	assert_false(zone_rule_parse("EST5EDT", &rule));
	assert_false(zone_rule_parse("EST5EDT,M13.1.0,M1.1.0", &rule));
	assert_false(zone_rule_parse("EST5EDT,M3.1.0,M1.1.0x", &rule));
}

static void time_is_of_a_day_that_there_is(void **state)
{
	static const char *const wrong[] = {
		"",
		"2026-12-20",
		"2026-12-20 18:00 ",
		"2026-02-30 18:00",
		"2026-02-29 18:00",
		"2026-04-31 00:00",
		"2026-13-01 00:00",
		"2026-00-01 00:00",
		"2026-12-00 00:00",
		"2026-12-20 24:01",
		"2026-12-20 23:60",
		"1969-12-31 00:00",
		"2026-12- 1 18:00",
		"2026-12-+1 18:00",
		"2026-12-20 -1:00",
	};
	struct zone_time time;

	(void)state;
	for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++)
		if (zone_time_parse(wrong[i], &time))
			fail_msg("'%s' is a time", wrong[i]);
	assert_true(zone_time_parse("2028-02-29 18:30", &time));
	assert_int_equal(time.day, 29);
	assert_int_equal(time.minute, 18 * 60 + 30);
	assert_true(zone_time_parse("2026-12-31 24:00", &time));
}

static void what_is_no_zone_is_refused(void **state)
{
	static const char *const wrong[] = {
		"",	  "/etc/passwd", "../zoneinfo/UTC", "Europe/Lundun",
		"Europe", "zone.tab"};
	static const char torn[44] = "TZif2";

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(wrong); i++) {
		struct error err = ERROR_INIT;

		assert_null(zone_load(wrong[i], &err));
		assert_int_equal(err.code, ERROR_CONFIG);
		error_clear(&err);
	}
	assert_null(zone_parse(torn, sizeof(torn)));
	assert_null(zone_parse("x", 1));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(offset_is_that_of_the_c_library),
		cmocka_unit_test(calendar_is_that_of_the_c_library),
		cmocka_unit_test(gaps_and_folds_are_the_later_and_the_first),
		cmocka_unit_test(rules_of_each_form_are_read),
		cmocka_unit_test(time_is_of_a_day_that_there_is),
		cmocka_unit_test(what_is_no_zone_is_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
