/* SPDX-License-Identifier: MIT */
/* What served already when signalbox came: it is neither started nor stopped
 * by us, and lives as long as somebody answers at its port. */
#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/memory.h"
#include "delivery/target/health.h"
#include "delivery/target/kind.h"
#include "delivery/target/target.h"
#include "net/address.h"

/* A connection on the loopback is there at once, or is not. */
#define CONNECT_MS 50

static bool never_configured(const struct environment_config *config)
{
	(void)config;
	return false;
}

static bool has_connected(int fd)
{
	struct pollfd watched = {.fd = fd, .events = POLLOUT};
	socklen_t len = sizeof(int);
	int result = 0;

	return poll(&watched, 1, CONNECT_MS) == 1 &&
	       getsockopt(fd, SOL_SOCKET, SO_ERROR, &result, &len) == 0 &&
	       result == 0;
}

static bool answers(const struct target *target)
{
	char *address = xasprintf("%s:%d", target->config->target.host,
				  target_port(target));
	struct error err = ERROR_INIT;
	bool pending = false, is;
	int fd = address_connect(address, &pending, &err);

	is = fd >= 0 && (!pending || has_connected(fd));
	if (fd >= 0)
		close(fd);
	error_clear(&err);
	free(address);
	return is;
}

struct telling {
	target_done *done;
	void *data;
	struct error err;
};

static void tell(void *data)
{
	struct telling *telling = data;

	telling->done(0, telling->err.code ? &telling->err : NULL,
		      telling->data);
	error_clear(&telling->err);
	free(telling);
}

static struct telling *tell_later(const struct target *target,
				  target_done *done, void *data)
{
	struct telling *telling = xcalloc(1, sizeof(*telling));

	telling->done = done;
	telling->data = data;
	loop_post(target->loop, tell, telling);
	return telling;
}

static void adopted_start(const struct target *target,
			  const struct target_release *release,
			  target_done *done, void *data)
{
	struct telling *telling = tell_later(target, done, data);

	error_set(&telling->err, ERROR_REFUSED,
		  "%s was adopted: who started it has to start it again",
		  release->version);
}

static void adopted_stop(const struct target *target, int64_t grace_ms,
			 target_done *done, void *data)
{
	struct telling *telling = tell_later(target, done, data);

	(void)grace_ms;
	if (answers(target))
		error_set(&telling->err, ERROR_REFUSED,
			  "%s of %s was adopted and still answers on %s:%d; "
			  "stop it as it was started, then try again",
			  colour_name(target->colour), target->environment,
			  target->config->target.host, target_port(target));
}

struct looking {
	health_looked *done;
	void *data;
	bool runs;
};

static void tell_look(void *data)
{
	struct looking *looking = data;
	struct health_look look = {
		.runs = looking->runs,
		.stayed = looking->runs,
		.ended = "",
	};

	looking->done(&look, NULL, looking->data);
	free(looking);
}

static void look(const struct target *target, health_looked *done, void *data)
{
	struct looking *looking = xcalloc(1, sizeof(*looking));

	looking->done = done;
	looking->data = data;
	looking->runs = answers(target);
	loop_post(target->loop, tell_look, looking);
}

static struct target_wait *adopted_await_health(const struct target *target,
						target_done *done, void *data)
{
	static const struct health_ops ops = {
		.is_there = answers,
		.look = look,
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
	.is_kept = is_not_kept,
	.port = target_port,
	.pid = unknown_pid,
	.stop = adopted_stop,
};
