/* SPDX-License-Identifier: MIT */
/* Where text that was made printable leaves the program. */
#ifndef SIGNALBOX_CLI_OUTPUT_H
#define SIGNALBOX_CLI_OUTPUT_H

#include <stdio.h>

/* As fputs(); a terminal whose locale has another character set than UTF-8
 * gets ASCII, so that no byte of a character is a control there. */
void output_text(FILE *to, const char *text);
/* The same with a newline behind it. */
void output_line(FILE *to, const char *text);

#endif
