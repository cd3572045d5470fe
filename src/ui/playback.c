/* SPDX-License-Identifier: MIT */
#include "ui/playback.h"

#include <stdlib.h>

#include "base/clock.h"
#include "base/memory.h"

struct playback {
	struct replay *replay; /* the caller's */
	struct pace pace;
	struct view *view;
	struct timer *due;
	struct playback_handlers handlers;
	void *data;
};

int64_t playback_now(const struct playback *playback)
{
	int64_t now = pace_now(&playback->pace, clock_monotonic_us());
	int64_t ends = replay_ends(playback->replay);

	return playback->view->play.over || now > ends ? ends : now;
}

static void take_next(struct playback *playback, const struct event *event)
{
	playback->handlers.take(event, playback->data);
	replay_next(playback->replay);
}

static void play_on(void *data)
{
	struct playback *playback = data;
	const struct event *event;
	int64_t ms;

	while ((event = replay_peek(playback->replay, &ms)) != NULL &&
	       (playback->pace.speed == 0 ||
		ms <= pace_now(&playback->pace, clock_monotonic_us())))
		take_next(playback, event);
	playback->view->play.over = !event;
	if (event)
		timer_set(playback->due, pace_due(&playback->pace, ms));
	else
		timer_stop(playback->due);
	playback->handlers.moved(playback->data);
}

struct playback *playback_new(struct loop *loop,
			      const struct ui_options *options,
			      struct view *view,
			      const struct playback_handlers *handlers,
			      void *data)
{
	struct playback *playback = xcalloc(1, sizeof(*playback));

	playback->replay = options->replay;
	playback->pace = options->pace;
	playback->pace.since_us = clock_monotonic_us();
	playback->view = view;
	playback->handlers = *handlers;
	playback->data = data;
	view->play.on = true;
	view->play.speed = options->pace.speed;
	view->play.paused = options->pace.paused;
	playback->due = loop_timer(loop, INT64_MAX, play_on, playback);
	play_on(playback); /* the first frame shows what was there then */
	view_toast(view, false,
		   view->play.over
			   ? "this is the end; space plays it from the start"
			   : "space stops the time, + and - are its speed, > "
			     "goes on to the next event");
	return playback;
}

void playback_free(struct playback *playback)
{
	if (!playback)
		return;
	timer_free(playback->due);
	free(playback);
}

/* What comes all the time is no event that somebody skips to. */
static bool is_notable(enum event_type type)
{
	return type != EVENT_LOG_GREW && type != EVENT_TRAFFIC_SAMPLED &&
	       type != EVENT_TEST_FINISHED;
}

static void skip(struct playback *playback)
{
	const struct event *event;
	bool found = false;
	int64_t ms;

	while (!found && (event = replay_peek(playback->replay, &ms)) != NULL) {
		found = is_notable(event->type);
		if (ms > playback->pace.at_ms)
			playback->pace.at_ms = ms;
		take_next(playback, event);
	}
}

static void rewind_to_start(struct playback *playback, int64_t now)
{
	struct view *view = playback->view;

	view->play.rewind = false;
	replay_rewind(playback->replay);
	playback->pace = (struct pace){
		.at_ms = replay_began(playback->replay),
		.since_us = now,
		.speed = view->play.speed,
		.paused = view->play.paused,
	};
	playback->handlers.rewound(playback->data);
}

void playback_obey(struct playback *playback)
{
	struct view *view = playback->view;
	int64_t now = clock_monotonic_us();

	if (view->play.rewind)
		rewind_to_start(playback, now);
	else if (!view->play.skip &&
		 view->play.paused == playback->pace.paused &&
		 view->play.speed == playback->pace.speed)
		return;
	pace_set(&playback->pace, now, view->play.speed, view->play.paused);
	if (view->play.skip)
		skip(playback);
	view->play.skip = false;
	play_on(playback);
}
