/* SPDX-License-Identifier: MIT */
/*
 * A stage that prints 1 GiB, beside the same writer straight to a file of the
 * same file system: every byte is in the log, and the program's anonymous
 * memory stays small with the dashboard open.
 */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <pty.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/file.h"
#include "base/memory.h"
#include "bench/bench.h"

#define BYTES (1ll << 30)
#define ROUNDS 7
#define LIMIT_S 120
#define PEER "straight"
#define STATE ".git/signalbox"

static void write_pipeline(const struct bench *bench)
{
	char *text = xasprintf("name: loud\nstages:\n"
			       "  print: {run: \"exec %s/writer %lld\"}\n",
			       bench->tools, BYTES);

	bench_write("signalbox.yaml", text);
	free(text);
}

static char *log_of(int run)
{
	return xasprintf(STATE "/runs/%d/logs/print.log", run);
}

static FILE *open_file(const char *path)
{
	FILE *file = fopen(path, "r");

	if (!file)
		bench_fail("cannot open %s: %s", path, strerror(errno));
	return file;
}

static void compare(const char *log, const char *peer)
{
	static char left[1 << 16], right[1 << 16];
	FILE *a = open_file(log);
	FILE *b = open_file(peer);
	size_t n;

	do {
		n = fread(left, 1, sizeof(left), a);
		if (fread(right, 1, sizeof(right), b) != n ||
		    memcmp(left, right, n) != 0)
			bench_fail("%s differs from %s", log, peer);
	} while (n > 0);
	fclose(a);
	fclose(b);
}

static bool is_over(int run)
{
	struct str text = STR_INIT;
	char *path = xasprintf(STATE "/runs/%d/journal.ndjson", run);
	bool over = file_read(path, &text, 1 << 24, NULL) == 0 &&
		    strstr(text.data, "\"event\":\"run.finished\"");

	free(path);
	str_release(&text);
	return over;
}

static pid_t open_dashboard(const struct bench *bench, int *terminal)
{
	struct winsize size = {.ws_row = 40, .ws_col = 120};
	pid_t pid = forkpty(terminal, NULL, NULL, &size);

	if (pid == 0) {
		setenv("TERM", "xterm-256color", 1);
		execl(bench->signalbox, bench->signalbox, "run", (char *)NULL);
		_exit(127);
	}
	if (pid < 0)
		bench_fail("no terminal: %s", strerror(errno));
	return pid;
}

/* Until the run is over; what is drawn is read away. Returns the peak of the
 * anonymous memory, in KiB, where it is asked for: to look costs time. */
static long watch(const struct bench *bench, int terminal, int run,
		  bool measure)
{
	int64_t deadline = clock_monotonic_us() + LIMIT_S * 1000000ll;
	long peak = 0;

	while (!is_over(run)) {
		struct pollfd wait = {.fd = terminal, .events = POLLIN};
		char drawn[65536];
		long now = measure ? bench_anonymous_now(bench->signalbox) : 0;

		if (now > peak)
			peak = now;
		if (clock_monotonic_us() > deadline)
			bench_fail("the run did not end in %d s", LIMIT_S);
		if (poll(&wait, 1, measure ? 20 : 2) > 0 &&
		    read(terminal, drawn, sizeof(drawn)) <= 0)
			bench_fail("the dashboard ended too early");
	}
	return peak;
}

static void close_dashboard(pid_t pid, int terminal)
{
	close(terminal); /* the program lets go, and ends: the run is over */
	kill(pid, SIGTERM);
	while (waitpid(pid, NULL, 0) < 0 && errno == EINTR)
		;
}

/* Until the run has ended; the dashboard stays. */
static double time_dashboard(const struct bench *bench, int run)
{
	int64_t began;
	double ms;
	int terminal;
	pid_t pid;

	began = clock_monotonic_us();
	pid = open_dashboard(bench, &terminal);
	watch(bench, terminal, run, false);
	ms = (double)(clock_monotonic_us() - began) / 1000;
	close_dashboard(pid, terminal);
	return ms;
}

/* Compared once the time is taken, and gone before the next. */
static void check_log(int run)
{
	char *log = log_of(run);

	compare(log, ".git/" PEER);
	unlink(log);
	free(log);
}

/* One file is written beforehand, and what is timed is gone before the disk
 * has much of it: nothing waits for what an earlier round left behind. */
static void measure_time(const struct bench *bench)
{
	char *writer = xasprintf("%s/writer", bench->tools);
	char *count = xasprintf("%lld", BYTES);
	const char *run[] = {bench->signalbox, "run", "--no-screen", NULL};
	const char *straight[] = {writer, count, NULL};
	double ours[ROUNDS], shown[ROUNDS], peer[ROUNDS], same[ROUNDS];

	bench_time(straight, ".git/" PEER);
	sync();
	for (int i = 0; i < ROUNDS; i++) {
		peer[i] = same[i] = bench_time(straight, ".git/timed");
		unlink(".git/timed");
		ours[i] = bench_time(run, ".git/ours.txt");
		check_log(2 * i + 1);
		shown[i] = time_dashboard(bench, 2 * i + 2);
		check_log(2 * i + 2);
	}
	bench_row("1 GiB of output into a log, ms", ours, peer, ROUNDS, 1.15);
	bench_row("and with the dashboard open, ms", shown, same, ROUNDS, 1.25);
	free(writer);
	free(count);
}

static void measure_memory(const struct bench *bench)
{
	int terminal;
	pid_t pid = open_dashboard(bench, &terminal);
	long peak = watch(bench, terminal, 2 * ROUNDS + 1, true);

	close_dashboard(pid, terminal);
	bench_measure("anonymous memory, dashboard, MiB", (double)peak / 1024,
		      24);
}

int main(void)
{
	struct bench bench;

	bench_open(&bench, "log");
	write_pipeline(&bench);
	bench_commit();
	measure_time(&bench);
	measure_memory(&bench);
	return bench_close(&bench);
}
