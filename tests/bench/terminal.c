/* SPDX-License-Identifier: MIT */
#include "bench/terminal.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <pty.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/wait.h>
#include <termios.h>
#include <unistd.h>
#include <utmp.h>

#include "base/clock.h"
#include "base/memory.h"
#include "base/str.h"
#include "bench/bench.h"

#define STILL_MS 200
#define PATIENCE_US (20 * INT64_C(1000000))

struct bench_terminal {
	pid_t pid;
	int master;
	int frames; /* what the program reports of them */
	struct str reports;
	long long keys_sent, keys_counted;
	int64_t began_us, wrote_us; /* the start, the last byte */
	long bytes;
	struct str *heard; /* what was written since; NULL: not wanted */
	bool is_entered, is_closed;
};

static void become(const char *const *argv, int slave, int frames)
{
	char text[16];

	if (login_tty(slave) < 0)
		_exit(126);
	snprintf(text, sizeof(text), "%d", frames);
	setenv("SIGNALBOX_TEST_FD", text, 1);
	setenv("TERM", "xterm-256color", 1);
	setenv("LC_ALL", "C.UTF-8", 1);
	execvp(argv[0], (char *const *)argv);
	_exit(127);
}

struct bench_terminal *bench_terminal_start(const char *const *argv)
{
	struct winsize size = {.ws_row = 40, .ws_col = 120};
	struct bench_terminal *terminal = xcalloc(1, sizeof(*terminal));
	int frames[2];
	int slave;

	str_init(&terminal->reports);
	if (pipe(frames) < 0 ||
	    openpty(&terminal->master, &slave, NULL, NULL, &size) < 0)
		bench_fail("no terminal: %s", strerror(errno));
	terminal->began_us = clock_monotonic_us();
	terminal->pid = fork();
	if (terminal->pid < 0)
		bench_fail("cannot fork: %s", strerror(errno));
	if (terminal->pid == 0) {
		close(terminal->master);
		close(frames[0]);
		become(argv, slave, frames[1]);
	}
	close(slave);
	close(frames[1]);
	terminal->frames = frames[0];
	fcntl(terminal->master, F_SETFD, FD_CLOEXEC);
	fcntl(terminal->master, F_SETFL, O_NONBLOCK);
	fcntl(terminal->frames, F_SETFD, FD_CLOEXEC);
	fcntl(terminal->frames, F_SETFL, O_NONBLOCK);
	return terminal;
}

static void take_screen(struct bench_terminal *terminal)
{
	char buffer[65537];
	ssize_t got;

	while ((got = read(terminal->master, buffer, sizeof(buffer) - 1)) > 0) {
		buffer[got] = '\0';
		terminal->is_entered =
			terminal->is_entered || strstr(buffer, "\033[?1049h");
		terminal->bytes += got;
		if (terminal->heard)
			str_add_bytes(terminal->heard, buffer, (size_t)got);
		terminal->wrote_us = clock_monotonic_us();
	}
	if (got == 0 || (got < 0 && errno != EAGAIN && errno != EINTR))
		terminal->is_closed = true;
}

static void take_reports(struct bench_terminal *terminal)
{
	char buffer[4096];
	char *line, *end;
	ssize_t got;

	while ((got = read(terminal->frames, buffer, sizeof(buffer))) > 0)
		str_add_bytes(&terminal->reports, buffer, (size_t)got);
	for (line = terminal->reports.data; (end = strchr(line, '\n'));
	     line = end + 1)
		sscanf(line, "frame %*d seq %*d keys %lld",
		       &terminal->keys_counted);
	str_drop(&terminal->reports, (size_t)(line - terminal->reports.data));
}

/* False when nothing came in the time. */
static bool turn(struct bench_terminal *terminal, int ms)
{
	struct pollfd fds[] = {
		{.fd = terminal->master, .events = POLLIN},
		{.fd = terminal->frames, .events = POLLIN},
	};
	bool any = poll(fds, 2, ms) > 0;

	take_screen(terminal);
	take_reports(terminal);
	return any;
}

double bench_terminal_still(struct bench_terminal *terminal)
{
	int64_t until = clock_monotonic_us() + PATIENCE_US;

	while (!terminal->wrote_us ||
	       clock_monotonic_us() - terminal->wrote_us < STILL_MS * 1000) {
		if (terminal->is_closed || clock_monotonic_us() > until)
			bench_fail("no screen that stands still");
		turn(terminal, 20);
	}
	if (!terminal->is_entered)
		bench_fail("the program did not take the whole screen");
	return (double)(terminal->wrote_us - terminal->began_us) / 1000;
}

double bench_terminal_key(struct bench_terminal *terminal, char key)
{
	int64_t began = clock_monotonic_us();

	terminal->keys_sent++;
	if (write(terminal->master, &key, 1) != 1)
		bench_fail("cannot type: %s", strerror(errno));
	while (terminal->keys_counted < terminal->keys_sent) {
		if (terminal->is_closed ||
		    clock_monotonic_us() - began > PATIENCE_US)
			bench_fail("a key was never answered");
		turn(terminal, 100);
	}
	return (double)(clock_monotonic_us() - began) / 1000;
}

double bench_terminal_type(struct bench_terminal *terminal, const char *text)
{
	int64_t began = clock_monotonic_us();
	size_t len = strlen(text);

	/* What was typed is answered, however late. */
	terminal->wrote_us = 0;
	terminal->keys_sent += (long long)len;
	if (write(terminal->master, text, len) != (ssize_t)len)
		bench_fail("cannot type: %s", strerror(errno));
	bench_terminal_still(terminal);
	return (double)(terminal->wrote_us - began) / 1000;
}

double bench_terminal_ask(struct bench_terminal *terminal, const char *text,
			  const char *answer)
{
	int64_t began = clock_monotonic_us();
	struct str heard = STR_INIT;

	terminal->heard = &heard;
	if (write(terminal->master, text, strlen(text)) < 0)
		bench_fail("cannot type: %s", strerror(errno));
	while (!strstr(heard.data, answer)) {
		if (terminal->is_closed ||
		    clock_monotonic_us() - began > 6 * PATIENCE_US)
			bench_fail("'%s' was never answered", text);
		turn(terminal, 100);
	}
	terminal->heard = NULL;
	str_release(&heard);
	return (double)(clock_monotonic_us() - began) / 1000;
}

long bench_terminal_watch(struct bench_terminal *terminal, int ms)
{
	int64_t until = clock_monotonic_us() + (int64_t)ms * 1000;
	long before = terminal->bytes;
	int64_t now;

	while ((now = clock_monotonic_us()) < until && !terminal->is_closed)
		turn(terminal, (int)((until - now) / 1000) + 1);
	return terminal->bytes - before;
}

void bench_terminal_free(struct bench_terminal *terminal)
{
	int64_t until = clock_monotonic_us() + PATIENCE_US / 10;

	if (write(terminal->master, "q", 1) != 1)
		terminal->is_closed = true;
	while (!terminal->is_closed && clock_monotonic_us() < until)
		turn(terminal, 20);
	if (waitpid(terminal->pid, NULL, WNOHANG) == 0) {
		kill(terminal->pid, SIGHUP);
		close(terminal->master);
		waitpid(terminal->pid, NULL, 0);
	} else {
		close(terminal->master);
	}
	close(terminal->frames);
	str_release(&terminal->reports);
	free(terminal);
}
