/* SPDX-License-Identifier: MIT */
/*
 * What a person asks of a run or an environment, on the same wire from a
 * key, a subcommand or another terminal: one JSON object a line,
 *
 *	{"command":"approve","id":3,"run":7,"stage":"production","seq":3207,
 *	 "person":"ana","uid":1000,"reason":"...","value":25}
 *
 * The engine answers with a reply event that carries id, ok and, when
 * refused, error. seq is the number of the event its sender was looking at:
 * the engine refuses when that stage or environment has moved since.
 *
 * Commands: approve, reject (reason), override (reason), promote (next?),
 * hold, unhold, cancel (run); shift (environment, value percent), rollback
 * (environment, reason?); subscribe (from: seq; the reply is followed by
 * every event after it; reason "steer" of a terminal that a person steers
 * from); poke (an environment has changed: look now); note
 * (environment?, reason: what a person says afterwards, kept as note.added);
 * drill (environment; the board alone executes it: an engine refuses it).
 */
#ifndef SIGNALBOX_EVENT_COMMAND_H
#define SIGNALBOX_EVENT_COMMAND_H

#include <stdbool.h>
#include <stdint.h>

#include "base/error.h"
#include "base/str.h"

#define COMMANDS(X)               \
	X(APPROVE, "approve")     \
	X(REJECT, "reject")       \
	X(OVERRIDE, "override")   \
	X(PROMOTE, "promote")     \
	X(HOLD, "hold")           \
	X(UNHOLD, "unhold")       \
	X(CANCEL, "cancel")       \
	X(SHIFT, "shift")         \
	X(ROLLBACK, "rollback")   \
	X(SUBSCRIBE, "subscribe") \
	X(POKE, "poke")           \
	X(NOTE, "note")           \
	X(RETRY, "retry")         \
	X(DRILL, "drill")

enum command_kind {
	COMMAND_UNKNOWN,
#define X(id, name) COMMAND_##id,
	COMMANDS(X)
#undef X
		COMMAND_KIND_COUNT
};

struct command {
	enum command_kind kind;
	int64_t id;	   /* the sender's own number for the reply */
	int64_t run;	   /* 0: the live one */
	int64_t seq;	   /* 0: the sender looked at nothing */
	char *stage;	   /* NULL: the one that it can only be */
	char *environment; /* NULL: likewise */
	char *person;	   /* what the sender says; peer credentials win */
	char *reason;
	double value; /* percent, for shift */
	bool next;    /* of promote: only what waits now is left */
};

/* The reason of a subscribe by which a person steers. */
#define COMMAND_STEER "steer"

#define COMMAND_INIT                    \
	{                               \
		.kind = COMMAND_UNKNOWN \
	}

const char *command_name(enum command_kind kind);
enum command_kind command_parse_name(const char *name);
/* Appends one line, '\n' included. */
void command_encode(const struct command *command, struct str *line);
int command_decode(const char *line, size_t len, struct command *command,
		   struct error *err) MUST_CHECK;
void command_release(struct command *command);

#endif
