/* SPDX-License-Identifier: MIT */
/* Which bytes make a screen of cells, by what a terminal's description says. */
#include "support/cmocka.h"

#include <locale.h>
#include <stdlib.h>
/* The last two define words of their own. */
#include <ncurses.h>
#include <term.h>

#include "base/printable.h"
#include "ui/painter.h"

#define ROWS 3
#define COLS 20

struct easel {
	struct theme theme;
	struct painter *painter;
	struct grid shown, grid;
};

static void open_easel(struct easel *easel, const char *term)
{
	const struct charset charset = {true, true};
	struct problems problems = PROBLEMS_INIT;
	int found = 0;

	setenv("TERM", term, 1);
	assert_int_equal(setupterm(term, 1, &found), OK);
	assert_int_equal(theme_load(&easel->theme, "dark", &problems, NULL), 0);
	easel->painter = painter_new(&easel->theme, painter_depth());
	grid_init(&easel->shown, ROWS, COLS, charset);
	grid_init(&easel->grid, ROWS, COLS, charset);
}

static void close_easel(struct easel *easel)
{
	painter_free(easel->painter);
	theme_release(&easel->theme);
	grid_release(&easel->shown);
	grid_release(&easel->grid);
	del_curterm(cur_term);
}

static void put(struct grid *grid, int row, int col, const char *text,
		enum role role)
{
	const struct style style = {role, false, false};
	size_t len = strlen(text);

	for (size_t i = 0; i < len;) {
		int32_t c;

		i += utf8_decode(text + i, len - i, &c);
		col += grid_put(grid, row, col, (uint32_t)c, style);
	}
}

/* The bytes of one frame; the caller's. */
static char *frame(struct easel *easel, bool cleared)
{
	struct str out = STR_INIT;

	painter_frame(easel->painter, cleared ? NULL : &easel->shown,
		      &easel->grid, &out);
	return str_detach(&out);
}

static void assert_frame(struct easel *easel, bool cleared, const char *wanted)
{
	char *got = frame(easel, cleared);

	assert_string_equal(got, wanted);
	free(got);
}

#define PLAIN "\033(B\033[m"

static void a_cleared_screen_gets_what_is_on_it(void **state)
{
	struct easel easel;

	(void)state;
	open_easel(&easel, "xterm-256color");
	put(&easel.grid, 1, 2, "so", ROLE_NORMAL);
	put(&easel.grid, 1, 5, "bad", ROLE_FAILED);
	assert_frame(&easel, true,
		     "\033[2;3H" PLAIN "so " PLAIN
		     "\033[1m\033[38;5;203mbad" PLAIN "\033[1;1H");
	close_easel(&easel);
}

static void nothing_is_written_when_nothing_differs(void **state)
{
	struct easel easel;

	(void)state;
	open_easel(&easel, "xterm-256color");
	put(&easel.grid, 0, 0, "the same", ROLE_NORMAL);
	put(&easel.shown, 0, 0, "the same", ROLE_NORMAL);
	free(frame(&easel, true));
	assert_frame(&easel, false, "");
	close_easel(&easel);
}

static void only_what_differs_is_written(void **state)
{
	struct easel easel;

	(void)state;
	open_easel(&easel, "xterm-256color");
	put(&easel.shown, 1, 0, "the year 2026 and on", ROLE_NORMAL);
	put(&easel.grid, 1, 0, "the year 2027 and on", ROLE_NORMAL);
	assert_frame(&easel, false, "\033[2;13H" PLAIN "7" PLAIN "\033[1;1H");
	close_easel(&easel);
}

static void a_rows_empty_end_is_cleared_at_once(void **state)
{
	struct easel easel;

	(void)state;
	open_easel(&easel, "xterm-256color");
	put(&easel.shown, 2, 0, "much that goes away", ROLE_NORMAL);
	put(&easel.grid, 2, 0, "much", ROLE_NORMAL);
	assert_frame(&easel, false,
		     "\033[3;5H" PLAIN "\033[K" PLAIN "\033[1;1H");
	close_easel(&easel);
}

/* A terminal may take one for wider or narrower than we do. */
static void what_stands_after_a_doubtful_character_is_placed(void **state)
{
	static const char *const texts[] = {"\xe8\xbb\x8a|", "e\xcc\x81|",
					    "\xf0\x9f\x98\x80|",
					    "\xef\xbf\xbd|"};
	static const char *const places[] = {"\033[1;3H|", "\033[1;2H|",
					     "\033[1;3H|", "\033[1;2H|"};

	(void)state;
	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		struct easel easel;
		char *got;

		open_easel(&easel, "xterm-256color");
		put(&easel.grid, 0, 0, texts[i], ROLE_NORMAL);
		got = frame(&easel, true);
		if (!strstr(got, places[i]))
			fail_msg("%s is not placed", texts[i]);
		free(got);
		close_easel(&easel);
	}
}

/* There a character in the last cell would scroll the screen. */
static void the_last_cell_of_an_old_terminal_stays_empty(void **state)
{
	struct easel easel;
	char *got;

	(void)state;
	open_easel(&easel, "ansi");
	put(&easel.grid, ROWS - 1, COLS - 2, "ab", ROLE_NORMAL);
	got = frame(&easel, true);
	assert_non_null(strchr(got, 'a'));
	assert_null(strchr(got, 'b'));
	free(got);
	close_easel(&easel);
}

static void depth_is_what_the_terminal_says(void **state)
{
	static const struct {
		const char *term, *colorterm, *tmux;
		enum depth depth;
	} cases[] = {
		{"vt100", "truecolor", NULL, DEPTH_NONE},
		{"linux", NULL, NULL, DEPTH_8},
		{"xterm-256color", NULL, NULL, DEPTH_256},
		{"xterm-256color", "truecolor", NULL, DEPTH_TRUE},
		{"xterm-256color", "24bit", NULL, DEPTH_TRUE},
		{"xterm-256color", "yes", NULL, DEPTH_256},
		{"screen-256color", "truecolor", NULL, DEPTH_256},
		{"screen-256color", "truecolor", "/tmp/tmux", DEPTH_TRUE},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct easel easel;

		unsetenv("COLORTERM");
		unsetenv("TMUX");
		if (cases[i].colorterm)
			setenv("COLORTERM", cases[i].colorterm, 1);
		if (cases[i].tmux)
			setenv("TMUX", cases[i].tmux, 1);
		open_easel(&easel, cases[i].term);
		assert_int_equal(painter_depth(), cases[i].depth);
		close_easel(&easel);
	}
	unsetenv("COLORTERM");
	unsetenv("TMUX");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_cleared_screen_gets_what_is_on_it),
		cmocka_unit_test(nothing_is_written_when_nothing_differs),
		cmocka_unit_test(only_what_differs_is_written),
		cmocka_unit_test(a_rows_empty_end_is_cleared_at_once),
		cmocka_unit_test(
			what_stands_after_a_doubtful_character_is_placed),
		cmocka_unit_test(the_last_cell_of_an_old_terminal_stays_empty),
		cmocka_unit_test(depth_is_what_the_terminal_says),
	};

	setlocale(LC_CTYPE, "C.UTF-8");
	setenv("XDG_CONFIG_HOME", "/nonexistent", 1);
	unsetenv("COLORTERM");
	unsetenv("TMUX");
	return cmocka_run_group_tests(tests, NULL, NULL);
}
