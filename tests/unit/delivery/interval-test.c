/* SPDX-License-Identifier: MIT */
#include "support/cmocka.h"

#include <math.h>

#include "base/memory.h"
#include "delivery/interval.h"

/* R. G. Newcombe, Two-sided confidence intervals for the single proportion,
 * Statistics in Medicine 17 (1998), table I, method 3. */
static void the_interval_is_that_of_newcombes_table(void **state)
{
	static const struct {
		int hits, of;
		double low, high;
	} rows[] = {
		{81, 263, 0.2553, 0.3662},
		{15, 148, 0.0624, 0.1605},
		{0, 20, 0.0000, 0.1611},
		{1, 29, 0.0061, 0.1718},
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		struct interval interval =
			interval_wilson(rows[i].hits, rows[i].of);

		assert_true(fabs(interval.low - rows[i].low) < 0.00005);
		assert_true(fabs(interval.high - rows[i].high) < 0.00005);
	}
}

static void it_is_the_same_seen_from_the_other_side(void **state)
{
	(void)state;
	for (int n = 1; n < 200; n += 7)
		for (int hits = 0; hits <= n; hits++) {
			struct interval a = interval_wilson(hits, n);
			struct interval b = interval_wilson(n - hits, n);

			assert_true(fabs(a.low - (1 - b.high)) < 1e-12);
			assert_true(a.low <= (double)hits / n);
			assert_true(a.high >= (double)hits / n);
		}
}

static void of_none_nothing_is_known(void **state)
{
	struct interval interval = interval_wilson(0, 0);

	(void)state;
	assert_true(interval.low == 0 && interval.high == 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_interval_is_that_of_newcombes_table),
		cmocka_unit_test(it_is_the_same_seen_from_the_other_side),
		cmocka_unit_test(of_none_nothing_is_known),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
