/* SPDX-License-Identifier: MIT */
/* LCOV's tracefiles. A file's lines (DA) and branches (BRDA) are counted;
 * how many it declares (LF) is only held against them. */
#include <inttypes.h>
#include <string.h>

#include "report/coverage.h"
#include "report/format.h"
#include "report/input.h"
#include "report/value.h"

/* Of a record: its file's name in tables and lists. */
#define FILE_COST 260

struct lcov {
	struct coverage coverage;
	size_t file;
	bool in_record;
	uint32_t lines, declared; /* of the record */
	uint64_t lacking;
	uint64_t line; /* of the text, from 1 */
};

/* The next of fields apart by commas; moves *at behind it. */
static size_t field(const char **at, const char *end, const char **text)
{
	const char *comma = memchr(*at, ',', (size_t)(end - *at));

	*text = *at;
	*at = comma ? comma + 1 : end;
	return (size_t)((comma ? comma : end) - *text);
}

/* "-" is never reached; some write hits as 1e+06, or below 0. */
static bool read_hits(const char *text, size_t len, bool *hit)
{
	double hits = 0;

	if (len != 1 || *text != '-') {
		if (!text_number(text, len, &hits))
			return false;
	}
	*hit = hits > 0;
	return true;
}

static void complain(struct lcov *lcov, const char *what)
{
	report_fail(lcov->coverage.report, "line %" PRIu64 " is no %s",
		    lcov->line, what);
}

/* DA:LINE,HITS[,CHECKSUM] */
static void read_line(struct lcov *lcov, const char *at, const char *end)
{
	const char *text;
	size_t len = field(&at, end, &text);
	uint32_t line;
	bool hit;

	if (coverage_number(text, len, &line)) {
		len = field(&at, end, &text);
		if (lcov->in_record && read_hits(text, len, &hit)) {
			lcov->lines++;
			coverage_line(&lcov->coverage, lcov->file, line, hit);
			return;
		}
	}
	complain(lcov, "DA:LINE,HITS of a file");
}

/* BRDA:LINE,BLOCK,BRANCH,TAKEN; a block may be "e0". */
static void read_branch(struct lcov *lcov, const char *at, const char *end)
{
	const char *text;
	size_t len = field(&at, end, &text);
	const char *key = at;
	const char *taken = memrchr(at, ',', (size_t)(end - at));
	char name[64];
	uint32_t line;
	bool hit;

	if (taken && (size_t)(taken - key) < sizeof(name) &&
	    memchr(key, ',', (size_t)(taken - key)) && lcov->in_record &&
	    coverage_number(text, len, &line) &&
	    read_hits(taken + 1, (size_t)(end - taken) - 1, &hit)) {
		memcpy(name, key, (size_t)(taken - key));
		name[taken - key] = '\0';
		coverage_branches(&lcov->coverage, lcov->file, line, name, 1,
				  hit);
		return;
	}
	complain(lcov, "BRDA:LINE,BLOCK,BRANCH,TAKEN of a file");
}

static void take_line(struct lcov *lcov, const char *line, size_t len)
{
	const char *end = line + len;
	const char *at;

	lcov->line++;
	if ((at = text_after(line, len, "SF:"))) {
		lcov->in_record = true;
		lcov->lines = lcov->declared = 0;
		lcov->file =
			coverage_file(&lcov->coverage, at, (size_t)(end - at));
	} else if ((at = text_after(line, len, "DA:"))) {
		read_line(lcov, at, end);
	} else if ((at = text_after(line, len, "BRDA:"))) {
		read_branch(lcov, at, end);
	} else if ((at = text_after(line, len, "LF:"))) {
		if (!coverage_number(at, (size_t)(end - at), &lcov->declared))
			lcov->declared = 0;
	} else if (len == 13 && memcmp(line, "end_of_record", 13) == 0) {
		lcov->in_record = false;
		if (lcov->declared > lcov->lines)
			lcov->lacking += lcov->declared - lcov->lines;
	}
}

/* Calls take for each line, without its end; counts those of a file. */
static size_t each_line(const struct report_input *input, struct lcov *lcov)
{
	const char *at = input->text;
	const char *end = at + input->len;
	size_t files = 0;

	while (at < end) {
		const char *newline = memchr(at, '\n', (size_t)(end - at));
		const char *stop = newline ? newline : end;
		size_t len = (size_t)(stop - at);

		if (len && at[len - 1] == '\r')
			len--;
		files += text_after(at, len, "SF:") != NULL;
		if (lcov)
			take_line(lcov, at, len);
		at = newline ? newline + 1 : end;
	}
	return files;
}

/* One cut short may lack the end of its only record. */
static bool matches(const struct report_input *input)
{
	return (strncmp(input->text, "SF:", 3) == 0 ||
		strstr(input->text, "\nSF:")) &&
	       (strstr(input->text, "\nend_of_record") ||
		strstr(input->text, "\nDA:"));
}

static int read_lcov(const struct report_input *input, struct report *report,
		     struct error *err)
{
	struct lcov lcov = {.file = 0};

	if (check_memory(input->name,
			 2 * input->len + FILE_COST * each_line(input, NULL),
			 input->len, err) < 0)
		return -1;
	coverage_init(&lcov.coverage, report);
	each_line(input, &lcov);
	coverage_release(&lcov.coverage);
	if (lcov.in_record)
		report_fail(report, "it ends within a record: there is no "
				    "end_of_record, so it was cut short");
	if (lcov.lacking)
		report_note(report,
			    "declares %" PRIu64 " lines more than it holds",
			    lcov.lacking);
	report_close(report);
	return 0;
}

const struct report_format_ops lcov_format = {
	.name = "lcov",
	.title = "an LCOV tracefile",
	.encoding = REPORT_LINES,
	.kind = REPORT_OF_COVERAGE,
	.matches = matches,
	.read = read_lcov,
};
