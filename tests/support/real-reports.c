/* SPDX-License-Identifier: MIT */
#include "support/real-reports.h"

#include "base/file.h"

static char *reports_folder(void)
{
	const char *given = getenv("SIGNALBOX_REPORTS");
	const char *top = getenv("top_srcdir");

	if (given)
		return xstrdup(given);
	return xasprintf("%s/../shared/data/reports", top ? top : ".");
}

static void check_line(const char *folder, char *line, check_callback *check)
{
	char *format = strchr(line, '\t');
	char *expected = strrchr(line, '\t');
	struct row row = {.file = line};

	if (*line == '#' || !format || format == expected)
		return;
	*format++ = '\0';
	format[strcspn(format, "\t")] = '\0';
	row.format = format;
	row.expected = json_loads(expected + 1, 0, NULL);
	if (!row.expected)
		return; /* the heading */
	row.path = path_join(folder, line);
	check(&row);
	free(row.path);
	json_decref(row.expected);
}

/* False when there is no index. */
static bool each_row_of(const char *folder, check_callback *check)
{
	char *index = path_join(folder, "INDEX.tsv");
	struct str text = STR_INIT;
	char *next = NULL;
	bool there = file_read(index, &text, 1 << 20, NULL) == 0;

	if (!there)
		print_message("no real reports in %s: set SIGNALBOX_REPORTS\n",
			      folder);
	for (char *line = strtok_r(text.data, "\n", &next); line;
	     line = strtok_r(NULL, "\n", &next))
		check_line(folder, line, check);
	str_release(&text);
	free(index);
	return there;
}

void each_row(check_callback *check)
{
	char *folder = reports_folder();
	char *generated = path_join(folder, "generated-here");
	bool there =
		each_row_of(folder, check) && each_row_of(generated, check);

	free(generated);
	free(folder);
	if (!there)
		skip();
}

struct report read_row(const struct row *row)
{
	struct error err = ERROR_INIT;
	struct report report;

	if (report_read(row->path, NULL, &report, &err) < 0)
		fail_msg("%s", err.message);
	assert_string_equal(report.format, row->format);
	return report;
}

void expect(const struct row *row, const char *what, uint64_t got)
{
	json_t *value = json_object_get(row->expected, what);

	if (!json_is_integer(value))
		fail_msg("%s: the index does not say %s", row->file, what);
	if ((uint64_t)json_integer_value(value) != got)
		fail_msg("%s: %s is %d, not %d", row->file, what, (int)got,
			 (int)json_integer_value(value));
}

/* FINDING_KIND_COUNT: of any kind. */
