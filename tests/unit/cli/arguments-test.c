/* SPDX-License-Identifier: MIT */
#include "support/cmocka.h"

#include "cli/arguments.h"

struct parsed {
	const char *words[2];
	const char *reason;
	bool wait;
	struct strings skip;
	struct error err;
};

static int parse(struct parsed *parsed, int least, char **argv)
{
	const struct cli_option options[] = {
		{"--reason", &parsed->reason, NULL, NULL, "TEXT", "why"},
		{"--wait", NULL, &parsed->wait, NULL, NULL, "wait"},
		{"--skip", NULL, NULL, &parsed->skip, "STAGE", "leave out"},
		CLI_OPTIONS_END,
	};
	const struct cli_arguments arguments = {options, parsed->words, 2,
						least};
	int argc = 0;

	memset(parsed, 0, sizeof(*parsed));
	while (argv[argc])
		argc++;
	return cli_parse(argc, argv, &arguments, &parsed->err);
}

static void release(struct parsed *parsed)
{
	strings_release(&parsed->skip);
	error_clear(&parsed->err);
}

#define PARSE(parsed, least, ...) \
	parse(parsed, least, (char *[]){"run", __VA_ARGS__, NULL})

static void refused(const char *said, int least, char **argv)
{
	struct parsed p;

	assert_int_equal(parse(&p, least, argv), -1);
	assert_int_equal(p.err.code, ERROR_USAGE);
	assert_non_null(strstr(error_text(&p.err), said));
	release(&p);
}

static void words_and_options_come_in_any_order(void **state)
{
	struct parsed p;

	(void)state;
	assert_int_equal(PARSE(&p, 2, "7", "--wait", "--reason", "why not",
			       "production"),
			 0);
	assert_string_equal(p.words[0], "7");
	assert_string_equal(p.words[1], "production");
	assert_string_equal(p.reason, "why not");
	assert_true(p.wait);
	release(&p);
}

static void a_value_stands_behind_an_equals_sign_too(void **state)
{
	struct parsed p;

	(void)state;
	assert_int_equal(
		PARSE(&p, 0, "--reason=a=b", "--skip=one", "--skip", "two"), 0);
	assert_string_equal(p.reason, "a=b");
	assert_int_equal(p.skip.count, 2);
	assert_string_equal(p.skip.items[1], "two");
	assert_null(p.words[0]);
	release(&p);
}

static void after_two_dashes_all_are_words(void **state)
{
	struct parsed p;

	(void)state;
	assert_int_equal(PARSE(&p, 0, "--", "--wait", "-"), 0);
	assert_string_equal(p.words[0], "--wait");
	assert_string_equal(p.words[1], "-");
	assert_false(p.wait);
	release(&p);
}

static void what_is_wrong_is_named(void **state)
{
	(void)state;
	refused("--wiat", 0, (char *[]){"run", "--wiat", NULL});
	refused("--reason", 0, (char *[]){"run", "--reason", NULL});
	refused("--wait", 0, (char *[]){"run", "--wait=yes", NULL});
	refused("'c'", 0, (char *[]){"run", "a", "b", "c", NULL});
	refused("1 word", 1, (char *[]){"run", NULL});
	refused("2 words", 2, (char *[]){"run", "a", NULL});
}

static void a_word_of_one_option_is_not_the_start_of_another(void **state)
{
	(void)state;
	refused("--ski", 0, (char *[]){"run", "--ski", "x", NULL});
	refused("--skipping", 0, (char *[]){"run", "--skipping", "x", NULL});
}

static void output_is_text_or_json(void **state)
{
	bool json = true;

	(void)state;
	assert_int_equal(cli_is_json(NULL, &json, NULL), 0);
	assert_false(json);
	assert_int_equal(cli_is_json("text", &json, NULL), 0);
	assert_false(json);
	assert_int_equal(cli_is_json("json", &json, NULL), 0);
	assert_true(json);
	assert_int_equal(cli_is_json("yaml", &json, NULL), -1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(words_and_options_come_in_any_order),
		cmocka_unit_test(a_value_stands_behind_an_equals_sign_too),
		cmocka_unit_test(after_two_dashes_all_are_words),
		cmocka_unit_test(what_is_wrong_is_named),
		cmocka_unit_test(
			a_word_of_one_option_is_not_the_start_of_another),
		cmocka_unit_test(output_is_text_or_json),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
