/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "tally.h"

static struct tally tally_of(const char *text)
{
	struct tally tally = TALLY_INIT;

	tally_add(&tally, text, strlen(text));
	return tally;
}

static void words_are_apart_by_any_white_space(void **state)
{
	struct tally tally = tally_of("one\ttwo  three\nfour");

	(void)state;
	assert_int_equal(tally.words, 4);
	assert_int_equal(tally.lines, 1);
	assert_int_equal(tally.bytes, 19);
}

static void nothing_has_no_words(void **state)
{
	(void)state;
	assert_int_equal(tally_of("").words, 0);
	assert_int_equal(tally_of(" \n ").words, 0);
}

static void a_word_in_two_pieces_is_one(void **state)
{
	struct tally tally = TALLY_INIT;

	(void)state;
	tally_add(&tally, "sig", 3);
	tally_add(&tally, "nal", 3);
	assert_int_equal(tally.words, 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(words_are_apart_by_any_white_space),
		cmocka_unit_test(nothing_has_no_words),
		cmocka_unit_test(a_word_in_two_pieces_is_one),
	};

	return cmocka_run_group_tests(tests, NULL, NULL) ? 1 : 0;
}
