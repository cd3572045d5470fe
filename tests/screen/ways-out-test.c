/* SPDX-License-Identifier: MIT */
/*
 * The real program on a live run, below its launcher and guard: whatever ends
 * or stops it, the terminal is as it was before; and no storm of sizes stops
 * it. SIGNALBOX_LONG: a longer storm.
 */
#include "screen/stand.h"

#include <signal.h>
#include <sys/wait.h>

/* A stage that prints until the site's file `end` is there. */
static void start_run(struct stand *stand)
{
	char *text =
		xasprintf("name: shop\nenv: {END: %s/end}\nstages:\n"
			  "  loud:\n"
			  "    run: 'i=0; until [ -e $END ]; do i=$((i + 1)); "
			  "echo \"ok $i - line $i\"; sleep 0.01; done'\n"
			  "    reports: {tap: \"-\"}\n"
			  "  ask: {needs: [], gate: {}}\n",
			  stand->site->folder);

	site_pipeline(stand->site, text);
	site_commit(stand->site, "a commit");
	assert_int_equal(site_call(stand->site, "run", "--detach", NULL), 0);
	free(text);
}

static void end_run(struct stand *stand)
{
	site_shell(stand->site, stand->site->folder, ": > end");
	assert_int_equal(site_call(stand->site, "cancel", "1", NULL), 0);
	site_call(stand->site, "status", "1", "--until", "done", "--timeout",
		  "20s", NULL);
}

static struct terminal *attach(struct stand *stand)
{
	return stand_open(stand, 0, "exec %s attach 1", stand->site->signalbox);
}

static void assert_taken(struct terminal *terminal)
{
	struct terminal_modes modes = terminal_modes(terminal);
	struct termios now, before;

	terminal_termios(terminal, &now, &before);
	assert_true(modes.alternate && modes.paste && modes.focus);
	assert_false(now.c_lflag & (ICANON | ECHO | ISIG));
}

static void assert_given_back(struct terminal *terminal, const char *after)
{
	struct terminal_modes modes = terminal_modes(terminal);
	struct termios now, before;

	terminal_termios(terminal, &now, &before);
	if (modes.alternate || modes.paste || modes.focus || modes.mouse ||
	    !modes.cursor)
		fail_msg("after %s the terminal is left in modes of ours",
			 after);
	if (now.c_lflag != before.c_lflag || now.c_iflag != before.c_iflag ||
	    now.c_oflag != before.c_oflag || now.c_cflag != before.c_cflag ||
	    memcmp(now.c_cc, before.c_cc, sizeof(now.c_cc)) != 0)
		fail_msg("after %s the line discipline is not as before",
			 after);
}

static void assert_going_on(struct stand *stand)
{
	assert_int_equal(site_call(stand->site, "status", "1", NULL), 0);
	assert_says(stand->site->out, "running");
}

static const struct {
	const char *name;
	const char *keys; /* typed, or */
	int signal;	  /* to the program, or */
	bool to_launcher; /* to what the shell waits for */
} ways[] = {
	{"q", "q", 0, false},
	{"TERM", NULL, SIGTERM, false},
	{"INT", NULL, SIGINT, false},
	{"HUP", NULL, SIGHUP, false},
	{"SEGV", NULL, SIGSEGV, false},
	{"ABRT", NULL, SIGABRT, false},
	{"BUS", NULL, SIGBUS, false},
	{"TERM to the launcher", NULL, SIGTERM, true},
	{"HUP to the launcher", NULL, SIGHUP, true},
};

static void every_way_out_gives_the_terminal_back(void **state)
{
	struct stand *stand = *state;

	start_run(stand);
	for (size_t i = 0; i < ARRAY_SIZE(ways); i++) {
		struct terminal *terminal = attach(stand);

		terminal_expect(terminal, "loud");
		assert_taken(terminal);
		if (ways[i].keys)
			terminal_write(terminal, ways[i].keys,
				       strlen(ways[i].keys));
		else
			kill(ways[i].to_launcher ? terminal_pid(terminal)
						 : stand_program(stand, 0),
			     ways[i].signal);
		terminal_wait(terminal, false);
		assert_given_back(terminal, ways[i].name);
		stand_close(stand, 0);
	}
	assert_going_on(stand);
	end_run(stand);
}

/* A shell with job control: only that can continue what stops. */
static void ctrl_z_and_fg_any_number_of_times(void **state)
{
	struct stand *stand = *state;
	struct terminal *terminal;

	start_run(stand);
	terminal = stand_open(stand, 0,
			      "set -m; %s attach 1; "
			      "while [ $? -gt 128 ]; do echo STOPPED; read x; "
			      "fg >/dev/null; done",
			      stand->site->signalbox);
	for (int i = 0; i < 3; i++) {
		terminal_expect(terminal, "? help");
		assert_taken(terminal);
		terminal_write(terminal, "\032", 1);
		terminal_expect(terminal, "STOPPED");
		assert_given_back(terminal, "ctrl-z");
		terminal_write(terminal, "\n", 1);
	}
	terminal_expect(terminal, "? help");
	terminal_write(terminal, "q", 1);
	terminal_wait(terminal, false);
	assert_given_back(terminal, "q");
	assert_going_on(stand);
	end_run(stand);
}

/* Nothing to draw on: lines where they still go, and no mode is set. */
static void a_closed_output_takes_no_terminal(void **state)
{
	static const char *const redirections[] = {">&-", "<&-", ">&- 2>&-",
						   ">/dev/full"};
	struct stand *stand = *state;

	start_run(stand);
	end_run(stand);
	for (size_t i = 0; i < ARRAY_SIZE(redirections); i++) {
		/* What a screen would have told of its first frame. */
		struct terminal *terminal =
			stand_open(stand, 0,
				   "echo 'frame 1 seq 0 keys 0' >&5; "
				   "exec %s attach 1 %s",
				   stand->site->signalbox, redirections[i]);

		assert_true(WIFEXITED(terminal_wait(terminal, false)));
		assert_given_back(terminal, redirections[i]);
		assert_null(
			strstr(terminal_bytes(terminal)->data, "\033[?1049h"));
		stand_close(stand, 0);
	}
}

static void a_storm_of_sizes_stops_no_live_run(void **state)
{
	int sizes = getenv("SIGNALBOX_LONG") ? 3000 : 150;
	struct stand *stand = *state;
	struct terminal *terminal;
	unsigned seed = 500200;

	start_run(stand);
	terminal = attach(stand);
	terminal_expect(terminal, "loud");
	for (int i = 0; i < sizes; i++) {
		int rows, cols;

		seed = seed * 1103515245 + 12345;
		rows = 1 + (int)(seed >> 16) % 200;
		seed = seed * 1103515245 + 12345;
		cols = 1 + (int)(seed >> 16) % 500;
		/* Half of them as small as they come. */
		if (seed >> 30 & 1) {
			rows = 1 + rows % 26;
			cols = 1 + cols % 90;
		}
		terminal_resize(terminal, rows, cols);
		terminal_keys(terminal, i % 7 ? "\t" : "z");
	}
	terminal_resize(terminal, 24, 80);
	terminal_keys(terminal, "r");
	if (sizes / 7 % 2 == 0)
		terminal_keys(terminal, "z");
	terminal_expect(terminal, "? help");
	terminal_write(terminal, "q", 1);
	terminal_wait(terminal, false);
	assert_given_back(terminal, "a storm of sizes");
	assert_going_on(stand);
	end_run(stand);
}

#define TEST(name) \
	cmocka_unit_test_setup_teardown(name, stand_set_up, stand_tear_down)

static int run_all(void)
{
	const struct CMUnitTest tests[] = {
		TEST(every_way_out_gives_the_terminal_back),
		TEST(ctrl_z_and_fg_any_number_of_times),
		TEST(a_closed_output_takes_no_terminal),
		TEST(a_storm_of_sizes_stops_no_live_run),
	};

	setlocale(LC_CTYPE, "C.UTF-8");
	return cmocka_run_group_tests(tests, NULL, NULL);
}

int main(int argc, char **argv)
{
	return site_main(argc, argv, run_all);
}
