/* SPDX-License-Identifier: MIT */
#include "delivery/traffic/nginx-log.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/str.h"

#define SERVER_ERROR 500
#define BAD_GATEWAY 502
#define GATEWAY_TIMEOUT 504

struct line {
	int64_t end_us, duration_us;
	int status;
	const char *word;
	size_t word_len;
	const char *addresses, *statuses; /* lists */
};

/* "1763722980.123" to microseconds, exactly. */
static bool take_seconds(const char **at, int64_t *us)
{
	char *end;
	long long whole = strtoll(*at, &end, 10);
	long part;

	if (end == *at || *end != '.' || whole < 0 || whole > INT32_MAX * 8LL)
		return false;
	*at = end + 1;
	part = strtol(*at, &end, 10);
	if (end != *at + 3 || *end != ' ' || part < 0)
		return false;
	*at = end + 1;
	*us = whole * 1000000 + part * 1000;
	return true;
}

static bool cut(const char *text, struct line *line)
{
	char *end;

	if (!take_seconds(&text, &line->end_us) ||
	    !take_seconds(&text, &line->duration_us))
		return false;
	line->status = (int)strtol(text, &end, 10);
	if (end != text + 3 || *end != ' ')
		return false;
	line->word = end + 1;
	line->word_len = strcspn(line->word, "|");
	if (line->word[line->word_len] != '|')
		return false;
	line->addresses = line->word + line->word_len + 1;
	line->statuses = strchr(line->addresses, '|');
	if (!line->statuses)
		return false;
	line->statuses++;
	return true;
}

/* The next of "A, B : C", which stands for redirects within nginx. */
static bool take_item(const char **at, const char **item, size_t *len)
{
	*at += strspn(*at, ", :");
	*item = *at;
	while (**at && **at != ',' && **at != ' ' && **at != '|')
		++*at;
	*len = (size_t)(*at - *item);
	return *len > 0;
}

static bool has_port(const struct nginx_log *log, int colour,
		     const char *address, size_t len)
{
	size_t colon = len;
	long port;

	while (colon > 0 && address[colon - 1] != ':')
		colon--;
	port = strtol(address + colon, NULL, 10);
	return colon > 0 && port >= log->ports[colour] &&
	       port < log->ports[colour] + log->instances;
}

static bool is_word(const struct line *line, const char *word)
{
	return strlen(word) == line->word_len &&
	       strncmp(line->word, word, line->word_len) == 0;
}

/* The colour of an address; -1 for none: "no live upstreams" is told by the
 * name of the upstream. */
static int colour_of(const struct nginx_log *log, const struct line *line,
		     const char *address, size_t len)
{
	if (!memchr(address, ':', len))
		return -1;
	for (int i = 0; i < COLOUR_COUNT; i++)
		if (log->by_port ? has_port(log, i, address, len)
				 : is_word(line, log->words[i]))
			return i;
	return -1;
}

/* The time is of the attempt that was answered. */
static void add_time(struct nginx_counts *counts, const struct line *line)
{
	int64_t *slot = &counts->times[counts->timed++ % NGINX_MEAN_OF];
	int64_t begun = line->end_us - line->duration_us;

	counts->times_sum += line->duration_us - *slot;
	*slot = line->duration_us;
	latencies_add(&counts->recent, line->duration_us);
	latencies_add(&counts->marked, line->duration_us);
	if (begun > counts->last_begun_us)
		counts->last_begun_us = begun;
	if (line->end_us > counts->last_ended_us)
		counts->last_ended_us = line->end_us;
}

static void add_attempt(struct nginx_counts *counts, const char *status,
			size_t len)
{
	long number = len ? strtol(status, NULL, 10) : 0;

	counts->requests++;
	counts->errors += number >= SERVER_ERROR;
}

static bool is_ours(const struct nginx_log *log, const struct line *line)
{
	for (int i = 0; i < COLOUR_COUNT; i++) {
		size_t len = strlen(log->words[i]);

		if (is_word(line, log->words[i]) ||
		    (log->by_port &&
		     strncmp(line->word, log->words[i], len) == 0 &&
		     line->word[len] == '_'))
			return true;
	}
	return false;
}

void nginx_log_take(struct nginx_log *log, const char *text)
{
	struct line line;
	const char *address, *status;
	size_t len, status_len;
	int last = -1;

	if (!cut(text, &line) || !is_ours(log, &line))
		return;
	while (take_item(&line.addresses, &address, &len)) {
		int colour = colour_of(log, &line, address, len);

		if (!take_item(&line.statuses, &status, &status_len))
			status_len = 0;
		if (colour < 0)
			continue;
		if (last >= 0)
			log->colours[last].retries++;
		last = colour;
		add_attempt(&log->colours[colour], status, status_len);
	}
	if (last >= 0)
		add_time(&log->colours[last], &line);
	else if (line.status >= SERVER_ERROR)
		log->failed++;
	if (line.status == BAD_GATEWAY || line.status == GATEWAY_TIMEOUT ||
	    (last < 0 && line.status >= SERVER_ERROR))
		log->unanswered++;
}

static double mean_of(const struct nginx_counts *counts)
{
	int64_t count =
		counts->timed < NGINX_MEAN_OF ? counts->timed : NGINX_MEAN_OF;

	return count ? (double)counts->times_sum / (double)count / 1000 : NAN;
}

void nginx_log_sample(struct nginx_log *log, struct traffic_sample *sample)
{
	for (int i = 0; i < COLOUR_COUNT; i++) {
		struct traffic_colour_sample *colour = &sample->colours[i];
		struct nginx_counts *counts = &log->colours[i];

		colour->requests = counts->requests;
		colour->errors = counts->errors;
		colour->retries = counts->retries;
		colour->recent = latencies_percentiles(&counts->recent);
		colour->marked = latencies_percentiles(&counts->marked);
		colour->mean = mean_of(counts);
		colour->last_begun_us = counts->last_begun_us;
		latencies_clear(&counts->recent);
	}
	sample->failed = log->failed;
	sample->unanswered = log->unanswered;
}

void nginx_log_mark(struct nginx_log *log)
{
	for (int i = 0; i < COLOUR_COUNT; i++)
		latencies_clear(&log->colours[i].marked);
}
