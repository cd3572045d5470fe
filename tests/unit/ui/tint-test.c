/* SPDX-License-Identifier: MIT */
#include "support/cmocka.h"

#include "base/memory.h"
#include "ui/tint.h"

static struct tint parsed(const char *text)
{
	struct tint tint;

	if (!tint_parse(text, &tint))
		fail_msg("'%s' is no colour", text);
	return tint;
}

static void colours_are_written_in_three_ways(void **state)
{
	(void)state;
	assert_int_equal(parsed("#0a5fFF").rgb.red, 0x0a);
	assert_int_equal(parsed("#0a5fFF").rgb.green, 0x5f);
	assert_int_equal(parsed("#0a5fFF").rgb.blue, 0xff);
	assert_int_equal(parsed("203").index, 203);
	assert_int_equal(parsed("0").kind, TINT_INDEX);
	assert_int_equal(parsed("magenta").index, 5);
	assert_int_equal(parsed("bright-white").index, 15);
	assert_int_equal(parsed("default").kind, TINT_DEFAULT);
}

static void what_is_none_of_them_is_no_colour(void **state)
{
	static const char *const texts[] = {
		"",	    "256",     "-1",  "1x",   "#12345",
		"#1234567", "#12 456", "Red", "pink", "#0x1234"};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(texts); i++) {
		struct tint tint;

		if (tint_parse(texts[i], &tint))
			fail_msg("'%s' was taken for a colour", texts[i]);
	}
}

static void fewer_colours_give_the_nearest(void **state)
{
	static const struct {
		const char *wanted;
		enum depth depth;
		int index;
	} pairs[] = {
		{"#ff0000", DEPTH_256, 196}, {"#5fafff", DEPTH_256, 75},
		{"#fe5f5f", DEPTH_256, 203}, {"#808080", DEPTH_256, 244},
		{"#000000", DEPTH_256, 16},  {"#ffffff", DEPTH_256, 231},
		{"#0b0b0b", DEPTH_256, 232}, {"#d70000", DEPTH_16, 1},
		{"#ff1010", DEPTH_16, 9},    {"#888888", DEPTH_16, 8},
		{"#e0e0e0", DEPTH_16, 7},    {"#f8ffff", DEPTH_16, 15},
		{"#ffff20", DEPTH_16, 11},   {"196", DEPTH_16, 9},
		{"#ff1010", DEPTH_8, 1},     {"bright-green", DEPTH_8, 2},
		{"28", DEPTH_8, 2},	     {"#5c5cff", DEPTH_16, 12},
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(pairs); i++) {
		struct tint got =
			tint_nearest(parsed(pairs[i].wanted), pairs[i].depth);

		assert_int_equal(got.kind, TINT_INDEX);
		if (got.index != pairs[i].index)
			fail_msg("%s is %d, not %d", pairs[i].wanted, got.index,
				 pairs[i].index);
	}
}

static void what_a_terminal_has_stays(void **state)
{
	(void)state;
	assert_int_equal(tint_nearest(parsed("#010203"), DEPTH_TRUE).rgb.blue,
			 3);
	assert_int_equal(tint_nearest(parsed("9"), DEPTH_16).index, 9);
	assert_int_equal(tint_nearest(parsed("9"), DEPTH_TRUE).index, 9);
	assert_int_equal(tint_nearest(parsed("203"), DEPTH_256).index, 203);
	assert_int_equal(tint_nearest(parsed("default"), DEPTH_8).kind,
			 TINT_DEFAULT);
	assert_int_equal(tint_nearest(parsed("#010203"), DEPTH_NONE).kind,
			 TINT_DEFAULT);
}

/* From tables of CIELAB under D65. */
static void difference_is_as_the_eye_sees_it(void **state)
{
	struct rgb black = {0, 0, 0};
	struct rgb white = {255, 255, 255};
	struct rgb red = {255, 0, 0};
	struct rgb blue = {0, 0, 255};

	(void)state;
	assert_in_range((int)(10 * rgb_difference(black, white)), 999, 1001);
	assert_in_range((int)(10 * rgb_difference(red, blue)), 1760, 1768);
	assert_int_equal((int)(10 * rgb_difference(red, red)), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(colours_are_written_in_three_ways),
		cmocka_unit_test(what_is_none_of_them_is_no_colour),
		cmocka_unit_test(fewer_colours_give_the_nearest),
		cmocka_unit_test(what_a_terminal_has_stays),
		cmocka_unit_test(difference_is_as_the_eye_sees_it),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
