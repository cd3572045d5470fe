/* SPDX-License-Identifier: MIT */
/*
 * Numbers that something else than the traffic provider knows, asked at each
 * look of an analysis: of Prometheus, or of a command. A new source is a file
 * and a row in metric.c.
 *
 *	struct metrics *metrics = metrics_new(&options);
 *	metrics_ask(metrics, asked, data);  // asked() comes later, once
 *	metrics_free(metrics);              // what is under way is dropped
 */
#ifndef SIGNALBOX_DELIVERY_METRIC_H
#define SIGNALBOX_DELIVERY_METRIC_H

#include "delivery/analysis.h"
#include "loop/loop.h"
#include "net/http.h"

struct metric_reading {
	bool known;
	double value;
	char why[200]; /* it is not known */
};

struct metric_options {
	struct loop *loop;
	struct http *http;
	const struct analysis_config *config; /* outlives it */
	const struct strings *env; /* of commands; COLOUR=green and the like,
				    * from a query's $COLOUR too; copied */
	const char *folder;	   /* where commands run; copied */
	/* Whether a URL's certificate is not verified at this moment. NULL:
	 * each is. */
	bool (*excuses)(const struct exception_config *tls, void *data);
	void *data; /* of that */
};

struct metrics;

/* One for each of the configuration's metrics, in its order; borrowed for the
 * call. */
typedef void metrics_done(const struct metric_reading *readings, void *data);

struct metrics *metrics_new(const struct metric_options *options);
void metrics_free(struct metrics *metrics); /* NULL is fine */
/* Not while it is being asked. done() never comes from within. */
void metrics_ask(struct metrics *metrics, metrics_done *done, void *data);

/* What a reading says of its limit. */
void metric_judge(const struct metric_config *config,
		  const struct metric_reading *reading,
		  struct finding *finding);
/* "queue < 100" */
void metric_describe(const struct metric_config *config, struct str *out);

/* The query with $NAME and ${NAME} of env ("NAME=value") put in; any other
 * '$' is the query's own. */
char *metric_query(const char *query, const struct strings *env);
/* What Prometheus answered to an instant query. */
void metric_read_prometheus(const char *body, int status,
			    struct metric_reading *reading);
/* A command's last line: a number, or {"value": NUMBER}. */
void metric_read_output(const char *output, size_t size,
			struct metric_reading *reading);
/* "12", "-1.5e3", "+Inf"; not "NaN". */
bool metric_number(const char *text, size_t len, double *number);

#endif
