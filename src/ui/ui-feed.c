/* SPDX-License-Identifier: MIT */
/* What the engine tells, into the model; and what it is told. */
#include "ui/ui-internal.h"

#include "base/clock.h"
#include "event/command.h"
#include "event/journal.h"
#include "ui/board.h"
#include "ui/notice.h"
#include "ui/screen.h"

/* An engine that said nothing for so long is asked whether it is there. */
#define POKE_MS 2000

void ui_send(struct ui *ui, const struct command *command)
{
	struct str line = STR_INIT;

	if (ui->options->board) {
		ui->options->board->command(ui->options->board->data, command);
		return;
	}
	command_encode(command, &line);
	if (ui->channel) {
		channel_send(ui->channel, line.data, line.len, 0, true);
		/* On its way before a frame shows that it was given. */
		channel_drain(ui->channel, 0);
	}
	str_release(&line);
}

void ui_poke(struct ui *ui)
{
	struct command command = {.kind = COMMAND_POKE};
	int64_t now = clock_monotonic_ms();

	if (ui->playback || ui->view->gone || !view_run_live(ui->model) ||
	    now - ui->heard_ms < POKE_MS || now - ui->poked_ms < POKE_MS)
		return;
	ui->poked_ms = now;
	ui_send(ui, &command);
}

int ui_apply(const struct event *event, void *data)
{
	struct ui *ui = data;

	/* What the journal gave may come by the pipe once more. */
	if (!event_is_transient(event->type) && event->seq > 0 &&
	    event->seq <= ui->model->seq)
		return 0;
	model_apply(ui->model, event);
	return 0;
}

static void catch_up(struct ui *ui)
{
	struct error err = ERROR_INIT;

	if (!ui->options->run_folder ||
	    journal_read(ui->options->run_folder, ui->model->seq + 1, ui_apply,
			 ui, &err) >= 0)
		return;
	view_toast(ui->view, true, error_text(&err));
	error_clear(&err);
}

static void notify(struct ui *ui, const struct event *event)
{
	const struct ui_host *host = &ui->options->host;
	struct str text = STR_INIT;

	if (event->time_ms > ui->opened_ms &&
	    notice_of(ui->model, event, &text)) {
		if (host->notify)
			host->notify(host->data, text.data);
		else
			screen_notify(ui->screen, text.data);
	}
	str_release(&text);
}

static void take_event(struct ui *ui, const struct event *event)
{
	switch (event->type) {
	case EVENT_BEHIND:
		catch_up(ui);
		break;
	case EVENT_REPLY:
		view_replied(ui->view, event_int(event, "id", 0),
			     event_bool(event, "ok")
				     ? ""
				     : event_text(event, "error"));
		model_apply(ui->model, event);
		break;
	default:
		ui_apply(event, ui);
		notify(ui, event);
	}
}

static void take_line(struct channel *channel, const char *text, size_t len,
		      void *data)
{
	struct ui *ui = data;
	struct error err = ERROR_INIT;
	struct event *event = event_decode(text, len, &err);

	(void)channel;
	ui->heard_ms = clock_monotonic_ms();
	if (event) {
		take_event(ui, event);
		event_free(event);
	} else {
		view_toast(ui->view, true, error_text(&err));
		error_clear(&err);
	}
	ui_want_frame(ui);
}

static void channel_closed(struct channel *channel, void *data)
{
	struct ui *ui = data;

	(void)channel;
	/* An engine does not wait for who was stopped while it ended. */
	if (view_run_live(ui->model))
		catch_up(ui);
	ui->view->gone = true;
	ui_want_frame(ui);
}
void ui_listen(struct ui *ui)
{
	static const struct channel_handlers handlers = {
		.line = take_line,
		.closed = channel_closed,
	};

	ui->channel = channel_new(ui->loop, ui->options->events_fd,
				  ui->options->commands_fd, &handlers, ui);
}
