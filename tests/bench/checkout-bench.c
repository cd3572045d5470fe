/* SPDX-License-Identifier: MIT */
/* A run of one stage in a repository of 2,000 files that has never run
 * before, beside a work tree made by git with one target made in it. */
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>

#include "base/file.h"
#include "base/memory.h"
#include "bench/bench.h"

#define FILES 2000
#define ROUNDS 9

static void write_files(void)
{
	for (int i = 0; i < FILES; i++) {
		char *folder = xasprintf("part%02d", i % 40);
		char *path = xasprintf("%s/file%04d.c", folder, i);
		char *text = xasprintf("int value_%d = %d;\n%4000d\n", i, i, i);

		mkdir(folder, 0755);
		bench_write(path, text);
		free(text);
		free(path);
		free(folder);
	}
	bench_write("Makefile", "one:\n\t@test -f part00/file0000.c\n");
	bench_write("signalbox.yaml",
		    "name: files\nstages:\n  one: {run: make one}\n");
}

static void remove_folder(const char *path)
{
	struct error err = ERROR_INIT;

	if (folder_remove(path, &err) < 0)
		bench_fail("%s", error_text(&err));
}

int main(void)
{
	const char *peer_argv[] = {
		"sh", "-c",
		"git worktree add --quiet --detach .git/peer HEAD &&"
		" make -s -C .git/peer one",
		NULL};
	static const char *const prune[] = {"git", "worktree", "prune", NULL};
	double ours[ROUNDS], again[ROUNDS], peer[ROUNDS], next[ROUNDS];
	struct bench bench;

	bench_open(&bench, "checkout");
	write_files();
	bench_commit();
	for (int i = 0; i < ROUNDS; i++) {
		const char *run[] = {bench.signalbox, "run", "--no-screen",
				     NULL};

		ours[i] = bench_time(run, ".git/ours.txt");
		again[i] = bench_time(run, ".git/ours.txt");
		remove_folder(".git/signalbox");
		next[i] = peer[i] = bench_time(peer_argv, ".git/peer.txt");
		remove_folder(".git/peer");
		bench_time(prune, NULL);
	}
	bench_row("first run, 2,000 files, ms", ours, peer, ROUNDS, 1.2);
	bench_row("second run, 2,000 files, ms", again, next, ROUNDS, 1.2);
	return bench_close(&bench);
}
