/* SPDX-License-Identifier: MIT */
/* Looks into what a command is about to run. */
#ifndef SIGNALBOX_STEP_SCRIPTS_H
#define SIGNALBOX_STEP_SCRIPTS_H

#include <stdbool.h>

/*
 * Whether a shell text may open its output anew, as `echo > /dev/stderr` does:
 * it says so, or a small file in its folder does that it names, or that one of
 * these names. What is put together only when it runs is not seen. folder may
 * be NULL.
 */
bool scripts_open_output_anew(const char *text, const char *folder);

#endif
