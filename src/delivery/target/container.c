/* SPDX-License-Identifier: MIT */
/* A colour as a container of Docker Engine, in the network of this host. The
 * engine keeps it alive, also over a reboot; there is no keeper. */
#include "delivery/target/container.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/digest.h"
#include "base/file.h"
#include "base/memory.h"
#include "delivery/state.h"
#include "delivery/target/health.h"
#include "event/event.h"

/* One that was started again proves itself first. */
#define STAY_MS 500
/* Of its log, kept beside when it goes. */
#define LOG_LINES 1000
#define LAST_LINES 20

static bool container_serves(const struct environment_config *config)
{
	return config->target.kind == TARGET_CONTAINER;
}

char *container_name(const struct target *target)
{
	char digest[DIGEST_TEXT_SIZE];

	digest_bytes(target->folder, strlen(target->folder), digest);
	return xasprintf("signalbox-%s-%s-%d-%.8s", target->environment,
			 colour_name(target->colour), target->instance + 1,
			 digest);
}

char *container_mark(const char *state)
{
	char digest[DIGEST_TEXT_SIZE];

	digest_bytes(state, strlen(state), digest);
	return xasprintf("signalbox-%.8s", digest);
}

static bool container_is_alive(const struct target *target)
{
	struct target_seen seen;

	target_last_seen(target->folder, &seen);
	return seen.status.alive;
}

static pid_t container_pid(const struct target *target)
{
	struct target_seen seen;

	target_last_seen(target->folder, &seen);
	return seen.status.pid;
}

/* Something is asked of the engine, about one container. */
struct asking {
	struct loop *loop;
	struct http *http;
	char *socket, *name, *folder, *image;
	int64_t began_us, began_ms; /* monotonic, wall */
	int64_t grace_ms;
	struct target_status status;
	int64_t started_ms;
	health_looked *looked; /* one of the three */
	target_looked *known;
	target_done *done;
	void *data;
};

static struct asking *asking_new(const struct target *target, void *data)
{
	const struct target_config *config = &target->config->target;
	struct asking *asking = xcalloc(1, sizeof(*asking));

	asking->loop = target->loop;
	asking->http = http_new(target->loop);
	asking->socket = docker_socket(config->container.socket);
	asking->name = container_name(target);
	asking->folder = xstrdup(target->folder);
	asking->image = xstrdup_null(config->container.image);
	asking->began_us = clock_monotonic_us();
	asking->began_ms = clock_wall_ms();
	asking->data = data;
	return asking;
}

static void asking_free(struct asking *asking)
{
	http_free(asking->http);
	free(asking->socket);
	free(asking->name);
	free(asking->folder);
	free(asking->image);
	free(asking);
}

static void ask(struct asking *asking, struct docker_question question,
		docker_done *done)
{
	docker_ask(asking->http, asking->socket, &question, done, asking);
}

static void fail(struct asking *asking, const struct error *err)
{
	int64_t ms = (clock_monotonic_us() - asking->began_us) / 1000;

	if (asking->known)
		target_unseen(asking->folder);
	if (asking->looked)
		asking->looked(NULL, err, asking->data);
	else if (asking->known)
		asking->known(NULL, err, asking->data);
	else
		asking->done(ms, err, asking->data);
	asking_free(asking);
}

/* Wall time; the engine tells nanoseconds. 0: not known. */
static int64_t started_ms(const char *text)
{
	char *seconds = xasprintf("%.19sZ", text);
	int64_t ms = 0;

	if (clock_parse_utc(seconds, &ms, NULL) < 0)
		ms = 0;
	free(seconds);
	return ms;
}

static int strange(const struct asking *asking,
		   const struct docker_answer *answer, struct error *err)
{
	return error_set(err, ERROR_PROVIDER,
			 "Docker Engine answered %d and does not tell whether "
			 "%s runs",
			 answer->status, asking->name);
}

/* -1 when it cannot be known. One that leaked past its memory was killed, and
 * says so for ever after. */
static int decode(struct asking *asking, const struct docker_answer *answer,
		  struct error *err)
{
	const json_t *state = json_object_get(answer->json, "State");
	struct target_status *status = &asking->status;
	bool restarting;

	memset(status, 0, sizeof(*status));
	if (answer->status == 404 && *json_text(answer->json, "message"))
		return 0;
	if (docker_check(answer, asking->name, err) < 0)
		return -1;
	if (answer->status != 200 ||
	    !json_is_boolean(json_object_get(state, "Running")))
		return strange(asking, answer, err);
	restarting = json_is_true(json_object_get(state, "Restarting"));
	status->alive =
		json_is_true(json_object_get(state, "Running")) && !restarting;
	status->pid = (pid_t)json_int(state, "Pid", 0);
	status->restarts = json_int(answer->json, "RestartCount", 0);
	asking->started_ms = started_ms(json_text(state, "StartedAt"));
	if (json_is_true(json_object_get(state, "OOMKilled")))
		snprintf(status->ended, sizeof(status->ended), "out of memory");
	else if (status->restarts || !status->alive)
		snprintf(status->ended, sizeof(status->ended), "exit status %d",
			 (int)json_int(state, "ExitCode", 0));
	if (*json_text(state, "Error"))
		snprintf(status->ended, sizeof(status->ended), "%.150s",
			 json_text(state, "Error"));
	return 0;
}

static void inspect(struct asking *asking, docker_done *done)
{
	ask(asking,
	    (struct docker_question){
		    .path = xasprintf("/containers/%s/json", asking->name)},
	    done);
}

/* The last of its log, beside the other files of the colour. */
static void ask_log(struct asking *asking, int lines, docker_done *done)
{
	ask(asking,
	    (struct docker_question){
		    .path = xasprintf("/containers/%s/logs?stdout=1&stderr=1&"
				      "tail=%d",
				      asking->name, lines)},
	    done);
}

static void keep_log(const struct asking *asking,
		     const struct docker_answer *answer)
{
	char *path = path_join(asking->folder, "log");
	struct str text = STR_INIT;

	if (answer && answer->status == 200) {
		docker_log(answer, &text);
		/* It is for reading; what is under way goes on without. */
		if (file_replace(path, text.data, text.len, 0600, NULL) < 0)
			remove(path);
	}
	str_release(&text);
	free(path);
}

static void look_over(struct asking *asking, bool kept)
{
	struct target_seen seen = {.status = asking->status, .kept = kept};

	target_see_since(asking->folder, asking->began_ms, &seen);
	asking->known(&asking->status, NULL, asking->data);
	asking_free(asking);
}

static void image_seen(const struct docker_answer *answer,
		       const struct error *err, void *data)
{
	(void)err;
	look_over(data, answer && answer->status == 200);
}

static void inspected(const struct docker_answer *answer,
		      const struct error *err, void *data)
{
	struct asking *asking = data;
	struct error why = ERROR_INIT;

	if (err || decode(asking, answer, &why) < 0)
		fail(asking, err ? err : &why);
	else if (asking->image)
		ask(asking,
		    (struct docker_question){.path = xasprintf("/images/%s/"
							       "json",
							       asking->image)},
		    image_seen);
	else
		look_over(asking, false);
	error_clear(&why);
}

static void container_look(const struct target *target, target_looked *done,
			   void *data)
{
	struct asking *asking = asking_new(target, data);

	asking->known = done;
	inspect(asking, inspected);
}

static bool container_is_kept(const struct target *target,
			      const struct release *release)
{
	const char *archive = target->config->target.container.archive;
	struct target_seen seen;
	char *path;
	bool is;

	if (!archive) {
		target_last_seen(target->folder, &seen);
		return seen.kept;
	}
	path = path_join(release->folder, archive);
	is = file_exists(path);
	free(path);
	return is;
}

static void log_came(const struct docker_answer *answer,
		     const struct error *err, void *data)
{
	struct asking *asking = data;
	const struct target_status *status = &asking->status;
	int64_t life_ms = clock_wall_ms() - asking->started_ms;
	struct health_look look = {
		.runs = status->alive,
		.stayed = status->alive &&
			  (!status->restarts || llabs(life_ms) >= STAY_MS),
		.ends = status->restarts + !status->alive,
		.ended = status->ended,
	};

	(void)err;
	keep_log(asking, answer);
	asking->looked(&look, NULL, asking->data);
	asking_free(asking);
}

static void health_inspected(const struct docker_answer *answer,
			     const struct error *err, void *data)
{
	struct asking *asking = data;
	struct error why = ERROR_INIT;

	if (err || decode(asking, answer, &why) < 0)
		fail(asking, err ? err : &why);
	else
		ask_log(asking, LAST_LINES, log_came);
	error_clear(&why);
}

static void look_for_health(const struct target *target, health_looked *done,
			    void *data)
{
	struct asking *asking = asking_new(target, data);

	asking->looked = done;
	inspect(asking, health_inspected);
}

static struct target_wait *container_await_health(const struct target *target,
						  target_done *done, void *data)
{
	static const struct health_ops ops = {
		.look = look_for_health,
		.last_words = target_last_words,
		.looks_while_waiting = true,
	};

	return health_await(target, &ops, done, data);
}

static void removed(const struct docker_answer *answer, const struct error *err,
		    void *data)
{
	struct target_seen seen = {.kept = true};
	struct asking *asking = data;
	struct error why = ERROR_INIT;

	/* 409: the engine is about it already. */
	if (err || (answer->status != 404 && answer->status != 409 &&
		    docker_check(answer, asking->name, &why) < 0)) {
		fail(asking, err ? err : &why);
	} else {
		target_see(asking->folder, &seen);
		fail(asking, NULL);
	}
	error_clear(&why);
}

static void stopped(const struct docker_answer *answer, const struct error *err,
		    void *data)
{
	struct asking *asking = data;

	(void)answer;
	if (err) {
		fail(asking, err);
		return;
	}
	ask(asking,
	    (struct docker_question){
		    .method = "DELETE",
		    .path = xasprintf("/containers/%s?force=1&v=1",
				      asking->name)},
	    removed);
}

static void last_log(const struct docker_answer *answer,
		     const struct error *err, void *data)
{
	struct asking *asking = data;

	(void)err; /* the stop says so, too */
	keep_log(asking, answer);
	ask(asking,
	    (struct docker_question){
		    .method = "POST",
		    .path = xasprintf("/containers/%s/stop?t=%" PRId64,
				      asking->name,
				      (asking->grace_ms + 999) / 1000),
		    .timeout_ms = asking->grace_ms + 20000},
	    stopped);
}

static void container_stop(const struct target *target, int64_t grace_ms,
			   target_done *done, void *data)
{
	struct asking *asking = asking_new(target, data);

	target_want_no_more(target->folder);
	asking->done = done;
	asking->grace_ms = grace_ms;
	ask_log(asking, LOG_LINES, last_log);
}

static void container_recall(const struct target *target,
			     struct target_status *status)
{
	struct target_seen seen;

	target_last_seen(target->folder, &seen);
	*status = seen.status;
}

const struct target_ops target_container = {
	.name = "container",
	.serves = container_serves,
	.start = container_start,
	.await_health = container_await_health,
	.cancel = health_cancel,
	.is_alive = container_is_alive,
	.recall = container_recall,
	.look = container_look,
	.is_kept = container_is_kept,
	.port = target_port,
	.pid = container_pid,
	.stop = container_stop,
};
