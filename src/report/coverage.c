/* SPDX-License-Identifier: MIT */
#include "report/coverage.h"

#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "base/vector.h"
#include "report/value.h"

#define IS_HIT ((uint64_t)1 << 63)

struct coverage_branch {
	uint32_t all, taken;
};

void coverage_init(struct coverage *coverage, struct report *report)
{
	*coverage = (struct coverage){
		.report = report,
		.line_slots = 1024,
		.keys = report_pool_new(),
	};
	coverage->lines = xcalloc(coverage->line_slots, sizeof(uint64_t));
	coverage->seed = (uint64_t)(uintptr_t)coverage->lines;
}

void coverage_release(struct coverage *coverage)
{
	free(coverage->lines);
	free(coverage->branches);
	report_pool_free(coverage->keys);
}

size_t coverage_file(struct coverage *coverage, const char *path, size_t len)
{
	struct report *report = coverage->report;
	size_t cut = text_cut(path, len, REPORT_PATH_MAX);
	size_t number = report_pool_number(report->pool, path, cut);
	struct coverage_file *file;

	if (number < report->file_count)
		return number;
	file = VECTOR_ADD(report->files, report->file_count, report->file_cap);
	file->path = report_pool_add(report->pool, path, cut);
	return number;
}

static uint64_t *find_slot(const struct coverage *coverage, uint64_t key)
{
	uint64_t mixed = (key ^ coverage->seed) * 0x9e3779b97f4a7c15u;
	size_t at = (size_t)(mixed >> 20) & (coverage->line_slots - 1);

	while (coverage->lines[at] && (coverage->lines[at] & ~IS_HIT) != key)
		at = (at + 1) & (coverage->line_slots - 1);
	return &coverage->lines[at];
}

static void grow(struct coverage *coverage)
{
	uint64_t *old = coverage->lines;
	size_t slots = coverage->line_slots;

	coverage->line_slots *= 2;
	coverage->lines = xcalloc(coverage->line_slots, sizeof(uint64_t));
	for (size_t i = 0; i < slots; i++)
		if (old[i])
			*find_slot(coverage, old[i] & ~IS_HIT) = old[i];
	free(old);
}

void coverage_line(struct coverage *coverage, size_t file, uint32_t line,
		   bool hit)
{
	struct coverage_file *sum = &coverage->report->coverage;
	struct coverage_file *of = &coverage->report->files[file];
	uint64_t key = ((uint64_t)file << 32 | line) + 1; /* never 0 */
	uint64_t *slot = find_slot(coverage, key);

	if (!*slot) {
		*slot = key;
		of->lines++;
		sum->lines++;
		coverage->line_count++;
	}
	if (hit && !(*slot & IS_HIT)) {
		*slot |= IS_HIT;
		of->covered++;
		sum->covered++;
	}
	if (coverage->line_count > coverage->line_slots / 2)
		grow(coverage);
}

void coverage_branches(struct coverage *coverage, size_t file, uint32_t line,
		       const char *key, uint32_t all, uint32_t taken)
{
	struct coverage_file *sum = &coverage->report->coverage;
	struct coverage_file *of = &coverage->report->files[file];
	char *whole = xasprintf("%zx:%x:%s", file, line, key);
	size_t number =
		report_pool_number(coverage->keys, whole, strlen(whole));
	struct coverage_branch *branch;

	free(whole);
	if (number == coverage->branch_count)
		(void)VECTOR_ADD(coverage->branches, coverage->branch_count,
				 coverage->branch_cap);
	branch = &coverage->branches[number];
	if (taken > all)
		taken = all;
	if (all > branch->all) {
		of->branches += all - branch->all;
		sum->branches += all - branch->all;
		branch->all = all;
	}
	if (taken > branch->taken) {
		of->branches_covered += taken - branch->taken;
		sum->branches_covered += taken - branch->taken;
		branch->taken = taken;
	}
}

bool coverage_number(const char *text, size_t len, uint32_t *number)
{
	double value;

	if (!text_number(text, len, &value) || value < 0 ||
	    value > 0x7ffffffe || value != (double)(uint32_t)value)
		return false;
	*number = (uint32_t)value;
	return true;
}
