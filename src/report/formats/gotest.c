/* SPDX-License-Identifier: MIT */
#include "report/formats/gotest.h"

#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "base/vector.h"
#include "report/json.h"

/* More tests and packages than anybody has. */
#define UNITS_MAX ((size_t)1000000)

/* A test, or a package. */
struct gotest_unit {
	const char *name;  /* as shown; the pool's, behind its prefix */
	struct str output; /* of one that has not passed */
	int64_t ms;
	enum test_outcome outcome;
	bool is_package;
	bool runs;	/* began, and has not ended since */
	bool was_ended; /* and counted */
	bool failed;	/* once at least */
};

void gotest_init(struct gotest_reader *gotest, struct test_sink *sink)
{
	*gotest = (struct gotest_reader){
		.sink = sink,
		.names = report_pool_new(),
	};
}

void gotest_release(struct gotest_reader *gotest)
{
	for (size_t i = 0; i < gotest->count; i++)
		str_release(&gotest->units[i].output);
	free(gotest->units);
	report_pool_free(gotest->names);
	*gotest = (struct gotest_reader){0};
}

static struct report *report_of(struct gotest_reader *gotest)
{
	return &gotest->sink->report;
}

/* "7:shop/db.TestAdd": no two pairs have the same. NULL past the most. */
static struct gotest_unit *find_unit(struct gotest_reader *gotest,
				     const char *package, const char *test)
{
	size_t prefix = test ? strlen(package) : 0;
	char *key = test ? xasprintf("%zu:%s.%s", prefix, package, test)
			 : xasprintf(":%s", package);
	const char *name;
	struct gotest_unit *unit;
	size_t number;

	if (report_pool_count(gotest->names) >= UNITS_MAX) {
		free(key);
		report_fail(report_of(gotest),
			    "it tells of more than a million tests: not all "
			    "are counted");
		return NULL;
	}
	name = report_pool_add(gotest->names, key, strlen(key));
	number = report_pool_number(gotest->names, key, strlen(key));
	free(key);
	if (number < gotest->count)
		return &gotest->units[number];
	unit = VECTOR_ADD(gotest->units, gotest->count, gotest->cap);
	unit->name = strchr(name, ':') + 1;
	unit->is_package = !test;
	unit->ms = -1;
	str_init(&unit->output);
	return unit;
}

/* "=== RUN   TestAdd" and "--- FAIL: TestAdd (0.00s)" explain nothing. */
static bool is_marker(const char *text)
{
	text += strspn(text, " ");
	return starts_with(text, "=== ") || starts_with(text, "--- ");
}

/* What go test itself says of a package. */
static bool is_verdict(const char *text)
{
	return starts_with(text, "PASS\n") || starts_with(text, "FAIL") ||
	       starts_with(text, "ok  \t") || starts_with(text, "?   \t") ||
	       starts_with(text, "coverage: ");
}

static void add_output(struct gotest_reader *gotest, struct gotest_unit *unit,
		       const json_t *event)
{
	const char *text = member_text(event, "Output");
	size_t before = unit->output.len;

	if (text && !is_marker(text) && !(unit->is_package && is_verdict(text)))
		report_of(gotest)->has_secrets = true; /* it was printed */
	if (!text || unit->is_package || is_marker(text) ||
	    gotest->output_bytes >= REPORT_CASES_BYTES)
		return;
	text += before ? 0 : strspn(text, " ");
	str_add_bytes(
		&unit->output, text,
		text_cut(text, strlen(text), REPORT_MESSAGE_MAX - before));
	gotest->output_bytes += unit->output.len - before;
}

static void forget_output(struct gotest_reader *gotest,
			  struct gotest_unit *unit)
{
	gotest->output_bytes -= unit->output.len;
	str_release(&unit->output);
}

/* The first line of the output that names a file and a line in it. */
static void locate(struct report *report, const char *text,
		   struct test_case *test)
{
	while (*text && !test->file) {
		size_t len = strcspn(text, "\n");
		const char *file;
		size_t file_len;

		if (text_location(text, len, &file, &file_len, &test->line))
			test->file = report_bytes(report, file, file_len,
						  REPORT_PATH_MAX);
		text += len + (text[len] == '\n');
	}
}

/* What of it counts; its place is not looked for. */
static struct test_case outcome_of(const struct gotest_unit *unit)
{
	return (struct test_case){
		.outcome = unit->outcome,
		.flaky = unit->outcome == TEST_PASSED && unit->failed,
	};
}

static struct test_case case_of(struct gotest_reader *gotest,
				struct gotest_unit *unit)
{
	struct test_case test = outcome_of(unit);

	test.name = unit->name;
	test.message = "";
	test.ms = unit->ms;
	while (unit->output.len &&
	       unit->output.data[unit->output.len - 1] == '\n') {
		str_truncate(&unit->output, unit->output.len - 1);
		gotest->output_bytes--;
	}
	if (test.outcome == TEST_PASSED)
		return test;
	test.message = unit->output.data;
	locate(report_of(gotest), test.message, &test);
	return test;
}

static void count_and_tell(struct gotest_reader *gotest,
			   struct gotest_unit *unit)
{
	struct report *report = report_of(gotest);
	struct test_case test = case_of(gotest, unit);

	report_count_test(report, &test);
	if (gotest->sink->on_test)
		gotest->sink->on_test(&test, &report->totals,
				      gotest->sink->data);
}

/* The last result counts; a test is told with its first. */
static void set_outcome(struct gotest_reader *gotest, struct gotest_unit *unit,
			enum test_outcome outcome)
{
	struct test_case before = outcome_of(unit);
	struct test_case after;

	unit->outcome = outcome;
	unit->failed |= outcome == TEST_FAILED;
	if (!unit->was_ended) {
		count_and_tell(gotest, unit);
	} else {
		after = outcome_of(unit);
		report_recount_test(report_of(gotest), &before, &after);
	}
	unit->runs = false;
	unit->was_ended = true;
}

static void end_test(struct gotest_reader *gotest, struct gotest_unit *unit,
		     enum test_outcome outcome)
{
	set_outcome(gotest, unit, outcome);
	if (outcome == TEST_PASSED)
		forget_output(gotest, unit);
}

/* A package has no case of its own; but it may fail with all its tests
 * passed: a panic in TestMain, a race, a build. */
static void end_package(struct gotest_reader *gotest, struct gotest_unit *unit,
			enum test_outcome outcome)
{
	unit->runs = false;
	if (outcome == TEST_FAILED && !unit->failed)
		gotest->failed_packages++;
	unit->failed |= outcome == TEST_FAILED;
}

static void begin(struct gotest_reader *gotest, struct gotest_unit *unit)
{
	unit->runs = true;
	if (!unit->is_package)
		forget_output(gotest, unit);
}

static void take_action(struct gotest_reader *gotest, struct gotest_unit *unit,
			const char *action, const json_t *event)
{
	static const struct {
		const char *action;
		enum test_outcome outcome;
	} ends[] = {
		{"pass", TEST_PASSED},
		{"fail", TEST_FAILED},
		{"skip", TEST_SKIPPED},
	};
	double elapsed = json_number_value(member(event, "Elapsed"));

	if (strcmp(action, "run") == 0 || strcmp(action, "start") == 0)
		begin(gotest, unit);
	if (strcmp(action, "output") == 0)
		add_output(gotest, unit, event);
	for (size_t i = 0; i < ARRAY_SIZE(ends); i++) {
		if (strcmp(action, ends[i].action) != 0)
			continue;
		if (elapsed >= 0 && elapsed < 1e9)
			unit->ms = (int64_t)(elapsed * 1000 + 0.5);
		if (unit->is_package)
			end_package(gotest, unit, ends[i].outcome);
		else
			end_test(gotest, unit, ends[i].outcome);
	}
}

/* Any event of a package says that it began: its result is due. */
static void take_event(struct gotest_reader *gotest, const json_t *event)
{
	const char *action = member_word(event, "Action");
	const char *name = member_word(event, "Package");
	const char *test = member_word(event, "Test");
	struct gotest_unit *unit;

	if (strcmp(action, "build-fail") == 0)
		report_fail(report_of(gotest), "a package was not built: %s",
			    member_word(event, "ImportPath")
				    ? member_word(event, "ImportPath")
				    : "see the output");
	if (!name)
		return;
	unit = find_unit(gotest, name, NULL);
	if (unit && !unit->was_ended)
		unit->runs = unit->was_ended = true;
	if (test)
		unit = find_unit(gotest, name, test);
	if (unit)
		take_action(gotest, unit, action, event);
}

static void refuse_line(struct gotest_reader *gotest, const char *line,
			size_t len)
{
	while (len && strchr(" \t", line[len - 1]))
		len--;
	if (!len || (!gotest->is_file && (len < 4 || memcmp(line, "FAIL", 4))))
		return;
	report_fail(report_of(gotest),
		    "among the events stands a line that is none, as of a "
		    "package that was not built: %.*s",
		    (int)text_cut(line, len, REPORT_WORD_MAX), line);
}

void gotest_line(struct gotest_reader *gotest, const char *line, size_t len)
{
	json_t *event = NULL;

	if (len && *line == '{')
		event = json_loadb(line, len,
				   JSON_REJECT_DUPLICATES | JSON_ALLOW_NUL,
				   NULL);
	if (member_word(event, "Action"))
		take_event(gotest, event);
	else
		refuse_line(gotest, line, len);
	json_decref(event);
}

/* What may be an event may be a failure. */
void gotest_long_line(struct gotest_reader *gotest, const char *line,
		      size_t len)
{
	static const char action[] = "\"Action\"";

	if (gotest->is_file ||
	    (len && *line == '{' && memmem(line, len, action, strlen(action))))
		report_fail(report_of(gotest),
			    "a line is too long to be one of go test's");
	else
		refuse_line(gotest, line, len);
}

static void finish_unit(struct gotest_reader *gotest, struct gotest_unit *unit)
{
	struct test_case test;

	if (unit->is_package) {
		if (unit->runs)
			report_fail(report_of(gotest),
				    "the package %s has no result: the output "
				    "was cut short, or the tests died",
				    unit->name);
		return;
	}
	if (unit->runs)
		set_outcome(gotest, unit, TEST_UNFINISHED);
	else if (!unit->was_ended)
		return; /* it only printed */
	test = case_of(gotest, unit);
	report_keep_test(report_of(gotest), &test);
}

void gotest_finish(struct gotest_reader *gotest)
{
	struct report *report = report_of(gotest);

	for (size_t i = 0; i < gotest->count; i++)
		finish_unit(gotest, &gotest->units[i]);
	if (!gotest->failed_packages)
		return;
	if (test_totals_bad(&report->totals))
		return; /* the tests say why */
	report_fail(report,
		    "%zu package%s failed with no test that did: a build, "
		    "TestMain or a race; see the output",
		    gotest->failed_packages,
		    gotest->failed_packages == 1 ? "" : "s");
}

/* A member of that name with a text; what was written again by another
 * program has a space before it. */
static bool has(const char *line, size_t len, const char *key)
{
	const char *at = memmem(line, len, key, strlen(key));

	if (!at)
		return false;
	at += strlen(key);
	at += *at == ' ';
	return *at == '"';
}

bool gotest_is_sign(const char *line, size_t len)
{
	return len > 2 && line[0] == '{' && line[len - 1] == '}' &&
	       has(line, len, "\"Action\":") &&
	       (has(line, len, "\"Package\":") ||
		has(line, len, "\"ImportPath\":"));
}
