/* SPDX-License-Identifier: MIT */
/* The program that environments run in system tests. */
#ifndef SIGNALBOX_TESTS_SYSTEM_COLOUR_H
#define SIGNALBOX_TESTS_SYSTEM_COLOUR_H

/* Listens at $PORT and answers every request "$COLOUR\n"; a file `bug` in
 * the working folder that holds N breaks every Nth, but /healthz. For /slow it
 * makes $HOME/slow-$COLOUR and answers two seconds later. Ends with the
 * process. */
int colour_serve(void);

#endif
