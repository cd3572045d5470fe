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

#define TEST(name) cmocka_unit_test_teardown(name, stage_close)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(the_mouse_is_the_terminals_unless_asked_for),
		TEST(the_mouse_is_given_back_on_every_way_out),
		TEST(a_click_focuses_a_panel_and_selects_a_stage),
		TEST(the_wheel_scrolls_what_is_below_it),
		TEST(no_click_changes_anything),
	};

	setlocale(LC_CTYPE, "C.UTF-8");
	return cmocka_run_group_tests(tests, NULL, NULL);
}
