/* SPDX-License-Identifier: MIT */
/*
 * The screen: from the start to the first one that stands still, in a
 * repository of 2,000 commits beside tig, and in one of 200,000 beside that;
 * from a key to its frame, while a stage prints 100,000 lines a second; what
 * it costs when nothing runs.
 */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/file.h"
#include "base/memory.h"
#include "bench/bench.h"
#include "bench/terminal.h"

#define FEW 2000
#define MANY 200000
#define ROUNDS 9
#define LINES_A_SECOND 100000
#define KEYS 600
#define KEY_EVERY_MS 20
#define IDLE_MS 20000

static const char pipeline[] = "name: screen\n"
			       "stages:\n"
			       "  unit: {source: none, run: \"true\"}\n";

static void add_file(FILE *out, const char *path, const char *text)
{
	fprintf(out, "M 100644 inline %s\ndata %zu\n%s\n", path, strlen(text),
		text);
}

/* A stream for git fast-import: a file changes in every commit. */
static void write_history(const char *path, int commits)
{
	FILE *out = fopen(path, "w");

	if (!out)
		bench_fail("cannot write %s", path);
	for (int i = 1; i <= commits; i++) {
		char subject[64], text[64];

		snprintf(subject, sizeof(subject), "Change number %d", i);
		snprintf(text, sizeof(text), "%d\n", i);
		fprintf(out,
			"commit refs/heads/main\n"
			"committer Bench <bench@example.org> %d +0000\n"
			"data %zu\n%s\n",
			1600000000 + i * 60, strlen(subject), subject);
		if (i == 1)
			add_file(out, "signalbox.yaml", pipeline);
		add_file(out, "number", text);
		fputc('\n', out);
	}
	if (fclose(out) < 0)
		bench_fail("cannot write %s", path);
}

static void shell(const char *format, ...)
	__attribute__((format(printf, 1, 2)));
static void shell(const char *format, ...)
{
	va_list args;
	char *text;

	va_start(args, format);
	text = xvasprintf(format, args);
	va_end(args);
	bench_time((const char *const[]){"/bin/sh", "-c", text, NULL}, NULL);
	free(text);
}

/* A repository of so many commits with one run that is over, in a folder. */
static void make_repository(const struct bench *bench, const char *folder,
			    int commits)
{
	write_history("stream", commits);
	shell("git init -q -b main %s && cd %s && "
	      "git fast-import --quiet <../stream && git reset -q --hard && "
	      "%s run --no-screen",
	      folder, folder, bench->signalbox);
	unlink("stream");
}

static void go(const char *folder)
{
	if (chdir(folder) < 0)
		bench_fail("cannot go to %s", folder);
}

static double first_screen(const char *const *argv)
{
	struct bench_terminal *terminal = bench_terminal_start(argv);
	double ms = bench_terminal_still(terminal);

	bench_terminal_free(terminal);
	return ms;
}

static bool has_tig(void)
{
	return system("tig --version >/dev/null 2>&1") == 0;
}

static void measure_start(const struct bench *bench)
{
	const char *const ours[] = {bench->signalbox, NULL};
	const char *const tig[] = {"tig", NULL};
	double few[ROUNDS], again[ROUNDS], by_tig[ROUNDS], many[ROUNDS];
	bool beside_tig = has_tig();

	for (int i = 0; i < ROUNDS; i++) {
		go("few");
		few[i] = again[i] = first_screen(ours);
		if (beside_tig)
			by_tig[i] = first_screen(tig);
		go("../many");
		many[i] = first_screen(ours);
		go("..");
	}
	if (beside_tig)
		bench_row("first screen, 2,000 commits (tig)", few, by_tig,
			  ROUNDS, 1.0);
	else
		printf("first screen beside tig: left out, tig is not "
		       "installed\n");
	bench_row("200,000 commits beside 2,000, ms", many, again, ROUNDS, 1.5);
}

/* CPU milliseconds of a process so far; -1 where it cannot be had. */
static double cpu_ms(pid_t pid)
{
	struct timespec now;
	clockid_t clock;

	if (clock_getcpuclockid(pid, &clock) != 0 ||
	    clock_gettime(clock, &now) < 0)
		return -1;
	return (double)now.tv_sec * 1000 + (double)now.tv_nsec / 1000000;
}

static double cpu_of_all(const struct bench *bench)
{
	pid_t pids[32];
	size_t count = bench_processes(bench->signalbox, pids, 32);
	double sum = 0;

	for (size_t i = 0; i < count; i++)
		sum += cpu_ms(pids[i]);
	return count ? sum : -1;
}

static void measure_idle(const struct bench *bench)
{
	const char *const ours[] = {bench->signalbox, NULL};
	struct bench_terminal *terminal;
	double before, used;
	long bytes;

	go("few");
	terminal = bench_terminal_start(ours);
	bench_terminal_still(terminal);
	bench_terminal_watch(terminal, 1000);
	before = cpu_of_all(bench);
	bytes = bench_terminal_watch(terminal, IDLE_MS);
	used = cpu_of_all(bench) - before;
	bench_measure("no live run: bytes in 20 s", (double)bytes, 0);
	if (before < 0)
		printf("no live run: CPU left out, this system does not tell "
		       "it\n");
	else
		bench_measure("no live run: CPU, thousandths",
			      used / IDLE_MS * 1000, 1);
	bench_terminal_free(terminal);
	go("..");
}

/* Of the loud stage's log, 0 while there is none. */
static long long log_lines(void)
{
	struct stat status;

	if (stat(".git/signalbox/runs/2/logs/loud.log", &status) < 0)
		return 0;
	return (long long)status.st_size / 64;
}

static int compare(const void *left, const void *right)
{
	double a = *(const double *)left;
	double b = *(const double *)right;

	return (a > b) - (a < b);
}

static void type_keys(struct bench_terminal *terminal)
{
	static double ms[KEYS];
	int64_t began = clock_monotonic_us();
	long long lines = log_lines();

	for (int i = 0; i < KEYS; i++) {
		bench_terminal_watch(terminal, KEY_EVERY_MS);
		ms[i] = bench_terminal_key(terminal, '\t');
	}
	lines = (log_lines() - lines) * 1000000 /
		(clock_monotonic_us() - began);
	if (lines < LINES_A_SECOND * 9 / 10)
		printf("the next row saw only %lld lines a second\n", lines);
	qsort(ms, KEYS, sizeof(ms[0]), compare);
	bench_measure("100,000 lines/s: key to frame, p50 ms", ms[KEYS / 2],
		      16);
	bench_measure("100,000 lines/s: key to frame, p99 ms",
		      ms[KEYS * 99 / 100], 16);
}

static void measure_keys(const struct bench *bench)
{
	const char *const ours[] = {bench->signalbox, "run", NULL};
	struct bench_terminal *terminal;
	char *text = xasprintf("name: screen\nstages:\n"
			       "  loud: {source: none, run: \"%s/writer "
			       "200000000 %d\"}\n",
			       bench->tools, LINES_A_SECOND);

	go("few");
	bench_write("signalbox.yaml", text);
	shell("git -c user.name=Bench -c user.email=bench@example.org "
	      "commit -qam 'A loud stage'");
	terminal = bench_terminal_start(ours);
	while (!log_lines())
		bench_terminal_watch(terminal, 10);
	bench_terminal_watch(terminal, 1000);
	type_keys(terminal);
	shell("%s cancel 2", bench->signalbox);
	shell("%s status 2 --until done --timeout 20s; true", bench->signalbox);
	bench_terminal_free(terminal);
	free(text);
	go("..");
}

int main(void)
{
	struct bench bench;

	bench_open(&bench, "screen");
	make_repository(&bench, "few", FEW);
	make_repository(&bench, "many", MANY);
	measure_start(&bench);
	measure_idle(&bench);
	measure_keys(&bench);
	return bench_close(&bench);
}
