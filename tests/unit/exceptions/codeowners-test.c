/* SPDX-License-Identifier: MIT */
#include "exceptions/codeowners.h"

#include "support/cmocka.h"

#include "base/memory.h"
#include "base/str.h"

static void the_last_line_that_meets_the_path_counts(void **state)
{
	static const struct {
		const char *text, *path, *owners;
	} cases[] = {
		{"", "a", ""},
		{"* @ana", "a/b", "@ana"},
		{"*  @ana\t@org/team lee@example.org # why\r\n", "a",
		 "@ana @org/team lee@example.org"},
		{"# * @ana\n\n", "a", ""},
		{"* @ana\n/a @lee\n", "a", "@lee"},
		{"* @ana\n/a @lee\n", "b/a", "@ana"},
		/* One that nobody owns. */
		{"* @ana\n/a\n", "a", ""},
		{"a @lee\n", "b/a", "@lee"},
		{"a @lee\n", "b/a/c", "@lee"},
		{"*.c @lee\n", "b/a.c", "@lee"},
		{"/b/*.c @lee\n", "b/a.c", "@lee"},
		{"b/*.c @lee\n", "c/b/a.c", ""},
		{"b/ @lee\n", "b/a", "@lee"},
		{"b/ @lee\n", "c/b/a", "@lee"},
		{"b/ @lee\n", "b", ""},
		{"/b/ @lee\n", "c/b/a", ""},
		{"docs/* @lee\n", "docs/a", "@lee"},
		{"docs/* @lee\n", "docs/a/b", ""},
		{"docs/** @lee\n", "docs/a/b", "@lee"},
		{"**/logs @lee\n", "a/logs/b", "@lee"},
		{"/.trivyignore @lee\n", ".trivyignore", "@lee"},
		{"a\\ b @lee\n", "a b", "@lee"},
		/* What GitHub passes by. */
		{"* @ana\n!a @lee\n", "a", "@ana"},
		{"* @ana\n[ab] @lee\n[Section]\n", "a", "@ana"},
		{"/ @lee\n", "a", ""},
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		struct strings owners = STRINGS_INIT;
		struct str found = STR_INIT;

		(void)codeowners_find(cases[i].text, cases[i].path, &owners);
		for (size_t j = 0; j < owners.count; j++)
			str_addf(&found, "%s%s", j ? " " : "", owners.items[j]);
		if (strcmp(found.data, cases[i].owners) != 0)
			fail_msg("%s of %s: '%s', not '%s'", cases[i].path,
				 cases[i].text, found.data, cases[i].owners);
		str_release(&found);
		strings_release(&owners);
	}
}

static void it_is_told_which_line_counts(void **state)
{
	struct strings owners = STRINGS_INIT;

	(void)state;
	assert_int_equal(
		codeowners_find("# a\n* @ana\n\nf @lee\ng\n", "f", &owners), 4);
	assert_int_equal(codeowners_find("f @lee\n* \n", "f", &owners), 2);
	strings_release(&owners);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_last_line_that_meets_the_path_counts),
		cmocka_unit_test(it_is_told_which_line_counts),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
