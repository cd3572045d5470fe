/* SPDX-License-Identifier: MIT */
/* What a stage leaves behind to be read: artifacts and reports. */
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

void read_glob_or_globs(struct reader *reader, const struct node *value,
			void *into)
{
	char *glob = NULL;

	if (value->kind == NODE_LIST && !value->count)
		complain_about(reader, value,
			       "'%s' names nothing; write a path in it",
			       value->key);
	if (value->kind == NODE_LIST) {
		read_globs(reader, value, into);
		return;
	}
	read_glob(reader, value, &glob);
	if (glob)
		strings_add_owned(into, glob);
}

/* Formats that are counted while the stage writes them. */
static bool is_live(const char *format)
{
	static const char *const live[] = {"tap", "cmocka", "gotest",
					   "subunit"};

	for (size_t i = 0; i < ARRAY_SIZE(live); i++)
		if (strcmp(format, live[i]) == 0)
			return true;
	return false;
}

/* Which format the output is read as; NULL: none yet. */
static const char *of_output(const struct stage_config *stage)
{
	for (size_t i = 0; i < stage->report_count; i++)
		if (strcmp(stage->reports[i].path, "-") == 0)
			return stage->reports[i].format;
	return NULL;
}

static bool check_output(struct reader *reader, const struct node *value,
			 const char *format, const struct stage_config *stage)
{
	const char *first = of_output(stage);

	if (value->kind != NODE_TEXT || strcmp(value->text, "-") != 0)
		return true;
	if (!is_live(format))
		complain_about(reader, value,
			       "%s is not read from the output; write it to a "
			       "file and name that",
			       format);
	else if (first)
		complain_about(reader, value,
			       "the output is read as %s already; write %s to "
			       "a file and name that",
			       first, format);
	else
		return true;
	return false;
}

static void add_report(struct reader *reader, const struct node *value,
		       const char *format, struct stage_config *stage)
{
	char *path = NULL;
	struct report_config *report;

	if (!check_output(reader, value, format, stage))
		return;
	read_glob(reader, value, &path);
	if (!path)
		return;
	report = VECTOR_ADD(stage->reports, stage->report_count,
			    stage->report_cap);
	report->format = format;
	report->path = path;
	report->place = value->place;
}

static read_value read_report;

/* The names, but for keep, are report/'s names of the formats. */
static const struct key report_keys[] = {
	{"tap", read_report, 0, false},
	{"junit", read_report, 0, false},
	{"cmocka", read_report, 0, false},
	{"gotest", read_report, 0, false},
	{"ctest", read_report, 0, false},
	{"subunit", read_report, 0, false},
	{"cobertura", read_report, 0, false},
	{"lcov", read_report, 0, false},
	{"cyclonedx", read_report, 0, false},
	{"spdx", read_report, 0, false},
	{"licensecheck", read_report, 0, false},
	{"terraform", read_report, 0, false},
	{"ansible", read_report, 0, false},
	{"puppet", read_report, 0, false},
	{"keep", read_truth, offsetof(struct stage_config, keep_reports),
	 false},
	{"trx", NULL, 0, false},
	{"nunit", NULL, 0, false},
	{"xunit", NULL, 0, false},
	{"gcov", NULL, 0, false},
	{"jacoco", NULL, 0, false},
};
static const struct schema report_schema = SCHEMA("reports", report_keys);

static void read_report(struct reader *reader, const struct node *value,
			void *into)
{
	const char *format = NULL;

	for (size_t i = 0; !format && i < ARRAY_SIZE(report_keys); i++)
		if (strcmp(report_keys[i].name, value->key) == 0)
			format = report_keys[i].name;
	if (value->kind != NODE_LIST)
		add_report(reader, value, format, into);
	for (size_t i = 0; value->kind == NODE_LIST && i < value->count; i++)
		add_report(reader, &value->children[i], format, into);
}

void read_reports(struct reader *reader, const struct node *value, void *into)
{
	read_map(reader, value, &report_schema, into);
}
