/* SPDX-License-Identifier: MIT */
#include "ui/chart.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "base/vector.h"

enum squeeze { SQUEEZE_NONE, SQUEEZE_DONE_TIMES, SQUEEZE_TIMES };

/* Where a stage that runs is called late: half as much again, and this. */
#define LATE_MS 10000

static size_t rank_count(const struct model *model)
{
	size_t count = 0;

	for (size_t i = 0; i < model->stage_count; i++)
		if (model->stages[i].rank >= count)
			count = model->stages[i].rank + 1;
	return count;
}

/* The plan of what moves, or broke, is worth its place. */
static bool shows_steps(const struct stage_model *stage)
{
	return stage->step_count && strcmp(stage->kind, "deploy") == 0 &&
	       stage->state != STATE_PASSED && stage->state != STATE_QUEUED;
}

int chart_rows(const struct model *model, int most)
{
	size_t *stages = xcalloc(rank_count(model) + 1, sizeof(*stages));
	size_t need = 1;

	for (size_t i = 0; i < model->stage_count; i++) {
		const struct stage_model *stage = &model->stages[i];

		if (++stages[stage->rank] > need)
			need = stages[stage->rank];
		if (shows_steps(stage) && need < 4)
			need = 4;
	}
	free(stages);
	return need < (size_t)most ? (int)need : most;
}

static struct item *add_item(struct column *column, const char *name)
{
	struct item *item =
		VECTOR_ADD(column->items, column->count, column->cap);

	item->name = xstrdup(name);
	return item;
}

static void add_times(struct item *item, const struct stage_model *stage,
		      int64_t elapsed)
{
	char clock[CLOCK_TEXT_SIZE];

	format_elapsed(elapsed, item->time);
	if (stage->usual_ms < 1000)
		return;
	snprintf(item->usual, sizeof(item->usual), "(%s)",
		 format_took(stage->usual_ms, clock));
	item->late = stage->state == STATE_RUNNING &&
		     elapsed > stage->usual_ms * 3 / 2 + LATE_MS;
}

static void set_look(struct item *item, const struct stage_model *stage)
{
	item->glyph = stage_glyph(stage);
	item->role = stage_role(stage);
	item->bold =
		state_is_bad(stage->state) || stage->state == STATE_WAITING;
}

static void add_stage(struct column *column, const struct stage_model *stage,
		      int64_t now_ms)
{
	struct item *item = add_item(column, stage->name);

	item->stage = stage;
	set_look(item, stage);
	if (stage->gate.open) {
		free(item->name);
		item->name =
			xasprintf("%s %d/%d", stage->name,
				  stage->gate.approvals, stage->gate.required);
	} else if (stage->started && stage->state != STATE_SKIPPED) {
		add_times(item, stage, stage_elapsed(stage, now_ms));
	}
}

char *step_short_name(const struct step_model *step)
{
	char text[CLOCK_TEXT_SIZE];

	if (!isnan(step->weight))
		return xasprintf("%g %%", step->weight);
	if (step->planned_ms > 0)
		return xasprintf("%s %s", step->kind,
				 format_elapsed(step->planned_ms, text));
	return xstrdup(*step->kind ? step->kind : step->name);
}

static void add_step(struct column *column, const struct stage_model *stage,
		     const struct step_model *step, int64_t now_ms)
{
	char *name = step_short_name(step);
	struct item *item = add_item(column, name);

	free(name);
	item->glyph = state_glyph(step->state);
	item->role = state_role(step->state);
	item->bold = state_is_bad(step->state);
	if (step_waits(stage, step)) {
		item->glyph = state_glyph(STATE_WAITING);
		item->role = state_role(STATE_WAITING);
	}
	if (step->state == STATE_RUNNING)
		format_elapsed(step_elapsed(step, now_ms), item->time);
	column->done = false;
}

static struct column *add_column(struct chart *chart)
{
	struct column *column =
		VECTOR_ADD(chart->columns, chart->count, chart->cap);

	column->done = true;
	return column;
}

/* Under the stage, then in columns beside it. */
static void add_steps(struct chart *chart, const struct stage_model *stage,
		      int64_t now_ms)
{
	struct column *column = &chart->columns[chart->count - 1];

	for (size_t i = 0; i < stage->step_count; i++) {
		if (column->count >= (size_t)chart->rows) {
			column = add_column(chart);
			column->steps = true;
			add_item(column, "")->glyph = GLYPH_COUNT;
		}
		add_step(column, stage, &stage->steps[i], now_ms);
		column->items[column->count - 1].indent = 1;
	}
}

/* What of a rank must be seen first. */
static int urgency(const struct stage_model *stage)
{
	if (state_is_bad(stage->state))
		return 5;
	if (stage->state == STATE_WAITING)
		return 4;
	if (stage->state == STATE_RUNNING)
		return 3;
	if (stage->state == STATE_QUEUED)
		return 2;
	return stage_role(stage) == ROLE_WARNING;
}

/* Those that have no row: the last one counts them, and looks as the most
 * urgent of them does. */
static void add_more(struct column *column,
		     const struct stage_model *const *stages, size_t count)
{
	struct item *item = &column->items[column->count - 1];
	const struct stage_model *most = stages[0];

	for (size_t i = 1; i < count; i++)
		if (urgency(stages[i]) > urgency(most))
			most = stages[i];
	free(item->name);
	item->name = xasprintf("%zu more", count);
	item->time[0] = item->usual[0] = '\0';
	item->stage = NULL;
	set_look(item, most);
}

static void add_rank(struct chart *chart,
		     const struct stage_model *const *stages, size_t count,
		     int64_t now_ms)
{
	struct column *column = add_column(chart);
	const struct stage_model *deploy = NULL;
	size_t rows = (size_t)chart->rows, first = chart->count - 1;
	bool done = true, flows;

	column->stages = count;
	for (size_t i = 0; i < count; i++) {
		done = done && urgency(stages[i]) < 2;
		if (shows_steps(stages[i]))
			deploy = stages[i];
	}
	flows = chart->flows && !deploy;
	for (size_t i = 0; i < count && (i < rows || flows); i++) {
		if (i && i % rows == 0) {
			column = add_column(chart);
			column->steps = true;
		}
		add_stage(column, stages[i], now_ms);
	}
	for (size_t i = first; i < chart->count; i++)
		chart->columns[i].done = done;
	if (count > rows && !flows)
		add_more(column, stages + rows - 1, count - rows + 1);
	if (deploy && rows > 1)
		add_steps(chart, deploy, now_ms);
}

static void column_release(struct column *column)
{
	for (size_t i = 0; i < column->count; i++)
		free(column->items[i].name);
	free(column->items);
}

void chart_release(struct chart *chart)
{
	for (size_t i = 0; i < chart->count; i++)
		column_release(&chart->columns[i]);
	free(chart->columns);
}

static int item_width(const struct item *item, const struct grid *grid,
		      enum squeeze squeeze)
{
	bool timed = item->time[0] && (squeeze == SQUEEZE_NONE ||
				       (squeeze == SQUEEZE_DONE_TIMES &&
					item->glyph == GLYPH_RUNNING));

	return 2 + item->indent + text_width(grid, item->name) +
	       (timed ? 1 + (int)strlen(item->time) : 0) +
	       (timed && item->usual[0] ? 1 + (int)strlen(item->usual) : 0);
}

static int measure(struct chart *chart, const struct grid *grid,
		   enum squeeze squeeze, int gap)
{
	int sum = 0;

	for (size_t i = 0; i < chart->count; i++) {
		struct column *column = &chart->columns[i];

		column->width = 0;
		for (size_t j = 0; j < column->count; j++) {
			int width =
				item_width(&column->items[j], grid, squeeze);

			if (width > column->width)
				column->width = width;
		}
		sum += column->width + (i ? gap : 0);
	}
	return sum;
}

/* Finished ranks at the left become one: "+ 4 done". */
static void fold_done(struct chart *chart)
{
	size_t done = 0;
	size_t stages = 0;
	struct column folded = {.done = true};
	struct item *item;

	while (done < chart->count && chart->columns[done].done)
		stages += chart->columns[done++].stages;
	if (done < 2)
		return;
	for (size_t i = 0; i < done; i++)
		column_release(&chart->columns[i]);
	item = add_item(&folded, "");
	free(item->name);
	item->name = xasprintf("%zu done", stages);
	item->glyph = GLYPH_PASSED;
	item->role = ROLE_PASSED;
	chart->columns[0] = folded;
	memmove(chart->columns + 1, chart->columns + done,
		(chart->count - done) * sizeof(*chart->columns));
	chart->count -= done - 1;
}

int item_full_width(const struct item *item, const struct grid *grid)
{
	return item_width(item, grid, SQUEEZE_NONE);
}

/* Usual times stand where there is much room, and all of them fit. */
#define USUAL_COLS 150

static void drop_usual(struct chart *chart)
{
	for (size_t i = 0; i < chart->count; i++)
		for (size_t j = 0; j < chart->columns[i].count; j++)
			chart->columns[i].items[j].usual[0] = '\0';
}

bool chart_fits(struct chart *chart, const struct area *area, int gap)
{
	if (area->cols < USUAL_COLS)
		drop_usual(chart);
	return measure(chart, area->grid, SQUEEZE_NONE, gap) <= area->cols - 2;
}

void chart_fit(struct chart *chart, const struct area *area, int gap)
{
	int room = area->cols - 2;
	int over, cut;

	if (area->cols < USUAL_COLS ||
	    measure(chart, area->grid, SQUEEZE_NONE, gap) > room)
		drop_usual(chart);
	if (measure(chart, area->grid, SQUEEZE_NONE, gap) <= room ||
	    measure(chart, area->grid, SQUEEZE_DONE_TIMES, gap) <= room)
		return;
	fold_done(chart);
	if (measure(chart, area->grid, SQUEEZE_DONE_TIMES, gap) <= room)
		return;
	over = measure(chart, area->grid, SQUEEZE_TIMES, gap) - room;
	cut = over / (int)chart->count + 1;
	for (size_t i = 0; over > 0 && i < chart->count; i++)
		if (chart->columns[i].width > 6 + cut)
			chart->columns[i].width -= cut;
}

static int by_rank(const void *a, const void *b)
{
	const struct stage_model *one = *(const struct stage_model *const *)a;
	const struct stage_model *two = *(const struct stage_model *const *)b;

	if (one->rank != two->rank)
		return one->rank < two->rank ? -1 : 1;
	return one < two ? -1 : one > two;
}

void chart_init(struct chart *chart, const struct model *model, int rows,
		int64_t now_ms, bool flows)
{
	size_t count = model->stage_count;
	const struct stage_model **order = xcalloc(count + 1, sizeof(*order));
	size_t end;

	*chart = (struct chart){.rows = rows > 1 ? rows : 1, .flows = flows};
	for (size_t i = 0; i < count; i++)
		order[i] = &model->stages[i];
	qsort(order, count, sizeof(*order), by_rank);
	for (size_t at = 0; at < count; at = end) {
		for (end = at;
		     end < count && order[end]->rank == order[at]->rank; end++)
			;
		add_rank(chart, order + at, end - at, now_ms);
	}
	free(order);
}
