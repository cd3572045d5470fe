/* SPDX-License-Identifier: MIT */
/* A run watched from elsewhere: --detach, status --until, log, replay. */
#include "system/support.h"

#include <dirent.h>
#include <signal.h>
#include <stdio.h>
#include <unistd.h>

#include "base/file.h"
#include "base/memory.h"

#define HEAD "name: shop\nstages:\n"

/* A stage that goes on once the file is there. */
#define WAIT_FOR(name) "until [ -e @FOLDER@/" name " ]; do sleep 0.05; done"

static void prepare(struct site *site, const char *text)
{
	const char *at = text;
	const char *mark;
	struct str out = STR_INIT;

	while ((mark = strstr(at, "@FOLDER@")) != NULL) {
		str_add_bytes(&out, at, (size_t)(mark - at));
		str_add(&out, site->folder);
		at = mark + strlen("@FOLDER@");
	}
	str_add(&out, at);
	site_pipeline(site, out.data);
	site_commit(site, "a commit");
	str_release(&out);
}

static void let(struct site *site, const char *name)
{
	char *text = xasprintf(": > %s", name);

	site_shell(site, site->folder, text);
	free(text);
}

static pid_t pid_of_run(const struct site *site, int run)
{
	char *folder = site_run_folder(site, run);
	struct event *event = site_last_event(folder, EVENT_RUN_STARTED, NULL);
	pid_t pid;

	assert_non_null(event);
	pid = (pid_t)event_int(event, "pid", 0);
	event_free(event);
	free(folder);
	return pid;
}

static void detached_run_is_on_disk_and_goes_on_by_itself(void **state)
{
	struct site *site = *state;
	pid_t pid;

	prepare(site, HEAD "  unit: {run: '" WAIT_FOR("go") "; exit 3'}\n");
	/* Returns once nothing of it holds our pipe. */
	assert_int_equal(site_call(site, "run", "--detach", NULL), 0);
	assert_string_equal(site->out, "1\n");
	pid = pid_of_run(site, 1);
	assert_true(is_running(pid));
	assert_int_equal(getsid(pid), pid);
	let(site, "go");
	assert_int_equal(site_call(site, "status", "1", "--until", "done",
				   "--timeout", "100s", NULL),
			 1);
	assert_says(site->out, "failed: exit status 3");
	await_gone(pid);
}

static void detached_run_tells_its_first_event(void **state)
{
	struct site *site = *state;

	prepare(site, HEAD "  unit: {run: 'true'}\n");
	assert_int_equal(
		site_call(site, "run", "--detach", "--output", "json", NULL),
		0);
	assert_says(site->out, "\"event\":\"run.started\",\"run\":1,");
	assert_says_not(site->out, "stage.started");
	assert_int_equal(site_call(site, "status", "--until", "done", NULL), 0);
	assert_says(site->out, "passed");
}

static void what_cannot_begin_is_said_before_it_is_detached(void **state)
{
	struct site *site = *state;

	prepare(site, HEAD "  unit: {rnu: 'true'}\n");
	assert_int_equal(site_call(site, "run", "--detach", NULL), 2);
	assert_says(site->err, "rnu");
	assert_string_equal(site->out, "");
}

static void status_waits_for_a_gate_and_for_its_end(void **state)
{
	struct site *site = *state;

	prepare(site, HEAD "  unit: {run: 'true'}\n  ask: {gate: {}}\n");
	assert_int_equal(site_call(site, "run", "--detach", NULL), 0);
	assert_int_equal(site_call(site, "status", "1", "--until", "gate",
				   "--timeout", "100s", NULL),
			 0);
	assert_says(site->out, "ask                  waiting");
	assert_int_equal(site_call(site, "status", "1", "--until", "failed",
				   "--timeout", "100ms", NULL),
			 7);
	assert_says(site->err, "has not come to --until failed in");
	assert_int_equal(site_call(site, "reject", "1", "--reason", "no", NULL),
			 0);
	assert_int_equal(site_call(site, "status", "1", "--until", "done",
				   "--timeout", "100s", NULL),
			 3);
	assert_int_equal(site_call(site, "status", "--until", "gate", NULL), 1);
	assert_says(site->err, "run 1 rejected; no gate is open");
}

static void status_tells_what_can_come_no_more(void **state)
{
	struct site *site = *state;

	prepare(site, HEAD "  unit: {run: 'true'}\n  ask: {gate: {}}\n"
			   "  slow: {run: 'sleep 1000'}\n");
	assert_int_equal(site_call(site, "status", "--until", "done", NULL), 8);
	assert_int_equal(site_call(site, "run", NULL), 6);
	assert_int_equal(site_call(site, "status", "--until", "gate", NULL), 0);
	assert_int_equal(site_call(site, "status", "--until", "done", NULL), 6);
	assert_says(site->err, "waits at the gate of ask, without an engine");
	assert_int_equal(site_call(site, "run", "--skip", "ask", "--reason",
				   "a test", "--detach", NULL),
			 0);
	kill(pid_of_run(site, 2), SIGKILL);
	assert_int_equal(site_call(site, "status", "2", "--until", "done",
				   "--timeout", "100s", NULL),
			 7);
	assert_says(site->err, "run 2 was cut off");
	assert_int_equal(site_call(site, "status", "--until", "never", NULL),
			 2);
	assert_int_equal(site_call(site, "status", "--timeout", "1s", NULL), 2);
}

static void log_follows_a_stage_to_its_end(void **state)
{
	struct site *site = *state;
	struct process *follower, *all;

	prepare(site, HEAD "  unit: {run: 'echo one; printf tw; " WAIT_FOR(
			      "go") "; echo o; exit 3'}\n"
				    "  later: {run: echo no}\n");
	assert_int_equal(site_call(site, "run", "--detach", NULL), 0);
	follower = site_start(site, NULL, "log", "1", "unit", "--follow", NULL);
	all = site_start(site, NULL, "log", "1", "--follow", NULL);
	process_await_text(follower, "one\ntw");
	process_await_text(all, "== unit: running\none\ntw");
	assert_false(process_has_ended(follower));
	let(site, "go");
	assert_int_equal(process_await(follower), 0);
	assert_string_equal(follower->out.data, "one\ntwo\n");
	assert_int_equal(process_await(all), 0);
	assert_says(all->out.data, "two\n== later: skipped\n");
	assert_int_equal(site_call(site, "log", "1", "unit", "--follow", NULL),
			 0);
	assert_string_equal(site->out, "one\ntwo\n");
}

static void log_of_a_run_that_died_is_followed_to_where_it_is(void **state)
{
	struct site *site = *state;
	struct process *follower;

	prepare(site, HEAD "  unit: {run: 'echo one; exec sleep 1000'}\n");
	assert_int_equal(site_call(site, "run", "--detach", NULL), 0);
	follower = site_start(site, NULL, "log", "1", "unit", "--follow", NULL);
	process_await_text(follower, "one\n");
	kill(pid_of_run(site, 1), SIGKILL);
	assert_int_equal(process_await(follower), 0);
	assert_string_equal(follower->out.data, "one\n");
}

/* As of a run of another user, whose socket is elsewhere. */
static void engine_out_of_reach_is_followed_on_disk(void **state)
{
	struct site *site = *state;
	char *folder = xasprintf("XDG_RUNTIME_DIR=%s/away", site->folder);
	const char *argv[] = {"env", folder,	 site->signalbox, "log",
			      "1",   "--follow", "unit",	  NULL};
	struct process *follower;

	prepare(site,
		HEAD "  unit: {run: 'echo one; " WAIT_FOR("go") "; "
								"echo two'}\n");
	site_shell(site, site->folder, "mkdir -m 700 away");
	assert_int_equal(site_call(site, "run", "--detach", NULL), 0);
	follower = site_spawn(site, NULL, argv);
	process_await_text(follower, "one\n");
	let(site, "go");
	assert_int_equal(process_await(follower), 0);
	assert_string_equal(follower->out.data, "one\ntwo\n");
	free(folder);
}

/* Rewrites what the index says, so that nothing has to wait. */
static void log_is_cut_by_time_and_by_lines(void **state)
{
	struct site *site = *state;
	char *folder = site_run_folder(site, 1);

	prepare(site, HEAD "  unit: {run: 'printf \"a\\nb\\nc\\rd\\n\"'}\n");
	assert_int_equal(site_call(site, "run", NULL), 0);
	site_shell(site, folder,
		   "cat logs/unit.log >all && printf 'a\nb\nc\rd\n' | cmp - all"
		   " && now=$(date +%s) && printf '0 0 1000\n2 1 %s000\n' "
		   "$((now - 3600)) >logs/unit.log.index");
	assert_int_equal(
		site_call(site, "log", "1", "unit", "--since", "2h", NULL), 0);
	assert_string_equal(site->out, "b\nc\rd\n");
	assert_int_equal(
		site_call(site, "log", "1", "unit", "--since", "30m", NULL), 0);
	assert_string_equal(site->out, "");
	assert_int_equal(
		site_call(site, "log", "1", "unit", "--tail", "1", NULL), 0);
	assert_string_equal(site->out, "c\rd\n");
	assert_int_equal(site_call(site, "log", "1", "unit", "--timestamps",
				   "--tail", "3", NULL),
			 0);
	assert_says(site->out, "1970-01-01T00:00:01.000Z a\n20");
	assert_says(site->out, "Z c\rd\n");
	site_shell(site, folder, "rm logs/unit.log.index");
	assert_int_equal(
		site_call(site, "log", "1", "unit", "--timestamps", NULL), 0);
	assert_says(site->out, "- a\n- b\n");
	assert_int_equal(
		site_call(site, "log", "1", "unit", "--since", "soon", NULL),
		2);
	assert_int_equal(site_call(site, "log", "1", "--tail", "-3", NULL), 2);
	free(folder);
}

/* Events but log.grew, without what a journal alone has. */
static char *journaled(const char *stream)
{
	struct str out = STR_INIT;

	for (const char *at = stream; *at; at += strcspn(at, "\n") + 1) {
		struct event *event = event_decode(at, strcspn(at, "\n"), NULL);

		assert_non_null(event);
		if (!event_is_transient(event->type))
			event_encode(event, NULL, &out);
		event_free(event);
	}
	return str_detach(&out);
}

static void replay_is_the_stream_of_the_run(void **state)
{
	struct site *site = *state;
	char *told, *replayed;

	prepare(site, HEAD "  unit: {run: 'seq 5'}\n"
			   "  late: {run: 'exit 3'}\n");
	assert_int_equal(site_call(site, "run", "--output", "json", NULL), 1);
	told = journaled(site->out);
	assert_int_equal(site_call(site, "replay", "1", "--output", "json",
				   "--speed", "max", NULL),
			 0);
	assert_says(site->out, "\"log.grew\",\"stage\":\"unit\",\"bytes\":10,"
			       "\"lines\":5}");
	replayed = journaled(site->out);
	assert_string_equal(replayed, told);
	/* In its own time, and in lines. */
	assert_int_equal(site_call(site, "replay", "1", NULL), 0);
	assert_says(site->out, "unit | unit finished: passed");
	assert_says(site->out, "run 1 failed");
	free(told);
	free(replayed);
}

static void example_reads_the_stream(void **state)
{
	struct site *site = *state;
	const char *source = getenv("top_srcdir");
	char *call = xasprintf(
		"%s run --output json | %s/examples/consumer.py 0; echo = $?",
		site->signalbox, source ? source : ".");
	char *help = xasprintf("%s/examples/consumer.py --help",
			       source ? source : ".");
	const char *argv[] = {"sh", "-c", call, NULL};
	struct process *process;

	if (system("python3 -c 'import json' >/dev/null 2>&1") != 0) {
		print_message("python3 is not there\n");
		free(call);
		free(help);
		skip();
	}
	argv[2] = help;
	process = site_spawn(site, NULL, argv);
	assert_int_equal(process_await(process), 0);
	assert_says(process->out.data, "consumer.py [SECONDS]");
	argv[2] = call;
	prepare(site,
		HEAD "  unit: {run: 'echo 1..2; echo ok 1; echo not ok 2 - b; "
		     "exit 1', reports: {tap: \"-\"}}\n");
	process = site_spawn(site, NULL, argv);
	assert_int_equal(process_await(process), 0);
	assert_says(process->out.data, "slow: unit took ");
	assert_says(process->out.data, "failed: unit: ");
	assert_says(process->out.data, "test: unit: ");
	assert_says(process->out.data, "run 1 failed");
	assert_says(process->out.data, "\n= 1\n");
	free(call);
	free(help);
}

static bool has_finished(void *data)
{
	char *folder = site_run_folder(data, 1);
	char *journal = path_join(folder, "journal.ndjson");
	bool has = file_exists(journal) &&
		   site_count_events(folder, EVENT_RUN_FINISHED, NULL) > 0;

	free(journal);
	free(folder);
	return has;
}

#ifdef __SANITIZE_THREAD__
#define LAST_THREADS 3 /* two are its runtime's */
#else
#define LAST_THREADS 1
#endif

/* Where the system tells of threads: the engine's are gone. */
static bool has_no_more_threads(void *data)
{
	char *path = xasprintf("/proc/%d/task", (int)pid_of_run(data, 1));
	DIR *dir = opendir(path);
	int count = 0;

	while (dir && readdir(dir))
		count++;
	if (dir)
		closedir(dir);
	free(path);
	return !dir || count <= LAST_THREADS + 2; /* . and .. */
}

/* The engine ends while its reader reads nothing yet. */
static void slow_reader_gets_the_stream_to_its_end(void **state)
{
	struct site *site = *state;
	char *call = xasprintf(
		"%s run --output json | { until [ -e %s/go ]; do sleep 0.05; "
		"done; tail -n 1; }",
		site->signalbox, site->folder);
	const char *argv[] = {"sh", "-c", call, NULL};
	struct process *process;

	prepare(site, HEAD "  unit: {run: 'seq 20000 | sed \"s/^/not ok /\"', "
			   "reports: {tap: \"-\"}}\n");
	process = site_spawn(site, NULL, argv);
	await(has_finished, site, "the run's end");
	await(has_no_more_threads, site, "its engine's end");
	let(site, "go");
	assert_int_equal(process_await(process), 0);
	assert_says(process->out.data, "\"event\":\"run.finished\"");
	free(call);
}

static void replay_stops_at_a_moment(void **state)
{
	struct site *site = *state;

	prepare(site, HEAD "  unit: {run: 'true'}\n  ask: {gate: {}}\n");
	assert_int_equal(site_call(site, "run", NULL), 6);
	assert_int_equal(site_call(site, "replay", "1", "--at", "1h", NULL), 0);
	assert_says(site->out, "run 1 running\n");
	assert_says(site->out, "ask                  waiting");
	assert_int_equal(site_call(site, "replay", "1", "--at", "0", NULL), 0);
	assert_says(site->out, "ask                  queued");
	assert_says_not(site->out, "unit finished");
	assert_int_equal(site_call(site, "replay", "2", NULL), 2);
	assert_int_equal(site_call(site, "replay", "1", "--at", "x", NULL), 2);
	assert_int_equal(site_call(site, "replay", "1", "--speed", "x", NULL),
			 2);
}

#define TEST(name) \
	cmocka_unit_test_setup_teardown(name, site_set_up, site_tear_down)

static int run_all(void)
{
	const struct CMUnitTest tests[] = {
		TEST(detached_run_is_on_disk_and_goes_on_by_itself),
		TEST(detached_run_tells_its_first_event),
		TEST(what_cannot_begin_is_said_before_it_is_detached),
		TEST(status_waits_for_a_gate_and_for_its_end),
		TEST(status_tells_what_can_come_no_more),
		TEST(log_follows_a_stage_to_its_end),
		TEST(log_of_a_run_that_died_is_followed_to_where_it_is),
		TEST(engine_out_of_reach_is_followed_on_disk),
		TEST(log_is_cut_by_time_and_by_lines),
		TEST(replay_is_the_stream_of_the_run),
		TEST(replay_stops_at_a_moment),
		TEST(example_reads_the_stream),
		TEST(slow_reader_gets_the_stream_to_its_end),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

int main(int argc, char **argv)
{
	return site_main(argc, argv, run_all);
}
