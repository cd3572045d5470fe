/* SPDX-License-Identifier: MIT */
/* What comes from a keyboard: a code point, or one of these. */
#ifndef SIGNALBOX_UI_INPUT_H
#define SIGNALBOX_UI_INPUT_H

enum input {
	INPUT_NONE = -1,
	INPUT_TAB = '\t',
	INPUT_ENTER = '\r',
	INPUT_ESCAPE = 27,
	INPUT_BACKSPACE = 127,
	INPUT_NAMED = 0x110000, /* past the last code point */
	INPUT_UP,
	INPUT_DOWN,
	INPUT_LEFT,
	INPUT_RIGHT,
	INPUT_HOME,
	INPUT_END,
	INPUT_PAGE_UP,
	INPUT_PAGE_DOWN,
	INPUT_BACK_TAB,
	INPUT_DELETE,
	INPUT_F1,
	INPUT_F5,
	INPUT_PASTE_BEGIN,
	INPUT_PASTE_END,
	INPUT_FOCUS_IN,
	INPUT_FOCUS_OUT,
	INPUT_CLICK,
	INPUT_WHEEL_UP,
	INPUT_WHEEL_DOWN,
	INPUT_RELEASE, /* of a button: the last of the mouse */
	INPUT_UNKNOWN,
};

#define INPUT_CONTROL(letter) ((letter)&0x1f)

#endif
