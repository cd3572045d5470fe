/* SPDX-License-Identifier: MIT */
/*
 * What the files of the dashboard's loop share. ui.c: its life, frames, keys
 * and signals; ui-feed.c: events in, commands out; ui-wishes.c: what a key
 * wished that only the terminal's owner can do.
 */
#ifndef SIGNALBOX_UI_UI_INTERNAL_H
#define SIGNALBOX_UI_UI_INTERNAL_H

#include "event/channel.h"
#include "loop/loop.h"
#include "ui/ui.h"
#include "ui/view.h"

struct ui {
	const struct ui_options *options;
	struct loop *loop;
	struct channel *channel;
	struct playback *playback; /* NULL: this happens now */
	struct screen *screen;
	struct model *model;
	struct view *view;
	struct ships_work *ships;
	struct outside *outside; /* the person's own programs */
	struct watch *keyboard, *host;
	struct timer *frame, *tick;
	int64_t due_us;		    /* the next frame for an event may come */
	int64_t heard_ms, poked_ms; /* monotonic */
	int64_t opened_ms;	    /* wall clock: what was before is no news */
	int64_t frames, keys;
	int test_fd; /* told after every frame; -1 none */
	int end;     /* an enum ui_end, -1 while running */
};

void ui_paint(struct ui *ui);
/* When the next is due. */
void ui_want_frame(struct ui *ui);
void ui_finish(struct ui *ui, enum ui_end end);

/* Starts to listen to the engine, if there is one. */
void ui_listen(struct ui *ui);
/* For journal_read() too: data is the ui. */
int ui_apply(const struct event *event, void *data);
/* To the engine, or the board. */
void ui_send(struct ui *ui, const struct command *command);
/* Asks an engine that has been silent whether it is there. */
void ui_poke(struct ui *ui);

/* Does what the view wishes, once. */
void ui_obey(struct ui *ui);
/* Gives the terminal to the shell, and has it again. */
void ui_suspend(struct ui *ui);
void ui_take_back(struct ui *ui);

#endif
