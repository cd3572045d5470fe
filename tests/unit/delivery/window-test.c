/* SPDX-License-Identifier: MIT */
#include "support/cmocka.h"

#include "base/clock.h"
#include "base/memory.h"
#include "base/zone.h"
#include "delivery/window.h"

#define HOUR_MS 3600000LL
#define OFFICE 0x1f, 9 * 60, 17 * 60 /* Mon-Fri */

static int64_t at(const char *utc)
{
	int64_t ms;

	assert_int_equal(clock_parse_utc(utc, &ms, NULL), 0);
	return ms;
}

static struct window_answer ask(const struct environment_config *config,
				const char *now, int64_t needs_ms)
{
	struct window_answer answer;
	struct error err = ERROR_INIT;

	if (window_ask(config, at(now), needs_ms, &answer, &err) < 0)
		fail_msg("%s", error_text(&err));
	return answer;
}

static struct environment_config with(struct window *windows, size_t count,
				      struct freeze *freezes, size_t frozen)
{
	return (struct environment_config){
		.windows = windows,
		.window_count = count,
		.freezes = freezes,
		.freeze_count = frozen,
	};
}

static void release_begins_within_a_window_alone(void **state)
{
	struct window office = {OFFICE, "Europe/London", {0, 0}};
	struct environment_config config = with(&office, 1, NULL, 0);
	struct window_answer answer = ask(&config, "2026-11-20T10:00:00Z", -1);

	(void)state;
	assert_true(answer.open);
	assert_string_equal(answer.text,
			    "open until Fri 2026-11-20 17:00 Europe/London");
	answer = ask(&config, "2026-11-20T17:00:00Z", 0);
	assert_false(answer.open);
	assert_int_equal(answer.opens_ms, at("2026-11-23T09:00:00Z"));
	assert_string_equal(answer.text,
			    "opens Mon 2026-11-23 09:00 Europe/London");
	answer = ask(&config, "2026-11-23T08:59:59Z", 0);
	assert_false(answer.open);
	assert_true(ask(&config, "2026-11-23T09:00:00Z", 0).open);
}

/* 09:00 in London is 08:00 UTC from March 29 to October 25. */
static void window_moves_with_summer_time(void **state)
{
	struct window office = {OFFICE, "Europe/London", {0, 0}};
	struct environment_config config = with(&office, 1, NULL, 0);

	(void)state;
	assert_int_equal(ask(&config, "2026-03-28T12:00:00Z", 0).opens_ms,
			 at("2026-03-30T08:00:00Z"));
	assert_int_equal(ask(&config, "2026-10-24T12:00:00Z", 0).opens_ms,
			 at("2026-10-26T09:00:00Z"));
}

static void plan_that_does_not_fit_waits_for_the_next(void **state)
{
	struct window office = {OFFICE, "UTC", {0, 0}};
	struct environment_config config = with(&office, 1, NULL, 0);
	struct window_answer answer =
		ask(&config, "2026-11-19T16:30:00Z", HOUR_MS / 2 + 1);

	(void)state;
	assert_true(ask(&config, "2026-11-19T16:30:00Z", HOUR_MS / 2).open);
	assert_false(answer.open);
	assert_string_equal(answer.text,
			    "the plan may take 31 min, and the window closes "
			    "Thu 2026-11-19 17:00 UTC; opens Fri 2026-11-20 "
			    "09:00 UTC");
	answer = ask(&config, "2026-11-19T10:00:00Z", 9 * HOUR_MS);
	assert_false(answer.open);
	assert_int_equal(answer.opens_ms, -1);
	assert_non_null(
		strstr(answer.text, "no window of a year is long enough"));
}

static void windows_over_midnight_and_side_by_side_are_one(void **state)
{
	struct window windows[] = {
		{1 << 5, 22 * 60, 2 * 60, "UTC", {0, 0}}, /* Sat */
		{1 << 6, 2 * 60, 1440, "UTC", {0, 0}},	  /* Sun */
	};
	struct environment_config config = with(windows, 2, NULL, 0);
	struct window_answer answer =
		ask(&config, "2026-11-22T01:00:00Z", 20 * HOUR_MS);

	(void)state;
	assert_true(answer.open);
	assert_int_equal(answer.closes_ms, at("2026-11-23T00:00:00Z"));
}

static void freeze_is_told_before_it_bites_and_while_it_does(void **state)
{
	struct freeze freeze = {"2026-12-20 18:00",
				"2027-01-02 08:00",
				"Europe/London",
				"nobody is here",
				{0, 0}};
	struct environment_config config = with(NULL, 0, &freeze, 1);
	struct window_answer answer = ask(&config, "2026-12-20T12:00:00Z", 0);

	(void)state;
	assert_true(answer.open);
	assert_string_equal(answer.text,
			    "open until Sun 2026-12-20 18:00 Europe/London");
	answer = ask(&config, "2026-12-20T17:30:00Z", HOUR_MS);
	assert_false(answer.open);
	assert_non_null(strstr(answer.text,
			       "the plan may take 1 h, and a freeze begins Sun "
			       "2026-12-20 18:00 Europe/London; opens Sat "
			       "2027-01-02 08:00 Europe/London"));
	answer = ask(&config, "2026-12-31T12:00:00Z", 0);
	assert_string_equal(answer.text,
			    "frozen: nobody is here; opens Sat 2027-01-02 "
			    "08:00 Europe/London");
	answer = ask(&config, "2027-01-02T08:00:00Z", 0);
	assert_true(answer.open);
	assert_string_equal(answer.text, "open");
}

static void window_within_a_freeze_is_none(void **state)
{
	struct window office = {OFFICE, "UTC", {0, 0}};
	struct freeze freeze = {
		"2026-11-16 00:00", "2026-11-27 12:00", "UTC", "sale", {0, 0}};
	struct environment_config config = with(&office, 1, &freeze, 1);

	(void)state;
	assert_int_equal(ask(&config, "2026-11-16T10:00:00Z", 0).opens_ms,
			 at("2026-11-27T12:00:00Z"));
	/* but what would not fit until 17:00 comes on Monday */
	assert_int_equal(
		ask(&config, "2026-11-16T10:00:00Z", 6 * HOUR_MS).opens_ms,
		at("2026-11-30T09:00:00Z"));
}

/* However far ahead is looked. */
static void window_that_never_closes_has_no_end(void **state)
{
	struct window windows[] = {
		{0x7f, 0, 12 * 60, "Europe/London", {0, 0}},
		{0x7f, 12 * 60, 0, "Europe/London", {0, 0}},
	};
	struct freeze freeze = {
		"2026-12-20 18:00", "2027-01-02 08:00", "UTC", "sale", {0, 0}};
	struct environment_config config = with(windows, 2, NULL, 0);
	struct window_answer answer = ask(&config, "2026-11-20T10:00:00Z", 0);

	(void)state;
	assert_string_equal(answer.text, "open");
	assert_int_equal(answer.closes_ms, -1);
	assert_true(ask(&config, "2026-11-20T10:00:00Z", 480 * HOUR_MS).open);
	config = with(windows, 2, &freeze, 1);
	answer = ask(&config, "2026-11-20T10:00:00Z", 0);
	assert_string_equal(answer.text,
			    "open until Sun 2026-12-20 18:00 Europe/London");
}

/* As before the end of a window. */
static void plan_may_end_where_a_freeze_begins(void **state)
{
	struct freeze freeze = {
		"2026-12-20 18:00", "2027-01-02 08:00", "UTC", "sale", {0, 0}};
	struct environment_config config = with(NULL, 0, &freeze, 1);

	(void)state;
	assert_true(ask(&config, "2026-12-20T17:00:00Z", HOUR_MS).open);
	assert_false(ask(&config, "2026-12-20T17:00:00Z", HOUR_MS + 1).open);
	assert_true(ask(&config, "2026-12-20T17:59:59Z", 0).open);
	assert_false(ask(&config, "2026-12-20T18:00:00Z", 0).open);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(release_begins_within_a_window_alone),
		cmocka_unit_test(window_moves_with_summer_time),
		cmocka_unit_test(plan_that_does_not_fit_waits_for_the_next),
		cmocka_unit_test(
			windows_over_midnight_and_side_by_side_are_one),
		cmocka_unit_test(
			freeze_is_told_before_it_bites_and_while_it_does),
		cmocka_unit_test(window_within_a_freeze_is_none),
		cmocka_unit_test(window_that_never_closes_has_no_end),
		cmocka_unit_test(plan_may_end_where_a_freeze_begins),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
