/* SPDX-License-Identifier: MIT */
#include "evidence/describe.h"

#include <string.h>

#include "base/memory.h"
#include "base/printable.h"

static void add_count(json_t *object, const char *key, uint64_t count)
{
	json_object_set_new(object, key, json_integer((json_int_t)count));
}

/* A name that is no UTF-8 is told as a person would see it. */
static void add_text(json_t *object, const char *key, const char *text)
{
	json_t *value = json_string(text);
	struct str shown = STR_INIT;

	if (!value) {
		str_add_printable(&shown, text, strlen(text), false);
		value = json_string(shown.data);
		str_release(&shown);
	}
	json_object_set_new(object, key, value);
}

static void add_severities(json_t *object, const struct report *report)
{
	json_t *counts = json_object();

	for (int s = REPORT_SEVERITY_COUNT - 1; s >= 0; s--)
		add_count(counts, report_severity_name(s),
			  report->by_severity[s]);
	json_object_set_new(object, "by_severity", counts);
}

static void add_kinds(json_t *object, const struct report *report)
{
	json_t *counts = json_object();

	for (int k = 0; k < FINDING_KIND_COUNT; k++)
		add_count(counts, finding_kind_name((enum finding_kind)k),
			  report->by_kind[k]);
	json_object_set_new(object, "by_kind", counts);
}

static void describe_findings(json_t *object, const struct report *report)
{
	add_count(object, "total", report->open + report->suppressed);
	add_count(object, "open", report->open);
	add_count(object, "suppressed", report->suppressed);
	add_count(object, "distinct", report->distinct);
	add_count(object, "fixable", report->fixable);
	add_severities(object, report);
	add_kinds(object, report);
}

/* What may fail by itself, TAP's todo, is no test that counts: it is among
 * the skipped, so that the six sum up. */
static void describe_tests(json_t *object, const struct report *report)
{
	const struct test_totals *totals = &report->totals;

	add_count(object, "total", totals->total);
	add_count(object, "passed", totals->passed);
	add_count(object, "failed", totals->failed);
	add_count(object, "errors", totals->errors);
	add_count(object, "skipped", totals->skipped + totals->todo);
	add_count(object, "todo", totals->todo);
	add_count(object, "flaky", totals->flaky);
	add_count(object, "unfinished", totals->unfinished);
	add_text(object, "verdict", report_verdict_name(report->verdict));
}

json_t *report_describe(const struct report *report, const char *file)
{
	json_t *object = json_object();

	add_text(object, "file", file);
	add_text(object, "format", report->format);
	add_text(object, "kind", report_kind_name(report->kind));
	if (report->kind == REPORT_OF_TESTS)
		describe_tests(object, report);
	if (report->has_findings)
		describe_findings(object, report);
	if (report->why)
		add_text(object, "why", report->why);
	return object;
}
