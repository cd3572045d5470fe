/* SPDX-License-Identifier: MIT */
/*
 * Any bytes on the control socket: cut into lines by a real channel over a
 * real socket, each is a command that comes back from its encoding or is
 * refused in words, and what would be journaled of it is an event.
 */
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/memory.h"
#include "event/channel.h"
#include "event/command.h"
#include "event/event.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

struct client {
	struct loop *loop;
	const uint8_t *data; /* what it has still to send */
	size_t size, lines;
	struct watch *watch;
};

static void same(const char *a, const char *b)
{
	if (!str_equal(a ? a : "", b ? b : ""))
		BUG("%s came back as %s", a ? a : "", b ? b : "");
}

static void must_come_back(const struct command *command)
{
	struct command back = COMMAND_INIT;
	struct str line = STR_INIT;

	command_encode(command, &line);
	if (memchr(line.data, '\n', line.len) != line.data + line.len - 1)
		BUG("not one line: %s", line.data);
	if (command_decode(line.data, line.len - 1, &back, NULL) < 0)
		BUG("does not decode again: %s", line.data);
	same(command->stage, back.stage);
	same(command->environment, back.environment);
	same(command->person, back.person);
	same(command->reason, back.reason);
	if (command->kind != back.kind || command->id != back.id ||
	    command->run != back.run || command->seq != back.seq)
		BUG("changed: %s", line.data);
	command_release(&back);
	str_release(&line);
}

static void must_be_told(const struct command *command, const char *why)
{
	struct event *event = event_new(EVENT_COMMAND_REFUSED, command->stage);
	struct str line = STR_INIT;
	struct event *back;

	event_set(event, "command", command_name(command->kind));
	event_set(event, "target", command->environment);
	event_set(event, "reason", command->reason);
	event_setf(event, "after", "%g %%", command->value);
	event_set(event, "why", why);
	event_encode(event, NULL, &line);
	back = event_decode(line.data, line.len, NULL);
	if (!back)
		BUG("cannot be journaled: %s", line.data);
	event_free(back);
	event_free(event);
	str_release(&line);
}

static void take_line(struct channel *channel, const char *text, size_t len,
		      void *data)
{
	struct client *client = data;
	struct command command = COMMAND_INIT;
	struct error err = ERROR_INIT;

	(void)channel;
	client->lines++;
	if (text[len])
		BUG("a line without its end");
	if (command_decode(text, len, &command, &err) == 0) {
		if (command.kind == COMMAND_UNKNOWN)
			BUG("a command of no kind");
		must_come_back(&command);
	} else if (err.code != ERROR_USAGE || !*error_text(&err)) {
		BUG("refused without a word");
	}
	must_be_told(&command, error_text(&err));
	error_clear(&err);
	command_release(&command);
}

static void closed(struct channel *channel, void *data)
{
	(void)channel;
	loop_stop(((struct client *)data)->loop);
}

/* As much as fits; then the end. */
static void send_more(int fd, short revents, void *data)
{
	struct client *client = data;
	ssize_t n = 0;

	(void)revents;
	if (client->size)
		n = send(fd, client->data, client->size, MSG_NOSIGNAL);
	if (n > 0) {
		client->data += n;
		client->size -= (size_t)n;
	}
	if (client->size)
		return;
	shutdown(fd, SHUT_WR);
	watch_events(client->watch, 0);
}

static size_t count_lines(const uint8_t *data, size_t size)
{
	size_t lines = 0;

	for (size_t i = 0; i < size; i++)
		lines += data[i] == '\n';
	return lines;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const struct channel_handlers handlers = {
		.line = take_line,
		.closed = closed,
	};
	struct client client = {.data = data, .size = size};
	struct channel *channel;
	int ends[2];

	if (size > CHANNEL_LINE_BYTES)
		return 0;
	if (socketpair(AF_UNIX, SOCK_STREAM, 0, ends) < 0)
		BUG("no socket");
	fcntl(ends[0], F_SETFL, O_NONBLOCK);
	client.loop = loop_new();
	channel =
		channel_new(client.loop, ends[1], ends[1], &handlers, &client);
	client.watch =
		loop_watch(client.loop, ends[0], POLLOUT, send_more, &client);
	loop_run(client.loop);
	if (client.lines != count_lines(data, size))
		BUG("%zu lines", client.lines);
	watch_remove(client.watch);
	channel_free(channel);
	close(ends[0]);
	loop_free(client.loop);
	return 0;
}
