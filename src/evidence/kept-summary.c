/* SPDX-License-Identifier: MIT */
/* A report in a few numbers, and findings by what they are. */
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "evidence/kept.h"

static void set(json_t *object, const char *key, uint64_t value)
{
	json_object_set_new(object, key, json_integer((json_int_t)value));
}

static void sum_tests(json_t *object, const struct report *report)
{
	const struct test_totals *it = &report->totals;

	json_object_set_new(object, "kind", json_string("tests"));
	set(object, "total", it->total);
	set(object, "passed", it->passed);
	set(object, "failed", it->failed);
	set(object, "errors", it->errors);
	/* The six sum up to the total. */
	set(object, "skipped", it->skipped + it->todo);
	set(object, "todo", it->todo);
	set(object, "flaky", it->flaky);
	set(object, "unfinished", it->unfinished);
	json_object_set_new(object, "verdict",
			    json_string(report_verdict_name(report->verdict)));
}

static void sum_severities(json_t *object, const struct report *report)
{
	json_t *counts = json_object();

	for (int i = REPORT_SEVERITY_COUNT - 1; i >= 0; i--)
		set(counts, report_severity_name((enum report_severity)i),
		    report->by_severity[i]);
	json_object_set_new(object, "by_severity", counts);
}

static void sum_findings(json_t *object, const struct report *report)
{
	json_object_set_new(object, "kind", json_string("findings"));
	set(object, "total", report->open + report->suppressed);
	set(object, "open", report->open);
	set(object, "suppressed", report->suppressed);
	set(object, "distinct", report->distinct);
	set(object, "fixable", report->fixable);
	sum_severities(object, report);
}

json_t *report_summary(const struct report *report)
{
	json_t *object = json_object();

	json_object_set_new(object, "format", json_string(report->format));
	if (report->kind == REPORT_OF_TESTS)
		sum_tests(object, report);
	else
		sum_findings(object, report);
	return object;
}

const char *finding_state(const struct finding *finding)
{
	return finding_state_name(finding->state);
}

static void add_part(struct digest *digest, const char *text)
{
	/* The NUL parts it from the next one. */
	digest_add(digest, text ? text : "", text ? strlen(text) + 1 : 1);
}

void finding_key(const struct finding *finding, char text[FINDING_KEY_SIZE])
{
	struct digest *digest = digest_new();
	char whole[DIGEST_TEXT_SIZE];

	add_part(digest, finding_kind_name(finding->kind));
	add_part(digest, finding->id);
	add_part(digest, finding->package);
	add_part(digest, finding->path);
	digest_finish(digest, whole);
	memcpy(text, whole, FINDING_KEY_SIZE - 1);
	text[FINDING_KEY_SIZE - 1] = '\0';
}

static int compare_keys(const void *a, const void *b)
{
	return memcmp(a, b, FINDING_KEY_SIZE);
}

void findings_digest(const struct report *report, char text[DIGEST_TEXT_SIZE])
{
	char(*keys)[FINDING_KEY_SIZE] =
		xcalloc(report->open ? report->open : 1, sizeof(*keys));
	size_t count = 0;

	for (size_t i = 0; i < report->finding_count; i++)
		if (!report->findings[i].suppressed && count < report->open)
			finding_key(&report->findings[i], keys[count++]);
	if (count)
		qsort(keys, count, sizeof(*keys), compare_keys);
	digest_bytes(keys, count * sizeof(*keys), text);
	free(keys);
}
