/* SPDX-License-Identifier: MIT */
/* JUnit XML: what a CI system shows beside a change. */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "base/printable.h"
#include "evidence/export.h"
#include "report/json.h"

struct suite {
	uint64_t tests, failures, errors, skipped;
	struct str cases;
};

/* Of printable text; what XML has no place for is '?'. */
static void add_escaped(struct str *out, const char *text)
{
	for (size_t at = 0, len = strlen(text); at < len;) {
		int32_t c;
		size_t used = utf8_decode(text + at, len - at, &c);

		if (c == '&')
			str_add(out, "&amp;");
		else if (c == '<')
			str_add(out, "&lt;");
		else if (c == '>')
			str_add(out, "&gt;");
		else if (c == '"')
			str_add(out, "&quot;");
		else if (c == 0xfffe || c == 0xffff)
			str_add_char(out, '?');
		else
			str_add_bytes(out, text + at, used);
		at += used;
	}
}

static void add_text(struct str *out, const char *text)
{
	char *shown = export_text(text);

	add_escaped(out, shown);
	free(shown);
}

static void add_attribute(struct str *out, const char *name, const char *text)
{
	str_addf(out, " %s=\"", name);
	add_text(out, text);
	str_add_char(out, '"');
}

/* Line by line, each made printable. */
static void add_lines(struct str *out, const char *text)
{
	for (const char *at = text; at && *at;) {
		size_t len = strcspn(at, "\n");
		char *line = xstrndup(at, len);

		add_text(out, line);
		free(line);
		at += len;
		if (*at++ == '\n')
			str_add_char(out, '\n');
		else
			break;
	}
}

static void begin_case(struct suite *suite, const char *class, const char *name)
{
	suite->tests++;
	str_add(&suite->cases, "    <testcase");
	add_attribute(&suite->cases, "classname", class);
	add_attribute(&suite->cases, "name", name);
}

/* What became of it, in an element of its own. */
static void end_case(struct suite *suite, const char *element,
		     const char *message, const char *text)
{
	struct str *out = &suite->cases;

	suite->failures += strcmp(element, "failure") == 0;
	suite->errors += strcmp(element, "error") == 0;
	suite->skipped += strcmp(element, "skipped") == 0;
	str_addf(out, ">\n      <%s", element);
	add_attribute(out, "message", message);
	if (text && *text) {
		str_add_char(out, '>');
		add_lines(out, text);
		str_addf(out, "</%s>\n    </testcase>\n", element);
	} else {
		str_add(out, "/>\n    </testcase>\n");
	}
}

static const char *element_of(const struct kept_test *test)
{
	switch (test->outcome) {
	case TEST_PASSED:
		return test->flaky ? "flakyFailure" : NULL;
	case TEST_FAILED:
		return "failure";
	case TEST_SKIPPED:
	case TEST_TODO:
		return "skipped";
	default:
		return "error";
	}
}

static void add_test(struct suite *suite, const struct export_stage *stage,
		     const struct kept_test *test)
{
	const char *element = element_of(test);
	char *first =
		xstrndup(test->message ? test->message : "",
			 strcspn(test->message ? test->message : "", "\n"));

	begin_case(suite, stage->name, test->name ? test->name : "?");
	if (test->file)
		add_attribute(&suite->cases, "file", test->file);
	if (test->line)
		str_addf(&suite->cases, " line=\"%" PRId64 "\"", test->line);
	if (test->ms >= 0)
		str_addf(&suite->cases, " time=\"%" PRId64 ".%03d\"",
			 test->ms / 1000, (int)(test->ms % 1000));
	if (!element)
		str_add(&suite->cases, "/>\n");
	else
		end_case(suite, element,
			 *first ? first : test_outcome_name(test->outcome),
			 test->message);
	free(first);
}

static void add_finding(struct suite *suite, const struct export_stage *stage,
			const struct kept_finding *finding)
{
	bool fails = export_fails(stage, finding);
	char *place = export_place(finding);
	char *name = xasprintf("%s%s%s", finding->id ? finding->id : "?",
			       *place ? " " : "", place);
	char *message =
		xasprintf("%s, %s%s%s", report_severity_name(finding->severity),
			  finding->state, finding->title ? ": " : "",
			  finding->title ? finding->title : "");

	begin_case(suite, stage->name, name);
	end_case(suite, fails ? "failure" : "skipped", message,
		 finding->exception ? finding->exception
				    : finding->suppression);
	free(message);
	free(name);
	free(place);
}

/* One that could not be read has no case that would say so. */
static void add_unread(struct suite *suite, const struct export_stage *stage)
{
	const json_t *report;
	size_t i;

	json_array_foreach(stage->kept.reports, i, report)
	{
		const char *reason = member_text(report, "reason");

		if (member(report, "kind"))
			continue;
		begin_case(suite, stage->name, member_text(report, "path"));
		end_case(suite, "error", reason ? reason : "not read", NULL);
	}
}

/* The stage itself, where nothing else speaks for it. */
static void add_stage(struct suite *suite, const struct export_stage *stage)
{
	bool red = suite->failures || suite->errors;

	if (suite->tests && (red || !stage->bad) && !stage->why)
		return;
	begin_case(suite, "stage", stage->name);
	if (stage->bad)
		end_case(suite, "failure",
			 *stage->reason ? stage->reason : stage->state,
			 stage->why);
	else if (stage->skipped || stage->why)
		end_case(suite, "skipped",
			 stage->why ? stage->why : stage->state, NULL);
	else
		str_add(&suite->cases, "/>\n");
}

/* For what has no case: what a plan destroys, what is covered. */
static void add_others(struct str *out, const struct export_stage *stage)
{
	char *text = export_others(stage);

	if (*text) {
		str_add(out, "    <properties>\n      <property");
		add_attribute(out, "name", "summary");
		add_attribute(out, "value", text);
		str_add(out, "/>\n    </properties>\n");
	}
	free(text);
}

static void make_suite(const struct export_stage *stage, struct suite *suite)
{
	str_init(&suite->cases);
	for (size_t i = 0; i < stage->kept.test_count; i++)
		add_test(suite, stage, &stage->kept.tests[i]);
	for (size_t i = 0; i < stage->kept.finding_count; i++)
		add_finding(suite, stage, &stage->kept.findings[i]);
	add_unread(suite, stage);
	add_stage(suite, stage);
}

static void add_counts(struct str *out, const struct suite *it, int64_t ms)
{
	str_addf(out,
		 " tests=\"%" PRIu64 "\" failures=\"%" PRIu64
		 "\" errors=\"%" PRIu64 "\" skipped=\"%" PRIu64
		 "\" time=\"%" PRId64 ".%03d\">\n",
		 it->tests, it->failures, it->errors, it->skipped, ms / 1000,
		 (int)(ms % 1000));
}

void export_junit(const struct export_run *run, struct str *out)
{
	struct suite all = {0};
	struct str suites = STR_INIT;
	char *name = xasprintf("%s run %" PRId64, run->pipeline, run->number);

	for (size_t i = 0; i < run->count; i++) {
		const struct export_stage *stage = &run->stages[i];
		struct suite suite = {0};

		make_suite(stage, &suite);
		str_add(&suites, "  <testsuite");
		add_attribute(&suites, "name", stage->name);
		add_counts(&suites, &suite, stage->ms);
		add_others(&suites, stage);
		str_add_bytes(&suites, suite.cases.data, suite.cases.len);
		str_add(&suites, "  </testsuite>\n");
		str_release(&suite.cases);
		all.tests += suite.tests;
		all.failures += suite.failures;
		all.errors += suite.errors;
		all.skipped += suite.skipped;
	}
	str_add(out, "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
		     "<testsuites");
	add_attribute(out, "name", name);
	add_counts(out, &all, run->ms);
	str_add_bytes(out, suites.data, suites.len);
	str_add(out, "</testsuites>\n");
	str_release(&suites);
	free(name);
}
