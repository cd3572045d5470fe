/* SPDX-License-Identifier: MIT */
#include "support/cmocka.h"

#include <ctype.h>
#include <string.h>

#include "ui/pattern.h"

static int64_t find(const char *text, const char *data)
{
	struct pattern pattern;
	size_t size = strlen(data);
	int64_t plain, coloured;

	pattern_init(&pattern, text);
	coloured = pattern_find(&pattern, data, 0, size, true);
	if (strchr(data, '\033'))
		return coloured;
	plain = pattern_find(&pattern, data, 0, size, false);
	assert_int_equal(plain, coloured);
	return plain;
}

static void small_letters_find_both_capitals_only_themselves(void **state)
{
	(void)state;
	assert_int_equal(find("warn", "a WARN it"), 2);
	assert_int_equal(find("warn", "a Warn it"), 2);
	assert_int_equal(find("Warn", "a WARN Warn"), 7);
	assert_int_equal(find("a@b", "A`b A@B"), 4);
	assert_int_equal(find("[x", "{x [X"), 3);
	assert_int_equal(find("warn", "a war n"), -1);
	assert_int_equal(find("gr\xc3\xb6\xc3\x9f", "GR\xc3\xb6\xc3\x9f"), 0);
}

static void colours_are_looked_through(void **state)
{
	struct pattern pattern;
	static const char data[] = "\033[32mo\033[0m\033[1mk\033[0m 1 -";

	(void)state;
	assert_int_equal(find("ok 1", data), 5);
	pattern_init(&pattern, "ok 1");
	assert_int_equal(pattern_at(&pattern, data + 5, strlen(data + 5)), 16);
	assert_int_equal(pattern_at(&pattern, data, strlen(data)), 0);
	assert_int_equal(find("ok", "\033[2Jo\033[2Jk ok"), 11);
}

static int64_t naive(const char *text, bool fold, const char *data, size_t from,
		     size_t size)
{
	size_t len = strlen(text);

	for (size_t i = from; i + len <= size; i++) {
		size_t n = 0;

		while (n < len &&
		       text[n] == (fold ? tolower((unsigned char)data[i + n])
					: data[i + n]))
			n++;
		if (n == len)
			return (int64_t)i;
	}
	return -1;
}

/* Few letters, so that halves of matches are everywhere. */
static void it_finds_what_a_simple_loop_finds(void **state)
{
	static const char letters[] = "abAB-\n";
	char data[300];
	unsigned seed = 11;

	(void)state;
	for (int round = 0; round < 4000; round++) {
		char text[8];
		struct pattern pattern;
		size_t size, from, len;

		for (size_t i = 0; i < sizeof(data); i++) {
			seed = seed * 1103515245 + 12345;
			data[i] = letters[(seed >> 16) % 6];
		}
		len = 1 + (seed >> 8) % 7;
		for (size_t i = 0; i < len; i++) {
			seed = seed * 1103515245 + 12345;
			text[i] = letters[(seed >> 16) % 5];
		}
		text[len] = '\0';
		size = (seed >> 4) % sizeof(data);
		from = size ? (seed >> 12) % size : 0;
		pattern_init(&pattern, text);
		assert_int_equal(
			pattern_find(&pattern, data, from, size, round % 2),
			naive(text, pattern.folded, data, from, size));
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
			small_letters_find_both_capitals_only_themselves),
		cmocka_unit_test(colours_are_looked_through),
		cmocka_unit_test(it_finds_what_a_simple_loop_finds),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
