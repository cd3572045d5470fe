/* SPDX-License-Identifier: MIT */
/*
 * The line before an environment: whoever wants to deploy there takes a
 * place, in order of arrival, and keeps it until it is done. A place is a
 * file in ENVIRONMENT/queue/ that its owner holds with flock(), so it is gone
 * with its owner's process, however that ends. Every clone's work trees share
 * it, as they share the common git directory.
 *
 *	place = queue_enter(folder, &who, QUEUE_WAITS, &err);
 *	queue_read(folder, &line, &err);    // first in line may go on
 *	queue_move(place, QUEUE_HOLDS);
 *	queue_leave(place);
 */
#ifndef SIGNALBOX_DELIVERY_QUEUE_H
#define SIGNALBOX_DELIVERY_QUEUE_H

#include <stddef.h>
#include <stdint.h>

#include "base/error.h"

enum queue_state {
	QUEUE_AT_GATE, /* people decide first: in nobody's way */
	QUEUE_WAITS,
	QUEUE_HOLDS,
};
#define QUEUE_STATE_COUNT 3

struct queue_entry {
	int64_t ticket; /* above those of all who are in line */
	enum queue_state state;
	int64_t run;
	char *person, *commit;
	int64_t since; /* wall ms of the arrival */
};

struct queue_line {
	struct queue_entry *items; /* first come first */
	size_t count, cap;
};

struct queue_place;

/* folder is the environment's; ticket and since of `who` are not read.
 * ERROR_REFUSED: others are just doing the same; try again soon. */
struct queue_place *queue_enter(const char *folder,
				const struct queue_entry *who,
				struct error *err) MUST_CHECK;
int64_t queue_ticket(const struct queue_place *place);
int queue_move(struct queue_place *place, enum queue_state state,
	       struct error *err) MUST_CHECK;
void queue_leave(struct queue_place *place); /* NULL is fine */

/* Who is in line now and lives. No folder is an empty line. */
int queue_read(const char *folder, struct queue_line *line,
	       struct error *err) MUST_CHECK;
void queue_line_release(struct queue_line *line);
const char *queue_state_name(enum queue_state state);

#endif
