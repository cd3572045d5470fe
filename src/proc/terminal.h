/* SPDX-License-Identifier: MIT */
/* A terminal for a child that prints differently to one. */
#ifndef SIGNALBOX_PROC_TERMINAL_H
#define SIGNALBOX_PROC_TERMINAL_H

#include "base/error.h"

/* Returns the child's side of a raw terminal, through which every byte comes
 * as it was written, and our side in *reader, non-blocking: at the end it
 * reads as EIO. Both are the caller's; -1 with the reason. */
int terminal_open(int *reader, struct error *err) MUST_CHECK;

#endif
