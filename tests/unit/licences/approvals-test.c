/* SPDX-License-Identifier: MIT */

#include "licences/approvals.h"

#include "base/memory.h"
#include "support/cmocka.h"

static struct approvals parsed(const char *text)
{
	struct approvals approvals;
	struct error err = ERROR_INIT;

	if (approvals_parse(&approvals, text, "ok.csv", &err) < 0)
		fail_msg("%s", err.message);
	return approvals;
}

static void assert_have(const char *text, const char *package,
			const char *license, bool want)
{
	struct approvals approvals = parsed(text);

	if (approvals_have(&approvals, package, NULL, license) != want)
		fail_msg("'%s': %s %s is not %d", text, package, license, want);
	approvals_release(&approvals);
}

static void rows_name_package_and_licence(void **state)
{
	(void)state;
	assert_have("", "a", "MIT", false);
	assert_have("a,MIT", "a", "MIT", true);
	assert_have("a,MIT\n", "A", "mit", true);
	assert_have("a,MIT\n", "ab", "MIT", false);
	assert_have("a,MIT\n", "a", "MIT OR X", false);
	assert_have("a , MIT \n", "a", "MIT", true);
	assert_have("a,MIT\na,BSD\n", "a", "BSD", true);
	assert_have("\n\na,MIT\n\n", "a", "MIT", true);
	assert_have("package,license\r\na,MIT\r\n", "a", "MIT", true);
	assert_have("\xef\xbb\xbfpackage,license\na,MIT\n", "a", "MIT", true);
	assert_have("\xef\xbb\xbf"
		    "a,MIT\n",
		    "a", "MIT", true);
	assert_have("package,license\na,MIT\n", "package", "license", false);
	assert_have("\"a\",\"MIT, with \"\"more\"\"\"\n", "a",
		    "MIT, with \"more\"", true);
	assert_have("\"Name\",\"Version\",\"License\"\n\"a\",\"1\",\"MIT\"\n",
		    "a", "MIT", true);
}

static void a_purl_may_lack_the_version(void **state)
{
	struct approvals approvals = parsed("pkg:npm/a,MIT\npkg:npm/b@1,MIT\n");

	(void)state;
	assert_true(approvals_have(&approvals, "x", "pkg:npm/a@2", "MIT"));
	assert_true(approvals_have(&approvals, NULL, "pkg:npm/a", "MIT"));
	assert_true(approvals_have(&approvals, "x", "pkg:npm/b@1", "MIT"));
	assert_false(approvals_have(&approvals, "x", "pkg:npm/b@12", "MIT"));
	assert_false(approvals_have(&approvals, "x", "pkg:npm/ab@2", "MIT"));
	assert_false(approvals_have(&approvals, "x", "pkg:npm/a@2", NULL));
	assert_false(approvals_have(&approvals, "x", NULL, "MIT"));
	approvals_release(&approvals);
}

static void assert_refused(const char *text, const char *why)
{
	struct approvals approvals;
	struct error err = ERROR_INIT;

	if (approvals_parse(&approvals, text, "ok.csv", &err) == 0)
		fail_msg("'%s' was taken", text);
	if (!strstr(err.message, why))
		fail_msg("'%s': %s", text, err.message);
	assert_int_equal(approvals.count, 0);
	error_clear(&err);
}

static void an_unreadable_row_approves_nothing(void **state)
{
	(void)state;
	assert_refused("a\n", "ok.csv:1: the row has 1 fields, not 2");
	assert_refused("a,MIT\nb,MIT,c\n", "ok.csv:2: the row has 3 fields");
	assert_refused("a,MIT\n\nb,\n", "ok.csv:3: the row names no licence");
	assert_refused("a,MIT\n,MIT\n", "ok.csv:2: the row names no package");
	assert_refused("a,\"MIT\n", "ok.csv:1: a quote has no end");
	assert_refused("a,\"M\nI\"x\n", "ok.csv:1: a quote has no end");
	assert_refused("\"a\n\",MIT\nb\n", "ok.csv:3: the row has 1");
	assert_refused("<html>\n", "the row has 1 fields");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(rows_name_package_and_licence),
		cmocka_unit_test(a_purl_may_lack_the_version),
		cmocka_unit_test(an_unreadable_row_approves_nothing),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
