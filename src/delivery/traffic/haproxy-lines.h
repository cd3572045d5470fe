/* SPDX-License-Identifier: MIT */
/*
 * The lines that HAProxy logs, one a request, and what is made of them.
 *
 *	BEGIN END BACKEND SERVER STATUS TERMINATION RETRIES
 *
 * BEGIN and END are wall microseconds since 1970. The same line goes to the
 * ring and to the proxy's own log.
 */
#ifndef SIGNALBOX_DELIVERY_TRAFFIC_HAPROXY_LINES_H
#define SIGNALBOX_DELIVERY_TRAFFIC_HAPROXY_LINES_H

#include <stdint.h>

#include "base/strings.h"
#include "delivery/traffic/latencies.h"

#define HAPROXY_BEGIN_RULE "http-request set-var(txn.begin) date(0,us)"
#define HAPROXY_LINE_FORMAT "%[var(txn.begin)] %[date(0,us)] %b %s %ST %ts %rc"

struct haproxy_lines {
	struct latencies recent[COLOUR_COUNT];
	struct latencies marked[COLOUR_COUNT];
	int64_t last_begun_us[COLOUR_COUNT];
	int64_t lost;
	int64_t unread; /* lines of another form */
};

void haproxy_lines_take(struct haproxy_lines *lines, const char *text,
			const char *backend,
			const struct strings servers[COLOUR_COUNT]);
/* `recent` and `marked` of the sample; recent begins anew. */
void haproxy_lines_sample(struct haproxy_lines *lines,
			  struct traffic_sample *sample);
void haproxy_lines_mark(struct haproxy_lines *lines);

#endif
