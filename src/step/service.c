/* SPDX-License-Identifier: MIT */
#include "step/service.h"

#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/memory.h"
#include "net/address.h"
#include "proc/child.h"
#include "step/environ.h"
#include "step/job.h"

#define ASK_AGAIN_MS 100
#define ANSWER_MS 5000 /* that one question may take */

struct service {
	struct service_options options; /* copied */
	struct job job;
	bool is_running; /* from start to ended() */
	bool is_healthy, is_ending;
	char *why;  /* it has to end; NULL: it was asked to */
	char *last; /* why it was not healthy when last asked */
	int64_t started_us;
	struct timer *deadline; /* to be healthy */
	struct timer *probe;	/* asks, or ends a question */
	struct http_call *call;
	struct watch *watch; /* of a connection under way */
	int fd;
	pid_t checker; /* a health command */
};

static void ask(struct service *service);

static struct loop *loop_of(const struct service *service)
{
	return service->options.host->loop;
}

static void drop_connection(struct service *service)
{
	watch_remove(service->watch);
	service->watch = NULL;
	if (service->fd >= 0)
		close(service->fd);
	service->fd = -1;
}

/* A health command is reaped by its own callback. */
static void stop_asking(struct service *service)
{
	timer_stop(service->probe);
	timer_stop(service->deadline);
	http_cancel(service->call);
	service->call = NULL;
	drop_connection(service);
	if (service->checker)
		child_signal_group(service->checker, SIGKILL);
}

static void tell_ended(void *data)
{
	struct service *service = data;
	char *why = service->why;

	service->why = NULL;
	service->is_running = false;
	service->options.ended(service->options.data, why);
	free(why);
}

static void check_end(struct service *service)
{
	if (job_is_over(&service->job) && !service->checker)
		loop_post(loop_of(service), tell_ended, service);
}

static void answer(struct service *service, const char *why)
{
	if (service->is_ending)
		return;
	if (why) {
		free(service->last);
		service->last = xstrdup(why);
		timer_set_in(service->probe, ASK_AGAIN_MS);
		return;
	}
	stop_asking(service);
	service->is_healthy = true;
	service->options.healthy(service->options.data,
				 (clock_monotonic_us() - service->started_us) /
					 1000);
}

static void http_answered(const struct http_response *response,
			  const struct error *err, void *data)
{
	struct service *service = data;
	char *why = NULL;

	service->call = NULL;
	if (err)
		why = xstrdup(error_text(err));
	else if (response->status < 200 || response->status > 399)
		why = xasprintf("%s answered %d",
				service->options.config->health.http,
				response->status);
	answer(service, why);
	free(why);
}

static void ask_http(struct service *service)
{
	struct http_request request = HTTP_REQUEST_INIT;
	char *url = xasprintf("http://127.0.0.1:%d%s", service->options.port,
			      service->options.config->health.http);

	request.url = url;
	request.timeout_ms = ANSWER_MS;
	service->call = http_start(service->options.host->http, &request,
				   http_answered, service);
	free(url);
}

static void connected(int fd, short revents, void *data)
{
	struct service *service = data;
	socklen_t size = sizeof(int);
	int reason = 0;

	(void)revents;
	if (getsockopt(fd, SOL_SOCKET, SO_ERROR, &reason, &size) < 0)
		reason = errno;
	drop_connection(service);
	answer(service, reason ? strerror(reason) : NULL);
}

static void ask_tcp(struct service *service)
{
	char *address = xasprintf("127.0.0.1:%d", service->options.port);
	struct error err = ERROR_INIT;
	bool pending;

	service->fd = address_connect(address, &pending, &err);
	free(address);
	if (service->fd >= 0 && pending) {
		service->watch = loop_watch(loop_of(service), service->fd,
					    POLLOUT, connected, service);
		return;
	}
	drop_connection(service);
	answer(service, err.code ? error_text(&err) : NULL);
	error_clear(&err);
}

static void checker_ended(pid_t pid, int status, void *data)
{
	struct service *service = data;
	char *why = child_status_text(status);

	child_signal_group(pid, SIGKILL);
	service->checker = 0;
	timer_stop(service->probe);
	answer(service, status ? why : NULL);
	free(why);
	if (service->is_ending)
		check_end(service);
}

static void ask_command(struct service *service)
{
	const struct service_options *options = &service->options;
	const char *argv[] = {"/bin/sh", "-e", "-c",
			      options->config->health.run, NULL};
	struct child_options child = CHILD_OPTIONS_INIT;
	struct strings env = STRINGS_INIT;
	struct error err = ERROR_INIT;

	environ_build_service(options->host, options->config, options->port,
			      &env);
	child.argv = argv;
	child.env = (const char *const *)env.items;
	child.folder = options->folder;
	service->checker = child_start(&child, &err);
	strings_release(&env);
	if (service->checker > 0) {
		loop_child(loop_of(service), service->checker, checker_ended,
			   service);
		timer_set_in(service->probe, ANSWER_MS);
		return;
	}
	service->checker = 0;
	answer(service, error_text(&err));
	error_clear(&err);
}

static void ask(struct service *service)
{
	const struct service_health *health = &service->options.config->health;

	if (health->http)
		ask_http(service);
	else if (health->run)
		ask_command(service);
	else
		ask_tcp(service);
}

static void on_probe(void *data)
{
	struct service *service = data;

	if (service->checker) /* it takes too long */
		child_signal_group(service->checker, SIGKILL);
	else
		ask(service);
}

static void on_deadline(void *data)
{
	struct service *service = data;
	char took[CLOCK_TEXT_SIZE];

	service->why = xasprintf(
		"was not healthy within %s: %s",
		duration_format(service->options.config->start_timeout_ms,
				took),
		service->last ? service->last : "it did not answer");
	service_end(service);
}

static char *end_text(int status)
{
	return status ? child_status_text(status)
		      : xstrdup("exit status 0; a service stays in the "
				"foreground");
}

/* Its own end is never what anybody asked for, unless it was. */
static void job_done(void *data)
{
	struct service *service = data;

	if (!service->is_ending) {
		service->why = end_text(service->job.status);
		service->is_ending = true;
		stop_asking(service);
	}
	check_end(service);
}

static int start_job(struct service *service, struct error *err)
{
	const struct service_options *options = &service->options;
	struct strings env = STRINGS_INIT;
	struct job_options job = {
		.loop = loop_of(service),
		.log = options->log,
		.shell = &options->config->shell,
		.text = options->config->run,
		.env = &env,
		.folder = options->folder,
		.lock_fd = -1,
		.timeout_ms = -1,
		.grace_ms = options->config->grace_ms,
		.done = job_done,
		.data = service,
	};
	int result;

	environ_build_service(options->host, options->config, options->port,
			      &env);
	job_release(&service->job);
	result = job_start(&service->job, &job, err);
	strings_release(&env);
	return result;
}

void service_start(struct service *service)
{
	struct error err = ERROR_INIT;

	service->is_running = true;
	service->is_healthy = service->is_ending = false;
	service->started_us = clock_monotonic_us();
	if (start_job(service, &err) == 0) {
		timer_set_in(service->deadline,
			     service->options.config->start_timeout_ms);
		timer_set_in(service->probe, 0);
		return;
	}
	service->is_ending = true;
	service->why = xstrdup(error_text(&err));
	error_clear(&err);
	loop_post(loop_of(service), tell_ended, service);
}

pid_t service_pid(const struct service *service)
{
	return service->job.pid;
}

void service_end(struct service *service)
{
	if (!service->is_running || service->is_ending)
		return;
	service->is_ending = true;
	stop_asking(service);
	job_end(&service->job);
}

void service_kill(struct service *service)
{
	if (!service->is_running)
		return;
	service_end(service);
	job_kill(&service->job);
}

void service_output_ended(struct service *service)
{
	job_output_ended(&service->job);
}

struct service *service_new(const struct service_options *options)
{
	struct service *service = xcalloc(1, sizeof(*service));

	service->options = *options;
	service->fd = -1;
	service->deadline =
		loop_timer(loop_of(service), INT64_MAX, on_deadline, service);
	service->probe =
		loop_timer(loop_of(service), INT64_MAX, on_probe, service);
	return service;
}

void service_free(struct service *service)
{
	if (!service)
		return;
	stop_asking(service);
	if (service->checker)
		loop_child_forget(loop_of(service), service->checker);
	loop_unpost(loop_of(service), tell_ended, service);
	job_release(&service->job);
	timer_free(service->deadline);
	timer_free(service->probe);
	free(service->why);
	free(service->last);
	free(service);
}
