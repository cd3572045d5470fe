/* SPDX-License-Identifier: MIT */
/*
 * A stage that prints 1 GiB, beside the same writer straight to a file of the
 * same file system: every byte is in the log, and the program's anonymous
 * memory stays small with the dashboard open.
 */
#include <dirent.h>
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

/* What earlier rounds left to the disk is not this one's to wait for. */
static double time_fresh(const char *const *argv, const char *output)
{
	sync();
	return bench_time(argv, output);
}

static void measure_time(const struct bench *bench)
{
	char *writer = xasprintf("%s/writer", bench->tools);
	char *count = xasprintf("%lld", BYTES);
	const char *run[] = {bench->signalbox, "run", "--no-screen", NULL};
	const char *straight[] = {writer, count, NULL};
	double ours[ROUNDS], peer[ROUNDS];

	for (int i = 0; i < ROUNDS; i++) {
		char *log = log_of(i + 1);

		ours[i] = time_fresh(run, ".git/ours.txt");
		peer[i] = time_fresh(straight, ".git/" PEER);
		compare(log, ".git/" PEER);
		unlink(log);
		unlink(".git/" PEER);
		free(log);
	}
	bench_row("1 GiB of output into a log, ms", ours, peer, ROUNDS, 1.5);
	free(writer);
	free(count);
}

static bool read_status(const char *process, const char *key, long *value)
{
	char *path = xasprintf("/proc/%s/status", process);
	FILE *file = fopen(path, "r");
	bool found = false;
	char line[256];

	free(path);
	while (file && !found && fgets(line, sizeof(line), file))
		found = strncmp(line, key, strlen(key)) == 0 &&
			sscanf(line + strlen(key), "%ld", value) == 1;
	if (file)
		fclose(file);
	return found;
}

static bool is_signalbox(const char *process, const struct bench *bench)
{
	char *path = xasprintf("/proc/%s/exe", process);
	char target[4096];
	ssize_t n = readlink(path, target, sizeof(target) - 1);

	free(path);
	target[n > 0 ? n : 0] = '\0';
	return strcmp(target, bench->signalbox) == 0;
}

/* The anonymous memory, in KiB, of those of our processes that run here:
 * launcher, guard, program. */
static long anonymous_kib(const struct bench *bench)
{
	DIR *dir = opendir("/proc");
	struct dirent *entry;
	long sum = 0;

	while (dir && (entry = readdir(dir))) {
		char *link = xasprintf("/proc/%s/cwd", entry->d_name);
		char folder[4096];
		ssize_t n = readlink(link, folder, sizeof(folder) - 1);
		long kib;

		free(link);
		folder[n > 0 ? n : 0] = '\0';
		if (strcmp(folder, bench->folder) == 0 &&
		    is_signalbox(entry->d_name, bench) &&
		    read_status(entry->d_name, "RssAnon:", &kib))
			sum += kib;
	}
	if (dir)
		closedir(dir);
	return sum;
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

/* Samples until the run is over; what the dashboard draws is read away. */
static long watch(const struct bench *bench, int terminal, int run)
{
	int64_t deadline = clock_monotonic_us() + LIMIT_S * 1000000ll;
	long peak = 0;

	while (!is_over(run)) {
		struct pollfd wait = {.fd = terminal, .events = POLLIN};
		char drawn[65536];
		long now = anonymous_kib(bench);

		if (now > peak)
			peak = now;
		if (clock_monotonic_us() > deadline)
			bench_fail("the run did not end in %d s", LIMIT_S);
		if (poll(&wait, 1, 20) > 0 &&
		    read(terminal, drawn, sizeof(drawn)) <= 0)
			bench_fail("the dashboard ended too early");
	}
	return peak;
}

static void measure_memory(const struct bench *bench)
{
	struct winsize size = {.ws_row = 40, .ws_col = 120};
	int terminal;
	pid_t pid = forkpty(&terminal, NULL, NULL, &size);
	long peak;

	if (pid == 0) {
		setenv("TERM", "xterm-256color", 1);
		execl(bench->signalbox, bench->signalbox, "run", (char *)NULL);
		_exit(127);
	}
	if (pid < 0)
		bench_fail("no terminal: %s", strerror(errno));
	peak = watch(bench, terminal, ROUNDS + 1);
	close(terminal); /* the program lets go, and ends: the run is over */
	kill(pid, SIGTERM);
	while (waitpid(pid, NULL, 0) < 0 && errno == EINTR)
		;
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
