/* SPDX-License-Identifier: MIT */
/*
 * A log of 10 million lines on the screen: a text is looked for in all of it,
 * beside grep; its end is gone to; and what that takes of anonymous memory.
 * Pagers do the same beside it, where they are installed.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/memory.h"
#include "bench/bench.h"
#include "bench/terminal.h"

#define LINES 10000000
#define RARE 10007 /* one line of so many has the text */
#define ROUNDS 7
#define PEER_ROUNDS 3
/* Of the first and the last line: a pager that writes only the cells that
 * changed, or colours what it knows, writes these in one piece. */
#define FIRST "BEGIN"
#define LAST "ZEBRA"
#define LOG ".git/signalbox/runs/1/logs/print.log"

static void write_input(const char *path)
{
	static const char *const words[] = {"cart",    "payment", "refund",
					    "order",   "lookup",  "render",
					    "session", "cookie"};
	FILE *out = fopen(path, "w");

	if (!out)
		bench_fail("cannot write %s", path);
	fputs(FIRST "\n", out);
	/* No time first: lnav would lay them out anew as a log of its own. */
	for (int i = 0; i < LINES; i++)
		fprintf(out,
			"%s at 14:%02d:%02d.%03d id=%d %s took %d ms, "
			"status 200\n",
			words[i % 8], i / 60000 % 60, i / 1000 % 60, i % 1000,
			i * 7 % 1000003, i % RARE ? "done" : "needle",
			i * 13 % 300);
	fputs(LAST "\n", out);
	if (fclose(out) < 0)
		bench_fail("cannot write %s", path);
}

/* A run that is over and has such a log. */
static void make_run(const struct bench *bench)
{
	const char *const run[] = {bench->signalbox, "run", "--no-screen",
				   NULL};
	char *text =
		xasprintf("name: long\nstages:\n"
			  "  print: {source: none, run: \"cat %s/input\"}\n",
			  bench->folder);

	bench_write("signalbox.yaml", text);
	bench_commit();
	write_input("input");
	bench_time(run, NULL);
	unlink("input");
	free(text);
}

static struct bench_terminal *open_log(const struct bench *bench)
{
	const char *const ours[] = {bench->signalbox, "replay", "1", NULL};
	struct bench_terminal *terminal = bench_terminal_start(ours);

	bench_terminal_still(terminal);
	return terminal;
}

static double find(struct bench_terminal *terminal, const char *text)
{
	bench_terminal_type(terminal, text);
	return bench_terminal_type(terminal, "\r");
}

struct measured {
	double found[ROUNDS], jump[ROUNDS], last[ROUNDS];
	double memory, before;
};

static void measure_ours(const struct bench *bench, struct measured *ours,
			 double *grep)
{
	static const char *const peer[] = {"env",    "LC_ALL=C", "grep", "-cF",
					   "needle", LOG,	 NULL};
	struct bench_terminal *terminal = open_log(bench);

	bench_time(peer, "count"); /* warm; to /dev/null it counts nothing */
	ours->before = (double)bench_anonymous_now(bench->signalbox) / 1024;
	for (int i = 0; i < ROUNDS; i++) {
		grep[i] = bench_time(peer, "count");
		bench_terminal_key(terminal, 'g');
		ours->found[i] = find(terminal, "/needle");
		bench_terminal_key(terminal, 'g');
		ours->jump[i] = bench_terminal_key(terminal, 'G');
		bench_terminal_type(terminal, "g");
		ours->last[i] = find(terminal, "/" LAST);
	}
	bench_terminal_key(terminal, 'G');
	ours->memory = (double)bench_anonymous_now(bench->signalbox) / 1024;
	bench_terminal_free(terminal);
}

/* The keys are the same. opens_at_end: where it stands once it has read all. */
static void measure_pager(const char *program, bool opens_at_end,
			  const struct measured *ours)
{
	char *path = bench_find(program);
	const char *const argv[] = {program, LOG, NULL};
	double jump[PEER_ROUNDS], last, memory;
	struct bench_terminal *terminal;

	if (!path)
		return;
	printf("beside %s\n", program);
	terminal = bench_terminal_start(argv);
	if (opens_at_end)
		bench_terminal_ask(terminal, "", LAST);
	else
		bench_terminal_still(terminal);
	for (int i = 0; i < PEER_ROUNDS; i++) {
		if (i || opens_at_end)
			bench_terminal_ask(terminal, "g", FIRST);
		jump[i] = bench_terminal_ask(terminal, "G", LAST);
	}
	bench_terminal_ask(terminal, "g", FIRST);
	last = bench_terminal_ask(terminal, "/" LAST "\r", LAST); /* a minute */
	memory = (double)bench_anonymous_now(path) / 1024;
	bench_terminal_free(terminal);
	bench_pair("  jump to the end, ms", ours->jump[ROUNDS / 2],
		   bench_median(jump, PEER_ROUNDS));
	bench_pair("  find the last line's text, ms", ours->last[ROUNDS / 2],
		   last);
	bench_pair("  anonymous memory, MiB", ours->memory, memory);
	free(path);
}

int main(void)
{
	struct measured ours;
	double grep[ROUNDS];
	struct bench bench;

	bench_open(&bench, "logview");
	make_run(&bench);
	measure_ours(&bench, &ours, grep);
	bench_median(ours.last, ROUNDS);
	bench_row("10M lines: find a text (grep), ms", ours.found, grep, ROUNDS,
		  1.5);
	bench_measure("10M lines: jump to the end, ms",
		      bench_median(ours.jump, ROUNDS), 10);
	bench_measure("10M lines: memory above start, MiB",
		      ours.memory - ours.before, 16);
	measure_pager("less", false, &ours);
	measure_pager("lnav", true, &ours);
	return bench_close(&bench);
}
