/* SPDX-License-Identifier: MIT */
/* A colour as one process under a keeper, reached at a port of this host. */
#include "delivery/target/kind.h"

#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/memory.h"
#include "delivery/keeper.h"
#include "delivery/keeper-folder.h"
#include "delivery/target/health.h"

/* One that was started again proves itself first. */
#define STAY_MS 500

static bool process_serves(const struct environment_config *config)
{
	return config->target.kind == TARGET_PROCESS;
}

static pid_t process_pid(const struct target *target)
{
	return keeper_child_running(target->folder);
}

/* A keeper that was killed leaves its process serving. */
static bool process_is_alive(const struct target *target)
{
	return keeper_is_alive(target->folder) || process_pid(target) > 0;
}

/* A program named by a path replaces the shell; a builtin, an assignment or
 * a list must not be given to exec. */
static char *shell_line(const char *command)
{
	size_t first = strcspn(command, " \t");
	bool is_path = memchr(command, '/', first) != NULL &&
		       memchr(command, '=', first) == NULL;

	if (is_path && !strpbrk(command, ";&|(){}`\n"))
		return xasprintf("exec %s", command);
	return xstrdup(command);
}

struct starting {
	target_done *done;
	void *data;
	int64_t began_us;
	struct error err;
};

static void start_told(void *data)
{
	struct starting *starting = data;

	starting->done((clock_monotonic_us() - starting->began_us) / 1000,
		       starting->err.code ? &starting->err : NULL,
		       starting->data);
	error_clear(&starting->err);
	free(starting);
}

static int start_keeper(const struct target *target,
			const struct target_release *release, struct error *err)
{
	char *line = shell_line(target->config->target.command);
	const char *argv[] = {"/bin/sh", "-c", line, NULL};
	struct strings env = STRINGS_INIT;
	struct keeper_options options = {
		.folder = target->folder,
		.argv = argv,
		.working_folder = release->folder,
		.loop = target->loop,
	};
	const char *path = target->config->target.liveness;
	char *liveness = path ? xasprintf("http://127.0.0.1:%d%s",
					  target_port(target), path)
			      : NULL;
	int result = -1;

	options.liveness = liveness;
	target_variables(target, release, true, &env);
	options.env = (const char *const *)env.items;
	if (keeper_is_alive(target->folder) ||
	    target_check_port(target, err) == 0)
		result = keeper_start(&options, err);
	strings_release(&env);
	free(liveness);
	free(line);
	return result;
}

static void process_start(const struct target *target,
			  const struct target_release *release,
			  target_done *done, void *data)
{
	struct starting *starting = xcalloc(1, sizeof(*starting));

	starting->done = done;
	starting->data = data;
	starting->began_us = clock_monotonic_us();
	(void)!start_keeper(target, release, &starting->err);
	loop_post(target->loop, start_told, starting);
}

struct looking {
	health_looked *done;
	void *data;
};

static void keeper_told(const struct keeper_status *status,
			const struct error *err, void *data)
{
	struct looking *looking = data;
	struct health_look look = {0};

	if (!err) {
		look.runs = status->pid != 0;
		look.stayed =
			look.runs &&
			(!status->restarts ||
			 llabs(clock_wall_ms() - status->started) >= STAY_MS);
		look.ends = status->restarts + !status->pid;
		look.ended = status->ended;
	}
	looking->done(err ? NULL : &look, err, looking->data);
	free(looking);
}

static void ask_keeper(const struct target *target, health_looked *done,
		       void *data)
{
	struct looking *looking = xcalloc(1, sizeof(*looking));

	looking->done = done;
	looking->data = data;
	keeper_ask_status(target->loop, target->folder, keeper_told, looking);
}

static bool has_keeper(const struct target *target)
{
	return keeper_is_alive(target->folder);
}

static struct target_wait *process_await_health(const struct target *target,
						target_done *done, void *data)
{
	static const struct health_ops ops = {
		.is_there = has_keeper,
		.look = ask_keeper,
		.last_words = target_last_words,
		.looks_while_waiting = true,
	};

	return health_await(target, &ops, done, data);
}

struct stopping {
	target_done *done;
	void *data;
	int64_t began_us;
};

static void stopped(const struct error *err, void *data)
{
	struct stopping *stopping = data;

	stopping->done((clock_monotonic_us() - stopping->began_us) / 1000, err,
		       stopping->data);
	free(stopping);
}

static void process_stop(const struct target *target, int64_t grace_ms,
			 target_done *done, void *data)
{
	struct stopping *stopping = xcalloc(1, sizeof(*stopping));

	stopping->done = done;
	stopping->data = data;
	stopping->began_us = clock_monotonic_us();
	keeper_stop(target->loop, target->folder, grace_ms, stopped, stopping);
}

static void process_recall(const struct target *target,
			   struct target_status *status)
{
	keeper_restarts_read(target->folder, &status->restarts, status->ended,
			     sizeof(status->ended));
}

const struct target_ops target_process = {
	.name = "process",
	.serves = process_serves,
	.start = process_start,
	.await_health = process_await_health,
	.cancel = health_cancel,
	.is_alive = process_is_alive,
	.recall = process_recall,
	.port = target_port,
	.pid = process_pid,
	.stop = process_stop,
};
