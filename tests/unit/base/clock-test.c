/* SPDX-License-Identifier: MIT */
#include "support/cmocka.h"

#include "base/clock.h"

static void utc_text_goes_both_ways(void **state)
{
	char text[CLOCK_TEXT_SIZE];
	int64_t ms;

	(void)state;
	assert_int_equal(clock_parse_utc("2026-11-20T23:53:51.250Z", &ms, NULL),
			 0);
	assert_string_equal(clock_format_utc(ms, text),
			    "2026-11-20T23:53:51.250Z");
	assert_int_equal(clock_parse_utc("2026-11-20", &ms, NULL), -1);
}

static void only_whole_utc_times_are_times(void **state)
{
	static const char *const bad[] = {
		"",
		"now",
		"2026-11-20T23:53:51",
		"2026-11-20T23:53:51+01:00",
		"2026-11-20T23:53:51.Z",
		"2026-11-20T23:53:nanZ",
		"2026-11-20T23:53:0x1Z",
		"2026-02-29T00:00:00Z",
		"2026-13-01T00:00:00Z",
		"2026-11-31T00:00:00Z",
		"2026-11-20T24:00:00Z",
		"2026-11-20T23:60:00Z",
		"2026-11-20T23:00:61Z",
		"-026-11-20T23:53:51Z",
		"2026- 1- 1T 0: 0: 0Z",
		"2026-11-20T23:53:51ZZ",
	};
	char text[CLOCK_TEXT_SIZE];
	int64_t ms;

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		if (clock_parse_utc(bad[i], &ms, NULL) == 0)
			fail_msg("%s was taken", bad[i]);
	assert_int_equal(
		clock_parse_utc("9999-12-31T23:59:60.9999Z", &ms, NULL), 0);
	assert_string_equal(clock_format_utc(ms, text),
			    "9999-12-31T23:59:59.999Z");
	assert_int_equal(clock_parse_utc("0000-02-29T00:00:00Z", &ms, NULL), 0);
	assert_string_equal(clock_format_utc(ms, text),
			    "0000-02-29T00:00:00.000Z");
}

static void durations_know_their_units(void **state)
{
	static const char *const bad[] = {"5 minutes", "0x10s", "1e3s", "5.s",
					  "-1s",       "9e99d", "s"};
	struct error err = ERROR_INIT;
	int64_t ms;

	(void)state;
	assert_int_equal(duration_parse("90s", &ms, NULL), 0);
	assert_int_equal(ms, 90000);
	assert_int_equal(duration_parse("1.5s", &ms, NULL), 0);
	assert_int_equal(ms, 1500);
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		if (duration_parse(bad[i], &ms, &err) == 0)
			fail_msg("%s was taken", bad[i]);
		assert_non_null(strstr(err.message, "write 90s"));
		error_clear(&err);
	}
}

static void durations_read_as_people_say_them(void **state)
{
	char text[CLOCK_TEXT_SIZE];

	(void)state;
	assert_string_equal(duration_format(300, text), "0.3 s");
	assert_string_equal(duration_format(41000, text), "41 s");
	assert_string_equal(duration_format(130000, text), "2:10");
	assert_string_equal(duration_format(6929000, text), "1:55:29");
}

static int64_t moment(const char *text, bool before)
{
	int64_t near, ms;

	assert_int_equal(clock_parse_utc("2026-11-20T14:00:00Z", &near, NULL),
			 0);
	assert_int_equal(clock_parse_moment(text, near, before, &ms, NULL), 0);
	return (ms - near) / 1000;
}

static void moment_is_a_span_a_time_of_day_or_a_time(void **state)
{
	int64_t ms;

	(void)state;
	setenv("TZ", "UTC", 1);
	assert_int_equal(moment("90s", true), -90);
	assert_int_equal(moment("90s", false), 90);
	assert_int_equal(moment("+2m", false), 120);
	assert_int_equal(moment("13:59", true), -60);
	assert_int_equal(moment("14:00:01", true), 1 - 86400);
	assert_int_equal(moment("14:02:10", false), 130);
	assert_int_equal(moment("13:59:59", false), 86399);
	assert_int_equal(moment("2026-11-20T14:00:05Z", true), 5);
	assert_int_equal(clock_parse_moment("25:00", 0, true, &ms, NULL), -1);
	assert_int_equal(clock_parse_moment("12:0", 0, true, &ms, NULL), -1);
	assert_int_equal(clock_parse_moment("-5s", 0, true, &ms, NULL), -1);
	assert_int_equal(clock_parse_moment("soon", 0, true, &ms, NULL), -1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(utc_text_goes_both_ways),
		cmocka_unit_test(only_whole_utc_times_are_times),
		cmocka_unit_test(durations_know_their_units),
		cmocka_unit_test(durations_read_as_people_say_them),
		cmocka_unit_test(moment_is_a_span_a_time_of_day_or_a_time),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
