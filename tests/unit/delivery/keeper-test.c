/* SPDX-License-Identifier: MIT */
#include "support/cmocka.h"

#include <signal.h>
#include <stdio.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/file.h"
#include "base/memory.h"
#include "base/str.h"
#include "delivery/keeper.h"
#include "delivery/keeper-folder.h"

#define PATIENCE_US (20 * 1000000)

struct room {
	struct loop *loop;
	char *base;   /* everything of a test */
	char *folder; /* the keeper's */
	char *out;    /* a file its process writes */
};

struct heard {
	bool done, ok;
	struct keeper_status status;
	char ended[64];
};

static char *read_file(const char *path)
{
	struct str text = STR_INIT;

	if (file_read(path, &text, 1 << 20, NULL) < 0)
		str_clear(&text);
	return text.cap ? str_detach(&text) : xstrdup("");
}

static void heard_status(const struct keeper_status *status,
			 const struct error *err, void *data)
{
	struct heard *heard = data;

	heard->done = true;
	heard->ok = !err;
	if (!status)
		return;
	heard->status = *status;
	snprintf(heard->ended, sizeof(heard->ended), "%s", status->ended);
}

static void heard_stop(const struct error *err, void *data)
{
	struct heard *heard = data;

	heard->done = true;
	heard->ok = !err;
}

static void turn_until(struct room *room, const bool *done)
{
	int64_t until = clock_monotonic_us() + PATIENCE_US;

	while (!*done) {
		assert_true(clock_monotonic_us() < until);
		loop_turn(room->loop, 100);
	}
}

static struct heard status_of(struct room *room)
{
	struct heard heard = {0};

	keeper_ask_status(room->loop, room->folder, heard_status, &heard);
	turn_until(room, &heard.done);
	return heard;
}

static bool stopped(struct room *room, int64_t grace_ms)
{
	struct heard heard = {0};

	keeper_stop(room->loop, room->folder, grace_ms, heard_stop, &heard);
	turn_until(room, &heard.done);
	return heard.ok;
}

/* Turns the loop until the file holds so many lines. */
static void await_lines(struct room *room, const char *path, size_t lines)
{
	int64_t until = clock_monotonic_us() + PATIENCE_US;

	for (;;) {
		char *text = read_file(path);
		size_t count = 0;

		for (const char *c = text; *c; c++)
			count += *c == '\n';
		free(text);
		if (count >= lines)
			return;
		assert_true(clock_monotonic_us() < until);
		loop_turn(room->loop, 5);
	}
}

static void await_gone(struct room *room, pid_t pid, uint64_t start_time)
{
	int64_t until = clock_monotonic_us() + PATIENCE_US;

	while (process_is(pid, start_time)) {
		assert_true(clock_monotonic_us() < until);
		loop_turn(room->loop, 5);
	}
}

static int start_draining(struct room *room, const char *script, int drain,
			  struct error *err)
{
	const char *argv[] = {"/bin/sh", "-c", script, NULL};
	char *out = xasprintf("OUT=%s", room->out);
	const char *env[] = {out, "PATH=/usr/bin:/bin", "SECRET=hunter2", NULL};
	struct keeper_options options = {
		.folder = room->folder,
		.argv = argv,
		.env = env,
		.working_folder = room->base,
		.drain = drain,
		.loop = room->loop,
	};
	int result = keeper_start(&options, err);

	free(out);
	return result;
}

static int start(struct room *room, const char *script, struct error *err)
{
	return start_draining(room, script, 0, err);
}

static void started(struct room *room, const char *script)
{
	struct error err = ERROR_INIT;

	if (start(room, script, &err) < 0)
		fail_msg("%s", error_text(&err));
}

static int set_up(void **state)
{
	struct room *room = xcalloc(1, sizeof(*room));

	room->base = xstrdup("/tmp/signalbox-keeper-test-XXXXXX");
	assert_non_null(mkdtemp(room->base));
	setenv("XDG_RUNTIME_DIR", room->base, 1);
	room->folder = path_join(room->base, "blue");
	room->out = path_join(room->base, "out");
	room->loop = loop_new();
	*state = room;
	return 0;
}

static int tear_down(void **state)
{
	struct room *room = *state;

	(void)stopped(room, 0);
	assert_false(keeper_is_alive(room->folder));
	loop_free(room->loop);
	assert_int_equal(folder_remove(room->base, NULL), 0);
	free(room->base);
	free(room->folder);
	free(room->out);
	free(room);
	return 0;
}

static void keeper_runs_its_process_and_answers(void **state)
{
	struct room *room = *state;
	struct heard heard;
	char *said, *expected;

	started(room, "echo $SECRET; pwd >> $OUT; exec sleep 1000");
	assert_true(keeper_is_alive(room->folder));
	await_lines(room, room->out, 1);
	said = read_file(room->out);
	expected = xasprintf("%s\n", room->base);
	assert_string_equal(said, expected);
	free(said);
	free(expected);
	heard = status_of(room);
	assert_true(heard.ok);
	assert_true(process_start_time(heard.status.pid) > 0);
	assert_int_equal(heard.status.restarts, 0);
	assert_true(heard.status.since > 0);
	assert_string_equal(heard.ended, "");
}

static void keeper_keeps_the_log_but_no_secret_on_disk(void **state)
{
	struct room *room = *state;
	char *log = keeper_log_path(room->folder), *text, *path;

	started(room, "echo said $SECRET; echo once >> $OUT; exec sleep 1000");
	await_lines(room, log, 1);
	text = read_file(log);
	assert_string_equal(text, "said hunter2\n");
	free(text);
	path = path_join(room->folder, "spec");
	text = read_file(path);
	assert_non_null(strstr(text, "sleep 1000"));
	assert_null(strstr(text, "hunter2"));
	free(text);
	free(path);
	free(log);
}

static void keeper_starts_again_what_ends_and_waits_longer(void **state)
{
	struct room *room = *state;
	char *log = keeper_log_path(room->folder), *text;
	struct heard heard;

	started(room, "echo x >> $OUT; exit 3");
	await_lines(room, room->out, 4);
	heard = status_of(room);
	assert_true(heard.status.restarts >= 3);
	assert_string_equal(heard.ended, "exit status 3");
	text = read_file(log);
	assert_non_null(strstr(text, "exit status 3; starting it again in "
				     "100 ms"));
	assert_non_null(strstr(text, "again in 200 ms"));
	assert_non_null(strstr(text, "again in 400 ms"));
	free(text);
	free(log);
}

static void keeper_refuses_a_second_one_in_its_folder(void **state)
{
	struct room *room = *state;
	struct error err = ERROR_INIT;
	struct heard before, after;

	started(room, "exec sleep 1000");
	before = status_of(room);
	assert_int_equal(start(room, "exec sleep 1000", &err), -1);
	assert_int_equal(err.code, ERROR_REFUSED);
	assert_non_null(strstr(error_text(&err), "is kept already"));
	error_clear(&err);
	after = status_of(room);
	assert_int_equal(before.status.pid, after.status.pid);
}

static void keeper_says_why_it_could_not_start(void **state)
{
	struct room *room = *state;
	const char *argv[] = {"/nonexistent/shop", NULL};
	struct keeper_options options = {
		.folder = room->folder, .argv = argv, .loop = room->loop};
	struct error err = ERROR_INIT;

	assert_int_equal(keeper_start(&options, &err), -1);
	assert_non_null(strstr(error_text(&err), "/nonexistent/shop"));
	error_clear(&err);
	assert_false(keeper_is_alive(room->folder));
}

static void keeper_stop_ends_the_whole_group(void **state)
{
	struct room *room = *state;
	char *text;
	long pid;
	uint64_t start_time;

	started(room, "sleep 1000 & echo $! >> $OUT; wait");
	await_lines(room, room->out, 1);
	text = read_file(room->out);
	pid = atol(text);
	free(text);
	start_time = process_start_time((pid_t)pid);
	assert_true(start_time > 0);
	assert_true(stopped(room, 5000));
	assert_false(keeper_is_alive(room->folder));
	await_gone(room, (pid_t)pid, start_time);
}

/* The number in the first line of a file. */
static pid_t read_pid(const char *path)
{
	char *text = read_file(path);
	pid_t pid = (pid_t)atol(text);

	free(text);
	assert_true(pid > 0);
	return pid;
}

static void what_a_program_left_ends_before_it_is_started_again(void **state)
{
	struct room *room = *state;
	pid_t left;

	/* In a group of its own. */
	started(room, "set -m; sleep 1000 & echo $! >>$OUT; exit 3");
	await_lines(room, room->out, 1);
	left = read_pid(room->out);
	await_gone(room, left, process_start_time(left));
	await_lines(room, room->out, 3);
	assert_true(stopped(room, 5000));
	assert_false(keeper_is_alive(room->folder));
}

static void what_a_program_left_drains_where_it_can(void **state)
{
	struct room *room = *state;
	char *done = path_join(room->base, "done");
	char *script = xasprintf(
		"sh -c 'trap \"sleep 0.3; echo x >>%s; exit\" USR1; "
		"echo $$ >>$OUT; while :; do sleep 0.01; done' & "
		"while [ ! -s $OUT ]; do sleep 0.01; done; sleep 1000 & wait",
		done);
	struct error err = ERROR_INIT;
	pid_t left;
	uint64_t start_time;

	if (start_draining(room, script, SIGUSR1, &err) < 0)
		fail_msg("%s", error_text(&err));
	await_lines(room, room->out, 1);
	left = read_pid(room->out);
	start_time = process_start_time(left);
	assert_int_equal(kill(status_of(room).status.pid, SIGKILL), 0);
	await_gone(room, left, start_time);
	await_lines(room, done, 1);
	assert_true(stopped(room, 5000));
	free(script);
	free(done);
}

static void what_does_not_drain_is_ended_with_the_next_program(void **state)
{
	struct room *room = *state;
	struct error err = ERROR_INIT;
	pid_t left;
	uint64_t start_time;

	if (start_draining(room,
			   "[ -s $OUT ] && exit 3; "
			   "sh -c 'trap \"\" USR1; echo $$ >>$OUT; while :; "
			   "do sleep 0.01; done' & wait",
			   SIGUSR1, &err) < 0)
		fail_msg("%s", error_text(&err));
	await_lines(room, room->out, 1);
	left = read_pid(room->out);
	start_time = process_start_time(left);
	assert_int_equal(kill(status_of(room).status.pid, SIGKILL), 0);
	await_gone(room, left, start_time);
	assert_true(stopped(room, 5000));
}

/* Killed both, keeper and program, they leave its group alone. */
static pid_t kill_both(struct room *room, uint64_t *start_time)
{
	pid_t keeper, left, program;

	started(room, "sleep 1000 & echo $! >$OUT; wait");
	await_lines(room, room->out, 1);
	left = read_pid(room->out);
	*start_time = process_start_time(left);
	keeper = keeper_lock_holder(room->folder);
	assert_true(keeper > 0);
	/* Stopped it cannot restart what is killed. */
	assert_int_equal(kill(keeper, SIGSTOP), 0);
	program = keeper_child_running(room->folder);
	assert_int_equal(kill(program, SIGKILL), 0);
	await_gone(room, program, process_start_time(program));
	assert_int_equal(kill(keeper, SIGKILL), 0);
	await_gone(room, keeper, process_start_time(keeper));
	assert_true(process_is(left, *start_time));
	assert_int_equal(keeper_child_running(room->folder), 0);
	return left;
}

static void what_a_killed_keeper_and_program_left_is_stopped(void **state)
{
	struct room *room = *state;
	uint64_t start_time;
	pid_t left = kill_both(room, &start_time);

	assert_int_not_equal(keeper_group_running(room->folder), 0);
	assert_true(stopped(room, 100));
	assert_false(process_is(left, start_time));
	assert_int_equal(keeper_group_running(room->folder), 0);
}

static void what_a_killed_keeper_and_program_left_ends_at_a_start(void **state)
{
	struct room *room = *state;
	uint64_t start_time;
	pid_t left = kill_both(room, &start_time);

	started(room, "exec sleep 1000");
	assert_false(process_is(left, start_time));
	assert_true(status_of(room).ok);
}

static void keeper_stop_kills_what_ignores_term_after_the_grace(void **state)
{
	struct room *room = *state;
	struct heard heard;
	uint64_t start_time;
	int64_t before;

	started(room, "trap '' TERM; echo x >> $OUT; while :; do sleep 1000; "
		      "done");
	await_lines(room, room->out, 1);
	heard = status_of(room);
	start_time = process_start_time(heard.status.pid);
	before = clock_monotonic_us();
	assert_true(stopped(room, 150));
	assert_true(clock_monotonic_us() - before >= 150000);
	assert_false(process_is(heard.status.pid, start_time));
}

static void keeper_stop_without_a_keeper_is_fine(void **state)
{
	assert_true(stopped(*state, 100));
}

static void keeper_that_is_killed_leaves_its_process_serving(void **state)
{
	struct room *room = *state;
	struct heard heard;
	uint64_t start_time;
	pid_t keeper;

	started(room, "while sleep 0.01; do echo served >>$OUT; done");
	heard = status_of(room);
	start_time = process_start_time(heard.status.pid);
	keeper = keeper_lock_holder(room->folder);
	assert_true(keeper > 0);
	assert_int_equal(kill(keeper, SIGKILL), 0);
	await_gone(room, keeper, process_start_time(keeper));
	assert_false(keeper_is_alive(room->folder));
	unlink(room->out);
	await_lines(room, room->out, 2);
	assert_int_equal(keeper_child_running(room->folder), heard.status.pid);
	/* and the folder may be used again, socket file and all */
	started(room, "exec sleep 1000");
	assert_false(process_is(heard.status.pid, start_time));
	assert_true(status_of(room).ok);
}

static void forget(pid_t pid, int status, void *data)
{
	(void)pid;
	(void)status;
	(void)data;
}

/* As a system without parent-death signals leaves it. */
static void keeper_ends_a_stray_before_it_starts(void **state)
{
	struct room *room = *state;
	pid_t stray = fork();
	uint64_t start_time;

	assert_true(stray >= 0);
	if (stray == 0) {
		setpgid(0, 0);
		execl("/bin/sleep", "sleep", "1000", (char *)NULL);
		_exit(127);
	}
	setpgid(stray, stray);
	start_time = process_start_time(stray);
	assert_int_equal(folder_make(room->folder, 0700, NULL), 0);
	assert_int_equal(keeper_child_write(room->folder, stray, NULL), 0);
	loop_child(room->loop, stray, forget, NULL);
	assert_true(process_is(stray, start_time));
	started(room, "exec sleep 1000");
	assert_false(process_is(stray, start_time));
	assert_true(status_of(room).ok);
}

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
		TEST(keeper_runs_its_process_and_answers),
		TEST(keeper_keeps_the_log_but_no_secret_on_disk),
		TEST(keeper_starts_again_what_ends_and_waits_longer),
		TEST(keeper_refuses_a_second_one_in_its_folder),
		TEST(keeper_says_why_it_could_not_start),
		TEST(keeper_stop_ends_the_whole_group),
		TEST(what_a_program_left_ends_before_it_is_started_again),
		TEST(what_a_program_left_drains_where_it_can),
		TEST(what_does_not_drain_is_ended_with_the_next_program),
		TEST(what_a_killed_keeper_and_program_left_is_stopped),
		TEST(what_a_killed_keeper_and_program_left_ends_at_a_start),
		TEST(keeper_stop_kills_what_ignores_term_after_the_grace),
		TEST(keeper_stop_without_a_keeper_is_fine),
		TEST(keeper_that_is_killed_leaves_its_process_serving),
		TEST(keeper_ends_a_stray_before_it_starts),
	};

	if (argc > 0 && strcmp(argv[0], KEEPER_NAME) == 0)
		return keeper_main(argc, argv);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
