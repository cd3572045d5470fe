/* SPDX-License-Identifier: MIT */
#include "report/collect.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "base/vector.h"
#include "report/pool.h"

#define NOTES_MAX 16

void report_begin(struct report *report, enum report_kind kind,
		  const char *format)
{
	*report = (struct report){.kind = kind, .format = format};
	report->has_findings = kind == REPORT_OF_FINDINGS;
	report->has_components = kind == REPORT_OF_COMPONENTS;
	report->tool = "";
	report->pool = report_pool_new();
}

void report_release(struct report *report)
{
	free(report->why);
	strings_release(&report->notes);
	free(report->cases);
	free(report->findings);
	free(report->components);
	free(report->files);
	report_pool_free(report->pool);
	*report = (struct report){0};
}

size_t text_cut(const char *text, size_t len, size_t limit)
{
	if (len <= limit)
		return len;
	while (limit && ((unsigned char)text[limit] & 0xc0) == 0x80)
		limit--;
	return limit;
}

const char *report_bytes(struct report *report, const char *text, size_t len,
			 size_t limit)
{
	if (!text)
		return NULL;
	return report_pool_add(report->pool, text, text_cut(text, len, limit));
}

const char *report_text(struct report *report, const char *text, size_t limit)
{
	if (!text)
		return NULL;
	return report_bytes(report, text, strlen(text), limit);
}

void report_fail(struct report *report, const char *format, ...)
{
	va_list args;

	report->verdict = REPORT_FAIL;
	if (report->why)
		return;
	va_start(args, format);
	report->why = xvasprintf(format, args);
	va_end(args);
}

void report_note(struct report *report, const char *format, ...)
{
	va_list args;

	if (report->notes.count >= NOTES_MAX)
		return;
	va_start(args, format);
	strings_add_owned(&report->notes, xvasprintf(format, args));
	va_end(args);
}

static uint64_t *counter_of(struct test_totals *totals,
			    enum test_outcome outcome)
{
	switch (outcome) {
	case TEST_PASSED:
		return &totals->passed;
	case TEST_FAILED:
		return &totals->failed;
	case TEST_ERROR:
		return &totals->errors;
	case TEST_SKIPPED:
		return &totals->skipped;
	case TEST_TODO:
		return &totals->todo;
	case TEST_UNFINISHED:
		return &totals->unfinished;
	}
	BUG("test outcome %d", (int)outcome);
}

void report_count_test(struct report *report, const struct test_case *test)
{
	report->totals.total++;
	++*counter_of(&report->totals, test->outcome);
	if (test->flaky)
		report->totals.flaky++;
}

void report_recount_test(struct report *report, const struct test_case *was,
			 const struct test_case *is)
{
	--*counter_of(&report->totals, was->outcome);
	++*counter_of(&report->totals, is->outcome);
	report->totals.flaky += is->flaky;
	report->totals.flaky -= was->flaky;
}

void report_count_unfinished(struct report *report, uint64_t count)
{
	report->totals.total += count;
	report->totals.unfinished += count;
}

void report_keep_test(struct report *report, const struct test_case *test)
{
	size_t *kept = test->outcome == TEST_PASSED ? &report->passed_kept
						    : &report->others_kept;
	struct test_case *copy;

	if (*kept >= REPORT_CASES_MAX ||
	    report_pool_bytes(report->pool) >= REPORT_CASES_BYTES)
		return;
	++*kept;
	copy = VECTOR_ADD(report->cases, report->case_count, report->case_cap);
	*copy = *test;
	copy->name = report_text(report, test->name, REPORT_NAME_MAX);
	copy->message = report_text(report, test->message ? test->message : "",
				    REPORT_MESSAGE_MAX);
	copy->file = report_text(report, test->file, REPORT_PATH_MAX);
}

void report_add_finding(struct report *report, const struct finding *finding)
{
	struct finding *copy = VECTOR_ADD(
		report->findings, report->finding_count, report->finding_cap);

	*copy = *finding;
	copy->state = finding->suppressed ? FINDING_SUPPRESSED : FINDING_OPEN;
	if (finding->suppressed) {
		report->suppressed++;
		return;
	}
	report->open++;
	report->by_severity[finding->severity]++;
	report->by_kind[finding->kind]++;
	if (finding->fixed)
		report->fixable++;
}

void report_add_component(struct report *report,
			  const struct component *component)
{
	*VECTOR_ADD(report->components, report->component_count,
		    report->component_cap) = *component;
	if (!component->license)
		report->license_unknown++;
}

/* Texts are interned: the same text is the same pointer. Where there is a
 * package, its place is not what tells two apart. */
static bool is_same(const struct finding *a, const struct finding *b)
{
	if (a->id != b->id || a->package != b->package ||
	    a->installed != b->installed)
		return false;
	return a->package || (a->path == b->path && a->line == b->line &&
			      a->column == b->column);
}

/* As MurmurHash3 ends: each bit of what goes in, be it the highest, reaches
 * the lowest, which are those that are looked at. */
static uint64_t mix(uint64_t hash, uint64_t value)
{
	hash ^= value;
	hash = (hash ^ hash >> 33) * 0xff51afd7ed558ccdu;
	hash = (hash ^ hash >> 33) * 0xc4ceb9fe1a85ec53u;
	return hash ^ hash >> 33;
}

static uint64_t hash_of(const struct finding *finding)
{
	/* One by one: texts that came together lie together, so that what two
	 * of them have in common is the same for many. */
	uint64_t hash = mix(0, (uintptr_t)finding->id);

	hash = mix(hash, (uintptr_t)finding->package);
	hash = mix(hash, (uintptr_t)finding->installed);
	if (finding->package)
		return hash;
	hash = mix(hash, (uintptr_t)finding->path);
	return mix(hash, (uint64_t)(uint32_t)finding->line << 32 |
				 (uint32_t)finding->column);
}

/* Places in a table of twice as many, numbers of findings from 1. */
static uint64_t count_distinct(const struct report *report)
{
	size_t slots = 16;
	uint64_t distinct = 0;
	uint32_t *table;

	while (slots < 2 * report->open)
		slots *= 2;
	table = xcalloc(slots, sizeof(*table));
	for (size_t i = 0; i < report->finding_count; i++) {
		const struct finding *finding = &report->findings[i];
		size_t at = (size_t)hash_of(finding) & (slots - 1);

		if (finding->suppressed)
			continue;
		while (table[at] &&
		       !is_same(&report->findings[table[at] - 1], finding))
			at = (at + 1) & (slots - 1);
		distinct += !table[at];
		if (!table[at])
			table[at] = (uint32_t)i + 1;
	}
	free(table);
	return distinct;
}

static const char *first_bad_name(const struct report *report)
{
	for (size_t i = 0; i < report->case_count; i++) {
		const struct test_case *test = &report->cases[i];

		if (test->outcome == TEST_FAILED ||
		    test->outcome == TEST_ERROR ||
		    test->outcome == TEST_UNFINISHED)
			return test->name;
	}
	return NULL;
}

static void judge_tests(struct report *report)
{
	uint64_t bad = test_totals_bad(&report->totals);
	const char *name = first_bad_name(report);

	if (bad && name)
		report_fail(report,
			    "%" PRIu64 " of %" PRIu64
			    " tests did not pass, the first: %s",
			    bad, report->totals.total, name);
	else if (bad)
		report_fail(report,
			    "%" PRIu64 " of %" PRIu64 " tests did not pass",
			    bad, report->totals.total);
	if (report->totals.total || report->verdict != REPORT_PASS)
		return;
	report->verdict = REPORT_EMPTY;
	report->why = xstrdup(
		report->all_skipped
			? "no test ran: every one was skipped"
			: "no test ran: there is not one in the report");
}

static void judge_coverage(struct report *report)
{
	if (report->coverage.lines || report->verdict != REPORT_PASS)
		return;
	report->verdict = REPORT_EMPTY;
	report->why = xstrdup("nothing was measured: there is not one line "
			      "in the report");
}

void report_close(struct report *report)
{
	if (report->kind == REPORT_OF_TESTS)
		judge_tests(report);
	if (report->kind == REPORT_OF_COVERAGE)
		judge_coverage(report);
	if (report->has_findings && !report->distinct_is_set)
		report->distinct = count_distinct(report);
}

uint64_t test_totals_bad(const struct test_totals *totals)
{
	return totals->failed + totals->errors + totals->unfinished;
}
