/* SPDX-License-Identifier: MIT */
/*
 * `report` as a person calls it, and over the real reports, read where they
 * are (SIGNALBOX_REPORTS, or beside the source tree): what it prints of each
 * is compared with summaries that others computed. Where they are not, that
 * test is skipped and says so.
 */
#include "system/support.h"

#include <dirent.h>
#include <jansson.h>
#include <stdlib.h>

#include "base/file.h"
#include "base/memory.h"
#include "report/formats/formats.h"

static char *data(const char *name)
{
	const char *top = getenv("top_srcdir");

	return xasprintf("%s/tests/data/reports/%s", top ? top : ".", name);
}

static int report(struct site *site, const char *name)
{
	char *path = data(name);
	int status = site_call(site, "report", "--output", "json", path, NULL);

	free(path);
	return status;
}

static void findings_are_one_object_on_a_line(void **state)
{
	struct site *site = *state;

	assert_int_equal(report(site, "trivy/everything.json"), 0);
	assert_says(site->out, "\"format\":\"trivy\",\"kind\":\"findings\","
			       "\"total\":12,\"open\":10,\"suppressed\":2,"
			       "\"distinct\":9,\"fixable\":1,\"by_severity\":{"
			       "\"critical\":2,\"high\":4,\"medium\":1,"
			       "\"low\":0,\"info\":0,\"unknown\":3},"
			       "\"by_kind\":{\"vulnerability\":");
	assert_ptr_equal(strchr(site->out, '\n'),
			 site->out + strlen(site->out) - 1);
}

static void failed_tests_are_told_and_no_failure_of_the_command(void **state)
{
	struct site *site = *state;

	assert_int_equal(report(site, "tap/mixed.tap"), 0);
	assert_says(site->out, "\"kind\":\"tests\",\"total\":4,\"passed\":1,"
			       "\"failed\":1,\"errors\":0,\"skipped\":2,"
			       "\"todo\":1,\"flaky\":0,\"unfinished\":0,"
			       "\"verdict\":\"fail\",\"why\":\"1 of 4");
}

static void what_is_not_believed_ends_with_7_and_the_rest_is_told(void **state)
{
	struct site *site = *state;
	char *bad = data("sarif/version-1.sarif");
	char *good = data("trivy/clean.json");

	assert_int_equal(site_call(site, "report", bad, good, NULL), 7);
	assert_says(site->err, "version-1.sarif is SARIF, but not version");
	assert_says(site->out, "clean.json: trivy: 0 findings\n");
	assert_int_equal(site_call(site, "report", "gone.json", NULL), 7);
	assert_says(site->err, "there is no file gone.json");
	assert_int_equal(site_call(site, "report", "-", NULL), 7);
	assert_says(site->err, "-: pipes are not read: write the report");
	site_write(site, "none.json", "[]");
	assert_int_equal(site_call(site, "report", "none.json", NULL), 7);
	assert_says(site->err, "or --format");
	site_write(site, "cut.json", "{\"SchemaVersion\": 2,\n \"Res");
	assert_int_equal(site_call(site, "report", "cut.json", NULL), 7);
	assert_says(site->err, "cut.json:2:");
	free(bad);
	free(good);
}

/* Or a script could not tell it from a clean one. */
static void what_was_not_looked_at_is_told_to_scripts(void **state)
{
	struct site *site = *state;

	assert_int_equal(report(site, "semgrep/everything.json"), 0);
	assert_says(site->out, "\"tool_errors\":2,\"notes\":[\"Semgrep could "
			       "not scan all of app/new.py\"]}");
	site_write(site, "none.json",
		   "{\"SchemaVersion\":2,\"ArtifactName\":\"x\"}");
	assert_int_equal(site_call(site, "report", "--output", "json",
				   "none.json", NULL),
			 0);
	assert_says(site->out, "\"nothing_scanned\":true,\"notes\":[\"");
	site_write(site, "none.json",
		   "{\"version\":\"1\",\"results\":[],\"errors\":[{\"level\":"
		   "\"error\",\"type\":\"x\",\"message\":\"y\"}],"
		   "\"paths\":{\"scanned\":[]}}");
	assert_int_equal(site_call(site, "report", "none.json", NULL), 0);
	assert_says(site->out, "0 findings, 1 not looked at; nothing was "
			       "scanned");
}

static void a_scan_that_failed_is_told_and_ends_with_7(void **state)
{
	struct site *site = *state;

	assert_int_equal(report(site, "sarif/did-not-finish.sarif"), 7);
	assert_says(site->out, "\"total\":0,");
	assert_says(site->out, "\"why\":\"");
	assert_says(site->err, "run the tool again");
}

static void wrong_words_end_with_2(void **state)
{
	struct site *site = *state;

	assert_int_equal(site_call(site, "report", NULL), 2);
	assert_int_equal(
		site_call(site, "report", "--format", "trivvy", "x", NULL), 2);
	assert_says(site->err, "did you mean 'trivy'?");
}

static void assert_tame(const char *text)
{
	assert_null(strchr(text, 033));
	assert_null(strchr(text, 007));
	assert_null(strstr(text, "\xe2\x80\xae"));
	assert_null(strstr(text, "\xc2\x9b"));
}

/* The text with a sequence for terminals at the end of each of its strings,
 * as far as the format can have it there. */
static char *make_hostile(const char *text)
{
	struct str out = STR_INIT;
	bool json = strchr("{[", *text);
	const char *part = json ? "\\u001b]52;c;aGk=\\u0007\\u202e\\u009b"
			   : *text == '<'
				   ? "&#x202e;&#x9b;"
				   : "\033]52;c;aGk=\007\xe2\x80\xae\xc2\x9b";

	for (const char *at = text; *at; at++) {
		bool ends = json || *text == '<'
				    ? *at == '"' && strchr(",}]/> \n", at[1])
				    : *at == '\n';

		/* Keys stay: what is told by them is hostile enough. */
		if (ends && at > text && at[-1] != '"' && at[-1] != '=')
			str_add(&out, part);
		str_add_char(&out, *at);
	}
	return str_detach(&out);
}

static void check_fixture(struct site *site, const char *folder,
			  const char *name)
{
	char *path = path_join(folder, name);
	struct str text = STR_INIT;
	char *hostile;

	if (file_read(path, &text, 1 << 20, NULL) == 0) {
		hostile = make_hostile(text.data);
		site_write(site, "hostile", hostile);
		site_call(site, "report", "hostile", NULL);
		assert_tame(site->out);
		assert_tame(site->err);
		free(hostile);
	}
	str_release(&text);
	free(path);
}

/* The first fixtures of each format; each answer is a refusal or a report. */
static void nothing_in_a_report_steers_the_terminal(void **state)
{
	struct site *site = *state;

	for (const char *const *format = report_formats(); *format; format++) {
		char *folder = data(*format);
		DIR *dir = opendir(folder);
		struct dirent *entry;
		int left = 2;

		while (dir && left && (entry = readdir(dir))) {
			if (entry->d_name[0] == '.')
				continue;
			check_fixture(site, folder, entry->d_name);
			left--;
		}
		if (dir)
			closedir(dir);
		free(folder);
	}
	site_write(site, "t.tap",
		   "1..1\nnot ok 1 - a\033]52;c;aGk=\007\xe2\x80\xaez\n");
	assert_int_equal(site_call(site, "report", "t.tap", NULL), 0);
	assert_says(site->out, "not");
	assert_tame(site->out);
}

static void no_text_of_a_report_begins_a_line(void **state)
{
	struct site *site = *state;

	site_write(site, "forge.json",
		   "[{\"RuleID\":\"a\\nclean.json: grype: 0 findings\","
		   "\"File\":\"b\\nc\",\"StartLine\":1}]");
	assert_int_equal(site_call(site, "report", "forge.json", NULL), 0);
	assert_says(site->out, "a clean.json: grype: 0 findings  b c:1");
	site_write(site, "forge.xml",
		   "<testsuite><testcase name='a&#10;b: tap: 1 test'>"
		   "<failure/></testcase></testsuite>");
	assert_int_equal(site_call(site, "report", "forge.xml", NULL), 0);
	assert_null(strstr(site->out, "\nb: tap"));
}

static void licences_and_what_is_suppressed_are_named(void **state)
{
	struct site *site = *state;
	char *bill = data("cyclonedx/components.json");
	char *scan = data("trivy/everything.json");
	struct str text = STR_INIT;

	assert_int_equal(site_call(site, "report", bill, scan, NULL), 0);
	assert_says(site->out, "cyclonedx: 1 component\n  1 MIT\n");
	assert_says(site->out, "  suppressed  DS-0005  debian  let be\n"
			       "              because: ignored "
			       "(.trivyignore)\n");
	str_add(&text, "{\"version\":\"2.1.0\",\"runs\":[{\"results\":[{"
		       "\"ruleId\":\"r\",\"message\":{\"text\":\"a\\nb");
	for (int i = 0; i < 400; i++)
		str_add(&text, "\xc3\xa9");
	str_add(&text, "\"}}]}]}");
	site_write(site, "long.sarif", text.data);
	assert_int_equal(site_call(site, "report", "long.sarif", NULL), 0);
	assert_says(site->out, "  a b\xc3\xa9");
	assert_true(ends_with(site->out, "\xc3\xa9...\n"));
	assert_true(strlen(site->out) < 300);
	str_release(&text);
	free(bill);
	free(scan);
}

static void what_is_no_file_ends_with_7(void **state)
{
	struct site *site = *state;

	assert_int_equal(site_call(site, "report", ".", NULL), 7);
	assert_says(site->err, "not a regular file");
	site_shell(site, site->repository, "mkfifo pipe && : > empty");
	assert_int_equal(site_call(site, "report", "pipe", NULL), 7);
	assert_says(site->err, "not a regular file");
	assert_int_equal(site_call(site, "report", "empty", NULL), 7);
	assert_says(site->err, "an empty report is no clean one");
	site_shell(site, site->repository, "truncate -s 134217729 large");
	assert_int_equal(site_call(site, "report", "large", NULL), 7);
	assert_says(site->err,
		    "larger than 128 MiB: have the tool report less");
}

/* How what the index says of a format is named in our JSON. */
enum mapping {
	COUNT,	  /* a number */
	SUM,	  /* our number is the sum of its severities */
	BANDS,	  /* severities; what is not named is 0 */
	MAY_LACK, /* the same; a bill of materials that is no scan has none */
	THE_SAME  /* any value */
};

static const struct rule {
	const char *format, *theirs, *ours;
	enum mapping mapping;
} rules[] = {
	{"trivy", "total", "open", COUNT},
	{"trivy", "suppressed", "suppressed", COUNT},
	{"trivy", "fixable", "fixable", COUNT},
	{"trivy", "vulns", "by_kind.vulnerability", SUM},
	{"trivy", "misconfig", "by_kind.misconfiguration", SUM},
	{"trivy", "secrets", "by_kind.secret", SUM},
	{"trivy", "licenses", "by_kind.license", SUM},
	{"grype", "total", "open", COUNT},
	{"grype", "vulns", "by_severity", BANDS},
	{"grype", "vulns_dedup", "distinct", SUM},
	{"grype", "fixable", "fixable", COUNT},
	{"grype", "suppressed", "suppressed", COUNT},
	{"sarif", "total", "open", COUNT},
	{"sarif", "findings", "by_severity", BANDS},
	{"sarif", "distinct_rule_and_place", "distinct", COUNT},
	{"sarif", "suppressed", "suppressed", COUNT},
	{"cyclonedx", "vulns_open", "by_severity", MAY_LACK},
	{"cyclonedx", "components", "components", COUNT},
	{"cyclonedx", "components_without_license", "license_unknown", COUNT},
	{"spdx", "packages", "components", COUNT},
	{"spdx", "license_unknown", "license_unknown", COUNT},
	{"spdx", "licenses", "licenses", THE_SAME},
	{"osv", "total", "open", COUNT},
	{"osv", "groups", "by_severity", BANDS},
	{"npm-audit", "packages_total", "open", COUNT},
	{"npm-audit", "packages", "by_severity", BANDS},
	{"npm-audit", "advisories_total", "distinct", COUNT},
	{"npm-audit", "fixable_packages", "fixable", COUNT},
	{"snyk", "total", "open", COUNT},
	{"snyk", "vulns", "by_severity", BANDS},
	{"snyk", "dedup_total", "distinct", COUNT},
	{"snyk", "ignored", "suppressed", COUNT},
	{"semgrep", "total", "open", COUNT},
	{"semgrep", "findings", "by_severity", BANDS},
	{"semgrep", "suppressed", "suppressed", COUNT},
	{"semgrep", "distinct_rule_and_place", "distinct", COUNT},
	{"gitleaks", "secrets", "open", COUNT},
	{"gitleaks", "secrets", "by_kind.secret", COUNT},
	{"gitleaks", "distinct_rule_file_line", "distinct", COUNT},
	{"bandit", "total", "open", COUNT},
	{"bandit", "findings", "by_severity", BANDS},
	{"retire", "vulns", "by_severity", BANDS},
	{"junit", "cases", "total", COUNT},
	{"junit", "passed", "passed", COUNT},
	{"junit", "failed", "failed", COUNT},
	{"junit", "flaky", "flaky", COUNT},
	{"junit", "verdict", "verdict", THE_SAME},
	{"tap", "points", "total", COUNT},
	{"tap", "ok", "passed", COUNT},
	{"tap", "not_ok", "failed", COUNT},
	{"tap", "todo", "todo", COUNT},
	{"tap", "verdict", "verdict", THE_SAME},
	{"gotest", "tests", "total", COUNT},
	{"gotest", "passed", "passed", COUNT},
	{"gotest", "failed", "failed", COUNT},
	{"gotest", "skipped", "skipped", COUNT},
	{"gotest", "unfinished", "unfinished", COUNT},
	{"gotest", "verdict", "verdict", THE_SAME},
	{"cobertura", "lines", "lines", COUNT},
	{"cobertura", "covered", "covered", COUNT},
	{"lcov", "lines", "lines", COUNT},
	{"lcov", "covered", "covered", COUNT},
};

struct row {
	char *path;
	const char *file, *format;
	json_t *expected;
};

static json_t *look_up(json_t *object, const char *path)
{
	char *copy = xstrdup(path);
	char *next = NULL;

	for (char *key = strtok_r(copy, ".", &next); key;
	     key = strtok_r(NULL, ".", &next))
		object = json_object_get(object, key);
	free(copy);
	return object;
}

static json_int_t sum_of(json_t *counts)
{
	json_int_t sum = 0;
	const char *key;
	json_t *value;

	json_object_foreach(counts, key, value) sum +=
		json_integer_value(value);
	return sum;
}

static bool bands_agree(json_t *theirs, json_t *ours)
{
	const char *key;
	json_t *value;

	json_object_foreach(
		ours, key,
		value) if (json_integer_value(json_object_get(theirs, key)) !=
			   json_integer_value(value)) return false;
	return json_is_object(ours);
}

static bool agrees(const struct rule *rule, json_t *theirs, json_t *ours)
{
	switch (rule->mapping) {
	case COUNT:
		return json_is_integer(ours) &&
		       json_integer_value(ours) == json_integer_value(theirs);
	case SUM:
		return json_is_integer(ours) &&
		       json_integer_value(ours) == sum_of(theirs);
	case BANDS:
		return bands_agree(theirs, ours);
	case MAY_LACK:
		return ours ? bands_agree(theirs, ours) : sum_of(theirs) == 0;
	case THE_SAME:
		break;
	}
	return json_equal(theirs, ours);
}

/* How many of the rules held. */
static int compare(const struct row *row, json_t *printed)
{
	int held = 0;

	for (size_t i = 0; i < ARRAY_SIZE(rules); i++) {
		const struct rule *rule = &rules[i];
		json_t *theirs = json_object_get(row->expected, rule->theirs);
		json_t *ours = look_up(printed, rule->ours);

		if (strcmp(rule->format, row->format) != 0 || !theirs)
			continue;
		if (!agrees(rule, theirs, ours))
			fail_msg("%s: %s is %s, not %s", row->file, rule->ours,
				 json_dumps(ours, JSON_ENCODE_ANY),
				 json_dumps(theirs, JSON_ENCODE_ANY));
		held++;
	}
	return held;
}

static bool is_known(const char *format)
{
	const char *const *known = report_formats();

	while (*known && strcmp(*known, format) != 0)
		known++;
	return *known != NULL;
}

/* Rows in words, of nothing, or of an error, are other tests'. */
static int check_row(struct site *site, const struct row *row)
{
	json_t *printed;
	int held;

	if (!json_object_size(row->expected) ||
	    json_object_get(row->expected, "error") ||
	    strcmp(row->file, "cmocka-two-groups.xml") == 0 ||
	    !is_known(row->format))
		return 0;
	if (site_call(site, "report", "--output", "json", row->path, NULL) != 0)
		fail_msg("%s", site->err);
	printed = json_loads(site->out, 0, NULL);
	assert_non_null(printed);
	assert_string_equal(
		json_string_value(json_object_get(printed, "format")),
		row->format);
	held = compare(row, printed);
	json_decref(printed);
	return held;
}

static int check_line(struct site *site, const char *folder, char *line)
{
	char *format = strchr(line, '\t');
	char *expected = strrchr(line, '\t');
	struct row row = {.file = line};
	int held;

	if (*line == '#' || !format || format == expected)
		return 0;
	row.expected = json_loads(expected + 1, 0, NULL);
	if (!row.expected)
		return 0; /* the heading */
	*format++ = '\0';
	format[strcspn(format, "\t")] = '\0';
	row.format = format;
	row.path = path_join(folder, line);
	held = check_row(site, &row);
	free(row.path);
	json_decref(row.expected);
	return held;
}

static int check_index(struct site *site, const char *folder)
{
	char *index = path_join(folder, "INDEX.tsv");
	struct str text = STR_INIT;
	char *next = NULL;
	int held = 0;

	if (file_read(index, &text, 1 << 20, NULL) < 0)
		print_message("no real reports in %s: set SIGNALBOX_REPORTS\n",
			      folder);
	for (char *line = strtok_r(text.data, "\n", &next); line;
	     line = strtok_r(NULL, "\n", &next))
		held += check_line(site, folder, line);
	str_release(&text);
	free(index);
	return held;
}

static void the_index_of_real_reports_is_told(void **state)
{
	const char *given = getenv("SIGNALBOX_REPORTS");
	const char *top = getenv("top_srcdir");
	char *folder =
		given ? xstrdup(given)
		      : xasprintf("%s/../shared/data/reports", top ? top : ".");
	char *generated = path_join(folder, "generated-here");
	int held = check_index(*state, folder);

	held += check_index(*state, generated);
	free(generated);
	free(folder);
	if (!held)
		skip();
	print_message("%d numbers of the index hold\n", held);
}

#define SITE_TEST(test) \
	cmocka_unit_test_setup_teardown(test, site_set_up, site_tear_down)

static int tests(void)
{
	const struct CMUnitTest all[] = {
		SITE_TEST(findings_are_one_object_on_a_line),
		SITE_TEST(failed_tests_are_told_and_no_failure_of_the_command),
		SITE_TEST(
			what_is_not_believed_ends_with_7_and_the_rest_is_told),
		SITE_TEST(a_scan_that_failed_is_told_and_ends_with_7),
		SITE_TEST(what_was_not_looked_at_is_told_to_scripts),
		SITE_TEST(wrong_words_end_with_2),
		SITE_TEST(nothing_in_a_report_steers_the_terminal),
		SITE_TEST(no_text_of_a_report_begins_a_line),
		SITE_TEST(licences_and_what_is_suppressed_are_named),
		SITE_TEST(what_is_no_file_ends_with_7),
		SITE_TEST(the_index_of_real_reports_is_told),
	};

	return cmocka_run_group_tests(all, NULL, NULL);
}

int main(int argc, char **argv)
{
	return site_main(argc, argv, tests);
}
