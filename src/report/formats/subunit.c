/* SPDX-License-Identifier: MIT */
#include "report/formats/subunit.h"

#include <string.h>

#include "base/memory.h"
#include "report/value.h"

static const struct {
	const char *word;
	enum test_outcome outcome;
} results[] = {
	{"success: ", TEST_PASSED},   {"successful: ", TEST_PASSED},
	{"failure: ", TEST_FAILED},   {"error: ", TEST_ERROR},
	{"skip: ", TEST_SKIPPED},     {"xfail: ", TEST_TODO},
	{"uxsuccess: ", TEST_FAILED},
};

void subunit_init(struct subunit_reader *subunit, struct test_sink *sink)
{
	*subunit = (struct subunit_reader){.sink = sink};
	str_init(&subunit->name);
}

void subunit_release(struct subunit_reader *subunit)
{
	str_release(&subunit->name);
}

static const char *test_of(const char *line, size_t len)
{
	const char *name = text_after(line, len, "test: ");

	return name ? name : text_after(line, len, "testing: ");
}

bool subunit_is_test(const char *line, size_t len)
{
	return test_of(line, len) != NULL;
}

static const char *result_of(const char *line, size_t len,
			     enum test_outcome *outcome)
{
	for (size_t i = 0; i < ARRAY_SIZE(results); i++) {
		const char *name = text_after(line, len, results[i].word);

		if (!name)
			continue;
		*outcome = results[i].outcome;
		return name;
	}
	return NULL;
}

bool subunit_is_result(const char *line, size_t len)
{
	enum test_outcome outcome;

	return result_of(line, len, &outcome) != NULL;
}

static void leave_unfinished(struct subunit_reader *subunit)
{
	if (subunit->runs)
		sink_begin(subunit->sink, TEST_UNFINISHED, subunit->name.data,
			   subunit->name.len);
	subunit->runs = false;
}

static void begin(struct subunit_reader *subunit, const char *name, size_t len)
{
	leave_unfinished(subunit);
	sink_settle(subunit->sink);
	str_clear(&subunit->name);
	str_add_bytes(&subunit->name, name,
		      text_cut(name, len, REPORT_NAME_MAX));
	subunit->runs = true;
}

/* The name may have brackets in it. " [" at the end opens details of many
 * lines, " [ why ]" has them itself. */
static size_t split_details(const char *text, size_t len, const char **why,
			    size_t *why_len, bool *opens)
{
	static const char *const ends[] = {" [", " [ multipart"};
	const char *open = memmem(text, len, " [ ", 3);
	size_t name_len = open ? (size_t)(open - text) : len;
	size_t rest = open ? len - name_len - 2 : 0;

	*why = NULL;
	*why_len = 0;
	for (size_t i = 0; i < ARRAY_SIZE(ends); i++) {
		size_t end = strlen(ends[i]);

		*opens = len >= end &&
			 memcmp(text + len - end, ends[i], end) == 0;
		if (*opens)
			return len - end;
	}
	if (rest < 2 || text[len - 1] != ']')
		return len;
	*why = open + 3;
	*why_len = rest - 2 - (rest > 2 && text[len - 2] == ' ');
	return name_len;
}

static void end(struct subunit_reader *subunit, enum test_outcome outcome,
		const char *text, size_t len)
{
	const char *why;
	size_t why_len;
	size_t name_len =
		split_details(text, len, &why, &why_len, &subunit->in_details);

	name_len = text_cut(text, name_len, REPORT_NAME_MAX);
	if (subunit->runs && (name_len != subunit->name.len ||
			      memcmp(text, subunit->name.data, name_len) != 0))
		leave_unfinished(subunit); /* it is another test's */
	subunit->runs = false;
	sink_begin(subunit->sink, outcome, text, name_len);
	if (why)
		sink_explain(subunit->sink, why, why_len);
	if (!subunit->in_details)
		sink_settle(subunit->sink);
}

void subunit_line(struct subunit_reader *subunit, const char *line, size_t len,
		  bool ended)
{
	enum test_outcome outcome;
	const char *name;

	if (!ended && !subunit->in_details && len)
		report_fail(&subunit->sink->report,
			    "the last line has no end: it was cut short");
	if (subunit->in_details) {
		subunit->in_details = len != 1 || *line != ']';
		if (subunit->in_details)
			sink_explain(subunit->sink, line, len);
		else
			sink_settle(subunit->sink);
	} else if ((name = test_of(line, len))) {
		begin(subunit, name, len - (size_t)(name - line));
	} else if ((name = result_of(line, len, &outcome))) {
		end(subunit, outcome, name, len - (size_t)(name - line));
	}
}

void subunit_finish(struct subunit_reader *subunit)
{
	leave_unfinished(subunit);
	if (subunit->in_details)
		report_fail(&subunit->sink->report,
			    "it ends inside a test's details: it was cut "
			    "short");
}
