/* SPDX-License-Identifier: MIT */
/* Cobertura's XML, as coverage.py, gcovr and others write it. The rates it
 * declares are not believed: lines are counted. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "report/coverage.h"
#include "report/format.h"
#include "report/value.h"
#include "report/xml.h"

struct cobertura {
	struct coverage coverage;
	bool in_class;
	size_t file;
	double declared; /* lines; -1 not told */
};

static void start_class(struct cobertura *cobertura, const char **attributes)
{
	const char *path = xml_attribute(attributes, "filename");

	if (!path || !*path)
		path = xml_attribute(attributes, "name");
	cobertura->in_class = path && *path;
	if (cobertura->in_class)
		cobertura->file =
			coverage_file(&cobertura->coverage, path, strlen(path));
	else
		report_fail(cobertura->coverage.report,
			    "a class names no file: whose lines are these?");
}

/* "50% (1/2)" */
static void read_conditions(struct cobertura *cobertura, uint32_t line,
			    const char *text)
{
	const char *open = text ? strchr(text, '(') : NULL;
	unsigned taken, all;

	if (open && sscanf(open, "(%7u/%7u)", &taken, &all) == 2)
		coverage_branches(&cobertura->coverage, cobertura->file, line,
				  "", all, taken);
}

static void start_line(struct cobertura *cobertura, const char **attributes)
{
	const char *number = xml_attribute(attributes, "number");
	const char *hits = xml_attribute(attributes, "hits");
	uint32_t line;
	double count;

	if (!cobertura->in_class || !number || !hits ||
	    !coverage_number(number, strlen(number), &line) ||
	    !text_number(hits, strlen(hits), &count)) {
		report_fail(cobertura->coverage.report,
			    "a line has no file, no number or no hits");
		return;
	}
	coverage_line(&cobertura->coverage, cobertura->file, line, count > 0);
	read_conditions(cobertura, line,
			xml_attribute(attributes, "condition-coverage"));
}

static void on_start(void *data, const char *name, const char **attributes)
{
	struct cobertura *cobertura = data;
	const char *lines;

	if (strcmp(name, "class") == 0) {
		start_class(cobertura, attributes);
	} else if (strcmp(name, "line") == 0) {
		start_line(cobertura, attributes);
	} else if (strcmp(name, "coverage") == 0) {
		lines = xml_attribute(attributes, "lines-valid");
		if (!lines ||
		    !text_number(lines, strlen(lines), &cobertura->declared))
			cobertura->declared = -1;
	}
}

static void on_end(void *data, const char *name)
{
	struct cobertura *cobertura = data;

	if (strcmp(name, "class") == 0)
		cobertura->in_class = false;
}

/* Clover's root has the same name, but neither of these. */
static bool matches(const struct report_input *input)
{
	return strcmp(input->root, "coverage") == 0 &&
	       (strstr(input->text, "line-rate") ||
		strstr(input->text, "<packages"));
}

static int read_cobertura(const struct report_input *input,
			  struct report *report, struct error *err)
{
	static const struct xml_ops ops = {.start = on_start, .end = on_end};
	struct cobertura cobertura = {.declared = -1};
	int result;

	coverage_init(&cobertura.coverage, report);
	result = report_xml_read(input, &ops, &cobertura, err);
	coverage_release(&cobertura.coverage);
	if (result < 0)
		return -1;
	if (cobertura.declared >= 0 &&
	    cobertura.declared != (double)report->coverage.lines)
		report_note(report, "declares %.0f lines, but holds %" PRIu64,
			    cobertura.declared, report->coverage.lines);
	report_close(report);
	return 0;
}

const struct report_format_ops cobertura_format = {
	.name = "cobertura",
	.title = "Cobertura XML",
	.encoding = REPORT_XML,
	.kind = REPORT_OF_COVERAGE,
	.matches = matches,
	.read = read_cobertura,
};
