/* SPDX-License-Identifier: MIT */
#include <grp.h>
#include <pwd.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/memory.h"
#include "engine/internal.h"
#include "engine/runs.h"
#include "engine/sockets.h"

/* What one line of a passwd file takes at most, by far. */
#define LOGIN_BUFFER 16384

/* An answer on its way: sent once what it tells of is on disk and shown. */
struct answer {
	struct engine *engine;
	struct channel *channel; /* NULL: who asked is gone */
	struct event *event;
	struct answer *next;
};

static void answer_free(struct answer *answer)
{
	struct answer **at = &answer->engine->answers;

	while (*at != answer)
		at = &(*at)->next;
	*at = answer->next;
	event_free(answer->event);
	free(answer);
}

/* Another may come to stand at the same address. */
static void forget_answers(struct engine *engine, const struct channel *channel)
{
	for (struct answer *answer = engine->answers; answer;
	     answer = answer->next)
		if (answer->channel == channel)
			answer->channel = NULL;
}

static void send_answer(void *data)
{
	struct answer *answer = data;
	struct event *event = answer->event;
	struct str line = STR_INIT;

	event->seq = stream_shown_seq(answer->engine->stream);
	event_encode(event, NULL, &line);
	if (answer->channel)
		channel_send(answer->channel, line.data, line.len, event->seq,
			     true);
	str_release(&line);
	answer_free(answer);
}

static void answer(struct engine *engine, struct channel *channel,
		   const struct command *command, const struct error *err)
{
	struct answer *answer = xcalloc(1, sizeof(*answer));
	struct event *event = event_new(EVENT_REPLY, NULL);

	*answer = (struct answer){engine, channel, event, engine->answers};
	engine->answers = answer;
	event_set_int(event, "id", command->id);
	event_set_bool(event, "ok", !err->code);
	if (err->code) {
		event_set(event, "error", error_text(err));
		event_set_int(event, "status", error_exit_status(err->code));
	}
	stream_on_disk(engine->stream, send_answer, answer);
}

/* For who was not there when it was told, or was too slow: no journal has
 * it, and a stage may be quiet for long. */
static void tell_logs(struct engine *engine, struct channel *channel)
{
	for (size_t i = 0; i < engine->options.pipeline->stage_count; i++) {
		const struct stage *stage = &engine->stages[i];
		struct event *event;
		struct str line = STR_INIT;

		if (!stage->log)
			continue;
		event = event_new(EVENT_LOG_GREW, stage->config->name);
		event->seq = stream_shown_seq(engine->stream);
		event_set_int(event, "bytes", stage->log_bytes);
		event_set_int(event, "lines", stage->log_lines);
		event_encode(event, NULL, &line);
		channel_send(channel, line.data, line.len, event->seq, false);
		str_release(&line);
		event_free(event);
	}
}

static bool has_operator(const struct engine *engine)
{
	if (engine->screen && engine->options.linger)
		return true;
	for (const struct client *client = engine->clients; client;
	     client = client->next)
		if (client->steers)
			return true;
	return false;
}

bool control_is_operator_lost(void *data)
{
	const struct engine *engine = data;

	return engine->had_operator && !has_operator(engine);
}

static void operator_changed(struct engine *engine)
{
	engine->had_operator = engine->had_operator || has_operator(engine);
	stages_operator_changed(engine);
}

static void subscribe(struct engine *engine, struct channel *channel,
		      const struct command *command)
{
	stream_join(engine->stream, channel);
	tell_logs(engine, channel);
	if (!str_equal(command->reason, COMMAND_STEER))
		return;
	for (struct client *client = engine->clients; client;
	     client = client->next)
		if (client->channel == channel)
			client->steers = true;
	operator_changed(engine);
}

static void take_line(struct engine *engine, struct channel *channel,
		      const struct sender *sender, const char *text, size_t len)
{
	struct command command = COMMAND_INIT;
	struct error err = ERROR_INIT;

	if (command_decode(text, len, &command, &err) < 0) {
		answer(engine, channel, &command, &err);
		error_clear(&err);
		return;
	}
	if (command.kind == COMMAND_POKE &&
	    stream_is_watched_by(engine->stream, channel))
		tell_logs(engine, channel);
	if (command.kind == COMMAND_SUBSCRIBE)
		subscribe(engine, channel, &command);
	else
		(void)!commands_execute(engine, &command, sender, &err);
	answer(engine, channel, &command, &err);
	error_clear(&err);
	command_release(&command);
}

static void client_free(struct client *client)
{
	struct client **at = &client->engine->clients;

	while (*at != client)
		at = &(*at)->next;
	*at = client->next;
	stream_unsubscribe(client->engine->stream, client->channel);
	forget_answers(client->engine, client->channel);
	channel_free(client->channel);
	free(client->login);
	free(client);
}

static void client_line(struct channel *channel, const char *text, size_t len,
			void *data)
{
	struct client *client = data;

	take_line(client->engine, channel, &client->sender, text, len);
}

static void client_closed(struct channel *channel, void *data)
{
	struct client *client = data;
	struct engine *engine = client->engine;
	bool steered = client->steers;

	(void)channel;
	client_free(client);
	if (steered)
		operator_changed(engine);
}

/* Who has the engine is known: a directory service may take its time. */
static char *login_of(const struct engine *engine, uid_t uid)
{
	char buffer[LOGIN_BUFFER];
	struct passwd entry, *found = NULL;

	if (uid == engine->owner.uid)
		return xstrdup(engine->owner.login);
	if (getpwuid_r(uid, &entry, buffer, sizeof(buffer), &found) == 0 &&
	    found)
		return xstrdup(found->pw_name);
	return xasprintf("uid %u", (unsigned)uid);
}

static void accepted(int fd, const struct peer *peer, void *data)
{
	static const struct channel_handlers handlers = {
		.line = client_line,
		.closed = client_closed,
	};
	struct client *client = xcalloc(1, sizeof(*client));

	client->engine = data;
	client->login = login_of(client->engine, peer->uid);
	client->sender = (struct sender){peer->uid, client->login};
	client->channel =
		channel_new(client->engine->loop, fd, fd, &handlers, client);
	client->next = client->engine->clients;
	client->engine->clients = client;
}

static void screen_line(struct channel *channel, const char *text, size_t len,
			void *data)
{
	struct engine *engine = data;

	take_line(engine, channel, &engine->owner, text, len);
}

/* The main thread let go: nobody looks any more. */
static void screen_closed(struct channel *channel, void *data)
{
	struct engine *engine = data;

	stream_unsubscribe(engine->stream, channel);
	forget_answers(engine, channel);
	channel_free(channel);
	engine->screen = NULL;
	operator_changed(engine);
	engine_stop_if_done(engine);
}

static int share(struct engine *engine, const char *name, struct error *err)
{
	struct group *group = getgrnam(name);

	if (!group)
		return error_set(err, ERROR_CONFIG,
				 "socket-group %s: there is no such group here",
				 name);
	return server_share(engine->server, group->gr_gid, err);
}

/* With a socket-group others must be able to come to the socket too. */
static int listen_for_people(struct engine *engine, struct error *err)
{
	const struct engine_options *options = &engine->options;
	const char *group = options->pipeline->socket_group;
	char *path =
		group ? run_shared_socket(options->common_folder, engine->run,
					  geteuid(), err)
		      : run_socket(options->common_folder, engine->run, err);

	if (!path)
		return -1;
	engine->server =
		server_listen(engine->loop, path, accepted, engine, err);
	free(path);
	if (!engine->server)
		return -1;
	return group ? share(engine, group, err) : 0;
}

/* What killed runs left where ours will stand. */
static void sweep_sockets(const struct engine *engine)
{
	struct strings paths = STRINGS_INIT;

	sockets_of_ended_runs(engine->options.common_folder,
			      engine->options.state_folder, &paths);
	for (size_t i = 0; i < paths.count; i++)
		unlink(paths.items[i]);
	strings_release(&paths);
}

int control_start(struct engine *engine, struct error *err)
{
	static const struct channel_handlers handlers = {
		.line = screen_line,
		.closed = screen_closed,
	};
	engine->owner =
		(struct sender){engine->options.by_uid, engine->options.by};
	if (engine->options.vote) /* nobody else comes to it */
		return 0;
	engine->screen = channel_new(engine->loop, engine->options.commands,
				     engine->options.events, &handlers, engine);
	engine->had_operator = engine->options.linger;
	if (engine->options.past) /* it reads what was before */
		stream_join(engine->stream, engine->screen);
	else
		stream_subscribe(engine->stream, engine->screen);
	sweep_sockets(engine);
	return listen_for_people(engine, err);
}

void control_free(struct engine *engine)
{
	server_free(engine->server);
	while (engine->clients) {
		channel_drain(engine->clients->channel, 200);
		client_free(engine->clients);
	}
	if (engine->screen) {
		channel_drain(engine->screen, 2000);
		channel_free(engine->screen);
	}
	while (engine->answers)
		answer_free(engine->answers);
}
