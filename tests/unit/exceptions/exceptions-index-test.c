/* SPDX-License-Identifier: MIT */
/* Exceptions are found by what they name, many for many findings too. */
#include "support/cmocka.h"

#include <time.h>

#include "base/memory.h"
#include "exceptions/exceptions-index.h"

#define NOW 1795255200000 /* 2026-11-21T10:00Z */

#define HEAD                                                   \
	"# reason: minizip is not compiled in\n# owner: ana\n" \
	"# reviewer: lee\n# until: 2026-12-01\n"

static struct exception_line line_of(const char *file, int line, void *data)
{
	(void)file;
	(void)line;
	(void)data;
	return (struct exception_line){.author = "ben@example.org",
				       .committer = "ben@example.org"};
}

/* Reports of tens of thousands of findings meet OpenVEX files of thousands of
 * statements: each is looked for by what it names. */
static void many_meet_many(void **state)
{
	struct str vex = STR_INIT, json = STR_INIT;
	struct exceptions all = EXCEPTIONS_INIT;
	const struct exception_facts facts = {.now_ms = NOW, .line = line_of};
	struct report report;
	clock_t began;

	(void)state;
	str_add(&vex, "{\"@context\":\"openvex\",\"author\":\"ana\","
		      "\"statements\":[");
	for (int i = 0; i < 8000; i++)
		str_addf(&vex,
			 "%s{\"vulnerability\":{\"name\":\"CVE-%d\","
			 "\"aliases\":[\"GHSA-%d\"]},\"status\":\"fixed\","
			 "\"impact_statement\":\"mended by our patch\","
			 "\"products\":[\"pkg:npm/p\"],\"status_notes\":"
			 "\"reviewer: lee\\nuntil: 2026-12-01\"}",
			 i ? "," : "", i, i);
	str_add(&vex, "]}");
	str_add(&json, "{\"SchemaVersion\":2,\"ArtifactName\":\"x\",\"Results\""
		       ":[{\"Target\":\"d\",\"Class\":\"lang-pkgs\","
		       "\"Vulnerabilities\":[");
	for (int i = 0; i < 60000; i++)
		str_addf(&json,
			 "%s{\"VulnerabilityID\":\"%s-%d\",\"PkgName\":\"p\","
			 "\"PkgIdentifier\":{\"PURL\":\"pkg:npm/p@%d\"},"
			 "\"InstalledVersion\":\"%d\",\"Severity\":\"HIGH\"}",
			 i ? "," : "", i % 2 ? "GHSA" : "CVE", i, i, i);
	str_add(&json, "]}]}");
	assert_int_equal(
		report_parse(json.data, json.len, "x", NULL, &report, NULL), 0);
	assert_int_equal(
		exceptions_read(&all, "v.json", vex.data, vex.len, NULL), 0);
	exceptions_judge(&all, &facts);
	began = clock();
	exceptions_apply(&all, &report);
	print_message("# %.1f s\n", (double)(clock() - began) / CLOCKS_PER_SEC);
	/* It was 47, and is a tenth of one. */
	assert_true(clock() - began < 10 * CLOCKS_PER_SEC);
	assert_int_equal(report.excepted, 8000);
	exceptions_release(&all);
	report_release(&report);
	str_release(&json);
	str_release(&vex);
}

/* 310 KB of it took 25 s. */
static void many_are_held_against_many_warnings(void **state)
{
	static const char *const status[] = {"fixed", "affected"};
	struct exceptions all = EXCEPTIONS_INIT;
	struct str vex = STR_INIT;
	clock_t began;

	(void)state;
	str_add(&vex, "{\"@context\":\"openvex\",\"author\":\"ana\","
		      "\"statements\":[");
	for (int i = 0; i < 2; i++) {
		str_addf(&vex,
			 "%s{\"vulnerability\":\"CVE-1\",\"status\":"
			 "\"%s\",\"status_notes\":\"until: 2026-12-01\","
			 "\"products\":[\"pkg:npm/s%d\"",
			 i ? "," : "", status[i], i);
		for (int j = 0; j < 6000; j++)
			str_addf(&vex, ",\"pkg:npm/p%d@%d\"", j, i);
		str_add(&vex, "]}");
	}
	str_add(&vex, "]}");
	began = clock();
	assert_int_equal(
		exceptions_read(&all, "v.json", vex.data, vex.len, NULL), 0);
	assert_true(clock() - began < 5 * CLOCKS_PER_SEC);
	assert_int_equal(all.count, 1);
	assert_int_equal(all.items[0].purls.count, 6001);
	exceptions_release(&all);
	str_release(&vex);
}

/* What is alike is found by no index: there is a bound. */
static void too_many_alike_are_told(void **state)
{
	struct exceptions all = EXCEPTIONS_INIT;
	struct strings notes = STRINGS_INIT;
	struct report report = {0};
	struct str text = STR_INIT;
	const struct exception_facts facts = {.now_ms = NOW, .line = line_of};
	char *why = NULL;

	(void)state;
	str_add(&text, HEAD "CVE-1\n");
	for (int i = 0; i < EXCEPTIONS_ALIKE; i++)
		str_add(&text, "CVE-1 zlib\n");
	assert_int_equal(
		exceptions_read(&all, "let", text.data, text.len, NULL), 0);
	exceptions_judge(&all, &facts);
	exceptions_apply(&all, &report);
	assert_true(exceptions_hold(&all, true, &why, &notes));
	exceptions_release(&all);
	str_add(&text, "CVE-1 zlib\n");
	assert_int_equal(
		exceptions_read(&all, "let", text.data, text.len, NULL), 0);
	exceptions_judge(&all, &facts);
	exceptions_apply(&all, &report);
	assert_false(exceptions_hold(&all, true, &why, &notes));
	assert_string_equal(why, "let:1006: the exception for CVE-1 is one of "
				 "more than 1000 alike: of one id, and of one "
				 "package or path");
	free(why);
	strings_release(&notes);
	exceptions_release(&all);
	str_release(&text);
}

#define COMMIT_1 "1111111111111111111111111111111111111111"
#define COMMIT_2 "2222222222222222222222222222222222222222"
#define LEAK(commit)                                                \
	"{\"RuleID\":\"aws\",\"File\":\"a b.env\",\"StartLine\":3," \
	"\"Description\":\"x\",\"Commit\":\"" commit                \
	"\",\"Fingerprint\":\"" commit ":a b.env:aws:3\"}"

/* As Gitleaks has it: another key in the same line is another one. */
static void a_leak_of_one_commit_is_that_one(void **state)
{
	static const char json[] = "[" LEAK(COMMIT_1) "," LEAK(COMMIT_2) "]";
	static const struct {
		const char *text;
		uint64_t open;
	} files[] = {
		{HEAD COMMIT_1 ":a b.env:aws:3\n", 1},
		{HEAD COMMIT_1 ":a b.env:aws:4\n", 2},
		{HEAD "a b.env:aws:3\n", 0},
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(files); i++) {
		struct exceptions all = EXCEPTIONS_INIT;
		const struct exception_facts facts = {.now_ms = NOW,
						      .line = line_of};
		struct report report;

		assert_int_equal(report_parse(json, strlen(json), "x", NULL,
					      &report, NULL),
				 0);
		assert_int_equal(exceptions_read(&all, ".gitleaksignore",
						 files[i].text,
						 strlen(files[i].text), NULL),
				 0);
		exceptions_judge(&all, &facts);
		exceptions_apply(&all, &report);
		assert_int_equal(report.open, files[i].open);
		exceptions_release(&all);
		report_release(&report);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_leak_of_one_commit_is_that_one),
		cmocka_unit_test(many_meet_many),
		cmocka_unit_test(many_are_held_against_many_warnings),
		cmocka_unit_test(too_many_alike_are_told),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
