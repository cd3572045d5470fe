/* SPDX-License-Identifier: MIT */
/*
 * man/signalbox-events.5 as data: which events and fields it promises. For
 * tests that hold the program to it.
 *
 *	struct manual *manual = manual_read();
 *	char *fault = manual_fault(manual, line, len);   // of one event
 */
#ifndef SIGNALBOX_TESTS_MANUAL_H
#define SIGNALBOX_TESTS_MANUAL_H

#include <stdbool.h>
#include <stddef.h>

struct manual;

struct manual *manual_read(void);
void manual_free(struct manual *manual);
/* Whether the page has the event (or the object), and its field. NULL: has
 * it at all. */
bool manual_has(const struct manual *manual, const char *title,
		const char *field);
/* What of the event the page does not tell, or tells otherwise: a field that
 * is not there, one that is missing, another type. NULL: nothing. */
char *manual_fault(const struct manual *manual, const char *line, size_t len);
/* The same of the first such record of a folder's journal; one that is not
 * whole is left out. */
char *manual_journal_fault(const struct manual *manual, const char *folder);

#endif
