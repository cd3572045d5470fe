/* SPDX-License-Identifier: MIT */
/*
 * A line of a log as cells: carriage returns and controls taken out, colours
 * kept, no more of it looked at than is shown. `scratch` is memory that is
 * used again for the next line.
 */
#ifndef SIGNALBOX_UI_LOGLINE_H
#define SIGNALBOX_UI_LOGLINE_H

#include "base/str.h"
#include "ui/draw.h"
#include "ui/search.h"

struct logline_look {
	int wrap; /* columns of a row of a line that is broken; 0: it is not */
	int64_t skip; /* columns left of the pen, or rows above it */
	int rows;     /* most to be drawn of one that is broken */
	const struct search *mark; /* what is drawn in reverse; NULL nothing */
	struct str *scratch;
};

void logline_draw(struct pen *pen, const char *text, size_t len,
		  const struct logline_look *look);
/* Rows that it takes, broken at `width`. */
int64_t logline_rows(const char *text, size_t len, int width,
		     struct str *scratch);
/* Where its byte at `offset` is; width 0: all is in one row. */
void logline_place(const char *text, size_t len, size_t offset, int width,
		   struct str *scratch, int64_t *row, int64_t *column);

#endif
