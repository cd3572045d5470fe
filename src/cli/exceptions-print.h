/* SPDX-License-Identifier: MIT */
/* How `signalbox exceptions` tells them: a line each, or JSON. */
#ifndef SIGNALBOX_CLI_EXCEPTIONS_PRINT_H
#define SIGNALBOX_CLI_EXCEPTIONS_PRINT_H

#include <jansson.h>

#include "exceptions/exceptions.h"

struct kept;

struct exceptions_printer {
	json_t *list; /* NULL: text */
	size_t count, bad;
};

struct exceptions_told {
	const struct exceptions *all; /* judged, and applied where there is a
				       * report */
	const char *stage;	      /* whose scan names them, or NULL */
	const struct report *report;  /* with kept's findings, in order */
	const struct kept *kept;      /* NULL: no run tells what it found */
	int64_t run, asked;	      /* which one tells; the one to be told */
	bool orphans_fail;
};

void exceptions_printer_init(struct exceptions_printer *printer, bool json);
void exceptions_tell(struct exceptions_printer *printer,
		     const struct exceptions_told *told);
/* Prints what is to come last; fails when one is bad. */
int exceptions_printer_end(struct exceptions_printer *printer,
			   struct error *err) MUST_CHECK;
void exceptions_printer_release(struct exceptions_printer *printer);

#endif
