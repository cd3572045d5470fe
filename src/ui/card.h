/* SPDX-License-Identifier: MIT */
/* What is known of a stage beside its output: its result, whom it waits for,
 * the steps of its plan. */
#ifndef SIGNALBOX_UI_CARD_H
#define SIGNALBOX_UI_CARD_H

#include "ui/view.h"

/* From row 1 on; returns the row after it. */
int card_draw(const struct view *view, const struct model *model,
	      const struct area *area, const struct stage_model *stage);
/* Where there is room from `row` on: what the other stages came to. */
void card_draw_others(const struct view *view, const struct model *model,
		      const struct area *area, int row);

#endif
