/* SPDX-License-Identifier: MIT */
/* The pipeline as columns, where not every stage has a row. */
#include "story.h"

#include "ui/chart.h"

static void tell(struct model *model, const char *type, const char *fields)
{
	char *line = xasprintf("{\"seq\":%lld,\"time\":"
			       "\"2026-11-20T14:00:00.000Z\",\"event\":\"%s\","
			       "%s}",
			       (long long)model->seq + 1, type, fields);

	story_tell(model, line, strlen(line));
	free(line);
}

static void tell_ended(struct model *model, const char *stage,
		       const char *outcome)
{
	char *fields =
		xasprintf("\"stage\":\"%s\",\"outcome\":\"%s\",\"ms\":1000",
			  stage, outcome);

	tell(model, "stage.finished", fields);
	free(fields);
}

/* Stages s0, s1, ... that need nothing, then "last", which needs them. */
static struct model *fan(int width)
{
	struct model *model = model_new();
	struct str text = STR_INIT;

	str_add(&text, "\"run\":1,\"stages\":[");
	for (int i = 0; i < width; i++)
		str_addf(&text, "{\"name\":\"s%d\",\"needs\":[]},", i);
	str_add(&text, "{\"name\":\"last\",\"needs\":[\"s0\"]}]");
	tell(model, "run.started", text.data);
	str_release(&text);
	return model;
}

static void end_all(struct model *model, int width)
{
	for (int i = 0; i < width; i++) {
		char *name = xasprintf("s%d", i);

		tell_ended(model, name, "passed");
		free(name);
	}
}

static void what_has_no_row_is_told_as_bad_as_it_is(void **state)
{
	struct model *model = fan(6);
	struct chart chart;

	(void)state;
	end_all(model, 5);
	tell_ended(model, "s5", "failed");
	chart_init(&chart, model, 3, 0, false);
	assert_int_equal(chart.count, 2);
	assert_int_equal(chart.columns[0].count, 3);
	assert_string_equal(chart.columns[0].items[2].name, "4 more");
	assert_int_equal(chart.columns[0].items[2].role, ROLE_FAILED);
	assert_int_equal(chart.columns[0].items[2].glyph, GLYPH_FAILED);
	assert_true(chart.columns[0].items[2].bold);
	assert_false(chart.columns[0].done);
	chart_release(&chart);
	model_free(model);
}

static void a_rank_is_done_when_all_of_it_is(void **state)
{
	struct model *model = fan(6);
	struct chart chart;

	(void)state;
	end_all(model, 5);
	chart_init(&chart, model, 3, 0, false);
	assert_false(chart.columns[0].done);
	assert_int_equal(chart.columns[0].items[2].role, ROLE_DIM);
	chart_release(&chart);
	tell_ended(model, "s5", "passed");
	chart_init(&chart, model, 3, 0, false);
	assert_true(chart.columns[0].done);
	assert_int_equal(chart.columns[0].items[2].role, ROLE_PASSED);
	chart_release(&chart);
	model_free(model);
}

static void a_rank_goes_on_beside_itself_where_there_is_room(void **state)
{
	struct model *model = fan(7);
	struct chart chart;
	struct grid grid;
	struct area area = {&grid, 0, 0, 3, 40};

	(void)state;
	end_all(model, 7);
	grid_init(&grid, 3, 40, (struct charset){false, false});
	chart_init(&chart, model, 3, 0, true);
	assert_int_equal(chart.count, 4);
	assert_string_equal(chart.columns[1].items[0].name, "s3");
	assert_int_equal(chart.columns[2].count, 1);
	assert_true(chart.columns[2].steps && chart.columns[2].done);
	assert_string_equal(chart.columns[3].items[0].name, "last");
	assert_true(chart_fits(&chart, &area, 2));
	area.cols = 20;
	assert_false(chart_fits(&chart, &area, 2));
	chart_release(&chart);
	grid_release(&grid);
	model_free(model);
}

static void folded_ranks_count_every_stage(void **state)
{
	struct model *model = fan(6);
	struct chart chart;
	struct grid grid;
	struct area area = {&grid, 0, 0, 3, 14};

	(void)state;
	end_all(model, 6);
	tell_ended(model, "last", "passed");
	grid_init(&grid, 3, 14, (struct charset){false, false});
	chart_init(&chart, model, 3, 0, false);
	chart_fit(&chart, &area, 3);
	assert_int_equal(chart.count, 1);
	assert_string_equal(chart.columns[0].items[0].name, "7 done");
	chart_release(&chart);
	grid_release(&grid);
	model_free(model);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_has_no_row_is_told_as_bad_as_it_is),
		cmocka_unit_test(a_rank_is_done_when_all_of_it_is),
		cmocka_unit_test(
			a_rank_goes_on_beside_itself_where_there_is_room),
		cmocka_unit_test(folded_ranks_count_every_stage),
	};

	story_setup();
	return cmocka_run_group_tests(tests, NULL, NULL);
}
