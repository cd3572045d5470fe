/* SPDX-License-Identifier: MIT */
/* Follows a growing file by its name, over a rotation too. */
#ifndef SIGNALBOX_DELIVERY_TRAFFIC_NGINX_TAIL_H
#define SIGNALBOX_DELIVERY_TRAFFIC_NGINX_TAIL_H

#include <stdbool.h>
#include <sys/types.h>

#include "base/error.h"
#include "base/str.h"

struct nginx_tail_file {
	int fd; /* -1: not there yet */
	off_t at;
	struct str part; /* of a line that has no end yet */
	bool skips;	 /* it is too long: the rest of it is none */
};

struct nginx_tail {
	char *path;
	struct nginx_tail_file now;
	/* Had the name before: who writes to it learns of the other later. */
	struct nginx_tail_file before;
};

/* From the end that the file has now; one that is not there yet from its
 * beginning, when it comes. */
void nginx_tail_init(struct nginx_tail *tail, const char *path);
void nginx_tail_release(struct nginx_tail *tail);
/* Hands on each line that was added, of 64 MiB at most: the next time goes on
 * from there. -1 when it cannot be read. */
int nginx_tail_read(struct nginx_tail *tail,
		    void (*take)(const char *line, void *data), void *data,
		    struct error *err) MUST_CHECK;

#endif
