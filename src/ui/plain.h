/* SPDX-License-Identifier: MIT */
/* The dashboard as sentences, for a screen reader or a pipe: no escape
 * sequence is written. What can be done is a numbered menu, and each question
 * is asked and answered in lines. */
#ifndef SIGNALBOX_UI_PLAIN_H
#define SIGNALBOX_UI_PLAIN_H

#include "ui/ui.h"

/* As ui_run(). */
int plain_run(const struct ui_options *options);

#endif
