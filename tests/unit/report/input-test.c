/* SPDX-License-Identifier: MIT */
/* What is never "no findings", whatever the format. */

#include <sys/stat.h>
#include <unistd.h>

#include "base/file.h"
#include "support/reports.h"

static void refuse_path(const char *path, const char *part)
{
	struct error err = ERROR_INIT;
	struct report report;

	assert_int_equal(report_read(path, NULL, &report, &err), -1);
	if (!strstr(err.message, part))
		fail_msg("'%s' does not say '%s'", err.message, part);
	if (!strstr(err.message, path))
		fail_msg("'%s' does not name the file", err.message);
	error_clear(&err);
}

static void what_is_no_file_is_refused(void **state)
{
	char folder[] = "/tmp/reports-XXXXXX";
	char *path;

	(void)state;
	assert_non_null(mkdtemp(folder));
	refuse_path(folder, "not a regular file");
	path = path_join(folder, "report");
	refuse_path(path, "there is no report");
	assert_int_equal(mkfifo(path, 0600), 0);
	refuse_path(path, "not a regular file");
	assert_int_equal(unlink(path), 0);
	assert_int_equal(file_replace(path, "", 0, 0600, NULL), 0);
	refuse_path(path, "empty");
	if (geteuid() != 0) {
		assert_int_equal(chmod(path, 0), 0);
		refuse_path(path, "cannot open");
	}
	free(path);
	assert_int_equal(folder_remove(folder, NULL), 0);
}

static void emptiness_is_no_clean_report(void **state)
{
	(void)state;
	assert_refused("", 0, NULL, "empty");
	assert_refused(" \n\t\n", 4, NULL, "empty");
	assert_refused("\xef\xbb\xbf\n", 4, NULL, "empty");
}

static void what_is_no_text_is_refused(void **state)
{
	(void)state;
	assert_refused("1..1\nok 1\0\n", 11, NULL, "NUL");
	assert_refused("\xff\xfe{\0}\0", 6, NULL, "UTF-16");
	assert_refused("1..1\nok 1 - caf\xe9\n", 17, NULL, "UTF-8");
	assert_refused("{\"a\": \"caf\xe9\"}", 13, NULL, "JSON");
}

static void what_is_no_known_format_is_refused(void **state)
{
	static const char words[] = "hello\nworld\n";

	(void)state;
	assert_refused(words, sizeof(words) - 1, NULL, "no format known");
	assert_refused("{\"a\": 1}", 8, NULL, "no format known");
	assert_refused("null", 4, NULL, "say which");
	assert_refused("[]", 2, NULL, "say which");
	assert_refused("<a/>", 4, NULL, "its root is a");
	assert_refused("1..1\nok\n", 8, "sub-unit",
		       "there is no report format");
}

static void a_web_page_is_refused(void **state)
{
	static const char page[] = "<!DOCTYPE html>\n<html><body>Sign in";
	static const char bare[] = "<!-- proxy -->\n<HTML lang=en>";

	(void)state;
	assert_refused(page, sizeof(page) - 1, NULL, "web page");
	assert_refused(bare, sizeof(bare) - 1, NULL, "web page");
	assert_refused(page, sizeof(page) - 1, "tap", "web page");
}

static void an_error_object_is_refused_with_its_text(void **state)
{
	static const char npm[] = "{\"error\": {\"code\": \"ENOLOCK\", "
				  "\"summary\": \"no lock file\"}}";
	static const char npm11[] = "{\"message\": \"405 Method Not Allowed\", "
				    "\"statusCode\": 405, "
				    "\"error\": {\"summary\": \"\"}}";

	(void)state;
	assert_refused(npm, sizeof(npm) - 1, NULL, "no lock file");
	assert_refused(npm11, sizeof(npm11) - 1, NULL, "405 Method");
}

static void messages_do_not_quote_the_report(void **state)
{
	static const char text[] = "{\"token\" \"hunter2\"}";
	struct error err = ERROR_INIT;
	struct report report;

	(void)state;
	assert_int_equal(report_parse(text, sizeof(text) - 1, "r.json", NULL,
				      &report, &err),
			 -1);
	assert_null(strstr(err.message, "hunter2"));
	assert_non_null(strstr(err.message, "r.json:1:"));
	error_clear(&err);
}

static void a_key_twice_in_an_object_is_refused(void **state)
{
	static const char text[] =
		"{\"version\":\"2.1.0\",\"runs\":[{\"results\":[{}],"
		"\"results\":[]}]}";

	(void)state;
	assert_refused(text, sizeof(text) - 1, NULL, "duplicate");
}

static void what_could_be_two_formats_needs_a_name(void **state)
{
	static const char text[] = "[==========] Running 1 test(s).\n"
				   "1..1\nok 1\n";

	(void)state;
	assert_refused(text, sizeof(text) - 1, NULL, "any of tap, cmocka");
}

static void json_that_would_eat_the_memory_is_refused(void **state)
{
	struct str text = STR_INIT;

	(void)state;
	str_add(&text, "[");
	for (int i = 0; i < 1000000; i++)
		str_add(&text, "{},");
	str_add(&text, "{}]");
	assert_refused(text.data, text.len, NULL, "tiny values");
	str_release(&text);
}

static void a_report_behind_a_log_is_refused_with_its_line(void **state)
{
	static const char *const texts[] = {
		"INFO starting\n\n{\"SchemaVersion\": 2}",
		"[info] starting\n...\n[{}]",
		"scanning\nwait\n<testsuite/>",
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(texts); i++) {
		assert_refused(texts[i], strlen(texts[i]), NULL,
			       "r:3: a report seems to begin here");
		if (i < 2)
			assert_refused(texts[i], strlen(texts[i]), "trivy",
				       "r:3: a report seems to begin here");
	}
}

static void a_number_past_64_bits_refuses_no_whole_report(void **state)
{
	struct report report =
		report_of_text("{\"SchemaVersion\":2,\"ArtifactName\":\"a\","
			       "\"Size\":1000000000000000000000000000000,"
			       "\"Results\":[{\"Target\":\"t\",\"Secrets\":[{"
			       "\"RuleID\":\"r\",\"Severity\":\"HIGH\","
			       "\"StartLine\":7}]}]}",
			       NULL);

	(void)state;
	assert_int_equal(report.open, 1);
	assert_int_equal(report.findings[0].line, 7);
	report_release(&report);
}

/* What it is, and what to do instead. */
static void a_format_that_is_not_read_is_named(void **state)
{
	static const char *const cases[][3] = {
		{"{\"@context\":\"x\",\"@graph\":[]}", "is SPDX 3", "2.3"},
		{"SPDXVersion: SPDX-2.1\n", "SPDX in tags", "in JSON"},
		{"<bom/>", "CycloneDX in XML", "in JSON"},
		{"<report><counter/></report>", "JaCoCo", "Cobertura"},
		{"<coverage><project/></coverage>", "Clover", "Cobertura"},
		{"<TestRun/>", "TRX", "JUnit"},
		{"<test-run/>", "NUnit", "JUnit"},
		{"<assemblies/>", "xUnit", "JUnit"},
		{"<Site><Build/></Site>", "CTest", "Test.xml"},
		{"<valgrindoutput/>", "Valgrind", "exit"},
		{"{\"serial\":1,\"lineage\":\"a\",\"terraform_version\":\"1\"}",
		 "state of Terraform", "show -json"},
		{"{\"@level\":\"info\"}\n{\"@level\":\"info\"}\n",
		 "log of `terraform", "show -json"},
		{"[{\"kind\":\"w\",\"locations\":[],\"message\":\"\"}]", "GCC",
		 "sarif-file"},
		{"{\"comments\":[]}", "ShellCheck", "exit status"},
		{"[{\"filePath\":\"a\",\"messages\":[],"
		 "\"sourceContent\":\"\"}]",
		 "secretlint", "SARIF"},
		{"vulnerabilities:\n  - id: CVE-2026-1\n",
		 "ignore file of Trivy", "no report"},
		{"mode: set\na.go:1.1,2.2 1 1\n", "profile of go", "LCOV"},
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		size_t len = strlen(cases[i][0]);

		assert_refused(cases[i][0], len, NULL, cases[i][1]);
		assert_refused(cases[i][0], len, NULL, cases[i][2]);
	}
}

static void tap_may_begin_like_json(void **state)
{
	static const char text[] = "[info] starting\n1..1\nok 1 - a\n";
	struct report report = report_of_text(text, NULL);

	(void)state;
	assert_string_equal(report.format, "tap");
	report_release(&report);
}

/* Nobody knows what would have stood there. */
static void a_list_that_is_null_is_never_green(void **state)
{
	static const char *const texts[] = {
		"{\"results\":[{\"source\":{},\"packages\":[]},"
		"{\"source\":{},\"packages\":null}]}",
		"{\"results\":[{\"source\":{},\"packages\":[{\"groups\":"
		"null}]}]}",
		"{\"results\":[{\"source\":{},\"packages\":[{"
		"\"vulnerabilities\":null}]}]}",
		"{\"ok\":true,\"vulnerabilities\":[],\"applications\":null}",
		"[{\"results\":[{\"component\":\"c\",\"vulnerabilities\":"
		"null}]}]",
		"{\"bomFormat\":\"CycloneDX\",\"specVersion\":\"1.5\","
		"\"components\":[{\"name\":\"a\",\"components\":null}]}",
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(texts); i++)
		assert_refused(texts[i], strlen(texts[i]), NULL,
			       "is no list of objects");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_list_that_is_null_is_never_green),
		cmocka_unit_test(what_is_no_file_is_refused),
		cmocka_unit_test(emptiness_is_no_clean_report),
		cmocka_unit_test(what_is_no_text_is_refused),
		cmocka_unit_test(what_is_no_known_format_is_refused),
		cmocka_unit_test(a_web_page_is_refused),
		cmocka_unit_test(an_error_object_is_refused_with_its_text),
		cmocka_unit_test(messages_do_not_quote_the_report),
		cmocka_unit_test(a_key_twice_in_an_object_is_refused),
		cmocka_unit_test(what_could_be_two_formats_needs_a_name),
		cmocka_unit_test(json_that_would_eat_the_memory_is_refused),
		cmocka_unit_test(
			a_report_behind_a_log_is_refused_with_its_line),
		cmocka_unit_test(a_number_past_64_bits_refuses_no_whole_report),
		cmocka_unit_test(a_format_that_is_not_read_is_named),
		cmocka_unit_test(tap_may_begin_like_json),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
