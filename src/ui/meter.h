/* SPDX-License-Identifier: MIT */
/* A colour's share and measurements as graphs, bars and numbers. */
#ifndef SIGNALBOX_UI_METER_H
#define SIGNALBOX_UI_METER_H

#include "ui/view.h"

enum measure { MEASURE_RATE, MEASURE_ERRORS, MEASURE_P99 };

/* Nothing was measured of late: what is known says nothing about now. */
bool meter_is_silent(const struct view *view,
		     const struct colour_model *colour);
/* The percent observed, NAN where it was seen before the last shift. */
double meter_seen_share(const struct environment_model *it, int colour);
/* The same, else what was asked. */
double meter_share(const struct environment_model *it, int colour);
/* The last samples, as many as fit. */
void meter_graph(struct pen *pen, const struct environment_model *it,
		 int colour, enum measure measure, int width);
/* Blue's part from the left, green's the rest. */
void meter_bar(const struct environment_model *it, const struct area *area,
	       int row, int width);
void meter_number(struct pen *pen, int width, double value, int decimals,
		  const char *unit);

#endif
