/* SPDX-License-Identifier: MIT */
/*
 * An HAProxy of our own: written, checked, started under a keeper, reloaded
 * when its configuration is another one.
 */
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/file.h"
#include "base/memory.h"
#include "delivery/keeper-folder.h"
#include "delivery/keeper.h"
#include "delivery/traffic/haproxy.h"
#include "delivery/traffic/program.h"

#define START_MS 5000
/* In which a proxy whose socket is gone makes another, or is started anew. */
#define REVEAL_MS 2000
#define ASK_AGAIN_MS 10
#define REMIND_MS 1000
#define GRACE_MS 3000

static const char new_suffix[] = ".new";

static void ask_worker(struct work *work);
static void stopped_silent(const struct error *err, void *data);

static void finish_ensure(struct work *work)
{
	haproxy_listen(work->haproxy);
	work_end(work, NULL);
}

/* Its last complaint, but for colours that are down; the caller's. */
static char *last_complaint(const struct haproxy *haproxy)
{
	static const char *const but[] = {"no server available",
					  "Some protocols failed", NULL};
	char *path = keeper_log_path(haproxy->keeper);
	char *found = program_last_line(path, "[ALERT]", but);

	if (!found)
		found = xasprintf("see %s", path);
	free(path);
	return found;
}

static void stopped_failed_start(const struct error *err, void *data)
{
	struct work *work = errand_end(data);
	struct error failure;

	(void)err; /* the start's own failure is the one to tell */
	if (!work)
		return;
	failure = work->failure;
	work->failure = (struct error)ERROR_INIT;
	work_fail(work, &failure);
}

/* A proxy that cannot start is not left to its keeper's restarts. */
static void give_up(struct work *work)
{
	struct haproxy *haproxy = work->haproxy;
	char *why;

	if (work->master > 0 && !work->worker) { /* it makes no socket */
		work->master = 0;
		keeper_stop(work->loop, haproxy->keeper, GRACE_MS,
			    stopped_silent, errand_new(work));
		return;
	}
	why = last_complaint(haproxy);
	error_set(&work->failure, ERROR_PROVIDER, "haproxy did not %s: %s",
		  work->worker ? "reload" : "start", why);
	free(why);
	if (work->worker) { /* the old one goes on */
		struct error failure = work->failure;

		work->failure = (struct error)ERROR_INIT;
		work_fail(work, &failure);
	} else {
		keeper_stop(work->loop, haproxy->keeper, GRACE_MS,
			    stopped_failed_start, errand_new(work));
	}
}

/* A master that has just begun loses signals [M: haproxy 2.6]. */
static void remind_master(struct work *work)
{
	int64_t now = clock_monotonic_us();

	if (work->master <= 0 || now < work->signalled_us + REMIND_MS * 1000)
		return;
	work->signalled_us = now;
	kill(work->master, SIGUSR2);
}

static void ask_again(struct work *work)
{
	remind_master(work);
	if (clock_monotonic_us() < work->deadline_us)
		work_wait(work, ASK_AGAIN_MS, ask_worker);
	else
		give_up(work);
}

static void no_worker_yet(struct work *work, const struct error *err)
{
	(void)err;
	ask_again(work);
}

static void worker_answered(struct work *work, const char *answer, size_t len)
{
	struct error err = ERROR_INIT;
	struct haproxy_info info;

	(void)len;
	if (haproxy_read_info(answer, &info, NULL) < 0 || info.stopping ||
	    info.pid == work->worker) {
		ask_again(work);
	} else if (haproxy_check_version(&info, &err) < 0) {
		work_fail(work, &err);
	} else {
		finish_ensure(work);
	}
}

static void ask_worker(struct work *work)
{
	work->unanswered = no_worker_yet;
	work_ask(work, "show info", worker_answered);
}

static void await_worker(struct work *work, int64_t limit_ms)
{
	work->deadline_us = clock_monotonic_us() + limit_ms * 1000;
	ask_worker(work);
}

static int start_under_keeper(const struct work *work, struct error *err)
{
	static const char *const env[] = {"PATH=/usr/sbin:/usr/bin:/sbin:/bin",
					  NULL};
	const struct haproxy *haproxy = work->haproxy;
	char *program = haproxy_program(err);
	const char *argv[] = {program, "-W", "-f", haproxy->config_path, NULL};
	struct keeper_options options = {
		.folder = haproxy->keeper,
		.argv = argv,
		.env = env,
		.loop = work->loop,
	};
	int result = program ? keeper_start(&options, err) : -1;

	free(program);
	return result;
}

static void reload(struct work *work)
{
	struct error err = ERROR_INIT;

	if (work->master <= 0 || kill(work->master, SIGUSR2) < 0) {
		error_set(&err, ERROR_PROVIDER,
			  "cannot reload haproxy: it does not run");
		work_fail(work, &err);
		return;
	}
	work->signalled_us = clock_monotonic_us();
	await_worker(work, work->worker ? START_MS : REVEAL_MS);
}

static void start_or_reload(struct work *work)
{
	struct haproxy *haproxy = work->haproxy;
	struct error err = ERROR_INIT;

	if (work->worker)
		work->master = keeper_child_running(haproxy->keeper);
	if (work->worker || work->master > 0)
		reload(work);
	else if (start_under_keeper(work, &err) < 0)
		work_fail(work, &err);
	else
		await_worker(work, work_patience_ms(work, START_MS));
}

static void config_verified(struct work *work, const struct error *refused)
{
	const char *path = work->haproxy->config_path;
	struct error err = ERROR_INIT;
	char *name;

	if (refused) {
		work_end(work, refused);
		return;
	}
	name = xasprintf("%s%s", path, new_suffix);
	if (rename(name, path) < 0)
		error_set(&err, ERROR_IO, "cannot rename %s: %s", name,
			  strerror(errno));
	free(name);
	if (err.code != ERROR_NONE)
		work_fail(work, &err);
	else
		start_or_reload(work);
}

static void config_written(struct work *work, const struct error *err)
{
	char *name;

	if (err) {
		work_end(work, err);
		return;
	}
	name = xasprintf("%s%s", work->haproxy->config_path, new_suffix);
	haproxy_verify(work, name, config_verified);
	free(name);
}

static void write_config(struct work *work, const int units[COLOUR_COUNT])
{
	struct haproxy *haproxy = work->haproxy;
	char *name = xasprintf("%s%s", haproxy->config_path, new_suffix);

	str_clear(&work->text);
	haproxy_config_write(haproxy->traffic.options.environment,
			     haproxy->socket, units, haproxy->preview,
			     &work->text);
	haproxy_write(work, name, &work->text, config_written);
	free(name);
}

static void stopped_silent(const struct error *err, void *data)
{
	struct work *work = errand_end(data);

	if (!work)
		return;
	if (err)
		work_end(work, err);
	else
		write_config(work, work->split.units);
}

/* Nobody answers. A keeper that lives all the same has a proxy whose socket
 * was removed, as a runtime folder is at logout: that is made again without a
 * gap; or one that cannot start, which another configuration may cure. */
static void not_running(struct work *work, const struct error *err)
{
	struct haproxy *haproxy = work->haproxy;
	bool is_kept = keeper_is_alive(haproxy->keeper);

	if (err->code == ERROR_TIMEOUT) {
		work_end(work, err);
		return;
	}
	work->worker = 0;
	work->master = 0;
	haproxy->preview = -1;
	if (is_kept && !file_exists(haproxy->socket) &&
	    haproxy_move_socket(haproxy, NULL) == 0)
		work->master = keeper_child_running(haproxy->keeper);
	if (!is_kept || work->master > 0)
		write_config(work, work->split.units);
	else
		keeper_stop(work->loop, haproxy->keeper, GRACE_MS,
			    stopped_silent, errand_new(work));
}

/* True when the file says what the environment does, whatever its weights,
 * and what runs came from one that did. */
static bool is_configured(const struct haproxy *haproxy)
{
	const struct environment_config *environment =
		haproxy->traffic.options.environment;
	struct str found = STR_INIT;
	struct str wanted = STR_INIT;
	int units[COLOUR_COUNT];
	bool same = false;

	if (file_read(haproxy->config_path, &found, PROGRAM_CONFIG_LIMIT,
		      NULL) == 0 &&
	    haproxy_config_units(found.data, units)) {
		haproxy_config_write(environment, haproxy->socket, units,
				     haproxy_config_preview(found.data),
				     &wanted);
		same = str_equal(found.data, wanted.data) &&
		       (haproxy->previews ||
			!haproxy_config_previews(environment));
	}
	str_release(&found);
	str_release(&wanted);
	return same;
}

static void weights_known(struct work *work, const char *answer, size_t len)
{
	struct haproxy *haproxy = work->haproxy;
	struct error err = ERROR_INIT;

	(void)len;
	haproxy_take_preview(haproxy, answer, 0);
	if (haproxy_take_answer(haproxy, answer, 0, &err) < 0) {
		work_fail(work, &err);
	} else if (is_configured(haproxy)) {
		finish_ensure(work);
	} else {
		traffic_note(&haproxy->traffic,
			     "haproxy is reloaded: its configuration "
			     "has changed");
		write_config(work, haproxy->units);
	}
}

static void running(struct work *work, const char *answer, size_t len)
{
	struct haproxy *haproxy = work->haproxy;
	struct error err = ERROR_INIT;
	struct haproxy_info info;
	char *line;

	(void)len;
	if (haproxy_read_info(answer, &info, &err) < 0 ||
	    haproxy_check_version(&info, &err) < 0) {
		work_fail(work, &err);
		return;
	}
	work->unanswered = NULL;
	work->worker = info.pid;
	line = haproxy_state_question(haproxy, "");
	work_ask(work, line, weights_known);
	free(line);
	if (!keeper_is_alive(haproxy->keeper))
		traffic_note(&haproxy->traffic,
			     "haproxy runs without its keeper");
}

void haproxy_ensure_managed(struct work *work)
{
	work->unanswered = not_running;
	work_ask(work, "show info", running);
}

static void proxy_stopped(const struct error *err, void *data)
{
	struct work *work = errand_end(data);

	if (work)
		work_end(work, err);
}

void haproxy_stop_managed(struct work *work)
{
	struct haproxy *haproxy = work->haproxy;

	line_stream_close(haproxy->stream);
	haproxy->stream = NULL;
	keeper_stop(work->loop, haproxy->keeper, GRACE_MS, proxy_stopped,
		    errand_new(work));
}
