/* SPDX-License-Identifier: MIT */
#include "support/cmocka.h"

#include "proc/guard.h"

#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include "proc/identity.h"
#include "rig.h"

static void guard_ends_with_the_programs_exit_status(void **state)
{
	struct rig *rig = *state;
	int status;

	rig_command(rig, 'x');
	status = rig_end(rig);
	assert_true(WIFEXITED(status));
	assert_int_equal(WEXITSTATUS(status), 5);
}

static void guard_ends_by_the_programs_signal(void **state)
{
	struct rig *rig = *state;
	int status;

	rig_command(rig, 'u');
	status = rig_end(rig);
	assert_true(WIFSIGNALED(status));
	assert_int_equal(WTERMSIG(status), SIGUSR1);
}

static void daemons_end_and_keepers_with_their_servers_stay(void **state)
{
	pid_t daemon, keeper, server;
	struct rig *rig = *state;

	rig_need_adoption();
	rig_command(rig, 'd');
	rig_expect_pids(rig, "daemon", &daemon, NULL);
	rig_command(rig, 'k');
	rig_expect_pids(rig, "keeper", &keeper, &server);
	rig_exits(rig);
	rig_expect_no_life(rig);
	assert_false(rig_lives(daemon));
	assert_true(rig_lives(keeper));
	assert_true(rig_lives(server));
}

static void killed_program_leaves_nothing_but_keepers(void **state)
{
	pid_t daemon, keeper, server;
	struct rig *rig = *state;

	rig_need_adoption();
	rig_command(rig, 'k');
	rig_expect_pids(rig, "keeper", &keeper, &server);
	rig_command(rig, 'n');
	rig_expect_pids(rig, "daemon", &daemon, NULL);
	rig_expect_pids(rig, "daemon", &daemon, NULL);
	kill(rig->program, SIGKILL);
	assert_int_equal(WTERMSIG(rig_end(rig)), SIGKILL);
	rig_expect_no_life(rig);
	assert_true(rig_lives(keeper));
	assert_true(rig_lives(server));
}

static void daemon_that_ignores_term_is_killed(void **state)
{
	pid_t daemon;
	struct rig *rig = *state;

	rig_need_adoption();
	rig_command(rig, 'i');
	rig_expect_pids(rig, "daemon", &daemon, NULL);
	rig_exits(rig);
	rig_expect_no_life(rig);
}

static void stopped_daemon_is_woken_to_end(void **state)
{
	pid_t daemon;
	struct rig *rig = *state;

	rig_need_adoption();
	rig_command(rig, 't');
	rig_expect_pids(rig, "daemon", &daemon, NULL);
	rig_ask(rig, 'x', "woken");
	rig_end(rig);
	rig_expect_no_life(rig);
}

static void foreign_program_with_a_keepers_name_is_ended(void **state)
{
	pid_t foreign;
	struct rig *rig = *state;

	rig_need_adoption();
	rig_command(rig, 'f');
	rig_expect_pids(rig, "keeper", &foreign, NULL);
	assert_true(rig_lives(foreign));
	rig_exits(rig);
	assert_false(rig_lives(foreign));
}

static void guard_ignores_the_terminals_signals_and_hands_term_on(void **state)
{
	struct rig *rig = *state;

	kill(rig->guard, SIGHUP);
	kill(rig->guard, SIGINT);
	kill(rig->guard, SIGQUIT);
	kill(rig->guard, SIGTSTP);
	kill(rig->guard, SIGTERM);
	rig_expect(rig, "signal 15");
	rig_exits(rig);
}

static void sweep_of_nothing_returns_at_once(void **state)
{
	(void)state;
	guard_sweep(60000);
}

/* A child that lives, and the child of it that says its pid. */
static pid_t start_two(pid_t *below)
{
	int say[2];
	pid_t pid;

	assert_int_equal(pipe(say), 0);
	pid = fork();
	if (pid == 0) {
		pid_t own = fork() ? 0 : getpid();

		if (own && write(say[1], &own, sizeof(own)) != sizeof(own))
			_exit(1);
		for (;;)
			pause();
	}
	assert_int_equal(read(say[0], below, sizeof(*below)), sizeof(*below));
	close(say[0]);
	close(say[1]);
	return pid;
}

/* It may end between the list of what lives and the look at it. */
static void sweep_finds_what_a_dying_child_leaves(void **state)
{
	pid_t child, below;
	bool alive;

	(void)state;
	rig_need_adoption();
	for (int i = 0; i < 100; i++) {
		child = start_two(&below);
		kill(child, SIGKILL);
		guard_sweep(5000);
		alive = rig_lives(below);
		kill(below, SIGKILL); /* ours to end, whatever happened */
		assert_false(alive);
	}
}

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		RIG_TEST(RIG_GUARD, guard_ends_with_the_programs_exit_status),
		RIG_TEST(RIG_GUARD, guard_ends_by_the_programs_signal),
		RIG_TEST(RIG_GUARD,
			 daemons_end_and_keepers_with_their_servers_stay),
		RIG_TEST(RIG_GUARD, killed_program_leaves_nothing_but_keepers),
		RIG_TEST(RIG_GUARD, daemon_that_ignores_term_is_killed),
		RIG_TEST(RIG_GUARD, stopped_daemon_is_woken_to_end),
		RIG_TEST(RIG_GUARD,
			 foreign_program_with_a_keepers_name_is_ended),
		RIG_TEST(RIG_GUARD,
			 guard_ignores_the_terminals_signals_and_hands_term_on),
		cmocka_unit_test(sweep_of_nothing_returns_at_once),
		cmocka_unit_test(sweep_finds_what_a_dying_child_leaves),
	};

	if (rig_plays_keeper(argc, argv))
		return 0;
	return cmocka_run_group_tests(tests, NULL, NULL);
}
