/* SPDX-License-Identifier: MIT */
#include "ui/keys.h"

#include <ncurses.h>
#include <stddef.h>

#include "base/memory.h"
#include "ui/input.h"

enum {
	KEY_OURS = KEY_MAX + 1,
	KEY_PASTE_BEGIN = KEY_OURS,
	KEY_PASTE_END,
	KEY_FOCUS_IN,
	KEY_FOCUS_OUT,
	KEY_POINTER,
};

static const struct {
	wint_t key;
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

static int named_input(wint_t key)
{
	for (size_t i = 0; i < ARRAY_SIZE(named); i++)
		if (named[i].key == key)
			return named[i].input;
	return INPUT_UNKNOWN;
}

void keys_start_mouse(void)
{
	define_key("\033[<", KEY_POINTER);
}

/* A report comes in one piece, but for a slow line. */
#define REPORT_MS 50

/* One number of a report, and in *end what stands behind it. */
static int report_number(wint_t *end)
{
	int number = 0;

	while (get_wch(end) == OK && *end >= '0' && *end <= '9')
		if (number < 10000)
			number = number * 10 + (int)(*end - '0');
	return number;
}

/* "\033[<BUTTON;COLUMN;ROWM", and m for a button that was let go. */
static int pointer_input(int *row, int *col)
{
	wint_t ends[3] = {0, 0, 0};
	int button;

	timeout(REPORT_MS);
	button = report_number(&ends[0]);
	*col = report_number(&ends[1]) - 1;
	*row = report_number(&ends[2]) - 1;
	timeout(0);
	if (ends[0] != ';' || ends[1] != ';' || ends[2] != 'M')
		return INPUT_RELEASE;
	if (button == 0)
		return INPUT_CLICK;
	if (button == 64)
		return INPUT_WHEEL_UP;
	return button == 65 ? INPUT_WHEEL_DOWN : INPUT_RELEASE;
}

int keys_read(int *row, int *col)
{
	wint_t c;

	for (;;) {
		switch (get_wch(&c)) {
		case OK:
			if (c == '\n')
				return INPUT_ENTER;
			return c > 0x10ffff ? INPUT_UNKNOWN : (int)c;
		case KEY_CODE_YES:
			if (c == KEY_POINTER)
				return pointer_input(row, col);
			if (c != KEY_RESIZE)
				return named_input(c);
			break;
		default:
			return INPUT_NONE;
		}
	}
}
