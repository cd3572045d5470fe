/* SPDX-License-Identifier: MIT */
/* Bytes of the keyboard to inputs. Curses inside; call after its start. */
#ifndef SIGNALBOX_UI_KEYS_H
#define SIGNALBOX_UI_KEYS_H

/* Teaches curses the sequences terminfo does not name. */
void keys_start(void);
/* The next one, INPUT_NONE when no more has come. */
int keys_read(void);

#endif
