/* SPDX-License-Identifier: MIT */
#include "support/cmocka.h"

#include "proc/identity.h"

#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

/* A child that is asleep until it is killed. */
static pid_t fork_sleeper(void)
{
	pid_t pid = fork();

	if (pid == 0)
		for (;;)
			pause();
	return pid;
}

static void end(pid_t pid)
{
	kill(pid, SIGKILL);
	waitpid(pid, NULL, 0);
}

static void process_is_known_by_pid_and_start(void **state)
{
	uint64_t start = process_start_time(getpid());

	(void)state;
	assert_true(start != 0);
	assert_true(process_is(getpid(), start));
	assert_false(process_is(getpid(), start + 1));
	assert_false(process_is(getpid(), 0));
}

static void dead_process_has_no_start_time_and_a_zombie_is_not_it(void **state)
{
	pid_t pid = fork_sleeper();
	uint64_t start = process_start_time(pid);
	siginfo_t info;

	(void)state;
	assert_true(process_is(pid, start));
	kill(pid, SIGKILL);
	waitid(P_PID, (id_t)pid, &info, WEXITED | WNOWAIT);
	assert_false(process_is(pid, start));
	waitpid(pid, NULL, 0);
	assert_true(process_start_time(pid) == 0);
}

static void children_are_ours_alone(void **state)
{
	pid_t first = fork_sleeper();
	pid_t second = fork_sleeper();
	pid_t found[8] = {0};

	(void)state;
	assert_int_equal(process_children(found, 8), 2);
	assert_true(found[0] == first || found[1] == first);
	assert_true(found[0] == second || found[1] == second);
	/* Too little room still tells how many there are. */
	assert_true(process_children(found, 1) >= 2);
	end(first);
	end(second);
	assert_int_equal(process_children(found, 8), 0);
}

static void processes_of_a_session_are_found_by_group(void **state)
{
	pid_t first = fork_sleeper();
	pid_t second = fork_sleeper();
	pid_t found[8] = {0};

	(void)state;
	assert_int_equal(setpgid(first, first), 0);
	assert_int_equal(setpgid(second, second), 0);
	assert_int_equal(processes_of_session(getsid(0), second, found, 8), 1);
	assert_int_equal(found[0], second);
	assert_true(processes_of_session(getsid(0), 0, found, 1) >= 2);
	assert_int_equal(processes_of_session(second, second, found, 8), 0);
	kill(second, SIGKILL); /* a zombie is none */
	assert_int_equal(
		waitid(P_PID, (id_t)second, &(siginfo_t){0}, WEXITED | WNOWAIT),
		0);
	assert_int_equal(processes_of_session(getsid(0), second, found, 8), 0);
	end(first);
	end(second);
}

/* Starts argv0 with the code of `path`; waits until it runs that. */
static pid_t start_as(const char *path, const char *argv0)
{
	int ends[2];
	char byte;
	pid_t pid;

	assert_int_equal(pipe(ends), 0);
	pid = fork();
	if (pid == 0) {
		dup2(ends[1], 1);
		close(ends[0]);
		close(ends[1]);
		execlp(path, argv0, "-c", "echo x; sleep 60; :", "sleep", NULL);
		_exit(127);
	}
	close(ends[1]);
	assert_int_equal(read(ends[0], &byte, 1), 1);
	close(ends[0]);
	return pid;
}

static void keeper_is_our_binary_under_its_name_and_nothing_else(void **state)
{
	char *own = process_own_path();
	pid_t keeper = start_as(own, KEEPER_NAME);
	pid_t longer = start_as(own, KEEPER_NAME "s");

	(void)state;
	assert_true(process_is_keeper(keeper));
	assert_false(process_is_keeper(longer));
	assert_false(process_is_keeper(getpid()));
	end(keeper);
	end(longer);
	free(own);
}

#ifdef __linux__
static void foreign_binary_under_our_name_is_no_keeper(void **state)
{
	pid_t stranger = start_as("sh", KEEPER_NAME);

	(void)state;
	assert_true(process_is(stranger, process_start_time(stranger)));
	assert_false(process_is_keeper(stranger));
	end(stranger);
}
#endif

/* As start_as() asks: says that it is there, and waits to be killed. */
static int play(void)
{
	if (write(1, "x", 1) != 1)
		return 1;
	alarm(60);
	for (;;)
		pause();
}

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(process_is_known_by_pid_and_start),
		cmocka_unit_test(
			dead_process_has_no_start_time_and_a_zombie_is_not_it),
		cmocka_unit_test(children_are_ours_alone),
		cmocka_unit_test(processes_of_a_session_are_found_by_group),
		cmocka_unit_test(
			keeper_is_our_binary_under_its_name_and_nothing_else),
#ifdef __linux__
		cmocka_unit_test(foreign_binary_under_our_name_is_no_keeper),
#endif
	};

	if (argc > 1)
		return play();
	(void)argv;
	return cmocka_run_group_tests(tests, NULL, NULL);
}
