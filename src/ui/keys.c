/* SPDX-License-Identifier: MIT */
#include "ui/keys.h"

#include <ncurses.h>
#include <stddef.h>
#include <wchar.h>

#include "base/memory.h"
#include "ui/input.h"

enum {
	KEY_OURS = KEY_MAX + 1,
	KEY_PASTE_BEGIN = KEY_OURS,
	KEY_PASTE_END,
	KEY_FOCUS_IN,
	KEY_FOCUS_OUT,
	KEY_POINTER,
	KEY_OLD_POINTER,
};

static const struct {
	int key;
	int input;
} named[] = {
	{KEY_UP, INPUT_UP},
	{KEY_DOWN, INPUT_DOWN},
	{KEY_LEFT, INPUT_LEFT},
	{KEY_RIGHT, INPUT_RIGHT},
	{KEY_HOME, INPUT_HOME},
	{KEY_END, INPUT_END},
	{KEY_PPAGE, INPUT_PAGE_UP},
	{KEY_NPAGE, INPUT_PAGE_DOWN},
	{KEY_BTAB, INPUT_BACK_TAB},
	{KEY_ENTER, INPUT_ENTER},
	{KEY_BACKSPACE, INPUT_BACKSPACE},
	{KEY_DC, INPUT_DELETE},
	{KEY_F(1), INPUT_F1},
	{KEY_F(5), INPUT_F5},
	{KEY_PASTE_BEGIN, INPUT_PASTE_BEGIN},
	{KEY_PASTE_END, INPUT_PASTE_END},
	{KEY_FOCUS_IN, INPUT_FOCUS_IN},
	{KEY_FOCUS_OUT, INPUT_FOCUS_OUT},
};

void keys_start(void)
{
	define_key("\033[200~", KEY_PASTE_BEGIN);
	define_key("\033[201~", KEY_PASTE_END);
	define_key("\033[I", KEY_FOCUS_IN);
	define_key("\033[O", KEY_FOCUS_OUT);
}

void keys_start_mouse(void)
{
	define_key("\033[<", KEY_POINTER);
	define_key("\033[M", KEY_OLD_POINTER);
}

static int named_input(int key)
{
	for (size_t i = 0; i < ARRAY_SIZE(named); i++)
		if (named[i].key == key)
			return named[i].input;
	return INPUT_UNKNOWN;
}

/* What is of several bytes comes in one piece, but for a slow line. */
#define PIECE_MS 50

/* One number of a report, and in *end what stands behind it. */
static int report_number(int *end)
{
	int number = 0;

	while ((*end = getch()) >= '0' && *end <= '9')
		if (number < 10000)
			number = number * 10 + *end - '0';
	return number;
}

static int button_input(int button)
{
	if (button == 0)
		return INPUT_CLICK;
	if (button == 64)
		return INPUT_WHEEL_UP;
	return button == 65 ? INPUT_WHEEL_DOWN : INPUT_RELEASE;
}

/* "\033[<BUTTON;COLUMN;ROWM", and m for a button that was let go. */
static int pointer_input(int *row, int *col)
{
	int ends[3] = {0, 0, 0};
	int button;

	timeout(PIECE_MS);
	button = report_number(&ends[0]);
	*col = report_number(&ends[1]) - 1;
	*row = report_number(&ends[2]) - 1;
	timeout(0);
	if (ends[0] != ';' || ends[1] != ';' || ends[2] != 'M')
		return INPUT_RELEASE;
	return button_input(button);
}

/* One of the three of an old report: a byte, and in mode 1005, beyond the
 * 95th column or row, a character of UTF-8. */
static int old_number(void)
{
	int byte = getch(), next;

	if (byte < 0xc2 || byte > 0xdf)
		return byte;
	next = getch();
	if (next >= 0x80 && next <= 0xbf)
		return (byte & 0x1f) << 6 | (next & 0x3f);
	if (next != ERR)
		ungetch(next);
	return byte;
}

/* "\033[M", and each of the three as it is: of a terminal without the form
 * that was asked for. */
static int old_pointer_input(int *row, int *col)
{
	int button;

	timeout(PIECE_MS);
	button = old_number() - ' ';
	*col = old_number() - '!';
	*row = old_number() - '!';
	timeout(0);
	return button < 0 || *col < 0 || *row < 0 ? INPUT_RELEASE
						  : button_input(button);
}

/* Any other sequence is swallowed whole: what it ends in is no key either. */
static bool swallow_sequence(void)
{
	int next = getch();

	if (next != '[') {
		if (next != ERR)
			ungetch(next);
		return false;
	}
	timeout(PIECE_MS);
	do
		next = getch();
	while (next >= 0x20 && next <= 0x3f);
	timeout(0);
	if (next != ERR && (next < 0x40 || next > 0x7e))
		ungetch(next);
	return true;
}

/* Not get_wch(): that drops what stands behind a byte that is no text, and
 * says that there is none. */
static int text_input(int byte)
{
	mbstate_t state = {0};
	wchar_t c;

	for (bool first = true;; first = false) {
		char piece = (char)byte;
		size_t got = byte >= 0 && byte <= 0xff
				     ? mbrtowc(&c, &piece, 1, &state)
				     : (size_t)-1;

		if (got == (size_t)-1) {
			if (!first && byte != ERR)
				ungetch(byte); /* a key of its own */
			return INPUT_UNKNOWN;
		}
		if (got != (size_t)-2)
			break;
		timeout(PIECE_MS);
		byte = getch();
		timeout(0);
	}
	if (c == L'\n')
		return INPUT_ENTER;
	return c > 0x10ffff ? INPUT_UNKNOWN : (int)c;
}

int keys_read(int *row, int *col)
{
	int key;

	do {
		key = getch();
		if (key == ERR)
			return INPUT_NONE;
		if (key == '\033' && swallow_sequence())
			return INPUT_UNKNOWN;
		if (key <= 0xff)
			return text_input(key);
	} while (key == KEY_RESIZE);
	if (key == KEY_POINTER)
		return pointer_input(row, col);
	return key == KEY_OLD_POINTER ? old_pointer_input(row, col)
				      : named_input(key);
}
