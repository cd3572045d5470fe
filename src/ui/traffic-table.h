/* SPDX-License-Identifier: MIT */
/* Panel 4 where it is tall: a measure a row, a column a colour, the plan. */
#ifndef SIGNALBOX_UI_TRAFFIC_TABLE_H
#define SIGNALBOX_UI_TRAFFIC_TABLE_H

#include "ui/view.h"

void traffic_table_draw(const struct view *view, const struct model *model,
			const struct environment_model *it,
			const struct area *area);
/* How requests are shared, if that was seen; returns the row after it. */
int traffic_draw_observed(const struct environment_model *it,
			  const struct area *area, int row);
/* What the analysis says, if it did; returns the row after it. */
int traffic_draw_verdict(const struct environment_model *it,
			 const struct area *area, int row);

#endif
