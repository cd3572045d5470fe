/* SPDX-License-Identifier: MIT */
#include "cli/tell.h"

#include <stdio.h>
#include <stdlib.h>

#include "base/vector.h"
#include "cli/arguments.h"
#include "engine/notices.h"
#include "net/http.h"

void tell_keep_owned(struct tell *tell, const struct environment *environment,
		     struct event *event)
{
	if (!environment || environment_tells_foreign(environment) ||
	    event_is_transient(event->type))
		event_free(event);
	else
		*VECTOR_ADD(tell->events, tell->count, tell->cap) = event;
}

static void failed(void *data, const char *text)
{
	struct error err = ERROR_INIT;

	(void)data;
	error_set(&err, ERROR_NETWORK, "%s", text);
	cli_fail(&err); /* what was asked for is done */
}

static void idle(void *data)
{
	(void)data;
}

static void take_all(const struct tell *tell, struct loop *loop,
		     const struct step_host *host)
{
	const struct notices_options options = {
		.host = host,
		.failed = failed,
		.idle = idle,
	};
	struct notices *notices = notices_new(&options);

	for (size_t i = 0; i < tell->count; i++)
		notices_take(notices, tell->events[i], tell->events[i]->seq);
	while (notices_hold_the_end(notices))
		loop_turn(loop, -1);
	notices_free(notices);
}

static void send_all(const struct tell *tell, struct loop *loop,
		     const struct environment *environment,
		     struct repository *repository)
{
	const char *folder = repository_work_tree(repository);
	const struct run_facts facts = {
		.run_folder = environment_folder(environment),
		.repository_folder =
			folder ? folder : repository_common_folder(repository),
	};
	struct step_host host = {
		.loop = loop,
		.pipeline = environment_pipeline(environment),
		.run = &facts,
		.http = http_new(loop),
	};

	take_all(tell, loop, &host);
	http_free(host.http);
}

void tell_send(struct tell *tell, struct loop *loop,
	       const struct environment *environment,
	       struct repository *repository)
{
	const struct pipeline *pipeline = environment_pipeline(environment);

	if (pipeline && pipeline->notify_count && tell->count)
		send_all(tell, loop, environment, repository);
	for (size_t i = 0; i < tell->count; i++)
		event_free(tell->events[i]);
	free(tell->events);
	*tell = (struct tell){NULL, 0, 0};
}
