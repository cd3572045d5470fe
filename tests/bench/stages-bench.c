/* SPDX-License-Identifier: MIT */
/*
 * What running a stage costs, beside ninja and make on the same commands, two
 * at once: 1,000 stages that do nothing, without a source and with a checkout
 * of one file; and a graph of 10,000 stages, 100 deep, which costs twice what
 * half of it does.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/file.h"
#include "base/str.h"
#include "bench/bench.h"

#define STAGES 1000
#define DEPTH 100
#define ROUNDS 9
/* Done by the shell, and nothing that make would do without one. */
#define COMMAND "test 1"

/* Stages in ranks: each needs two of the rank above it. */
struct graph {
	const char *name; /* of its files in .git */
	const char *source;
	int width, depth;
};

static void add_needs(struct str *text, const struct graph *graph, int i,
		      const char *separator)
{
	int rank = i / graph->width, at = i % graph->width;

	if (rank > 0)
		str_addf(text, "s%05d%ss%05d", (rank - 1) * graph->width + at,
			 separator,
			 (rank - 1) * graph->width + (at + 1) % graph->width);
}

static int stage_count(const struct graph *graph)
{
	return graph->width * graph->depth;
}

static void write_pipeline(const struct graph *graph)
{
	struct str text = STR_INIT;

	str_addf(&text, "name: %s\nstages:\n", graph->name);
	for (int i = 0; i < stage_count(graph); i++) {
		str_addf(&text, "  s%05d: {needs: [", i);
		add_needs(&text, graph, i, ", ");
		str_addf(&text, "], %srun: \"" COMMAND "\"}\n", graph->source);
	}
	bench_write("signalbox.yaml", text.data);
	str_release(&text);
}

static void write_ninja(const struct graph *graph)
{
	struct str text = STR_INIT;

	str_add(&text, "builddir = .git\n"
		       "rule nothing\n  command = " COMMAND "\n");
	for (int i = 0; i < stage_count(graph); i++) {
		str_addf(&text, "build s%05d: nothing ", i);
		add_needs(&text, graph, i, " ");
		str_add(&text, "\n");
	}
	bench_write(".git/peer.ninja", text.data);
	str_release(&text);
}

static void write_make(const struct graph *graph)
{
	struct str text = STR_INIT;

	str_add(&text, "all:");
	for (int i = 0; i < stage_count(graph); i++)
		str_addf(&text, " s%05d", i);
	str_add(&text, "\n");
	for (int i = 0; i < stage_count(graph); i++) {
		str_addf(&text, "s%05d: ", i);
		add_needs(&text, graph, i, " ");
		str_add(&text, "\n\t@" COMMAND "\n");
	}
	bench_write(".git/peer.mk", text.data);
	str_release(&text);
}

/* Every one of them really ran. */
static void check_output(int stages)
{
	struct str text = STR_INIT;
	int passed = 0;

	if (file_read(".git/ours.txt", &text, 16 << 20, NULL) < 0)
		bench_fail("cannot read what was printed");
	for (char *at = text.data; (at = strstr(at, "finished: passed")); at++)
		passed++;
	if (passed != stages)
		bench_fail("%d of %d stages passed", passed, stages);
	str_release(&text);
}

static const char *const ninja[] = {"ninja", "-j2", "-f", ".git/peer.ninja",
				    NULL};
static const char *const make[] = {"make", "-s",	   "-j2",
				   "-f",   ".git/peer.mk", NULL};

static double time_ours(const struct bench *bench, const struct graph *graph)
{
	const char *run[] = {bench->signalbox, "run", "--jobs", "2",
			     "--no-screen",    NULL};
	double ms = bench_time(run, ".git/ours.txt");

	check_output(stage_count(graph));
	return ms;
}

static void commit(const struct graph *graph)
{
	write_pipeline(graph);
	bench_commit();
	write_ninja(graph);
	write_make(graph);
}

/* Beside the better of the two. */
static void measure(const struct bench *bench, const char *what,
		    const struct graph *graph, double limit)
{
	double ours[ROUNDS], by_ninja[ROUNDS], by_make[ROUNDS];
	bool make_is_better;

	commit(graph);
	for (int i = 0; i < ROUNDS; i++) {
		ours[i] = time_ours(bench, graph);
		by_ninja[i] = bench_time(ninja, ".git/peer.txt");
		by_make[i] = bench_time(make, ".git/peer.txt");
	}
	make_is_better =
		bench_median(by_make, ROUNDS) < bench_median(by_ninja, ROUNDS);
	printf("the better peer of the next row is %s\n",
	       make_is_better ? "make" : "ninja");
	bench_row(what, ours, make_is_better ? by_make : by_ninja, ROUNDS,
		  limit);
}

static void measure_memory(const struct bench *bench)
{
	const char *run[] = {bench->signalbox, "run", "--jobs", "2",
			     "--no-screen",    NULL};

	bench_pair("its anonymous memory, MiB (ninja)",
		   bench_anonymous(run, ".git/ours.txt"),
		   bench_anonymous(ninja, ".git/peer.txt"));
}

static void measure_growth(const struct bench *bench)
{
	const struct graph whole = {"whole", "source: none, ", 100, DEPTH};
	const struct graph half = {"half", "source: none, ", 50, DEPTH};
	double by_whole[3], by_half[3];

	for (int i = 0; i < 3; i++) {
		commit(&whole);
		by_whole[i] = time_ours(bench, &whole);
		commit(&half);
		by_half[i] = 2 * time_ours(bench, &half);
	}
	bench_row("10,000 stages, twice 5,000, ms", by_whole, by_half, 3, 1.15);
}

/* The same jobs under what GitLab's pipelines are run with on a laptop. */
static void measure_gitlab(const struct bench *bench)
{
	static const char *const theirs[] = {"gitlab-ci-local", "--concurrency",
					     "2", NULL};
	static const char *const remote[] = {
		"git",
		"remote",
		"add",
		"origin",
		"https://gitlab.invalid/team/bench.git",
		NULL};
	const struct graph few = {"few", "", 100, 1};
	struct str text = STR_INIT;
	char *path = bench_find(theirs[0]);
	double ours[3], peer[3];

	if (!path)
		return;
	for (int i = 0; i < stage_count(&few); i++)
		str_addf(&text, "s%05d: {needs: [], script: ['" COMMAND "']}\n",
			 i);
	bench_write(".gitlab-ci.yml", text.data);
	commit(&few);
	bench_time(remote, NULL);
	for (int i = 0; i < 3; i++) {
		ours[i] = time_ours(bench, &few);
		peer[i] = bench_time(theirs, ".git/peer.txt");
	}
	bench_row("100 stages, one file (gitlab-ci-local), ms", ours, peer, 3,
		  1);
	str_release(&text);
	free(path);
}

int main(void)
{
	const struct graph bare = {"bare", "source: none, ", STAGES, 1};
	const struct graph source = {"source", "", STAGES, 1};
	const struct graph deep = {"deep", "source: none, ", 100, DEPTH};
	struct bench bench;

	bench_open(&bench, "stages");
	measure(&bench, "1,000 stages, no source, ms", &bare, 1.2);
	measure_memory(&bench);
	measure(&bench, "1,000 stages, one file, ms", &source, 1.6);
	measure(&bench, "10,000 stages, 100 deep, ms", &deep, 1.6);
	measure_memory(&bench);
	measure_growth(&bench);
	measure_gitlab(&bench);
	return bench_close(&bench);
}
