/* SPDX-License-Identifier: MIT */
#include "delivery/analysis.h"

#include <inttypes.h>
#include <jansson.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/memory.h"
#include "base/number.h"
#include "delivery/compare.h"
#include "delivery/metric.h"
#include "delivery/words.h"

#define TEN_MINUTES_MS (10 * 60 * 1000.0)

struct analysis {
	const struct analysis_config *config;
	struct compare *compares[2]; /* NULL: not asked for */
	struct analysis_counts begun;
	bool has_origin; /* begun is a true reading */
	int64_t begun_ms, next_ms;
	int failures;
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
	analysis->compares[0] = compare_errors(config);
	analysis->compares[1] = compare_latencies(config);
	return analysis;
}

void analysis_free(struct analysis *analysis)
{
	if (!analysis)
		return;
	for (size_t i = 0; i < ARRAY_SIZE(analysis->compares); i++)
		compare_free(analysis->compares[i]);
	free(analysis);
}

const struct analysis_config *
analysis_config_of(const struct analysis *analysis)
{
	return analysis->config;
}

void analysis_begin(struct analysis *analysis, int64_t now_ms,
		    const struct analysis_sight *sight)
{
	const struct analysis_config *config = analysis->config;

	analysis->begun = sight->candidate;
	analysis->has_origin = sight->candidate.known;
	analysis->failures = 0;
	analysis->begun_ms = now_ms;
	analysis->next_ms = now_ms + config->initial_delay_ms +
			    (config->every_ms > 0 ? config->every_ms : 1);
	for (size_t i = 0; i < ARRAY_SIZE(analysis->compares); i++)
		if (analysis->compares[i])
			compare_begin(analysis->compares[i], sight);
}

int64_t analysis_next_ms(const struct analysis *analysis)
{
	return analysis->next_ms;
}

double analysis_slow_ms(const struct analysis *analysis)
{
	return analysis->compares[1] ? compare_slow_ms(analysis->compares[1])
				     : 0;
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

static void fill_limit(struct finding *finding, const char *metric,
		       double value, const struct limit *limit)
{
	*finding = (struct finding){
		.metric = metric,
		.source = "provider",
		.value = value,
		.limit = limit->below,
		.strain = value / limit->below,
		.baseline = NAN,
		.evidence = NAN,
		.smallest = NAN,
	};
}

static void say_too_few(const struct analysis *analysis, int64_t requests,
			struct finding *finding)
{
	const struct analysis_config *config = analysis->config;
	int64_t least = config->min_requests > 0 ? config->min_requests : 1;
	char count[WORDS_SIZE], needed[WORDS_SIZE];

	finding->verdict = VERDICT_INCONCLUSIVE;
	finding->needed = least - requests;
	snprintf(finding->text, sizeof(finding->text),
		 "too few requests to say: %s, %s more needed",
		 number_grouped(requests, count),
		 number_grouped(finding->needed, needed));
}

static bool are_too_few(const struct analysis *analysis, int64_t requests)
{
	return requests < analysis->config->min_requests || !requests;
}

/* Of a limit that is filled. */
static void judge_limit(const struct analysis *analysis, const char *words,
			int64_t requests, struct finding *finding)
{
	bool is_percent = *finding->metric == 'e';
	char value[WORDS_SIZE], limit[WORDS_SIZE], count[WORDS_SIZE];

	if (are_too_few(analysis, requests)) {
		say_too_few(analysis, requests, finding);
		return;
	}
	if (isnan(finding->value)) {
		finding->verdict = VERDICT_ERROR;
		snprintf(finding->text, sizeof(finding->text), "%s",
			 "the provider measures no latencies");
		return;
	}
	finding->verdict =
		finding->value < finding->limit ? VERDICT_PASS : VERDICT_FAIL;
	snprintf(finding->text, sizeof(finding->text),
		 "%s %s of %s requests, limit %s", words,
		 amount(finding->value, is_percent, value),
		 number_grouped(requests, count),
		 amount(finding->limit, is_percent, limit));
}

static void find_limits(const struct analysis *analysis,
			const struct analysis_counts *counts,
			struct analysis_result *result)
{
	const struct analysis_config *config = analysis->config;
	int64_t errors = counts->errors - analysis->begun.errors;
	const struct {
		const char *metric, *words;
		const struct limit *limit;
		double value;
	} limits[] = {
		{"error-rate", "error rate", &config->error_rate,
		 result->requests > 0
			 ? 100.0 * (double)errors / (double)result->requests
			 : NAN},
		{"p50", "p50", &config->p50, counts->p50},
		{"p95", "p95", &config->p95, counts->p95},
		{"p99", "p99", &config->p99, counts->p99},
	};

	for (size_t i = 0; i < ARRAY_SIZE(limits); i++) {
		struct finding *finding = &result->findings[result->count];

		if (!limits[i].limit->present)
			continue;
		fill_limit(finding, limits[i].metric, limits[i].value,
			   limits[i].limit);
		judge_limit(analysis, limits[i].words, result->requests,
			    finding);
		result->count++;
	}
}

/* What stands beside stable does so whatever `failures` says. */
static bool condemns(const struct finding *finding)
{
	return finding->verdict == VERDICT_FAIL && !isnan(finding->evidence);
}

/* Worse is told at any time; that it is not, from min-requests on. */
static void find_beside_stable(struct analysis *analysis, int64_t now_ms,
			       const struct analysis_sight *sight,
			       struct analysis_result *result)
{
	double ms = (double)(now_ms - analysis->begun_ms);
	double more =
		ms > 0 ? (double)result->requests * TEN_MINUTES_MS / ms : 0;

	for (size_t i = 0; i < ARRAY_SIZE(analysis->compares); i++) {
		struct finding *finding = &result->findings[result->count];

		if (!analysis->compares[i])
			continue;
		compare_look(analysis->compares[i], sight, (int64_t)more,
			     finding);
		if (finding->verdict == VERDICT_PASS &&
		    are_too_few(analysis, result->requests))
			say_too_few(analysis, result->requests, finding);
		result->condemned |= condemns(finding);
		result->false_alarm = analysis->config->false_alarm;
		result->count++;
	}
}

static bool is_worse(const struct finding *finding, const struct finding *other)
{
	if (condemns(finding) != condemns(other))
		return condemns(finding);
	if (finding->verdict != other->verdict)
		return finding->verdict > other->verdict;
	return finding->strain > other->strain;
}

static size_t worst_of(const struct analysis_result *result)
{
	size_t worst = 0;

	for (size_t i = 1; i < result->count; i++)
		if (is_worse(&result->findings[i], &result->findings[worst]))
			worst = i;
	return worst;
}

/* The worst in words; where all is well, what stands beside stable too. */
static void tell(struct analysis_result *result)
{
	const struct finding *worst = &result->findings[result->worst];
	struct str text = STR_INIT;
	char nth[WORDS_SIZE];

	str_add(&text, worst->text);
	if (result->verdict == VERDICT_FAIL && !condemns(worst))
		str_addf(&text, ": %s failure of %d",
			 ordinal(result->failures, nth), result->allowed);
	for (size_t i = 0; i < result->count; i++) {
		const struct finding *other = &result->findings[i];

		if (result->verdict == VERDICT_PASS && other != worst &&
		    !isnan(other->evidence))
			str_addf(&text, "; %s", other->text);
	}
	snprintf(result->text, sizeof(result->text), "%s", text.data);
	str_release(&text);
}

static void say_alone(struct analysis_result *result, enum verdict verdict,
		      const char *text)
{
	struct finding *finding = &result->findings[result->count++];

	fill_limit(finding, "error-rate", NAN, &(struct limit){.below = NAN});
	finding->verdict = verdict;
	snprintf(finding->text, sizeof(finding->text), "%s", text);
}

static bool asks_provider(const struct analysis *analysis)
{
	const struct analysis_config *config = analysis->config;

	return config->error_rate.present || config->p50.present ||
	       config->p95.present || config->p99.present ||
	       config->worse_errors.present || config->slower.present;
}

static void find(struct analysis *analysis, int64_t now_ms,
		 const struct analysis_sight *sight,
		 struct analysis_result *result)
{
	const struct analysis_config *config = analysis->config;
	bool known = sight->candidate.known;

	if (known && !analysis->has_origin) {
		analysis->begun = sight->candidate;
		analysis->has_origin = true;
	}
	if (known)
		result->requests =
			sight->candidate.requests - analysis->begun.requests;
	if (known) {
		find_limits(analysis, &sight->candidate, result);
		if (!sight->alone)
			find_beside_stable(analysis, now_ms, sight, result);
	} else if (asks_provider(analysis)) {
		say_alone(result, VERDICT_ERROR,
			  "could not measure: the provider did not answer");
	}
	for (size_t i = 0; sight->readings && i < config->metric_count; i++)
		metric_judge(&config->metrics[i], &sight->readings[i],
			     &result->findings[result->count++]);
	if (!result->count)
		say_alone(result, VERDICT_PASS,
			  sight->alone ? "it has all requests: there is "
					 "nothing to hold it against"
				       : "no limit is set");
}

void analysis_look(struct analysis *analysis, int64_t now_ms,
		   const struct analysis_sight *sight,
		   struct analysis_result *result)
{
	const struct analysis_config *config = analysis->config;

	*result = (struct analysis_result){
		.allowed = config->failures > 0 ? config->failures : 1,
		.false_alarm = NAN,
	};
	analysis->next_ms =
		now_ms + (config->every_ms > 0 ? config->every_ms : 1);
	find(analysis, now_ms, sight, result);
	result->worst = worst_of(result);
	result->verdict = result->findings[result->worst].verdict;
	if (result->verdict == VERDICT_FAIL)
		analysis->failures++;
	else if (result->verdict == VERDICT_PASS)
		analysis->failures = 0;
	result->failures = analysis->failures;
	result->condemned |= result->verdict == VERDICT_FAIL &&
			     result->failures >= result->allowed;
	tell(result);
}

static void set_known(json_t *fields, const char *key, double value)
{
	if (!isnan(value) && !isinf(value))
		json_object_set_new(fields, key, json_real(value));
}

/* What analysis.judged has of one metric. */
static json_t *finding_fields(const struct finding *finding)
{
	json_t *fields = json_object();

	json_object_set_new(fields, "verdict",
			    json_string(verdict_name(finding->verdict)));
	json_object_set_new(fields, "metric", json_foreign(finding->metric));
	json_object_set_new(fields, "source", json_string(finding->source));
	set_known(fields, "value", finding->value);
	set_known(fields, "limit", finding->limit);
	set_known(fields, "baseline", finding->baseline);
	set_known(fields, "evidence", finding->evidence);
	set_known(fields, "smallest", finding->smallest);
	if (finding->needed)
		json_object_set_new(fields, "needed",
				    json_integer(finding->needed));
	if (!isnan(finding->evidence))
		json_object_set_new(fields, "compared",
				    json_foreign(finding->text));
	return fields;
}

struct event *analysis_event(const struct analysis_result *result,
			     const char *stage, const char *environment)
{
	struct event *event = event_new(EVENT_ANALYSIS_JUDGED, stage);
	json_t *worst = finding_fields(&result->findings[result->worst]);
	json_t *all = json_array();

	event_set(event, "environment", environment);
	json_object_update(event->fields, worst);
	json_decref(worst);
	event_set_real(event, "false-alarm", result->false_alarm);
	event_set_int(event, "requests", result->requests);
	event_set_int(event, "failures", result->failures);
	event_set_int(event, "allowed", result->allowed);
	event_set(event, "text", result->text);
	for (size_t i = 0; i < result->count; i++) {
		json_t *fields = finding_fields(&result->findings[i]);

		json_object_set_new(fields, "text",
				    json_foreign(result->findings[i].text));
		json_object_del(fields, "compared");
		json_array_append_new(all, fields);
	}
	if (result->count > 1)
		event_set_json_owned(event, "metrics", all);
	else
		json_decref(all);
	return event;
}

static void describe_limits(const struct analysis_config *config,
			    struct str *out)
{
	const struct {
		const char *words;
		const struct limit *limit;
	} limits[] = {
		{"error rate", &config->error_rate},
		{"p50", &config->p50},
		{"p95", &config->p95},
		{"p99", &config->p99},
	};
	char text[WORDS_SIZE];

	for (size_t i = 0; i < ARRAY_SIZE(limits); i++)
		if (limits[i].limit->present)
			str_addf(out, "%s%s < %s", out->len ? ", " : "",
				 limits[i].words,
				 amount(limits[i].limit->below, i == 0, text));
}

static void describe_beside_stable(const struct analysis_config *config,
				   struct str *out)
{
	char text[WORDS_SIZE];

	if (config->worse_errors.present)
		str_addf(out, "%serrors at most %s points over stable's",
			 out->len ? ", " : "",
			 number_real(config->worse_errors.below, 2, text));
	if (config->slower.present)
		str_addf(out, "%sp99 at most %s times stable's",
			 out->len ? ", " : "",
			 number_real(config->slower.below, 2, text));
	if (config->worse_errors.present || config->slower.present)
		str_addf(out, " (false alarm %s)",
			 words_percent(config->false_alarm, text));
}

void analysis_describe(const struct analysis_config *config, struct str *out)
{
	struct str limits = STR_INIT;
	char text[WORDS_SIZE];

	describe_limits(config, &limits);
	describe_beside_stable(config, &limits);
	for (size_t i = 0; i < config->metric_count; i++) {
		str_add(&limits, limits.len ? ", " : "");
		metric_describe(&config->metrics[i], &limits);
	}
	str_add(out, limits.len ? limits.data : "no limit");
	str_release(&limits);
	str_addf(out, ", every %s", words_duration(config->every_ms, text));
	str_addf(out, ", from %s requests on",
		 number_grouped(config->min_requests, text));
	str_addf(out, ", %d failure%s in a row", config->failures,
		 config->failures == 1 ? "" : "s");
}
