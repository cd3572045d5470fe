/* SPDX-License-Identifier: MIT */
#include "ui/reset.h"

#include <errno.h>
#include <fcntl.h>
#include <ncurses.h>
#include <stdlib.h>
#include <string.h>
#include <term.h>
#include <termios.h>
#include <unistd.h>

#include "base/file.h"
#include "ui/painter.h"

/* Of every terminal that moves its cursor by such: all ways to report the
 * mouse, focus events, bracketed paste. */
static const char reports_off[] =
	"\033[?1016l\033[?1015l\033[?1006l\033[?1005l\033[?1003l\033[?1002l"
	"\033[?1001l\033[?1000l\033[?1004l\033[?2004l";
/* Replacing, no margins, wrapping, cursor keys and keypad as at first, ASCII
 * in both sets. The cursor stays where it is. */
static const char text_plain[] = "\033[4l\0337\033[?6l\033[r\0338\033[?7h"
				 "\033[?1l\033>\033(B\033)B\017";
/* Leaving the alternate screen while not on it takes the cursor to where it
 * was last kept: that is here. */
static const char cursor_kept[] = "\0337";

static void add_all(struct str *text)
{
	struct str clear = STR_INIT;
	bool ansi;

	capability_add(&clear, "clear");
	ansi = starts_with(clear.data, "\033[");
	str_release(&clear);
	if (ansi)
		str_add(text, reports_off);
	capability_add(text, "sgr0");
	capability_add(text, "op");
	capability_add(text, "cnorm");
	capability_add(text, "rmkx");
	if (ansi)
		str_add(text, cursor_kept);
	capability_add(text, "rmcup");
	if (ansi)
		str_add(text, text_plain);
}

static int write_modes(int fd, struct error *err)
{
	const char *term = getenv("TERM");
	struct str text = STR_INIT;
	int found = 0;
	int result;

	if (!term || !*term || strcmp(term, "dumb") == 0 ||
	    setupterm(NULL, fd, &found) != OK)
		return 0;
	add_all(&text);
	del_curterm(cur_term);
	result = file_write_all(fd, text.data, text.len, "the terminal", err);
	str_release(&text);
	return result;
}

static void set_keys(struct termios *modes)
{
	static const struct {
		int key;
		cc_t value;
	} keys[] = {
		{VINTR, 3}, {VQUIT, 28},  {VERASE, 127}, {VKILL, 21},
		{VEOF, 4},  {VSTART, 17}, {VSTOP, 19},	 {VSUSP, 26},
	};

	for (size_t i = 0; i < sizeof(keys) / sizeof(keys[0]); i++)
		modes->c_cc[keys[i].key] = keys[i].value;
	/* Some systems have these in the places of VEOF and VEOL. */
	if (VMIN != VEOF)
		modes->c_cc[VMIN] = 1;
	if (VTIME != VEOL)
		modes->c_cc[VTIME] = 0;
}

static int set_sane(int fd, struct error *err)
{
	struct termios modes;
	int flags = fcntl(fd, F_GETFL);

	if (flags >= 0)
		fcntl(fd, F_SETFL, flags & ~O_NONBLOCK);
	if (tcgetattr(fd, &modes) < 0)
		return error_set(err, ERROR_IO,
				 "cannot read the terminal's modes: %s",
				 strerror(errno));
	modes.c_iflag &= ~(tcflag_t)(IGNBRK | IGNCR | INLCR | ISTRIP | PARMRK |
				     IXOFF | INPCK);
	modes.c_iflag |= BRKINT | ICRNL | IXON;
	modes.c_oflag |= OPOST | ONLCR;
	modes.c_cflag |= CREAD;
	modes.c_lflag &= ~(tcflag_t)(ECHONL | NOFLSH | TOSTOP);
	modes.c_lflag |= ISIG | ICANON | IEXTEN | ECHO | ECHOE | ECHOK;
	set_keys(&modes);
	if (tcsetattr(fd, TCSADRAIN, &modes) < 0)
		return error_set(err, ERROR_IO,
				 "cannot set the terminal's modes: %s",
				 strerror(errno));
	return 0;
}

int terminal_reset(struct error *err)
{
	int fd = open("/dev/tty", O_RDWR | O_NOCTTY | O_CLOEXEC);
	int result;

	if (fd < 0)
		return error_set(err, ERROR_USAGE,
				 "there is no terminal here; call it on the "
				 "one that is broken");
	result = write_modes(fd, err);
	if (set_sane(fd, err) < 0)
		result = -1;
	close(fd);
	return result;
}
