/* SPDX-License-Identifier: MIT */
/*
 * pipeline/ reads signalbox.yaml strictly: YAML in, checked structs out, and
 * every mistake of the file at once, each with file:line:column, the line
 * itself, and the nearest known word.
 *
 *	struct problems problems = PROBLEMS_INIT;
 *	struct pipeline *pipeline =
 *		pipeline_parse(text, len, "signalbox.yaml", &problems);
 *	if (!pipeline)
 *		problems_print(&problems, &out);
 *
 * A pipeline is immutable once parsed; every string in it is its own.
 * Durations are milliseconds, percentages 0-100, "none" is -1 where said.
 */
#ifndef SIGNALBOX_PIPELINE_PIPELINE_H
#define SIGNALBOX_PIPELINE_PIPELINE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"
#include "base/strings.h"
#include "pipeline/evidence-config.h"
#include "pipeline/name-index.h"
#include "yaml/problems.h"

enum pipeline_mode { MODE_DELIVERY, MODE_DEPLOYMENT };

/* env: and other maps of text to text, in the file's order. */
struct pair {
	char *key;
	char *value;
};
struct pairs {
	struct pair *items;
	size_t count, cap;
};

struct person {
	char *login; /* Unix user */
	char *name;
	char *email; /* how git knows them; may be NULL */
	struct strings groups;
	struct place place;
};

struct gate_rule {
	bool present;		  /* false: no gate was written */
	struct strings approvers; /* logins and @groups; empty: all */
	int required;		  /* votes; at least 1 */
	struct strings excluded;  /* "author" (default), "committer" */
	int64_t expires_ms;	  /* default 24 h */
	struct place place;
};

/* Why something that guards is left open, who answers for it, who looked at
 * that, and until when. As `tls`: a URL's certificate is not verified. */
struct exception_config {
	char *reason; /* NULL: there is none */
	char *owner;
	char *reviewer;	  /* NULL: nobody, and it excuses nothing */
	char *until;	  /* as written */
	int64_t until_ms; /* wall time, the last ms of it */
	struct place place;
	int last_line, reviewer_line;
	bool reviewer_is_alone; /* in that line */
};

#define INSTANCES_MOST 32

enum target_kind { TARGET_PROCESS, TARGET_CONTAINER, TARGET_EXEC };

/* What runs there, of each colour. */
struct target_config {
	enum target_kind kind;
	char *host;	/* where its ports are; "127.0.0.1" */
	int ports[2];	/* of blue's and green's first instance; the others'
			 * follow */
	int instances;	/* of each colour; default 1 */
	char *health;	/* path of an HTTP check that must answer 2xx or 3xx */
	char *liveness; /* likewise, once it is healthy; NULL: none */
	int64_t start_timeout_ms; /* until healthy; default 30 s */
	struct pairs env;
	/* A shell line; $PORT, $COLOUR, $VERSION are set. Of a container NULL:
	 * what its image says. */
	char *command;
	struct {
		char *image, *archive; /* one of the two */
		char *socket;	       /* of the engine; NULL: its own */
		int64_t memory;	       /* bytes; 0: no limit */
	} container;
	struct {
		char *start, *stop, *alive; /* shell lines */
		int64_t timeout_ms;
	} exec;
};

struct haproxy_traffic {
	/* Managed: one of our own. NULL when attached. */
	char *listen; /* "127.0.0.1:8080" */
	/* Attached: one that is there. NULL when managed. */
	char *socket; /* path of its admin socket, or host:port */
	char *backend;
	struct strings servers[2]; /* blue's and green's */
	char *server_state;	   /* file that its reload reads */
	char *ring;		   /* ring of request lines, or NULL */
};

struct nginx_traffic {
	/* Managed: one of our own. NULL when attached. */
	char *listen;
	/* Attached: one that is there. NULL when managed. */
	char *folder;	    /* of the files that its configuration includes */
	char *reload;	    /* shell line; may be NULL */
	char *log;	    /* of request lines; may be NULL */
	char *upstreams[2]; /* blue's and green's */
};

struct exec_traffic {
	char *command; /* a shell line, see signalbox.yaml(5) */
	int64_t timeout_ms;
};

enum traffic_kind { TRAFFIC_HAPROXY, TRAFFIC_NGINX, TRAFFIC_EXEC };

/* What carries its requests. */
struct traffic_config {
	enum traffic_kind kind;
	struct haproxy_traffic haproxy;
	struct nginx_traffic nginx;
	struct exec_traffic exec;
};

/* How the candidate is reached before it has traffic; both NULL: not. */
struct preview_config {
	char *header; /* name of one that a request has */
	char *listen; /* "127.0.0.1:8088" */
};

/* When something may be released. */
struct window {
	int days;	 /* bit 0: Monday */
	int from, until; /* minutes of the day */
	char *zone;
	struct place place;
};
struct freeze {
	char *from, *until; /* "2026-12-20 18:00" */
	char *zone, *why;
	struct place place;
};

/* What becomes of a run that reaches an environment another one holds. */
enum concurrency {
	CONCURRENCY_QUEUE,     /* waits, in order of arrival */
	CONCURRENCY_SUPERSEDE, /* as that, and ends when a newer run came */
	CONCURRENCY_SUPERSEDE_GATES, /* even while people are being asked */
	CONCURRENCY_REFUSE,	     /* fails */
};

struct environment_config {
	char *name;
	char *url; /* may be NULL */
	struct target_config target;
	struct traffic_config traffic;
	struct preview_config preview;
	struct window *windows; /* none: always */
	size_t window_count, window_cap;
	struct freeze *freezes;
	size_t freeze_count, freeze_cap;
	struct gate_rule gate;
	struct strings secrets;	 /* names of variables; values come from the
				  * caller's environment */
	struct strings branches; /* whose commits it takes; empty: all */
	int64_t keep_ms; /* least time the old colour stays warm; 30 m */
	enum { SESSIONS_DRAIN, SESSIONS_CUT } sessions;
	enum concurrency concurrency;
	struct place place;
};

/* One HTTP request of a check and what must come back. */
struct request {
	char *method;
	char *path;
	struct pairs headers;
	char *body;	     /* NULL: none; with json the text of it */
	bool json;	     /* sends Content-Type: application/json */
	int status;	     /* 0: any 2xx */
	char *contains;	     /* NULL: not looked at */
	struct pairs expect; /* JSON path ("$.items") to JSON text ("1") */
	int64_t timeout_ms;  /* default 10 s */
	struct place place;
};
struct requests {
	struct request *items;
	size_t count, cap;
};

/* A threshold such as "< 1%" or "< 300ms". */
struct limit {
	bool present;
	double below; /* percent or milliseconds */
};

/* A number that something else knows. */
#define METRICS_MOST 16
struct metric_config {
	char *name;
	char *prometheus, *query;    /* base URL and what it is asked */
	struct exception_config tls; /* of that URL */
	char *command;		     /* in place of these: a shell line */
	bool above;		     /* must be more than limit; else less */
	double limit;
	struct place place;
};

struct analysis_config {
	bool present;
	int64_t every_ms;	  /* default 5 s */
	int64_t initial_delay_ms; /* default 0 */
	struct limit error_rate;  /* percent */
	struct limit p50, p95, p99;
	int failures;	      /* consecutive; default 2 */
	int64_t min_requests; /* default 100 */
	int64_t max_hold_ms;  /* deployment mode; default 30 m */
	/* Beside the stable release: */
	struct limit worse_errors; /* percent points over its error rate */
	struct limit slower;	   /* times its p99 */
	double false_alarm;	   /* percent of good ones condemned; 1 */
	struct metric_config *metrics;
	size_t metric_count, metric_cap;
	struct place place;
};

/* What becomes of a deployment that waits for a person when the terminal
 * that steered it is gone. */
enum operator_lost {
	OPERATOR_LOST_HOLD,
	OPERATOR_LOST_CONTINUE, /* after the time-out */
	OPERATOR_LOST_ROLLBACK, /* likewise */
};

enum strategy {
	STRATEGY_BLUE_GREEN,
	STRATEGY_CANARY,
	STRATEGY_ALL_AT_ONCE,
	STRATEGY_LINEAR,
	STRATEGY_ROLLING,
};

enum plan_step_kind {
	PLAN_START,    /* made by the planner: start the candidate */
	PLAN_HEALTHY,  /* made by the planner: wait until it is healthy */
	PLAN_CHECK,    /* requests straight to the candidate's port */
	PLAN_WEIGHT,   /* the candidate's share of traffic */
	PLAN_PAUSE,    /* for ms, or until promoted when ms is -1 */
	PLAN_ANALYSIS, /* waits for a verdict */
	PLAN_GATE,     /* people */
	PLAN_REPLACE,  /* made by the planner: all-at-once, in place */
	PLAN_PROMOTE,  /* made by the planner: settle, record what is live */
	PLAN_RUN,      /* a shell text beside the candidate */
	PLAN_BATCH,    /* made by the planner: rolling, some instances */
	PLAN_BAKE,     /* made by the planner: watched at 100 % */
};

struct plan_step_config {
	enum plan_step_kind kind;
	double weight;		  /* percent */
	int64_t ms;		  /* pause; -1 without end */
	struct requests requests; /* check */
	struct gate_rule gate;
	struct analysis_config analysis;
	char *run;	    /* shell text */
	int64_t timeout_ms; /* of that; -1: none */
	struct place place;
};

/*
 * Weights rise. A canary has steps, by default 5, 25, 50, 100 % with pauses
 * of 2 m, and its last weight is 100 %. blue-green: steps may be none; a
 * weight is 100 %, and without one the switch comes after the last step.
 * all-at-once: checks alone, made after the replacement, and no analysis.
 * The analysis of a PLAN_ANALYSIS step is complete: it has taken over the
 * deployment's where it says nothing itself, and borrows its metrics.
 */
struct deploy_config {
	char *environment;
	enum strategy strategy;
	enum operator_lost on_operator_lost;
	int64_t operator_timeout_ms; /* default 10 m */
	struct plan_step_config *steps;
	size_t step_count, step_cap;
	struct analysis_config analysis;
	double linear_step; /* percent points; 0 when not linear */
	int64_t linear_every_ms;
	int batch;	 /* rolling: instances at a time; default 1 */
	int64_t bake_ms; /* 0: nobody looks after the promotion */
	struct place place;
};

enum stage_kind {
	STAGE_KIND_RUN, /* run, with or without scan */
	STAGE_KIND_CHECK,
	STAGE_KIND_GATE,
	STAGE_KIND_DEPLOY,
};

struct stage_config {
	char *name;
	char *why; /* may be NULL */
	enum stage_kind kind;
	/*
	 * Indexes of stages, resolved, in order, implicit ones too. Of the
	 * implicit ones only those that no other stage above needs: through
	 * them it waits for every stage above it. So a stage that is skipped
	 * counts as done only when its own needs are.
	 */
	size_t *needs;
	size_t need_count;
	bool finally;		  /* runs when all others are over */
	bool source;		  /* false: source: none */
	bool resume;		  /* false: not run again by itself */
	char *run;		  /* shell text */
	struct strings shell;	  /* takes it as last word; empty: /bin/sh */
	char *workdir;		  /* below the work folder; NULL: that */
	bool tty;		  /* its output is a terminal */
	struct strings artifacts; /* globs below the work folder */
	struct report_config *reports;
	size_t report_count, report_cap;
	bool keep_reports; /* the files themselves, with the run */
	struct scan_config scan;
	struct require_config require;
	int64_t timeout_ms; /* -1: none */
	int64_t grace_ms;   /* default 10 s */
	int retries;
	int64_t backoff_ms; /* before the first of them; it doubles */
	struct exception_config allow_failure; /* reason NULL: it may not */
	struct strings services; /* names of the services it uses */
	struct strings cleanup;	 /* shell texts, after `run` whatever came */
	int64_t log_limit;	 /* bytes of output; -1: none */
	struct pairs env;
	/* Environment whose secrets it gets, after that environment's gate. */
	char *environment;
	struct {
		char *environment; /* through its traffic; NULL with url */
		char *url;
		struct exception_config tls; /* of that */
		struct requests requests;
	} check;
	struct gate_rule gate;
	struct deploy_config deploy;
	struct place place;
};

/* What is told to others as it happens, and how. */
struct notify_config {
	struct strings on; /* of notify_words */
	/* One of the three. */
	char *post;	/* a URL */
	char *post_env; /* the variable that holds one, which is secret */
	char *run;	/* shell text */
	struct exception_config tls; /* of the URL */
	bool slack;		     /* {"text": ...} instead of the event */
	char *text; /* of that, with {FIELD}s; NULL: the event's sentence */
	int64_t timeout_ms; /* default 10 s */
	struct place place;
};
/* Names of events, and "failed" and "rolled-back"; ends with NULL. */
extern const char *const notify_words[];

/* How it is known that a service can be used: one of the two, or, with
 * neither, that something accepts connections at its port. */
struct service_health {
	char *http; /* a path that answers 2xx or 3xx */
	char *run;  /* a shell text that ends with 0 */
	bool tcp;
};

/* A program that runs beside the stages that name it. */
struct service_config {
	char *name;
	char *run; /* shell text; stays in the foreground */
	struct strings shell;
	struct pairs env;
	struct service_health health;
	int64_t start_timeout_ms; /* until healthy; default 30 s */
	int64_t grace_ms;	  /* default 10 s */
	struct place place;
};

/* Globs of changed paths, see source/risk.h. */
struct path_rule {
	bool present; /* false: what is built in */
	struct strings globs;
};

struct pipeline {
	char *name;
	enum pipeline_mode mode;
	struct pairs env;
	char *socket_group; /* Unix group that may reach a run, or NULL */
	int keep_failed;    /* work folders of failed stages */
	int keep_runs;	    /* the newest, whose logs no gc frees */
	struct path_rule risky, migrations;
	struct person *people;
	size_t people_count, people_cap;
	struct environment_config *environments;
	size_t environment_count, environment_cap;
	struct notify_config *notify;
	size_t notify_count, notify_cap;
	struct service_config *services;
	size_t service_count, service_cap;
	struct stage_config *stages;
	size_t stage_count, stage_cap;
	struct name_index stage_names;
	char digest[65]; /* SHA-256 of the file's bytes */
};

#define KEEP_FAILED_DEFAULT 3
#define KEEP_RUNS_DEFAULT 50
#define PIPELINE_FILE "signalbox.yaml"
#define PIPELINE_FILE_LIMIT (4u << 20)

/* NULL with at least one problem when the file is wrong in any way. */
struct pipeline *pipeline_parse(const char *text, size_t len, const char *file,
				struct problems *problems) MUST_CHECK;
void pipeline_free(struct pipeline *pipeline);

const struct environment_config *
pipeline_environment(const struct pipeline *pipeline, const char *name);
const struct service_config *pipeline_service(const struct pipeline *pipeline,
					      const char *name);
const struct stage_config *pipeline_stage(const struct pipeline *pipeline,
					  const char *name);
/* By login; NULL when not named. */
const struct person *pipeline_person(const struct pipeline *pipeline,
				     const char *login);

/* The address that our own proxy listens at; NULL: it is not ours. Borrowed. */
const char *traffic_listen(const struct traffic_config *traffic);
const char *traffic_kind_name(enum traffic_kind kind);
const char *target_kind_name(enum target_kind kind);

const char *stage_kind_name(enum stage_kind kind);
const char *plan_step_kind_name(enum plan_step_kind kind);
const char *strategy_name(enum strategy strategy);
const char *severity_name(enum severity severity);
const char *mode_name(enum pipeline_mode mode);

#endif
