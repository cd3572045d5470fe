/* SPDX-License-Identifier: MIT */
/* What a source of metrics implements. */
#ifndef SIGNALBOX_DELIVERY_METRIC_SOURCE_H
#define SIGNALBOX_DELIVERY_METRIC_SOURCE_H

#include "delivery/metric.h"
#include "proc/tool.h"

#define METRIC_TIMEOUT_MS 10000

/* One question under way. */
struct metric {
	const struct metric_config *config;
	const struct metric_source *source;
	struct metrics *metrics;
	struct http_call *call; /* of Prometheus */
	struct tool *tool;	/* of a command */
	struct timer *refused;	/* it could not be asked: told later */
};

struct metric_source {
	const char *name;
	bool (*serves)(const struct metric_config *config);
	/* Answers by metric_answered(), later. */
	void (*ask)(struct metric *metric);
	void (*cancel)(struct metric *metric);
};

extern const struct metric_source metric_prometheus, metric_command;

const struct metric_options *metric_options_of(const struct metric *metric);
void metric_answered(struct metric *metric,
		     const struct metric_reading *reading);
/* The same on the next turn of the loop. */
void metric_refused(struct metric *metric, const struct error *err);
void metric_unknown(struct metric_reading *reading, const char *format, ...)
	PRINTF_LIKE(2, 3);

#endif
