/* SPDX-License-Identifier: MIT */
/*
 * A run's journal as it happened: its events in their order, and between them
 * log.grew, which is in no journal, as the indexes of the logs tell it. Whoever
 * plays one asks the pace what time it is in it.
 *
 *	struct replay *replay = replay_open(folder, &err);
 *	while ((event = replay_peek(replay, &ms)) && ms <= pace_now(&pace, us))
 *		... take it ..., replay_next(replay);
 */
#ifndef SIGNALBOX_EVENT_REPLAY_H
#define SIGNALBOX_EVENT_REPLAY_H

#include "event/event.h"

struct replay;

/* All that the journal has by now. */
struct replay *replay_open(const char *run_folder,
			   struct error *err) MUST_CHECK;
void replay_free(struct replay *replay);
/* The next event, borrowed, and its moment: never before the last one's, also
 * where the clock was set back. NULL at the end. */
const struct event *replay_peek(const struct replay *replay, int64_t *ms);
void replay_next(struct replay *replay);
/* The first event is the next one. */
void replay_rewind(struct replay *replay);
int64_t replay_began(const struct replay *replay);
int64_t replay_ends(const struct replay *replay);

/* How a moment of the replay follows from the monotonic clock. */
struct pace {
	int64_t at_ms;	  /* the replay's wall time ... */
	int64_t since_us; /* ... at this moment */
	double speed;	  /* 1: as it happened; 0: everything at once */
	bool paused;
};

int64_t pace_now(const struct pace *pace, int64_t now_us);
/* The monotonic moment for one of the replay; INT64_MAX: never. */
int64_t pace_due(const struct pace *pace, int64_t ms);
/* From now on; the replay's time goes on from where it is. */
void pace_set(struct pace *pace, int64_t now_us, double speed, bool paused);
/* "4", "0.5"; "max" is 0. */
int pace_parse_speed(const char *text, double *speed,
		     struct error *err) MUST_CHECK;

#endif
