/* SPDX-License-Identifier: MIT */
/*
 * The person's own programs: a pager or an editor that has the terminal while
 * the screen is left, and tmux, which takes what was copied. The run goes on.
 */
#ifndef SIGNALBOX_UI_OUTSIDE_H
#define SIGNALBOX_UI_OUTSIDE_H

#include <stdbool.h>
#include <stdint.h>

#include "base/error.h"
#include "loop/loop.h"

struct outside;

struct outside *outside_new(struct loop *loop);
/* A pager or editor that still runs is told to end, and gets no terminal. */
void outside_free(struct outside *outside);

/* ended: the terminal is ours again; why is NULL, or a sentence. */
typedef void outside_ended(void *data, const char *why);

enum outside_kind { OUTSIDE_PAGER, OUTSIDE_EDITOR };
/* The screen was left. line: to begin at, where the program is known to take
 * one; 0 none. */
int outside_open(struct outside *outside, enum outside_kind kind,
		 const char *path, int64_t line, outside_ended *ended,
		 void *data, struct error *err) MUST_CHECK;
bool outside_has_terminal(const struct outside *outside);

/* Whether this terminal is a window of tmux. */
bool outside_in_tmux(void);
/* The file into tmux's buffer and its terminal's clipboard. */
int outside_tmux(struct outside *outside, const char *path,
		 outside_ended *ended, void *data,
		 struct error *err) MUST_CHECK;

#endif
