/* SPDX-License-Identifier: MIT */
#include "report/describe.h"

#include <string.h>

#include "base/memory.h"
#include "base/printable.h"

static void add_count(json_t *object, const char *key, uint64_t count)
{
	json_object_set_new(object, key, json_integer((json_int_t)count));
}

/* A name that is no UTF-8 is told as a person would see it. */
static json_t *text_value(const char *text)
{
	json_t *value = json_string(text);
	struct str shown = STR_INIT;

	if (!value) {
		str_add_printable(&shown, text, strlen(text), false);
		value = json_string(shown.data);
		str_release(&shown);
	}
	return value;
}

static void add_text(json_t *object, const char *key, const char *text)
{
	json_object_set_new(object, key, text_value(text));
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

static void describe_coverage(json_t *object, const struct report *report)
{
	const struct coverage_file *sum = &report->coverage;

	add_count(object, "lines", sum->lines);
	add_count(object, "covered", sum->covered);
	add_count(object, "branches", sum->branches);
	add_count(object, "branches_covered", sum->branches_covered);
	add_count(object, "files", report->file_count);
}

static void describe_components(json_t *object, const struct report *report)
{
	json_t *licenses = json_object();

	for (size_t i = 0; i < report->component_count; i++) {
		const char *license = report->components[i].license;
		json_t *count;

		if (!license)
			continue;
		count = json_object_get(licenses, license);
		add_count(licenses, license,
			  (uint64_t)json_integer_value(count) + 1);
	}
	add_count(object, "components", report->component_count);
	add_count(object, "license_unknown", report->license_unknown);
	json_object_set_new(object, "licenses", licenses);
}

static void describe_changes(json_t *object, const struct report *report)
{
	const struct report_changes *changes = &report->changes;

	if (changes->is_plan) {
		add_count(object, "adds", changes->adds);
		add_count(object, "changes", changes->changes);
		add_count(object, "destroys", changes->destroys);
		add_count(object, "replacements", changes->replacements);
		return;
	}
	add_count(object, "changed", changes->changed);
	add_count(object, "failed", changes->failed);
	add_count(object, "unreachable", changes->unreachable);
	add_count(object, "hosts", changes->hosts);
}

/* A bill of materials that tells vulnerabilities is a scan too. */
static const char *kind_of(const struct report *report)
{
	return report_kind_name(report->has_findings ? REPORT_OF_FINDINGS
						     : report->kind);
}

json_t *report_describe(const struct report *report, const char *file)
{
	json_t *object = json_object();

	add_text(object, "file", file);
	add_text(object, "format", report->format);
	add_text(object, "kind", kind_of(report));
	if (report->kind == REPORT_OF_TESTS)
		describe_tests(object, report);
	if (report->has_findings)
		describe_findings(object, report);
	if (report->kind == REPORT_OF_COVERAGE)
		describe_coverage(object, report);
	if (report->has_components)
		describe_components(object, report);
	if (report->kind == REPORT_OF_CHANGES)
		describe_changes(object, report);
	if (report->why)
		add_text(object, "why", report->why);
	return object;
}

void report_describe_oddities(json_t *object, const struct report *report)
{
	json_t *notes;

	if (report->tool_errors)
		add_count(object, "tool_errors", report->tool_errors);
	if (report->nothing_scanned)
		json_object_set_new(object, "nothing_scanned", json_true());
	if (!report->notes.count)
		return;
	notes = json_array();
	for (size_t i = 0; i < report->notes.count; i++)
		json_array_append_new(notes,
				      text_value(report->notes.items[i]));
	json_object_set_new(object, "notes", notes);
}
