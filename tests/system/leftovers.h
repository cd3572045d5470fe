/* SPDX-License-Identifier: MIT */
/*
 * Ends what a site has started, whatever becomes of the test: a process that
 * outlives the test program, also one killed by its time limit, and then ends
 * by pid all that runs with the site's folder as its HOME.
 */
#ifndef SIGNALBOX_TESTS_SYSTEM_LEFTOVERS_H
#define SIGNALBOX_TESTS_SYSTEM_LEFTOVERS_H

#include <sys/types.h>

struct leftovers {
	pid_t pid;
	int fd;
};

/* The folder is removed too when leftovers_end() is never called. */
void leftovers_watch(struct leftovers *leftovers, const char *folder);
/* Returns when nothing of the folder runs; says what had to be ended. */
void leftovers_end(struct leftovers *leftovers);

#endif
