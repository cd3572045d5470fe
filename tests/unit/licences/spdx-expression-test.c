/* SPDX-License-Identifier: MIT */

#include "licences/spdx-expression.h"

#include "base/memory.h"
#include "base/str.h"
#include "support/cmocka.h"

/* licences: each id in order, apart by '|'; good: whether MIT, Zlib, ISC and
 * what is WITH Good alone suffice. */
static const struct {
	const char *text, *licences;
	int good;
} right[] = {
	{"MIT", "MIT", 1},
	{"  MIT\t", "MIT", 1},
	{"(MIT)", "MIT", 1},
	{"((MIT))", "MIT", 1},
	{"Foo-1.0", "Foo-1.0", 0},
	{"mit", "mit", 0}, /* the caller's to compare */
	{"MIT OR Foo", "MIT|Foo", 1},
	{"Foo OR MIT", "Foo|MIT", 1},
	{"Foo OR Bar", "Foo|Bar", 0},
	{"MIT AND Foo", "MIT|Foo", 0},
	{"Foo AND MIT", "Foo|MIT", 0},
	{"MIT AND Zlib", "MIT|Zlib", 1},
	{"MIT and Zlib", "MIT|Zlib", 1},
	{"Foo or Zlib", "Foo|Zlib", 1},
	{"Foo Or Zlib", "Foo|Zlib", 1},
	/* AND binds tighter than OR. */
	{"MIT OR Foo AND Bar", "MIT|Foo|Bar", 1},
	{"Foo AND Bar OR MIT", "Foo|Bar|MIT", 1},
	{"(MIT OR Foo) AND Bar", "MIT|Foo|Bar", 0},
	{"Bar AND (Foo OR MIT)", "Bar|Foo|MIT", 0},
	{"MIT AND (Foo OR Zlib)", "MIT|Foo|Zlib", 1},
	{"MIT AND Foo OR Zlib AND ISC", "MIT|Foo|Zlib|ISC", 1},
	{"MIT AND (Foo OR Zlib) AND ISC", "MIT|Foo|Zlib|ISC", 1},
	{"(MIT AND Zlib) OR (Foo AND ISC)", "MIT|Zlib|Foo|ISC", 1},
	{"MIT AND Zlib AND ISC AND Foo", "MIT|Zlib|ISC|Foo", 0},
	{"Foo OR Bar OR Baz OR ISC", "Foo|Bar|Baz|ISC", 1},
	{"MIT OR(Foo)AND(Bar)", "MIT|Foo|Bar", 1},
	/* WITH is a licence of its own. */
	{"GPL-2.0-only WITH Good", "GPL-2.0-only WITH Good", 1},
	{"GPL-2.0-only with Good", "GPL-2.0-only WITH Good", 1},
	{"MIT WITH Bad-exception", "MIT WITH Bad-exception", 0},
	{"Foo WITH Good AND MIT", "Foo WITH Good|MIT", 1},
	{"MIT AND Foo WITH Good OR Bar", "MIT|Foo WITH Good|Bar", 1},
	{"Foo+ WITH Good", "Foo+ WITH Good", 1},
	/* What was called otherwise once. */
	{"GPL-2.0", "GPL-2.0-only", 0},
	{"GPL-2.0+", "GPL-2.0-or-later", 0},
	{"GPL-2+", "GPL-2.0-or-later", 0},
	{"LGPL-3", "LGPL-3.0-only", 0},
	{"lgpl-2.1", "lgpl-2.1-only", 0},
	{"AGPL-3.0+", "AGPL-3.0-or-later", 0},
	{"GFDL-1.3", "GFDL-1.3-only", 0},
	{"GPL-2.0-or-later", "GPL-2.0-or-later", 0},
	{"GPL-2.0-only", "GPL-2.0-only", 0},
	{"GPL-2.0+ WITH Good", "GPL-2.0-or-later WITH Good", 1},
	{"GPL-2.0-with-classpath-exception",
	 "GPL-2.0-only WITH Classpath-exception-2.0", 0},
	{"gpl-3.0-with-gcc-exception", "GPL-3.0-only WITH GCC-exception-3.1",
	 0},
	{"Apache-1.0+", "Apache-1.0+", 0},
	{"GPL-2.0-rc", "GPL-2.0-rc", 0},
	/* Names that no list has. */
	{"LicenseRef-1 AND MIT", "LicenseRef-1|MIT", 0},
	{"DocumentRef-a:LicenseRef-b", "DocumentRef-a:LicenseRef-b", 0},
	{"MIT WITH AdditionRef-x", "MIT WITH AdditionRef-x", 0},
	{"NOASSERTION AND MIT", "NOASSERTION|MIT", 0},
	{"Order", "Order", 0}, /* begins like an operator */
	{"Android-1.0 OR MIT", "Android-1.0|MIT", 1},
};

static const struct {
	const char *text, *why;
} wrong[] = {
	{"", "it ends where a licence should stand at character 1"},
	{"  ", "at character 3"},
	{"AND", "a licence should stand at character 1"},
	{"MIT AND", "it ends where a licence should stand at character 8"},
	{"MIT OR OR Zlib", "a licence should stand at character 8"},
	{"MIT Zlib", "AND, OR or the end should stand at character 5"},
	{"BSD License", "AND, OR or the end should stand at character 5"},
	{"Apache 2.0", "at character 8"},
	{"(MIT", "a closing parenthesis should stand at character 5"},
	{"MIT)", "AND, OR or the end should stand at character 4"},
	{"()", "a licence should stand at character 2"},
	{"MIT/Zlib", "at character 4"},
	{"MIT; Zlib", "at character 4"},
	{"MIT, Zlib", "at character 4"},
	{"MIT WITH", "the name of an exception should stand"},
	{"MIT WITH (Good)", "the name of an exception should stand"},
	{"MIT WITH Good+", "the name of an exception should stand"},
	{"(MIT) WITH Good", "at character 7"},
	{"MIT WITH Good WITH Good", "at character 15"},
	{"GPL-3.0-with-GCC-exception WITH Good", "a second exception"},
	{"GPL-2.0 +", "at character 9"},
	{"GPL-2.0++", "at character 9"},
	{"DocumentRef-a:", "at character 14"},
	{"MIT\x1b[31m", "at character 4"},
	{"Lizenz f\xc3\xbcr alle", "at character"},
};

static int judge(const char *id, const char *with, void *data)
{
	struct str *seen = data;

	str_addf(seen, "%s%s%s%s", seen->len ? "|" : "", id,
		 with ? " WITH " : "", with ? with : "");
	if (with)
		return str_equal(with, "Good");
	return str_equal(id, "MIT") || str_equal(id, "Zlib") ||
	       str_equal(id, "ISC");
}

static void each_expression_has_its_licences_and_verdict(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(right); i++) {
		struct spdx_expression expression;
		struct error err = ERROR_INIT;
		struct str seen = STR_INIT;

		if (spdx_parse(&expression, right[i].text, &err) < 0)
			fail_msg("'%s': %s", right[i].text, err.message);
		if (spdx_judge(&expression, judge, &seen) != right[i].good)
			fail_msg("'%s' is not %d", right[i].text,
				 right[i].good);
		assert_string_equal(seen.data, right[i].licences);
		str_release(&seen);
		spdx_release(&expression);
	}
}

static void assert_refused(const char *text, const char *why)
{
	struct spdx_expression expression;
	struct error err = ERROR_INIT;

	if (spdx_parse(&expression, text, &err) == 0)
		fail_msg("'%s' was taken", text);
	if (!strstr(err.message, why))
		fail_msg("'%s': %s", text, err.message);
	assert_null(expression.nodes);
	error_clear(&err);
}

static void what_is_no_expression_is_refused_at_its_place(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(wrong); i++)
		assert_refused(wrong[i].text, wrong[i].why);
}

static char *nested(int depth)
{
	struct str text = STR_INIT;

	for (int i = 0; i < depth; i++)
		str_add_char(&text, '(');
	str_add(&text, "MIT");
	for (int i = 0; i < depth; i++)
		str_add_char(&text, ')');
	return str_detach(&text);
}

static void depth_and_length_have_an_end(void **state)
{
	struct spdx_expression expression;
	struct str text = STR_INIT;
	char *deep = nested(64);

	(void)state;
	assert_int_equal(spdx_parse(&expression, deep, NULL), 0);
	spdx_release(&expression);
	free(deep);
	deep = nested(65);
	assert_refused(deep, "64 parentheses");
	free(deep);
	deep = nested(100000);
	assert_refused(deep, "64 parentheses");
	free(deep);
	str_add(&text, "MIT");
	for (int i = 0; i < 1000; i++)
		str_add(&text, " AND MIT");
	assert_refused(text.data, "1000 words");
	str_release(&text);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_expression_has_its_licences_and_verdict),
		cmocka_unit_test(what_is_no_expression_is_refused_at_its_place),
		cmocka_unit_test(depth_and_length_have_an_end),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
