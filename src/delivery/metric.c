/* SPDX-License-Identifier: MIT */
#include "delivery/metric.h"

#include <jansson.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "base/number.h"
#include "base/strings.h"
#include "delivery/metric-source.h"

#define NUMBER_MOST 64 /* digits of it; nobody means more */

struct metrics {
	struct metric_options options;
	struct strings env;
	char *folder;
	struct metric *each;
	struct metric_reading *readings;
	size_t count, waiting;
	metrics_done *done;
	void *data;
};

static const struct metric_source *const sources[] = {&metric_prometheus,
						      &metric_command};

static const struct metric_source *source_of(const struct metric_config *config)
{
	for (size_t i = 0; i < ARRAY_SIZE(sources); i++)
		if (sources[i]->serves(config))
			return sources[i];
	BUG("metric %s has no source", config->name);
}

struct metrics *metrics_new(const struct metric_options *options)
{
	const struct analysis_config *config = options->config;
	struct metrics *metrics = xcalloc(1, sizeof(*metrics));

	metrics->options = *options;
	strings_copy(&metrics->env, options->env);
	metrics->folder = xstrdup(options->folder);
	metrics->options.env = &metrics->env;
	metrics->options.folder = metrics->folder;
	metrics->count = config->metric_count;
	metrics->each = xcalloc(metrics->count, sizeof(*metrics->each));
	metrics->readings = xcalloc(metrics->count, sizeof(*metrics->readings));
	for (size_t i = 0; i < metrics->count; i++)
		metrics->each[i] = (struct metric){
			.config = &config->metrics[i],
			.source = source_of(&config->metrics[i]),
			.metrics = metrics,
		};
	return metrics;
}

void metrics_free(struct metrics *metrics)
{
	if (!metrics)
		return;
	for (size_t i = 0; i < metrics->count; i++) {
		metrics->each[i].source->cancel(&metrics->each[i]);
		timer_free(metrics->each[i].refused);
	}
	strings_release(&metrics->env);
	free(metrics->folder);
	free(metrics->each);
	free(metrics->readings);
	free(metrics);
}

const struct metric_options *metric_options_of(const struct metric *metric)
{
	return &metric->metrics->options;
}

void metrics_ask(struct metrics *metrics, metrics_done *done, void *data)
{
	metrics->done = done;
	metrics->data = data;
	metrics->waiting = metrics->count;
	for (size_t i = 0; i < metrics->count; i++)
		metrics->each[i].source->ask(&metrics->each[i]);
}

void metric_answered(struct metric *metric,
		     const struct metric_reading *reading)
{
	struct metrics *metrics = metric->metrics;

	metrics->readings[metric - metrics->each] = *reading;
	if (--metrics->waiting == 0)
		metrics->done(metrics->readings, metrics->data);
}

static void tell_refused(void *data)
{
	struct metric *metric = data;
	struct metric_reading none =
		metric->metrics->readings[metric - metric->metrics->each];

	timer_free(metric->refused);
	metric->refused = NULL;
	metric_answered(metric, &none);
}

void metric_refused(struct metric *metric, const struct error *err)
{
	struct metrics *metrics = metric->metrics;

	metric_unknown(&metrics->readings[metric - metrics->each], "%s",
		       error_text(err));
	metric->refused =
		loop_timer(metrics->options.loop, 0, tell_refused, metric);
}

void metric_unknown(struct metric_reading *reading, const char *format, ...)
{
	va_list args;

	*reading = (struct metric_reading){.value = NAN};
	va_start(args, format);
	vsnprintf(reading->why, sizeof(reading->why), format, args);
	va_end(args);
}

bool metric_number(const char *text, size_t len, double *number)
{
	static const char *const infinite[] = {"+Inf", "Inf", "-Inf"};
	char *array;
	json_t *parsed;

	for (size_t i = 0; i < ARRAY_SIZE(infinite); i++)
		if (strlen(infinite[i]) == len &&
		    strncmp(text, infinite[i], len) == 0) {
			*number = *text == '-' ? -INFINITY : INFINITY;
			return true;
		}
	if (len > NUMBER_MOST)
		return false;
	array = xasprintf("[%.*s]", (int)len, text);
	parsed = json_loads(array, 0, NULL);
	free(array);
	if (json_array_size(parsed) != 1 ||
	    !json_is_number(json_array_get(parsed, 0))) {
		json_decref(parsed);
		return false;
	}
	*number = json_number_value(json_array_get(parsed, 0));
	json_decref(parsed);
	return true;
}

static void set_strain(struct finding *finding, bool above)
{
	double over = above ? finding->limit / finding->value
			    : finding->value / finding->limit;

	if (isfinite(over) && over > 0)
		finding->strain = over;
}

void metric_judge(const struct metric_config *config,
		  const struct metric_reading *reading, struct finding *finding)
{
	const struct metric_source *source = source_of(config);
	char value[NUMBER_TEXT_SIZE], limit[NUMBER_TEXT_SIZE];
	bool holds = config->above ? reading->value > config->limit
				   : reading->value < config->limit;

	*finding = (struct finding){
		.verdict = !reading->known ? VERDICT_ERROR
			   : holds	   ? VERDICT_PASS
					   : VERDICT_FAIL,
		.metric = config->name,
		.source = source->name,
		.value = reading->known ? reading->value : NAN,
		.limit = config->limit,
		.baseline = NAN,
		.evidence = NAN,
		.smallest = NAN,
	};
	if (!reading->known) {
		snprintf(finding->text, sizeof(finding->text),
			 "could not measure %s: %s", config->name,
			 reading->why);
		return;
	}
	set_strain(finding, config->above);
	snprintf(finding->text, sizeof(finding->text), "%s %s, limit %s %s",
		 config->name,
		 isinf(finding->value) ? finding->value < 0 ? "-Inf" : "+Inf"
				       : number_real(finding->value, 4, value),
		 config->above ? ">" : "<",
		 number_real(config->limit, 4, limit));
}

void metric_describe(const struct metric_config *config, struct str *out)
{
	char limit[NUMBER_TEXT_SIZE];

	str_addf(out, "%s %s %s", config->name, config->above ? ">" : "<",
		 number_real(config->limit, 4, limit));
}
