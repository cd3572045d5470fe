/* SPDX-License-Identifier: MIT */
/* The time of a replay on screen: gives the dashboard its events when their
 * moment comes, and obeys what the view's keys make of view->play. */
#ifndef SIGNALBOX_UI_PLAYBACK_H
#define SIGNALBOX_UI_PLAYBACK_H

#include "event/replay.h"
#include "loop/loop.h"
#include "ui/ui.h"
#include "ui/view.h"

struct playback;

struct playback_handlers {
	void (*take)(const struct event *event, void *data);
	void (*moved)(void *data);   /* after some were taken */
	void (*rewound)(void *data); /* what was taken is forgotten */
};

/* Options has a replay; sets view->play. */
struct playback *playback_new(struct loop *loop,
			      const struct ui_options *options,
			      struct view *view,
			      const struct playback_handlers *handlers,
			      void *data);
void playback_free(struct playback *playback);
/* The wall time in the replay. */
int64_t playback_now(const struct playback *playback);
/* After keys. */
void playback_obey(struct playback *playback);

#endif
