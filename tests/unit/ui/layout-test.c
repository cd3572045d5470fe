/* SPDX-License-Identifier: MIT */
/* Every form at its size against text in tests/data/layout. */
#include "story.h"
#include "ui/spoken.h"

static const struct charset ascii = {false, false};
static const struct charset unicode = {true, true};

static const struct {
	const char *name, *events;
	int rows, cols;
	const struct charset *charset;
	enum panel focus;
	bool zoom;
} cases[] = {
	{"gate-20x4", "gate.ndjson", 4, 20, &ascii, PANEL_LOG, false},
	{"gate-19x1", "gate.ndjson", 1, 60, &ascii, PANEL_LOG, false},
	{"gate-40x8", "gate.ndjson", 8, 40, &ascii, PANEL_LOG, false},
	{"gate-60x12", "gate.ndjson", 12, 60, &ascii, PANEL_LOG, false},
	{"gate-80x24", "gate.ndjson", 24, 80, &ascii, PANEL_LOG, false},
	{"gate-120x40", "gate.ndjson", 40, 120, &ascii, PANEL_LOG, false},
	{"gate-200x60", "gate.ndjson", 60, 200, &ascii, PANEL_GATE, false},
	{"canary-20x4", "canary.ndjson", 4, 20, &ascii, PANEL_LOG, false},
	{"canary-60x12", "canary.ndjson", 12, 60, &ascii, PANEL_LOG, false},
	{"canary-80x24", "canary.ndjson", 24, 80, &ascii, PANEL_LOG, false},
	{"canary-80x24-unicode", "canary.ndjson", 24, 80, &unicode,
	 PANEL_TRAFFIC, false},
	{"canary-120x40", "canary.ndjson", 40, 120, &unicode, PANEL_PIPELINE,
	 false},
	{"canary-200x60", "canary.ndjson", 60, 200, &unicode, PANEL_LOG, false},
	{"canary-80x24-events", "canary.ndjson", 24, 80, &ascii, PANEL_EVENTS,
	 false},
	{"canary-80x24-zoom", "canary.ndjson", 24, 80, &ascii, PANEL_TRAFFIC,
	 true},
	{"fail-200x60", "fail.ndjson", 60, 200, &unicode, PANEL_LOG, false},
	{"fail-120x40", "fail.ndjson", 40, 120, &ascii, PANEL_LOG, false},
	{"gate-80x40", "gate.ndjson", 40, 80, &ascii, PANEL_LOG, false},
	{"gate-70x30", "gate.ndjson", 30, 70, &ascii, PANEL_LOG, false},
	{"gate-80x20", "gate.ndjson", 20, 80, &ascii, PANEL_LOG, false},
	{"gate-80x14", "gate.ndjson", 14, 80, &ascii, PANEL_LOG, false},
	{"canary-64x40", "canary.ndjson", 40, 64, &ascii, PANEL_LOG, false},
	{"canary-100x60", "canary.ndjson", 60, 100, &ascii, PANEL_LOG, false},
	{"back-80x24", "back.ndjson", 24, 80, &ascii, PANEL_LOG, false},
	{"back-120x40", "back.ndjson", 40, 120, &ascii, PANEL_LOG, false},
	{"empty-80x24", NULL, 24, 80, &ascii, PANEL_LOG, false},
};

static void every_form_is_drawn_as_expected(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		struct story story = story_open(cases[i].events);
		char *drawn;

		story.view->focus = cases[i].focus;
		story.view->zoom = cases[i].zoom;
		drawn = story_draw(&story, cases[i].rows, cases[i].cols,
				   *cases[i].charset);
		golden_compare("layout", cases[i].name, drawn);
		free(drawn);
		story_close(&story);
	}
}

static void every_size_is_drawn_within_its_edges(void **state)
{
	static const char *const events[] = {"gate.ndjson", "canary.ndjson",
					     "back.ndjson", "fail.ndjson"};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(events); i++) {
		struct story story = story_open(events[i]);

		for (int rows = 1; rows < 64; rows++) {
			for (int cols = 1; cols < 210; cols += 7) {
				struct story *it = &story;

				it->view->focus = (enum panel)((rows + cols) %
							       PANEL_COUNT);
				it->view->zoom = rows % 3 == 0;
				free(story_draw(it, rows, cols, unicode));
			}
		}
		story_close(&story);
	}
}

/* The log has seven rows for as long as anything else can be given back. */
static void rows_are_given_back_in_one_order(void **state)
{
	static const struct {
		int rows, gate, lower, pipeline, events, log;
	} wanted[] = {
		{24, 4, 4, 3, 1, 10}, {21, 4, 4, 3, 1, 7}, {20, 3, 4, 3, 1, 7},
		{19, 3, 3, 3, 1, 7},  {18, 3, 3, 3, 0, 7}, {17, 2, 3, 3, 0, 7},
		{16, 2, 3, 3, 0, 6},  {14, 2, 3, 3, 0, 4},
	};
	struct story story = story_open("gate.ndjson");
	const struct rect *panels = story.view->plan.panels;

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(wanted); i++) {
		story_plan(&story, wanted[i].rows, 80);
		assert_int_equal(panels[PANEL_GATE].rows, wanted[i].gate);
		assert_int_equal(panels[PANEL_SECURITY].rows, wanted[i].lower);
		assert_int_equal(panels[PANEL_TRAFFIC].rows, wanted[i].lower);
		assert_int_equal(panels[PANEL_PIPELINE].rows,
				 wanted[i].pipeline);
		assert_int_equal(panels[PANEL_EVENTS].rows, wanted[i].events);
		assert_int_equal(panels[PANEL_LOG].rows, wanted[i].log);
	}
	story_close(&story);
}

static int parts_at(const struct plan *plan, int row, int col)
{
	const struct rect *rects[] = {&plan->header, &plan->footer,
				      &plan->tests, &plan->tests_hints,
				      &plan->log_hints};
	int count = 0;

	for (size_t i = 0; i < ARRAY_SIZE(rects) + PANEL_COUNT; i++) {
		const struct rect *it = i < PANEL_COUNT
						? &plan->panels[i]
						: rects[i - PANEL_COUNT];

		count += row >= it->top && row < it->top + it->rows &&
			 col >= it->left && col < it->left + it->cols;
	}
	return count;
}

static void check_parts(const struct plan *plan)
{
	for (int row = 0; row < plan->rows; row++)
		for (int col = 0; col < plan->cols; col += 2) {
			int parts = parts_at(plan, row, col);

			if (parts != 1)
				fail_msg("%dx%d: cell %d,%d is in %d parts",
					 plan->cols, plan->rows, row, col,
					 parts);
		}
}

/* Of so many that not all have a row, those that failed have one. */
static void other_stages_with_failures_stand_first(void **state)
{
	struct story story = story_open(NULL);
	char *drawn;

	(void)state;
	for (int i = 0; i < 60; i++) {
		char *line = xasprintf(
			"{\"seq\":%d,\"time\":\"2026-11-20T14:00:00.000Z\","
			"\"event\":\"test.finished\",\"stage\":\"s%d\","
			"\"passed\":1,\"failed\":%d}",
			i + 1, i, i >= 58);

		story_tell(story.model, line, strlen(line));
		free(line);
	}
	view_select(story.view, "s58");
	drawn = story_draw(&story, 60, 200, ascii);
	assert_non_null(strstr(drawn, "x s59 "));
	assert_non_null(strstr(drawn, " more"));
	assert_null(strstr(drawn, " s57 "));
	free(drawn);
	story_close(&story);
}

/* Of so many that not all are seen, those that failed are. */
static void checks_that_failed_stand_first_at_the_gate(void **state)
{
	static const int sizes[][2] = {{24, 80}, {40, 120}, {60, 200}};
	struct story story = story_open(NULL);
	struct str line = STR_INIT;

	(void)state;
	str_add(&line, "{\"seq\":1,\"time\":\"2026-11-20T14:00:00.000Z\","
		       "\"event\":\"gate.opened\",\"stage\":\"production\","
		       "\"required\":1,\"checks\":[");
	for (int i = 0; i < 40; i++)
		str_addf(&line, "{\"name\":\"c%d\",\"outcome\":\"passed\"},",
			 i);
	str_add(&line, "{\"name\":\"smoke\",\"outcome\":\"failed\"}]}");
	story_tell(story.model, line.data, line.len);
	for (size_t i = 0; i < ARRAY_SIZE(sizes); i++) {
		char *drawn =
			story_draw(&story, sizes[i][0], sizes[i][1], ascii);
		const char *first = strstr(drawn, "x smoke");

		assert_non_null(first);
		assert_true(first < strstr(drawn, "+ c0"));
		assert_null(strstr(drawn, "c39"));
		if (i)
			assert_non_null(strstr(drawn, " more"));
		free(drawn);
	}
	str_release(&line);
	story_close(&story);
}

static bool is_spoken(const struct story *story, const char *line)
{
	struct strings lines = STRINGS_INIT;
	bool found;

	spoken_gate(story->view, story->model, &lines);
	found = strings_has(&lines, line);
	strings_release(&lines);
	return found;
}

/* At every size that has a gate panel, and in the words for a reader. */
static void a_plan_that_destroys_stands_at_the_gate(void **state)
{
	static const int sizes[][2] = {{14, 80}, {20, 80},  {24, 80},
				       {40, 80}, {40, 120}, {60, 200}};
	static const char plan[] =
		"{\"seq\":900,\"time\":\"2026-11-20T14:00:00.000Z\","
		"\"event\":\"report.read\",\"stage\":\"infra\","
		"\"kind\":\"changes\",\"adds\":2,\"changes\":0,"
		"\"destroys\":1,\"replacements\":0,\"ok\":true}";
	static const char mild[] =
		"{\"seq\":899,\"time\":\"2026-11-20T14:00:00.000Z\","
		"\"event\":\"report.read\",\"stage\":\"a-host-with-a-name\","
		"\"kind\":\"changes\",\"changed\":2,\"hosts\":1,\"ok\":true}";
	struct story story = story_open("gate.ndjson");

	(void)state;
	story_tell(story.model, mild, strlen(mild));
	story_tell(story.model, plan, strlen(plan));
	for (size_t i = 0; i < ARRAY_SIZE(sizes); i++) {
		char *drawn =
			story_draw(&story, sizes[i][0], sizes[i][1], ascii);

		if (!strstr(drawn, "infra: 1 to DESTROY, 2 to add"))
			fail_msg("%d x %d:\n%s", sizes[i][0], sizes[i][1],
				 drawn);
		free(drawn);
	}
	assert_true(is_spoken(&story, "infra: 1 to DESTROY, 2 to add"));
	story_close(&story);
}

static void every_cell_belongs_to_one_part_at_every_size(void **state)
{
	static const char *const events[] = {"gate.ndjson", "fail.ndjson"};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(events); i++) {
		struct story story = story_open(events[i]);

		for (int rows = 1; rows < 80; rows++)
			for (int cols = 1; cols < 220; cols += 3) {
				story_plan(&story, rows, cols);
				check_parts(&story.view->plan);
			}
		story_close(&story);
	}
}

static void the_way_back_is_in_sight_at_every_size(void **state)
{
	static const int sizes[][2] = {{4, 20},	 {5, 30},   {12, 60}, {24, 80},
				       {30, 90}, {40, 120}, {60, 200}};
	struct story story = story_open("canary.ndjson");

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(sizes); i++) {
		char *drawn =
			story_draw(&story, sizes[i][0], sizes[i][1], ascii);

		if (!strstr(drawn, "B READY"))
			fail_msg("not at %dx%d:\n%s", sizes[i][1], sizes[i][0],
				 drawn);
		free(drawn);
	}
	story_close(&story);
}

static void a_version_that_is_the_commit_stands_once(void **state)
{
	struct story story = story_open("gate.ndjson");
	char *drawn;

	(void)state;
	free(story.model->version);
	story.model->version = xstrdup("9f3c2e1");
	drawn = story_draw(&story, 40, 120, ascii);
	assert_non_null(strstr(drawn, "main@9f3c2e1  ->  [ PRODUCTION ]"));
	free(drawn);
	story_close(&story);
}

static void a_pause_past_its_time_says_who_keeps_it(void **state)
{
	struct story story = story_open("canary.ndjson");
	char *drawn;

	(void)state;
	drawn = story_draw(&story, 40, 120, ascii);
	assert_null(strstr(drawn, "waits for the analysis"));
	free(drawn);
	story.view->now_ms += 300000;
	drawn = story_draw(&story, 40, 120, ascii);
	assert_non_null(strstr(drawn, " of 5:00  waits for the analysis"));
	free(drawn);
	story_close(&story);
}

static void silence_is_shown_and_a_live_engine_is_not_called_stale(void **state)
{
	struct story story = story_open("canary.ndjson");
	char *drawn;

	(void)state;
	story.view->silent_ms = 4999;
	drawn = story_draw(&story, 24, 80, ascii);
	assert_non_null(strstr(drawn, "live\n"));
	free(drawn);
	story.view->silent_ms = 14200;
	drawn = story_draw(&story, 24, 80, ascii);
	assert_non_null(strstr(drawn, "STALE 14 s\n"));
	free(drawn);
	story.view->gone = true;
	drawn = story_draw(&story, 24, 80, ascii);
	assert_non_null(strstr(drawn, "ENGINE GONE\n"));
	free(drawn);
	story_close(&story);
}

static void a_colour_without_news_shows_no_number(void **state)
{
	struct story story = story_open("canary.ndjson");
	char *drawn;

	(void)state;
	story.view->now_ms += 10000;
	drawn = story_draw(&story, 24, 80, ascii);
	assert_non_null(strstr(drawn, "? silent"));
	assert_null(strstr(drawn, "/s "));
	free(drawn);
	drawn = story_draw(&story, 40, 120, ascii);
	assert_non_null(strstr(drawn, "since 14:02:54"));
	free(drawn);
	/* Where there is room for no more: what is asked, and that. */
	drawn = story_draw(&story, 12, 60, ascii);
	assert_non_null(strstr(drawn, "BLUE 75% ? -- GREEN 25% ? --"));
	free(drawn);
	drawn = story_draw(&story, 8, 40, ascii);
	assert_non_null(strstr(drawn, "BLUE 75% ? GREEN 25% ?"));
	free(drawn);
	story_close(&story);
}

/* Eight stages beside each other, each told where the screen has the rows,
 * or columns. */
static void a_rank_has_the_rows_that_it_needs(void **state)
{
	static const char started[] =
		"{\"seq\":1,\"time\":\"2026-11-20T14:00:00.000Z\",\"event\":"
		"\"run.started\",\"run\":1,\"stages\":[{\"name\":\"s1\"},"
		"{\"name\":\"s2\"},{\"name\":\"s3\"},{\"name\":\"s4\"},"
		"{\"name\":\"s5\"},{\"name\":\"s6\"},{\"name\":\"s7\"},"
		"{\"name\":\"s8\"}]}";
	struct story story = story_open(NULL);
	char *drawn;

	(void)state;
	story_tell(story.model, started, strlen(started));
	view_update(story.view, story.model);
	drawn = story_draw(&story, 40, 120, ascii);
	assert_non_null(strstr(drawn, "s8"));
	free(drawn);
	drawn = story_draw(&story, 24, 80, ascii);
	assert_non_null(strstr(drawn, "s8"));
	free(drawn);
	story_close(&story);
}

/* No line is told of it, so none is shown. */
static void a_file_as_a_whole_has_no_line(void **state)
{
	static const char found[] =
		"{\"seq\":1,\"time\":\"2026-11-20T14:00:00.000Z\",\"event\":"
		"\"finding.found\",\"stage\":\"s\",\"id\":\"unknown-licence\","
		"\"severity\":\"high\",\"path\":\"src/LICENSE.txt\"}";
	struct story story = story_open("gate.ndjson");
	char *drawn;

	(void)state;
	story_tell(story.model, found, strlen(found));
	view_update(story.view, story.model);
	drawn = story_draw(&story, 40, 120, ascii);
	assert_non_null(strstr(drawn, "LICENSE.txt"));
	assert_null(strstr(drawn, "LICENSE.txt:0"));
	free(drawn);
	story_close(&story);
}

/* Foreign text in every field that is drawn. */
static void hostile_text_draws_as_text(void **state)
{
	static const char *const lines[] = {
		"{\"seq\":1,\"time\":\"2026-11-20T14:00:00.000Z\",\"event\":"
		"\"run.started\",\"run\":1,\"pipeline\":\"H\",\"commit\":"
		"\"H\",\"subject\":\"H\",\"author\":\"H\",\"branch\":\"H\","
		"\"version\":\"H\",\"stages\":[{\"name\":\"H\",\"kind\":"
		"\"deploy\",\"why\":\"H\",\"environment\":\"H\"}]}",
		"{\"seq\":2,\"time\":\"2026-11-20T14:00:00.000Z\",\"event\":"
		"\"finding.found\",\"stage\":\"H\",\"id\":\"H\",\"severity\":"
		"\"high\",\"title\":\"H\",\"path\":\"H\"}",
		"{\"seq\":3,\"time\":\"2026-11-20T14:00:00.000Z\",\"event\":"
		"\"gate.opened\",\"stage\":\"H\",\"environment\":\"H\","
		"\"required\":1,\"checks\":[{\"name\":\"H\",\"outcome\":\"H\","
		"\"text\":\"H\"}],\"eligible\":[{\"person\":\"H\",\"why\":"
		"\"H\",\"can\":false}],\"ships\":{\"commits\":1,\"list\":[{"
		"\"commit\":\"H\",\"author\":\"H\",\"subject\":\"H\"}],"
		"\"risky\":[\"H\"]}}",
		"{\"seq\":4,\"time\":\"2026-11-20T14:00:00.000Z\",\"event\":"
		"\"note.added\",\"text\":\"H\",\"level\":\"warning\"}",
	};
	struct story story = story_open(NULL);
	char *drawn;

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(lines); i++) {
		struct str line = STR_INIT;

		for (const char *at = lines[i]; *at; at++) {
			if (at[0] == '"' && at[1] == 'H' && at[2] == '"') {
				str_add(&line,
					"\"\\u001b[2J\\u001b]52;c;Zg==\\u0007"
					"\\u009b31m\\u202eevil\\t\\u0301"
					"\\u200b\"");
				at += 2;
			} else {
				str_add_char(&line, *at);
			}
		}
		story_tell(story.model, line.data, line.len);
		str_release(&line);
	}
	view_update(story.view, story.model);
	for (int wide = 0; wide < 4; wide++) {
		struct charset charset = {wide & 1, wide & 1};
		wchar_t c;
		mbstate_t shift;

		drawn = story_draw(&story, wide > 1 ? 40 : 24,
				   wide > 1 ? 120 : 80, charset);
		memset(&shift, 0, sizeof(shift));
		assert_non_null(strstr(drawn, "evil"));
		for (const char *at = drawn; *at;) {
			size_t used = mbrtowc(&c, at, 8, &shift);

			assert_true(used > 0 && used < 8);
			assert_true(c == '\n' || c >= ' ');
			assert_false(c >= 0x7f && c <= 0x9f);
			assert_false(c >= 0x202a && c <= 0x202e);
			if (!charset.utf8)
				assert_true(c < 0x7f);
			at += used;
		}
		free(drawn);
	}
	story_close(&story);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_form_is_drawn_as_expected),
		cmocka_unit_test(every_size_is_drawn_within_its_edges),
		cmocka_unit_test(rows_are_given_back_in_one_order),
		cmocka_unit_test(other_stages_with_failures_stand_first),
		cmocka_unit_test(checks_that_failed_stand_first_at_the_gate),
		cmocka_unit_test(a_plan_that_destroys_stands_at_the_gate),
		cmocka_unit_test(every_cell_belongs_to_one_part_at_every_size),
		cmocka_unit_test(the_way_back_is_in_sight_at_every_size),
		cmocka_unit_test(a_version_that_is_the_commit_stands_once),
		cmocka_unit_test(a_pause_past_its_time_says_who_keeps_it),
		cmocka_unit_test(
			silence_is_shown_and_a_live_engine_is_not_called_stale),
		cmocka_unit_test(a_colour_without_news_shows_no_number),
		cmocka_unit_test(a_rank_has_the_rows_that_it_needs),
		cmocka_unit_test(a_file_as_a_whole_has_no_line),
		cmocka_unit_test(hostile_text_draws_as_text),
	};

	story_setup();
	return cmocka_run_group_tests(tests, NULL, NULL);
}
