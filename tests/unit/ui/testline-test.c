/* SPDX-License-Identifier: MIT */
#include "support/cmocka.h"

#include <string.h>

#include "base/memory.h"
#include "ui/pattern.h"
#include "ui/testline.h"

static const struct {
	const char *line;
	enum testline says;
} lines[] = {
	{"ok 12 - it adds", TESTLINE_PASSED},
	{"\033[32mok\033[0m 12 - it adds", TESTLINE_PASSED},
	{"    ok 1 - of a subtest", TESTLINE_PASSED},
	{"not ok 3 - it does not", TESTLINE_FAILED},
	{"\033[31mnot ok\033[0m 3 - it", TESTLINE_FAILED},
	{"not ok 3 - it # TODO later", TESTLINE_PASSED},
	{"PASS: tests/pay-test", TESTLINE_PASSED},
	{"FAIL: tests/pay-test (exit status: 1)", TESTLINE_FAILED},
	{"ERROR: tests/pay-test", TESTLINE_FAILED},
	{"[ RUN      ] adds", TESTLINE_BEGUN},
	{"[       OK ] adds", TESTLINE_PASSED},
	{"[  FAILED  ] adds", TESTLINE_FAILED},
	{"--- FAIL: TestAdd (0.00s)", TESTLINE_FAILED},
	{"--- PASS: TestAdd (0.00s)", TESTLINE_PASSED},
	{"FAILED tests/test_pay.py::test_it - assert 1", TESTLINE_FAILED},
	{"test pay::adds ... ok", TESTLINE_PASSED},
	{"test pay::adds ... FAILED\r", TESTLINE_FAILED},
	{"2/3 Test #2: pay .......***Failed    0.01 sec", TESTLINE_FAILED},
	{"src/pay.c:12:3: error: expected ';'", TESTLINE_FAILED},
	{"error[E0308]: mismatched types", TESTLINE_FAILED},
	{"make: *** [Makefile:12: all] Error 1", TESTLINE_FAILED},
	{"FAIL GET /cart 500, not 200", TESTLINE_FAILED},
	{"0 failed, 12 passed", TESTLINE_NONE},
	{"# Totals: 3 failures", TESTLINE_NONE},
	{"okay then", TESTLINE_NONE},
	{"14:06:53 WARN no error here", TESTLINE_NONE},
	{"", TESTLINE_NONE},
	{"   ", TESTLINE_NONE},
};

static void it_knows_the_words_of_each_kind(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(lines); i++)
		if (testline_of(lines[i].line, strlen(lines[i].line)) !=
		    lines[i].says)
			fail_msg("%s", lines[i].line);
}

static bool has_needle(const char *line)
{
	for (size_t i = 0; testline_needles[i]; i++) {
		struct pattern pattern;

		pattern_init(&pattern, testline_needles[i]);
		if (pattern_find(&pattern, line, 0, strlen(line), true) >= 0)
			return true;
	}
	return false;
}

/* What the search looks for first. */
static void each_failed_line_has_a_needle(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(lines); i++)
		if (lines[i].says == TESTLINE_FAILED &&
		    !has_needle(lines[i].line))
			fail_msg("%s", lines[i].line);
}

static void what_is_indented_or_a_diagnostic_is_output(void **state)
{
	(void)state;
	assert_true(testline_is_output("# took 3 ms", 11));
	assert_true(testline_is_output("  ---", 5));
	assert_true(testline_is_output("\tpay_test.go:3: x", 17));
	assert_false(testline_is_output("    ok 1 - sub", 14));
	assert_false(testline_is_output("make[1]: Leaving", 16));
	assert_false(testline_is_output("", 0));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(it_knows_the_words_of_each_kind),
		cmocka_unit_test(each_failed_line_has_a_needle),
		cmocka_unit_test(what_is_indented_or_a_diagnostic_is_output),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
