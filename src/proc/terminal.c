/* SPDX-License-Identifier: MIT */
#include "proc/terminal.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <termios.h>
#include <unistd.h>

/* What a terminal does to bytes is undone by hand: cfmakeraw() is no POSIX. */
static int make_raw(int fd)
{
	const struct winsize size = {.ws_row = 24, .ws_col = 80};
	struct termios mode;

	if (tcgetattr(fd, &mode) < 0)
		return -1;
	mode.c_iflag = 0;
	mode.c_oflag = 0;
	mode.c_lflag = 0;
	mode.c_cc[VMIN] = 1;
	mode.c_cc[VTIME] = 0;
	if (tcsetattr(fd, TCSANOW, &mode) < 0)
		return -1;
	(void)ioctl(fd, TIOCSWINSZ, &size); /* 0 by 0 else, which is legal */
	return 0;
}

static int open_child_side(int reader)
{
	const char *name;
	int fd;

	if (grantpt(reader) < 0 || unlockpt(reader) < 0)
		return -1;
	name = ptsname(reader);
	fd = name ? open(name, O_RDWR | O_NOCTTY | O_CLOEXEC) : -1;
	if (fd >= 0 && make_raw(fd) < 0) {
		close(fd);
		return -1;
	}
	return fd;
}

int terminal_open(int *reader, struct error *err)
{
	int own = posix_openpt(O_RDWR | O_NOCTTY);
	int fd = own < 0 ? -1 : open_child_side(own);

	if (fd < 0) {
		error_set(err, ERROR_IO, "cannot make a terminal: %s",
			  strerror(errno));
		if (own >= 0)
			close(own);
		return -1;
	}
	fcntl(own, F_SETFD, FD_CLOEXEC);
	fcntl(own, F_SETFL, O_NONBLOCK);
	*reader = own;
	return fd;
}
