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

/* "+0.5%": points over stable's. */
static void read_worse(struct reader *reader, const struct node *value,
		       void *into)
{
	struct limit *limit = into;

	if (!expect_kind(reader, value, NODE_TEXT, "points such as '+0.5%'"))
		return;
	limit->present = true;
	if (value->text[0] != '+' ||
	    !parse_percent(value->text + 1, &limit->below) ||
	    limit->below >= 100)
		complain_about(reader, value,
			       "'%.40s' are no points over stable's error "
			       "rate; write \"+0.5%%\"",
			       value->text);
}

/* "1.5x": times stable's. */
static void read_slower(struct reader *reader, const struct node *value,
			void *into)
{
	struct limit *limit = into;
	const char *unit;

	check_measurable(reader, value);
	if (!expect_kind(reader, value, NODE_TEXT, "a factor such as '1.5x'"))
		return;
	limit->present = true;
	if (!number_decimal(value->text, &limit->below, &unit) ||
	    strcmp(unit, "x") != 0 || limit->below < 1 || limit->below > 1000)
		complain_about(reader, value,
			       "'%.40s' is no multiple of stable's p99; write "
			       "\"1.5x\"",
			       value->text);
}

static const struct key stable_keys[] = {
	{"error-rate", read_worse,
	 offsetof(struct analysis_config, worse_errors), false},
	{"p99", read_slower, offsetof(struct analysis_config, slower), false},
};
static const struct schema stable_schema =
	SCHEMA("what is held against stable", stable_keys);

static void read_against_stable(struct reader *reader, const struct node *value,
				void *into)
{
	read_map(reader, value, &stable_schema, into);
	if (value->kind == NODE_MAP && !value->count)
		complain_at(reader, node_place(value),
			    "against-stable needs error-rate or p99");
}

/* Percent of good releases; as a test of a half says nothing, less. */
static void read_false_alarm(struct reader *reader, const struct node *value,
			     void *into)
{
	double *percent = into;

	if (!expect_kind(reader, value, NODE_TEXT, "a share such as '1%'"))
		return;
	if (!parse_percent(value->text, percent) || *percent < 0.001 ||
	    *percent > 50)
		complain_about(reader, value,
			       "'%.40s' is no share of false alarms from "
			       "0.001%% to 50%%; write \"1%%\"",
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
	{"against-stable", read_against_stable, 0, false},
	{"false-alarm", read_false_alarm,
	 offsetof(struct analysis_config, false_alarm), false},
	{"metrics", read_metrics, 0, false},
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

static bool has_limit(const struct analysis_config *analysis)
{
	return analysis->error_rate.present || analysis->p50.present ||
	       analysis->p95.present || analysis->p99.present ||
	       analysis->worse_errors.present || analysis->slower.present ||
	       analysis->metric_count;
}

void read_analysis(struct reader *reader, const struct node *value, void *into)
{
	struct analysis_config *analysis = into;

	analysis->present = true;
	analysis->place = node_place(value);
	read_map(reader, value, &analysis_schema, analysis);
	if (value->kind == NODE_MAP && !has_limit(analysis) &&
	    !has_strange_key(value, &analysis_schema))
		complain_at(reader, node_place(value),
			    "an analysis needs a limit: error-rate, p50, p95, "
			    "p99, against-stable or metrics");
}
