/* SPDX-License-Identifier: MIT */
/* The board at its sizes against text in tests/data/layout, and its keys. */
#include "story.h"

#include "base/vector.h"
#include "ui/board.h"
#include "ui/dialog.h"
#include "ui/input.h"

#define NOW 1795218831000 /* 2026-11-21 00:33:51 */
#define HOUR (60 * 60 * (int64_t)1000)

struct stand {
	struct board *board;
	struct board_choice choice;
	struct view *view;
};

static void tell(struct board *board, const char *line)
{
	story_tell(board->model, line, strlen(line));
}

static struct board_environment *
add_environment(struct board *board, const char *name, const char *version)
{
	struct board_environment *it =
		VECTOR_ADD(board->environments, board->count, board->cap);

	it->name = xstrdup(name);
	it->problem = xstrdup("");
	it->version = xstrdup(version);
	it->person = xstrdup("");
	it->ahead = it->lost = -1;
	return it;
}

static struct history_run *add_run(struct board *board, int64_t number,
				   enum state state, int64_t ms)
{
	struct history *runs = &board->runs;
	struct history_run *run =
		VECTOR_ADD(runs->runs, runs->count, runs->cap);

	run->run = number;
	run->state = state;
	run->started = NOW - (500 - number) * HOUR;
	run->finished = ms ? run->started + ms : 0;
	run->pipeline = xstrdup("shop");
	run->version = xasprintf("v2.13.%d", (int)number - 440);
	run->commit = xstrdup("9f3c2e1aa");
	run->subject = xstrdup("Retry idempotent \033[31mcaptures");
	run->person = xstrdup(number % 3 ? "ana" : "ravi");
	run->gate = xstrdup("");
	return run;
}

static void add_stage(struct history_run *run, const char *name,
		      enum state state, int64_t ms)
{
	struct history_stage *stage =
		VECTOR_ADD(run->stages, run->stage_count, run->stage_cap);

	stage->name = xstrdup(name);
	stage->state = state;
	stage->ms = ms;
}

static void add_failed(struct history_run *run, const char *stage,
		       const char *name)
{
	struct history_test *test =
		VECTOR_ADD(run->failed, run->failed_count, run->failed_cap);

	test->stage = xstrdup(stage);
	test->name = xstrdup(name);
}

static void add_environments(struct board *board)
{
	struct board_environment *it =
		add_environment(board, "production", "v2.13.39");

	free(it->person);
	it->person = xstrdup("ana");
	it->ahead = 6;
	it->lost = 0;
	it->run = 479;
	tell(board, "{\"seq\":1,\"time\":\"2026-11-20T14:00:00Z\",\"event\":"
		    "\"environment.seen\",\"environment\":\"production\","
		    "\"live\":{\"colour\":\"green\",\"version\":\"v2.13.39\","
		    "\"commit\":\"9f3c2e1aa\",\"since\":"
		    "\"2026-11-20T14:02:00Z\"}}");
	tell(board, "{\"seq\":1,\"time\":\"2026-11-20T14:00:00Z\",\"event\":"
		    "\"rollback.readiness\",\"environment\":\"production\","
		    "\"ready\":true,\"colour\":\"blue\",\"version\":"
		    "\"v2.13.38\",\"text\":\"v2.13.38 on blue is warm\","
		    "\"last-ms\":300,\"last-time\":\"2026-11-18T00:00:00Z\","
		    "\"drill\":true}");
	it = add_environment(board, "staging", "v2.13.40");
	it->ahead = it->lost = 0;
	strings_add(&it->notes, "! it does not run; signalbox up staging "
				"starts it");
	strings_add(&it->notes, "locked by lee since 14:02: the fair");
	tell(board, "{\"seq\":1,\"time\":\"2026-11-20T14:00:00Z\",\"event\":"
		    "\"environment.seen\",\"environment\":\"staging\","
		    "\"live\":{\"colour\":\"blue\",\"version\":\"v2.13.40\","
		    "\"commit\":\"41ab0d2aa\",\"since\":"
		    "\"2025-01-20T14:02:00Z\"}}");
	tell(board, "{\"seq\":1,\"time\":\"2026-11-20T14:00:00Z\",\"event\":"
		    "\"rollback.readiness\",\"environment\":\"staging\","
		    "\"ready\":false,\"text\":\"nothing to go back to\"}");
	it = add_environment(board, "old", "");
	free(it->problem);
	it->problem = xstrdup("its record cannot be read");
}

static int set_up(void **state)
{
	struct stand *stand = xcalloc(1, sizeof(*stand));
	struct board *board = board_new();
	struct history_run *run;

	board->is_read = true;
	free(board->name);
	board->name = xstrdup("checkout");
	free(board->branch);
	board->branch = xstrdup("main");
	free(board->commit);
	board->commit = xstrdup("9f3c2e1aab");
	add_environments(board);
	add_run(board, 484, STATE_RUNNING, 0)->live = true;
	run = add_run(board, 483, STATE_RUNNING, 0);
	free(run->gate);
	run->gate = xstrdup("production");
	add_run(board, 482, STATE_RUNNING, 0);
	add_run(board, 481, STATE_ROLLED_BACK, 571000);
	for (int i = 480; i > 440; i--) {
		run = add_run(board, i,
			      i % 5 == 0 ? STATE_FAILED : STATE_PASSED,
			      560000 + i % 7 * 1000);
		add_stage(run, "unit", STATE_PASSED, 120000 + i * 100);
		add_stage(run, "integ", run->state, 110000);
		run->stages[1].has_tests = true;
		if (run->state == STATE_FAILED)
			add_failed(run, "integ", "db failover reconnects");
	}
	stand->board = board;
	stand->view = view_new();
	stand->view->now_ms = NOW;
	stand->view->board = board;
	stand->view->choice = &stand->choice;
	*state = stand;
	return 0;
}

static int tear_down(void **state)
{
	struct stand *stand = *state;

	view_free(stand->view);
	board_free(stand->board);
	free(stand->choice.environment);
	free(stand);
	return 0;
}

static char *draw(struct stand *stand, int rows, int cols,
		  struct charset charset)
{
	struct story story = {stand->board->model, stand->view, NULL};

	return story_draw(&story, rows, cols, charset);
}

static void keys(struct stand *stand, const char *text)
{
	for (; *text; text++)
		view_input(stand->view, stand->board->model,
			   *text == '\r'   ? INPUT_ENTER
			   : *text == '\t' ? INPUT_TAB
					   : *text);
}

static const struct charset ascii = {false, false};
static const struct charset unicode = {true, true};

static void every_form_is_drawn_as_expected(void **state)
{
	static const struct {
		const char *name, *keys;
		int rows, cols;
		const struct charset *charset;
	} cases[] = {
		{"board-20x4", "", 4, 20, &ascii},
		{"board-60x12", "", 12, 60, &ascii},
		{"board-80x24", "", 24, 80, &ascii},
		{"board-80x24-environments", "1j", 24, 80, &unicode},
		{"board-120x40", "G", 40, 120, &unicode},
		{"board-200x60", "jjjj", 60, 200, &ascii},
	};

	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		char *drawn;

		keys(*state, cases[i].keys);
		drawn = draw(*state, cases[i].rows, cases[i].cols,
			     *cases[i].charset);
		golden_compare("layout", cases[i].name, drawn);
		free(drawn);
		keys(*state, "2g");
	}
}

static void every_size_is_drawn_within_its_edges(void **state)
{
	struct stand *stand = *state;

	for (int rows = 1; rows < 64; rows++) {
		for (int cols = 1; cols < 210; cols += 7) {
			keys(stand, cols % 2 ? "\t" : "j");
			free(draw(stand, rows, cols, unicode));
		}
	}
}

static void an_empty_board_says_so_and_is_no_trouble(void **state)
{
	struct stand *stand = *state;
	struct board *empty = board_new();
	char *drawn;

	stand->view->board = empty;
	for (int rows = 1; rows < 40; rows++)
		for (int cols = 1; cols < 130; cols += 9)
			free(draw(stand, rows, cols, ascii));
	drawn = draw(stand, 24, 80, ascii);
	assert_non_null(strstr(drawn, "reading"));
	free(drawn);
	empty->is_read = true;
	keys(stand, "jkgG\tjkgG\r");
	assert_int_equal(stand->view->wish, WISH_NONE);
	keys(stand, "r");
	stand->view->wish = WISH_NONE;
	keys(stand, "j"); /* the complaint goes with the next key */
	drawn = draw(stand, 24, 80, ascii);
	assert_non_null(strstr(drawn, "no run yet; signalbox run starts one"));
	assert_non_null(strstr(drawn, "nothing was deployed yet"));
	free(drawn);
	for (int64_t run = 9; run > 3; run--)
		*VECTOR_ADD(empty->runs.unread, empty->runs.unread_count,
			    empty->runs.unread_cap) = run;
	drawn = draw(stand, 24, 80, ascii);
	assert_non_null(
		strstr(drawn, "cannot be read: #9 #8 #7 #6 and 2 more"));
	assert_non_null(strstr(drawn, "signalbox verify tells why no run can"));
	free(drawn);
	stand->view->board = stand->board;
	board_free(empty);
}

/* The choice is of a run, not of a row. */
static void a_new_run_moves_no_choice(void **state)
{
	struct stand *stand = *state;
	struct history *runs = &stand->board->runs;
	struct history_run first;

	assert_int_equal(board_run(stand->view)->run, 484);
	keys(stand, "jj");
	assert_int_equal(board_run(stand->view)->run, 482);
	first = runs->runs[0];
	memmove(runs->runs, runs->runs + 1,
		--runs->count * sizeof(*runs->runs));
	assert_int_equal(board_run(stand->view)->run, 482);
	keys(stand, "g"); /* the newest, whichever that is */
	assert_int_equal(board_run(stand->view)->run, 483);
	history_run_release(&first);
}

static void enter_opens_what_is_chosen(void **state)
{
	struct stand *stand = *state;

	keys(stand, "jjj\r");
	assert_int_equal(stand->view->wish, WISH_OPEN);
	assert_int_equal(stand->choice.opened, 481);
	stand->view->wish = WISH_NONE;
	keys(stand, "1\r");
	assert_int_equal(stand->view->wish, WISH_OPEN);
	assert_int_equal(stand->choice.opened, 479);
	stand->view->wish = WISH_NONE;
	keys(stand, "G\r"); /* "old" */
	assert_int_equal(stand->view->wish, WISH_NONE);
}

static void rolling_back_is_of_the_chosen_environment(void **state)
{
	struct stand *stand = *state;
	struct view *view = stand->view;
	char *drawn;

	keys(stand, "B");
	assert_non_null(view->dialog);
	drawn = draw(stand, 24, 80, ascii);
	assert_non_null(strstr(drawn, "ROLL BACK PRODUCTION"));
	assert_non_null(strstr(drawn, "v2.13.38 on blue is warm"));
	free(drawn);
	keys(stand, "\r");
	assert_null(view->dialog);
	assert_int_equal(view->outbox_count, 1);
	assert_int_equal(view->outbox[0].kind, COMMAND_ROLLBACK);
	assert_string_equal(view->outbox[0].environment, "production");
	assert_int_equal(view->outbox[0].seq, 1);
	keys(stand, "1jB");
	assert_null(view->dialog);
	assert_string_equal(view->toast, "B is off: nothing to go back to");
}

static void a_click_chooses_and_never_opens(void **state)
{
	struct stand *stand = *state;
	struct pointer at = {0, 0, 2};

	view_pointer(stand->view, stand->board->model, INPUT_CLICK, &at);
	assert_string_equal(board_environment(stand->view)->name, "staging");
	assert_true(stand->choice.in_environments);
	at.target = BOARD_RUNS + 3;
	view_pointer(stand->view, stand->board->model, INPUT_CLICK, &at);
	assert_false(stand->choice.in_environments);
	assert_int_equal(board_run(stand->view)->run, 481);
	view_pointer(stand->view, stand->board->model, INPUT_WHEEL_UP, &at);
	assert_int_equal(board_run(stand->view)->run, 482);
	at.target = BOARD_RUNS + 44;
	view_pointer(stand->view, stand->board->model, INPUT_CLICK, &at);
	assert_int_equal(board_run(stand->view)->run, 482);
	assert_int_equal(stand->view->wish, WISH_NONE);
}

static void other_changes_are_off(void **state)
{
	static const char all[] = "axsHPX";
	struct stand *stand = *state;

	for (const char *key = all; *key; key++) {
		char one[] = {*key, '\0'};

		keys(stand, one);
		assert_null(stand->view->dialog);
		assert_non_null(strstr(stand->view->toast, " is off: "));
	}
	assert_int_equal(stand->view->outbox_count, 0);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(every_form_is_drawn_as_expected),
		TEST(every_size_is_drawn_within_its_edges),
		TEST(an_empty_board_says_so_and_is_no_trouble),
		TEST(a_new_run_moves_no_choice),
		TEST(enter_opens_what_is_chosen),
		TEST(rolling_back_is_of_the_chosen_environment),
		TEST(a_click_chooses_and_never_opens),
		TEST(other_changes_are_off),
	};

	setlocale(LC_CTYPE, "C.UTF-8");
	setenv("TZ", "UTC", 1);
	tzset();
	return cmocka_run_group_tests(tests, NULL, NULL);
}
