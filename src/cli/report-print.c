/* SPDX-License-Identifier: MIT */
#include "cli/report-print.h"

#include <inttypes.h>
#include <string.h>

#include "cli/listing.h"
#include "report/collect.h"
#include "report/describe.h"

/* Of what is not as it should be, this many are named; of texts that others
 * wrote, so many bytes are shown. */
#define NAMED 5
#define TEXT_BYTES 160

static void print_count(uint64_t count, const char *what)
{
	if (count)
		listing_print(", %" PRIu64 " %s", count, what);
}

static void print_text(const char *before, const char *text)
{
	size_t len = text_cut(text, strlen(text), TEXT_BYTES);

	listing_print("%s%.*s%s", before, (int)len, text,
		      text[len] ? "..." : "");
}

static void print_finding(const char *word, const struct finding *finding)
{
	listing_print("  %-8s  %s", word, finding->id);
	if (finding->package)
		listing_print("  %s %s%s%s", finding->package,
			      finding->installed ? finding->installed : "",
			      finding->fixed ? " -> " : "",
			      finding->fixed ? finding->fixed : "");
	else if (finding->path && finding->line)
		listing_print("  %s:%d", finding->path, finding->line);
	else if (finding->path)
		listing_print("  %s", finding->path);
	if (finding->title && *finding->title)
		print_text("  ", finding->title);
	listing_print("\n");
}

/* The worst first, each in the report's order. */
static void print_worst(const struct report *report)
{
	int left = NAMED;

	for (int s = REPORT_SEVERITY_COUNT - 1; s >= 0; s--)
		for (size_t i = 0; i < report->finding_count && left; i++) {
			const struct finding *finding = &report->findings[i];

			if (finding->suppressed || (int)finding->severity != s)
				continue;
			print_finding(report_severity_name(finding->severity),
				      finding);
			left--;
		}
}

static void print_suppressed(const struct report *report)
{
	uint64_t told = 0;

	for (size_t i = 0; i < report->finding_count; i++) {
		const struct finding *finding = &report->findings[i];

		if (!finding->suppressed || told++ >= NAMED)
			continue;
		print_finding("suppressed", finding);
		if (finding->suppression)
			print_text("              because: ",
				   finding->suppression);
		else
			listing_print("              without a reason");
		listing_print("\n");
	}
	if (told > NAMED)
		listing_print("  and %" PRIu64 " more suppressed\n",
			      told - NAMED);
}

static void print_findings(const struct report *report)
{
	listing_print("%" PRIu64 " finding%s", report->open,
		      report->open == 1 ? "" : "s");
	for (int s = REPORT_SEVERITY_COUNT - 1; s >= 0; s--)
		print_count(report->by_severity[s], report_severity_name(s));
	print_count(report->suppressed, "suppressed");
	print_count(report->fixable, "with a fix");
	print_count(report->tool_errors, "not looked at");
	listing_print("%s\n",
		      report->nothing_scanned ? "; nothing was scanned" : "");
	print_worst(report);
	print_suppressed(report);
}

static void print_bad_tests(const struct report *report)
{
	int left = NAMED;

	for (size_t i = 0; i < report->case_count && left; i++) {
		const struct test_case *test = &report->cases[i];

		if (test->outcome != TEST_FAILED &&
		    test->outcome != TEST_ERROR &&
		    test->outcome != TEST_UNFINISHED)
			continue;
		listing_print("  %-10s  %s", test_outcome_name(test->outcome),
			      test->name);
		if (test->file)
			listing_print("  %s:%d", test->file, test->line);
		listing_print("\n");
		left--;
	}
}

static void print_tests(const struct report *report)
{
	const struct test_totals *totals = &report->totals;

	listing_print("%" PRIu64 " test%s", totals->total,
		      totals->total == 1 ? "" : "s");
	print_count(totals->passed, "passed");
	print_count(totals->failed, "failed");
	print_count(totals->errors, "in error");
	print_count(totals->unfinished, "unfinished");
	print_count(totals->skipped, "skipped");
	print_count(totals->todo, "to do");
	print_count(totals->flaky, "flaky");
	listing_print("\n");
	print_bad_tests(report);
}

/* Those with the most lines that no test reached. */
static const struct coverage_file *barest(const struct report *report,
					  const struct coverage_file *before)
{
	const struct coverage_file *found = NULL;

	for (size_t i = 0; i < report->file_count; i++) {
		const struct coverage_file *file = &report->files[i];
		uint64_t bare = file->lines - file->covered;

		/* Of equals the first in the report comes first. */
		if (!bare ||
		    (before && (bare > before->lines - before->covered ||
				(bare == before->lines - before->covered &&
				 file <= before))))
			continue;
		if (!found || bare > found->lines - found->covered)
			found = file;
	}
	return found;
}

static void print_coverage(const struct report *report)
{
	const struct coverage_file *sum = &report->coverage;
	const struct coverage_file *file = NULL;

	listing_print("%" PRIu64 " of %" PRIu64 " lines covered", sum->covered,
		      sum->lines);
	if (sum->lines)
		listing_print(" (%.1f %%)", 100.0 * (double)sum->covered /
						    (double)sum->lines);
	if (sum->branches)
		listing_print(", %" PRIu64 " of %" PRIu64 " branches",
			      sum->branches_covered, sum->branches);
	listing_print(" in %zu file%s\n", report->file_count,
		      report->file_count == 1 ? "" : "s");
	for (int i = 0; i < NAMED && (file = barest(report, file)); i++)
		listing_print("  %6" PRIu64 " uncovered  %s\n",
			      file->lines - file->covered, file->path);
}

/* Of equals the first that the report names; NULL: there is none. */
static const char *commonest(json_t *licenses, json_int_t *most)
{
	const char *found = NULL, *name;
	json_t *count;

	*most = 0;
	json_object_foreach(licenses, name, count)
	{
		if (json_integer_value(count) <= *most)
			continue;
		found = name;
		*most = json_integer_value(count);
	}
	return found;
}

static void print_licenses(const struct report *report)
{
	json_t *object = report_describe(report, "");
	json_t *licenses = json_object_get(object, "licenses");
	const char *name;
	json_int_t count;

	for (int i = 0; i < NAMED && (name = commonest(licenses, &count));
	     i++) {
		listing_print("%s%lld ", i ? ", " : "  ", (long long)count);
		print_text("", name);
		json_object_del(licenses, name);
	}
	if (json_object_size(licenses))
		listing_print(", and %zu other licenses",
			      json_object_size(licenses));
	if (report->component_count > report->license_unknown)
		listing_print("\n");
	json_decref(object);
}

static void print_components(const struct report *report)
{
	int left = NAMED;

	/* A scan that lists none is no bill of materials. */
	if (report->has_findings && !report->component_count)
		return;
	listing_print("%s%zu component%s", report->has_findings ? "  " : "",
		      report->component_count,
		      report->component_count == 1 ? "" : "s");
	print_count(report->license_unknown, "without a known license");
	listing_print("\n");
	print_licenses(report);
	for (size_t i = 0; i < report->component_count && left; i++) {
		const struct component *component = &report->components[i];

		if (component->license)
			continue;
		listing_print("  no license  %s%s%s\n", component->name,
			      component->version ? " " : "",
			      component->version ? component->version : "");
		left--;
	}
}

static void print_changes(const struct report *report)
{
	const struct report_changes *changes = &report->changes;

	if (changes->is_plan)
		listing_print("%" PRIu64 " to add, %" PRIu64
			      " to change, %" PRIu64 " to destroy, %" PRIu64
			      " to replace\n",
			      changes->adds, changes->changes,
			      changes->destroys, changes->replacements);
	else
		listing_print(
			"%" PRIu64 " changed, %" PRIu64 " failed, %" PRIu64
			" unreachable, on %" PRIu64 " host%s\n",
			changes->changed, changes->failed, changes->unreachable,
			changes->hosts, changes->hosts == 1 ? "" : "s");
}

static void print_kind(const struct report *report)
{
	if (report->kind == REPORT_OF_TESTS)
		print_tests(report);
	if (report->kind == REPORT_OF_COVERAGE)
		print_coverage(report);
	if (report->kind == REPORT_OF_CHANGES)
		print_changes(report);
	if (report->has_findings)
		print_findings(report);
	if (report->has_components)
		print_components(report);
}

void report_print(const struct report *report, const char *path)
{
	listing_print("%s: %s: ", path, report->format);
	print_kind(report);
	if (report->why)
		listing_print("  %s: %s\n",
			      report_verdict_name(report->verdict),
			      report->why);
	for (size_t i = 0; i < report->notes.count; i++)
		listing_print("  note: %s\n", report->notes.items[i]);
}
