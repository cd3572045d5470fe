/* SPDX-License-Identifier: MIT */
#include "support/folder.h"

#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/str.h"
#include "delivery/queue.h"

#define RIVALS 12

static struct queue_place *enter(const char *folder, int64_t run)
{
	const struct queue_entry who = {
		.state = QUEUE_WAITS,
		.run = run,
		.person = (char *)"ana",
		.commit = (char *)"abc1234",
	};
	struct error err = ERROR_INIT;
	struct queue_place *place = queue_enter(folder, &who, &err);

	if (!place)
		fail_msg("%s", error_text(&err));
	return place;
}

static struct queue_line line_of(const char *folder)
{
	struct queue_line line = {0};

	assert_int_equal(queue_read(folder, &line, NULL), 0);
	return line;
}

static void assert_runs(const char *folder, const char *expected)
{
	struct queue_line line = line_of(folder);
	struct str text = STR_INIT;

	for (size_t i = 0; i < line.count; i++)
		str_addf(&text, " %lld %s", (long long)line.items[i].run,
			 queue_state_name(line.items[i].state));
	assert_string_equal(text.data, expected);
	str_release(&text);
	queue_line_release(&line);
}

static void place_no_one_took_is_an_empty_line(void **state)
{
	assert_runs(*state, "");
}

static void line_is_in_order_of_arrival_not_of_runs(void **state)
{
	struct queue_place *late = enter(*state, 9);
	struct queue_place *early = enter(*state, 4);
	struct queue_line line = line_of(*state);

	assert_int_equal(line.count, 2);
	assert_string_equal(line.items[0].person, "ana");
	assert_string_equal(line.items[0].commit, "abc1234");
	assert_true(line.items[0].since > 0);
	assert_int_equal(line.items[0].ticket, queue_ticket(late));
	queue_line_release(&line);
	assert_runs(*state, " 9 waits 4 waits");
	assert_int_equal(queue_move(late, QUEUE_HOLDS, NULL), 0);
	assert_runs(*state, " 9 holds 4 waits");
	queue_leave(late);
	assert_runs(*state, " 4 waits");
	queue_leave(early);
	assert_runs(*state, "");
}

static void who_comes_again_is_last(void **state)
{
	struct queue_place *one = enter(*state, 1);
	struct queue_place *two = enter(*state, 2);

	queue_leave(one);
	one = enter(*state, 1);
	assert_runs(*state, " 2 waits 1 waits");
	queue_leave(one);
	queue_leave(two);
}

/* A process that has a place until `go` is closed; it tells by `ready`. */
static pid_t rival(const char *folder, int64_t run, const int *ready,
		   const int *go)
{
	pid_t pid = fork();
	char c;

	if (pid)
		return pid;
	close(go[1]);
	_exit(enter(folder, run) && write(ready[1], "x", 1) == 1 &&
			      read(go[0], &c, 1) == 0
		      ? 0
		      : 1);
}

static void place_of_a_killed_process_is_nobodys(void **state)
{
	struct queue_place *place;
	int ready[2], go[2];
	char c;
	pid_t pid;

	assert_int_equal(pipe(ready), 0);
	assert_int_equal(pipe(go), 0);
	pid = rival(*state, 7, ready, go);
	assert_int_equal(read(ready[0], &c, 1), 1);
	place = enter(*state, 8);
	assert_runs(*state, " 7 waits 8 waits");
	kill(pid, SIGKILL);
	waitpid(pid, NULL, 0);
	assert_runs(*state, " 8 waits");
	queue_leave(place);
	for (int i = 0; i < 2; i++) {
		close(ready[i]);
		close(go[i]);
	}
}

/* Each of many who come at once has a ticket of its own. */
static void rivals_get_a_place_each(void **state)
{
	struct queue_line line;
	pid_t pids[RIVALS];
	int ready[2], go[2];
	char c;

	assert_int_equal(pipe(ready), 0);
	assert_int_equal(pipe(go), 0);
	for (int i = 0; i < RIVALS; i++)
		pids[i] = rival(*state, i + 1, ready, go);
	for (int i = 0; i < RIVALS; i++)
		assert_int_equal(read(ready[0], &c, 1), 1);
	line = line_of(*state);
	assert_int_equal(line.count, RIVALS);
	for (size_t i = 0; i < line.count; i++)
		assert_int_equal(line.items[i].ticket, i + 1);
	queue_line_release(&line);
	close(go[1]);
	for (int i = 0; i < RIVALS; i++)
		waitpid(pids[i], NULL, 0);
	assert_runs(*state, "");
	close(go[0]);
	close(ready[0]);
	close(ready[1]);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
#define T(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
		WITH_FOLDER(place_no_one_took_is_an_empty_line),
		WITH_FOLDER(line_is_in_order_of_arrival_not_of_runs),
		WITH_FOLDER(who_comes_again_is_last),
		WITH_FOLDER(place_of_a_killed_process_is_nobodys),
		WITH_FOLDER(rivals_get_a_place_each),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
