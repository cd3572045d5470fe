/* SPDX-License-Identifier: MIT */
/* What served already when signalbox came: it is neither started nor stopped
 * by us, and lives as long as somebody answers at its port. */
#include <stdlib.h>
#include <unistd.h>

#include "base/memory.h"
#include "delivery/target/health.h"
#include "delivery/target/kind.h"
#include "delivery/target/target.h"
#include "net/address.h"
#include "net/http.h"

#define ASK_MS 2000

static bool never_configured(const struct environment_config *config)
{
	(void)config;
	return false;
}

/* A connection on this host is there at once, or is not. What is farther away
 * is as it was at the last look. */
static bool answers(const struct target *target)
{
	char *address = xasprintf("%s:%d", target->config->target.host,
				  target_port(target));
	struct error err = ERROR_INIT;
	struct target_seen seen;
	bool pending = false;
	int fd = address_connect(address, &pending, &err);
	bool far = pending || err.code == ERROR_CONFIG; /* a name */

	if (fd >= 0)
		close(fd);
	error_clear(&err);
	free(address);
	target_last_seen(target->folder, &seen);
	return far ? seen.status.alive : fd >= 0;
}

/* Of two that are asked one is told; whoever asked may be gone by then. */
struct question {
	struct http *http;
	struct loop *loop;
	char *folder, *still; /* why it may not be stopped; NULL: it may */
	bool has_port;	      /* somebody had it when it was to be stopped */
	target_looked *looked;
	target_done *stopped;
	void *data;
	struct target_status status;
	struct error err;
};

/* Posted: the HTTP client is not freed from within its own callback. */
static void tell_answer(void *data)
{
	struct question *question = data;
	const struct error *err = question->err.code ? &question->err : NULL;

	if (question->looked)
		question->looked(err ? NULL : &question->status, err,
				 question->data);
	else
		question->stopped(0, err, question->data);
	http_free(question->http);
	error_clear(&question->err);
	free(question->folder);
	free(question->still);
	free(question);
}

/* Who does not answer in time may be there, and may be not. */
static void answered(const struct http_response *response,
		     const struct error *err, void *data)
{
	struct question *question = data;
	const struct target_seen seen = {.status = {.alive = response != NULL}};
	bool is_known = response || err->code != ERROR_TIMEOUT;

	question->status = seen.status;
	if (is_known)
		target_see(question->folder, &seen);
	else
		target_unseen(question->folder);
	if (question->still && (response || question->has_port))
		error_set(&question->err, ERROR_REFUSED, "%s", question->still);
	else if (question->looked && !is_known)
		error_set(&question->err, err->code, "%s", error_text(err));
	loop_post(question->loop, tell_answer, question);
}

static struct question *ask(const struct target *target, void *data)
{
	const struct target_config *config = &target->config->target;
	struct question *question = xcalloc(1, sizeof(*question));
	struct http_request request = HTTP_REQUEST_INIT;
	char *url = xasprintf("http://%s:%d%s", config->host,
			      target_port(target), config->health);

	question->loop = target->loop;
	question->folder = xstrdup(target->folder);
	question->data = data;
	question->http = http_new(target->loop);
	request.url = url;
	request.timeout_ms = ASK_MS;
	request.cuts_body = true;
	http_start(question->http, &request, answered, question);
	free(url);
	return question;
}

static void adopted_look(const struct target *target, target_looked *done,
			 void *data)
{
	ask(target, data)->looked = done;
}

struct telling {
	target_done *done;
	void *data;
	struct error err;
};

static void tell(void *data)
{
	struct telling *telling = data;

	telling->done(0, &telling->err, telling->data);
	error_clear(&telling->err);
	free(telling);
}

static void adopted_start(const struct target *target,
			  const struct target_release *release,
			  target_done *done, void *data)
{
	struct telling *telling = xcalloc(1, sizeof(*telling));

	telling->done = done;
	telling->data = data;
	error_set(&telling->err, ERROR_REFUSED,
		  "%s was adopted: who started it has to start it again",
		  release->version);
	loop_post(target->loop, tell, telling);
}

static void adopted_stop(const struct target *target, int64_t grace_ms,
			 target_done *done, void *data)
{
	struct question *question = ask(target, data);

	(void)grace_ms;
	question->stopped = done;
	question->has_port = answers(target);
	question->still =
		xasprintf("%s of %s was adopted and still answers on %s:%d; "
			  "stop it as it was started, then try again",
			  colour_name(target->colour), target->environment,
			  target->config->target.host, target_port(target));
}

struct looking {
	health_looked *done;
	void *data;
};

static void tell_look(void *data)
{
	struct looking *looking = data;
	struct health_look look = {.runs = true, .stayed = true, .ended = ""};

	looking->done(&look, NULL, looking->data);
	free(looking);
}

/* Nothing was started that another could answer for. */
static void confirm(const struct target *target, health_looked *done,
		    void *data)
{
	struct looking *looking = xcalloc(1, sizeof(*looking));

	looking->done = done;
	looking->data = data;
	loop_post(target->loop, tell_look, looking);
}

static struct target_wait *adopted_await_health(const struct target *target,
						target_done *done, void *data)
{
	static const struct health_ops ops = {
		.is_there = answers,
		.look = confirm,
	};

	return health_await(target, &ops, done, data);
}

static pid_t unknown_pid(const struct target *target)
{
	(void)target;
	return 0;
}

static bool is_not_kept(const struct target *target,
			const struct release *release)
{
	(void)target;
	(void)release;
	return false;
}

const struct target_ops target_adopted = {
	.name = "adopted",
	.serves = never_configured,
	.start = adopted_start,
	.await_health = adopted_await_health,
	.cancel = health_cancel,
	.is_alive = answers,
	.look = adopted_look,
	.is_kept = is_not_kept,
	.port = target_port,
	.pid = unknown_pid,
	.stop = adopted_stop,
};
