/* SPDX-License-Identifier: MIT */
/* A terminal's screen as a picture, cell by cell. */
#ifndef SIGNALBOX_TESTS_SCREEN_SVG_H
#define SIGNALBOX_TESTS_SCREEN_SVG_H

#include "screen/pty.h"

/* light: on a white background. Replaces the file; fails the test. */
void svg_write(struct terminal *terminal, bool light, const char *path);

#endif
