/* SPDX-License-Identifier: MIT */
/* The dashboard's loop: its life, frames, keys and signals. */
#include "ui/ui-internal.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "base/clock.h"
#include "ui/board.h"
#include "ui/dialog.h"
#include "ui/input.h"
#include "ui/keys.h"
#include "ui/layout.h"
#include "ui/notice.h"
#include "ui/outside.h"
#include "ui/playback.h"
#include "ui/screen.h"
#include "ui/ships-work.h"

/* At most 30 frames a second for events. A key paints at once. */
#define FRAME_US 33333
/* When no run is live any more, what was measured last is called silent
 * after this; then nothing moves. */
#define SETTLE_MS 7000
static void tell_test(struct ui *ui)
{
	char text[96];
	int len;

	if (ui->test_fd < 0)
		return;
	len = snprintf(text, sizeof(text), "frame %lld seq %lld keys %lld\n",
		       (long long)ui->frames, (long long)ui->model->events,
		       (long long)ui->keys);
	while (write(ui->test_fd, text, (size_t)len) < 0 && errno == EINTR)
		;
}

static void set_tick(struct ui *ui)
{
	const struct view *view = ui->view;
	bool live = view_run_live(ui->model) && !view->gone;
	bool settling = ui->model->started && view->silent_ms < SETTLE_MS;

	if (view->play.on) {
		live = !view->play.over && !view->play.paused;
		settling = false;
	}

	if (screen_is_entered(ui->screen) && (live || settling))
		timer_set_in(ui->tick, 1000 - clock_wall_ms() % 1000 + 1);
	else
		timer_stop(ui->tick);
}

static void set_title(struct ui *ui)
{
	struct str title = STR_INIT;

	title_of(ui->model, ui->view->play.on, &title);
	screen_title(ui->screen, title.data);
	str_release(&title);
}

/* After a rest two frames may follow each other at once, so that an answer
 * does not wait for the frame that asked for it. */
static void put_off(struct ui *ui)
{
	int64_t now = clock_monotonic_us();
	int64_t from = now - FRAME_US;

	if (ui->due_us > from)
		from = ui->due_us < now ? ui->due_us : now;
	ui->due_us = from + FRAME_US;
}

void ui_paint(struct ui *ui)
{
	struct grid grid;

	if (!screen_is_entered(ui->screen) || ui->end >= 0)
		return;
	ui->view->now_ms =
		ui->playback ? playback_now(ui->playback) : clock_wall_ms();
	ui->view->silent_ms =
		ui->playback ? 0 : clock_monotonic_ms() - ui->heard_ms;
	view_update(ui->view, ui->model);
	grid_init(&grid, screen_rows(ui->screen), screen_cols(ui->screen),
		  screen_charset(ui->screen));
	layout_plan(ui->view, ui->model, grid.rows, grid.cols);
	layout_draw(ui->view, ui->model, &grid);
	screen_paint(ui->screen, &grid);
	grid_release(&grid);
	set_title(ui);
	put_off(ui);
	ui->frames++;
	timer_stop(ui->frame);
	set_tick(ui);
	tell_test(ui);
}

static void paint_due(void *data)
{
	ui_paint(data);
}

void ui_want_frame(struct ui *ui)
{
	int64_t now = clock_monotonic_us();

	timer_set(ui->frame, ui->due_us > now ? ui->due_us : now);
}

void ui_finish(struct ui *ui, enum ui_end end)
{
	ui->end = (int)end;
	loop_stop(ui->loop);
}

static void send_outbox(struct ui *ui)
{
	struct view *view = ui->view;

	for (size_t i = 0; i < view->outbox_count; i++) {
		ui_send(ui, &view->outbox[i]);
		command_release(&view->outbox[i]);
	}
	view->outbox_count = 0;
}

static void ticked(void *data)
{
	struct ui *ui = data;

	ui_poke(ui);
	ui_paint(ui);
}

static void lose(struct ui *ui)
{
	screen_abandon(ui->screen);
	ui_finish(ui, UI_LOST);
}

/* What was typed before a dialog was seen is not meant for it: only the brake
 * takes its Enter at once, and what asks for a text to look for that. */
static bool is_typed_ahead(const struct ui *ui, const struct dialog *before)
{
	const struct dialog *now = ui->view->dialog;

	return now && now != before && !now->ops->at_once;
}

static void take_input(struct ui *ui, int input, struct pointer *at)
{
	if (input < INPUT_CLICK || input > INPUT_RELEASE) {
		view_input(ui->view, ui->model, input);
		return;
	}
	at->target = screen_target(ui->screen, at->row, at->col);
	view_pointer(ui->view, ui->model, input, at);
}

static void keyboard_ready(int fd, short revents, void *data)
{
	struct ui *ui = data;
	struct pointer at = {0, 0, 0};
	int waiting = 0;
	int input;
	bool any = false;
	bool drop = false;

	while (ui->end < 0 && screen_is_entered(ui->screen) &&
	       (input = keys_read(&at.row, &at.col)) != INPUT_NONE) {
		const struct dialog *before = ui->view->dialog;

		any = true;
		ui->keys++;
		if (drop)
			continue;
		ui->view->clock_ms = clock_monotonic_ms();
		take_input(ui, input, &at);
		drop = is_typed_ahead(ui, before);
		send_outbox(ui);
		ships_work_obey(ui->ships);
		ui_obey(ui);
		if (ui->playback)
			playback_obey(ui->playback);
	}
	if (any)
		ui_paint(ui);
	else if ((revents & (POLLHUP | POLLERR | POLLNVAL)) ||
		 ioctl(fd, FIONREAD, &waiting) < 0 || !waiting)
		lose(ui);
}

static void host_ready(int fd, short revents, void *data)
{
	struct ui *ui = data;

	(void)fd;
	(void)revents;
	switch (ui->options->host.message(ui->options->host.data)) {
	case UI_MESSAGE_CONTINUED:
		if (outside_has_terminal(ui->outside))
			break;
		ui_take_back(ui);
		break;
	case UI_MESSAGE_GONE:
		lose(ui);
		break;
	case UI_MESSAGE_NONE:
		break;
	}
}

static void resized(int number, void *data)
{
	struct ui *ui = data;

	(void)number;
	if (screen_is_entered(ui->screen) && screen_resize(ui->screen))
		ui_paint(ui);
}

static void hung_up(int number, void *data)
{
	(void)number;
	lose(data);
}

static void asked_to_stop(int number, void *data)
{
	struct ui *ui = data;

	(void)number;
	if (screen_is_entered(ui->screen))
		ui_suspend(ui);
}

static void take_played(const struct event *event, void *data)
{
	ui_apply(event, data);
}

static void changed(void *data)
{
	ui_want_frame(data);
}

static void paint_woken(void *data)
{
	ui_want_frame(data);
}

/* A search has more to tell, on its own thread. */
static void woken(void *data)
{
	struct ui *ui = data;

	loop_post(ui->loop, paint_woken, ui);
}

static void rewound(void *data)
{
	struct ui *ui = data;

	model_free(ui->model);
	ui->model = model_new();
}

static void start_playback(struct ui *ui)
{
	static const struct playback_handlers handlers = {take_played, changed,
							  rewound};

	ui->playback =
		playback_new(ui->loop, ui->options, ui->view, &handlers, ui);
}

static void show_board(void *to, const struct board *board, const char *told,
		       bool warns)
{
	struct ui *ui = to;

	ui->view->board = board;
	ui->model = board->model;
	if (told)
		view_toast(ui->view, warns, told);
	ui_want_frame(ui);
}

static void start_board(struct ui *ui)
{
	struct board_source *source = ui->options->board;

	model_free(ui->model); /* the board's is shown from now on */
	ui->view->choice = &source->choice;
	source->start(source->data, ui->loop, show_board, ui);
}

static void stop_board(struct ui *ui)
{
	struct board_source *source = ui->options->board;

	source->stop(source->data);
	ui->model = NULL;
}

static void start(struct ui *ui)
{
	const struct ui_options *options = ui->options;
	const char *test = getenv("SIGNALBOX_TEST_FD");

	ui->test_fd = test && *test ? atoi(test) : -1;
	ui->heard_ms = clock_monotonic_ms();
	ui->opened_ms = clock_wall_ms();
	ui->model = model_new();
	ui->view = view_new();
	ui->view->copy_file = options->copy_file;
	ui->view->log.woken = woken;
	ui->view->log.woken_data = ui;
	ui->view->person = options->person;
	ui->view->run_folder = options->run_folder;
	ui->view->watch_only = options->watch_only;
	ui->view->attached = options->attached;
	ui->outside = outside_new(ui->loop);
	ui->view->returns = options->returns;
	ui->frame = loop_timer(ui->loop, 0, paint_due, ui);
	timer_stop(ui->frame);
	ui->ships = ships_work_new(ui->loop, ui->view, changed, ui);
	ui->tick = loop_timer(ui->loop, 0, ticked, ui);
	timer_stop(ui->tick);
	ui_listen(ui);
	if (options->replay)
		start_playback(ui);
	if (options->board)
		start_board(ui);
	ui->keyboard =
		loop_watch(ui->loop, STDIN_FILENO, POLLIN, keyboard_ready, ui);
	if (options->host.fd >= 0 && options->host.message)
		ui->host = loop_watch(ui->loop, options->host.fd, POLLIN,
				      host_ready, ui);
}

static void stop(struct ui *ui)
{
	if (ui->options->board)
		stop_board(ui);
	if (ui->channel) {
		channel_drain(ui->channel, 500);
		channel_free(ui->channel);
	}
	watch_remove(ui->keyboard);
	watch_remove(ui->host);
	timer_free(ui->frame);
	timer_free(ui->tick);
	outside_free(ui->outside);
	playback_free(ui->playback);
	ships_work_free(ui->ships);
	view_free(ui->view);
	loop_unpost(ui->loop, paint_woken, ui);
	model_free(ui->model);
}

void ui_leave(struct screen *kept)
{
	screen_free(kept);
}

static bool take_screen(struct ui *ui, struct error *err)
{
	struct screen **kept = ui->options->kept;

	if (!kept || !*kept) {
		ui->screen = screen_open(ui->options, err);
		return ui->screen != NULL;
	}
	ui->screen = *kept;
	*kept = NULL;
	screen_resize(ui->screen);
	return true;
}

static void give_screen(struct ui *ui)
{
	bool goes_on = ui->end == UI_OPEN ||
		       (ui->end == UI_FINISHED && ui->options->returns);

	if (goes_on && ui->options->kept)
		*ui->options->kept = ui->screen;
	else
		screen_free(ui->screen);
}

int ui_run(const struct ui_options *options, struct error *err)
{
	struct ui ui = {.options = options, .end = -1, .test_fd = -1};

	ui.loop = loop_new();
	/* Before curses, which then leaves these signals alone. */
	loop_signal(ui.loop, SIGWINCH, resized, &ui);
	loop_signal(ui.loop, SIGHUP, hung_up, &ui);
	loop_signal(ui.loop, SIGTSTP, asked_to_stop, &ui);
	if (!take_screen(&ui, err)) {
		loop_free(ui.loop);
		return -1;
	}
	start(&ui);
	ui_paint(&ui);
	ui.due_us = 0; /* nothing yet: what comes first waits for nothing */
	loop_run(ui.loop);
	stop(&ui);
	give_screen(&ui);
	if ((ui.end == UI_LEFT || ui.end == UI_LOST) && options->host.leave)
		options->host.leave(options->host.data, 0);
	loop_free(ui.loop);
	return ui.end;
}
