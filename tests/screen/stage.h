/* SPDX-License-Identifier: MIT */
/* The driver on a pty, with a recorded release played to it. */
#ifndef SIGNALBOX_TESTS_SCREEN_STAGE_H
#define SIGNALBOX_TESTS_SCREEN_STAGE_H

#include "screen/pty.h"

#include <locale.h>
#include <stdio.h>

#include "support/golden.h"

/* Half a second after the last event of each. */
#define GATE_NOW "2026-11-20T14:02:09.500Z"
#define CANARY_NOW "2026-11-20T14:02:55.500Z"
#define BACK_NOW "2026-11-20T14:02:58.000Z"

/* events: below tests/data/screen, NULL none; env: one more variable;
 * option: one of the driver's, NULL none. */
struct terminal *stage_open(const char *events, const char *now, int rows,
			    int cols, const char *env, const char *option);
/* The canary at 80x24, for stage_close() to end. */
struct terminal *stage_open_canary(void **state);
int stage_close(void **state);
/* The same with logs in a folder of the test. */
struct terminal *stage_open_in(const char *folder, const char *events,
			       const char *now, int rows, int cols);
/* And with more variables; 24x80; what is copied goes to "copied" there. */
struct terminal *stage_open_with(const char *folder, const char *events,
				 const char *const *env);
/* A new run folder whose stage "unit" has this log. */
char *stage_folder_with_log(const char *text);
void stage_folder_free(char *folder); /* removes it */
/* Makes a file `size` bytes long, sparse, with this end. */
void stage_grow_file(const char *path, long long size, const char *end);
/* Fails when bytes hold a sequence that no screen of ours needs. */
void stage_check_sequences(const char *bytes, size_t len);

#endif
