/* SPDX-License-Identifier: MIT */
/*
 * The terminal as it was, on every way out: one write of a string made
 * beforehand and one tcsetattr, in a handler that may run on any thread;
 * then the signal takes its course.
 */
#ifndef SIGNALBOX_UI_RESCUE_H
#define SIGNALBOX_UI_RESCUE_H

#include <stddef.h>
#include <termios.h>

#define RESCUE_BYTES 256

/* text undoes what the screen did to the terminal on fd; modes is how it was.
 * Disarming brings back the handlers that stood before. */
void rescue_arm(int fd, const char *text, size_t len,
		const struct termios *modes);
void rescue_disarm(void);
/* Gives the terminal back now and disarms; without waiting for a terminal
 * that takes nothing. */
void rescue_restore(void);

#endif
