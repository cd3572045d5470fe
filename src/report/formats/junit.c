/* SPDX-License-Identifier: MIT */
/*
 * JUnit XML in all its dialects: a root of suites or of one, suites within
 * suites, cases anywhere. What is there is counted; what is declared is
 * compared, and failures that are only declared are failures.
 */
#include <inttypes.h>
#include <string.h>
#include <strings.h>

#include "base/str.h"
#include "report/format.h"
#include "report/sink.h"
#include "report/value.h"
#include "report/xml.h"

struct declared {
	uint64_t tests;
	uint64_t bad; /* failures and errors */
};

/* What the case's children say, the worst last. */
enum mark { MARK_NONE, MARK_SKIPPED, MARK_FAILURE, MARK_ERROR };

struct junit {
	struct report *report;
	unsigned depth;
	struct declared root;
	struct declared suites; /* the sum of the top-level ones */
	uint64_t attempts;	/* failed ones that were run again */

	bool in_case;
	unsigned case_depth;
	enum mark mark;
	bool flaky;
	bool no_program; /* ctest: "Unable to find executable" */
	struct str name;
	struct str file; /* "" not told */
	int line;
	int64_t ms;

	bool in_text; /* of what set the mark */
	unsigned text_depth;
	struct str message;
	size_t head_len; /* of it: what the attribute said */
};

static bool is_one_of(const char *text, const char *const *words)
{
	for (; text && *words; words++)
		if (strcasecmp(text, *words) == 0)
			return true;
	return false;
}

/* 0 where there is none. */
static uint64_t count_of(const char *text)
{
	double number;

	if (!text || !text_number(text, strlen(text), &number) || number < 0 ||
	    number > 1e12)
		return 0;
	return (uint64_t)number;
}

static uint64_t read_count(const char **attributes, const char *name)
{
	return count_of(xml_attribute(attributes, name));
}

static void add_declared(struct declared *sum, const char **attributes)
{
	sum->tests += read_count(attributes, "tests");
	sum->bad += read_count(attributes, "failures") +
		    read_count(attributes, "errors");
}

static void start_suite(struct junit *junit, const char **attributes)
{
	if (junit->depth == 1)
		add_declared(&junit->root, attributes);
	else if (junit->depth == 2)
		add_declared(&junit->suites, attributes);
}

static void name_case(struct junit *junit, const char *name, const char *class)
{
	struct str *whole = &junit->name;

	str_clear(whole);
	if (!name || !*name)
		name = "(no name)";
	if (class && *class && strcmp(class, name) != 0) {
		str_add_bytes(whole, class,
			      text_cut(class, strlen(class), REPORT_WORD_MAX));
		str_add_char(whole, '.');
	}
	str_add_bytes(whole, name,
		      text_cut(name, strlen(name), REPORT_NAME_MAX));
}

/* What a runner says in attributes alone: CTest, GoogleTest and others. */
static enum mark mark_of_attributes(const char *status, const char *result)
{
	static const char *const skipped[] = {"notrun", "disabled", "skipped",
					      "suppressed", NULL};
	static const char *const failed[] = {"fail",  "failed", "failure",
					     "error", "broken", NULL};

	if (!status && !result)
		return MARK_NONE;
	if (is_one_of(status, failed) || is_one_of(result, failed))
		return MARK_FAILURE;
	if (is_one_of(status, skipped) || is_one_of(result, skipped))
		return MARK_SKIPPED;
	return MARK_NONE;
}

static void start_case(struct junit *junit, const char **attributes)
{
	enum { NAME, CLASS, TIME, PATH, LINE, STATUS, RESULT, COUNT };
	static const char *const names[COUNT] = {
		"name", "classname", "time", "file", "line", "status", "result",
	};
	const char *values[COUNT];
	double number;

	xml_attributes(attributes, names, COUNT, values);
	junit->in_case = true;
	junit->case_depth = junit->depth;
	junit->mark = mark_of_attributes(values[STATUS], values[RESULT]);
	junit->flaky = false;
	junit->no_program = false;
	junit->ms = -1;
	junit->in_text = false;
	str_clear(&junit->message);
	junit->head_len = 0;
	name_case(junit, values[NAME], values[CLASS]);
	str_clear(&junit->file);
	str_add(&junit->file, values[PATH] ? values[PATH] : "");
	junit->line = (int)(count_of(values[LINE]) & 0x7fffffff);
	if (values[TIME] &&
	    text_number(values[TIME], strlen(values[TIME]), &number) &&
	    number >= 0 && number < 1e9)
		junit->ms = (int64_t)(number * 1000 + 0.5);
}

/* "t.c:7: error" in the explanation, when no attribute told the place. */
static void find_place(struct junit *junit)
{
	const char *at = junit->message.data;
	const char *file;
	size_t file_len;
	int line;

	while (!junit->file.len && *at) {
		size_t len = strcspn(at, "\n");

		if (text_location(at, len, &file, &file_len, &line)) {
			str_add_bytes(&junit->file, file, file_len);
			junit->line = line;
		}
		at += len + (at[len] == '\n');
	}
}

/* An attribute has lost its line ends, and its text may be indented. */
static bool begins_with_words(const char *text, const char *words, size_t len)
{
	static const char white[] = " \t\r\n";

	for (size_t i = 0; i < len; i++) {
		if (strchr(white, words[i]))
			continue;
		text += strspn(text, white);
		if (*text++ != words[i])
			return false;
	}
	return true;
}

static void tidy_message(struct junit *junit)
{
	struct str *message = &junit->message;
	size_t head = junit->head_len;

	/* The text often says again what the attribute said. */
	if (head && message->len > head &&
	    begins_with_words(message->data + head + 1, message->data, head))
		str_drop(message, head + 1);
	str_drop(message, strspn(message->data, " \t\r\n"));
	while (message->len &&
	       strchr(" \t\r\n", message->data[message->len - 1]))
		str_truncate(message, message->len - 1);
}

static enum test_outcome outcome_of(const struct junit *junit)
{
	switch (junit->mark) {
	case MARK_ERROR:
		return TEST_ERROR;
	case MARK_FAILURE:
		return TEST_FAILED;
	case MARK_SKIPPED:
		return junit->no_program ? TEST_ERROR : TEST_SKIPPED;
	case MARK_NONE:
		break;
	}
	return TEST_PASSED;
}

static void end_case(struct junit *junit)
{
	struct test_case test = {.name = junit->name.data, .ms = junit->ms};

	if (!junit->in_case)
		return;
	junit->in_case = false;
	test.outcome = outcome_of(junit);
	test.flaky = junit->flaky;
	if (test.outcome != TEST_PASSED) {
		tidy_message(junit);
		find_place(junit);
		test.message = junit->message.data;
	}
	test.file = junit->file.len ? junit->file.data : NULL;
	test.line = junit->line;
	report_count_test(junit->report, &test);
	report_keep_test(junit->report, &test);
}

static void add_message(struct junit *junit, const char *text, size_t len)
{
	size_t room = REPORT_MESSAGE_MAX - junit->message.len;

	str_add_bytes(&junit->message, text, text_cut(text, len, room));
}

static void start_mark(struct junit *junit, enum mark mark,
		       const char **attributes)
{
	const char *message = xml_attribute(attributes, "message");

	if (!message || !*message)
		message = xml_attribute(attributes, "type");
	if (message && strcmp(message, "Unable to find executable") == 0)
		junit->no_program = true;
	if (mark < junit->mark)
		return;
	/* The worst explains; of equals the first does. */
	if (mark > junit->mark) {
		str_clear(&junit->message);
		junit->head_len = 0;
	} else if (junit->message.len) {
		return;
	}
	junit->mark = mark;
	junit->in_text = true;
	junit->text_depth = junit->depth;
	if (!message || !*message)
		return;
	add_message(junit, message, strlen(message));
	junit->head_len = junit->message.len;
	add_message(junit, "\n", 1);
}

static enum mark mark_of_element(const char *name)
{
	/* Written otherwise they are still no pass. */
	if (strcasecmp(name, "error") == 0)
		return MARK_ERROR;
	if (strcasecmp(name, "failure") == 0)
		return MARK_FAILURE;
	return strcmp(name, "skipped") == 0 ? MARK_SKIPPED : MARK_NONE;
}

static void start_other(struct junit *junit, const char *name,
			const char **attributes)
{
	static const char *const again[] = {"rerunFailure", "rerunError", NULL};
	static const char *const flaky[] = {"flakyFailure", "flakyError", NULL};
	/* Which may hold the environment, and whatever was printed. */
	static const char *const private[] = {"property", "system-out",
					      "system-err", NULL};
	enum mark mark = mark_of_element(name);

	if (is_one_of(name, again) || is_one_of(name, flaky)) {
		junit->attempts++;
		junit->flaky |= is_one_of(name, flaky);
	} else if (mark != MARK_NONE && junit->in_case) {
		start_mark(junit, mark, attributes);
	} else if (mark > MARK_SKIPPED) {
		report_fail(junit->report,
			    "a suite has a failure or error of its own, "
			    "outside any test");
	} else if (is_one_of(name, private)) {
		junit->report->has_secrets = true;
	}
}

static void on_start(void *data, const char *name, const char **attributes)
{
	struct junit *junit = data;

	junit->depth++;
	if (strcmp(name, "testcase") == 0) {
		end_case(junit);
		start_case(junit, attributes);
	} else if (strcmp(name, "testsuite") == 0 ||
		   strcmp(name, "testsuites") == 0) {
		start_suite(junit, attributes);
	} else {
		start_other(junit, name, attributes);
	}
}

static void on_end(void *data, const char *name)
{
	struct junit *junit = data;

	(void)name;
	if (junit->in_text && junit->depth == junit->text_depth)
		junit->in_text = false;
	if (junit->in_case && junit->depth == junit->case_depth)
		end_case(junit);
	junit->depth--;
}

static void on_text(void *data, const char *text, size_t len)
{
	struct junit *junit = data;

	if (junit->in_text && junit->depth == junit->text_depth)
		add_message(junit, text, len);
}

static bool wants_text(const void *data)
{
	const struct junit *junit = data;

	return junit->in_text;
}

static uint64_t larger(uint64_t a, uint64_t b)
{
	return a > b ? a : b;
}

static void compare_declared(const struct junit *junit)
{
	struct report *report = junit->report;
	uint64_t cases = report->totals.total;
	uint64_t tests = larger(junit->root.tests, junit->suites.tests);
	uint64_t bad = larger(junit->root.bad, junit->suites.bad);

	if (!test_totals_bad(&report->totals) && bad > junit->attempts)
		report_fail(report,
			    "%" PRIu64 " failures and errors are declared, "
			    "but no test in the report has one",
			    bad);
	if (tests && tests != cases)
		report_note(report,
			    "declares %" PRIu64 " tests, but holds %" PRIu64,
			    tests, cases);
}

static bool is_root(const char *name)
{
	return strcmp(name, "testsuites") == 0 ||
	       strcmp(name, "testsuite") == 0;
}

static bool matches(const struct report_input *input)
{
	return is_root(input->root);
}

static int read_junit(const struct report_input *input, struct report *report,
		      struct error *err)
{
	/* cmocka writes a document for each group into one file. */
	static const struct xml_ops ops = {on_start, on_end, on_text,
					   wants_text, is_root};
	struct junit junit = {.report = report};
	int result;

	str_init(&junit.message);
	str_init(&junit.name);
	str_init(&junit.file);
	result = report_xml_read(input, &ops, &junit, err);
	str_release(&junit.message);
	str_release(&junit.name);
	str_release(&junit.file);
	if (result < 0)
		return -1;
	compare_declared(&junit);
	report_close(report);
	return 0;
}

const struct report_format_ops junit_format = {
	.name = "junit",
	.title = "JUnit XML",
	.encoding = REPORT_XML,
	.kind = REPORT_OF_TESTS,
	.matches = matches,
	.read = read_junit,
};
