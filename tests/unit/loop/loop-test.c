/* SPDX-License-Identifier: MIT */
#include "support/cmocka.h"

#include "loop/loop.h"

#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/clock.h"

#define MANY_TIMERS 3000
#define MANY_WATCHES 500

/* What callbacks leave behind, in the order they were called. */
struct record {
	struct loop *loop;
	struct watch *watch;
	struct watch *other;
	struct timer *timer;
	struct timer *victim;
	char calls[64];
	int count;
	int stop_after;
	int status;
	pid_t pid;
};

static int set_up(void **state)
{
	struct record *record = calloc(1, sizeof(*record));

	record->loop = loop_new();
	*state = record;
	return 0;
}

static int tear_down(void **state)
{
	struct record *record = *state;

	loop_free(record->loop);
	free(record);
	return 0;
}

static void note(struct record *record, char what)
{
	if (record->count < (int)sizeof(record->calls) - 1)
		record->calls[record->count] = what;
	if (++record->count == record->stop_after)
		loop_stop(record->loop);
}

static void note_a(void *data)
{
	note(data, 'a');
}

static void note_b(void *data)
{
	note(data, 'b');
}

static void note_c(void *data)
{
	note(data, 'c');
}

static void make_pipe(int ends[2])
{
	assert_int_equal(pipe(ends), 0);
	fcntl(ends[0], F_SETFD, FD_CLOEXEC);
	fcntl(ends[1], F_SETFD, FD_CLOEXEC);
}

static void close_pipe(const int ends[2])
{
	close(ends[0]);
	close(ends[1]);
}

static void read_one(int fd, short revents, void *data)
{
	struct record *record = data;
	char byte;

	assert_true(revents & POLLIN);
	assert_int_equal(read(fd, &byte, 1), 1);
	note(record, byte);
}

static void watch_is_called_when_its_descriptor_is_ready(void **state)
{
	struct record *record = *state;
	int ends[2];

	make_pipe(ends);
	loop_watch(record->loop, ends[0], POLLIN, read_one, record);
	assert_true(loop_turn(record->loop, 0));
	assert_int_equal(record->count, 0);
	assert_int_equal(write(ends[1], "xy", 2), 2);
	record->stop_after = 2;
	loop_run(record->loop);
	assert_string_equal(record->calls, "xy");
	assert_false(loop_turn(record->loop, 0));
	close_pipe(ends);
}

static void count_hang_up(int fd, short revents, void *data)
{
	(void)fd;
	assert_true(revents & POLLHUP);
	note(data, 'h');
}

static void watch_with_no_events_hears_only_of_the_hang_up(void **state)
{
	struct record *record = *state;
	struct watch *watch;
	int ends[2];

	make_pipe(ends);
	watch = loop_watch(record->loop, ends[0], 0, count_hang_up, record);
	assert_int_equal(write(ends[1], "x", 1), 1);
	loop_turn(record->loop, 0);
	assert_int_equal(record->count, 0);
	close(ends[1]);
	loop_turn(record->loop, 0);
	assert_string_equal(record->calls, "h");
	watch_remove(watch);
	loop_turn(record->loop, 0);
	assert_string_equal(record->calls, "h");
	close(ends[0]);
}

static void watch_events_change_what_is_waited_for(void **state)
{
	struct record *record = *state;
	struct watch *watch;
	int ends[2];

	make_pipe(ends);
	assert_int_equal(write(ends[1], "x", 1), 1);
	watch = loop_watch(record->loop, ends[0], 0, read_one, record);
	loop_turn(record->loop, 0);
	assert_int_equal(record->count, 0);
	watch_events(watch, POLLIN);
	loop_turn(record->loop, 0);
	assert_int_equal(record->count, 1);
	close_pipe(ends);
}

static void remove_both(int fd, short revents, void *data)
{
	struct record *record = data;

	(void)fd;
	(void)revents;
	note(record, 'r');
	watch_remove(record->watch);
	watch_remove(record->other);
	watch_remove(record->watch);
}

static void watch_may_remove_itself_and_one_that_is_ready_too(void **state)
{
	struct record *record = *state;
	int ends[2];

	make_pipe(ends);
	assert_int_equal(write(ends[1], "x", 1), 1);
	record->watch =
		loop_watch(record->loop, ends[0], POLLIN, remove_both, record);
	record->other =
		loop_watch(record->loop, ends[0], POLLIN, remove_both, record);
	loop_turn(record->loop, 0);
	loop_turn(record->loop, 0);
	assert_string_equal(record->calls, "r");
	close_pipe(ends);
}

static void replace_itself(int fd, short revents, void *data)
{
	struct record *record = data;

	(void)revents;
	note(record, 'r');
	watch_remove(record->watch);
	for (int i = 0; i < 100; i++)
		record->watch =
			loop_watch(record->loop, fd, POLLIN, read_one, record);
}

static void watches_added_by_a_callback_wait_for_the_next_pass(void **state)
{
	struct record *record = *state;
	int ends[2];

	make_pipe(ends);
	assert_int_equal(write(ends[1], "x", 1), 1);
	record->watch = loop_watch(record->loop, ends[0], POLLIN,
				   replace_itself, record);
	loop_turn(record->loop, 0);
	assert_string_equal(record->calls, "r");
	close_pipe(ends);
}

static void only_the_ready_one_of_many_watches_is_called(void **state)
{
	struct record *record = *state;
	struct watch *watches[MANY_WATCHES];
	int quiet[2], ends[2];

	make_pipe(quiet);
	make_pipe(ends);
	for (int i = 0; i < MANY_WATCHES; i++)
		watches[i] = loop_watch(record->loop, quiet[0], POLLIN,
					read_one, record);
	loop_watch(record->loop, ends[0], POLLIN, read_one, record);
	for (int i = 0; i < MANY_WATCHES; i += 2)
		watch_remove(watches[i]);
	assert_int_equal(write(ends[1], "mn", 2), 2);
	loop_turn(record->loop, 0);
	loop_turn(record->loop, 0);
	assert_string_equal(record->calls, "mn");
	close_pipe(quiet);
	close_pipe(ends);
}

static void
timers_fire_by_deadline_and_equal_ones_as_they_were_set(void **state)
{
	struct record *record = *state;
	int64_t now = clock_monotonic_us();
	struct timer *timers[4];

	timers[0] = loop_timer(record->loop, now + 2000, note_b, record);
	timers[1] = loop_timer(record->loop, now + 2000, note_c, record);
	timers[2] = loop_timer(record->loop, now + 1000, note_a, record);
	timers[3] = loop_timer(record->loop, now + 500, note_c, record);
	timer_stop(timers[3]);
	record->stop_after = 3;
	loop_run(record->loop);
	assert_string_equal(record->calls, "abc");
	assert_true(clock_monotonic_us() >= now + 2000);
	for (int i = 0; i < 4; i++)
		timer_free(timers[i]);
}

struct deadline {
	struct record *record;
	int64_t at;
	int64_t *last;
};

static void check_order(void *data)
{
	struct deadline *deadline = data;

	assert_true(deadline->at >= *deadline->last);
	*deadline->last = deadline->at;
	note(deadline->record, 't');
}

static void thousands_of_timers_fire_in_order_but_the_freed_ones(void **state)
{
	static struct deadline deadlines[MANY_TIMERS];
	static struct timer *timers[MANY_TIMERS];
	struct record *record = *state;
	int64_t now = clock_monotonic_us();
	int64_t last = 0;
	uint32_t random = 12345;

	for (int i = 0; i < MANY_TIMERS; i++) {
		random = random * 1664525 + 1013904223;
		deadlines[i] =
			(struct deadline){record, now + random % 20000, &last};
		timers[i] = loop_timer(record->loop, deadlines[i].at,
				       check_order, &deadlines[i]);
	}
	for (int i = 0; i < MANY_TIMERS; i += 3)
		timer_free(timers[i]);
	record->stop_after = MANY_TIMERS - MANY_TIMERS / 3;
	loop_run(record->loop);
	assert_int_equal(record->count, record->stop_after);
}

static void set_again(void *data)
{
	struct record *record = data;

	note(record, 's');
	timer_set(record->timer, 0);
}

static void timer_set_from_its_callback_waits_for_the_next_pass(void **state)
{
	struct record *record = *state;

	record->timer = loop_timer(record->loop, 0, set_again, record);
	loop_turn(record->loop, -1);
	assert_int_equal(record->count, 1);
	loop_turn(record->loop, -1);
	assert_int_equal(record->count, 2);
	timer_stop(record->timer);
	loop_turn(record->loop, 0);
	assert_int_equal(record->count, 2);
}

static void free_itself_and_victim(void *data)
{
	struct record *record = data;

	note(record, 'f');
	timer_free(record->timer);
	timer_free(record->victim);
}

static void timer_may_free_itself_and_one_that_is_due_too(void **state)
{
	struct record *record = *state;

	record->timer =
		loop_timer(record->loop, 1, free_itself_and_victim, record);
	record->victim = loop_timer(record->loop, 2, note_b, record);
	loop_turn(record->loop, 0);
	loop_turn(record->loop, 0);
	assert_string_equal(record->calls, "f");
}

#define POSTERS 4
#define POSTS 500

static void *post_many(void *data)
{
	struct record *record = data;

	for (int i = 0; i < POSTS; i++)
		loop_post(record->loop, note_a, record);
	return NULL;
}

static void posts_from_threads_all_run_on_the_loop(void **state)
{
	struct record *record = *state;
	pthread_t threads[POSTERS];

	record->stop_after = POSTERS * POSTS;
	for (int i = 0; i < POSTERS; i++)
		pthread_create(&threads[i], NULL, post_many, record);
	loop_run(record->loop);
	for (int i = 0; i < POSTERS; i++)
		pthread_join(threads[i], NULL);
	assert_int_equal(record->count, POSTERS * POSTS);
}

static void post_again(void *data)
{
	struct record *record = data;

	note(record, 'p');
	loop_unpost(record->loop, note_b, record);
	loop_post(record->loop, note_c, record);
}

static void posts_may_post_and_forget_others(void **state)
{
	struct record *record = *state;

	loop_post(record->loop, note_a, record);
	loop_unpost(record->loop, note_a, record);
	loop_post(record->loop, post_again, record);
	loop_post(record->loop, note_b, record);
	loop_turn(record->loop, -1);
	assert_string_equal(record->calls, "p");
	loop_turn(record->loop, -1);
	assert_string_equal(record->calls, "pc");
}

static void child_ended(pid_t pid, int status, void *data)
{
	struct record *record = data;

	record->pid = pid;
	record->status = status;
	note(record, 'e');
}

static pid_t fork_exit(int status)
{
	pid_t pid = fork();

	if (pid == 0)
		_exit(status);
	return pid;
}

static void child_is_reaped_by_its_pid_and_others_are_left(void **state)
{
	struct record *record = *state;
	pid_t foreign = fork_exit(4);
	pid_t pid = fork_exit(3);
	int status;

	loop_child(record->loop, pid, child_ended, record);
	record->stop_after = 1;
	loop_run(record->loop);
	assert_int_equal(record->pid, pid);
	assert_int_equal(WEXITSTATUS(record->status), 3);
	assert_int_equal(waitpid(pid, &status, 0), -1);
	assert_int_equal(waitpid(foreign, &status, 0), foreign);
	assert_int_equal(WEXITSTATUS(status), 4);
}

static void forgotten_child_is_left_to_the_caller(void **state)
{
	struct record *record = *state;
	pid_t pid = fork_exit(0);
	int status;

	loop_child(record->loop, pid, child_ended, record);
	loop_child_forget(record->loop, pid);
	loop_turn(record->loop, 0);
	assert_int_equal(waitpid(pid, &status, 0), pid);
	loop_turn(record->loop, 0);
	assert_int_equal(record->count, 0);
}

static void
child_reaped_by_somebody_else_does_not_count_as_success(void **state)
{
	struct record *record = *state;
	pid_t pid = fork_exit(0);
	int status;

	assert_int_equal(waitpid(pid, &status, 0), pid);
	loop_child(record->loop, pid, child_ended, record);
	loop_turn(record->loop, -1);
	assert_int_equal(record->count, 1);
	assert_int_not_equal(WEXITSTATUS(record->status), 0);
}

/* A loop of its own on a thread of its own, which waits for one child. */
static void *wait_for_child(void *data)
{
	struct record *record = data;
	pid_t pid = fork_exit(9);

	loop_child(record->loop, pid, child_ended, record);
	loop_run(record->loop);
	return NULL;
}

static void loops_of_two_threads_both_hear_of_their_children(void **state)
{
	struct record *here = *state;
	struct record there = {.loop = loop_new(), .stop_after = 1};
	pthread_t thread;

	here->stop_after = 1;
	pthread_create(&thread, NULL, wait_for_child, &there);
	wait_for_child(here);
	pthread_join(thread, NULL);
	assert_int_equal(WEXITSTATUS(here->status), 9);
	assert_int_equal(WEXITSTATUS(there.status), 9);
	loop_free(there.loop);
}

static void signal_arrived(int signal_number, void *data)
{
	note(data, signal_number == SIGUSR1 ? '1' : '2');
}

static void signals_reach_every_loop_that_asked_and_no_other(void **state)
{
	struct record *record = *state;
	struct record other = {.loop = loop_new()};

	loop_signal(record->loop, SIGUSR1, signal_arrived, record);
	loop_signal(record->loop, SIGUSR2, signal_arrived, record);
	loop_signal(other.loop, SIGUSR2, signal_arrived, &other);
	raise(SIGUSR1);
	loop_turn(record->loop, -1);
	assert_string_equal(record->calls, "1");
	raise(SIGUSR2);
	loop_turn(record->loop, -1);
	loop_turn(other.loop, -1);
	assert_string_equal(record->calls, "12");
	assert_string_equal(other.calls, "2");
	loop_free(other.loop);
}

static void freed_loop_gives_its_signals_back(void **state)
{
	struct loop *loop = loop_new();
	struct sigaction action;

	(void)state;
	loop_signal(loop, SIGWINCH, signal_arrived, NULL);
	sigaction(SIGWINCH, NULL, &action);
	assert_true(action.sa_handler != SIG_DFL);
	loop_free(loop);
	sigaction(SIGWINCH, NULL, &action);
	assert_true(action.sa_handler == SIG_DFL);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(watch_is_called_when_its_descriptor_is_ready),
		TEST(watch_with_no_events_hears_only_of_the_hang_up),
		TEST(watch_events_change_what_is_waited_for),
		TEST(watch_may_remove_itself_and_one_that_is_ready_too),
		TEST(watches_added_by_a_callback_wait_for_the_next_pass),
		TEST(only_the_ready_one_of_many_watches_is_called),
		TEST(timers_fire_by_deadline_and_equal_ones_as_they_were_set),
		TEST(thousands_of_timers_fire_in_order_but_the_freed_ones),
		TEST(timer_set_from_its_callback_waits_for_the_next_pass),
		TEST(timer_may_free_itself_and_one_that_is_due_too),
		TEST(posts_from_threads_all_run_on_the_loop),
		TEST(posts_may_post_and_forget_others),
		TEST(child_is_reaped_by_its_pid_and_others_are_left),
		TEST(forgotten_child_is_left_to_the_caller),
		TEST(child_reaped_by_somebody_else_does_not_count_as_success),
		TEST(loops_of_two_threads_both_hear_of_their_children),
		TEST(signals_reach_every_loop_that_asked_and_no_other),
		TEST(freed_loop_gives_its_signals_back),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
