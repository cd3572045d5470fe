/* SPDX-License-Identifier: MIT */
/* The dashboard as sentences, for a screen reader or a pipe: no escape
 * sequence is written. What can be done is a numbered menu; each question is
 * asked in lines, and only the word yes answers it. */
#ifndef SIGNALBOX_UI_PLAIN_H
#define SIGNALBOX_UI_PLAIN_H

#include "ui/ui.h"

/* As ui_run(), of a run; options' replay and board are NULL. */
int plain_run(const struct ui_options *options);
/* "25 %" as "25 percent", "->" as "to", "2 ms" as "2 milliseconds". */
void plain_speak(const char *text, struct str *out);

#endif
