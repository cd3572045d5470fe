/* SPDX-License-Identifier: MIT */
/*
 * nginx, ours (managed) or one that is there (attached). What nginx*.c share:
 * the provider and the works under way, each one operation that goes on, in
 * steps, until it calls its done.
 */
#ifndef SIGNALBOX_DELIVERY_TRAFFIC_NGINX_H
#define SIGNALBOX_DELIVERY_TRAFFIC_NGINX_H

#include "delivery/traffic/nginx-config.h"
#include "delivery/traffic/nginx-log.h"
#include "delivery/traffic/nginx-steer.h"
#include "delivery/traffic/nginx-tail.h"
#include "delivery/traffic/provider.h"
#include "loop/helper.h"
#include "net/http.h"
#include "net/line.h"
#include "proc/tool.h"

#define NGINX_TIMEOUT_MS 5000

/* One instance's health, as it answers us: nginx itself looks only at what
 * requests meet. */
struct nginx_probe {
	int colour, instance;
	struct http_call *call; /* NULL: none under way */
	int64_t asked_us;
	int64_t answered_us; /* 0: never */
	bool up;
};

struct nginx {
	struct traffic traffic; /* first */
	const struct nginx_traffic *config;
	bool managed;
	char *steer; /* folder */
	/* Managed. */
	char *socket, *config_path;
	char *keeper; /* its folder */
	/* Attached. */
	char *url; /* where it answers which configuration it has */

	struct nginx_probe probes[COLOUR_COUNT][INSTANCES_MOST];
	int instances;
	struct http *http;
	struct nginx_tail tail;
	struct nginx_log log;
	int units; /* green's, as last seen; -1 not known */
	int64_t sessions[COLOUR_COUNT];
	int64_t sessions_us; /* when they were counted */
	struct nginx_work *works;
	struct helper *helper; /* made when something is written */
};

struct nginx_work;
/* What nginx has: "" when it may not read the folder, NULL with err when it
 * did not answer. */
typedef void nginx_told(struct nginx_work *work, const char *generation,
			const struct error *err);
typedef void nginx_next(struct nginx_work *work, const struct error *err);

/* What cannot be called back: freed by its own end. */
struct nginx_errand {
	struct nginx_work *work; /* NULL: nobody waits any more */
	char *path;
	struct str text;
	mode_t mode;
	struct error err;
};

struct nginx_work {
	struct nginx *nginx;
	struct loop *loop;
	struct nginx_work *next;
	nginx_next *finish; /* calls the operation's done */
	union {
		traffic_done *done;
		traffic_shifted *shifted;
		traffic_sampled *sampled;
		traffic_known *known;
	} tell;
	void *data;
	/* What it waits for. */
	struct line_call *line;
	struct http_call *http;
	struct tool *tool;
	struct timer *timer;
	struct nginx_errand *errand;
	nginx_told *told;
	const char *what;  /* the tool does */
	nginx_next *after; /* a tool or an errand */
	void (*timed)(struct nginx_work *work);
	struct error failure; /* told by the next turn, or by an errand */
	int64_t began_us, deadline_us;
	/* A shift. */
	struct traffic_change change;
	struct traffic_split split; /* wanted or initial, then the result */
	char *warning;
	/* A start. */
	struct str text; /* what is to be written */
	char generation[NGINX_GENERATION_LENGTH + 1];
	bool running;  /* it is reloaded, not started */
	bool reloaded; /* attached: it was told to */
};

/* nginx-work.c */
struct nginx_work *nginx_work_new(struct nginx *nginx, nginx_next *finish,
				  void *data);
/* Both end the work: finish is called and it is freed. Not from the call that
 * started the operation. */
void nginx_work_end(struct nginx_work *work, const struct error *err);
void nginx_work_fail(struct nginx_work *work, struct error *err);
/* The same by the next turn of the loop; takes err over. */
void nginx_work_fail_later(struct nginx_work *work, struct error *err);
void nginx_work_drop(struct nginx_work *work); /* finish is not called */
void nginx_work_wait(struct nginx_work *work, int64_t ms,
		     void (*timed)(struct nginx_work *work));
/* For works that end with a traffic_done. */
void nginx_finish_done(struct nginx_work *work, const struct error *err);
void nginx_ask(struct nginx_work *work, nginx_told *told);
/* Runs argv; what it complained of is the error of `after`. */
void nginx_run(struct nginx_work *work, const char *const *argv,
	       const char *what, nginx_next *after);
struct nginx_errand *nginx_errand_new(struct nginx_work *work);
/* The work that waits for it, or NULL; the errand is freed. */
struct nginx_work *nginx_errand_end(struct nginx_errand *errand);
/* On the helper: replaces a file, or syncs the weights. */
void nginx_write(struct nginx_work *work, const char *path,
		 const struct str *text, nginx_next *after);
void nginx_sync(struct nginx_work *work, nginx_next *after);

/* nginx.c */
struct traffic_split nginx_split(int green); /* nginx-shift.c */
struct traffic_split nginx_round(struct traffic_split wanted);
struct nginx_place nginx_place_of(const struct nginx *nginx);
/* The socket has gone: it is to listen at another. */
int nginx_move_socket(struct nginx *nginx, struct error *err) MUST_CHECK;

/* nginx-managed.c, nginx-attached.c */
void nginx_ensure_managed(struct nginx_work *work);
void nginx_stop_managed(struct nginx_work *work);
void nginx_ensure_attached(struct nginx_work *work);
/* The path of the program; the caller's. */
char *nginx_program(struct error *err) MUST_CHECK;

/* nginx-probe.c: asks each instance of the colour that was not asked for so
 * long, or that was never. */
void nginx_probe(struct nginx *nginx, int colour, int64_t older_than_ms);
/* By an answer since then, one instance at least is up. */
bool nginx_is_up(const struct nginx *nginx, int colour, int64_t since_us);
/* Each has answered, or was given up, at least once. */
bool nginx_was_probed(const struct nginx *nginx, int colour);

/* nginx-shift.c */
void nginx_set(struct traffic *traffic, const struct traffic_change *change,
	       traffic_shifted *done, void *data);
/* nginx-sample.c */
void nginx_sample(struct traffic *traffic, traffic_sampled *done, void *data);
/* Takes in what the log has grown by. */
int nginx_read_log(struct nginx *nginx, struct error *err) MUST_CHECK;

#endif
