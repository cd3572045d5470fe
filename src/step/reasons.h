/* SPDX-License-Identifier: MIT */
/* Why a stage is red, where more than one of its reports says so. */
#ifndef SIGNALBOX_STEP_REASONS_H
#define SIGNALBOX_STEP_REASONS_H

#include <stddef.h>

struct reason {
	const char *file; /* whose it is; NULL: need not be told */
	const char *text;
	int rank; /* the worst is 0 */
};

/* The worst first, of equals in their order; of more than three the number.
 * NULL when there is none; the caller's. Sorts them. */
char *reasons_join(struct reason *reasons, size_t count);

#endif
