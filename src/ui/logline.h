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
	int64_t skip;		   /* columns left of the pen */
	const struct search *mark; /* what is drawn in reverse; NULL nothing */
	struct str *scratch;
};

void logline_draw(struct pen *pen, const char *text, size_t len,
		  const struct logline_look *look);
/* Columns that all of it takes. */
int64_t logline_columns(const char *text, size_t len, struct str *scratch);
/* The column of its byte at `offset`. */
int64_t logline_column(const char *text, size_t len, size_t offset,
		       struct str *scratch);

#endif
