/* SPDX-License-Identifier: MIT */
/*
 * A small steady load on an HTTP server, and what became of each request: the
 * demo's customers. Runs in a process of its own.
 */
#ifndef SIGNALBOX_CLI_LOAD_H
#define SIGNALBOX_CLI_LOAD_H

#include <stdint.h>
#include <sys/types.h>

#include "base/error.h"

struct load_options {
	const char *url;    /* "http://127.0.0.1:8080"; /products/N is asked */
	int rate;	    /* requests a second */
	const char *result; /* file for the counts, replaced once a second */
};

struct load_counts {
	int64_t requests; /* answered or failed */
	int64_t errors;	  /* 500: the program's own */
	int64_t failed;	  /* anything else that is no 2xx, or no answer */
	char first[256];  /* of these: when, and what it was; "" none */
};

/* Forks; call without threads. Returns the child's pid, or -1. */
pid_t load_start(const struct load_options *options,
		 struct error *err) MUST_CHECK;
/* Ends it, waits, and reads what it counted. */
int load_stop(pid_t pid, const char *result, struct load_counts *counts,
	      struct error *err) MUST_CHECK;

#endif
