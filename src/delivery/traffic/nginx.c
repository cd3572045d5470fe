/* SPDX-License-Identifier: MIT */
#include "delivery/traffic/nginx.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/file.h"
#include "base/memory.h"
#include "delivery/keeper.h"
#include "delivery/traffic/program.h"

struct nginx_place nginx_place_of(const struct nginx *nginx)
{
	return (struct nginx_place){
		.environment = nginx->traffic.options.environment,
		.folder = nginx->managed ? nginx->traffic.options.folder
					 : nginx->config->folder,
		.steer = nginx->steer,
		.socket = nginx->socket,
	};
}

static void inspected(struct nginx_work *work, const char *generation,
		      const struct error *err)
{
	struct nginx *nginx = work->nginx;
	struct error failure = ERROR_INIT;

	(void)generation;
	if (err && err->code == ERROR_NETWORK) {
		error_set(&failure, ERROR_NOT_FOUND, "%s", error_text(err));
		nginx_work_fail(work, &failure);
	} else if (err) {
		nginx_work_end(work, err);
	} else if (nginx_steer_read(nginx->steer, &nginx->units, &failure) <
		   0) {
		nginx_work_fail(work, &failure);
	} else {
		work->split = nginx_split(nginx->units);
		nginx_work_end(work, NULL);
	}
}

static void finish_inspect(struct nginx_work *work, const struct error *err)
{
	work->tell.known(&work->nginx->traffic, err ? NULL : &work->split, err,
			 work->data);
}

static void nginx_inspect(struct traffic *traffic, traffic_known *done,
			  void *data)
{
	struct nginx_work *work =
		nginx_work_new((struct nginx *)traffic, finish_inspect, data);

	work->tell.known = done;
	nginx_ask(work, inspected);
}

static void nginx_ensure(struct traffic *traffic, struct traffic_split initial,
			 traffic_done *done, void *data)
{
	struct nginx *nginx = (struct nginx *)traffic;
	struct nginx_work *work =
		nginx_work_new(nginx, nginx_finish_done, data);

	work->tell.done = done;
	work->split = initial;
	if (nginx->managed)
		nginx_ensure_managed(work);
	else
		nginx_ensure_attached(work);
}

static void nginx_settle(struct traffic *traffic, traffic_done *done,
			 void *data)
{
	struct nginx_work *work = nginx_work_new((struct nginx *)traffic,
						 nginx_finish_done, data);

	work->tell.done = done;
	nginx_sync(work, nginx_work_end);
}

static void nginx_cut(struct traffic *traffic, enum colour colour,
		      traffic_done *done, void *data)
{
	struct nginx_work *work = nginx_work_new((struct nginx *)traffic,
						 nginx_finish_done, data);
	struct error err = ERROR_INIT;

	work->tell.done = done;
	error_set(&err, ERROR_PROVIDER,
		  "nginx cannot end sessions: those on %s end by themselves, "
		  "or when it is stopped",
		  colour_name(colour));
	nginx_work_fail_later(work, &err);
}

static void nothing_left_to_do(struct nginx_work *work)
{
	nginx_work_end(work, NULL);
}

static void nginx_stop(struct traffic *traffic, traffic_done *done, void *data)
{
	struct nginx *nginx = (struct nginx *)traffic;
	struct nginx_work *work =
		nginx_work_new(nginx, nginx_finish_done, data);

	work->tell.done = done;
	if (nginx->managed)
		nginx_stop_managed(work);
	else
		nginx_work_wait(work, 0, nothing_left_to_do);
}

static struct traffic_capabilities
nginx_capabilities(const struct traffic *traffic)
{
	return (struct traffic_capabilities){
		.weights = true,
		.why = "",
		.units = NGINX_UNITS,
		.latency = TRAFFIC_LATENCY_RING,
		.drain = false,
		.preview = ((const struct nginx *)traffic)->managed,
		.keeps_requests = true,
		.loses = "",
	};
}

static void nginx_mark(struct traffic *traffic)
{
	nginx_log_mark(&((struct nginx *)traffic)->log);
}

static void nginx_slower(const struct traffic *traffic, enum colour colour,
			 double ms, int64_t *timed, int64_t *slow)
{
	const struct latencies *marked =
		&((const struct nginx *)traffic)->log.colours[colour].marked;

	*timed = marked->requests;
	*slow = latencies_over(marked, ms);
}

static void nginx_preview(struct traffic *traffic, int colour,
			  traffic_done *done, void *data)
{
	struct nginx *nginx = (struct nginx *)traffic;
	struct nginx_work *work =
		nginx_work_new(nginx, nginx_finish_done, data);
	struct error err = ERROR_INIT;

	work->tell.done = done;
	if (nginx_steer_preview(nginx->steer, colour, &err) < 0)
		nginx_work_fail_later(work, &err);
	else
		nginx_work_wait(work, 0, nothing_left_to_do);
}

/* The log has what the last sample does not know yet. */
static int64_t nginx_last_begun_us(const struct traffic *traffic,
				   enum colour colour)
{
	struct nginx *nginx = (struct nginx *)traffic;

	if (nginx_read_log(nginx, NULL) < 0)
		return nginx->log.colours[colour].last_begun_us;
	return nginx->log.colours[colour].last_begun_us;
}

int nginx_move_socket(struct nginx *nginx, struct error *err)
{
	char *path = program_socket("nginx", nginx->traffic.options.folder,
				    nginx->socket, err);

	if (!path)
		return -1;
	free(nginx->socket);
	nginx->socket = path;
	return 0;
}

static int open_managed(struct nginx *nginx, struct error *err)
{
	const char *folder = nginx->traffic.options.folder;
	char *log;

	if (folder_make(folder, 0700, err) < 0)
		return -1;
	nginx->config_path = path_join(folder, "nginx.conf");
	nginx->keeper = path_join(folder, "nginx");
	nginx->steer = path_join(folder, "weights");
	nginx->socket = program_socket_in_use(nginx->keeper, nginx->config_path,
					      nginx_config_socket);
	if (!nginx->socket)
		nginx->socket = program_socket("nginx", folder, NULL, err);
	if (!nginx->socket)
		return -1;
	nginx->log.by_port = true;
	for (int i = 0; i < COLOUR_COUNT; i++)
		nginx->log.words[i] = colour_name((enum colour)i);
	log = keeper_log_path(nginx->keeper);
	nginx_tail_init(&nginx->tail, log);
	free(log);
	return 0;
}

static int open_attached(struct nginx *nginx, struct error *err)
{
	const struct environment_config *environment =
		nginx->traffic.options.environment;
	const struct nginx_traffic *config = nginx->config;
	const char *url = environment->url;

	if (!config->upstreams[COLOUR_BLUE] ||
	    !config->upstreams[COLOUR_GREEN] || !config->log || !url)
		return error_set(err, ERROR_CONFIG,
				 "an attached nginx needs `blue`, `green` and "
				 "`log`, and the environment its `url`");
	nginx->steer = path_join(config->folder, "weights");
	nginx->url = xasprintf("%.*s" NGINX_PROBE "%s",
			       (int)(strlen(url) - ends_with(url, "/")), url,
			       environment->name);
	for (int i = 0; i < COLOUR_COUNT; i++)
		nginx->log.words[i] = config->upstreams[i];
	nginx_tail_init(&nginx->tail, config->log);
	return 0;
}

static void nginx_close(struct traffic *traffic)
{
	struct nginx *nginx = (struct nginx *)traffic;

	while (nginx->works)
		nginx_work_drop(nginx->works);
	if (nginx->helper)
		helper_free(nginx->helper);
	http_free(nginx->http);
	nginx_tail_release(&nginx->tail);
	free((char *)nginx->traffic.options.folder);
	free(nginx->steer);
	free(nginx->socket);
	free(nginx->config_path);
	free(nginx->keeper);
	free(nginx->url);
	free(nginx);
}

static struct traffic *nginx_open(const struct traffic_options *options,
				  struct error *err)
{
	const struct target_config *target = &options->environment->target;
	struct nginx *nginx = xcalloc(1, sizeof(*nginx));
	struct nginx_place place;
	int result;

	nginx->traffic.ops = &traffic_nginx;
	nginx->traffic.options = *options;
	nginx->traffic.options.folder = xstrdup(options->folder);
	nginx->config = &options->environment->traffic.nginx;
	nginx->managed = nginx->config->listen != NULL;
	nginx->units = -1;
	nginx->instances = target->instances;
	nginx->log.instances = target->instances;
	memcpy(nginx->log.ports, target->ports, sizeof(target->ports));
	nginx->http = http_new(options->loop);
	result = nginx->managed ? open_managed(nginx, err)
				: open_attached(nginx, err);
	place = nginx_place_of(nginx);
	if (result < 0 || nginx_config_check(&place, err) < 0) {
		nginx_close(&nginx->traffic);
		return NULL;
	}
	return &nginx->traffic;
}

static bool nginx_serves(const struct environment_config *environment)
{
	return environment->traffic.kind == TRAFFIC_NGINX;
}

static char *nginx_lock_path(const struct environment_config *environment,
			     struct error *err)
{
	const struct nginx_traffic *config = &environment->traffic.nginx;

	if (!config->listen && access(config->folder, W_OK | X_OK) == 0)
		return path_join(config->folder, "signalbox.lock");
	return program_lock(
		"nginx", config->listen ? config->listen : config->folder, err);
}

const struct traffic_ops traffic_nginx = {
	.name = "nginx",
	.serves = nginx_serves,
	.open = nginx_open,
	.close = nginx_close,
	.ensure = nginx_ensure,
	.inspect = nginx_inspect,
	.capabilities = nginx_capabilities,
	.set = nginx_set,
	.sample = nginx_sample,
	.mark = nginx_mark,
	.slower = nginx_slower,
	.last_begun_us = nginx_last_begun_us,
	.settle = nginx_settle,
	.cut = nginx_cut,
	.stop = nginx_stop,
	.preview = nginx_preview,
	.lock_path = nginx_lock_path,
};
