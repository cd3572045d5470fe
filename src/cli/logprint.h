/* SPDX-License-Identifier: MIT */
/* A stage's log on standard output, now or as it grows: the bytes into a file
 * or pipe, made printable on a terminal. */
#ifndef SIGNALBOX_CLI_LOGPRINT_H
#define SIGNALBOX_CLI_LOGPRINT_H

#include <stdbool.h>
#include <stdint.h>

#include "base/error.h"

struct logprint;

struct logprint_options {
	int64_t since_ms; /* what was printed earlier is left out; 0: nothing */
	int64_t tail;	  /* so many last lines; -1: all */
	bool timestamps;
};

/* NULL when there is no such file, which is no error, or with err. */
struct logprint *logprint_open(const char *path,
			       const struct logprint_options *options,
			       struct error *err);
/* Prints what has come since. A line that has no end yet waits on a terminal,
 * unless nothing more will come. -1: nobody reads it, without err. */
int logprint_more(struct logprint *print, bool last,
		  struct error *err) MUST_CHECK;
/* Bytes of the log that were looked at. */
int64_t logprint_size(const struct logprint *print);
void logprint_free(struct logprint *print);

#endif
