/* SPDX-License-Identifier: MIT */
/* `signalbox run` without a terminal, with the real git and real stages. */
#include "system/support.h"

#include <jansson.h>
#include <signal.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/file.h"
#include "base/memory.h"
#include "support/manual.h"

#define HEAD "name: shop\nstages:\n"

static void prepare(struct site *site, const char *text)
{
	site_pipeline(site, text);
	site_commit(site, "a commit");
}

static char *path_in(const struct site *site, const char *name)
{
	return path_join(site->folder, name);
}

static void passed_run_ends_with_0_and_says_what_to_do_next(void **state)
{
	struct site *site = *state;

	prepare(site, HEAD "  unit: {run: echo fine}\n");
	assert_int_equal(site_call(site, "run", NULL), 0);
	assert_says(site->out, "unit | unit finished: passed");
	assert_says(site->out, "run 1 passed");
	assert_says(site->out, "next: signalbox ");
	assert_string_equal(site->err, "");
	assert_int_equal(site_call(site, "log", "1", "unit", NULL), 0);
	assert_string_equal(site->out, "fine\n");
	assert_int_equal(site_call(site, "status", "1", NULL), 0);
	assert_says(site->out, "passed");
	assert_int_equal(site_call(site, "verify", NULL), 0);
}

static void failed_stage_ends_with_1_and_shows_the_end_of_its_log(void **state)
{
	struct site *site = *state;

	prepare(site, HEAD "  unit: {run: 'echo the cause; exit 9'}\n"
			   "  later: {run: 'true'}\n");
	assert_int_equal(site_call(site, "run", NULL), 1);
	assert_says(site->out, "unit finished: failed");
	assert_says(site->out, "| > the cause");
	assert_says(site->out, "later skipped");
	assert_says(site->out, "next: signalbox log 1 unit");
}

static void init_goes_by_the_scripts_of_a_package(void **state)
{
	struct site *site = *state;

	site_write(site, "package.json", "{\"scripts\": {\"start\": \"x\"}}");
	assert_int_equal(site_call(site, "init", "--stdout", NULL), 0);
	assert_says(site->out, "\n#  test:");
	assert_says(site->out, "if test -f package-lock.json; then npm ci;");
	site_write(site, "package.json", "{\"scripts\": {\"test\": \"x\"}}");
	assert_int_equal(site_call(site, "init", "--stdout", NULL), 0);
	assert_says(site->out, "\n  test:");
	assert_says(site->out, "      npm test\n");
}

static void init_finds_check_in_the_first_line_of_a_makefile(void **state)
{
	struct site *site = *state;

	site_write(site, "Makefile", "check:\n\ttrue\n");
	assert_int_equal(site_call(site, "init", "--stdout", NULL), 0);
	assert_says(site->out, "\n  test:");
	assert_says(site->out, "      make check\n");
}

static void wrong_words_end_with_2_before_anything_happens(void **state)
{
	struct site *site = *state;
	char *runs = path_join(site->state, "runs");

	prepare(site, HEAD "  unit: {run: 'true'}\n");
	assert_int_equal(site_call(site, "run", "--skip", "unit", NULL), 2);
	assert_says(site->err, "needs --reason");
	assert_int_equal(site_call(site, "run", "--skip", "unti", "--reason",
				   "late", NULL),
			 2);
	assert_says(site->err, "there is no such stage");
	assert_int_equal(site_call(site, "run", "--jobs", "0", NULL), 2);
	assert_int_equal(site_call(site, "run", "--output", "xml", NULL), 2);
	assert_int_equal(site_call(site, "run", "--fast", NULL), 2);
	assert_says(site->err, "--fast");
	assert_int_equal(site_call(site, "rnu", NULL), 2);
	assert_says(site->err, "did you mean 'run'?");
	assert_int_equal(site_call(site, "run", "no-such-branch", NULL), 2);
	assert_says(site->err, "no-such-branch");
	assert_false(file_exists(runs));
	free(runs);
}

static void ten_mistakes_give_ten_messages_with_their_lines(void **state)
{
	struct site *site = *state;
	static const int lines[] = {2, 4, 6, 7, 9, 12, 14, 15, 17, 18};
	char *runs = path_join(site->state, "runs");

	prepare(site, "name: shop\n"
		      "mood: delivery\n" /* 2 */
		      "people:\n"
		      "  ana: {mail: ana@example.org}\n" /* 4 */
		      "environments:\n"
		      "  a b:\n" /* 6 */
		      "    target: {process: {command: x, ports: [1, 1], "
		      "health: /}}\n" /* 7 */
		      "    traffic:\n"
		      "      haproxy: {listen: nowhere}\n" /* 9 */
		      "stages:\n"
		      "  unit:\n"
		      "    timeout: soon\n" /* 12 */
		      "    run: make\n"
		      "    retries: many\n"  /* 14 */
		      "    needs: [biuld]\n" /* 15 */
		      "  build:\n"
		      "    rnu: make\n" /* 17 */
		      "  build: {run: make}\n" /* 18 */);
	assert_int_equal(site_call(site, "run", NULL), 2);
	for (size_t i = 0; i < ARRAY_SIZE(lines); i++) {
		char place[64];

		snprintf(place, sizeof(place), "signalbox.yaml:%d:", lines[i]);
		assert_says(site->err, place);
	}
	assert_says(site->err, "did you mean");
	assert_false(file_exists(runs));
	assert_int_equal(site_call(site, "validate", NULL), 2);
	free(runs);
}

static void artifact_that_was_not_made_fails_its_stage(void **state)
{
	struct site *site = *state;

	prepare(site, HEAD "  build: {run: 'true', artifacts: [\"*.gz\"]}\n");
	assert_int_equal(site_call(site, "run", NULL), 1);
	assert_says(site->out, "*.gz");
}

static void cancelled_run_ends_with_4(void **state)
{
	struct site *site = *state;
	struct process *run;

	prepare(site, HEAD "  unit: {run: 'sleep 1000', grace: 1s}\n");
	run = site_start(site, NULL, "run", NULL);
	process_await_text(run, "unit started");
	assert_int_equal(site_call(site, "cancel", "1", NULL), 0);
	assert_int_equal(process_await(run), 4);
	assert_says(run->out.data, "cancelled");
}

static void what_could_not_be_done_ends_with_7_and_the_cause(void **state)
{
	struct site *site = *state;
	pid_t other = web_server_start("blue", site->port);
	int status;

	prepare(site, "name: shop\nenvironments:\n" SITE_PRODUCTION
		      "stages:\n" SITE_BUILD
		      "  production: {deploy: {environment: production}}\n");
	status = site_call(site, "run", NULL);
	web_server_stop(other);
	if (status != 7)
		fail_msg("%d: %s", status, site->out);
}

static void outside_a_repository_the_mend_is_said(void **state)
{
	struct site *site = *state;
	struct process *run = site_start(site, "/", "run", NULL);

	assert_int_equal(process_await(run), 2);
	assert_says(run->err.data, "signalbox: ");
	assert_says(run->err.data, "git");
}

static void steering_a_run_that_has_ended_is_refused_with_8(void **state)
{
	struct site *site = *state;

	prepare(site, HEAD "  unit: {run: 'true'}\n");
	assert_int_equal(site_call(site, "run", NULL), 0);
	assert_int_equal(site_call(site, "approve", "1", NULL), 8);
	assert_says(site->err, "run 1 has ended");
	assert_int_equal(site_call(site, "cancel", "2", NULL), 2);
	assert_says(site->err, "there is no run 2");
}

static void ended_by(struct site *site, int signal_number, int status)
{
	char *note = path_in(site, "pid");
	struct str text = STR_INIT;
	struct process *run;
	pid_t pid;

	unlink(note);
	run = site_start(site, NULL, "run", NULL);
	await_file(note);
	assert_int_equal(file_read(note, &text, 64, NULL), 0);
	pid = atoi(text.data);
	assert_true(is_running(pid));
	kill(run->pid, signal_number);
	assert_int_equal(process_await(run), status);
	assert_false(is_running(pid));
	str_release(&text);
	free(note);
}

static void
signals_end_a_run_with_their_status_and_no_child_is_left(void **state)
{
	struct site *site = *state;

	prepare(site, HEAD "  unit:\n"
			   "    grace: 1s\n"
			   "    run: |\n"
			   "      echo $$ > @FOLDER@/new\n"
			   "      mv @FOLDER@/new @FOLDER@/pid\n"
			   "      sleep 1000\n");
	ended_by(site, SIGINT, 130);
	ended_by(site, SIGTERM, 143);
	ended_by(site, SIGHUP, 129);
	assert_int_equal(site_call(site, "verify", NULL), 0);
}

static void json_output_is_the_stream_of_the_journal(void **state)
{
	struct site *site = *state;
	struct manual *manual = manual_read();
	const char *at;
	int64_t last = 0;
	bool finished = false;
	char *folder;
	struct event *end;

	prepare(site, HEAD "  unit: {run: 'echo 1..1; echo ok 1', "
			   "reports: {tap: \"-\"}}\n");
	assert_int_equal(site_call(site, "run", "--output", "json", NULL), 0);
	for (at = site->out; *at; at += strcspn(at, "\n") + 1) {
		struct event *event = event_decode(at, strcspn(at, "\n"), NULL);
		char *fault = manual_fault(manual, at, strcspn(at, "\n"));

		if (fault)
			fail_msg("%s", fault);
		assert_non_null(event);
		assert_int_not_equal(event->type, EVENT_UNKNOWN);
		if (!event_is_transient(event->type))
			assert_int_equal(event->seq, ++last);
		finished = event->type == EVENT_RUN_FINISHED;
		if (finished)
			assert_int_equal(event_int(event, "status", -1), 0);
		event_free(event);
	}
	assert_true(finished);
	folder = site_run_folder(site, 1);
	end = site_last_event(folder, EVENT_RUN_FINISHED, NULL);
	assert_int_equal(end->seq, last);
	event_free(end);
	free(folder);
	manual_free(manual);
}

static void skipped_stage_is_left_out_and_its_reason_is_recorded(void **state)
{
	struct site *site = *state;
	char *folder = site_run_folder(site, 1);
	struct event *skipped;

	prepare(site, HEAD "  unit: {run: exit 1}\n"
			   "  build: {run: 'true'}\n");
	assert_int_equal(site_call(site, "run", "--skip", "unit", "--reason",
				   "the laboratory is closed", NULL),
			 0);
	skipped = site_last_event(folder, EVENT_STAGE_SKIPPED, "unit");
	assert_non_null(skipped);
	assert_says(event_text(skipped, "reason"), "the laboratory is closed");
	event_free(skipped);
	free(folder);
}

static void secrets_are_masked_in_logs_events_and_output(void **state)
{
	struct site *site = *state;
	static const char secret[] = "hunter2-and-more";
	char *text, *folder = site_run_folder(site, 1);

	setenv("DB_PASSWORD", secret, 1);
	prepare(site, "name: shop\nenvironments:\n" SITE_PRODUCTION
		      "    secrets: [DB_PASSWORD]\n"
		      "stages:\n"
		      "  unit:\n"
		      "    environment: production\n"
		      "    reports: {tap: \"-\"}\n"
		      "    run: |\n"
		      "      echo 1..1\n"
		      "      printf 'split %s' hunter2-and; sleep 0.2; "
		      "echo -more\n"
		      "      echo \"not ok 1 - logs in with $DB_PASSWORD\"\n"
		      "      echo \"$DB_PASSWORD\" | sed 's/^/seen /'\n"
		      "  filed:\n"
		      "    needs: []\n"
		      "    environment: production\n"
		      "    reports: {tap: out.tap}\n"
		      "    run: |\n"
		      "      echo 1..1 >out.tap\n"
		      "      echo \"not ok 1 - filed $DB_PASSWORD\" >>out.tap\n"
		      "  other: {needs: [], run: 'echo \"[$DB_PASSWORD]\"'}\n");
	assert_int_equal(site_call(site, "run", "--output", "json", NULL), 1);
	unsetenv("DB_PASSWORD");
	assert_says_not(site->out, secret);
	assert_says(site->out, "logs in with ");
	assert_says(site->out, "filed ***");
	assert_int_equal(site_call(site, "log", "1", "unit", NULL), 0);
	assert_says(site->out, "split ");
	assert_says(site->out, "seen ");
	assert_says_not(site->out, secret);
	assert_int_equal(site_call(site, "log", "1", "other", NULL), 0);
	assert_string_equal(site->out, "[]\n");
	text = xasprintf("! grep -r %s %s", secret, folder);
	site_shell(site, site->folder, text);
	free(text);
	free(folder);
}

static void demo_ends_while_it_waits_for_what_it_calls(void **state)
{
	struct site *site = *state;
	char *shop = path_join(site->folder, "shop-example");
	struct process *demo;

	setenv("SIGNALBOX_EXAMPLES", shop, 1);
	site_shell(site, site->folder,
		   "mkdir -p shop-example/shop && "
		   "printf '#!/bin/sh\\necho made\\nexec sleep 1000\\n' "
		   ">shop-example/shop/make-repository && "
		   "chmod +x shop-example/shop/make-repository");
	demo = site_start(site, NULL, "demo", NULL);
	process_await_text(demo, "made");
	assert_int_equal(kill(demo->pid, SIGTERM), 0);
	assert_int_equal(process_await(demo), 143);
	unsetenv("SIGNALBOX_EXAMPLES");
	free(shop);
}

static pid_t pid_in(const char *path)
{
	struct str text = STR_INIT;
	pid_t pid;

	assert_int_equal(file_read(path, &text, 64, NULL), 0);
	pid = atoi(text.data);
	str_release(&text);
	return pid;
}

static void what_a_stage_left_running_is_ended_with_it(void **state)
{
	struct site *site = *state;
	char *daemon = path_in(site, "daemon"), *sleeper = path_in(site, "sl");

	prepare(site,
		HEAD "  unit:\n"
		     "    run: |\n"
		     "      sleep 1000 &\n"
		     "      echo $! > @FOLDER@/sl\n"
		     "      setsid sh -c 'echo $$ > @FOLDER@/daemon; exec "
		     "sleep 1000' >/dev/null 2>&1 &\n"
		     "      until test -s @FOLDER@/daemon; do :; done\n");
	assert_int_equal(site_call(site, "run", NULL), 0);
	await_gone(pid_in(daemon));
	await_gone(pid_in(sleeper));
	free(daemon);
	free(sleeper);
}

static void stage_over_its_time_is_ended_and_named_so(void **state)
{
	struct site *site = *state;
	int64_t began = clock_monotonic_us();

	prepare(site, HEAD "  unit: {run: 'sleep 1000', timeout: 300ms, "
			   "grace: 200ms}\n");
	assert_int_equal(site_call(site, "run", NULL), 1);
	assert_says(site->out, "unit finished: timed-out");
	assert_true(clock_monotonic_us() - began < PATIENCE_US);
}

static void stage_is_tried_again_as_often_as_it_says(void **state)
{
	struct site *site = *state;

	prepare(site, HEAD "  unit:\n"
			   "    retries: 2\n"
			   "    run: |\n"
			   "      echo x >> @FOLDER@/tries\n"
			   "      test $(wc -l < @FOLDER@/tries) -eq 3\n");
	assert_int_equal(site_call(site, "run", NULL), 0);
	site_shell(site, site->folder, "rm tries");
	prepare(site, HEAD "  unit:\n"
			   "    retries: 1\n"
			   "    run: |\n"
			   "      echo x >> @FOLDER@/tries\n"
			   "      test $(wc -l < @FOLDER@/tries) -eq 3\n");
	assert_int_equal(site_call(site, "run", NULL), 1);
}

static void red(struct site *site, const char *stage, const char *word)
{
	char *text = xasprintf(HEAD "  unit: %s\n", stage);

	prepare(site, text);
	if (site_call(site, "run", NULL) != 1)
		fail_msg("%s is not red: %s", stage, site->out);
	assert_says(site->out, word);
	free(text);
}

static void report_that_is_missing_stale_or_empty_is_red(void **state)
{
	struct site *site = *state;

	site_write(site, "none.json",
		   "{\"SchemaVersion\":2,\"ArtifactName\":\"a\","
		   "\"Results\":[]}\n");
	red(site, "{run: 'true', reports: {junit: r.xml}}", "r.xml");
	red(site, "{run: ': > r.xml', reports: {junit: r.xml}}", "empty");
	red(site, "{run: 'echo nothing', reports: {tap: \"-\"}}", "unit");
	red(site,
	    "{run: 'printf \"<testsuites/>\" > r.xml', reports: {junit: "
	    "r.xml}}",
	    "unit");
	red(site, "{run: 'true', scan: {report: scan.sarif}}", "scan.sarif");
	red(site, "{run: 'echo {} > scan.sarif', scan: {report: scan.sarif}}",
	    "scan.sarif");
	red(site,
	    "{run: 'cat none.json > scan.json; exit 1', scan: {report: "
	    "scan.json}}",
	    "says that it found something");
	red(site,
	    "{run: 'cat none.json > scan.json', scan: {report: scan.json}}",
	    "looked at nothing");
	/* One that is committed was not written by this run. */
	site_write(site, "r.xml",
		   "<testsuite tests=\"1\"><testcase name=\"a\"/>"
		   "</testsuite>\n");
	red(site, "{run: 'true', reports: {junit: r.xml}}", "r.xml");
}

/* What is odd and no failure is said all the same. */
static void report_that_is_odd_is_told(void **state)
{
	struct site *site = *state;

	site_write(site, "none.json",
		   "{\"SchemaVersion\":2,\"ArtifactName\":\"a\","
		   "\"Results\":[]}\n");
	site_write(site, "broken.xml",
		   "<testsuite tests=\"1\"><testcase name=\"a\"><error/>"
		   "</testcase></testsuite>\n");
	prepare(site, HEAD "  scan: {run: cat none.json > s.json, scan: "
			   "{report: s.json, may-be-empty: true}}\n");
	assert_int_equal(site_call(site, "run", NULL), 0);
	assert_says(site->out, "Trivy found nothing to scan");
	prepare(site, HEAD "  unit: {run: cat broken.xml > r.xml, reports: "
			   "{junit: r.xml}}\n");
	assert_int_equal(site_call(site, "run", NULL), 1);
	assert_says(site->out, "0 tests passed, 1 failed");
}

static void verify_names_the_record_with_a_changed_byte(void **state)
{
	struct site *site = *state;
	char *folder = site_run_folder(site, 1);
	char *path = path_join(folder, "journal.ndjson");
	struct str text = STR_INIT;
	int record = 0;

	prepare(site, HEAD "  unit: {run: 'true'}\n"
			   "  build: {run: 'true', artifacts: [bug]}\n");
	assert_int_equal(site_call(site, "run", NULL), 0);
	assert_int_equal(file_read(path, &text, 1 << 20, NULL), 0);
	for (char *at = text.data; *at; at = strchr(at, '\n') + 1) {
		char *byte = at + strcspn(at, "\n") / 2;
		char wanted[64], kept = *byte;

		*byte = kept == 'x' ? 'y' : 'x';
		assert_int_equal(
			file_replace(path, text.data, text.len, 0600, NULL), 0);
		assert_int_equal(site_call(site, "verify", "1", NULL), 1);
		snprintf(wanted, sizeof(wanted), "record %d", record++);
		assert_says(site->out, "DAMAGED");
		assert_says(site->out, wanted);
		*byte = kept;
	}
	assert_true(record > 5);
	assert_int_equal(
		file_replace(path, text.data, text.len - 7, 0600, NULL), 0);
	assert_int_equal(site_call(site, "verify", "1", NULL), 1);
	/* A torn tail is told from damage: the head does not name it. */
	str_add(&text, "{\"seq\":8,\"ti");
	assert_int_equal(file_replace(path, text.data, text.len, 0600, NULL),
			 0);
	assert_int_equal(site_call(site, "verify", "1", NULL), 0);
	assert_says(site->out, "a torn tail of 12 bytes");
	str_release(&text);
	free(path);
	free(folder);
}

static void commit_asked_for_is_the_one_that_is_built(void **state)
{
	struct site *site = *state;

	site_write(site, "word", "old\n");
	prepare(site, HEAD "  unit: {run: cat word}\n");
	site_write(site, "word", "new\n");
	site_commit(site, "another");
	site_write(site, "word", "not committed\n");
	assert_int_equal(site_call(site, "run", "HEAD~1", NULL), 0);
	assert_int_equal(site_call(site, "run", NULL), 0);
	assert_int_equal(site_call(site, "run", "--worktree", NULL), 0);
	assert_int_equal(site_call(site, "log", "1", "unit", NULL), 0);
	assert_string_equal(site->out, "old\n");
	assert_int_equal(site_call(site, "log", "2", "unit", NULL), 0);
	assert_string_equal(site->out, "new\n");
	assert_int_equal(site_call(site, "log", "3", "unit", NULL), 0);
	assert_string_equal(site->out, "not committed\n");
}

static int run_all(void)
{
	const struct CMUnitTest tests[] = {
#define TEST(name) \
	cmocka_unit_test_setup_teardown(name, site_set_up, site_tear_down)
		TEST(passed_run_ends_with_0_and_says_what_to_do_next),
		TEST(failed_stage_ends_with_1_and_shows_the_end_of_its_log),
		TEST(wrong_words_end_with_2_before_anything_happens),
		TEST(init_goes_by_the_scripts_of_a_package),
		TEST(init_finds_check_in_the_first_line_of_a_makefile),
		TEST(ten_mistakes_give_ten_messages_with_their_lines),
		TEST(artifact_that_was_not_made_fails_its_stage),
		TEST(cancelled_run_ends_with_4),
		TEST(what_could_not_be_done_ends_with_7_and_the_cause),
		TEST(outside_a_repository_the_mend_is_said),
		TEST(steering_a_run_that_has_ended_is_refused_with_8),
		TEST(signals_end_a_run_with_their_status_and_no_child_is_left),
		TEST(json_output_is_the_stream_of_the_journal),
		TEST(skipped_stage_is_left_out_and_its_reason_is_recorded),
		TEST(secrets_are_masked_in_logs_events_and_output),
		TEST(demo_ends_while_it_waits_for_what_it_calls),
		TEST(what_a_stage_left_running_is_ended_with_it),
		TEST(stage_over_its_time_is_ended_and_named_so),
		TEST(stage_is_tried_again_as_often_as_it_says),
		TEST(report_that_is_missing_stale_or_empty_is_red),
		TEST(report_that_is_odd_is_told),
		TEST(verify_names_the_record_with_a_changed_byte),
		TEST(commit_asked_for_is_the_one_that_is_built),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

int main(int argc, char **argv)
{
	return site_main(argc, argv, run_all);
}
