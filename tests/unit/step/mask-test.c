/* SPDX-License-Identifier: MIT */
#include "support/cmocka.h"

#include <time.h>

#include "base/memory.h"
#include "report/collect.h"
#include "step/mask.h"
#include "step/unescape.h"

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

/* As RFC 4648 has it, for the tests alone. */
static char *base64(const char *text, const char *last_two, size_t columns)
{
	static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
				     "abcdefghijklmnopqrstuvwxyz0123456789";
	size_t len = strlen(text);
	struct str out = STR_INIT;

	for (size_t i = 0, count = 0; i < len; i += 3) {
		unsigned triple = 0;

		for (size_t j = 0; j < 3; j++)
			triple = triple << 8 |
				 (i + j < len ? (unsigned char)text[i + j] : 0);
		for (size_t j = 0; j < 4; j++, count++) {
			unsigned value = triple >> (18 - 6 * j) & 63;

			if (columns && count && count % columns == 0)
				str_add_char(&out, '\n');
			if (i + j > len)
				str_add_char(&out, '=');
			else
				str_add_char(&out,
					     value < 62 ? digits[value]
							: last_two[value - 62]);
		}
	}
	return str_detach(&out);
}

/* How many whole digits of the secret are left in what was masked of its
 * base64, fed in pieces. */
static size_t digits_left(const char *before, const char *secret,
			  const char *last_two, size_t piece)
{
	char *text = xasprintf("%s%s and what follows", before, secret);
	char *encoded = base64(text, last_two, 0);
	char *out = masked(encoded, piece, secret, "something else");
	const char *hidden = strstr(out, "***");
	size_t gone = strlen(encoded) - (strlen(out) - 3);

	assert_non_null(hidden);
	assert_null(strstr(hidden + 3, "***"));
	free(out);
	free(encoded);
	free(text);
	return strlen(secret) * 8 / 6 - gone;
}

static void base64_of_a_secret_is_hidden_wherever_it_stands(void **state)
{
	static const char *const before[] = {"", "x", "xy", "xyz", "user:"};
	static const char *const secrets[] = {"hunter2", "?>?>?>~~~",
					      "\xff\xfe\xfd\xfb\xef\xbf"};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(before); i++)
		for (size_t j = 0; j < ARRAY_SIZE(secrets); j++)
			for (size_t piece = 1; piece < 40; piece++) {
				assert_in_range(digits_left(before[i],
							    secrets[j], "+/",
							    piece),
						0, 1);
				assert_in_range(digits_left(before[i],
							    secrets[j], "-_",
							    piece),
						0, 1);
			}
}

static void
base64_in_lines_is_hidden_where_the_secret_stands_first(void **state)
{
	static const size_t columns[] = {64, 76};
	struct str secret = STR_INIT;

	(void)state;
	for (int i = 0; i < 50; i++)
		str_addf(&secret, "line %d of a key\n", i);
	for (size_t i = 0; i < ARRAY_SIZE(columns); i++) {
		char *encoded = base64(secret.data, "+/", columns[i]);
		char *out = masked(encoded, 7, secret.data, "other");

		assert_true(starts_with(out, "***"));
		assert_true(strlen(out) < 3 + 4);
		free(out);
		free(encoded);
	}
	str_release(&secret);
}

static void short_base64_is_left_alone(void **state)
{
	char *out = masked("YWJj YWJjZA== abcd", 3, "abcd", "abc");

	(void)state;
	assert_string_equal(out, "YWJj YWJjZA== ***");
	free(out);
}

/* One secret all over, and one that never comes, in linear time. */
static void a_flood_of_secrets_is_masked_in_a_moment(void **state)
{
	enum { REPEATS = 250000 };
	struct str text = STR_INIT;
	clock_t began;
	char *out;

	(void)state;
	for (int i = 0; i < REPEATS; i++)
		str_add(&text, "hunter2 ");
	began = clock(); /* of this process: others may have the machine */
	out = masked(text.data, 256 << 10, "hunter2", "neverseen");
	assert_true(clock() - began < 60 * CLOCKS_PER_SEC); /* not hours */
	assert_int_equal(strlen(out), REPEATS * strlen("*** "));
	assert_null(strstr(out, "hunter2"));
	str_release(&text);
	free(out);
}

static char *masked_report(const char *text)
{
	struct strings secrets = STRINGS_INIT;
	struct str out = STR_INIT;
	struct mask *mask;

	strings_add(&secrets, "hunter2-of-the-wood");
	mask = mask_new(&secrets);
	mask_report(mask, text, strlen(text), &out);
	mask_free(mask);
	strings_release(&secrets);
	return str_detach(&out);
}

/* Of all but its last letter as of some: the rest was cut off. */
static void the_beginning_of_a_secret_is_no_end_of_a_cut_text(void **state)
{
	static const size_t limits[] = {REPORT_WORD_MAX, REPORT_NAME_MAX,
					REPORT_MESSAGE_MAX};
	static const char *const behind[] = {"", "\n", "; 3 may be skipped",
					     " > the next"};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(limits); i++)
		for (int left = 4; left < 19; left++) {
			char *text = xasprintf(
				"%*s%.*s%s", (int)limits[i] - left, "at ", left,
				"hunter2-of-the-wood", behind[left % 4]);
			char *out = masked_report(text);

			assert_null(strstr(out, "hunt"));
			assert_non_null(strstr(out, "at ***"));
			assert_true(ends_with(out, behind[left % 4]));
			free(out);
			free(text);
		}
}

static void the_beginning_of_a_secret_is_shown_in_whole_texts(void **state)
{
	char *out = masked_report("user hunter");

	(void)state;
	assert_string_equal(out, "user hunter");
	free(out);
}

static void escapes_are_undone(void **state)
{
	struct str text = STR_INIT;

	(void)state;
	str_add(&text, "a&amp;b&lt;&gt;&quot;&apos;&#38;&#x26;&#xe9; &no; &#; "
		       "&#x110000; &");
	unescape_xml(&text);
	assert_string_equal(text.data,
			    "a&b<>\"'&&\xc3\xa9 &no; &#; &#x110000; &");
	str_clear(&text);
	str_add(&text,
		"\\\"\\\\\\/\\n\\u00e9\\u00E9\\ud83d\\ude00 \\ud83d \\u12 "
		"\\q \\");
	unescape_json(&text);
	assert_string_equal(text.data,
			    "\"\\/\n\xc3\xa9\xc3\xa9\xf0\x9f\x98\x80 \\ud83d "
			    "\\u12 \\q \\");
	str_release(&text);
}

/* Every key that scan.c and reports.c set from what a report says. */
static void foreign_texts_of_findings_and_tests_are_masked(void **state)
{
	static const struct {
		enum event_type type;
		const char *key;
	} texts[] = {
		{EVENT_FINDING_FOUND, "id"},
		{EVENT_FINDING_FOUND, "title"},
		{EVENT_FINDING_FOUND, "package"},
		{EVENT_FINDING_FOUND, "installed"},
		{EVENT_FINDING_FOUND, "fixed"},
		{EVENT_FINDING_FOUND, "path"},
		{EVENT_FINDING_FOUND, "exception"},
		{EVENT_FINDING_FOUND, "source"},
		{EVENT_FINDING_FOUND, "chain"},
		{EVENT_FINDING_FOUND, "aliases"},
		{EVENT_TEST_FINISHED, "name"},
		{EVENT_TEST_FINISHED, "message"},
		{EVENT_TEST_FINISHED, "file"},
		{EVENT_REPORT_READ, "path"},
		{EVENT_REPORT_READ, "reason"},
	};
	struct strings secrets = STRINGS_INIT;
	struct mask *mask;

	(void)state;
	strings_add(&secrets, "high");
	mask = mask_new(&secrets);
	for (size_t i = 0; i < ARRAY_SIZE(texts); i++) {
		struct event *event = event_new(texts[i].type, "high");

		event_set(event, texts[i].key, "u:high@reg");
		event_set(event, "severity", "high");
		mask_event(mask, event);
		assert_string_equal(event_text(event, texts[i].key),
				    "u:***@reg");
		/* What is acted on, and is a word of our own. */
		assert_string_equal(event_stage(event), "high");
		assert_string_equal(event_text(event, "severity"), "high");
		event_free(event);
	}
	mask_free(mask);
	strings_release(&secrets);
}

/* There it is the name of a thing. */
static void other_events_keep_what_is_acted_on(void **state)
{
	struct strings secrets = STRINGS_INIT;
	struct event *event = event_new(EVENT_ARTIFACT_STORED, NULL);
	struct mask *mask;

	(void)state;
	strings_add(&secrets, "tar");
	mask = mask_new(&secrets);
	event_set(event, "path", "out.tar");
	mask_event(mask, event);
	assert_string_equal(event_text(event, "path"), "out.tar");
	event_free(event);
	mask_free(mask);
	strings_release(&secrets);
}

static void each_line_of_a_secret_is_hidden(void **state)
{
	static const char key[] = "BEGIN KEY\r\nlonger line\nshort\n12345678";
	static const char text[] = "a longer line, a short one, 12345678 BEGIN "
				   "KEY\n and BEGIN KEY\r\nlonger line\n"
				   "short\n12345678.";

	(void)state;
	for (size_t piece = 1; piece <= sizeof(text); piece++) {
		char *out = masked(text, piece, key, "other");

		assert_string_equal(out,
				    "a ***, a short one, *** ***\n and ***.");
		free(out);
	}
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
		cmocka_unit_test(
			base64_of_a_secret_is_hidden_wherever_it_stands),
		cmocka_unit_test(
			base64_in_lines_is_hidden_where_the_secret_stands_first),
		cmocka_unit_test(short_base64_is_left_alone),
		cmocka_unit_test(a_flood_of_secrets_is_masked_in_a_moment),
		cmocka_unit_test(
			the_beginning_of_a_secret_is_no_end_of_a_cut_text),
		cmocka_unit_test(
			the_beginning_of_a_secret_is_shown_in_whole_texts),
		cmocka_unit_test(escapes_are_undone),
		cmocka_unit_test(
			foreign_texts_of_findings_and_tests_are_masked),
		cmocka_unit_test(other_events_keep_what_is_acted_on),
		cmocka_unit_test(each_line_of_a_secret_is_hidden),
		cmocka_unit_test(nothing_to_hide_is_no_mask),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
