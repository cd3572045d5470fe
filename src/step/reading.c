/* SPDX-License-Identifier: MIT */
#include "step/reading.h"

#include <stdlib.h>

#include "base/memory.h"
#include "base/str.h"

void reading_blame(struct reading *reading, char *why)
{
	char *both;

	if (!reading->why) {
		reading->why = why;
		return;
	}
	both = xasprintf("%s; %s", reading->why, why);
	free(reading->why);
	free(why);
	reading->why = both;
}

void reading_release(struct reading *reading)
{
	free(reading->path);
	free(reading->why);
	if (reading->is_read)
		report_release(&reading->report);
}

void reading_set_totals(struct event *event, const struct test_totals *totals)
{
	event_set_int(event, "passed", (int64_t)totals->passed);
	event_set_int(event, "failed", (int64_t)test_totals_bad(totals));
	event_set_int(event, "skipped",
		      (int64_t)(totals->skipped + totals->todo));
}

static void set_tests(struct event *event, const struct report *report)
{
	event_set_int(event, "total", (int64_t)report->totals.total);
	reading_set_totals(event, &report->totals);
	event_set_int(event, "errors", (int64_t)report->totals.errors);
	if (report->totals.flaky)
		event_set_int(event, "flaky", (int64_t)report->totals.flaky);
}

static void set_coverage(struct event *event, const struct coverage_file *sum)
{
	event_set_int(event, "lines", (int64_t)sum->lines);
	event_set_int(event, "covered", (int64_t)sum->covered);
	event_set_int(event, "branches", (int64_t)sum->branches);
	event_set_int(event, "branches-covered",
		      (int64_t)sum->branches_covered);
}

static void set_changes(struct event *event, const struct report_changes *it)
{
	if (it->is_plan) {
		event_set_int(event, "adds", (int64_t)it->adds);
		event_set_int(event, "changes", (int64_t)it->changes);
		event_set_int(event, "destroys", (int64_t)it->destroys);
		event_set_int(event, "replacements", (int64_t)it->replacements);
		return;
	}
	event_set_int(event, "changed", (int64_t)it->changed);
	event_set_int(event, "failed", (int64_t)it->failed);
	event_set_int(event, "unreachable", (int64_t)it->unreachable);
	event_set_int(event, "hosts", (int64_t)it->hosts);
}

void reading_set_components(struct event *event, const struct report *report)
{
	int64_t denied = 0, review = 0, judged = 0;

	if (!report->has_components)
		return;
	for (size_t i = 0; i < report->component_count; i++) {
		const char *verdict = report->components[i].verdict;

		judged += verdict != NULL;
		denied += str_equal(verdict, "denied");
		review += str_equal(verdict, "review");
	}
	event_set_int(event, "components", (int64_t)report->component_count);
	event_set_int(event, "license-unknown",
		      (int64_t)report->license_unknown);
	if (!judged)
		return;
	event_set_int(event, "denied", denied);
	event_set_int(event, "review", review);
}

static void set_report(struct event *event, const struct report *report)
{
	event_set(event, "format", report->format);
	event_set(event, "verdict", report_verdict_name(report->verdict));
	if (report->kind == REPORT_OF_TESTS)
		set_tests(event, report);
	if (report->kind == REPORT_OF_COVERAGE)
		set_coverage(event, &report->coverage);
	if (report->kind == REPORT_OF_CHANGES)
		set_changes(event, &report->changes);
	reading_set_components(event, report);
}

static void set_compared(struct event *event, const struct reading *reading)
{
	if (reading->newly_skipped >= 0)
		event_set_int(event, "newly-skipped", reading->newly_skipped);
	if (reading->lines_before >= 0)
		event_set_real(event, "lines-before", reading->lines_before);
	if (reading->branches_before >= 0)
		event_set_real(event, "branches-before",
			       reading->branches_before);
}

void reading_set(struct event *event, const struct reading *reading)
{
	event_set(event, "kind", report_kind_name(reading->kind));
	if (reading->is_read)
		set_report(event, &reading->report);
	set_compared(event, reading);
	event_set_bool(event, "fresh", reading->is_read);
	event_set_bool(event, "ok", !reading->why);
	event_set(event, "reason", reading->why);
}
