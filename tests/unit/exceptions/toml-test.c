/* SPDX-License-Identifier: MIT */
#include "support/cmocka.h"

#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "base/str.h"
#include "exceptions/toml.h"

/* "NAME{KEY=TEXT KEY=TEXT}" for each table, a list's with '*'. */
static char *told(const struct toml *toml)
{
	struct str out = STR_INIT;

	for (size_t i = 0; i < toml->count; i++) {
		const struct toml_table *table = &toml->tables[i];

		str_addf(&out, "%s%s{", table->name, table->listed ? "*" : "");
		for (size_t j = 0; j < table->count; j++)
			str_addf(&out, "%s%s%c%s", j ? " " : "",
				 table->values[j].key,
				 "=#?@[{"[table->values[j].kind],
				 table -> values[j].text);
		str_add(&out, "}");
	}
	return str_detach(&out);
}

static void each_form_is_read(void **state)
{
	static const struct {
		const char *text, *means;
	} cases[] = {
		{"", "{}"},
		{"# nothing\n\r\n", "{}"},
		{"a = 1\nb=-0x1f # c\n", "{a#1 b#-0x1f}"},
		{"a = true\nb = 2026-02-01\nc = 2026-02-01 10:00:00Z",
		 "{a?true b@2026-02-01 c@2026-02-01 10:00:00Z}"},
		{"a = \"x\\ty\\u00e4\\\"\" ", "{a=x\ty\xc3\xa4\"}"},
		{"a = 'C:\\x'", "{a=C:\\x}"},
		{"a = \"\"\"\none\\\n   two\"\"\"\"\n", "{a=onetwo\"}"},
		{"a = '''\r\nx'y'''", "{a=x'y}"},
		{"a.b = 1\n'c d'.\"e\" = 2", "{a.b#1 c d.e#2}"},
		{"a = {b = 1, c = {d = 'x'}}\ne = {}",
		 "{a{ a.b#1 a.c{ a.c.d=x e{}"},
		{"a = [1, [2, 'x'], # c\n ]\nb = []", "{a[ b[}"},
		{"[t]\na = 1\n[t.u]\na = 2", "{}t{a#1}t.u{a#2}"},
		{"[[t]]\na = 1\n[[t]]\na = 2", "{}t*{a#1}t*{a#2}"},
		{"[[t]]\na = 1\n[t.u]\nb = 2\n[[t]]\n[t.u]\nb = 3",
		 "{}t*{a#1 u{ u.b#2}t*{u{ u.b#3}"},
		{"t = [{a = 1}, {a = 2}]\nb = 3", "{t[ b#3}t*{a#1}t*{a#2}"},
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		struct error err = ERROR_INIT;
		struct toml toml;
		char *text;

		if (toml_parse(&toml, cases[i].text, "x", &err) < 0)
			fail_msg("%s: %s", cases[i].text, error_text(&err));
		text = told(&toml);
		assert_string_equal(text, cases[i].means);
		free(text);
		toml_release(&toml);
	}
}

static void a_mistake_is_told_with_its_line(void **state)
{
	static const struct {
		const char *text, *says;
	} cases[] = {
		{"a", "x:1: a key is followed by '='"},
		{"a = 1\nb = ", "x:2: no value"},
		{"a = 1 b = 2", "x:1: one key"},
		{"a = 1\nA = 2", "x:2: the key stands twice"},
		{"a = 1\na.b = 2", "x:2: the key stands twice"},
		{"a.b = 1\na = 2", "x:2: the key stands twice"},
		{"[t]\n[t]", "x:2: the table stands twice"},
		{"[[t]]\n[t.u]\n[t.u]", "x:3: the key stands twice"},
		{"a = 'x\n'", "x:1: a text without an end"},
		{"a = \"\\q\"", "x:1: no such character after"},
		{"a = \"\\u0000\"", "x:1: no such character"},
		{"a = \"\\ud800\"", "x:1: no such character"},
		{"a = '''\n\nx", "x:3: a text without an end"},
		{"a = [1 2]", "x:1: a list has"},
		{"a = [1,\n", "x:2: no value"},
		{"a = {b = 1 c = 2}", "x:1: a table in braces"},
		{"a = yes", "x:1: no value"},
		{"[t", "x:1: a table's name"},
		{"[[t]", "x:1: a table's name"},
		{"[]", "x:1: no key"},
		{"\n= 1", "x:2: no key"},
		{"a = '\xff'", "x:1: this is no UTF-8"},
		{"\na = '\x1b'", "x:2: a control character"},
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		struct error err = ERROR_INIT;
		struct toml toml;

		assert_int_equal(toml_parse(&toml, cases[i].text, "x", &err),
				 -1);
		if (strncmp(error_text(&err), cases[i].says,
			    strlen(cases[i].says)) != 0)
			fail_msg("%s: %s", cases[i].text, error_text(&err));
		error_clear(&err);
	}
}

static void what_has_no_end_of_depth_is_refused(void **state)
{
	char *deep = xcalloc(1, 200003);
	struct error err = ERROR_INIT;
	struct toml toml;

	(void)state;
	memcpy(deep, "a=", 2);
	memset(deep + 2, '[', 200000);
	assert_int_equal(toml_parse(&toml, deep, "x", &err), -1);
	assert_string_equal(error_text(&err), "x:1: values nested too deep");
	error_clear(&err);
	free(deep);
}

static void keys_are_found_in_any_case(void **state)
{
	struct toml toml;

	(void)state;
	assert_int_equal(toml_parse(&toml,
				    "[[IgnoredVulns]]\nID = 'x'\n\n"
				    "ignoreuntil = 2026-02-01",
				    "x", NULL),
			 0);
	assert_int_equal(toml.tables[1].line, 1);
	assert_int_equal(toml_find(&toml.tables[1], "id")->line, 2);
	assert_string_equal(toml_find(&toml.tables[1], "ignoreUntil")->text,
			    "2026-02-01");
	assert_null(toml_find(&toml.tables[1], "reason"));
	toml_release(&toml);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_form_is_read),
		cmocka_unit_test(a_mistake_is_told_with_its_line),
		cmocka_unit_test(what_has_no_end_of_depth_is_refused),
		cmocka_unit_test(keys_are_found_in_any_case),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
