/* SPDX-License-Identifier: MIT */
/* What is said and heard, one line at a time. */
#include "ui/plain.h"

#include <langinfo.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/memory.h"
#include "event/channel.h"
#include "event/journal.h"
#include "ui/notice.h"
#include "ui/plain-session.h"
#include "ui/ships.h"

/* So long after the last of what came before, the rest is now. */
#define SETTLE_MS 150

void plain_finish(struct plain *plain, enum ui_end end)
{
	if (plain->end < 0)
		plain->end = (int)end;
	loop_stop(plain->loop);
}

void plain_set_clock(struct plain *plain)
{
	plain->view->now_ms = plain->playback ? playback_now(plain->playback)
					      : clock_wall_ms();
}

void plain_send(struct plain *plain)
{
	struct view *view = plain->view;

	for (size_t i = 0; i < view->outbox_count; i++) {
		const struct board_source *board = plain->options->board;
		struct str line = STR_INIT;

		command_encode(&view->outbox[i], &line);
		if (board)
			board->command(board->data, &view->outbox[i]);
		else if (plain->channel)
			channel_send(plain->channel, line.data, line.len, 0,
				     true);
		str_release(&line);
		command_release(&view->outbox[i]);
	}
	view->outbox_count = 0;
}

static void notify(struct plain *plain, const struct event *event)
{
	const struct ui_host *host = &plain->options->host;
	struct str text = STR_INIT;

	if (notice_of(plain->model, event, &text)) {
		if (host->notify)
			host->notify(host->data, text.data);
		else if (plain->options->notify == UI_NOTIFY_BELL &&
			 isatty(STDOUT_FILENO) && !plain->is_away)
			putchar('\a');
	}
	str_release(&text);
}

/* What happened before anybody listened is not told; how it stands is. */
static bool is_past(struct plain *plain, const struct event *event)
{
	if (plain->playback || plain->options->replay)
		return plain->in_past;
	if (plain->options->attached) {
		if (event->time_ms >= plain->opened_ms)
			return false;
		timer_set_in(plain->settle, SETTLE_MS);
		return plain->in_past;
	}
	return event->type != EVENT_RUN_STARTED &&
	       event->seq <= plain->options->after;
}

static void settled(void *data)
{
	struct plain *plain = data;
	struct strings lines = STRINGS_INIT;

	if (!plain->in_past)
		return;
	plain->in_past = false;
	timer_stop(plain->settle);
	plain_set_clock(plain);
	if (plain->model->started)
		spoken_begin(plain->model, &lines);
	if (!plain->model->finished)
		spoken_status(plain->view, plain->model, &lines);
	plain_say_all(plain, &lines);
	plain_follow(plain);
	if (!plain->is_deaf)
		plain_menu(plain);
}

static int apply(const struct event *event, void *data)
{
	struct plain *plain = data;
	struct strings lines = STRINGS_INIT;
	bool news = spoken_is_news(plain->model, event, plain->view->person);

	if (!event_is_transient(event->type) && event->seq > 0 &&
	    event->seq <= plain->model->seq)
		return 0;
	if (plain->options->replay && event->type == EVENT_GATE_OPENED)
		news = true; /* nobody is waited for any more */
	if (is_past(plain, event))
		news = false;
	else if (plain->in_past)
		settled(plain);
	model_apply(plain->model, event);
	if (news && !plain->in_past) {
		spoken_event(plain->model, event, &lines);
		plain_say_all(plain, &lines);
	}
	if (!plain->in_past && !plain->options->replay)
		notify(plain, event);
	return 0;
}

/* Where a person is waited for, once. */
static void say_waits(struct plain *plain)
{
	char *waits = spoken_waits(plain->model);
	struct strings lines = STRINGS_INIT;
	bool is_new = strcmp(waits, plain->waits) != 0;

	free(plain->waits);
	plain->waits = waits;
	if (!*waits || !is_new || plain->playback)
		return;
	plain_hush(plain);
	if (model_open_gate(plain->model))
		spoken_gate(plain->view, plain->model, &lines);
	else
		strings_addf(&lines, "Waiting for you: %s", waits);
	plain_say_all(plain, &lines);
	if (plain->asks == ASKS_NOTHING)
		plain_menu(plain);
}

/* A rollback's reason may still be asked after the run's end. */
static bool is_over(const struct plain *plain)
{
	const struct view *view = plain->view;

	return plain->model->finished && !plain->options->replay &&
	       !*view->ask_reason &&
	       !(view->dialog && view->dialog->ops == &reason_dialog);
}

/* Once, and what to do with it. */
static void say_played(struct plain *plain)
{
	struct strings lines = STRINGS_INIT;

	if (!plain->playback || !plain->view->play.over || plain->end_told)
		return;
	plain->end_told = true;
	spoken_end(plain->model, &lines);
	strings_add(&lines, "That is the end of the replay");
	plain_say_all(plain, &lines);
	plain_menu(plain);
}

void plain_follow(struct plain *plain)
{
	struct view *view = plain->view;

	if (plain->in_past || plain->end >= 0)
		return;
	plain_set_clock(plain);
	if (!plain->has_begun && (view->board || plain->model->started)) {
		plain->has_begun = true;
		plain_hush(plain);
	}
	if (!view->board)
		say_waits(plain);
	view_update(view, plain->model);
	if (view->dialog && plain->asks == ASKS_NOTHING)
		plain_ask(plain);
	say_played(plain);
	if (!view->board && is_over(plain))
		plain_finish(plain, UI_FINISHED);
	plain_end_without_input(plain);
}

static void catch_up(struct plain *plain)
{
	if (plain->options->run_folder &&
	    journal_read(plain->options->run_folder, plain->model->seq + 1,
			 apply, plain, NULL) < 0)
		plain_say(plain, "Some of what happened could not be read");
}

static void take_reply(struct plain *plain, const struct event *event)
{
	bool ok = event_bool(event, "ok");

	view_replied(plain->view, event_int(event, "id", 0),
		     ok ? "" : event_text(event, "error"));
	if (!ok)
		plain_sayf(plain, "Refused: %s", event_text(event, "error"));
	model_apply(plain->model, event);
}

static void take_line(struct channel *channel, const char *text, size_t len,
		      void *data)
{
	struct plain *plain = data;
	struct event *event = event_decode(text, len, NULL);

	(void)channel;
	if (!event)
		return;
	if (event->type == EVENT_BEHIND)
		catch_up(plain);
	else if (event->type == EVENT_REPLY)
		take_reply(plain, event);
	else
		apply(event, plain);
	event_free(event);
	plain_follow(plain);
	plain_tell_test(plain);
}

static void channel_closed(struct channel *channel, void *data)
{
	struct plain *plain = data;

	(void)channel;
	if (view_run_live(plain->model))
		catch_up(plain);
	plain->view->gone = true;
	if (view_run_live(plain->model))
		plain_say(plain, "The engine of the run has ended");
	plain_finish(plain, UI_FINISHED);
}

static void hung_up(int number, void *data)
{
	(void)number;
	plain_finish(data, UI_LOST);
}

static void suspended(int number, void *data)
{
	struct plain *plain = data;

	(void)number;
	if (!plain->options->host.suspend)
		return;
	plain->is_away = true;
	watch_events(plain->keyboard, 0);
	plain->options->host.suspend(plain->options->host.data);
}

/* What happened meanwhile is told now. */
static void come_back(struct plain *plain)
{
	struct strings held = plain->held;

	plain->held = (struct strings)STRINGS_INIT;
	plain->is_away = false;
	plain->prompted = false;
	if (!plain->input_ended)
		watch_events(plain->keyboard, POLLIN);
	plain_say_all(plain, &held);
	plain_menu(plain);
}

static void host_ready(int fd, short revents, void *data)
{
	struct plain *plain = data;

	(void)fd;
	(void)revents;
	switch (plain->options->host.message(plain->options->host.data)) {
	case UI_MESSAGE_GONE:
		plain_finish(plain, UI_LOST);
		break;
	case UI_MESSAGE_CONTINUED:
		if (plain->is_away)
			come_back(plain);
		break;
	case UI_MESSAGE_NONE:
		break;
	}
}

static void ships_found(void *data)
{
	struct plain *plain = data;
	const struct ships_view *ships = plain->view->ships;
	struct strings lines = STRINGS_INIT;

	if (!plain->wants_ships || !ships ||
	    (!ships->it->is_known && !ships->it->error))
		return;
	plain->wants_ships = false;
	spoken_shipment(ships->it, &lines);
	ships_close(plain->view);
	ships_work_obey(plain->ships);
	plain_say_all(plain, &lines);
}

static void take_played(const struct event *event, void *data)
{
	apply(event, data);
}

static void moved(void *data)
{
	plain_follow(data);
	plain_tell_test(data);
}

static void rewound(void *data)
{
	struct plain *plain = data;

	model_free(plain->model);
	plain->model = model_new();
	plain->end_told = false;
}

/* Where it does not begin at its beginning, what was before is the past. */
static void start_playback(struct plain *plain)
{
	static const struct playback_handlers handlers = {take_played, moved,
							  rewound};
	const struct ui_options *options = plain->options;

	plain->in_past = options->pace.at_ms > replay_began(options->replay);
	plain->playback = playback_new(plain->loop, options, plain->view,
				       &handlers, plain);
	if (plain->in_past)
		settled(plain);
	else
		plain_follow(plain);
}

static void watch_all(struct plain *plain)
{
	const struct ui_options *options = plain->options;

	loop_signal(plain->loop, SIGINT, plain_interrupted, plain);
	loop_signal(plain->loop, SIGHUP, hung_up, plain);
	loop_signal(plain->loop, SIGTSTP, suspended, plain);
	plain->quiet = loop_timer(plain->loop, 0, plain_hear_again, plain);
	plain->settle = loop_timer(plain->loop, 0, settled, plain);
	timer_stop(plain->settle);
	timer_stop(plain->quiet);
	plain->is_deaf = true; /* until there is something to answer to */
	plain->keyboard = loop_watch(plain->loop, STDIN_FILENO, POLLIN,
				     plain_hear, plain);
	if (options->host.fd >= 0 && options->host.message)
		plain->host = loop_watch(plain->loop, options->host.fd, POLLIN,
					 host_ready, plain);
}

static void start(struct plain *plain)
{
	static const struct channel_handlers handlers = {
		.line = take_line,
		.closed = channel_closed,
	};
	const struct ui_options *options = plain->options;
	struct view *view = plain->view;

	plain->is_ascii = strcmp(nl_langinfo(CODESET), "UTF-8") != 0;
	plain->opened_ms = clock_wall_ms();
	view->person = options->person;
	view->run_folder = options->run_folder;
	view->watch_only = options->watch_only;
	view->attached = options->attached;
	view->returns = options->returns;
	watch_all(plain);
	plain->in_past = options->attached;
	plain->ships = ships_work_new(plain->loop, view, ships_found, plain);
	plain->channel = channel_new(plain->loop, options->events_fd,
				     options->commands_fd, &handlers, plain);
	if (options->replay)
		start_playback(plain);
	if (options->board)
		plain_board_start(plain);
	plain_tell_test(plain);
}

static void stop(struct plain *plain)
{
	if (plain->options->board)
		plain_board_stop(plain);
	channel_drain(plain->channel, 500);
	channel_free(plain->channel);
	watch_remove(plain->keyboard);
	watch_remove(plain->host);
	timer_free(plain->quiet);
	timer_free(plain->settle);
	playback_free(plain->playback);
	ships_work_free(plain->ships);
	view_free(plain->view);
	model_free(plain->model);
	strings_release(&plain->picks);
	strings_release(&plain->held);
	str_release(&plain->typed);
	free(plain->waits);
}

int plain_run(const struct ui_options *options)
{
	struct plain plain = {
		.options = options,
		.loop = loop_new(),
		.model = model_new(),
		.view = view_new(),
		.typed = STR_INIT,
		.waits = xstrdup(""),
		.end = -1,
	};
	struct strings lines = STRINGS_INIT;

	start(&plain);
	if (plain.end < 0)
		loop_run(plain.loop);
	if (!options->replay && !options->board && plain.end != UI_LOST)
		spoken_end(plain.model, &lines);
	plain_say_all(&plain, &lines);
	stop(&plain);
	if ((plain.end == UI_LEFT || plain.end == UI_LOST) &&
	    options->host.leave)
		options->host.leave(options->host.data, 0);
	loop_free(plain.loop);
	return plain.end;
}
