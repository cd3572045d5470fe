/* SPDX-License-Identifier: MIT */
/* What the dashboard asks of a terminal beside cells: mouse, title, bell. */
#include "screen/stage.h"

#include <signal.h>
#include <sys/wait.h>

#include "base/printable.h"

/* The row and column, from 1, at which the text stands on the screen. */
static void find(struct terminal *terminal, const char *text, int *row,
		 int *col)
{
	char *screen = terminal_text(terminal);
	const char *found = strstr(screen, text);
	const char *at = screen;

	if (!found)
		fail_msg("'%s' is not on the screen:\n%s", text, screen);
	*row = *col = 1;
	while (at < found) {
		int32_t c;

		*col += 1;
		if (*at == '\n') {
			*row += 1;
			*col = 1;
		}
		at += utf8_decode(at, (size_t)(found - at), &c);
	}
	free(screen);
}

/* Pressed and let go, as xterm tells it; a wheel is not let go. */
static void press_at(struct terminal *terminal, int button, int row, int col)
{
	char bytes[64];
	int keys = button < 64 ? 2 : 1;

	snprintf(bytes, sizeof(bytes), "\033[<%d;%d;%dM", button, col, row);
	if (keys == 2)
		snprintf(bytes + strlen(bytes), sizeof(bytes) - strlen(bytes),
			 "\033[<%d;%d;%dm", button, col, row);
	terminal_send(terminal, bytes, strlen(bytes), keys);
}

static void press(struct terminal *terminal, int button, const char *text)
{
	int row, col;

	find(terminal, text, &row, &col);
	press_at(terminal, button, row, col);
}

static struct terminal *open_with_mouse(void **state)
{
	return *state = stage_open("canary.ndjson", CANARY_NOW, 24, 80,
				   "A=", "--mouse");
}

static void the_mouse_is_the_terminals_unless_asked_for(void **state)
{
	struct terminal *terminal = stage_open_canary(state);

	assert_false(terminal_modes(terminal).mouse);
	assert_null(strstr(terminal_bytes(terminal)->data, "1000"));
	stage_close(state);
	terminal = open_with_mouse(state);
	assert_true(terminal_modes(terminal).mouse);
	stage_check_sequences(terminal_bytes(terminal)->data,
			      terminal_bytes(terminal)->len);
}

static void the_mouse_is_given_back_on_every_way_out(void **state)
{
	static const int signals[] = {SIGTERM, SIGSEGV, SIGHUP};
	struct terminal *terminal = open_with_mouse(state);

	terminal_write(terminal, "\032", 1);
	terminal_wait(terminal, true);
	assert_false(terminal_modes(terminal).mouse);
	kill(terminal_pid(terminal), SIGCONT);
	terminal_frames(terminal, 1);
	assert_true(terminal_modes(terminal).mouse);
	for (size_t i = 0; i < ARRAY_SIZE(signals); i++) {
		kill(terminal_pid(terminal), signals[i]);
		terminal_wait(terminal, false);
		assert_false(terminal_modes(terminal).mouse);
		stage_close(state);
		terminal = open_with_mouse(state);
	}
	terminal_keys(terminal, "qj");
	terminal_write(terminal, "\r", 1);
	terminal_wait(terminal, false);
	assert_false(terminal_modes(terminal).mouse);
}

static void a_click_focuses_a_panel_and_selects_a_stage(void **state)
{
	struct terminal *terminal = open_with_mouse(state);

	press(terminal, 0, "5 GATE");
	terminal_expect(terminal, "\xe2\x94\x81\xe2\x94\x81 5 GATE");
	press(terminal, 0, "production");
	terminal_expect(terminal, "\xe2\x94\x81\xe2\x94\x81 1 PIPELINE");
	terminal_expect(terminal, "2 LOG production");
}

static void the_wheel_scrolls_what_is_below_it(void **state)
{
	struct terminal *terminal;
	char *before, *after;

	terminal = *state =
		stage_open("gate.ndjson", GATE_NOW, 24, 80, "A=", "--mouse");
	terminal_keys(terminal, "1g");
	terminal_expect(terminal, "2 LOG unit");
	before = terminal_text(terminal);
	press(terminal, 64, "2 LOG");
	after = terminal_text(terminal);
	assert_string_not_equal(before, after);
	free(before);
	free(after);
	terminal_expect(terminal, "\xe2\x94\x81\xe2\x94\x81 1 PIPELINE");
}

/* Left on by another program, or of a terminal without the newer form: what
 * says where it is would be B, x or q. */
static void no_report_of_a_mouse_is_a_key(void **state)
{
	static const char *const reports[] = {
		"\033[M BB",
		"\033[M#xx",
		"\033[M qq",
		"\033[<0;66;66M",
		"\033[32;66;66M",
		"\033[1;9B",
		"\033[27;5;66~",
		/* Mode 1005, beyond the 95th column and row. */
		"\033[M \303\201q",
		"\033[M \302\241\302\220",
	};
	struct terminal *terminal = stage_open_canary(state);
	char *before, *after;

	terminal_keys(terminal, "\t\t");
	before = terminal_text(terminal);
	for (size_t i = 0; i < ARRAY_SIZE(reports); i++) {
		terminal_send(terminal, reports[i], strlen(reports[i]), 1);
		after = terminal_text(terminal);
		assert_string_equal(before, after);
		free(after);
	}
	free(before);
	terminal_keys(terminal, "B");
	terminal_expect(terminal, "ROLL BACK PRODUCTION");
}

/* Not with a dialog open, nor on its keys. */
static void no_click_changes_anything(void **state)
{
	struct terminal *terminal = open_with_mouse(state);
	char *said;

	terminal_keys(terminal, "B");
	press(terminal, 0, "roll back now");
	press(terminal, 65, "ROLL BACK");
	terminal_expect(terminal, "roll back now");
	terminal_send(terminal, "\033", 1, 1);
	press(terminal, 0, "B roll back");
	for (int row = 1; row <= 24; row++) {
		for (int col = 1; col <= 80; col += 3)
			press_at(terminal, 0, row, col);
	}
	said = terminal_commands(terminal);
	assert_string_equal(said, "");
	free(said);
}

static void assert_wrote(struct terminal *terminal, const char *bytes)
{
	if (!strstr(terminal_bytes(terminal)->data, bytes))
		fail_msg("never wrote ESC%s", bytes + 1);
}

static void the_title_names_the_run_and_what_it_waits_for(void **state)
{
	struct terminal *terminal = stage_open_canary(state);

	assert_wrote(terminal, "\033]2;#481 acme/checkout: running\007");
	stage_check_sequences(terminal_bytes(terminal)->data,
			      terminal_bytes(terminal)->len);
	stage_close(state);
	terminal = *state =
		stage_open("gate.ndjson", GATE_NOW, 24, 80, "A=", NULL);
	assert_wrote(terminal,
		     "\033]2;? #481 acme/checkout: gate production\007");
}

/* By the terminal's own way in and out, or by its stack. */
static void the_title_comes_back_on_every_way_out(void **state)
{
	static const struct {
		const char *env, *kept, *back;
	} terminals[] = {
		{"TERM=xterm-256color", "\033[22;0;0t", "\033[23;0;0t"},
		{"TERM=tmux-256color", "\033[22;2t", "\033[23;2t"},
	};
	static const int signals[] = {SIGTERM, SIGABRT, SIGHUP};

	for (size_t i = 0; i < ARRAY_SIZE(terminals); i++) {
		for (size_t k = 0; k < ARRAY_SIZE(signals); k++) {
			struct terminal *terminal;
			const char *bytes, *kept, *set, *back;

			terminal = *state =
				stage_open("canary.ndjson", CANARY_NOW, 24, 80,
					   terminals[i].env, NULL);
			kill(terminal_pid(terminal), signals[k]);
			terminal_wait(terminal, false);
			bytes = terminal_bytes(terminal)->data;
			kept = strstr(bytes, terminals[i].kept);
			set = strstr(bytes, "\033]2;");
			back = strstr(bytes, terminals[i].back);
			assert_true(kept && kept < set && set < back);
			assert_null(strstr(back + 1, "\033]2;"));
			stage_close(state);
		}
	}
}

static void no_title_is_set_where_none_is_wanted_or_comes_back(void **state)
{
	static const char *const envs[] = {"TERM=linux", "TERM=vt100", "A="};

	for (size_t i = 0; i < ARRAY_SIZE(envs); i++) {
		struct terminal *terminal;

		terminal = *state = stage_open(
			"canary.ndjson", CANARY_NOW, 24, 80, envs[i],
			strcmp(envs[i], "A=") == 0 ? "--no-title" : NULL);
		assert_null(strstr(terminal_bytes(terminal)->data, "\033]2"));
		stage_close(state);
	}
}

#define EVENT(name, rest)                                                    \
	"\"time\":\"2026-11-20T14:02:56.000Z\",\"event\":\"" name "\"," rest \
	"}\n"
static const char gate_opened[] =
	"{\"seq\":191," EVENT("gate.opened", "\"stage\":\"production\","
					     "\"required\":1");
static const char progress[] =
	"{\"seq\":192," EVENT("stage.skipped", "\"stage\":\"unit\","
					       "\"reason\":\"so\"");
static const char rolls_back[] = "{\"seq\":193," EVENT(
	"rollback.started", "\"environment\":\"production\",\"colour\":\"blue"
			    "\",\"to\":\"\\u001b]2;x\\u0007\"");
static const char ended[] =
	"{\"seq\":194," EVENT("run.finished", "\"outcome\":\"rolled-back\","
					      "\"status\":5,\"text\":\"so\"");

/* Bells, but for those that end a sequence. */
static int bells(struct terminal *terminal)
{
	const struct str *bytes = terminal_bytes(terminal);
	bool inside = false;
	int count = 0;

	for (size_t i = 0; i < bytes->len; i++) {
		if (bytes->data[i] == 033)
			inside = bytes->data[i + 1] == ']';
		if (bytes->data[i] != '\007')
			continue;
		count += !inside;
		inside = false;
	}
	return count;
}

static void the_bell_rings_for_what_needs_a_person_and_no_progress(void **state)
{
	static const struct {
		const char *line;
		int bells;
	} told[] = {
		{gate_opened, 1}, {progress, 1}, {rolls_back, 2}, {ended, 3}};
	struct terminal *terminal = stage_open_canary(state);

	assert_int_equal(bells(terminal), 0); /* what was is no news */
	for (size_t i = 0; i < ARRAY_SIZE(told); i++) {
		terminal_tell(terminal, told[i].line, strlen(told[i].line));
		assert_int_equal(bells(terminal), told[i].bells);
	}
}

static void a_notice_by_osc_9_says_what_and_nothing_else(void **state)
{
	struct terminal *terminal;

	terminal = *state = stage_open("canary.ndjson", CANARY_NOW, 24, 80,
				       "TMUX=", "--osc9");
	terminal_tell(terminal, gate_opened, sizeof(gate_opened) - 1);
	assert_wrote(terminal, "\033]9;#481 acme/checkout: production waits ");
	terminal_tell(terminal, rolls_back, sizeof(rolls_back) - 1);
	assert_wrote(terminal, "^[]2;x^G");
	assert_int_equal(bells(terminal), 0);
	stage_check_sequences(terminal_bytes(terminal)->data,
			      terminal_bytes(terminal)->len);
}

/* One that takes each byte for a character may take some for a command. */
static void without_utf_8_title_and_notice_are_ascii(void **state)
{
	static const char line[] = "{\"seq\":195," EVENT(
		"rollback.started",
		"\"environment\":\"production\",\"colour\":\"blue\","
		"\"to\":\"\\u00db2J\"");
	const struct str *bytes;
	struct terminal *terminal;

	terminal = *state = stage_open("canary.ndjson", CANARY_NOW, 24, 80,
				       "LC_ALL=C", "--osc9");
	terminal_tell(terminal, line, sizeof(line) - 1);
	assert_wrote(terminal, "?2J");
	bytes = terminal_bytes(terminal);
	for (size_t i = 0; i < bytes->len; i++)
		assert_false(bytes->data[i] & 0x80);
}

/* What was written from the first mode that was taken back on. */
static char *way_out(void **state, int signal_number, const char *env)
{
	struct terminal *terminal;
	const char *off;
	char *text;

	terminal = *state =
		stage_open("back.ndjson", BACK_NOW, 24, 80, env, "--mouse");
	if (signal_number)
		kill(terminal_pid(terminal), signal_number);
	else
		terminal_write(terminal, "q", 1);
	terminal_wait(terminal, false);
	off = strstr(terminal_bytes(terminal)->data, "\033[?1006l");
	assert_non_null(off);
	text = xstrdup(off);
	stage_close(state);
	return text;
}

/* Each mode once, the last taken first. */
static void every_way_out_takes_the_same_back(void **state)
{
	static const int signals[] = {SIGTERM, SIGABRT, SIGHUP, SIGINT};
	char *quit = way_out(state, 0, "A=");

	assert_string_equal(quit, "\033[?1006l\033[?1000l\033[?1004l"
				  "\033[?2004l\033(B\033[m\033[39;49m"
				  "\033[?12l\033[?25h\033[?1l\033>"
				  "\033[?1049l\033[23;0;0t");
	for (size_t i = 0; i < ARRAY_SIZE(signals); i++) {
		char *text = way_out(state, signals[i], "A=");

		assert_string_equal(text, quit);
		free(text);
	}
	free(quit);
	/* Without another screen to leave, the prompt comes below this. */
	quit = way_out(state, 0, "TERM=linux");
	assert_true(ends_with(quit, "\033[999;1H"));
	free(quit);
}

/* All modes on, and raw, as a program leaves it that was killed. */
static struct terminal *reset_broken(void **state, const char *const *env)
{
	const char *signalbox = getenv("SIGNALBOX");
	char *call = xasprintf(
		"echo frame 1 seq 0 keys 0 >&5; stty raw -echo -opost; "
		"printf '\\033[?1049h\\033[?2004h\\033[?1004h\\033[?1000h"
		"\\033[?25l\\033[?1h\\033=\\033[31m'; "
		"exec %s reset-terminal",
		signalbox ? signalbox : "./signalbox");
	const char *argv[] = {"/bin/sh", "-c", call, NULL};
	const struct terminal_options options = {
		.rows = 24, .cols = 80, .argv = argv, .env = env};
	struct terminal *terminal = *state = terminal_start(&options);
	int status = terminal_wait(terminal, false);

	assert_true(WIFEXITED(status));
	assert_int_equal(WEXITSTATUS(status), 0);
	free(call);
	return terminal;
}

static void a_broken_terminal_is_mended(void **state)
{
	struct terminal *terminal = reset_broken(state, NULL);
	struct terminal_modes modes = terminal_modes(terminal);
	struct termios now, before;

	assert_false(modes.alternate);
	assert_false(modes.paste);
	assert_false(modes.focus);
	assert_false(modes.mouse);
	assert_true(modes.cursor);
	terminal_termios(terminal, &now, &before);
	assert_int_equal(now.c_lflag & (ICANON | ECHO | ISIG | IEXTEN),
			 ICANON | ECHO | ISIG | IEXTEN);
	assert_int_equal(now.c_iflag & (ICRNL | IXON), ICRNL | IXON);
	assert_int_equal(now.c_oflag & (OPOST | ONLCR), OPOST | ONLCR);
	assert_memory_equal(now.c_cc, before.c_cc, sizeof(now.c_cc));
}

/* What cannot be drawn on gets its line discipline and no sequence. */
static void of_a_dumb_terminal_only_the_lines_are_mended(void **state)
{
	static const char *const env[] = {"TERM=dumb", NULL};
	struct terminal *terminal = reset_broken(state, env);
	const char *bytes = terminal_bytes(terminal)->data;
	struct termios now, before;

	assert_string_equal(strstr(bytes, "\033[31m"), "\033[31m");
	terminal_termios(terminal, &now, &before);
	assert_true(now.c_lflag & ECHO);
}

/* Of a terminal in another encoding, or a slow line: no end of the terminal,
 * and no key behind them is lost. */
static void bytes_that_are_no_text_are_a_key_that_does_nothing(void **state)
{
	struct terminal *terminal = stage_open_canary(state);

	terminal_keys(terminal, "\xe9");
	terminal_keys(terminal, "\x80\xff\xc0");
	terminal_send(terminal, "\xe9?", 2, 2);
	terminal_expect(terminal, "KEYS");
	terminal_keys(terminal, "/");
	terminal_send(terminal, "\xc3\xa9x", 3, 2);
	terminal_expect(terminal, "\xc3\xa9x");
}

#define TEST(name) cmocka_unit_test_teardown(name, stage_close)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(the_mouse_is_the_terminals_unless_asked_for),
		TEST(the_mouse_is_given_back_on_every_way_out),
		TEST(a_click_focuses_a_panel_and_selects_a_stage),
		TEST(the_wheel_scrolls_what_is_below_it),
		TEST(no_report_of_a_mouse_is_a_key),
		TEST(no_click_changes_anything),
		TEST(the_title_names_the_run_and_what_it_waits_for),
		TEST(the_title_comes_back_on_every_way_out),
		TEST(no_title_is_set_where_none_is_wanted_or_comes_back),
		TEST(the_bell_rings_for_what_needs_a_person_and_no_progress),
		TEST(a_notice_by_osc_9_says_what_and_nothing_else),
		TEST(without_utf_8_title_and_notice_are_ascii),
		TEST(every_way_out_takes_the_same_back),
		TEST(a_broken_terminal_is_mended),
		TEST(bytes_that_are_no_text_are_a_key_that_does_nothing),
		TEST(of_a_dumb_terminal_only_the_lines_are_mended),
	};

	setlocale(LC_CTYPE, "C.UTF-8");
	return cmocka_run_group_tests(tests, NULL, NULL);
}
