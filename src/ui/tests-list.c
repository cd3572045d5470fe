/* SPDX-License-Identifier: MIT */
/* Left of the log on the widest screens: which tests of the shown stage did
 * not pass, and how those of the other stages did. */
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "ui/format.h"
#include "ui/layout.h"

/* The shown stage; else the one with failures, else the last to start. */
static const struct stage_model *stage_with_tests(const struct view *view,
						  const struct model *model)
{
	const struct stage_model *best = view_stage(view, model);

	if (best && best->has_tests)
		return best;
	best = NULL;
	for (size_t i = 0; i < model->stage_count; i++) {
		const struct stage_model *it = &model->stages[i];

		if (!it->has_tests)
			continue;
		if (!best || (it->tests_failed && !best->tests_failed) ||
		    (!it->tests_failed == !best->tests_failed &&
		     it->started >= best->started))
			best = it;
	}
	return best;
}

struct list {
	const struct area *area;
	int row;
	int end; /* the first row that is not the list's */
};

static bool next_row(struct list *list, struct pen *pen, int col)
{
	if (list->row >= list->end)
		return false;
	*pen = pen_at(list->area, list->row++, col);
	return true;
}

static void heading(struct list *list, const char *text)
{
	struct pen pen;

	if (list->row > 1)
		list->row++;
	if (!next_row(list, &pen, 1))
		return;
	pen_bold(&pen, ROLE_TITLE);
	pen_text(&pen, text);
}

/* What it said: its first line that says anything. */
static void draw_message(struct list *list, const struct test_model *test)
{
	const char *text = test->message + strspn(test->message, " \t\r\n");
	size_t len = strcspn(text, "\r\n");
	struct pen pen;
	char *line;

	if (!len || !next_row(list, &pen, 5))
		return;
	line = xasprintf("%.*s", (int)len, text);
	pen_text(&pen, line);
	free(line);
}

static void draw_place(struct list *list, const struct test_model *test)
{
	struct pen pen;

	if (!*test->file || !next_row(list, &pen, 5))
		return;
	pen_role(&pen, ROLE_DIM);
	pen_text(&pen, test->file);
	if (test->line)
		pen_printf(&pen, ":%d", test->line);
}

static void draw_name(struct list *list, const struct test_model *test)
{
	char took[CLOCK_TEXT_SIZE] = "";
	struct pen pen;

	if (!next_row(list, &pen, 1))
		return;
	pen_role(&pen, state_role(test->state));
	pen.style.bold = state_is_bad(test->state);
	pen_glyph(&pen, state_glyph(test->state));
	pen_text(&pen, " ");
	if (test->ms >= 0)
		format_ms(test->ms, took);
	pen.limit -= 1 + (*took ? (int)strlen(took) + 1 : 0);
	pen_field_cut(&pen, pen.limit - pen.col, test->name, CUT_MIDDLE);
	pen.limit = list->area->cols;
	pen_role(&pen, ROLE_DIM);
	pen_right(&pen, list->area->cols - 1, took);
}

/* Whether that is new, or it flakes. */
static void draw_history(struct list *list, const struct test_model *test)
{
	char text[TEST_HISTORY_SIZE] = "newly skipped";
	struct pen pen;

	if ((!test->newly_skipped &&
	     !test_history(test->failed_before, test->runs_before, text)) ||
	    !next_row(list, &pen, 5))
		return;
	pen_role(&pen, test->newly_skipped ? ROLE_WARNING : ROLE_DIM);
	pen_text(&pen, text);
}

/* Those that never failed before are new trouble. */
static void draw_failed(struct list *list, const struct stage_model *stage)
{
	size_t count = stage->test_count;
	int64_t shown = 0;
	struct pen pen;

	for (size_t i = 0; i < 2 * count; i++) {
		const struct test_model *test = &stage->tests[i % count];

		if (!state_is_bad(test->state) ||
		    (test->failed_before > 0) != (i >= count))
			continue;
		if (list->row + 4 > list->end)
			break;
		draw_name(list, test);
		draw_message(list, test);
		draw_place(list, test);
		draw_history(list, test);
		shown++;
	}
	if (stage->tests_failed > shown && shown && next_row(list, &pen, 1)) {
		pen_role(&pen, ROLE_FAILED);
		pen_printf(&pen, "+%lld more failed",
			   (long long)(stage->tests_failed - shown));
	}
}

static void draw_skipped(struct list *list, const struct stage_model *stage)
{
	for (size_t i = 0; i < stage->test_count; i++)
		if (stage->tests[i].state == STATE_SKIPPED) {
			draw_name(list, &stage->tests[i]);
			draw_history(list, &stage->tests[i]);
		}
}

static int compare_ms(const void *a, const void *b)
{
	const struct test_model *x = *(const struct test_model *const *)a;
	const struct test_model *y = *(const struct test_model *const *)b;

	return x->ms > y->ms ? -1 : x->ms < y->ms;
}

/* Of those that passed and were told singly, the slowest first. */
static void draw_passed(struct list *list, const struct stage_model *stage)
{
	const struct test_model **sorted;
	size_t count = 0;

	if (!stage->test_count)
		return;
	sorted = xcalloc(stage->test_count, sizeof(*sorted));
	for (size_t i = 0; i < stage->test_count; i++)
		if (stage->tests[i].state == STATE_PASSED)
			sorted[count++] = &stage->tests[i];
	if (count) {
		qsort(sorted, count, sizeof(*sorted), compare_ms);
		heading(list, "passed, slowest first");
	}
	for (size_t i = 0; i < count; i++)
		draw_name(list, sorted[i]);
	free(sorted);
}

static void draw_counts(struct pen *pen, const struct stage_model *stage)
{
	char count[NUMBER_TEXT_SIZE];

	pen_field_right(pen, 7, number_grouped(stage->tests_passed, count));
	pen_text(pen, " ok ");
	pen_role(pen, stage->tests_failed ? ROLE_FAILED : ROLE_DIM);
	pen_field_right(pen, 4, number_grouped(stage->tests_failed, count));
	pen_text(pen, " FAIL ");
	/* What flakes matters more than what was skipped. */
	pen_role(pen, stage->tests_flaky ? ROLE_WARNING : ROLE_DIM);
	pen_field_right(pen, 3,
			number_grouped(stage->tests_flaky
					       ? stage->tests_flaky
					       : stage->tests_skipped,
				       count));
	pen_text(pen, stage->tests_flaky ? " flaky" : " skip");
}

static bool is_bad(const struct stage_model *stage)
{
	return stage->tests_failed > 0 || stage->tests_unread > 0;
}

static void draw_stage(struct list *list, const struct view *view,
		       const struct stage_model *stage)
{
	char clock[CLOCK_TEXT_SIZE];
	struct pen pen;
	int end;

	if (!next_row(list, &pen, 1))
		return;
	end = list->area->cols - 1;
	pen_role(&pen, is_bad(stage) ? ROLE_FAILED : stage_role(stage));
	pen_glyph(&pen, is_bad(stage) ? GLYPH_FAILED : stage_glyph(stage));
	pen_text(&pen, " ");
	pen_role(&pen, ROLE_NORMAL);
	pen_field(&pen, end - 39 > 8 ? end - 39 : 8, stage->name);
	if (stage->has_tests) {
		draw_counts(&pen, stage);
	} else {
		pen_role(&pen, ROLE_FAILED);
		pen_field_right(&pen, 10, "unread");
	}
	pen_role(&pen, ROLE_DIM);
	pen_right(&pen, end,
		  format_elapsed(stage_elapsed(stage, view->now_ms), clock));
}

static bool is_other(const struct stage_model *stage,
		     const struct stage_model *shown)
{
	return (stage->has_tests || stage->tests_unread) && stage != shown;
}

static size_t others_of(const struct model *model,
			const struct stage_model *shown)
{
	size_t count = 0;

	for (size_t i = 0; i < model->stage_count; i++)
		count += is_other(&model->stages[i], shown);
	return count;
}

/* Those with failures first; the last row counts those without one. */
static void draw_others(struct list *list, const struct view *view,
			const struct model *model,
			const struct stage_model *shown)
{
	size_t left = others_of(model, shown);
	size_t count = model->stage_count;
	struct pen pen;

	heading(list, "other stages");
	for (size_t i = 0; i < 2 * count && list->row < list->end; i++) {
		const struct stage_model *it = &model->stages[i % count];

		if (!is_other(it, shown) || is_bad(it) != (i < count))
			continue;
		if (list->row + 1 == list->end && left > 1)
			break;
		draw_stage(list, view, it);
		left--;
	}
	if (left && next_row(list, &pen, 1)) {
		pen_role(&pen, ROLE_DIM);
		pen_printf(&pen, "+%zu more", left);
	}
}

static void draw_rule(const struct area *area, const struct stage_model *stage)
{
	struct rule rule = rule_draw(area, 0, false);
	char passed[NUMBER_TEXT_SIZE];
	char *text = xasprintf("TESTS %s", stage->name);

	rule_left(&rule, (struct style){ROLE_TITLE, true, false}, text);
	free(text);
	text = xasprintf("%s ok  %lld FAIL  %lld skip",
			 number_grouped(stage->tests_passed, passed),
			 (long long)stage->tests_failed,
			 (long long)stage->tests_skipped);
	rule_left(
		&rule,
		(struct style){stage->tests_failed ? ROLE_FAILED : ROLE_NORMAL,
			       stage->tests_failed > 0, false},
		text);
	free(text);
	if (!stage->tests_flaky)
		return;
	text = xasprintf("%lld flaky", (long long)stage->tests_flaky);
	rule_left(&rule, (struct style){ROLE_WARNING, false, false}, text);
	free(text);
}

void tests_list_draw(const struct view *view, const struct model *model,
		     const struct area *area)
{
	const struct stage_model *stage = stage_with_tests(view, model);
	struct area upper = area_part(area, 0, 0, area->rows - 2, area->cols);
	struct list list = {area, 1, area->rows};
	size_t others;
	struct pen pen;

	if (!stage)
		return;
	draw_rule(area, stage);
	if (area->rows > 8 && coverage_draw(model, area, area->rows - 1))
		list.area = area = &upper;
	list.end = area->rows;
	/* The other stages keep their rows below a long list. */
	others = others_of(model, stage);
	if (others)
		list.end -= (int)(others < 6 ? others : 6) + 2;
	draw_failed(&list, stage);
	draw_skipped(&list, stage);
	draw_passed(&list, stage);
	if (list.row == 1 && next_row(&list, &pen, 1)) {
		pen_role(&pen, ROLE_DIM);
		pen_text(&pen, "none failed; T lists them all");
	}
	list.end = area->rows;
	if (others)
		draw_others(&list, view, model, stage);
}
