/* SPDX-License-Identifier: MIT */
/*
 * What HAProxy's Runtime API answers, read by column name: text in, plain
 * structs out. Pure.
 */
#ifndef SIGNALBOX_DELIVERY_TRAFFIC_HAPROXY_ANSWERS_H
#define SIGNALBOX_DELIVERY_TRAFFIC_HAPROXY_ANSWERS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"
#include "base/strings.h"
#include "model/model.h"

/* `show servers state BACKEND`, summed up for a colour's servers. */
struct haproxy_colour_state {
	int servers;	   /* that were found */
	int units;	   /* weight of each; the first's where they differ */
	bool uneven;	   /* they differ */
	bool reweighed;	   /* not what its configuration says */
	int up;		   /* how many the proxy holds for up */
	int maintenance;   /* how many are in maint or drain */
	int64_t weight;	   /* of all of them together */
	int64_t up_weight; /* of those that are up */
};
struct haproxy_state {
	long backend; /* its number: a frontend may have the same name */
	struct haproxy_colour_state colours[COLOUR_COUNT];
};

/*
 * answer may begin with what commands before it said: nothing but empty
 * lines there, `commands` of them, is success; any text is the error. A
 * server of `servers` that is missing is one too.
 */
int haproxy_read_state(const char *answer, size_t commands, const char *backend,
		       const struct strings servers[COLOUR_COUNT],
		       struct haproxy_state *state,
		       struct error *err) MUST_CHECK;

/* `show stat BACKEND 6 -1`: counters since the worker began. */
struct haproxy_counts {
	int64_t requests; /* that a server answered or broke */
	int64_t errors;	  /* 5xx, econ and eresp */
	int64_t server_5xx;
	int64_t broken; /* econ and eresp */
	int64_t retries;
	int64_t sessions; /* now */
	int64_t queued;	  /* waiting for a server now */
	int servers, up_servers;
	int64_t up_weight; /* of those that are up */
	int64_t weight;	   /* of its servers together, now */
	int units;
	bool up;
	double mean; /* ms; NAN without requests */
};
struct haproxy_stat {
	struct haproxy_counts colours[COLOUR_COUNT];
	int64_t backend_5xx; /* what clients of the backend got */
	int64_t dropped;     /* requests that ended without an answer */
	char algorithm[32];  /* "" when the socket does not tell */
	char mode[8];	     /* "http" */
};
/* Answers 5xx to clients that neither a server gave nor one that broke the
 * request explains. The counters are not read at one moment: what was counted
 * for the backend and not yet for its server looks like one, so what counts is
 * what two looks in a row say. */
struct haproxy_failed {
	int64_t sure; /* never less than before */
	int64_t suspected;
};
/* sum: of all that was counted. Whether to look again at once. */
bool haproxy_failed_take(struct haproxy_failed *failed,
			 const struct haproxy_stat *sum);
int haproxy_read_stat(const char *answer, const char *backend,
		      const struct strings servers[COLOUR_COUNT],
		      struct haproxy_stat *stat, struct error *err) MUST_CHECK;

/* `show info` */
struct haproxy_info {
	char version[64];
	int major, minor;
	long pid;	/* of the worker */
	int64_t uptime; /* seconds */
	bool stopping;
};
int haproxy_read_info(const char *answer, struct haproxy_info *info,
		      struct error *err) MUST_CHECK;
/* The first line that is not empty, for a message: the caller's. */
char *haproxy_first_words(const char *answer);
/* True when a line of the answer begins with the word. */
bool haproxy_names(const char *answer, const char *word);

#endif
