/* SPDX-License-Identifier: MIT */
/* The program that environments run in system tests. */
#ifndef SIGNALBOX_TESTS_SYSTEM_COLOUR_H
#define SIGNALBOX_TESTS_SYSTEM_COLOUR_H

/*
 * Listens at $PORT and answers every request "$COLOUR\n". For /slow it makes
 * $HOME/slow-$COLOUR and answers two seconds later. Ends with the process.
 *
 * A file `bug` in the working folder says what is wrong, a line each; all but
 * /healthz have it, evenly by a counter, so each test sees the same:
 *
 *	every N         each Nth answer is a 500; N alone says the same
 *	errors 1%       so many of a hundred are
 *	slow 2x         a request takes 2 times 5 ms
 *	die-after 3s    aborts so long after its start
 *	die-on FILE     aborts when there is such a file
 *	leak 20MiB      as much memory each second
 *	queue 500       /metrics gives queue_depth 500 (else 0), as Prometheus
 *			reads it
 *	unhealthy       /healthz is answered 503
 *	health-only     others are closed without an answer
 */
int colour_serve(void);

#endif
