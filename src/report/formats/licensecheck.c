/* SPDX-License-Identifier: MIT */
/* `licensecheck --machine`: a file and its licence a line, apart by a tab,
 * and with --copyright who holds it. */
#include <string.h>

#include "base/str.h"
#include "report/input.h"
#include "report/license-names.h"

/* What a line of few bytes may take: a component and two texts. */
#define LINE_COST 256

struct line {
	const char *path, *license;
	size_t path_len, license_len;
};

/* The next line that is not empty; false at the end, and for what is no such
 * line, where *at stays. */
static bool next_line(const char **at, struct line *line)
{
	const char *text = *at + strspn(*at, "\r\n");
	size_t len = strcspn(text, "\r\n");
	const char *tab = memchr(text, '\t', len);

	*at = text;
	if (!tab || tab == text)
		return false;
	line->path = text;
	line->path_len = (size_t)(tab - text);
	line->license = tab + 1;
	line->license_len = strcspn(tab + 1, "\t\r\n");
	if (!line->license_len)
		return false;
	*at = text + len;
	return true;
}

/* All lines are, whatever the licences are called. */
static bool accepts(const struct report_input *input)
{
	const char *at = input->text;
	struct line line;

	while (next_line(&at, &line))
		;
	return !*at;
}

static bool names_license(const struct line *line)
{
	static const char *const words[] = {
		"UNKNOWN", "Licen", "Public domain", "MIT", "Apache", "GPL"};
	struct str text = STR_INIT;
	bool found = false;

	str_add_bytes(&text, line->license, line->license_len);
	for (size_t i = 0; !found && i < sizeof(words) / sizeof(*words); i++)
		found = strstr(text.data, words[i]);
	str_release(&text);
	return found;
}

/* Tabs alone do not tell: one licence must be known for one. */
static bool matches(const struct report_input *input)
{
	const char *at = input->text;
	bool named = false;
	struct line line;

	while (next_line(&at, &line))
		named = named || names_license(&line);
	return named && !*at;
}

static int read_licensecheck(const struct report_input *input,
			     struct report *report, struct error *err)
{
	const char *at = input->text;
	struct line line;
	size_t lines = 1;

	if (input->text[input->len - 1] != '\n')
		return error_set(err, ERROR_FAILED,
				 "%s is cut: its last line has no end",
				 input->name);
	for (const char *end = at; (end = strchr(end, '\n')); end++)
		lines++;
	if (check_memory(input->name, lines * LINE_COST, input->len, err) < 0)
		return -1;
	report->has_components = true;
	report->tool = "licensecheck";
	while (next_line(&at, &line)) {
		struct component component = {
			.path = report_bytes(report, line.path, line.path_len,
					     REPORT_PATH_MAX),
			.license =
				report_bytes(report, line.license,
					     line.license_len, REPORT_NAME_MAX),
		};

		component.name = component.path;
		if (!license_is_told(component.license))
			component.license = NULL;
		report_add_component(report, &component);
	}
	report_close(report);
	return 0;
}

const struct report_format_ops licensecheck_format = {
	.name = "licensecheck",
	.title = "licensecheck's list",
	.encoding = REPORT_LINES,
	.kind = REPORT_OF_COMPONENTS,
	.matches = matches,
	.accepts = accepts,
	.read = read_licensecheck,
};
