/* SPDX-License-Identifier: MIT */
#include "delivery/traffic/haproxy-answers.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "base/number.h"
#include "base/printable.h"
#include "base/str.h"

/* Of srv_admin_state: forced or inherited, by configuration or resolver. */
#define ADMIN_MASK 0x3f
#define OP_STOPPED 0
#define MAX_COLUMNS 256
#define NUMBER_LIMIT ((int64_t)1 << 48)

/* A line cut at its separators; texts point into `copy`. */
struct row {
	char *copy;
	char *cells[MAX_COLUMNS];
	size_t count;
};

static void row_cut(struct row *row, const char *line, size_t len,
		    char separator)
{
	char *at;

	row->copy = xstrndup(line, len);
	row->count = 0;
	at = row->copy;
	while (row->count < MAX_COLUMNS) {
		row->cells[row->count++] = at;
		at = strchr(at, separator);
		if (!at)
			return;
		*at++ = '\0';
	}
}

static void row_release(struct row *row)
{
	free(row->copy);
	row->copy = NULL;
}

/* "" for a column that is not there. */
static const char *cell(const struct row *header, const struct row *row,
			const char *name)
{
	for (size_t i = 0; i < header->count && i < row->count; i++)
		if (strcmp(header->cells[i], name) == 0)
			return row->cells[i];
	return "";
}

/* Never so large that a sum of them overflows. */
static int64_t number(const struct row *header, const struct row *row,
		      const char *name)
{
	int64_t value = strtoll(cell(header, row, name), NULL, 10);

	return value > 0 && value < NUMBER_LIMIT ? value : 0;
}

static bool next_line(const char **at, const char **line, size_t *len)
{
	const char *end;

	if (**at == '\0')
		return false;
	*line = *at;
	end = strchr(*at, '\n');
	*len = end ? (size_t)(end - *at) : strlen(*at);
	*at = end ? end + 1 : *at + *len;
	return true;
}

char *haproxy_first_words(const char *answer)
{
	const char *line;
	size_t len;

	while (next_line(&answer, &line, &len))
		if (len) {
			struct str words = STR_INIT;

			str_add_printable(&words, line, len, false);
			return str_detach(&words);
		}
	return xstrdup("nothing");
}

bool haproxy_names(const char *answer, const char *word)
{
	size_t wanted = strlen(word);
	const char *line;
	size_t len;

	while (next_line(&answer, &line, &len)) {
		while (len && (*line == ' ' || *line == '\t')) {
			line++;
			len--;
		}
		if (len >= wanted && strncmp(line, word, wanted) == 0 &&
		    (len == wanted || strchr(" \t:", line[wanted])))
			return true;
	}
	return false;
}

static int colour_of(const struct strings servers[COLOUR_COUNT],
		     const char *name)
{
	for (int i = 0; i < COLOUR_COUNT; i++)
		if (strings_has(&servers[i], name))
			return i;
	return -1;
}

static void add_state(struct haproxy_colour_state *colour,
		      const struct row *header, const struct row *row)
{
	int weight = (int)number(header, row, "srv_uweight");
	bool up = number(header, row, "srv_op_state") != OP_STOPPED;

	if (colour->servers == 0)
		colour->units = weight;
	else if (colour->units != weight)
		colour->uneven = true;
	colour->servers++;
	colour->weight += weight;
	colour->up += up;
	colour->up_weight += up ? weight : 0;
	colour->maintenance +=
		(number(header, row, "srv_admin_state") & ADMIN_MASK) != 0;
	colour->reweighed |= weight != number(header, row, "srv_iweight");
}

/* Skips the answers of the commands before the dump. NULL with err. */
static const char *find_dump(const char *answer, size_t commands,
			     struct error *err)
{
	char *words;

	while (commands && *answer == '\n') {
		answer++;
		commands--;
	}
	if (commands == 0 && starts_with(answer, "1\n# "))
		return answer + 2;
	words = haproxy_first_words(answer);
	error_set(err, ERROR_PROVIDER, "haproxy answered \"%s\"", words);
	free(words);
	return NULL;
}

static int check_servers(const struct strings servers[COLOUR_COUNT],
			 const struct haproxy_state *state, struct error *err)
{
	for (int i = 0; i < COLOUR_COUNT; i++)
		if ((size_t)state->colours[i].servers != servers[i].count)
			return error_set(err, ERROR_PROVIDER,
					 "haproxy has %d of the %zu servers "
					 "that %s names",
					 state->colours[i].servers,
					 servers[i].count, colour_name(i));
	return 0;
}

static int colour_of_row(const struct row *header, const struct row *row,
			 const char *backend,
			 const struct strings servers[COLOUR_COUNT])
{
	if (strcmp(cell(header, row, "be_name"), backend) != 0)
		return -1;
	return colour_of(servers, cell(header, row, "srv_name"));
}

int haproxy_read_state(const char *answer, size_t commands, const char *backend,
		       const struct strings servers[COLOUR_COUNT],
		       struct haproxy_state *state, struct error *err)
{
	const char *at = find_dump(answer, commands, err);
	struct row header;
	struct row row;
	const char *line;
	size_t len;

	if (!at || !next_line(&at, &line, &len))
		return -1;
	memset(state, 0, sizeof(*state));
	row_cut(&header, line + 2, len - 2, ' ');
	while (next_line(&at, &line, &len)) {
		int colour;

		if (len == 0)
			break; /* what comes is another command's */
		if (*line == '#')
			continue;
		row_cut(&row, line, len, ' ');
		colour = colour_of_row(&header, &row, backend, servers);
		if (colour >= 0)
			state->backend = (long)number(&header, &row, "be_id");
		if (colour >= 0)
			add_state(&state->colours[colour], &header, &row);
		row_release(&row);
	}
	row_release(&header);
	return check_servers(servers, state, err);
}

static void add_counts(struct haproxy_counts *counts, const struct row *header,
		       const struct row *row)
{
	const char *ttime = cell(header, row, "ttime");
	int64_t econ = number(header, row, "econ");
	int64_t eresp = number(header, row, "eresp");
	int64_t failures = number(header, row, "hrsp_5xx");
	int64_t answers = number(header, row, "req_tot");
	bool up = starts_with(cell(header, row, "status"), "UP") ||
		  starts_with(cell(header, row, "status"), "no check");

	counts->requests += answers + econ + eresp;
	counts->server_5xx += failures;
	counts->broken += econ + eresp;
	counts->errors += failures + econ + eresp;
	counts->retries +=
		number(header, row, "wretr") + number(header, row, "wredis");
	counts->sessions += number(header, row, "scur");
	counts->queued += number(header, row, "qcur");
	counts->units = (int)number(header, row, "uweight");
	counts->weight += counts->units;
	counts->up_weight += up ? counts->units : 0;
	counts->servers++;
	counts->up_servers += up;
	counts->up |= up;
	if (answers && *ttime && isnan(counts->mean))
		counts->mean = strtod(ttime, NULL);
}

/* A server that ends after the first request of a connection costs its client
 * the connection, by HTTP's own rule, and is counted nowhere: what has begun,
 * is not under way and has no status. */
static int64_t dropped(const struct row *header, const struct row *row)
{
	int64_t begun = number(header, row, "stot");

	return begun ? begun - number(header, row, "req_tot") -
			       number(header, row, "scur")
		     : 0;
}

static void add_row(struct haproxy_stat *stat,
		    const struct strings servers[COLOUR_COUNT],
		    const struct row *header, const struct row *row)
{
	const char *name = cell(header, row, "svname");
	int colour = colour_of(servers, name);

	if (strcmp(name, "BACKEND") == 0) {
		stat->backend_5xx = number(header, row, "hrsp_5xx");
		stat->dropped = dropped(header, row);
		snprintf(stat->algorithm, sizeof(stat->algorithm), "%s",
			 cell(header, row, "algo"));
		snprintf(stat->mode, sizeof(stat->mode), "%s",
			 cell(header, row, "mode"));
	} else if (colour >= 0) {
		add_counts(&stat->colours[colour], header, row);
	}
}

int haproxy_read_stat(const char *answer, const char *backend,
		      const struct strings servers[COLOUR_COUNT],
		      struct haproxy_stat *stat, struct error *err)
{
	const char *at = strstr(answer, "# pxname,");
	bool found = false;
	struct row header;
	struct row row;
	const char *line;
	size_t len;

	if (!at || !next_line(&at, &line, &len))
		return error_set(err, ERROR_PROVIDER,
				 "haproxy did not answer `show stat`");
	memset(stat, 0, sizeof(*stat));
	for (int i = 0; i < COLOUR_COUNT; i++)
		stat->colours[i].mean = NAN;
	row_cut(&header, line + 2, len - 2, ',');
	while (next_line(&at, &line, &len) && len) {
		row_cut(&row, line, len, ',');
		if (strcmp(cell(&header, &row, "pxname"), backend) == 0) {
			found = true;
			add_row(stat, servers, &header, &row);
		}
		row_release(&row);
	}
	row_release(&header);
	if (!found)
		return error_set(err, ERROR_PROVIDER,
				 "haproxy has no backend \"%s\"", backend);
	return 0;
}

/* The text after "KEY: ", into a buffer. */
static bool info_value(const char *answer, const char *key, char *value,
		       size_t size)
{
	size_t wanted = strlen(key);
	const char *line;
	size_t len;

	while (next_line(&answer, &line, &len))
		if (len > wanted + 2 && strncmp(line, key, wanted) == 0 &&
		    line[wanted] == ':') {
			snprintf(value, size, "%.*s", (int)(len - wanted - 2),
				 line + wanted + 2);
			return true;
		}
	return false;
}

int haproxy_read_info(const char *answer, struct haproxy_info *info,
		      struct error *err)
{
	char text[64];

	memset(info, 0, sizeof(*info));
	if (!info_value(answer, "Version", info->version,
			sizeof(info->version)) ||
	    sscanf(info->version, "%d.%d", &info->major, &info->minor) != 2 ||
	    !info_value(answer, "Pid", text, sizeof(text)))
		return error_set(err, ERROR_PROVIDER,
				 "what answers there is no HAProxy, or one "
				 "older than 2.4");
	info->pid = strtol(text, NULL, 10);
	if (info_value(answer, "Uptime_sec", text, sizeof(text)))
		info->uptime = number_small(strtoll(text, NULL, 10));
	info->stopping = info_value(answer, "Stopping", text, sizeof(text)) &&
			 text[0] == '1';
	return 0;
}

bool haproxy_failed_take(struct haproxy_failed *failed,
			 const struct haproxy_stat *sum)
{
	int64_t before = failed->suspected;
	int64_t now = sum->backend_5xx;

	for (int i = 0; i < COLOUR_COUNT; i++)
		now -= sum->colours[i].errors;
	failed->suspected = 0;
	if (now <= failed->sure)
		return false;
	if (!before) {
		failed->suspected = now;
		return true;
	}
	now = now < before ? now : before;
	if (now > failed->sure)
		failed->sure = now;
	return false;
}
