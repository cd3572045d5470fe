/* SPDX-License-Identifier: MIT */
/* The terminal is as it was on every way out; the run's is apart. */
#include "screen/stage.h"

#include <signal.h>
#include <sys/wait.h>

#include "event/journal.h"

static void assert_taken(struct terminal *terminal)
{
	struct terminal_modes modes = terminal_modes(terminal);
	struct termios now, before;

	assert_true(modes.alternate);
	assert_true(modes.paste);
	assert_true(modes.focus);
	assert_false(modes.mouse);
	terminal_termios(terminal, &now, &before);
	assert_false(now.c_lflag & (ICANON | ECHO | ISIG));
}

static void assert_given_back(struct terminal *terminal)
{
	struct terminal_modes modes = terminal_modes(terminal);
	struct termios now, before;

	assert_false(modes.alternate);
	assert_false(modes.paste);
	assert_false(modes.focus);
	assert_true(modes.cursor);
	terminal_termios(terminal, &now, &before);
	assert_int_equal(now.c_lflag, before.c_lflag);
	assert_int_equal(now.c_iflag, before.c_iflag);
	assert_int_equal(now.c_oflag, before.c_oflag);
	assert_int_equal(now.c_cflag, before.c_cflag);
	assert_memory_equal(now.c_cc, before.c_cc, sizeof(now.c_cc));
}

static void quitting_gives_the_terminal_back(void **state)
{
	struct terminal *terminal;
	int status;

	terminal = *state =
		stage_open("back.ndjson", BACK_NOW, 24, 80, "A=", NULL);
	assert_taken(terminal);
	terminal_write(terminal, "q", 1);
	status = terminal_wait(terminal, false);
	assert_true(WIFEXITED(status));
	assert_int_equal(WEXITSTATUS(status), 0);
	assert_given_back(terminal);
}

static void a_live_run_is_left_only_by_saying_so(void **state)
{
	struct terminal *terminal = stage_open_canary(state);
	int status;

	terminal_keys(terminal, "q\r");
	terminal_expect(terminal, "? help"); /* stayed */
	terminal_keys(terminal, "qj");
	terminal_write(terminal, "\r", 1);
	status = terminal_wait(terminal, false);
	assert_true(WIFEXITED(status));
	assert_int_equal(WEXITSTATUS(status), 10);
	assert_given_back(terminal);
}

static void every_fatal_signal_gives_the_terminal_back(void **state)
{
	static const int signals[] = {SIGTERM, SIGINT, SIGSEGV, SIGABRT,
				      SIGBUS,  SIGFPE, SIGILL};

	for (size_t i = 0; i < ARRAY_SIZE(signals); i++) {
		struct terminal *terminal = stage_open_canary(state);
		int status;

		assert_taken(terminal);
		kill(terminal_pid(terminal), signals[i]);
		status = terminal_wait(terminal, false);
		assert_true(WIFSIGNALED(status));
		assert_int_equal(WTERMSIG(status), signals[i]);
		assert_given_back(terminal);
		stage_close(state);
	}
}

static void losing_the_terminal_leaves_the_run(void **state)
{
	struct terminal *terminal = stage_open_canary(state);
	int status;

	kill(terminal_pid(terminal), SIGHUP);
	status = terminal_wait(terminal, false);
	assert_true(WIFEXITED(status));
	assert_int_equal(WEXITSTATUS(status), 11);
	/* Who sent it may have left the terminal where it is. */
	assert_given_back(terminal);
}

static void ctrl_z_gives_the_terminal_back_until_fg(void **state)
{
	struct terminal *terminal = stage_open_canary(state);
	char *before = terminal_text(terminal);
	char *after;
	int status;

	terminal_write(terminal, "\032", 1);
	status = terminal_wait(terminal, true);
	assert_true(WIFSTOPPED(status));
	assert_given_back(terminal);
	terminal_resize(terminal, 30, 100);
	terminal_resize(terminal, 24, 80);
	kill(terminal_pid(terminal), SIGCONT);
	terminal_frames(terminal, 1);
	assert_taken(terminal);
	terminal_keys(terminal, "j");
	after = terminal_text(terminal);
	assert_string_equal(after, before);
	free(before);
	free(after);
}

static void keys_live_again_after_a_stop_amid_a_paste(void **state)
{
	struct terminal *terminal = stage_open_canary(state);
	int status;

	terminal_send(terminal, "\033[200~x", 7, 2);
	kill(terminal_pid(terminal), SIGTSTP);
	status = terminal_wait(terminal, true);
	assert_true(WIFSTOPPED(status));
	kill(terminal_pid(terminal), SIGCONT);
	terminal_frames(terminal, 1);
	terminal_keys(terminal, "?");
	terminal_expect(terminal, " KEYS ");
}

static void ctrl_c_twice_asks_and_kills_nothing(void **state)
{
	struct terminal *terminal = stage_open_canary(state);
	char *said;

	terminal_keys(terminal, "\003");
	terminal_expect(terminal, "ctrl-c again within 3 s asks");
	for (bool asked = false; !asked;) { /* these may have gone by */
		char *text;

		terminal_keys(terminal, "\003");
		text = terminal_text(terminal);
		asked = strstr(text, "CANCEL RUN #481") != NULL;
		free(text);
	}
	said = terminal_commands(terminal);
	assert_string_equal(said, "");
	free(said);
	terminal_keys(terminal, "\r");
	said = terminal_commands(terminal);
	assert_non_null(strstr(said, "\"cancel\""));
	free(said);
}

static void the_journal_fills_what_the_pipe_left_out(void **state)
{
	static const char behind[] =
		"{\"seq\":3,\"time\":\"2026-11-20T14:00:00.000Z\",\"event\":"
		"\"behind\"}\n";
	char *folder = stage_folder_with_log("");
	struct error err = ERROR_INIT;
	struct journal *journal = journal_create(folder, "run", &err);
	struct terminal *terminal;

	assert_non_null(journal);
	for (int i = 0; i < 3; i++) {
		struct event *event = event_new(EVENT_NOTE_ADDED, NULL);

		event_setf(event, "text", "written %d", i + 1);
		journal_append(journal, event);
		event_free(event);
	}
	journal_free(journal);
	terminal = *state = stage_open_in(folder, NULL, CANARY_NOW, 24, 80);
	terminal_keys(terminal, "6");
	terminal_tell_quietly(terminal, behind, sizeof(behind) - 1);
	terminal_expect(terminal, "written 3");
	terminal_expect(terminal, "written 1");
	stage_folder_free(folder);
}

#define TEST(name) cmocka_unit_test_teardown(name, stage_close)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(quitting_gives_the_terminal_back),
		TEST(a_live_run_is_left_only_by_saying_so),
		TEST(every_fatal_signal_gives_the_terminal_back),
		TEST(losing_the_terminal_leaves_the_run),
		TEST(ctrl_z_gives_the_terminal_back_until_fg),
		TEST(keys_live_again_after_a_stop_amid_a_paste),
		TEST(ctrl_c_twice_asks_and_kills_nothing),
		TEST(the_journal_fills_what_the_pipe_left_out),
	};

	setlocale(LC_CTYPE, "C.UTF-8");
	return cmocka_run_group_tests(tests, NULL, NULL);
}
