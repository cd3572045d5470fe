/* SPDX-License-Identifier: MIT */
/*
 * The pipeline as columns: the stages of a rank under each other, the steps of
 * a deployment beside its stage, no wider than there is room.
 *
 *	chart_init(&chart, model, rows, now_ms, true);
 *	if (!chart_fits(&chart, area, gap))
 *		... chart_release() it, and the same with false ...
 *	chart_fit(&chart, area, gap);
 *	... draw the columns, each of its width ...
 *	chart_release(&chart);
 */
#ifndef SIGNALBOX_UI_CHART_H
#define SIGNALBOX_UI_CHART_H

#include "ui/draw.h"
#include "ui/format.h"

struct item {
	const struct stage_model *stage; /* NULL: only text */
	enum glyph glyph;
	enum role role;
	bool bold;
	int indent;
	char *name;
	char time[CLOCK_TEXT_SIZE];	 /* "" none */
	char usual[CLOCK_TEXT_SIZE + 2]; /* "(0:40)", "" not known */
	bool late;			 /* runs much longer than usual */
};

struct column {
	struct item *items;
	size_t count, cap;
	size_t stages; /* of its rank, those without a row too */
	bool steps;    /* it goes on with what is left of it */
	bool done;     /* every stage of its rank is */
	int width;
};

struct chart {
	struct column *columns;
	size_t count, cap;
	int rows;
	bool flows; /* a rank with more stages goes on in a column beside */
};

void chart_init(struct chart *chart, const struct model *model, int rows,
		int64_t now_ms, bool flows);
/* Whether it is no wider than the area, as it is. */
bool chart_fits(struct chart *chart, const struct area *area, int gap);
void chart_release(struct chart *chart);
/* Leaves out what it can do without until the chart, with `gap` between the
 * columns, is as wide as the area. Sets the widths. */
void chart_fit(struct chart *chart, const struct area *area, int gap);
/* With its time. */
int item_full_width(const struct item *item, const struct grid *grid);
/* Few cells: "25 %", "pause 0:30", "start"; the log has the whole words. The
 * caller owns it. */
char *step_short_name(const struct step_model *step);
/* Rows that the pipeline would like, at most `most`. */
int chart_rows(const struct model *model, int most);

#endif
