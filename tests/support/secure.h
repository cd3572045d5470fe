/* SPDX-License-Identifier: MIT */
/* An https server on loopback with a certificate of its own making, which
 * nobody vouches for. */
#ifndef SIGNALBOX_TESTS_SUPPORT_SECURE_H
#define SIGNALBOX_TESTS_SUPPORT_SECURE_H

#include <stdio.h>
#include <sys/types.h>

struct secure {
	pid_t pid; /* 0: it does not run */
	int port;
	FILE *output;
};

/* Skips the test, with a word, where openssl is absent. Certificate and key
 * are written into the folder. Answers GET with 200. */
void secure_start(struct secure *secure, const char *folder);
void secure_stop(struct secure *secure);

#endif
