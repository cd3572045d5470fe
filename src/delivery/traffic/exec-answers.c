/* SPDX-License-Identifier: MIT */
#include "delivery/traffic/exec-answers.h"

#include <math.h>
#include <string.h>

#include "event/event.h"

static const char *last_line(const char *text, size_t size, size_t *len)
{
	const char *stop = text + size, *begin;

	while (stop > text && stop[-1] == '\n')
		stop--;
	for (begin = stop; begin > text && begin[-1] != '\n';)
		begin--;
	*len = (size_t)(stop - begin);
	return begin;
}

json_t *exec_last_object(const char *output, size_t size)
{
	size_t len;
	const char *line = last_line(output, size, &len);

	return len ? json_loadb(line, len, 0, NULL) : json_object();
}

bool exec_read_split(const json_t *answer, int steps,
		     struct traffic_split *split)
{
	const json_t *percent = json_object_get(answer, "percent");
	double sum = 0;

	for (int i = 0; i < COLOUR_COUNT; i++) {
		const json_t *share =
			json_object_get(percent, colour_name((enum colour)i));

		if (!json_is_number(share))
			return false;
		split->percent[i] = json_number_value(share);
		split->units[i] = (int)lround(split->percent[i] * steps / 100);
		sum += split->percent[i];
	}
	return fabs(sum - 100) < 0.5 && split->percent[COLOUR_BLUE] >= 0 &&
	       split->percent[COLOUR_GREEN] >= 0;
}

int64_t exec_read_count(const json_t *object, const char *key)
{
	int64_t value = json_int(object, key, 0);

	return value > 0 ? value : 0;
}

static double read_real(const json_t *object, const char *key)
{
	const json_t *value = json_object_get(object, key);

	return json_is_number(value) ? json_number_value(value) : NAN;
}

void exec_read_colour(const json_t *told, struct traffic_colour_sample *to)
{
	const struct traffic_percentiles unknown = {
		.p50 = NAN, .p95 = NAN, .p99 = NAN};

	to->up = !json_is_false(json_object_get(told, "up"));
	to->requests = exec_read_count(told, "requests");
	to->errors = exec_read_count(told, "errors");
	to->retries = exec_read_count(told, "retries");
	to->sessions = exec_read_count(told, "sessions");
	to->mean = read_real(told, "mean");
	to->recent = to->marked = unknown;
}

static int64_t grown(int64_t before, int64_t now)
{
	return now >= before ? now - before : now;
}

static void add_colour(const struct traffic_colour_sample *last,
		       struct traffic_colour_sample *sum,
		       struct traffic_colour_sample *now)
{
	sum->requests += grown(last->requests, now->requests);
	sum->errors += grown(last->errors, now->errors);
	sum->retries += grown(last->retries, now->retries);
	now->requests = sum->requests;
	now->errors = sum->errors;
	now->retries = sum->retries;
}

void exec_add_growth(struct exec_sums *sums, struct traffic_sample *sample)
{
	const struct traffic_sample told = *sample;

	if (!sums->begun)
		sums->last = told;
	sums->begun = true;
	sums->sum.failed += grown(sums->last.failed, told.failed);
	sample->failed = sums->sum.failed;
	for (int i = 0; i < COLOUR_COUNT; i++)
		add_colour(&sums->last.colours[i], &sums->sum.colours[i],
			   &sample->colours[i]);
	sums->last = told;
}
