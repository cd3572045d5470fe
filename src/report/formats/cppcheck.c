/* SPDX-License-Identifier: MIT */
/* cppcheck's XML, version 2. It goes to the standard error output. */
#include <string.h>

#include "base/memory.h"
#include "base/str.h"
#include "report/entry.h"
#include "report/value.h"
#include "report/xml.h"

struct cppcheck {
	struct report *report;
	struct finding finding; /* of the element that is open */
	bool in_error;
	bool is_placed;
	bool has_version_2;
	bool has_errors;
};

/* Of version 1, too, which is refused with what to do. */
static bool matches(const struct report_input *input)
{
	return strcmp(input->root, "results") == 0 &&
	       (strstr(input->text, "<cppcheck") ||
		strstr(input->text, "<error "));
}

static enum report_severity severity_of(const char *word)
{
	static const struct {
		const char *word;
		enum report_severity severity;
	} words[] = {
		{"error", REPORT_SEVERITY_HIGH},
		{"warning", REPORT_SEVERITY_MEDIUM},
		{"style", REPORT_SEVERITY_LOW},
		{"performance", REPORT_SEVERITY_LOW},
		{"portability", REPORT_SEVERITY_LOW},
		{"information", REPORT_SEVERITY_INFO},
		{"debug", REPORT_SEVERITY_INFO},
		{"none", REPORT_SEVERITY_INFO},
	};

	for (size_t i = 0; i < ARRAY_SIZE(words); i++)
		if (str_equal(word, words[i].word))
			return words[i].severity;
	return REPORT_SEVERITY_UNKNOWN;
}

static const char *text_of(struct report *report, const char **attributes,
			   const char *name, size_t limit)
{
	const char *text = xml_attribute(attributes, name);

	return text && *text ? report_text(report, text, limit) : NULL;
}

/* Within int, else not told. */
static int number_of(const char **attributes, const char *name)
{
	const char *text = xml_attribute(attributes, name);
	double number;

	if (!text || !text_number(text, strlen(text), &number) || number < 0 ||
	    number > 2147483647.0)
		return 0;
	return (int)number;
}

/* What it did is told as if it were something that it found. */
static bool is_summary(const char *id)
{
	return str_equal(id, "checkersReport");
}

static void begin_error(struct cppcheck *cppcheck, const char **attributes)
{
	struct report *report = cppcheck->report;
	struct finding *finding = &cppcheck->finding;
	const char *severity = xml_attribute(attributes, "severity");

	cppcheck->in_error = true;
	cppcheck->is_placed = false;
	*finding = (struct finding){.kind = FINDING_CODE};
	finding->id = text_of(report, attributes, "id", REPORT_WORD_MAX);
	finding->title = text_of(report, attributes, "msg", REPORT_NAME_MAX);
	finding->path = text_of(report, attributes, "file0", REPORT_PATH_MAX);
	finding->severity = severity_of(severity);
}

/* The first is where it is, the others are how it comes to that. */
static void read_location(struct cppcheck *cppcheck, const char **attributes)
{
	struct finding *finding = &cppcheck->finding;
	const char *path =
		text_of(cppcheck->report, attributes, "file", REPORT_PATH_MAX);

	if (cppcheck->is_placed)
		return;
	cppcheck->is_placed = true;
	if (path)
		finding->path = path;
	finding->line = number_of(attributes, "line");
	finding->column = number_of(attributes, "column");
}

static void on_start(void *data, const char *name, const char **attributes)
{
	struct cppcheck *cppcheck = data;

	if (strcmp(name, "results") == 0)
		cppcheck->has_version_2 =
			str_equal(xml_attribute(attributes, "version"), "2");
	else if (strcmp(name, "errors") == 0)
		cppcheck->has_errors = true;
	else if (strcmp(name, "error") == 0)
		begin_error(cppcheck, attributes);
	else if (strcmp(name, "location") == 0 && cppcheck->in_error)
		read_location(cppcheck, attributes);
}

static void on_end(void *data, const char *name)
{
	struct cppcheck *cppcheck = data;
	struct finding *finding = &cppcheck->finding;

	if (strcmp(name, "error") != 0 || !cppcheck->in_error)
		return;
	cppcheck->in_error = false;
	if (!is_summary(finding->id))
		entry_add(cppcheck->report, finding);
}

static int read_cppcheck(const struct report_input *input,
			 struct report *report, struct error *err)
{
	static const struct xml_ops ops = {.start = on_start, .end = on_end};
	struct cppcheck cppcheck = {.report = report};

	if (report_xml_read(input, &ops, &cppcheck, err) < 0)
		return -1;
	if (!cppcheck.has_version_2)
		return error_set(err, ERROR_FAILED,
				 "%s is cppcheck's XML of a version other than "
				 "2: run it with --xml-version=2",
				 input->name);
	if (!cppcheck.has_errors)
		return error_set(err, ERROR_FAILED,
				 "%s has no <errors>: cppcheck did not write "
				 "it to the end",
				 input->name);
	report->tool = "Cppcheck";
	report_close(report);
	return 0;
}

const struct report_format_ops cppcheck_format = {
	.name = "cppcheck",
	.title = "XML of cppcheck",
	.encoding = REPORT_XML,
	.kind = REPORT_OF_FINDINGS,
	.matches = matches,
	.read = read_cppcheck,
};
