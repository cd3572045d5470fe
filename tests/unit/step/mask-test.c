/* SPDX-License-Identifier: MIT */
#include "support/cmocka.h"

#include "base/clock.h"
#include "step/mask.h"

static char *masked(const char *text, size_t piece, const char *a,
		    const char *b)
{
	struct strings secrets = STRINGS_INIT;
	struct str out = STR_INIT;
	struct mask *mask;
	size_t len = strlen(text);

	strings_add(&secrets, a);
	strings_add(&secrets, b);
	mask = mask_new(&secrets);
	for (size_t at = 0; at < len; at += piece)
		mask_feed(mask, text + at, len - at < piece ? len - at : piece,
			  &out);
	mask_flush(mask, &out);
	mask_free(mask);
	strings_release(&secrets);
	return str_detach(&out);
}

static void a_secret_is_hidden_wherever_the_stream_is_cut(void **state)
{
	static const char text[] = "user=ana pass=hunter2 again hunter2hunter2";

	(void)state;
	for (size_t piece = 1; piece <= sizeof(text); piece++) {
		char *out = masked(text, piece, "hunter2", "other");

		assert_string_equal(out, "user=ana pass=*** again ******");
		free(out);
	}
}

static void the_beginning_of_a_secret_alone_is_shown_in_the_end(void **state)
{
	char *out = masked("it ends with hunt", 3, "hunter2", "other");

	(void)state;
	assert_string_equal(out, "it ends with hunt");
	free(out);
}

static void the_longer_of_two_secrets_wins(void **state)
{
	char *out = masked("x abcdef x abc x", 1, "abc", "abcdef");

	(void)state;
	assert_null(strstr(out, "abc"));
	assert_null(strstr(out, "def"));
	free(out);
}

/* One secret all over, and one that never comes, in linear time. */
static void a_flood_of_secrets_is_masked_in_a_moment(void **state)
{
	enum { REPEATS = 250000 };
	struct str text = STR_INIT;
	int64_t began;
	char *out;

	(void)state;
	for (int i = 0; i < REPEATS; i++)
		str_add(&text, "hunter2 ");
	began = clock_monotonic_us();
	out = masked(text.data, 256 << 10, "hunter2", "neverseen");
	assert_true(clock_monotonic_us() - began < 2000000);
	assert_int_equal(strlen(out), REPEATS * strlen("*** "));
	assert_null(strstr(out, "hunter2"));
	str_release(&text);
	free(out);
}

static void nothing_to_hide_is_no_mask(void **state)
{
	struct strings secrets = STRINGS_INIT;

	(void)state;
	strings_add(&secrets, "");
	assert_null(mask_new(&secrets));
	strings_release(&secrets);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_secret_is_hidden_wherever_the_stream_is_cut),
		cmocka_unit_test(
			the_beginning_of_a_secret_alone_is_shown_in_the_end),
		cmocka_unit_test(the_longer_of_two_secrets_wins),
		cmocka_unit_test(a_flood_of_secrets_is_masked_in_a_moment),
		cmocka_unit_test(nothing_to_hide_is_no_mask),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
