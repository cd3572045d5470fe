/* SPDX-License-Identifier: MIT */
/* Bytes of the keyboard to inputs. Curses inside; call after its start. */
#ifndef SIGNALBOX_UI_KEYS_H
#define SIGNALBOX_UI_KEYS_H

/* Teaches curses the sequences terminfo does not name. */
void keys_start(void);
/* What a mouse reports comes as inputs, in xterm's mode 1006 or before it, and
 * though nobody asked: who had the terminal may have left it on. After
 * keypad(), which knows another start of these reports. */
void keys_start_mouse(void);
/* The next one, INPUT_NONE when no more has come. Of the mouse, *row and *col
 * are where it is. */
int keys_read(int *row, int *col);

#endif
