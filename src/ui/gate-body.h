/* SPDX-License-Identifier: MIT */
/* What an open gate is about: who decides, who did, the checks, and what would
 * ship. */
#ifndef SIGNALBOX_UI_GATE_BODY_H
#define SIGNALBOX_UI_GATE_BODY_H

#include "ui/view.h"

/* Below the rule of an area: in three lines and more, or in two columns. */
void gate_draw_low(const struct view *view, const struct model *model,
		   const struct gate_model *gate, const struct area *area);
void gate_draw_high(const struct view *view, const struct model *model,
		    const struct gate_model *gate, const struct area *area);
/* Rows that all of it would take in an area so wide, its rule among them. */
int gate_rows(const struct model *model, const struct gate_model *gate,
	      int cols);
/* "infra: 1 to DESTROY, 2 to add", of each stage with a plan or a play;
 * nothing, nor what stands before it, where there is none. */
void gate_draw_changes(const struct model *model, const char *before,
		       struct pen *pen);
/* "6 commits  14 files  +312 -87" */
void gate_draw_size(const struct gate_model *gate, struct pen *pen);
/* On a line: who voted and who may; and the checks, what is bad first. */
void gate_draw_who(const struct gate_model *gate, struct pen *pen);
void gate_draw_checks(const struct model *model, const struct gate_model *gate,
		      struct pen *pen);
/* Both, a row each. */
void gate_draw_people(const struct model *model, const struct gate_model *gate,
		      const struct area *area);
/* What it touches that the pipeline file calls risky, if any. */
void gate_draw_risky(const struct gate_model *gate, struct pen *pen);

#endif
