/* SPDX-License-Identifier: MIT */
/* What a stage leaves behind to be read: artifacts, reports, scans. */
#include "pipeline/sections.h"

#include <string.h>

#include "base/file.h"
#include "base/memory.h"
#include "base/vector.h"

static bool check_below(struct reader *reader, const struct node *value)
{
	if (value->kind != NODE_TEXT || !path_leads_out(value->text))
		return true;
	complain_about(reader, value,
		       "'%.80s' leads out of the work folder; write a path "
		       "below it, without '..' and leading '/'",
		       value->text);
	return false;
}

void read_glob(struct reader *reader, const struct node *value, void *into)
{
	if (check_below(reader, value))
		read_line(reader, value, into);
}

void read_globs(struct reader *reader, const struct node *value, void *into)
{
	read_lines(reader, value, into);
	for (size_t i = 0; value->kind == NODE_LIST && i < value->count; i++)
		(void)check_below(reader, &value->children[i]);
}

static void add_report(struct reader *reader, const struct node *value,
		       enum report_format format, struct stage_config *stage)
{
	char *path = NULL;
	struct report_config *report;

	if (format == REPORT_JUNIT && value->kind == NODE_TEXT &&
	    strcmp(value->text, "-") == 0) {
		complain_about(reader, value,
			       "JUnit XML is not read from the output; write "
			       "it to a file and name that");
		return;
	}
	read_glob(reader, value, &path);
	if (!path)
		return;
	report = VECTOR_ADD(stage->reports, stage->report_count,
			    stage->report_cap);
	report->format = format;
	report->path = path;
	report->place = value->place;
}

static void read_format(struct reader *reader, const struct node *value,
			enum report_format format, struct stage_config *stage)
{
	if (value->kind != NODE_LIST)
		add_report(reader, value, format, stage);
	for (size_t i = 0; value->kind == NODE_LIST && i < value->count; i++)
		add_report(reader, &value->children[i], format, stage);
}

static void read_tap(struct reader *reader, const struct node *value,
		     void *into)
{
	read_format(reader, value, REPORT_TAP, into);
}

static void read_junit(struct reader *reader, const struct node *value,
		       void *into)
{
	read_format(reader, value, REPORT_JUNIT, into);
}

static void read_cmocka(struct reader *reader, const struct node *value,
			void *into)
{
	read_format(reader, value, REPORT_CMOCKA, into);
}

static const struct key report_keys[] = {
	{"tap", read_tap, 0, false},	   {"junit", read_junit, 0, false},
	{"cmocka", read_cmocka, 0, false}, {"go-json", NULL, 0, false},
	{"ctest", NULL, 0, false},	   {"trx", NULL, 0, false},
	{"nunit", NULL, 0, false},	   {"xunit", NULL, 0, false},
	{"subunit", NULL, 0, false},	   {"gtest", NULL, 0, false},
	{"cobertura", NULL, 0, false},	   {"lcov", NULL, 0, false},
	{"gcov", NULL, 0, false},	   {"jacoco", NULL, 0, false},
	{"coverage", NULL, 0, false},	   {"licences", NULL, 0, false},
	{"cyclonedx", NULL, 0, false},	   {"spdx", NULL, 0, false},
};
static const struct schema report_schema = SCHEMA("reports", report_keys);

void read_reports(struct reader *reader, const struct node *value, void *into)
{
	read_map(reader, value, &report_schema, into);
}

static void read_scan_format(struct reader *reader, const struct node *value,
			     void *into)
{
	static const char *const words[] = {"sarif", "trivy"};
	static const char *const later[] = {
		"grype",  "cyclonedx", "osv",	   "npm",  "snyk", "semgrep",
		"bandit", "gitleaks",  "cppcheck", "spdx", NULL,
	};
	int word = read_word(reader, value, words, ARRAY_SIZE(words), later);

	if (word >= 0)
		read_line(reader, value, into);
}

static void read_fail_on(struct reader *reader, const struct node *value,
			 void *into)
{
	static const char *const words[] = {"info", "low", "medium", "high",
					    "critical"};
	struct scan_config *scan = into;
	int word = read_word(reader, value, words, ARRAY_SIZE(words), NULL);

	if (word >= 0)
		scan->fail_on = (enum severity)(SEVERITY_INFO + word);
}

static void read_unknown(struct reader *reader, const struct node *value,
			 void *into)
{
	static const char *const words[] = {"fail", "warn", "count"};
	struct scan_config *scan = into;
	int word = read_word(reader, value, words, ARRAY_SIZE(words), NULL);

	if (word == 0)
		scan->unknown = UNKNOWN_FAIL;
	else if (word > 0)
		scan->unknown = word == 1 ? UNKNOWN_WARN : UNKNOWN_COUNT;
}

static void read_exits(struct reader *reader, const struct node *value,
		       int **exits, size_t *count)
{
	size_t cap = 0;

	*count = 0;
	if (!expect_kind(reader, value, NODE_LIST, "a list of exit statuses"))
		return;
	for (size_t i = 0; i < value->count; i++) {
		int number = -1;

		read_between(reader, &value->children[i],
			     "exit status; it is a number", 0, 255, &number);
		if (number >= 0)
			*VECTOR_ADD(*exits, *count, cap) = number;
	}
}

static void read_ok_exits(struct reader *reader, const struct node *value,
			  void *into)
{
	struct scan_config *scan = into;

	read_exits(reader, value, &scan->ok_exits, &scan->ok_exit_count);
}

static void read_findings_exits(struct reader *reader, const struct node *value,
				void *into)
{
	struct scan_config *scan = into;

	read_exits(reader, value, &scan->findings_exits,
		   &scan->findings_exit_count);
}

static const struct key scan_keys[] = {
	{"report", read_glob, offsetof(struct scan_config, report), true},
	{"format", read_scan_format, offsetof(struct scan_config, format),
	 false},
	{"fail-on", read_fail_on, 0, false},
	{"unknown", read_unknown, 0, false},
	{"ok-exits", read_ok_exits, 0, false},
	{"findings-exits", read_findings_exits, 0, false},
	{"exceptions", read_glob, offsetof(struct scan_config, exceptions),
	 false},
	{"licences", NULL, 0, false},
	{"baseline", NULL, 0, false},
	{"new-only", NULL, 0, false},
	{"coverage", NULL, 0, false},
};
static const struct schema scan_schema = SCHEMA("a scan", scan_keys);

static bool has_exit(const int *exits, size_t count, int status)
{
	for (size_t i = 0; i < count; i++)
		if (exits[i] == status)
			return true;
	return false;
}

static void check_exits(struct reader *reader, const struct node *findings,
			struct scan_config *scan)
{
	for (size_t i = 0; i < scan->findings_exit_count; i++)
		if (has_exit(scan->ok_exits, scan->ok_exit_count,
			     scan->findings_exits[i]))
			complain_about(reader, findings,
				       "exit status %d stands in 'ok-exits' "
				       "too; it can mean only one thing",
				       scan->findings_exits[i]);
}

void read_scan(struct reader *reader, const struct node *value, void *into)
{
	static const int ok = 0;
	static const int found = 1;
	struct scan_config *scan = into;
	const struct node *findings = node_find(value, "findings-exits");

	scan->present = true;
	scan->place = node_place(value);
	scan->fail_on = SEVERITY_HIGH;
	read_map(reader, value, &scan_schema, scan);
	if (!node_find(value, "ok-exits")) {
		scan->ok_exits = xmemdup(&ok, sizeof(ok));
		scan->ok_exit_count = 1;
	}
	if (findings) {
		check_exits(reader, findings, scan);
	} else if (!has_exit(scan->ok_exits, scan->ok_exit_count, found)) {
		scan->findings_exits = xmemdup(&found, sizeof(found));
		scan->findings_exit_count = 1;
	}
}
