/* SPDX-License-Identifier: MIT */
/* `retire --outputformat json`: libraries of JavaScript with known holes, as
 * an object since version 2, as the bare list before. */
#include <string.h>

#include "base/memory.h"
#include "base/str.h"
#include "report/entry.h"
#include "report/json.h"
#include "report/value.h"

#define TITLE "JSON of retire.js"

static bool are_files(const json_t *list)
{
	const json_t *file;
	size_t i;

	json_array_foreach(list, i, file)
	{
		const json_t *results = member_array(file, "results");

		if (!results ||
		    (json_array_size(results) &&
		     !member_text(json_array_get(results, 0), "component")))
			return false;
	}
	return true;
}

static bool matches(const struct report_input *input)
{
	const json_t *json = input->json;
	const json_t *data = member_array(json, "data");

	if (json_array_size(json))
		return are_files(json);
	return data && member_text(json, "version") &&
	       (json_array_size(data) ? are_files(data)
				      : member_array(json, "errors") != NULL);
}

static bool accepts(const struct report_input *input)
{
	return matches(input) || (json_is_array(input->json) &&
				  json_array_size(input->json) == 0);
}

/* The first of the names that a hole has; the others are aliases. */
static void name_hole(struct report *report, const json_t *names,
		      struct finding *finding)
{
	static const char *const keys[] = {"githubID", "issue", "bug", "retid"};
	const char *id = json_string_value(
		json_array_get(member_array(names, "CVE"), 0));
	struct str others = STR_INIT;
	const json_t *other;
	size_t i;

	json_array_foreach(member_array(names, "CVE"), i, other)
	{
		if (i)
			words_add(&others, " ", json_string_value(other));
	}
	for (i = 0; i < ARRAY_SIZE(keys); i++) {
		const char *name = member_word(names, keys[i]);

		if (id)
			words_add(&others, " ", i == 0 ? name : NULL);
		else
			id = name;
	}
	finding->id = report_text(report, id, REPORT_WORD_MAX);
	finding->aliases = words_keep(report, &others);
}

static void read_hole(struct report *report, const json_t *entry,
		      struct finding *finding)
{
	const json_t *names = member(entry, "identifiers");
	const json_t *info = member_array(entry, "info");

	finding->kind = FINDING_VULNERABILITY;
	name_hole(report, names, finding);
	finding->title = entry_line(report, names, "summary");
	finding->severity = severity_of_word(member_text(entry, "severity"));
	finding->fixed = entry_word(report, entry, "below", REPORT_WORD_MAX);
	finding->url =
		report_text(report, json_string_value(json_array_get(info, 0)),
			    REPORT_NAME_MAX);
	if (!finding->id)
		finding->id = finding->title;
}

static int read_library(const struct report_input *input, const json_t *library,
			const char *path, struct report *report,
			struct error *err)
{
	const char *component =
		entry_word(report, library, "component", REPORT_WORD_MAX);
	const char *version =
		entry_word(report, library, "version", REPORT_WORD_MAX);
	json_t *list, *entry;
	size_t i;

	if (entry_list(input, TITLE, library, "vulnerabilities", &list, err) <
	    0)
		return -1;
	json_array_foreach(list, i, entry)
	{
		struct finding finding = {.package = component,
					  .installed = version,
					  .path = path};

		read_hole(report, entry, &finding);
		entry_add(report, &finding);
	}
	return 0;
}

static int read_file_of(const struct report_input *input, const json_t *file,
			struct report *report, struct error *err)
{
	const char *path = entry_word(report, file, "file", REPORT_PATH_MAX);
	json_t *list, *library;
	size_t i;

	if (entry_list(input, TITLE, file, "results", &list, err) < 0)
		return -1;
	json_array_foreach(list, i, library)
	{
		if (read_library(input, library, path, report, err) < 0)
			return -1;
	}
	return 0;
}

static int read_retire(const struct report_input *input, struct report *report,
		       struct error *err)
{
	const json_t *files = input->json;
	const json_t *file;
	size_t i;

	if (json_is_object(files))
		files = member(files, "data");
	report->tool = "retire.js";
	json_array_foreach(files, i, file)
	{
		if (read_file_of(input, file, report, err) < 0)
			return -1;
	}
	report->tool_errors =
		json_array_size(member_array(input->json, "errors"));
	if (report->tool_errors)
		report_note(report, "retire.js had errors, and has not looked "
				    "at everything; see its own output");
	report_close(report);
	return 0;
}

const struct report_format_ops retire_format = {
	.name = "retire",
	.title = TITLE,
	.encoding = REPORT_JSON,
	.kind = REPORT_OF_FINDINGS,
	.matches = matches,
	.accepts = accepts,
	.read = read_retire,
};
