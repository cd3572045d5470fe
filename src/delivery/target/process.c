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
#include "delivery/words.h"
#include "net/http.h"

#define PROBE_EVERY_MS 50
#define STAY_MS 500
#define PROBE_LIMIT_MS 2000
/* So many ends before it was ever healthy are no accident. */
#define ENDS_THAT_CONDEMN 3
#define LOG_TAIL 4096

/* What a process gets of our own environment: enough to run, the same from
 * whichever shell it is started, and no secret of another environment. */
static const char *const inherited[] = {
	"PATH", "HOME",	  "USER",     "LOGNAME", "SHELL",
	"LANG", "LC_ALL", "LC_CTYPE", "TZ",	 "TMPDIR",
};

struct target_wait {
	const struct target *target;
	target_done *done; /* NULL once given up or told */
	void *data;
	struct http *http;
	struct timer *again;
	int64_t began_us;
	char *last; /* why the last probe failed */
	struct error err;
	bool over;     /* telling is posted */
	int questions; /* to the keeper, under way */
};

static bool process_serves(const struct environment_config *config)
{
	return config->target.command != NULL;
}

static int process_port(const struct target *target)
{
	return target->config->target.ports[target->colour];
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

static int process_start(const struct target *target,
			 const struct target_release *release,
			 struct error *err)
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

static void wait_release(struct target_wait *wait)
{
	if (wait->done || wait->over || wait->questions)
		return;
	http_free(wait->http);
	timer_free(wait->again);
	error_clear(&wait->err);
	free(wait->last);
	free(wait);
}

static void tell(void *data)
{
	struct target_wait *wait = data;
	target_done *done = wait->done;
	int64_t ms = (clock_monotonic_us() - wait->began_us) / 1000;

	wait->over = false;
	wait->done = NULL;
	if (done)
		done(ms, wait->err.code ? &wait->err : NULL, wait->data);
	wait_release(wait);
}

/* Posted: the HTTP client is not freed from within its own callback. */
static void wait_over(struct target_wait *wait)
{
	if (wait->over || !wait->done)
		return;
	wait->over = true;
	timer_stop(wait->again);
	loop_post(wait->target->loop, tell, wait);
}

/* The last line of the log, in quotes, or "". */
static char *last_words(const char *folder)
{
	char *path = keeper_log_path(folder), *start, *words;
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

static void condemn(struct target_wait *wait, enum error_code code,
		    const char *why)
{
	char *words = last_words(wait->target->folder);

	error_set(&wait->err, code, "%s %s%s",
		  colour_name(wait->target->colour), why, words);
	free(words);
	wait_over(wait);
}

static void keeper_told(const struct keeper_status *status,
			const struct error *err, void *data)
{
	struct target_wait *wait = data;
	char *why;

	wait->questions--;
	if (wait->over || !wait->done) {
		wait_release(wait);
		return;
	}
	if (err || status->restarts + !status->pid < ENDS_THAT_CONDEMN)
		return;
	why = xasprintf("ended %d times before it was healthy: %s%s%s%s",
			ENDS_THAT_CONDEMN, status->ended,
			strcmp(status->ended, "exit status 0") == 0
				? "; its command must stay in the foreground"
				: "",
			wait->last ? "; " : "", wait->last ? wait->last : "");
	condemn(wait, ERROR_FAILED, why);
	free(why);
}

static void ask_keeper(struct target_wait *wait)
{
	wait->questions++;
	keeper_ask_status(wait->target->loop, wait->target->folder, keeper_told,
			  wait);
}

static void try_later(struct target_wait *wait, char *why);

/* One that was started again proves itself first. */
static bool has_stayed(const struct keeper_status *status)
{
	return status->pid &&
	       (!status->restarts ||
		llabs(clock_wall_ms() - status->started) >= STAY_MS);
}

/* The one that answers must be the one that is kept: what has forked away
 * is not ended with its colour, and holds its port. */
static void keeper_confirmed(const struct keeper_status *status,
			     const struct error *err, void *data)
{
	struct target_wait *wait = data;

	wait->questions--;
	if (wait->over || !wait->done)
		wait_release(wait);
	else if (!err && !has_stayed(status))
		try_later(wait, xasprintf("it answers, but what was started "
					  "has ended: %s; let it stay in the "
					  "foreground",
					  status->ended));
	else
		wait_over(wait);
}

static void confirm(struct target_wait *wait)
{
	wait->questions++;
	keeper_ask_status(wait->target->loop, wait->target->folder,
			  keeper_confirmed, wait);
}

static void try_later(struct target_wait *wait, char *why)
{
	const struct target *target = wait->target;
	int64_t limit_ms = target->config->target.start_timeout_ms;
	int64_t past_ms = (clock_monotonic_us() - wait->began_us) / 1000;
	char text[WORDS_SIZE];

	free(wait->last);
	wait->last = why;
	if (!keeper_is_alive(target->folder)) {
		condemn(wait, ERROR_FAILED, "is not running");
		return;
	}
	if (past_ms >= limit_ms) {
		char *late = xasprintf("was not healthy within %s: %s",
				       words_duration(limit_ms, text), why);

		condemn(wait, ERROR_FAILED, late);
		free(late);
		return;
	}
	if (!wait->questions)
		ask_keeper(wait);
	timer_set_in(wait->again, PROBE_EVERY_MS);
}

static void probed(const struct http_response *response,
		   const struct error *err, void *data)
{
	struct target_wait *wait = data;

	if (wait->over || !wait->done)
		return;
	if (response && response->status >= 200 && response->status < 400)
		confirm(wait);
	else if (response)
		try_later(wait, xasprintf("GET %s answered %d",
					  wait->target->config->target.health,
					  response->status));
	else
		try_later(wait, xstrdup(error_text(err)));
}

static void probe(void *data)
{
	struct target_wait *wait = data;
	struct http_request request = HTTP_REQUEST_INIT;
	char *url =
		xasprintf("http://127.0.0.1:%d%s", process_port(wait->target),
			  wait->target->config->target.health);

	request.url = url;
	request.timeout_ms = PROBE_LIMIT_MS;
	http_start(wait->http, &request, probed, wait);
	free(url);
}

static struct target_wait *process_await_health(const struct target *target,
						target_done *done, void *data)
{
	struct target_wait *wait = xcalloc(1, sizeof(*wait));

	wait->target = target;
	wait->done = done;
	wait->data = data;
	wait->began_us = clock_monotonic_us();
	wait->http = http_new(target->loop);
	wait->again = loop_timer(target->loop, INT64_MAX, probe, wait);
	probe(wait);
	return wait;
}

static void process_cancel(struct target_wait *wait)
{
	if (!wait)
		return;
	wait->done = NULL;
	timer_stop(wait->again);
	wait_release(wait);
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
	.cancel = process_cancel,
	.is_alive = process_is_alive,
	.port = process_port,
	.pid = process_pid,
	.stop = process_stop,
};
