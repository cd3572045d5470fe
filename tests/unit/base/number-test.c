/* SPDX-License-Identifier: MIT */
#include "support/cmocka.h"

#include <math.h>

#include "base/number.h"

static void numbers_are_grouped_by_thousands(void **state)
{
	char text[NUMBER_TEXT_SIZE];

	(void)state;
	assert_string_equal(number_grouped(0, text), "0");
	assert_string_equal(number_grouped(999, text), "999");
	assert_string_equal(number_grouped(1000, text), "1,000");
	assert_string_equal(number_grouped(-1234567, text), "-1,234,567");
	assert_string_equal(number_grouped(-123, text), "-123");
	assert_string_equal(number_grouped(INT64_MIN, text),
			    "-9,223,372,036,854,775,808");
}

static void bytes_have_the_unit_that_keeps_them_short(void **state)
{
	char text[NUMBER_TEXT_SIZE];

	(void)state;
	assert_string_equal(number_bytes(1023, text), "1023 B");
	assert_string_equal(number_bytes(1024, text), "1.0 KiB");
	assert_string_equal(number_bytes(1258291, text), "1.2 MiB");
	assert_string_equal(number_bytes(48 << 20, text), "48 MiB");
	assert_string_equal(number_bytes(INT64_MAX, text), "8192 PiB");
}

static void reals_lose_their_trailing_zeros(void **state)
{
	char text[NUMBER_TEXT_SIZE];

	(void)state;
	assert_string_equal(number_real(5, 2, text), "5");
	assert_string_equal(number_real(5.078, 1, text), "5.1");
	assert_string_equal(number_real(100, 0, text), "100");
	assert_string_equal(number_real(NAN, 1, text), "?");
}

static void sums_stop_at_the_last_number(void **state)
{
	(void)state;
	assert_true(number_sum(2, -5) == -3);
	assert_true(number_sum(INT64_MAX, 1) == INT64_MAX);
	assert_true(number_sum(INT64_MAX, INT64_MAX) == INT64_MAX);
	assert_true(number_sum(INT64_MIN, -1) == INT64_MIN);
	assert_true(number_sum(INT64_MIN, INT64_MAX) == -1);
	assert_int_equal(number_small(-7), -7);
	assert_int_equal(number_small(INT64_MAX), 1000000000);
	assert_int_equal(number_small(INT64_MIN), -1000000000);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(sums_stop_at_the_last_number),
		cmocka_unit_test(numbers_are_grouped_by_thousands),
		cmocka_unit_test(bytes_have_the_unit_that_keeps_them_short),
		cmocka_unit_test(reals_lose_their_trailing_zeros),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
