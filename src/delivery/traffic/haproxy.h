/* SPDX-License-Identifier: MIT */
/*
 * HAProxy, ours (managed) or one that is there (attached). What haproxy*.c
 * share: the provider and the works under way, each one operation that asks
 * its socket, in steps, until it calls its done.
 */
#ifndef SIGNALBOX_DELIVERY_TRAFFIC_HAPROXY_H
#define SIGNALBOX_DELIVERY_TRAFFIC_HAPROXY_H

#include "delivery/traffic/haproxy-answers.h"
#include "delivery/traffic/haproxy-config.h"
#include "delivery/traffic/haproxy-lines.h"
#include "delivery/traffic/provider.h"
#include "loop/helper.h"
#include "net/line.h"
#include "proc/tool.h"

#define HAPROXY_TIMEOUT_MS 5000

/* A process that serves: a pid alone may come again. */
struct haproxy_worker {
	long pid;      /* 0: none was seen */
	int64_t since; /* wall seconds, by its own uptime */
};

/* The weights where a reload reads them, and who served with them. */
struct haproxy_settled {
	bool known;
	struct haproxy_worker worker;
	int units[COLOUR_COUNT];
};

struct haproxy {
	struct traffic traffic; /* first */
	const struct haproxy_traffic *config;
	bool managed;
	char *socket;
	const char *backend;
	struct strings servers[COLOUR_COUNT];
	/* Managed. */
	char *config_path;
	char *keeper;	  /* its folder */
	char *executable; /* found by the first start */

	struct traffic_capabilities capabilities;
	bool learned;		    /* the capabilities are the proxy's own */
	int units[COLOUR_COUNT];    /* as last read; -1 not known */
	struct haproxy_state state; /* likewise, when they are */
	struct haproxy_worker now;
	struct haproxy_settled settled;
	bool unsettled; /* weights were set since, by us */
	bool replaced;	/* the worker, since they were set or settled */
	bool lets_in;	/* servers that another has taken out */
	int preview;	/* the colour it reaches, as last read; -1 none */
	bool previews;	/* likewise: it has one */
	struct work *works;
	struct helper *helper; /* made when something is written */

	/* Sampling. */
	const char *ring; /* NULL: none */
	struct line_stream *stream;
	struct haproxy_lines lines;
	bool told_unread;
	long worker;		  /* pid that `last` is of; 0 none */
	struct haproxy_stat last; /* as it was read */
	struct haproxy_stat sum;  /* since the open */
	struct haproxy_failed failed;
};

struct work;
typedef void work_step(struct work *work, const char *answer, size_t len);

/* What cannot be called back (a helper's job, a keeper's answer): freed by
 * its own end, which looks whether the work still waits. */
struct errand {
	struct work *work; /* NULL: nobody waits any more */
	char *path;
	struct str text;
	mode_t mode;
	struct error err;
};

struct work {
	struct haproxy *haproxy;
	struct loop *loop;
	struct work *next;
	/* Calls the operation's done; err NULL on success. */
	void (*finish)(struct work *work, const struct error *err);
	union {
		traffic_done *done;
		traffic_shifted *shifted;
		traffic_sampled *sampled;
		traffic_known *known;
	} tell;
	void *data;
	/* The question that is open. */
	struct line_call *call;
	work_step *step;
	struct timer *late;
	bool is_watched; /* its caller tells of silence */
	/* Takes a question without an answer; NULL: the work fails. */
	void (*unanswered)(struct work *work, const struct error *err);
	struct timer *timer;
	void (*timed)(struct work *work);
	struct errand *errand;
	struct error failure; /* told by the next turn */
	int64_t deadline_us;
	struct traffic_split split; /* wanted or initial, then the result */
	/* A shift. */
	struct traffic_change change;
	size_t commands;
	int preview;	     /* the colour that it is to reach */
	bool overtaken;	     /* by a newer one */
	int rewritten;	     /* weights that were found to be others */
	struct work *behind; /* waits for that one's end; NULL: none */
	char *warning;
	struct traffic_drain drain;
	int quiet; /* looks in a row that found none */
	/* A start. */
	struct str text;   /* the configuration */
	struct tool *tool; /* that checks it */
	void (*after)(struct work *work, const struct error *err);
	long worker; /* the one to be replaced; 0 none */
	pid_t master;
	int64_t signalled_us; /* when it was told to reload */
};

struct work *work_new(struct haproxy *haproxy,
		      void (*finish)(struct work *, const struct error *),
		      void *data);
/* What whoever opened the provider waits for, else its own. */
int64_t work_patience_ms(const struct work *work, int64_t own_ms);
/* Asks the socket; `step` gets the answer, later. */
void work_ask(struct work *work, const char *line, work_step *step);
void work_wait(struct work *work, int64_t ms, void (*timed)(struct work *));
/* Both end the work: finish is called and it is freed. Not from the call that
 * started the operation. */
void work_end(struct work *work, const struct error *err);
void work_fail(struct work *work, struct error *err); /* clears err */
/* The same by the next turn of the loop; takes err over. */
void work_fail_later(struct work *work, struct error *err);
void work_drop(struct work *work); /* finish is not called */
struct errand *errand_new(struct work *work);
/* The work that waits for it, or NULL; the errand is freed, its text and
 * error are no more. */
struct work *errand_end(struct errand *errand);

/* haproxy.c */
/* Reads `show servers state` into haproxy->state and units. */
int haproxy_take_answer(struct haproxy *haproxy, const char *answer,
			size_t commands, struct error *err) MUST_CHECK;
/* The same of `show servers state; show info`: who has these weights, too. */
int haproxy_take_truth(struct haproxy *haproxy, const char *answer,
		       struct error *err) MUST_CHECK;
/* Of what was read last. */
struct traffic_split haproxy_split(const struct haproxy *haproxy);
/* ERROR_PROVIDER for a version that is too old. */
int haproxy_check_version(const struct haproxy_info *info,
			  struct error *err) MUST_CHECK;
/* For works that end with a traffic_done. */
void haproxy_finish_done(struct work *work, const struct error *err);

/* haproxy-shift.c */
struct traffic_split haproxy_round(const struct traffic *traffic,
				   struct traffic_split wanted);
void haproxy_set(struct traffic *traffic, const struct traffic_change *change,
		 traffic_shifted *done, void *data);
/* haproxy-sample.c */
void haproxy_sample(struct traffic *traffic, traffic_sampled *done, void *data);
/* `show stat` of the backend after other commands; the caller's. */
char *haproxy_stat_question(const struct haproxy *haproxy, const char *before);
void haproxy_listen(struct haproxy *haproxy); /* to the ring, if it has one */
/* The managed one's socket is gone: it is to listen at another, for what it
 * hands on at a reload goes by its path. */
int haproxy_move_socket(struct haproxy *haproxy, struct error *err) MUST_CHECK;
/* haproxy-managed.c */
void haproxy_ensure_managed(struct work *work);
void haproxy_stop_managed(struct work *work);
/* haproxy-verify.c: runs `haproxy -c` on a file, then calls `verified`. */
void haproxy_verify(struct work *work, const char *path,
		    void (*verified)(struct work *work,
				     const struct error *err));
/* The path of the program; the caller's. */
char *haproxy_program(struct error *err) MUST_CHECK;
/* haproxy-attached.c */
void haproxy_ensure_attached(struct work *work);
/* What the backend's algorithm lets one do; fails when it is none of HTTP. */
int haproxy_learn(struct haproxy *haproxy, const char *stat_answer,
		  struct error *err) MUST_CHECK;
/* haproxy-drain.c */
void haproxy_drain(struct traffic *traffic, const struct traffic_drain *drain,
		   traffic_done *done, void *data);
/* haproxy-preview.c */
void haproxy_preview(struct traffic *traffic, int colour, traffic_done *done,
		     void *data);
/* For whoever reads all of its state: the words that ask, the caller's. */
char *haproxy_state_question(const struct haproxy *haproxy, const char *after);
/* Reads which colour the preview of a managed one reaches, by that. */
void haproxy_take_preview(struct haproxy *haproxy, const char *answer,
			  size_t commands);
/* Begins to let in what a signalbox that died had taken out; cheap. To be
 * called whenever the proxy has answered. */
void haproxy_let_in_left(struct haproxy *haproxy);
/* haproxy-settle.c */
void haproxy_settle(struct traffic *traffic, traffic_done *done, void *data);
/* Replaces the file on the helper, then calls `written`. */
void haproxy_write(struct work *work, const char *path, const struct str *text,
		   void (*written)(struct work *work, const struct error *err));
/* The same for nobody: that it could not be is not told. */
void haproxy_write_alone(struct haproxy *haproxy, const char *path,
			 const struct str *text);
/* haproxy-settled.c */
/* To be called with what was just read: the weights and who answered. */
void haproxy_settled_look(struct haproxy *haproxy,
			  const struct haproxy_info *info);
/* The weights that were read last are the settled ones of who answered. */
void haproxy_settled_now(struct haproxy *haproxy);
/* And is written down. */
void haproxy_settled_keep(struct haproxy *haproxy);
bool haproxy_is_lost(const struct traffic *traffic);

#endif
