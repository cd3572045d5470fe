/* SPDX-License-Identifier: MIT */
#include "support/cmocka.h"

#include "proc/launcher.h"

#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include "proc/identity.h"
#include "rig.h"

#define CTRL_C "\003"
#define CTRL_Z "\032"

static void type(const struct rig *rig, const char *keys)
{
	assert_int_equal(write(rig->terminal, keys, strlen(keys)),
			 strlen(keys));
}

static void launcher_ends_as_the_program_ended(void **state)
{
	struct rig rig;
	int status;

	(void)state;
	rig_start(&rig, RIG_LAUNCHER);
	rig_command(&rig, 'x');
	status = rig_end(&rig);
	assert_true(WIFEXITED(status));
	assert_int_equal(WEXITSTATUS(status), 5);
	rig_release(&rig);
	rig_start(&rig, RIG_LAUNCHER);
	rig_command(&rig, 'u');
	status = rig_end(&rig);
	assert_true(WIFSIGNALED(status));
	assert_int_equal(WTERMSIG(status), SIGUSR1);
	rig_release(&rig);
}

/* The guard first, so that it is not the one that cleans up. */
static void program_and_guard_killed_together_leave_only_keepers(void **state)
{
	pid_t daemon, keeper, server;
	struct rig *rig = *state;
	int status;

	rig_need_adoption();
	rig_command(rig, 'd');
	rig_expect_pids(rig, "daemon", &daemon, NULL);
	rig_command(rig, 'k');
	rig_expect_pids(rig, "keeper", &keeper, &server);
	kill(rig->guard, SIGKILL);
	kill(rig->program, SIGKILL);
	status = rig_end(rig);
	assert_true(WIFSIGNALED(status));
	assert_int_equal(WTERMSIG(status), SIGKILL);
	rig_expect_no_life(rig);
	assert_false(rig_lives(daemon));
	assert_true(rig_lives(keeper));
	assert_true(rig_lives(server));
}

static void launcher_takes_the_place_of_a_killed_guard(void **state)
{
	pid_t daemon;
	struct rig *rig = *state;

	rig_need_adoption();
	rig_command(rig, 'd');
	rig_expect_pids(rig, "daemon", &daemon, NULL);
	kill(rig->guard, SIGKILL);
	kill(rig->job, SIGTERM);
	rig_expect(rig, "signal 15");
	rig_exits(rig);
	rig_expect_no_life(rig);
}

/* Also where orphans are nobody's. */
static void launcher_never_outlives_guard_and_program(void **state)
{
	struct rig *rig = *state;

	kill(rig->guard, SIGKILL);
	rig_command(rig, 'x');
	rig_end(rig);
	rig_expect_no_life(rig);
}

static void signals_to_the_launcher_alone_are_handed_on(void **state)
{
	struct rig *rig = *state;

	kill(rig->job, SIGHUP);
	rig_expect(rig, "signal 1");
	kill(rig->job, SIGINT);
	rig_expect(rig, "signal 2");
	kill(rig->job, SIGTERM);
	rig_expect(rig, "signal 15");
	rig_exits(rig);
}

static void program_hears_that_its_launcher_was_killed(void **state)
{
	struct rig *rig = *state;

	kill(rig->job, SIGKILL);
	rig_expect(rig, "gone");
	rig_end(rig);
	rig_command(rig, 'q');
	rig_ask(rig, 'p', "alone");
	rig_command(rig, 'x');
	rig_expect_no_life(rig);
}

static void
suspended_program_works_on_until_the_shell_continues_it(void **state)
{
	struct rig *rig = *state;

	for (int i = 0; i < 3; i++) {
		rig_ask(rig, 'z', "stopped");
		rig_ask(rig, 'p', "attached");
		rig_shell(rig, 'f');
		rig_expect(rig, "continued");
	}
	rig_ask(rig, 'x', "exited 5");
}

static void job_put_into_the_background_stops_again(void **state)
{
	struct rig *rig = *state;

	rig_ask(rig, 'z', "stopped");
	rig_shell(rig, 'b');
	rig_expect(rig, "stopped");
	rig_shell(rig, 'f');
	rig_expect(rig, "continued");
	rig_ask(rig, 'u', "killed 10");
}

static void script_around_the_launcher_stops_with_it(void **state)
{
	struct rig *rig = *state;

	rig_ask(rig, 'z', "stopped");
	rig_shell(rig, 'f');
	rig_expect(rig, "continued");
	rig_ask(rig, 'x', "exited 5");
}

static void where_nobody_could_continue_it_the_screen_comes_back(void **state)
{
	struct rig *rig = *state;

	rig_ask(rig, 'z', "continued");
	rig_exits(rig);
}

static void ended_while_suspended_is_seen_when_continued(void **state)
{
	struct rig *rig = *state;

	rig_ask(rig, 'z', "stopped");
	rig_command(rig, 'x');
	rig_expect_no_life(rig);
	rig_shell(rig, 'f');
	rig_expect(rig, "exited 5");
}

/* A second copy, handed on, would arrive before the launcher has stopped. */
static void key_on_the_terminal_is_one_signal(void **state)
{
	struct rig *rig = *state;

	type(rig, CTRL_C);
	rig_expect(rig, "signal 2");
	rig_ask(rig, 'z', "stopped");
	rig_shell(rig, 'f');
	rig_expect(rig, "continued");
	rig_ask(rig, 'x', "exited 5");
}

static void left_program_lives_on_without_the_terminal(void **state)
{
	struct rig *rig = *state;
	pid_t daemon;
	int status;

	rig_need_adoption();
	rig_command(rig, 'd');
	rig_expect_pids(rig, "daemon", &daemon, NULL);
	rig_ask(rig, 'q', "exited 7");
	assert_int_equal(getsid(rig->guard), rig->guard);
	rig_ask(rig, 'p', "alone");
	assert_true(rig_lives(daemon));
	/* The terminal goes, and the shell with it. */
	close(rig->terminal);
	rig->terminal = -1;
	assert_int_equal(WTERMSIG(rig_end(rig)), SIGHUP);
	rig_ask(rig, 'p', "alone");
	rig_command(rig, 'x');
	assert_int_equal(waitpid(rig->guard, &status, 0), rig->guard);
	assert_int_equal(WEXITSTATUS(status), 5);
	rig_expect_no_life(rig);
}

static void lost_terminal_is_a_hang_up_for_the_program(void **state)
{
	struct rig *rig = *state;

	close(rig->terminal);
	rig->terminal = -1;
	rig_expect(rig, "signal 1");
	rig_command(rig, 'q');
	rig_ask(rig, 'p', "alone");
	rig_command(rig, 'x');
	rig_expect_no_life(rig);
}

/* Without a screen ctrl-z stops the launcher alone. */
static void headless_run_goes_on_while_its_launcher_is_stopped(void **state)
{
	struct rig *rig = *state;

	type(rig, CTRL_Z);
	rig_expect(rig, "stopped");
	rig_ask(rig, 'p', "attached");
	rig_shell(rig, 'f');
	rig_ask(rig, 'x', "exited 5");
}

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(launcher_ends_as_the_program_ended),
		RIG_TEST(RIG_LAUNCHER,
			 program_and_guard_killed_together_leave_only_keepers),
		RIG_TEST(RIG_LAUNCHER,
			 launcher_takes_the_place_of_a_killed_guard),
		RIG_TEST(RIG_LAUNCHER,
			 launcher_never_outlives_guard_and_program),
		RIG_TEST(RIG_LAUNCHER,
			 signals_to_the_launcher_alone_are_handed_on),
		RIG_TEST(RIG_LAUNCHER,
			 program_hears_that_its_launcher_was_killed),
		RIG_TEST(
			RIG_SHELL,
			suspended_program_works_on_until_the_shell_continues_it),
		RIG_TEST(RIG_SHELL, job_put_into_the_background_stops_again),
		RIG_TEST(RIG_SCRIPT, script_around_the_launcher_stops_with_it),
		RIG_TEST(RIG_SCREEN,
			 where_nobody_could_continue_it_the_screen_comes_back),
		RIG_TEST(RIG_SHELL,
			 ended_while_suspended_is_seen_when_continued),
		RIG_TEST(RIG_SHELL, key_on_the_terminal_is_one_signal),
		RIG_TEST(RIG_SHELL, left_program_lives_on_without_the_terminal),
		RIG_TEST(RIG_SHELL, lost_terminal_is_a_hang_up_for_the_program),
		RIG_TEST(RIG_SHELL_HEADLESS,
			 headless_run_goes_on_while_its_launcher_is_stopped),
	};

	if (rig_plays_keeper(argc, argv))
		return 0;
	return cmocka_run_group_tests(tests, NULL, NULL);
}
