/* SPDX-License-Identifier: MIT */
/*
 * The lines that nginx logs, one a request, and what is made of them. Pure.
 *
 *	END DURATION STATUS WORD|ADDRESS, ADDRESS|STATUS, STATUS
 *
 * END is in seconds since 1970 and DURATION in seconds, both to the
 * millisecond; WORD is what chose the upstream; each address that was tried
 * has its own status.
 */
#ifndef SIGNALBOX_DELIVERY_TRAFFIC_NGINX_LOG_H
#define SIGNALBOX_DELIVERY_TRAFFIC_NGINX_LOG_H

#include <stdint.h>

#include "delivery/traffic/latencies.h"

/* After it comes the variable with WORD, then the rest. */
#define NGINX_LINE_FORMAT \
	"$msec $request_time $status $%s|$upstream_addr|$upstream_status"
#define NGINX_MEAN_OF 1024

struct nginx_counts {
	int64_t requests, errors, retries;
	struct latencies recent, marked;
	int64_t last_begun_us; /* wall; to the millisecond */
	int64_t last_ended_us;
	int64_t times[NGINX_MEAN_OF]; /* us, of the last ones, in a ring */
	int64_t timed, times_sum;
};

struct nginx_log {
	/* Who an attempt was made with: by the port, where the word allows
	 * both; else by the word alone. */
	const char *words[COLOUR_COUNT]; /* borrowed */
	int ports[COLOUR_COUNT];
	int instances;
	bool by_port;
	struct nginx_counts colours[COLOUR_COUNT];
	int64_t failed;	    /* answers 5xx that no server gave */
	int64_t unanswered; /* those, and where the last one tried gave none */
};

/* Lines of another form (complaints, in the same file) are passed over. */
void nginx_log_take(struct nginx_log *log, const char *line);
/* All of the sample that the log knows; `recent` begins anew. */
void nginx_log_sample(struct nginx_log *log, struct traffic_sample *sample);
void nginx_log_mark(struct nginx_log *log);

#endif
