/* SPDX-License-Identifier: MIT */
/* 1,000 stages that do nothing, in a repository of one file, two at once,
 * beside ninja on the same commands. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/file.h"
#include "base/str.h"
#include "bench/bench.h"

#define STAGES 1000
#define ROUNDS 5
#define COMMAND ":"

static void write_pipeline(void)
{
	struct str text = STR_INIT;

	str_add(&text, "name: many\nstages:\n");
	for (int i = 0; i < STAGES; i++)
		str_addf(&text, "  s%04d: {needs: [], run: \"" COMMAND "\"}\n",
			 i);
	bench_write("signalbox.yaml", text.data);
	str_release(&text);
}

static void write_ninja(const char *path)
{
	struct str text = STR_INIT;

	str_add(&text, "builddir = .git\n"
		       "rule nothing\n  command = " COMMAND "\n");
	for (int i = 0; i < STAGES; i++)
		str_addf(&text, "build s%04d: nothing\n", i);
	bench_write(path, text.data);
	str_release(&text);
}

/* Every one of them really ran. */
static void check_output(const char *path)
{
	struct str text = STR_INIT;
	int passed = 0;

	if (file_read(path, &text, 16 << 20, NULL) < 0)
		bench_fail("cannot read %s", path);
	for (char *at = text.data; (at = strstr(at, "finished: passed")); at++)
		passed++;
	if (passed != STAGES)
		bench_fail("%d of %d stages passed", passed, STAGES);
	str_release(&text);
}

int main(void)
{
	double ours[ROUNDS], peer[ROUNDS];
	struct bench bench;

	bench_open(&bench, "stages");
	write_pipeline();
	bench_commit();
	write_ninja(".git/many.ninja");
	for (int i = 0; i < ROUNDS; i++) {
		const char *run[] = {bench.signalbox, "run", "--jobs", "2",
				     "--no-screen",   NULL};
		const char *ninja[] = {"ninja", "-j2", "-f", ".git/many.ninja",
				       NULL};

		ours[i] = bench_time(run, ".git/ours.txt");
		check_output(".git/ours.txt");
		peer[i] = bench_time(ninja, ".git/peer.txt");
	}
	bench_row("1,000 stages beside ninja, ms", ours, peer, ROUNDS, 2.0);
	return bench_close(&bench);
}
