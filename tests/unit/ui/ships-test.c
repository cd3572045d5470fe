/* SPDX-License-Identifier: MIT */
/* What ships: its rows, its keys, and how it is drawn. */
#include "story.h"

#include "base/vector.h"
#include "ui/input.h"
#include "ui/ships.h"

static const struct charset ascii = {false, false};

static void add_commit(struct shipment *it, const char *id, const char *author,
		       const char *subject)
{
	shipment_add_commit_owned(it, (struct shipped_commit){
					      .id = xstrdup(id),
					      .author = xstrdup(author),
					      .email = xstrdup("x@example.org"),
					      .subject = xstrdup(subject),
					      .time_ms = 1795218831000,
				      });
}

static void add_file(struct shipment *it, const char *path, size_t insertions,
		     size_t deletions)
{
	shipment_add_file_owned(it, (struct shipped_file){
					    .path = xstrdup(path),
					    .insertions = insertions,
					    .deletions = deletions,
					    .risk = risk_of(NULL, path),
				    });
}

static void add_change(struct shipment *it, enum test_change_kind kind,
		       const char *name)
{
	struct comparison *to = &it->comparison;

	*VECTOR_ADD(to->tests, to->test_count, to->test_cap) =
		(struct test_change){kind, xstrdup(name)};
	to->counts[kind]++;
}

static void fill(struct shipment *it)
{
	add_commit(it, "9f3c2e1000", "Ravi", "Retry idempotent captures");
	add_commit(it, "41ab0d2000", "Ana", "\033[2J\u202eCap refunds");
	add_file(it, "README.md", 1, 0);
	add_file(it, "db/migrations/7.sql", 2, 0);
	add_file(it, "src/pay/refund.c", 53, 48);
	add_file(it, "src/pay/retry.c", 148, 12);
	add_file(it, "src/\033]0;x\a.c", 1, 1);
	it->is_known = it->is_compared = true;
	it->authors = 2;
	add_change(it, TEST_CHANGE_SKIPPED, "pay retries");
	add_change(it, TEST_CHANGE_ADDED, "pay caps");
	it->comparison.findings_why = xstrdup("nothing was scanned yet");
}

static struct story open_filled(void)
{
	struct story story = story_open("gate.ndjson");

	ships_open(story.view, story.model, NULL);
	assert_true(story.view->ships->is_asked);
	assert_string_equal(story.view->ships->it->environment, "production");
	assert_string_equal(story.view->ships->it->live_version, "v2.13.2");
	fill(story.view->ships->it);
	ships_grew(story.view);
	return story;
}

static void every_size_is_drawn_as_expected(void **state)
{
	static const struct {
		const char *name;
		int rows, cols;
	} sizes[] = {{"ships-20x4", 4, 20},
		     {"ships-60x12", 12, 60},
		     {"ships-80x24", 24, 80},
		     {"ships-120x40", 40, 120}};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(sizes); i++) {
		struct story story = open_filled();
		char *drawn =
			story_draw(&story, sizes[i].rows, sizes[i].cols, ascii);

		golden_compare("layout", sizes[i].name, drawn);
		free(drawn);
		story_close(&story);
	}
}

static void the_header_names_the_environment_that_is_looked_at(void **state)
{
	struct story story = story_open("gate.ndjson");
	struct shipment *it;
	char *drawn;

	(void)state;
	ships_open(story.view, story.model, "staging");
	it = story.view->ships->it;
	free(it->candidate_version);
	it->candidate_version = xstrdup(it->candidate);
	drawn = story_draw(&story, 40, 120, ascii);
	assert_non_null(strstr(drawn, "[ STAGING ]"));
	assert_null(strstr(drawn, "[ PRODUCTION ]"));
	assert_non_null(strstr(drawn, "SHIPS TO STAGING == 9f3c2e1 over"));
	free(drawn);
	story_close(&story);
}

static void no_size_is_left_and_no_key_breaks_it(void **state)
{
	static const int keys[] = {'j',		'k', ' ', 'b', 'l', 'h', 'G',
				   INPUT_ENTER, 'g', 'd', 'r', 'z', '/', 'n'};
	struct story story = open_filled();

	(void)state;
	for (int rows = 1; rows < 50; rows += 3)
		for (int cols = 1; cols < 130; cols += 9) {
			int key = keys[(rows * 7 + cols) % ARRAY_SIZE(keys)];

			view_input(story.view, story.model, key);
			if (!story.view->ships)
				ships_open(story.view, story.model, NULL);
			free(story_draw(&story, rows, cols, ascii));
		}
	assert_int_equal(story.view->outbox_count, 0);
	story_close(&story);
}

/* "D src/", "F retry.c": what the files' rows are, in order. */
static char *file_rows(const struct shipment *it)
{
	struct str out = STR_INIT;

	for (size_t i = 0; i < it->row_count; i++) {
		const struct ship_row *row = &it->rows[i];

		if (row->kind == ROW_FOLDER)
			str_addf(&out, "%d%s ", row->depth,
				 it->folders[row->item].path + row->label);
		if (row->kind == ROW_FILE)
			str_addf(&out, "%d%s ", row->depth,
				 it->files[row->item].path + row->label);
	}
	return str_detach(&out);
}

static void check_rows(struct shipment *it, const char *wanted)
{
	char *got;

	shipment_lay_out(it);
	got = file_rows(it);
	assert_string_equal(got, wanted);
	free(got);
}

static void folders_hold_what_changed_in_them(void **state)
{
	struct shipment *it = shipment_new();

	(void)state;
	add_file(it, "a.c", 1, 0);
	add_file(it, "a/b/c/one.c", 1, 1);
	add_file(it, "a/b/c/two.c", 2, 1);
	add_file(it, "a/b/d.c", 3, 1);
	add_file(it, "b/x.c", 4, 1);
	check_rows(it, "1a.c 1a/b/ 2c/ 3one.c 3two.c 2d.c 1b/ 2x.c ");
	assert_int_equal(it->folders[0].files, 3);
	assert_int_equal(it->folders[0].insertions, 6);
	assert_int_equal(it->insertions, 11);
	it->folders[1].is_folded = true; /* a/b/ */
	check_rows(it, "1a.c 1a/b/ 1b/ 2x.c ");
	shipment_free(it);
}

static void many_files_stand_in_folded_folders(void **state)
{
	struct shipment *it = shipment_new();

	(void)state;
	for (int i = 0; i < 50000; i++) {
		char *path = xasprintf("src/%04d/%05d.c", i / 10, i);

		add_file(it, path, 1, 1);
		free(path);
	}
	shipment_lay_out(it);
	assert_int_equal(it->folders[0].files, 50000);
	check_rows(it, "1src/ ");
	shipment_free(it);
}

static void the_selected_row_stays_while_more_is_found(void **state)
{
	struct shipment *it = shipment_new();
	struct ship_row at = {ROW_FILE, 0, 1, 0};

	(void)state;
	add_file(it, "a/1", 1, 0);
	add_file(it, "a/2", 1, 0);
	shipment_lay_out(it);
	assert_int_equal(it->rows[shipment_row(it, at)].item, 1);
	add_commit(it, "1", "a", "b");
	add_file(it, "a/3", 1, 0);
	shipment_lay_out(it);
	assert_int_equal(it->rows[shipment_row(it, at)].kind, ROW_FILE);
	assert_int_equal(it->rows[shipment_row(it, at)].item, 1);
	it->folders[0].is_folded = true;
	shipment_lay_out(it);
	assert_int_equal(it->rows[shipment_row(it, at)].kind, ROW_FOLDER);
	shipment_free(it);
}

static void press(struct story *story, const char *keys)
{
	for (; *keys; keys++)
		view_input(story->view, story->model, *keys);
}

static void keys_open_fold_and_leave(void **state)
{
	struct story story = open_filled();
	struct ships_view *ships = story.view->ships;

	(void)state;
	story_plan(&story, 24, 80);
	press(&story, "j\r");
	assert_int_equal(ships->want, SHIPS_WANT_COMMIT);
	assert_int_equal(ships->want_item, 0);
	press(&story, "\033");
	assert_ptr_equal(story.view->ships, ships);
	assert_null(ships->page.title);
	press(&story, "lj\r");
	assert_int_equal(ships->want, SHIPS_WANT_DIFF);
	assert_string_equal(ships->page.title, "README.md");
	press(&story, "qh\r");
	assert_true(ships->it->folded[SECTION_FILES]);
	press(&story, "\033");
	assert_null(story.view->ships);
	assert_null(story.view->dialog);
	/* A gate is decided with it in sight. */
	press(&story, "da");
	assert_non_null(story.view->ships);
	assert_non_null(story.view->dialog);
	press(&story, "\033\033");
	assert_null(story.view->ships);
	press(&story, "d3");
	assert_null(story.view->ships);
	assert_int_equal(story.view->focus, PANEL_SECURITY);
	story_close(&story);
}

static void a_page_scrolls_within_its_lines(void **state)
{
	struct story story = open_filled();
	struct ships_page *page = &story.view->ships->page;
	struct str text = STR_INIT;
	char *drawn;

	(void)state;
	story_plan(&story, 24, 80);
	press(&story, "j\r");
	for (int i = 0; i < 100; i++)
		str_addf(&text, "+line %d\033[2J\n", i);
	ships_page_set_owned(page, &text);
	press(&story, "kkG");
	drawn = story_draw(&story, 24, 80, ascii);
	assert_non_null(strstr(drawn, "+line 99^[[2J"));
	assert_non_null(strstr(drawn, "of 100"));
	free(drawn);
	press(&story, "jjjllg");
	assert_int_equal(page->top, 0);
	assert_int_equal(page->sideways, 32);
	press(&story, "hhh");
	assert_int_equal(page->sideways, 0);
	story_close(&story);
}

/* A comment of SQL that is removed looks like the head of a file. */
static void a_line_of_a_change_is_no_head_whatever_it_says(void **state)
{
	static const struct {
		const char *line;
		enum role role;
	} lines[] = {
		{"- in a message", ROLE_NORMAL},
		{"diff --git a/7.sql b/7.sql", ROLE_DIM},
		{"--- a/7.sql", ROLE_DIM},
		{"+++ b/7.sql", ROLE_DIM},
		{"@@ -1,2 +1 @@ begin", ROLE_SGR_CYAN},
		{"--- drop it", ROLE_SGR_RED},
		{" @@ kept", ROLE_NORMAL},
		{"\\ No newline at end of file", ROLE_DIM},
		{"@@ -9 +8,2 @@", ROLE_SGR_CYAN},
		{"-old", ROLE_SGR_RED},
		{"+++ one", ROLE_SGR_GREEN},
		{"+index", ROLE_SGR_GREEN},
		{"diff --git a/x b/x", ROLE_DIM},
		{"@@ -9,3 of something", ROLE_NORMAL},
		{"-none", ROLE_NORMAL},
		{"@@ -18446744073709551616 +1 @@", ROLE_SGR_CYAN},
	};
	struct ships_page page = {.title = xstrdup("x")};
	struct str text = STR_INIT;
	struct grid grid;
	struct area area = {&grid, 0, 0, 20, 60};

	(void)state;
	str_init(&page.text);
	for (size_t i = 0; i < ARRAY_SIZE(lines); i++)
		str_addf(&text, "%s\n", lines[i].line);
	ships_page_set_owned(&page, &text);
	grid_init(&grid, 20, 60, ascii);
	ships_page_draw(&page, &area);
	for (int i = 0; i < (int)ARRAY_SIZE(lines); i++)
		if (grid_at(&grid, i + 1, 1)->role != lines[i].role)
			fail_msg("%s: %d", lines[i].line,
				 (int)grid_at(&grid, i + 1, 1)->role);
	grid_release(&grid);
	ships_page_close(&page);
}

static void the_way_back_names_what_it_does_not_undo(void **state)
{
	static const char line[] =
		"{\"seq\":900,\"time\":\"2026-11-20T14:03:00.000Z\",\"event\":"
		"\"rollback.readiness\",\"environment\":\"production\","
		"\"ready\":true,\"cold\":false,\"text\":\"warm\","
		"\"last-ms\":300,\"migrations\":2}";
	struct story story = story_open("canary.ndjson");
	char text[160];
	char *drawn;

	(void)state;
	story_tell(story.model, line, sizeof(line) - 1);
	assert_int_equal(way_back_text(model_focus(story.model),
				       story.view->now_ms, text, sizeof(text))
				 .role,
			 ROLE_WARNING);
	assert_string_equal(text, "B READY, migrations stay: 2 files");
	drawn = story_draw(&story, 24, 80, ascii);
	assert_non_null(strstr(drawn, "B READY, migrations stay"));
	free(drawn);
	drawn = story_draw(&story, 12, 60, ascii);
	assert_non_null(strstr(drawn, "B READY"));
	free(drawn);
	view_input(story.view, story.model, 'B');
	drawn = story_draw(&story, 24, 80, ascii);
	assert_non_null(strstr(drawn, "carries migrations (2 files)"));
	free(drawn);
	story_close(&story);
}

/* What is behind it is not seen to be clicked at. */
static void the_mouse_reaches_no_panel_behind_it(void **state)
{
	struct story story = open_filled();
	struct view *view = story.view;
	struct pointer at = {0, 0, 1};
	enum panel focus = view->focus;

	(void)state;
	layout_plan(view, story.model, 24, 80);
	at.row = view->plan.panels[PANEL_PIPELINE].top;
	view_pointer(view, story.model, INPUT_CLICK, &at);
	assert_int_equal(view->focus, focus);
	assert_string_equal(view->stage, "");
	view_pointer(view, story.model, INPUT_WHEEL_UP, &at);
	assert_string_equal(view->stage, "");
	story_close(&story);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_size_is_drawn_as_expected),
		cmocka_unit_test(
			the_header_names_the_environment_that_is_looked_at),
		cmocka_unit_test(no_size_is_left_and_no_key_breaks_it),
		cmocka_unit_test(folders_hold_what_changed_in_them),
		cmocka_unit_test(many_files_stand_in_folded_folders),
		cmocka_unit_test(the_selected_row_stays_while_more_is_found),
		cmocka_unit_test(keys_open_fold_and_leave),
		cmocka_unit_test(a_page_scrolls_within_its_lines),
		cmocka_unit_test(
			a_line_of_a_change_is_no_head_whatever_it_says),
		cmocka_unit_test(the_way_back_names_what_it_does_not_undo),
		cmocka_unit_test(the_mouse_reaches_no_panel_behind_it),
	};

	story_setup();
	return cmocka_run_group_tests(tests, NULL, NULL);
}
