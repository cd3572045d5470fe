/* SPDX-License-Identifier: MIT */
#include "delivery/traffic/traffic.h"

#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <unistd.h>

#include "base/file.h"
#include "base/memory.h"
#include "delivery/traffic/provider.h"

/* A new provider is a row. */
static const struct traffic_ops *const providers[] = {
	&traffic_haproxy,
	&traffic_nginx,
	&traffic_exec,
};

struct traffic_lock {
	int fd;
};

static const struct traffic_ops *
find_provider(const struct environment_config *environment, struct error *err)
{
	for (size_t i = 0; i < ARRAY_SIZE(providers); i++)
		if (providers[i]->serves(environment))
			return providers[i];
	error_set(err, ERROR_CONFIG, "environment %s has no `traffic`",
		  environment->name);
	return NULL;
}

struct traffic *traffic_open(const struct traffic_options *options,
			     struct error *err)
{
	const struct traffic_ops *ops = options->ops;
	struct traffic *traffic;

	if (!ops)
		ops = find_provider(options->environment, err);
	if (!ops)
		return NULL;
	traffic = ops->open(options, err);
	if (!traffic)
		error_prefix(err, "environment %s", options->environment->name);
	return traffic;
}

void traffic_close(struct traffic *traffic)
{
	if (traffic)
		traffic->ops->close(traffic);
}

void traffic_ensure(struct traffic *traffic, struct traffic_split initial,
		    traffic_done *done, void *data)
{
	traffic->ops->ensure(traffic, initial, done, data);
}

void traffic_inspect(struct traffic *traffic, traffic_known *done, void *data)
{
	traffic->ops->inspect(traffic, done, data);
}

struct traffic_capabilities traffic_capabilities(const struct traffic *traffic)
{
	return traffic->ops->capabilities(traffic);
}

void traffic_set(struct traffic *traffic, const struct traffic_change *change,
		 traffic_shifted *done, void *data)
{
	traffic->ops->set(traffic, change, done, data);
}

void traffic_sample(struct traffic *traffic, traffic_sampled *done, void *data)
{
	traffic->ops->sample(traffic, done, data);
}

void traffic_mark(struct traffic *traffic)
{
	traffic->ops->mark(traffic);
}

void traffic_slower(const struct traffic *traffic, enum colour colour,
		    double ms, int64_t *timed, int64_t *slow)
{
	*timed = *slow = 0;
	if (traffic->ops->slower)
		traffic->ops->slower(traffic, colour, ms, timed, slow);
}

int64_t traffic_last_begun_us(const struct traffic *traffic, enum colour colour)
{
	return traffic->ops->last_begun_us(traffic, colour);
}

void traffic_settle(struct traffic *traffic, traffic_done *done, void *data)
{
	traffic->ops->settle(traffic, done, data);
}

void traffic_cut(struct traffic *traffic, enum colour colour,
		 traffic_done *done, void *data)
{
	traffic->ops->cut(traffic, colour, done, data);
}

void traffic_preview(struct traffic *traffic, int colour, traffic_done *done,
		     void *data)
{
	if (!traffic->ops->preview)
		BUG("%s has no preview", traffic->ops->name);
	traffic->ops->preview(traffic, colour, done, data);
}

void traffic_drain(struct traffic *traffic, const struct traffic_drain *drain,
		   traffic_done *done, void *data)
{
	if (!traffic->ops->drain)
		BUG("%s has no say in instances", traffic->ops->name);
	traffic->ops->drain(traffic, drain, done, data);
}

bool traffic_is_lost(const struct traffic *traffic)
{
	return traffic->ops->is_lost && traffic->ops->is_lost(traffic);
}

void traffic_stop(struct traffic *traffic, traffic_done *done, void *data)
{
	traffic->ops->stop(traffic, done, data);
}

/* Where it is moved, in words. */
static const char *place_of(const struct traffic_config *traffic)
{
	const char *listen = traffic_listen(traffic);

	if (listen)
		return listen;
	switch (traffic->kind) {
	case TRAFFIC_HAPROXY:
		return traffic->haproxy.socket;
	case TRAFFIC_NGINX:
		return traffic->nginx.folder;
	case TRAFFIC_EXEC:
		break;
	}
	return traffic->exec.command;
}

static int refuse_held(int fd, const struct environment_config *environment,
		       struct error *err)
{
	char holder[512];
	ssize_t n = pread(fd, holder, sizeof(holder) - 1, 0);

	holder[n > 0 ? n : 0] = '\0';
	holder[strcspn(holder, "\n")] = '\0';
	return error_set(err, ERROR_REFUSED, "the traffic of %s is moved by %s",
			 place_of(&environment->traffic),
			 holder[0] ? holder : "another process");
}

static int hold(int fd, const char *path, const char *holder, struct error *err)
{
	char *text = xasprintf("%s\n", holder);
	int result = 0;

	if (ftruncate(fd, 0) < 0)
		result = error_set(err, ERROR_IO, "cannot write %s: %s", path,
				   strerror(errno));
	else
		result = file_write_all(fd, text, strlen(text), path, err);
	free(text);
	return result;
}

struct traffic_lock *traffic_lock(const struct environment_config *environment,
				  const char *holder, struct error *err)
{
	const struct traffic_ops *ops = find_provider(environment, err);
	char *path = ops ? ops->lock_path(environment, err) : NULL;
	struct traffic_lock *lock = NULL;
	int fd = -1;

	if (path)
		fd = file_open(path, O_RDWR | O_CREAT | O_NOFOLLOW, 0600, err);
	if (fd < 0)
		goto out;
	if (flock(fd, LOCK_EX | LOCK_NB) < 0)
		refuse_held(fd, environment, err);
	else if (hold(fd, path, holder, err) == 0) {
		lock = xcalloc(1, sizeof(*lock));
		lock->fd = fd;
		goto out;
	}
	close(fd);
out:
	free(path);
	return lock;
}

void traffic_unlock(struct traffic_lock *lock)
{
	if (!lock)
		return;
	close(lock->fd);
	free(lock);
}

void traffic_note(const struct traffic *traffic, const char *format, ...)
{
	const struct traffic_options *options = &traffic->options;
	va_list args;
	char *text;

	if (!options->note)
		return;
	va_start(args, format);
	text = xvasprintf(format, args);
	va_end(args);
	options->note(text, options->data);
	free(text);
}
