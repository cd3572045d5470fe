/* SPDX-License-Identifier: MIT */
/* A terminal that was left broken, by whatever program, as one can type in. */
#ifndef SIGNALBOX_UI_RESET_H
#define SIGNALBOX_UI_RESET_H

#include "base/error.h"

/* The controlling one: its modes off in one write, its line discipline as
 * `stty sane` has it. What is shown stays. Curses must not run. */
int terminal_reset(struct error *err) MUST_CHECK;

#endif
