/* SPDX-License-Identifier: MIT */
/* Where everything stands at any size, and drawing it. No terminal here. */
#ifndef SIGNALBOX_UI_LAYOUT_H
#define SIGNALBOX_UI_LAYOUT_H

#include "ui/view.h"

/* Sets view->plan. */
void layout_plan(struct view *view, const struct model *model, int rows,
		 int cols);
/* Draws by the plan; the grid is of its size. */
void layout_draw(const struct view *view, const struct model *model,
		 struct grid *grid);

/* Parts drawn apart from the panels. */
void header_draw(const struct view *view, const struct model *model,
		 const struct area *area);
void footer_draw(const struct view *view, const struct model *model,
		 const struct area *area);
/* Below 60x12: five lines, or one. */
void summary_draw(const struct view *view, const struct model *model,
		  const struct area *area);
/* The tests of the shown stage, or of the last that had any. */
void tests_list_draw(const struct view *view, const struct model *model,
		     const struct area *area);
/* A row of what is covered, with its change; false: nothing is known. */
bool coverage_draw(const struct model *model, const struct area *area, int row);
/* The keys of the tests, and of the log. */
void tests_hints_draw(const struct view *view, const struct model *model,
		      const struct area *area);
void log_hints_draw(const struct view *view, const struct model *model,
		    const struct area *area);
/* Rows below the pipeline's stages that tell of the runs before: a blank one
 * and the line, or none. */
int past_runs_rows(const struct view *view, const struct model *model);
void past_runs_draw(const struct model *model, const struct area *area,
		    int row);
/* "live", "STALE 14 s", "passed 14:10:02"; alarming when to be reversed. */
const char *live_text(const struct view *view, const struct model *model,
		      char text[64], bool *alarming);
#define ETA_TEXT_SIZE 32
/* "eta ~4 min" by the usual times; false when that is not known, or over. */
bool eta_text(const struct view *view, const struct model *model,
	      char text[ETA_TEXT_SIZE]);
/* Stages that came to an end of their own; skipped is none. */
size_t pipeline_done(const struct model *model);
/* "B READY 0.3 s" into text; its style by how good that is. */
struct style way_back_text(const struct environment_model *it, int64_t now_ms,
			   char *text, size_t size);
#define WAY_BACK_SIZE 96
/* "0.3 s, drill, 3 days ago": when it was gone last; "never gone". */
const char *way_back_last(const struct environment_model *it, int64_t now_ms,
			  char text[WAY_BACK_SIZE]);
/* Whether the candidate is judged bad now. */
bool is_judged_bad(const struct environment_model *it, int colour);

#endif
