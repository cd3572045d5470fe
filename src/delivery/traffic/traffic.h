/* SPDX-License-Identifier: MIT */
/*
 * traffic/ carries an environment's requests: one provider a row in the
 * table of traffic.c, all of it asynchronous on the loop.
 *
 *	struct traffic *traffic = traffic_open(&options, &err);
 *	traffic_ensure(traffic, blue_100, ensured, data);
 *	traffic_set(traffic, &wanted, shifted, data);
 *	traffic_sample(traffic, sampled, data);     // about once a second
 *	traffic_settle(traffic, settled, data);
 *	traffic_close(traffic);
 *
 * Every done callback is called once, on the loop's thread, never from
 * within the call that started it; err is NULL on success. traffic_close()
 * drops the operations under way without calling them. What was started
 * goes on serving after a close: only traffic_stop() ends a managed proxy.
 */
#ifndef SIGNALBOX_DELIVERY_TRAFFIC_TRAFFIC_H
#define SIGNALBOX_DELIVERY_TRAFFIC_TRAFFIC_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"
#include "loop/loop.h"
#include "model/model.h"
#include "pipeline/pipeline.h"

struct traffic;
struct traffic_ops; /* provider.h */

struct traffic_options {
	struct loop *loop;			      /* required */
	const struct environment_config *environment; /* outlives it */
	const char *folder; /* state of the environment; made when missing */
	/* Something worth telling that is no failure (the proxy was reloaded
	 * by someone else, a weight was changed by hand). May be NULL. */
	void (*note)(const char *text, void *data);
	void *data;
	const struct traffic_ops *ops; /* for tests; NULL: by environment */
	/* For tests: how long an answer of HAProxy, or the start of a proxy of
	 * our own, may take; 0: the provider's own. */
	int64_t patience_ms;
};

enum traffic_latency {
	TRAFFIC_LATENCY_MEAN, /* no p99: an analysis on it is refused */
	TRAFFIC_LATENCY_RING, /* every request's own */
	TRAFFIC_LATENCY_NONE, /* none at all */
};

/* Known once traffic_ensure() or traffic_inspect() has succeeded. */
struct traffic_capabilities {
	bool weights;	 /* false: only 0 and 100 % */
	const char *why; /* why not, in words; borrowed, "" when they are */
	int units;	 /* steps a weight has: 256 */
	enum traffic_latency latency;
	bool drain;	     /* sessions on a colour can be counted and cut */
	bool preview;	     /* traffic_preview() is there */
	bool instances;	     /* traffic_drain() is */
	bool keeps_requests; /* a change of weights loses none */
	const char *loses;   /* why it may: "a reload ends idle connections";
			      * borrowed, "" when it keeps them */
};

/* Shares in percent, by colour, and the units they became (of one server of
 * that colour). When asked for, only percent is read; both sum to 100. */
struct traffic_split {
	double percent[COLOUR_COUNT];
	int units[COLOUR_COUNT];
};
#define TRAFFIC_SPLIT_OF_GREEN(green)                           \
	{                                                       \
		.percent = { 100.0 - (double)(green), (green) } \
	}

/* Counters go up from 0 at traffic_open(), over restarts of the proxy too.
 * Reals are NAN when not known. */
struct traffic_percentiles {
	int64_t requests;     /* that they are of */
	double p50, p95, p99; /* ms */
};
struct traffic_colour_sample {
	bool up; /* the proxy's own view, at least one server */
	int units;
	double percent;		   /* share its weight gives it now */
	int64_t requests;	   /* given to its servers */
	int64_t errors;		   /* 5xx of theirs, and requests they broke */
	int64_t retries;	   /* tried again, here or elsewhere */
	int64_t sessions;	   /* open now */
	int64_t in_flight;	   /* requests begun and not answered */
	int64_t completed, broken; /* answered; lost on the way */
	int up_servers, servers;   /* of its instances; 0 of 0: not known */
	/* Of the requests since the last sample, and since traffic_mark(). */
	struct traffic_percentiles recent, marked;
	double mean; /* ms, of the last 1,024 requests */
	/* When the newest request seen on it had begun, by the proxy's clock:
	 * wall microseconds since 1970; 0 none yet. */
	int64_t last_begun_us;
};
struct traffic_sample {
	struct traffic_colour_sample colours[COLOUR_COUNT];
	int64_t failed; /* answers 5xx that no server gave: the proxy's own */
	/* Requests that no server answered, also where it had them already:
	 * the client got the proxy's own 5xx, or its connection was closed.
	 * -1 not known. */
	int64_t unanswered;
	int64_t lost; /* request lines the ring dropped; -1 not known */
};

typedef void traffic_done(struct traffic *traffic, const struct error *err,
			  void *data);
/* split: what the proxy said when read back. warning: NULL, or what a forced
 * shift went over. */
typedef void traffic_shifted(struct traffic *traffic,
			     const struct traffic_split *split,
			     const char *warning, const struct error *err,
			     void *data);
typedef void traffic_sampled(struct traffic *traffic,
			     const struct traffic_sample *sample,
			     const struct error *err, void *data);
typedef void traffic_known(struct traffic *traffic,
			   const struct traffic_split *split,
			   const struct error *err, void *data);

/* Asked for with traffic_set(). */
struct traffic_change {
	struct traffic_split split;
	/* How long a colour that gets traffic may need until the proxy holds
	 * it for up; then ERROR_PROVIDER and nothing was changed. */
	int64_t wait_ms;
	/* A person's rollback: then written all the same, whatever the proxy
	 * thinks of the colour; `warning` says what that was. */
	bool force;
};

/* Checks what can be checked without a proxy; takes nothing up yet. */
struct traffic *traffic_open(const struct traffic_options *options,
			     struct error *err) MUST_CHECK;
/* Operations under way are dropped, nothing is stopped. NULL is fine. */
void traffic_close(struct traffic *traffic);

/*
 * Managed: the proxy runs with this environment's configuration afterwards,
 * with `initial` as its weights when it was not running before, else with
 * those it had. Attached: connected, rights, names and settings checked;
 * weights untouched.
 */
void traffic_ensure(struct traffic *traffic, struct traffic_split initial,
		    traffic_done *done, void *data);
/* What is true now, started by whom ever; starts nothing, writes nothing.
 * ERROR_NOT_FOUND when no proxy answers. */
void traffic_inspect(struct traffic *traffic, traffic_known *done, void *data);
struct traffic_capabilities traffic_capabilities(const struct traffic *traffic);

/* A change under way is given up for a newer one: its callback gets
 * ERROR_REFUSED. */
void traffic_set(struct traffic *traffic, const struct traffic_change *change,
		 traffic_shifted *done, void *data);
void traffic_sample(struct traffic *traffic, traffic_sampled *done, void *data);
/* From now on `marked` counts anew (a step of the plan begins). */
void traffic_mark(struct traffic *traffic);
/* Of the requests of `marked`, read so far: how many they are, and how many
 * took longer than ms. Both 0 where single requests are not timed. */
void traffic_slower(const struct traffic *traffic, enum colour colour,
		    double ms, int64_t *timed, int64_t *slow);
/* As in the sample, but at once, of what was read so far. */
int64_t traffic_last_begun_us(const struct traffic *traffic,
			      enum colour colour);
/* Writes the weights that are set now to where a reload reads them. */
void traffic_settle(struct traffic *traffic, traffic_done *done, void *data);
/* Ends the sessions open on the colour (`sessions: cut`). */
void traffic_cut(struct traffic *traffic, enum colour colour,
		 traffic_done *done, void *data);
/* The colour that the preview reaches from now on; -1: none. Only where the
 * capability is there. */
void traffic_preview(struct traffic *traffic, int colour, traffic_done *done,
		     void *data);
/* Some instances of a colour that has others. out: they get nothing new, and
 * it is done when what they had has ended, or after wait_ms. Else they may be
 * given requests again, once the proxy finds them up; done when it has found
 * that they are down, or after wait_ms. Only where the capability is there. */
struct traffic_drain {
	enum colour colour;
	int first, count;
	bool out;
	int64_t wait_ms;
};
void traffic_drain(struct traffic *traffic, const struct traffic_drain *drain,
		   traffic_done *done, void *data);
/* The weights are not the settled ones, though nobody has set them since. */
bool traffic_is_lost(const struct traffic *traffic);
/* Managed: ends the proxy. Attached: done at once. */
void traffic_stop(struct traffic *traffic, traffic_done *done, void *data);

/* One mover a proxy on this machine, whatever clone it comes from. The lock
 * is a file: the holder's text stands in it, and ERROR_REFUSED quotes it. It
 * is let go by traffic_unlock() or the process's end. */
struct traffic_lock;
struct traffic_lock *traffic_lock(const struct environment_config *environment,
				  const char *holder,
				  struct error *err) MUST_CHECK;
void traffic_unlock(struct traffic_lock *lock); /* NULL is fine */

#endif
