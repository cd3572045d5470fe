/* SPDX-License-Identifier: MIT */
#include "delivery/traffic/haproxy-lines.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "base/str.h"

struct line {
	int64_t begin, end;
	const char *backend, *server;
	size_t backend_len, server_len;
};

static bool take_number(const char **at, int64_t *value)
{
	char *end;

	*value = strtoll(*at, &end, 10);
	if (end == *at || *end != ' ' || *value <= 0)
		return false;
	*at = end + 1;
	return true;
}

static bool take_word(const char **at, const char **word, size_t *len)
{
	const char *end = strchr(*at, ' ');

	if (!end)
		return false;
	*word = *at;
	*len = (size_t)(end - *at);
	*at = end + 1;
	return true;
}

static bool cut(const char *text, struct line *line)
{
	return take_number(&text, &line->begin) &&
	       take_number(&text, &line->end) &&
	       take_word(&text, &line->backend, &line->backend_len) &&
	       take_word(&text, &line->server, &line->server_len);
}

static bool is_word(const char *word, size_t len, const char *text)
{
	return strncmp(word, text, len) == 0 && text[len] == '\0';
}

static int colour_of(const struct line *line,
		     const struct strings servers[COLOUR_COUNT])
{
	for (int i = 0; i < COLOUR_COUNT; i++)
		for (size_t j = 0; j < servers[i].count; j++)
			if (is_word(line->server, line->server_len,
				    servers[i].items[j]))
				return i;
	return -1;
}

void haproxy_lines_take(struct haproxy_lines *lines, const char *text,
			const char *backend,
			const struct strings servers[COLOUR_COUNT])
{
	struct line line;
	int64_t lost;
	int colour;

	if (ends_with(text, " dropped")) { /* "62470 events dropped" */
		lost = strtoll(text, NULL, 10);
		if (lost > 0 && lost < UINT32_MAX)
			lines->lost += lost;
		return;
	}
	if (!cut(text, &line)) {
		lines->unread += *text != '\0';
		return;
	}
	colour = colour_of(&line, servers);
	if (colour < 0 || !is_word(line.backend, line.backend_len, backend))
		return;
	latencies_add(&lines->recent[colour], line.end - line.begin);
	latencies_add(&lines->marked[colour], line.end - line.begin);
	if (line.begin > lines->last_begun_us[colour])
		lines->last_begun_us[colour] = line.begin;
}

void haproxy_lines_sample(struct haproxy_lines *lines,
			  struct traffic_sample *sample)
{
	for (int i = 0; i < COLOUR_COUNT; i++) {
		struct traffic_colour_sample *colour = &sample->colours[i];

		colour->recent = latencies_percentiles(&lines->recent[i]);
		colour->marked = latencies_percentiles(&lines->marked[i]);
		colour->last_begun_us = lines->last_begun_us[i];
		latencies_clear(&lines->recent[i]);
	}
	sample->lost = lines->lost;
}

void haproxy_lines_mark(struct haproxy_lines *lines)
{
	for (int i = 0; i < COLOUR_COUNT; i++)
		latencies_clear(&lines->marked[i]);
}
