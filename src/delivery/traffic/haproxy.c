/* SPDX-License-Identifier: MIT */
#include "delivery/traffic/haproxy.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/file.h"
#include "base/memory.h"
#include "delivery/traffic/program.h"

int haproxy_check_version(const struct haproxy_info *info, struct error *err)
{
	if (info->major < 2 || (info->major == 2 && info->minor < 4))
		return error_set(err, ERROR_PROVIDER,
				 "haproxy %s is too old; install 2.4 or newer",
				 info->version);
	return 0;
}

int haproxy_take_answer(struct haproxy *haproxy, const char *answer,
			size_t commands, struct error *err)
{
	struct haproxy_state state;

	if (haproxy_read_state(answer, commands, haproxy->backend,
			       haproxy->servers, &state, err) < 0)
		return -1;
	haproxy->state = state;
	for (int i = 0; i < COLOUR_COUNT; i++)
		haproxy->units[i] = state.colours[i].units;
	return 0;
}

int haproxy_take_truth(struct haproxy *haproxy, const char *answer,
		       struct error *err)
{
	struct haproxy_info info;

	if (haproxy_take_answer(haproxy, answer, 0, err) < 0 ||
	    haproxy_read_info(answer, &info, err) < 0)
		return -1;
	haproxy_settled_look(haproxy, &info);
	return 0;
}

/* What it has to give, or would have. */
static int64_t weight_of(const struct haproxy *haproxy, int colour)
{
	const struct haproxy_colour_state *state =
		&haproxy->state.colours[colour];

	return state->up ? state->up_weight : state->weight;
}

struct traffic_split haproxy_split(const struct haproxy *haproxy)
{
	struct traffic_split split;
	int64_t total = 0;

	for (int i = 0; i < COLOUR_COUNT; i++)
		total += weight_of(haproxy, i);
	for (int i = 0; i < COLOUR_COUNT; i++) {
		split.units[i] = haproxy->units[i];
		split.percent[i] = 0;
		if (total)
			split.percent[i] = 100.0 *
					   (double)weight_of(haproxy, i) /
					   (double)total;
	}
	return split;
}

void haproxy_finish_done(struct work *work, const struct error *err)
{
	work->tell.done(&work->haproxy->traffic, err, work->data);
}

static void note_state(struct work *work, const char *answer, size_t len)
{
	struct haproxy *haproxy = work->haproxy;
	struct error err = ERROR_INIT;
	(void)len;
	if (haproxy_take_truth(haproxy, answer, &err) < 0) {
		work_fail(work, &err);
		return;
	}
	work->split = haproxy_split(haproxy);
	haproxy_listen(haproxy);
	haproxy_let_in_left(haproxy);
	work_end(work, NULL);
}

static void finish_inspect(struct work *work, const struct error *err)
{
	work->tell.known(&work->haproxy->traffic, err ? NULL : &work->split,
			 err, work->data);
}

static void haproxy_inspect(struct traffic *traffic, traffic_known *done,
			    void *data)
{
	struct haproxy *haproxy = (struct haproxy *)traffic;
	struct work *work = work_new(haproxy, finish_inspect, data);
	char *line =
		xasprintf("show servers state %s; show info", haproxy->backend);

	work->tell.known = done;
	work_ask(work, line, note_state);
	free(line);
}

static void haproxy_ensure(struct traffic *traffic,
			   struct traffic_split initial, traffic_done *done,
			   void *data)
{
	struct haproxy *haproxy = (struct haproxy *)traffic;
	struct work *work = work_new(haproxy, haproxy_finish_done, data);

	work->tell.done = done;
	work->split = haproxy_round(traffic, initial);
	if (haproxy->managed)
		haproxy_ensure_managed(work);
	else
		haproxy_ensure_attached(work);
}

static void was_cut(struct work *work, const char *answer, size_t len)
{
	struct error err = ERROR_INIT;
	char *words = haproxy_first_words(answer);

	if (strspn(answer, "\n") != len) {
		error_set(&err, ERROR_PROVIDER,
			  "haproxy did not end the sessions: \"%s\"", words);
		work_fail(work, &err);
	} else {
		work_end(work, NULL);
	}
	free(words);
}

static void haproxy_cut(struct traffic *traffic, enum colour colour,
			traffic_done *done, void *data)
{
	struct haproxy *haproxy = (struct haproxy *)traffic;
	struct work *work = work_new(haproxy, haproxy_finish_done, data);
	const struct strings *servers = &haproxy->servers[colour];
	struct str line = STR_INIT;

	work->tell.done = done;
	for (size_t i = 0; i < servers->count; i++)
		str_addf(&line, "%sshutdown sessions server %s/%s",
			 i ? "; " : "", haproxy->backend, servers->items[i]);
	work_ask(work, line.data, was_cut);
	str_release(&line);
}

static void tell_nothing_to_stop(struct work *work)
{
	work_end(work, NULL);
}

static void haproxy_stop(struct traffic *traffic, traffic_done *done,
			 void *data)
{
	struct haproxy *haproxy = (struct haproxy *)traffic;
	struct work *work = work_new(haproxy, haproxy_finish_done, data);

	work->tell.done = done;
	if (haproxy->managed)
		haproxy_stop_managed(work);
	else
		work_wait(work, 0, tell_nothing_to_stop);
}

static struct traffic_capabilities
haproxy_capabilities(const struct traffic *traffic)
{
	return ((const struct haproxy *)traffic)->capabilities;
}

static void haproxy_mark(struct traffic *traffic)
{
	struct haproxy *haproxy = (struct haproxy *)traffic;

	line_stream_catch_up(haproxy->stream); /* what came before counts not */
	haproxy_lines_mark(&haproxy->lines);
}

static void haproxy_slower(const struct traffic *traffic, enum colour colour,
			   double ms, int64_t *timed, int64_t *slow)
{
	const struct latencies *marked =
		&((const struct haproxy *)traffic)->lines.marked[colour];

	*timed = marked->requests;
	*slow = latencies_over(marked, ms);
}

static int64_t haproxy_last_begun_us(const struct traffic *traffic,
				     enum colour colour)
{
	return ((const struct haproxy *)traffic)->lines.last_begun_us[colour];
}

int haproxy_move_socket(struct haproxy *haproxy, struct error *err)
{
	char *path = program_socket("haproxy", haproxy->traffic.options.folder,
				    haproxy->socket, err);

	if (!path)
		return -1;
	free(haproxy->socket);
	haproxy->socket = path;
	return 0;
}

static int open_managed(struct haproxy *haproxy, struct error *err)
{
	const struct traffic_options *options = &haproxy->traffic.options;

	if (haproxy_config_check(options->environment, err) < 0 ||
	    folder_make(options->folder, 0700, err) < 0)
		return -1;
	haproxy->config_path = path_join(options->folder, "haproxy.cfg");
	haproxy->keeper = path_join(options->folder, "proxy");
	haproxy->socket = program_socket_in_use(
		haproxy->keeper, haproxy->config_path, haproxy_config_socket);
	if (!haproxy->socket)
		haproxy->socket =
			program_socket("haproxy", options->folder, NULL, err);
	if (!haproxy->socket)
		return -1;
	haproxy->backend = HAPROXY_BACKEND;
	haproxy->ring = HAPROXY_RING;
	for (int i = 0; i < COLOUR_COUNT; i++)
		for (int j = 0; j < options->environment->target.instances; j++)
			strings_add_owned(
				&haproxy->servers[i],
				haproxy_config_server((enum colour)i, j));
	return 0;
}

static int open_attached(struct haproxy *haproxy, struct error *err)
{
	const struct haproxy_traffic *config = haproxy->config;

	if (!config->backend || !config->servers[COLOUR_BLUE].count ||
	    !config->servers[COLOUR_GREEN].count)
		return error_set(err, ERROR_CONFIG,
				 "an attached haproxy needs `backend`, and "
				 "servers of `blue` and of `green`");
	if (!config->server_state)
		return error_set(err, ERROR_CONFIG,
				 "an attached haproxy needs `server-state`, "
				 "the file its reload reads; else a reload "
				 "would give traffic back");
	if (folder_make(haproxy->traffic.options.folder, 0700, err) < 0)
		return -1;
	haproxy->socket = xstrdup(config->socket);
	haproxy->backend = config->backend;
	haproxy->ring = config->ring;
	for (int i = 0; i < COLOUR_COUNT; i++)
		strings_copy(&haproxy->servers[i], &config->servers[i]);
	return 0;
}

static void haproxy_close(struct traffic *traffic)
{
	struct haproxy *haproxy = (struct haproxy *)traffic;

	while (haproxy->works)
		work_drop(haproxy->works);
	if (haproxy->helper)
		helper_free(haproxy->helper);
	line_stream_close(haproxy->stream);
	for (int i = 0; i < COLOUR_COUNT; i++)
		strings_release(&haproxy->servers[i]);
	free((char *)haproxy->traffic.options.folder);
	free(haproxy->socket);
	free(haproxy->config_path);
	free(haproxy->keeper);
	free(haproxy);
}

static struct traffic *haproxy_open(const struct traffic_options *options,
				    struct error *err)
{
	struct haproxy *haproxy = xcalloc(1, sizeof(*haproxy));
	int result;

	haproxy->traffic.ops = &traffic_haproxy;
	haproxy->traffic.options = *options;
	haproxy->traffic.options.folder = xstrdup_null(options->folder);
	haproxy->config = &options->environment->traffic.haproxy;
	haproxy->managed = haproxy->config->listen != NULL;
	haproxy->units[COLOUR_BLUE] = haproxy->units[COLOUR_GREEN] = -1;
	haproxy->preview = -1;
	result = haproxy->managed ? open_managed(haproxy, err)
				  : open_attached(haproxy, err);
	if (result < 0) {
		haproxy_close(&haproxy->traffic);
		return NULL;
	}
	haproxy->learned = haproxy->managed;
	haproxy->capabilities = (struct traffic_capabilities){
		.weights = true,
		.why = "",
		.units = HAPROXY_UNITS,
		.latency = haproxy->ring ? TRAFFIC_LATENCY_RING
					 : TRAFFIC_LATENCY_MEAN,
		.drain = true,
		.preview = haproxy->managed,
		.instances = true,
		.keeps_requests = true,
		.loses = "",
	};
	return &haproxy->traffic;
}

static bool haproxy_serves(const struct environment_config *environment)
{
	return environment->traffic.haproxy.listen ||
	       environment->traffic.haproxy.socket;
}

static bool can_write_beside(const char *path)
{
	char *folder = xstrdup(path);
	char *slash = strrchr(folder, '/');
	bool can;

	if (slash)
		slash[slash == folder] = '\0';
	can = slash && access(folder, W_OK | X_OK) == 0;
	free(folder);
	return can;
}

static char *haproxy_lock_path(const struct environment_config *environment,
			       struct error *err)
{
	const struct haproxy_traffic *config = &environment->traffic.haproxy;
	const char *name = config->listen ? config->listen : config->socket;

	if (!config->listen && can_write_beside(config->socket))
		return xasprintf("%s.signalbox", config->socket);
	return program_lock("haproxy", name, err);
}

const struct traffic_ops traffic_haproxy = {
	.name = "haproxy",
	.serves = haproxy_serves,
	.open = haproxy_open,
	.close = haproxy_close,
	.ensure = haproxy_ensure,
	.inspect = haproxy_inspect,
	.capabilities = haproxy_capabilities,
	.set = haproxy_set,
	.sample = haproxy_sample,
	.mark = haproxy_mark,
	.slower = haproxy_slower,
	.last_begun_us = haproxy_last_begun_us,
	.settle = haproxy_settle,
	.cut = haproxy_cut,
	.stop = haproxy_stop,
	.preview = haproxy_preview,
	.drain = haproxy_drain,
	.is_lost = haproxy_is_lost,
	.lock_path = haproxy_lock_path,
};
