/* SPDX-License-Identifier: MIT */
#include "pipeline/sections.h"

#include <string.h>

#include "base/number.h"

static const char *skip_blanks(const char *text)
{
	while (*text == ' ')
		text++;
	return text;
}

/* What follows the '<', or NULL. */
static const char *limit_text(const char *text)
{
	text = skip_blanks(text);
	return *text == '<' ? skip_blanks(text + 1) : NULL;
}

static void read_error_rate(struct reader *reader, const struct node *value,
			    void *into)
{
	struct limit *limit = into;
	const char *text;

	if (!expect_kind(reader, value, NODE_TEXT, "a limit such as '< 1%'"))
		return;
	text = limit_text(value->text);
	limit->present = true;
	if (!text || !parse_percent(text, &limit->below) || limit->below <= 0)
		complain_about(reader, value,
			       "'%.40s' is no limit on errors; write \"< 1%%\"",
			       value->text);
}

/* "300ms" or "1.5s" to milliseconds. */
static bool parse_latency(const char *text, double *ms)
{
	const char *unit;

	if (!number_decimal(text, ms, &unit))
		return false;
	if (strcmp(unit, "s") == 0)
		*ms *= 1000;
	else if (strcmp(unit, "ms") != 0)
		return false;
	return *ms > 0;
}

/* Latencies need request lines; an attached HAProxy without a ring has only
 * means to give. */
static void check_measurable(struct reader *reader, const struct node *value)
{
	const struct environment_config *target = reader->target;

	if (target && target->traffic.haproxy.socket &&
	    !target->traffic.haproxy.ring)
		complain_at(reader, value->key_place,
			    "'%s' cannot be measured in '%s': without 'ring' "
			    "in its haproxy only mean latencies are known; "
			    "name a ring of request lines, or use error-rate",
			    value->key, target->name);
}

static void read_latency(struct reader *reader, const struct node *value,
			 void *into)
{
	struct limit *limit = into;
	const char *text;

	check_measurable(reader, value);
	if (!expect_kind(reader, value, NODE_TEXT, "a limit such as '< 300ms'"))
		return;
	text = limit_text(value->text);
	limit->present = true;
	if (!text || !parse_latency(text, &limit->below))
		complain_about(reader, value,
			       "'%.40s' is no limit on latency; write "
			       "\"< 300ms\"",
			       value->text);
}

static void read_min_requests(struct reader *reader, const struct node *value,
			      void *into)
{
	int count = 0;

	read_positive(reader, value, &count);
	if (count)
		*(int64_t *)into = count;
}

static const struct key analysis_keys[] = {
	{"every", read_time_limit, offsetof(struct analysis_config, every_ms),
	 false},
	{"initial-delay", read_duration,
	 offsetof(struct analysis_config, initial_delay_ms), false},
	{"error-rate", read_error_rate,
	 offsetof(struct analysis_config, error_rate), false},
	{"p50", read_latency, offsetof(struct analysis_config, p50), false},
	{"p95", read_latency, offsetof(struct analysis_config, p95), false},
	{"p99", read_latency, offsetof(struct analysis_config, p99), false},
	{"failures", read_positive, offsetof(struct analysis_config, failures),
	 false},
	{"min-requests", read_min_requests,
	 offsetof(struct analysis_config, min_requests), false},
	{"max-hold", read_time_limit,
	 offsetof(struct analysis_config, max_hold_ms), false},
	{"against-stable", NULL, 0, false},
	{"false-alarm", NULL, 0, false},
	{"metrics", NULL, 0, false},
	{"prometheus", NULL, 0, false},
	{"command", NULL, 0, false},
	{"baseline", NULL, 0, false},
	{"judge", NULL, 0, false},
	{"count", NULL, 0, false},
	{"dry-run", NULL, 0, false},
};
static const struct schema analysis_schema =
	SCHEMA("an analysis", analysis_keys);

struct analysis_config analysis_defaults(void)
{
	return (struct analysis_config){
		.every_ms = 5000,
		.failures = 2,
		.min_requests = 100,
		.max_hold_ms = 30 * 60 * (int64_t)1000,
		.false_alarm = 1,
	};
}

void read_analysis(struct reader *reader, const struct node *value, void *into)
{
	struct analysis_config *analysis = into;

	analysis->present = true;
	analysis->place = node_place(value);
	read_map(reader, value, &analysis_schema, analysis);
	if (value->kind == NODE_MAP && !analysis->error_rate.present &&
	    !analysis->p50.present && !analysis->p95.present &&
	    !analysis->p99.present && !has_strange_key(value, &analysis_schema))
		complain_at(reader, node_place(value),
			    "an analysis needs a limit: error-rate, p50, p95 "
			    "or p99");
}
