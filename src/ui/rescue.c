/* SPDX-License-Identifier: MIT */
#include "ui/rescue.h"

#include <poll.h>
#include <signal.h>
#include <string.h>
#include <unistd.h>

#include "base/memory.h"

static const int signals[] = {SIGTERM, SIGINT, SIGSEGV, SIGABRT,
			      SIGBUS,  SIGILL, SIGFPE,	SIGQUIT};

/* A handler can be given nothing: this must be static. */
static struct {
	volatile sig_atomic_t armed;
	int fd;
	size_t len;
	char text[RESCUE_BYTES];
	struct termios modes;
	struct sigaction before[ARRAY_SIZE(signals)];
} rescue;

static void restore(void)
{
	size_t sent = 0;

	while (sent < rescue.len) {
		ssize_t n =
			write(rescue.fd, rescue.text + sent, rescue.len - sent);

		if (n <= 0)
			break;
		sent += (size_t)n;
	}
	/* In the background tcsetattr() would stop this process. */
	signal(SIGTTOU, SIG_IGN);
	tcsetattr(rescue.fd, TCSANOW, &rescue.modes);
}

static void handle(int number)
{
	if (rescue.armed) {
		rescue.armed = 0;
		restore();
	}
	signal(number, SIG_DFL);
	raise(number);
}

static void install(void)
{
	struct sigaction action;

	memset(&action, 0, sizeof(action));
	action.sa_handler = handle;
	sigfillset(&action.sa_mask);
	for (size_t i = 0; i < ARRAY_SIZE(signals); i++)
		sigaction(signals[i], &action, &rescue.before[i]);
}

void rescue_arm(int fd, const char *text, size_t len,
		const struct termios *modes)
{
	rescue_disarm();
	rescue.fd = fd;
	rescue.len = len < RESCUE_BYTES ? len : RESCUE_BYTES;
	memcpy(rescue.text, text, rescue.len);
	rescue.modes = *modes;
	install();
	rescue.armed = 1;
}

void rescue_restore(void)
{
	struct pollfd fd = {.fd = rescue.fd, .events = POLLOUT};

	if (!rescue.armed)
		return;
	if (poll(&fd, 1, 0) > 0 && (fd.revents & POLLOUT))
		restore();
	rescue_disarm();
}

void rescue_disarm(void)
{
	if (!rescue.armed)
		return;
	rescue.armed = 0;
	for (size_t i = 0; i < ARRAY_SIZE(signals); i++)
		sigaction(signals[i], &rescue.before[i], NULL);
}
