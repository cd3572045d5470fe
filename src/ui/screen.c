/* SPDX-License-Identifier: MIT */
#include "ui/screen.h"

#include <errno.h>
#include <langinfo.h>
#include <ncurses.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <term.h>
#include <termios.h>
#include <unistd.h>

#include "base/file.h"
#include "base/memory.h"
#include "base/str.h"
#include "ui/keys.h"
#include "ui/outside.h"
#include "ui/painter.h"
#include "ui/rescue.h"

/* Bracketed paste and focus events. Terminals without them ignore them. */
static const char modes_on[] = "\033[?2004h\033[?1004h";
static const char modes_off[] = "\033[?1004l\033[?2004l";
/* Presses, told in digits. Not by curses: it asks for them by what TERM says,
 * and takes a press and its release for one event. */
static const char mouse_on[] = "\033[?1000h\033[?1006h";
static const char mouse_off[] = "\033[?1006l\033[?1000l";
/* The title goes on a stack and comes back from it. */
static const char title_on[] = "\033[22;2t";
static const char title_off[] = "\033[23;2t";

struct screen {
	SCREEN *curses;
	struct painter *painter;
	enum depth depth;
	struct charset charset;
	struct termios before;
	struct grid shown; /* the last frame */
	bool entered;
	bool whole; /* draw every cell */
	bool ansi, mouse;
	enum ui_notify notify;
	bool titles;	  /* the window has one */
	bool keeps_title; /* entering keeps it, and leaving gives it back */
	char *title;	  /* as it was set; NULL: not yet */
	int cursor;	  /* whether it is shown, -1 not known */
};

bool ui_terminal_fits(const char **why)
{
	const char *term = getenv("TERM");
	int found = 0;
	const char *addressing;
	bool can;

	if (!isatty(STDIN_FILENO) || !isatty(STDOUT_FILENO)) {
		*why = "standard input or output is no terminal";
		return false;
	}
	if (!term || !*term || strcmp(term, "dumb") == 0) {
		*why = "TERM names no terminal that can be drawn on";
		return false;
	}
	if (setupterm(NULL, STDOUT_FILENO, &found) != OK) {
		*why = "the terminal description that TERM names is not "
		       "installed";
		return false;
	}
	addressing = tigetstr("cup");
	can = addressing && addressing != (char *)-1;
	del_curterm(cur_term);
	if (!can)
		*why = "this terminal cannot place its cursor";
	return can;
}

/* Box lines, blocks and arrows are two columns wide there. */
static bool is_east_asian(void)
{
	const char *names[] = {"LC_ALL", "LC_CTYPE", "LANG"};

	for (size_t i = 0; i < ARRAY_SIZE(names); i++) {
		const char *value = getenv(names[i]);

		if (value && *value)
			return starts_with(value, "zh") ||
			       starts_with(value, "ja") ||
			       starts_with(value, "ko");
	}
	return false;
}

struct charset screen_charset_of(enum ui_choice unicode)
{
	struct charset charset;

	charset.utf8 = strcmp(nl_langinfo(CODESET), "UTF-8") == 0;
	charset.unicode = charset.utf8 && unicode != UI_NEVER &&
			  (unicode == UI_ALWAYS || !is_east_asian());
	return charset;
}

bool screen_wants_colour(enum ui_choice colour)
{
	const char *no = getenv("NO_COLOR");

	if (colour == UI_AUTO)
		return !no || !*no;
	return colour == UI_ALWAYS;
}

static void add_modes_off(const struct screen *screen, struct str *text)
{
	if (screen->titles && !screen->keeps_title)
		str_add(text, title_off);
	if (screen->mouse)
		str_add(text, mouse_off);
	str_add(text, modes_off);
}

static void add_modes_on(const struct screen *screen, struct str *text)
{
	str_add(text, modes_on);
	if (screen->mouse)
		str_add(text, mouse_on);
	if (screen->titles && !screen->keeps_title)
		str_add(text, title_on);
}

static bool has_part(const char *name, const char *part)
{
	struct str text = STR_INIT;
	bool has;

	capability_add(&text, name);
	has = strstr(text.data, part) != NULL;
	str_release(&text);
	return has;
}

/* Far below every screen: the cursor stops at its last row. */
#define LAST_ROW 998

/* What takes back all that the screen did, in reverse order. */
static void add_way_out(const struct screen *screen, struct str *text)
{
	if (screen->ansi)
		add_modes_off(screen, text);
	capability_add(text, "sgr0");
	capability_add(text, "op");
	capability_add(text, "cnorm");
	capability_add(text, "rmkx");
	if (has_part("rmcup", "\033"))
		capability_add(text, "rmcup");
	else
		str_add(text, tiparm(tigetstr("cup"), LAST_ROW, 0));
}

static void arm(const struct screen *screen)
{
	struct str text = STR_INIT;

	add_way_out(screen, &text);
	rescue_arm(STDOUT_FILENO, text.data, text.len, &screen->before);
	str_release(&text);
}

/* A terminal that is gone is noticed by its keyboard. */
static void send(const struct str *text)
{
	if (file_write_all(STDOUT_FILENO, text->data, text->len, "the terminal",
			   NULL) < 0)
		return;
}

/* What every entering sets; curses brings its own modes back by itself. */
static void set_modes(struct screen *screen)
{
	struct str modes = STR_INIT;

	raw();
	noecho();
	nonl();
	keypad(stdscr, TRUE);
	nodelay(stdscr, TRUE);
	leaveok(stdscr, FALSE);
	keys_start_mouse();
	if (screen->ansi)
		add_modes_on(screen, &modes);
	send(&modes);
	str_release(&modes);
	free(screen->title);
	screen->title = NULL;
	screen->entered = true;
	screen->cursor = -1;
	screen_forget(screen);
}

/* XT says that xterm's sequence sets it. */
static bool has_title(void)
{
	return tigetflag("XT") > 0 || has_part("tsl", "\033]") ||
	       outside_in_tmux();
}

struct screen *screen_open(const struct ui_options *options, struct error *err)
{
	struct screen *screen = xcalloc(1, sizeof(*screen));
	const char *clear_text;

	if (tcgetattr(STDIN_FILENO, &screen->before) < 0) {
		error_set(err, ERROR_IO, "cannot read the terminal's modes: %s",
			  strerror(errno));
		free(screen);
		return NULL;
	}
	use_env(FALSE);
	use_tioctl(TRUE);
	screen->curses = newterm(NULL, stdout, stdin);
	if (!screen->curses) {
		error_set(err, ERROR_IO,
			  "cannot draw on this terminal (TERM=%s)",
			  getenv("TERM") ? getenv("TERM") : "");
		free(screen);
		return NULL;
	}
	set_term(screen->curses);
	if (!getenv("ESCDELAY"))
		set_escdelay(25);
	clear_text = tigetstr("clear");
	screen->ansi = clear_text && clear_text != (char *)-1 &&
		       strncmp(clear_text, "\033[", 2) == 0;
	screen->charset = screen_charset_of(options->unicode);
	screen->depth = screen_wants_colour(options->colour) ? painter_depth()
							     : DEPTH_NONE;
	screen->painter = painter_new(options->theme, screen->depth);
	screen->mouse = options->mouse;
	screen->notify = options->notify;
	screen->titles = screen->ansi && !options->no_title && has_title();
	screen->keeps_title = has_part("smcup", "\033[22;");
	keys_start();
	arm(screen);
	set_modes(screen);
	screen_resize(screen);
	return screen;
}

/* In one write, as a signal does it. Curses hears nothing of it: it would
 * write all that once more, piece by piece. */
void screen_leave(struct screen *screen)
{
	struct str text = STR_INIT;

	if (!screen->entered)
		return;
	screen->entered = false;
	add_way_out(screen, &text);
	send(&text);
	str_release(&text);
	tcsetattr(STDIN_FILENO, TCSADRAIN, &screen->before);
	rescue_disarm();
}

void screen_enter(struct screen *screen)
{
	struct str text = STR_INIT;

	if (screen->entered)
		return;
	tcgetattr(STDIN_FILENO, &screen->before);
	arm(screen);
	reset_prog_mode();
	capability_add(&text, "smcup");
	capability_add(&text, "smkx");
	send(&text);
	str_release(&text);
	set_modes(screen);
	screen_resize(screen);
}

void screen_wear(struct screen *screen, const struct theme *theme)
{
	painter_free(screen->painter);
	screen->painter = painter_new(theme, screen->depth);
	screen_forget(screen);
}

void screen_abandon(struct screen *screen)
{
	screen->entered = false;
	rescue_restore();
}

void screen_free(struct screen *screen)
{
	if (!screen)
		return;
	screen_leave(screen);
	grid_release(&screen->shown);
	painter_free(screen->painter);
	free(screen->title);
	delscreen(screen->curses);
	free(screen);
}

bool screen_is_entered(const struct screen *screen)
{
	return screen->entered;
}

bool screen_resize(struct screen *screen)
{
	struct winsize size;
	int rows = LINES;
	int cols = COLS;

	if (ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_row &&
	    size.ws_col) {
		rows = size.ws_row;
		cols = size.ws_col;
	}
	if (rows == LINES && cols == COLS)
		return false;
	resizeterm(rows, cols);
	screen_forget(screen);
	return true;
}

int screen_rows(const struct screen *screen)
{
	(void)screen;
	return LINES;
}

int screen_cols(const struct screen *screen)
{
	(void)screen;
	return COLS;
}

struct charset screen_charset(const struct screen *screen)
{
	return screen->charset;
}

/* A terminal that takes each byte for a character may take some for a
 * command: it is told ASCII. */
static void add_told(const struct screen *screen, const char *text,
		     struct str *out)
{
	for (; *text; text++) {
		bool is_ascii = !(*text & 0x80);

		if (screen->charset.utf8 || is_ascii)
			str_add_char(out, *text);
		else if ((*text & 0xc0) != 0x80)
			str_add_char(out, '?');
	}
}

void screen_title(struct screen *screen, const char *title)
{
	struct str text = STR_INIT;

	if (!screen->entered || !screen->titles ||
	    str_equal(title, screen->title))
		return;
	str_add(&text, "\033]2;");
	add_told(screen, title, &text);
	str_add(&text, "\007");
	send(&text);
	str_release(&text);
	free(screen->title);
	screen->title = xstrdup(title);
}

/* tmux hands on what is wrapped for it, where it is allowed to. */
void screen_notify(struct screen *screen, const char *text)
{
	bool wraps = outside_in_tmux();
	struct str out = STR_INIT;

	if (!screen->entered)
		return;
	if (screen->notify == UI_NOTIFY_BELL)
		capability_add(&out, "bel");
	if (screen->notify == UI_NOTIFY_OSC9) {
		str_add(&out, wraps ? "\033Ptmux;\033\033]9;" : "\033]9;");
		add_told(screen, text, &out);
		str_add(&out, wraps ? "\007\033\\" : "\007");
	}
	send(&out);
	str_release(&out);
}

size_t screen_target(const struct screen *screen, int row, int col)
{
	const struct cell *cell = grid_at(&screen->shown, row, col);

	return cell ? cell->target : 0;
}

/* Curses clears its own screen, on which it never has anything, and with that
 * sends the modes that it was told of. */
void screen_forget(struct screen *screen)
{
	screen->whole = true;
	clearok(stdscr, TRUE);
	touchwin(stdscr);
	refresh();
}

static void remember(struct screen *screen, const struct grid *grid)
{
	if (screen->shown.rows != grid->rows ||
	    screen->shown.cols != grid->cols) {
		grid_release(&screen->shown);
		grid_init(&screen->shown, grid->rows, grid->cols,
			  grid->charset);
	}
	memcpy(screen->shown.cells, grid->cells,
	       sizeof(*grid->cells) * (size_t)grid->rows * (size_t)grid->cols);
}

void screen_paint(struct screen *screen, const struct grid *grid)
{
	int cursor = grid->cursor_shown ? 1 : 0;
	bool resized = screen->shown.rows != grid->rows ||
		       screen->shown.cols != grid->cols;
	struct str out = STR_INIT;

	if (!screen->entered)
		return;
	painter_frame(screen->painter,
		      screen->whole || resized ? NULL : &screen->shown, grid,
		      &out);
	if (cursor != screen->cursor)
		capability_add(&out, cursor ? "cnorm" : "civis");
	screen->cursor = cursor;
	send(&out);
	str_release(&out);
	remember(screen, grid);
	screen->whole = false;
}

/* What terminals take is not said anywhere; most stop at 100,000. */
#define COPY_MAX 74994

static void add_base64(struct str *out, const char *data, size_t len)
{
	static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklm"
				     "nopqrstuvwxyz0123456789+/";

	for (size_t i = 0; i < len; i += 3) {
		uint32_t bits = (uint32_t)(unsigned char)data[i] << 16;

		if (i + 1 < len)
			bits |= (uint32_t)(unsigned char)data[i + 1] << 8;
		if (i + 2 < len)
			bits |= (unsigned char)data[i + 2];
		str_add_char(out, digits[bits >> 18]);
		str_add_char(out, digits[bits >> 12 & 63]);
		str_add_char(out, i + 1 < len ? digits[bits >> 6 & 63] : '=');
		str_add_char(out, i + 2 < len ? digits[bits & 63] : '=');
	}
}

bool screen_copy(const struct screen *screen, const char *text, size_t len)
{
	const char *term = getenv("TERM");
	struct str out = STR_INIT;

	/* A console without windows has no clipboard, and may show this. */
	if (!screen->entered || !screen->ansi || len > COPY_MAX || !term ||
	    starts_with(term, "linux") || starts_with(term, "vt"))
		return false;
	str_add(&out, "\033]52;c;");
	add_base64(&out, text, len);
	str_add(&out, "\a");
	send(&out);
	str_release(&out);
	return true;
}
