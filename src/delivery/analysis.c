/* SPDX-License-Identifier: MIT */
#include "delivery/analysis.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/memory.h"
#include "base/number.h"
#include "delivery/words.h"

struct analysis {
	const struct analysis_config *config;
	struct analysis_counts begun;
	bool has_origin; /* begun is a true reading */
	int64_t next_ms;
	int failures;
};

/* What one limit says. */
struct finding {
	const char *metric;
	const char *words;
	double value, limit;
	bool is_percent;
};

static const char *const verdicts[] = {
	[VERDICT_PASS] = "pass",
	[VERDICT_FAIL] = "fail",
	[VERDICT_INCONCLUSIVE] = "inconclusive",
	[VERDICT_ERROR] = "error",
};

static const char *verdict_name(enum verdict verdict)
{
	return verdicts[verdict];
}

struct analysis *analysis_new(const struct analysis_config *config)
{
	struct analysis *analysis = xcalloc(1, sizeof(*analysis));

	analysis->config = config;
	return analysis;
}

void analysis_free(struct analysis *analysis)
{
	free(analysis);
}

void analysis_begin(struct analysis *analysis, int64_t now_ms,
		    const struct analysis_counts *counts)
{
	const struct analysis_config *config = analysis->config;

	analysis->begun = *counts;
	analysis->has_origin = counts->known;
	analysis->failures = 0;
	analysis->next_ms = now_ms + config->initial_delay_ms +
			    (config->every_ms > 0 ? config->every_ms : 1);
}

int64_t analysis_next_ms(const struct analysis *analysis)
{
	return analysis->next_ms;
}

/* Fills at most 4; how many limits there are. */
static int limits_of(const struct analysis_config *config,
		     struct finding findings[4])
{
	static const struct finding kinds[4] = {
		{"error-rate", "error rate", 0, 0, true},
		{"p50", "p50", 0, 0, false},
		{"p95", "p95", 0, 0, false},
		{"p99", "p99", 0, 0, false},
	};
	const struct limit *limits[4] = {&config->error_rate, &config->p50,
					 &config->p95, &config->p99};
	int count = 0;

	for (int i = 0; i < 4; i++) {
		if (!limits[i]->present)
			continue;
		findings[count] = kinds[i];
		findings[count++].limit = limits[i]->below;
	}
	return count;
}

static double value_of(const char *metric, const struct analysis_counts *counts,
		       int64_t requests, int64_t errors)
{
	switch (metric[1]) {
	case 'r':
		return requests > 0 ? 100.0 * (double)errors / (double)requests
				    : NAN;
	case '5':
		return counts->p50;
	default:
		return metric[2] == '5' ? counts->p95 : counts->p99;
	}
}

/* The one that is worst against its limit; NAN is worst of all. */
static struct finding worst(const struct finding *findings, int count)
{
	struct finding worst = findings[0];

	for (int i = 1; i < count; i++) {
		const struct finding *other = &findings[i];

		if (isnan(worst.value))
			break;
		if (isnan(other->value) ||
		    other->value * worst.limit > worst.value * other->limit)
			worst = *other;
	}
	return worst;
}

static const char *ordinal(int n, char text[WORDS_SIZE])
{
	const char *end = "th";

	if (n % 100 < 11 || n % 100 > 13)
		end = n % 10 == 1   ? "st"
		      : n % 10 == 2 ? "nd"
		      : n % 10 == 3 ? "rd"
				    : "th";
	snprintf(text, WORDS_SIZE, "%d%s", n, end);
	return text;
}

static const char *amount(double value, bool is_percent, char text[WORDS_SIZE])
{
	if (is_percent)
		return words_percent(value, text);
	snprintf(text, WORDS_SIZE, "%.0f ms", value);
	return text;
}

static void tell(const struct finding *finding, struct analysis_result *result)
{
	char value[WORDS_SIZE], limit[WORDS_SIZE], requests[WORDS_SIZE];
	char nth[WORDS_SIZE];
	int len;

	if (result->verdict == VERDICT_INCONCLUSIVE) {
		snprintf(result->text, sizeof(result->text),
			 "too few requests to say: %s, %s more needed",
			 number_grouped(result->requests, requests),
			 number_grouped(result->needed, value));
		return;
	}
	len = snprintf(result->text, sizeof(result->text),
		       "%s %s of %s requests, limit %s", finding->words,
		       amount(finding->value, finding->is_percent, value),
		       number_grouped(result->requests, requests),
		       amount(finding->limit, finding->is_percent, limit));
	if (result->verdict == VERDICT_FAIL)
		snprintf(result->text + len, sizeof(result->text) - (size_t)len,
			 ": %s failure of %d", ordinal(result->failures, nth),
			 result->allowed);
}

static void say_error(struct analysis_result *result, const char *text)
{
	result->verdict = VERDICT_ERROR;
	result->value = NAN;
	snprintf(result->text, sizeof(result->text), "%s", text);
}

/* Judges when there is something to judge by; the verdict is in result. */
static void judge(struct analysis *analysis,
		  const struct analysis_counts *counts,
		  struct finding findings[4], int count,
		  struct analysis_result *result)
{
	const struct analysis_config *config = analysis->config;
	int64_t errors = counts->errors - analysis->begun.errors;
	struct finding finding;

	for (int i = 0; i < count; i++)
		findings[i].value = value_of(findings[i].metric, counts,
					     result->requests, errors);
	finding = worst(findings, count);
	result->metric = finding.metric;
	result->value = finding.value;
	result->limit = finding.limit;
	if (result->requests < config->min_requests || !result->requests) {
		int64_t least =
			config->min_requests > 0 ? config->min_requests : 1;

		result->verdict = VERDICT_INCONCLUSIVE;
		result->needed = least - result->requests;
	} else if (isnan(finding.value)) {
		say_error(result, "the provider measures no latencies");
		return;
	} else if (finding.value < finding.limit) {
		result->verdict = VERDICT_PASS;
		analysis->failures = 0;
	} else {
		result->verdict = VERDICT_FAIL;
		result->failures = ++analysis->failures;
	}
	tell(&finding, result);
}

void analysis_look(struct analysis *analysis, int64_t now_ms,
		   const struct analysis_counts *counts,
		   struct analysis_result *result)
{
	const struct analysis_config *config = analysis->config;
	struct finding findings[4] = {{0}};
	int count = limits_of(config, findings);

	*result = (struct analysis_result){
		.metric = count ? findings[0].metric : "error-rate",
		.value = NAN,
		.limit = count ? findings[0].limit : NAN,
		.failures = analysis->failures,
		.allowed = config->failures > 0 ? config->failures : 1,
	};
	analysis->next_ms =
		now_ms + (config->every_ms > 0 ? config->every_ms : 1);
	if (!counts->known) {
		say_error(result, "could not measure: the provider did not "
				  "answer");
		return;
	}
	if (!analysis->has_origin) {
		analysis->begun = *counts;
		analysis->has_origin = true;
	}
	result->requests = counts->requests - analysis->begun.requests;
	if (!count) {
		result->verdict = VERDICT_PASS;
		snprintf(result->text, sizeof(result->text), "no limit is set");
		return;
	}
	judge(analysis, counts, findings, count, result);
	result->failures = analysis->failures;
	result->condemned = result->verdict == VERDICT_FAIL &&
			    result->failures >= result->allowed;
}

struct event *analysis_event(const struct analysis_result *result,
			     const char *stage, const char *environment)
{
	struct event *event = event_new(EVENT_ANALYSIS_JUDGED, stage);

	event_set(event, "environment", environment);
	event_set(event, "verdict", verdict_name(result->verdict));
	event_set(event, "metric", result->metric);
	if (!isnan(result->value))
		event_set_real(event, "value", result->value);
	if (!isnan(result->limit))
		event_set_real(event, "limit", result->limit);
	event_set_int(event, "requests", result->requests);
	if (result->needed)
		event_set_int(event, "needed", result->needed);
	event_set_int(event, "failures", result->failures);
	event_set_int(event, "allowed", result->allowed);
	event_set(event, "text", result->text);
	return event;
}

void analysis_describe(const struct analysis_config *config, struct str *out)
{
	struct finding findings[4];
	int count = limits_of(config, findings);
	char text[WORDS_SIZE];

	for (int i = 0; i < count; i++)
		str_addf(out, "%s%s < %s", i ? ", " : "", findings[i].words,
			 amount(findings[i].limit, findings[i].is_percent,
				text));
	if (!count)
		str_add(out, "no limit");
	str_addf(out, ", every %s", words_duration(config->every_ms, text));
	str_addf(out, ", from %s requests on",
		 number_grouped(config->min_requests, text));
	str_addf(out, ", %d failure%s in a row", config->failures,
		 config->failures == 1 ? "" : "s");
}
