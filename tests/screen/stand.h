/* SPDX-License-Identifier: MIT */
/*
 * Terminals at a site: the real program, below its launcher and guard, in a
 * repository of its own.
 *
 *	stand_set_up / stand_tear_down          cmocka's set-up and tear-down
 *	terminal = stand_open(stand, 0, "exec %s attach 1", PROGRAM);
 */
#ifndef SIGNALBOX_TESTS_SCREEN_STAND_H
#define SIGNALBOX_TESTS_SCREEN_STAND_H

#include "screen/stage.h"
#include "system/support.h"

#define STAND_TERMINALS 5

struct stand {
	struct site *site;
	struct terminal *terminals[STAND_TERMINALS];
	pid_t stopped; /* goes on at the end; 0 none */
};

int stand_set_up(void **state);
int stand_tear_down(void **state);
/* A shell's words in the repository, 24x80. */
struct terminal *stand_open(struct stand *stand, int i, const char *format, ...)
	PRINTF_LIKE(3, 4);
void stand_close(struct stand *stand, int i);
/* What runs the dashboard, below its launcher and guard. */
pid_t stand_program(const struct stand *stand, int i);

#endif
