/* SPDX-License-Identifier: MIT */
#include "ui/plain.h"

#include <ctype.h>
#include <langinfo.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/memory.h"
#include "base/printable.h"
#include "event/channel.h"
#include "event/journal.h"
#include "loop/loop.h"
#include "ui/dialog.h"
#include "ui/input.h"

#define LINE_LIMIT 4096

enum asks { ASKS_NOTHING, ASKS_TEXT, ASKS_YES };

struct plain {
	const struct ui_options *options;
	struct loop *loop;
	struct channel *channel;
	struct watch *keyboard, *host;
	struct model *model;
	struct view *view;
	struct str typed;
	enum asks asks;
	int64_t menu_seq; /* of the gate that the menu was shown for; 0 none */
	int end;
};

static const enum action menu[] = {
	ACTION_APPROVE, ACTION_REJECT,	 ACTION_SHIFT,	ACTION_HOLD,
	ACTION_PROMOTE, ACTION_ROLLBACK, ACTION_CANCEL,
};

static const struct {
	const char *sign, *spoken;
} words[] = {
	{" -> ", " to "},	  {" %", " percent"}, {"%", " percent"},
	{" ms", " milliseconds"}, {" s", " seconds"}, {" #", " "},
};

/* A unit ends there: " s" does not begin " shift". */
static bool is_sign(const char *text, const char *sign)
{
	size_t len = strlen(sign);

	return strncmp(text, sign, len) == 0 &&
	       (!isalpha((unsigned char)sign[len - 1]) ||
		!isalnum((unsigned char)text[len]));
}

void plain_speak(const char *text, struct str *out)
{
	struct str clean = STR_INIT;

	str_add_printable(&clean, text, strlen(text), false);
	for (const char *at = clean.data; *at;) {
		size_t i = 0;

		while (i < ARRAY_SIZE(words) && !is_sign(at, words[i].sign))
			i++;
		if (i == ARRAY_SIZE(words)) {
			if (*at != ' ' || at[1] != ' ')
				str_add_char(out, *at);
			at++;
			continue;
		}
		str_add(out, words[i].spoken);
		at += strlen(words[i].sign);
	}
	str_release(&clean);
}

static void say(const char *before, const char *text)
{
	struct str spoken = STR_INIT;
	struct str out = STR_INIT;

	plain_speak(text, &spoken);
	if (strcmp(nl_langinfo(CODESET), "UTF-8") == 0)
		str_add(&out, spoken.data);
	else
		str_add_ascii(&out, spoken.data, spoken.len);
	printf("%s%s%s\n", before, out.data,
	       out.len && ispunct((unsigned char)out.data[out.len - 1]) ? ""
									: ".");
	fflush(stdout);
	str_release(&spoken);
	str_release(&out);
}

static void say_event(const struct event *event)
{
	char *text = event->type == EVENT_TRAFFIC_SAMPLED ||
				     event->type == EVENT_LOG_GREW
			     ? NULL
			     : event_sentence(event);
	char clock[CLOCK_TEXT_SIZE];
	const char *stage = event_stage(event);
	char *line;

	if (!text)
		return;
	if (starts_with(text, stage))
		stage = "";
	line = xasprintf("%s %s%s%s", clock_format_local(event->time_ms, clock),
			 stage, *stage ? ": " : "", text);
	say("", line);
	free(line);
	free(text);
}

static bool is_off(const struct plain *plain, enum action action,
		   struct str *why)
{
	return view_off(plain->view, plain->model, action, why) != NULL;
}

static void show_menu(struct plain *plain)
{
	struct str why = STR_INIT;

	for (size_t i = 0; i < ARRAY_SIZE(menu); i++) {
		char *before;

		if (!is_off(plain, menu[i], &why))
			continue;
		before = xasprintf("You cannot %s now: ",
				   action_info(menu[i])->name);
		say(before, why.data);
		free(before);
	}
	for (size_t i = 0; i < ARRAY_SIZE(menu); i++)
		if (!is_off(plain, menu[i], &why))
			printf("%zu %s   ", i + 1, action_info(menu[i])->name);
	printf("%zu leave\n> ", ARRAY_SIZE(menu) + 1);
	fflush(stdout);
	str_release(&why);
}

static void finish(struct plain *plain, enum ui_end end)
{
	plain->end = (int)end;
	loop_stop(plain->loop);
}

/* The frozen facts, then what is asked first. */
static void ask(struct plain *plain)
{
	const struct dialog *dialog = plain->view->dialog;

	say("", dialog->title);
	for (size_t i = 0; i < dialog->fact_count; i++)
		if (*dialog->facts[i].text)
			say("", dialog->facts[i].text);
	plain->asks = dialog->label ? ASKS_TEXT : ASKS_YES;
	if (dialog->label)
		printf("Type %s, then Enter.\n> ", dialog->label);
	else
		printf("Type yes to %s; anything else leaves all as it is.\n"
		       "> ",
		       dialog->ops->confirms);
	fflush(stdout);
}

static void send_outbox(struct plain *plain)
{
	struct view *view = plain->view;

	for (size_t i = 0; i < view->outbox_count; i++) {
		struct str line = STR_INIT;

		command_encode(&view->outbox[i], &line);
		if (plain->channel)
			channel_send(plain->channel, line.data, line.len, 0,
				     true);
		str_release(&line);
		command_release(&view->outbox[i]);
	}
	view->outbox_count = 0;
}

static void answer_text(struct plain *plain, const char *line)
{
	struct dialog *dialog = plain->view->dialog;

	dialog_fill(dialog, line);
	plain->asks = ASKS_YES;
	if (dialog->ops->input)
		for (size_t i = 0; i < dialog->fact_count; i++)
			say("", dialog->facts[i].text);
	printf("Type yes to %s; anything else leaves all as it is.\n> ",
	       dialog->ops->confirms);
	fflush(stdout);
}

static void answer_yes(struct plain *plain, const char *line)
{
	struct view *view = plain->view;
	struct dialog *asked = view->dialog;

	plain->asks = ASKS_NOTHING;
	if (strcmp(line, "yes") != 0) {
		dialog_close(view);
		say("", "Nothing was done");
		return;
	}
	dialog_update(view, plain->model);
	if (*asked->moved)
		say("", asked->moved);
	asked->deaf_until_ms = 0;
	dialog_input(view, plain->model, INPUT_ENTER, false);
	if (view->dialog == asked) {
		say("Nothing was done: ", asked->complaint);
		dialog_close(view);
	}
	send_outbox(plain);
}

/* A number of the menu, or the action's name; what is off says why. */
static void choose(struct plain *plain, const char *line)
{
	size_t number = strtoul(line, NULL, 10);

	for (size_t i = 0; i < ARRAY_SIZE(menu) && *line; i++)
		if (strcmp(line, action_info(menu[i])->name) == 0)
			number = i + 1;
	if (number == ARRAY_SIZE(menu) + 1 || strcmp(line, "leave") == 0) {
		finish(plain, UI_LEFT);
	} else if (!number || number > ARRAY_SIZE(menu)) {
		show_menu(plain);
	} else {
		view_act(plain->view, plain->model, menu[number - 1]);
		if (plain->view->dialog)
			ask(plain);
		else
			say("", plain->view->toast);
	}
}

static void take_typed(struct plain *plain, const char *line)
{
	switch (plain->asks) {
	case ASKS_TEXT:
		answer_text(plain, line);
		break;
	case ASKS_YES:
		answer_yes(plain, line);
		break;
	case ASKS_NOTHING:
		choose(plain, line);
		break;
	}
}

static void keyboard_ready(int fd, short revents, void *data)
{
	struct plain *plain = data;
	char buffer[512];
	ssize_t got = read(fd, buffer, sizeof(buffer));

	(void)revents;
	if (got <= 0) { /* nobody answers any more; the run goes on */
		watch_events(plain->keyboard, 0);
		return;
	}
	for (ssize_t i = 0; i < got && plain->end < 0; i++) {
		if (buffer[i] != '\n') {
			if (plain->typed.len < LINE_LIMIT)
				str_add_char(&plain->typed, buffer[i]);
			continue;
		}
		take_typed(plain, plain->typed.data);
		str_clear(&plain->typed);
	}
}

static int apply(const struct event *event, void *data)
{
	struct plain *plain = data;

	if (!event_is_transient(event->type) && event->seq > 0 &&
	    event->seq <= plain->model->seq)
		return 0;
	model_apply(plain->model, event);
	say_event(event);
	return 0;
}

/* What opened, ended or asks by itself. */
static void follow(struct plain *plain)
{
	const struct stage_model *gate = model_open_gate(plain->model);

	view_update(plain->view, plain->model);
	if (plain->view->dialog && plain->asks == ASKS_NOTHING)
		ask(plain);
	if (gate && plain->menu_seq != gate->gate.opened &&
	    plain->asks == ASKS_NOTHING) {
		plain->menu_seq = gate->gate.opened;
		say("Waiting for you: ", gate->name);
		show_menu(plain);
	}
	if (plain->model->finished)
		finish(plain, UI_FINISHED);
}

static void catch_up(struct plain *plain)
{
	if (plain->options->run_folder &&
	    journal_read(plain->options->run_folder, plain->model->seq + 1,
			 apply, plain, NULL) < 0)
		say("", "Some of what happened could not be read");
}

static void take_line(struct channel *channel, const char *text, size_t len,
		      void *data)
{
	struct plain *plain = data;
	struct event *event = event_decode(text, len, NULL);

	(void)channel;
	if (!event)
		return;
	if (event->type == EVENT_BEHIND) {
		catch_up(plain);
	} else if (event->type == EVENT_REPLY) {
		if (!event_bool(event, "ok"))
			say("Refused: ", event_text(event, "error"));
	} else {
		apply(event, plain);
	}
	event_free(event);
	follow(plain);
}

static void channel_closed(struct channel *channel, void *data)
{
	struct plain *plain = data;

	(void)channel;
	if (view_run_live(plain->model))
		catch_up(plain);
	finish(plain, UI_FINISHED);
}

static void interrupted(int number, void *data)
{
	(void)number;
	(void)data;
	say("", "A run is live; type cancel to end it, leave to go");
}

static void hung_up(int number, void *data)
{
	(void)number;
	finish(data, UI_LOST);
}

static void suspended(int number, void *data)
{
	struct plain *plain = data;

	(void)number;
	if (plain->options->host.suspend)
		plain->options->host.suspend(plain->options->host.data);
}

static void host_ready(int fd, short revents, void *data)
{
	struct plain *plain = data;

	(void)fd;
	(void)revents;
	if (plain->options->host.message(plain->options->host.data) ==
	    UI_MESSAGE_GONE)
		finish(plain, UI_LOST);
}

static void start(struct plain *plain)
{
	static const struct channel_handlers handlers = {take_line,
							 channel_closed};
	const struct ui_options *options = plain->options;

	loop_signal(plain->loop, SIGINT, interrupted, plain);
	loop_signal(plain->loop, SIGHUP, hung_up, plain);
	loop_signal(plain->loop, SIGTSTP, suspended, plain);
	plain->view->person = options->person;
	plain->view->watch_only = options->watch_only;
	plain->view->attached = options->attached;
	plain->channel = channel_new(plain->loop, options->events_fd,
				     options->commands_fd, &handlers, plain);
	plain->keyboard = loop_watch(plain->loop, STDIN_FILENO, POLLIN,
				     keyboard_ready, plain);
	if (options->host.fd >= 0 && options->host.message)
		plain->host = loop_watch(plain->loop, options->host.fd, POLLIN,
					 host_ready, plain);
}

int plain_run(const struct ui_options *options)
{
	struct plain plain = {
		.options = options,
		.loop = loop_new(),
		.model = model_new(),
		.view = view_new(),
		.typed = STR_INIT,
		.end = -1,
	};

	start(&plain);
	loop_run(plain.loop);
	if (*plain.model->text)
		say("", plain.model->text);
	channel_drain(plain.channel, 500);
	channel_free(plain.channel);
	watch_remove(plain.keyboard);
	watch_remove(plain.host);
	view_free(plain.view);
	model_free(plain.model);
	str_release(&plain.typed);
	if ((plain.end == UI_LEFT || plain.end == UI_LOST) &&
	    options->host.leave)
		options->host.leave(options->host.data, 0);
	loop_free(plain.loop);
	return plain.end;
}
