/* SPDX-License-Identifier: MIT */
/* A colour as one process under a keeper, reached at a port of this host. */
#include "delivery/target/target.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/file.h"
#include "base/memory.h"
#include "delivery/keeper.h"
#include "delivery/keeper-folder.h"
#include "delivery/target/health.h"

/* One that was started again proves itself first. */
#define STAY_MS 500
#define LOG_TAIL 4096

/* What a process gets of our own environment: enough to run, the same from
 * whichever shell it is started, and no secret of another environment. */
static const char *const inherited[] = {
	"PATH", "HOME",	  "USER",     "LOGNAME", "SHELL",
	"LANG", "LC_ALL", "LC_CTYPE", "TZ",	 "TMPDIR",
};

static bool process_serves(const struct environment_config *config)
{
	return config->target.command != NULL;
}

static int process_port(const struct target *target)
{
	return target->config->target.ports[target->colour] + target->instance;
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

/* Replaces an earlier value of the same name. */
static void env_set(struct strings *env, const char *key, const char *value)
{
	char *entry = xasprintf("%s=%s", key, value);
	size_t len = strlen(key) + 1;

	for (size_t i = 0; i < env->count; i++)
		if (strncmp(env->items[i], entry, len) == 0) {
			free(env->items[i]);
			env->items[i] = entry;
			return;
		}
	strings_add_owned(env, entry);
}

static void env_set_int(struct strings *env, const char *key, int64_t value)
{
	char text[24];

	snprintf(text, sizeof(text), "%" PRId64, value);
	env_set(env, key, text);
}

static void env_set_pairs(struct strings *env, const struct pairs *pairs)
{
	for (size_t i = 0; pairs && i < pairs->count; i++)
		env_set(env, pairs->items[i].key, pairs->items[i].value);
}

static void build_env(const struct target *target,
		      const struct target_release *release, struct strings *env)
{
	const char *colour = colour_name(target->colour);

	for (size_t i = 0; i < ARRAY_SIZE(inherited); i++) {
		const char *value = getenv(inherited[i]);

		if (value)
			env_set(env, inherited[i], value);
	}
	env_set_pairs(env, &target->config->target.env);
	env_set_pairs(env, release->secrets);
	env_set_int(env, "PORT", process_port(target));
	env_set(env, "COLOUR", colour);
	env_set(env, "VERSION", release->version);
	env_set(env, "SIGNALBOX_ENVIRONMENT", target->environment);
	env_set(env, "SIGNALBOX_COLOUR", colour);
	env_set(env, "SIGNALBOX_VERSION", release->version);
	env_set(env, "SIGNALBOX_COMMIT", release->commit);
	env_set(env, "SIGNALBOX_DIGEST", release->digest);
	env_set_int(env, "SIGNALBOX_PORT", process_port(target));
	env_set_int(env, "SIGNALBOX_RUN", release->run);
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

/* Else the health check would be answered by whoever has the port. */
static int port_is_free(int port, struct error *err)
{
	struct sockaddr_in address = {
		.sin_family = AF_INET,
		.sin_port = htons((uint16_t)port),
		.sin_addr.s_addr = htonl(INADDR_LOOPBACK),
	};
	int fd = socket(AF_INET, SOCK_STREAM, 0), on = 1, result = 0;

	if (fd < 0)
		return error_set(err, ERROR_IO, "cannot make a socket: %s",
				 strerror(errno));
	setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on));
	if (bind(fd, (struct sockaddr *)&address, sizeof(address)) < 0)
		result = error_set(err, ERROR_IO,
				   "port %d: %s; stop what listens there, or "
				   "name other ports in the pipeline file",
				   port, strerror(errno));
	close(fd);
	return result;
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
	int result = -1;

	build_env(target, release, &env);
	options.env = (const char *const *)env.items;
	if (keeper_is_alive(target->folder) ||
	    port_is_free(process_port(target), err) == 0)
		result = keeper_start(&options, err);
	strings_release(&env);
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

/* The last line of the log, in quotes, or "". */
static char *last_words(const struct target *target)
{
	char *path = keeper_log_path(target->folder), *start, *words;
	int fd = file_open(path, O_RDONLY, 0, NULL);
	char text[LOG_TAIL + 1];
	ssize_t len = 0;
	off_t size;

	free(path);
	if (fd < 0)
		return xstrdup("");
	size = lseek(fd, 0, SEEK_END);
	len = pread(fd, text, LOG_TAIL, size > LOG_TAIL ? size - LOG_TAIL : 0);
	close(fd);
	while (len > 0 && (text[len - 1] == '\n' || text[len - 1] == '\r'))
		len--;
	text[len > 0 ? len : 0] = '\0';
	start = strrchr(text, '\n');
	start = start ? start + 1 : text;
	words = *start ? xasprintf("; its log ends: \"%.200s\"", start)
		       : xstrdup("");
	return words;
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
		.last_words = last_words,
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

const struct target_ops target_process = {
	.name = "process",
	.serves = process_serves,
	.start = process_start,
	.await_health = process_await_health,
	.cancel = health_cancel,
	.is_alive = process_is_alive,
	.port = process_port,
	.pid = process_pid,
	.stop = process_stop,
};
