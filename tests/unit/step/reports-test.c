/* SPDX-License-Identifier: MIT */
#include "unit/step/rig.h"

#include <stdio.h>
#include <unistd.h>

#include "base/file.h"
#include "base/memory.h"
#include "report/report.h"
#include "step/keep.h"
#include "step/mask.h"
#include "step/reports.h"

#define LIVE "name: shop\nstages:\n  go: {run: x, reports: {tap: \"-\"}}\n"
#define FILES                                                   \
	"name: shop\nstages:\n  go: {run: x, reports: {junit: " \
	"\"out/*.xml\"}}\n"

static const char green[] =
	"<testsuite name='s' tests='1'><testcase name='a' classname='c'/>"
	"</testsuite>\n";
static const char red[] =
	"<testsuite name='s' tests='1' failures='1'>"
	"<testcase name='b' classname='c'><failure message='no'/></testcase>"
	"</testsuite>\n";

struct fixture {
	struct rig rig;
	struct reports *reports;
	char *why;
	bool done;
};

static void finished(const char *why, void *data)
{
	struct fixture *f = data;

	assert_false(f->done);
	f->done = true;
	f->why = xstrdup_null(why);
}

static void begin_step(struct fixture *f)
{
	struct report_files files = {0};

	rig_step(&f->rig, STEP_RUN);
	f->reports = reports_new(f->rig.step);
	reports_note(f->rig.step->options.stage, f->rig.folder, &files);
	reports_noted(f->reports, &files);
}

static void begin(struct fixture *f, const char *pipeline_text)
{
	memset(f, 0, sizeof(*f));
	rig_init(&f->rig, pipeline_text);
	begin_step(f);
}

static void finish(struct fixture *f)
{
	reports_finish(f->reports, finished, f);
	rig_until(&f->rig, &f->done);
}

static void end(struct fixture *f)
{
	reports_free(f->reports);
	free(f->why);
	rig_release(&f->rig);
}

static void print(struct fixture *f, const char *text)
{
	reports_output(f->reports, text, strlen(text));
}

static void put_file(struct fixture *f, const char *name, const char *text)
{
	char *folder = path_join(f->rig.folder, "out");
	char *path = path_join(folder, name);

	assert_int_equal(folder_make(folder, 0700, NULL), 0);
	assert_int_equal(file_replace(path, text, strlen(text), 0600, NULL), 0);
	free(path);
	free(folder);
}

static void a_live_stream_is_counted_and_judged(void **state)
{
	struct fixture f;

	(void)state;
	begin(&f, LIVE);
	assert_true(reports_want_output(f.reports));
	print(&f, "1..2\nok 1 - a\nok 2");
	print(&f, " - b\n");
	finish(&f);
	assert_null(f.why);
	assert_non_null(strstr(f.rig.events.data, "\"passed\":2"));
	assert_int_equal(rig_told(&f.rig, "\"ok\":true"), 1);
	end(&f);
}

static void a_failed_test_is_told_at_once_by_its_name(void **state)
{
	struct fixture f;

	(void)state;
	begin(&f, LIVE);
	print(&f, "1..3\nok 1 - a\nnot ok 2 - second thing\nok 3 - next\n");
	assert_int_equal(rig_told(&f.rig, "second thing"), 1);
	finish(&f);
	assert_non_null(f.why);
	end(&f);
}

/* The count stays whole, and so does what is kept. */
static void failed_tests_without_end_are_not_all_told(void **state)
{
	struct str text = STR_INIT;
	struct fixture f;

	(void)state;
	begin(&f, LIVE);
	str_add(&text, "1..5000\n");
	for (int i = 1; i <= 5000; i++)
		str_addf(&text, "not ok %d - bad%d\n", i, i);
	print(&f, text.data);
	finish(&f);
	assert_int_equal(rig_told(&f.rig, "\"outcome\":\"failed\""), 100);
	assert_true(rig_told(&f.rig, "\"test.finished\"") < 110);
	assert_int_equal(rig_told(&f.rig, "\"name\":\"bad100\""), 1);
	assert_true(rig_told(&f.rig, "\"failed\":5000") > 0);
	str_release(&text);
	end(&f);
}

/* Four counts a second at most, however many tests pass. */
static void passed_tests_are_told_as_counts(void **state)
{
	struct fixture f;

	(void)state;
	begin(&f, LIVE);
	for (int i = 1; i <= 2000; i++) {
		char line[40];

		snprintf(line, sizeof(line), "ok %d - t\n", i);
		print(&f, line);
	}
	print(&f, "1..2000\n");
	finish(&f);
	assert_in_range(rig_told(&f.rig, "test.finished"), 1, 20);
	assert_non_null(strstr(f.rig.events.data, "\"passed\":2000"));
	end(&f);
}

static void an_empty_stream_is_red(void **state)
{
	struct fixture f;

	(void)state;
	begin(&f, LIVE);
	finish(&f);
	assert_non_null(f.why);
	end(&f);
}

static void a_stage_of_skipped_tests_is_said(void **state)
{
	static const char said[] = "no test ran, 1 skipped";
	struct fixture f;

	(void)state;
	begin(&f, LIVE);
	print(&f, "1..1\nok 1 - a # SKIP no\n");
	finish(&f);
	assert_null(f.why);
	assert_int_equal(rig_told(&f.rig, said), 1);
	end(&f);
	begin(&f, LIVE);
	print(&f, "1..2\nok 1 - a # SKIP no\nok 2\n");
	finish(&f);
	assert_int_equal(rig_told(&f.rig, said), 0);
	end(&f);
}

static void files_written_by_the_stage_are_read(void **state)
{
	struct fixture f;

	(void)state;
	begin(&f, FILES);
	assert_false(reports_want_output(f.reports));
	put_file(&f, "a.xml", green);
	put_file(&f, "b.xml", red);
	finish(&f);
	assert_non_null(f.why);
	assert_int_equal(rig_told(&f.rig, "report.read"), 2);
	assert_int_equal(rig_told(&f.rig, "\"path\":\"out/a.xml\""), 1);
	assert_int_equal(rig_told(&f.rig, "\"name\":\"c.b\""), 1);
	end(&f);
}

#define TAKEN(reports)                                           \
	"name: shop\nstages:\n  go: {run: x, reports: {" reports \
	"}, require: {tests: 2}}\n"

/* A test counts once, whatever name or glob leads to its file. */
static void a_file_that_is_named_twice_counts_once(void **state)
{
	static const char *const pipelines[] = {
		TAKEN("junit: [\"out/*.xml\", out/a.xml]"),
		TAKEN("junit: [out/a.xml, ./out//a.xml]"),
		TAKEN("junit: [out/a.xml, out/b.xml]"),
	};
	struct fixture f;

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(pipelines); i++) {
		char *link, *file;

		begin(&f, pipelines[i]);
		put_file(&f, "a.xml", green);
		link = path_join(f.rig.folder, "out/b.xml");
		file = path_join(f.rig.folder, "out/a.xml");
		if (i == 2)
			assert_int_equal(symlink(file, link), 0);
		finish(&f);
		assert_non_null(f.why);
		assert_non_null(strstr(f.why, "1 test"));
		assert_int_equal(rig_told(&f.rig, "\"report.read\""), 1);
		unlink(link);
		free(link);
		free(file);
		end(&f);
	}
}

/* What it would say in the other format, nobody would have looked at. */
static void a_file_of_two_formats_is_red(void **state)
{
	struct fixture f;

	(void)state;
	begin(&f, TAKEN("tap: out/a, cmocka: \"out/*\""));
	put_file(&f, "a", "1..2\nok 1\nok 2\n");
	finish(&f);
	assert_string_equal(f.why, "it is read in another format already");
	end(&f);
}

static void check_names(struct fixture *f, const char *wanted)
{
	char *path = path_join(f->rig.folder, "logs/go.tests");
	struct str text = STR_INIT;

	while (helper_pending(f->rig.helper))
		loop_turn(f->rig.loop, 10);
	assert_int_equal(file_read(path, &text, 1000, NULL), 0);
	assert_string_equal(text.data, wanted);
	str_release(&text);
	free(path);
}

static void make_logs(struct fixture *f)
{
	char *path = path_join(f->rig.folder, "logs");

	assert_int_equal(folder_make(path, 0700, NULL), 0);
	free(path);
}

static void the_names_of_all_tests_are_kept(void **state)
{
	struct fixture f;

	(void)state;
	begin(&f, LIVE);
	make_logs(&f);
	print(&f, "1..3\nok 1 - a\nnot ok 2 - b\nok 3 - c # SKIP no\n");
	finish(&f);
	check_names(&f, "passed\ta\nfailed\tb\nskipped\tc\n");
	end(&f);
	begin(&f, FILES);
	make_logs(&f);
	put_file(&f, "a.xml", green);
	put_file(&f, "b.xml", red);
	finish(&f);
	check_names(&f, "passed\tc.a\nfailed\tc.b\n");
	end(&f);
}

/* Line ends in a name are spaces afterwards. */
static void a_secret_of_several_lines_is_no_name(void **state)
{
	struct strings secrets = STRINGS_INIT;
	struct fixture f;

	(void)state;
	begin(&f, FILES);
	make_logs(&f);
	strings_add(&secrets, "first line\nsecond");
	f.rig.host.mask = mask_new(&secrets);
	put_file(&f, "a.xml",
		 "<testsuite name='s' tests='1'><testcase classname='c' "
		 "name='a first line&#10;second b'/></testsuite>\n");
	finish(&f);
	check_names(&f, "passed\tc.a *** b\n");
	mask_free(f.rig.host.mask);
	f.rig.host.mask = NULL;
	end(&f);
	strings_release(&secrets);
}

static void a_report_that_was_not_written_is_red(void **state)
{
	struct fixture f;

	(void)state;
	begin(&f, FILES);
	finish(&f);
	assert_non_null(strstr(f.why, "out/*.xml"));
	assert_int_equal(rig_told(&f.rig, "\"fresh\":false"), 1);
	end(&f);
}

static void a_report_of_an_older_run_is_red(void **state)
{
	struct fixture f;

	(void)state;
	memset(&f, 0, sizeof(f));
	rig_init(&f.rig, FILES);
	put_file(&f, "a.xml", green);
	begin_step(&f);
	finish(&f);
	assert_non_null(f.why);
	assert_int_equal(rig_told(&f.rig, "\"fresh\":false"), 1);
	end(&f);
}

/* What cannot be read is worst; coverage comes last, wherever it stands. */
static void each_report_that_is_red_is_in_the_reason(void **state)
{
	struct fixture f;

	(void)state;
	begin(&f,
	      "name: shop\nstages:\n  go: {run: x, reports: {lcov: out/c, "
	      "junit: \"out/*.xml\", tap: out/t}, require: {lines: 90%}}\n");
	put_file(&f, "a.xml", red);
	put_file(&f, "b.xml", red);
	put_file(&f, "c", "SF:a\nDA:1,1\nDA:2,0\nend_of_record\n");
	finish(&f);
	assert_string_equal(f.why, "no report matches out/t; the stage must "
				   "write it; 1 of 1 tests did not pass, the "
				   "first: c.b; 1 of 1 tests did not pass, the "
				   "first: c.b; and 1 more report");
	end(&f);
	begin(&f, "name: shop\nstages:\n  go: {run: x, reports: {lcov: out/c, "
		  "junit: out/a.xml}, require: {lines: 90%}}\n");
	put_file(&f, "a.xml", red);
	put_file(&f, "c", "SF:a\nDA:1,1\nDA:2,0\nend_of_record\n");
	finish(&f);
	assert_string_equal(f.why, "1 of 1 tests did not pass, the first: c.b; "
				   "50% of lines are covered, and 90% must be");
	end(&f);
}

static void who_lets_go_while_they_are_read_is_not_told(void **state)
{
	struct fixture f;

	(void)state;
	begin(&f, FILES);
	put_file(&f, "a.xml", green);
	reports_finish(f.reports, finished, &f);
	reports_free(f.reports);
	f.reports = NULL;
	while (helper_pending(f.rig.judge))
		loop_turn(f.rig.loop, 10);
	loop_turn(f.rig.loop, 0);
	assert_false(f.done);
	assert_int_equal(rig_told(&f.rig, "report.read"), 0);
	end(&f);
}

/* What is kept by digest is what the verdict is of. */
static void a_file_that_changed_since_is_not_kept(void **state)
{
	struct evidence_context context = {.path = "out/a.xml"};
	struct report report;
	struct keeping *keeping;
	struct event *event;
	struct fixture f;
	char *path;

	(void)state;
	begin(&f, FILES);
	make_logs(&f);
	path = path_join(f.rig.folder, "out/a.xml");
	put_file(&f, "a.xml", green);
	assert_int_equal(report_read(path, "junit", &report, NULL), 0);
	keeping = keeping_new(f.rig.step, false);
	keeping_report(keeping, &report, &context, path, true);
	assert_string_equal(context.digest, report.digest);
	assert_null(keeping_why(keeping));
	context.digest = NULL;
	put_file(&f, "a.xml", red);
	keeping_report(keeping, &report, &context, path, true);
	assert_null(context.digest);
	assert_non_null(strstr(keeping_why(keeping), "not as it was read"));
	event = event_new(EVENT_REPORT_READ, "go");
	keeping_tell(keeping, 1, event);
	assert_string_equal(event_text(event, "digest"), "");
	event_free(event);
	keeping_free(keeping);
	report_release(&report);
	free(path);
	end(&f);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_live_stream_is_counted_and_judged),
		cmocka_unit_test(a_failed_test_is_told_at_once_by_its_name),
		cmocka_unit_test(failed_tests_without_end_are_not_all_told),
		cmocka_unit_test(passed_tests_are_told_as_counts),
		cmocka_unit_test(an_empty_stream_is_red),
		cmocka_unit_test(a_stage_of_skipped_tests_is_said),
		cmocka_unit_test(files_written_by_the_stage_are_read),
		cmocka_unit_test(a_file_that_is_named_twice_counts_once),
		cmocka_unit_test(a_file_of_two_formats_is_red),
		cmocka_unit_test(the_names_of_all_tests_are_kept),
		cmocka_unit_test(a_secret_of_several_lines_is_no_name),
		cmocka_unit_test(a_report_that_was_not_written_is_red),
		cmocka_unit_test(a_report_of_an_older_run_is_red),
		cmocka_unit_test(each_report_that_is_red_is_in_the_reason),
		cmocka_unit_test(who_lets_go_while_they_are_read_is_not_told),
		cmocka_unit_test(a_file_that_changed_since_is_not_kept),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
