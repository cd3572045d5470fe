/* SPDX-License-Identifier: MIT */
/*
 * What the programs of `make bench` share: time ours and a peer's on the same
 * work, in turns, in the same run, and print one row of medians.
 *
 *	struct bench bench;
 *
 *	bench_open(&bench, "stages");
 *	for (int i = 0; i < ROUNDS; i++) {
 *		ours[i] = bench_time(&bench, our_argv, "ours.txt");
 *		peer[i] = bench_time(&bench, peer_argv, "peer.txt");
 *	}
 *	bench_row("1,000 stages, ms", ours, peer, ROUNDS, 2.0);
 *	return bench_close(&bench);
 *
 * A bench that cannot be done ends with words and status 1; one that misses
 * its limit says so and ends with 0: a time depends on the machine.
 */
#ifndef SIGNALBOX_BENCH_BENCH_H
#define SIGNALBOX_BENCH_BENCH_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

struct bench {
	char *folder;	 /* made for this bench, on the build's file system */
	char *signalbox; /* the program under test */
	char *tools;	 /* where the bench's own programs are */
};

/* Makes the folder and goes there. Takes what make bench exports. */
void bench_open(struct bench *bench, const char *name);
/* Removes the folder. Returns 0, for main. */
int bench_close(struct bench *bench);

/* Ends the bench with these words. */
void bench_fail(const char *format, ...)
	__attribute__((noreturn, format(printf, 1, 2)));

/* Writes a file of the folder. */
void bench_write(const char *path, const char *text);
/* Makes the folder a git repository with everything in it committed. */
void bench_commit(void);

/* The file that a name of a program leads to, owned by the caller; NULL where
 * it is not installed, which is said. */
char *bench_find(const char *program);

/* Runs argv with no input and its output in the file `output` (NULL: none of
 * it is kept); waits; fails unless it ends with 0. Returns milliseconds. */
double bench_time(const char *const *argv, const char *output);

/* Runs argv the same way and returns the peak, in MiB, of the anonymous memory
 * of those of its processes that are the same program as argv[0]. */
double bench_anonymous(const char *const *argv, const char *output);

/* The processes of this program that work in the current folder, at most
 * `most`. Returns how many. */
size_t bench_processes(const char *program, pid_t *pids, size_t most);
/* The anonymous memory, in KiB, of the processes of this program that work in
 * the bench's folder now. */
long bench_anonymous_now(const char *program);

/* Sorts the values. */
double bench_median(double *values, size_t count);
/* Prints what, the two medians, their ratio, the limit and whether it holds;
 * sorts the values. */
void bench_row(const char *what, double *ours, double *peer, size_t count,
	       double limit);
/* Prints two measures of the same thing beside each other. */
void bench_pair(const char *what, double ours, double peer);
/* A measure that has a limit of its own and no peer. */
void bench_measure(const char *what, double value, double limit);

#endif
