/* SPDX-License-Identifier: MIT */
/* What is said of what a person can do, and what their keys bring. */
#include "story.h"

#include "ui/dialog.h"
#include "ui/input.h"
#include "ui/spoken.h"
#include "ui/table.h"

static const struct charset ascii = {false, false};

static void tell(struct story *story, const char *type, const char *rest)
{
	char *line = xasprintf("{\"seq\":%lld,\"time\":"
			       "\"2026-11-20T14:02:55.000Z\",\"event\":\"%s\","
			       "%s}",
			       (long long)story->model->seq + 1, type, rest);

	story_tell(story->model, line, strlen(line));
	free(line);
}

static void assert_drawn(struct story *story, int rows, int cols,
			 const char *wanted)
{
	char *drawn = story_draw(story, rows, cols, ascii);

	if (!strstr(drawn, wanted))
		fail_msg("no %s at %dx%d:\n%s", wanted, cols, rows, drawn);
	free(drawn);
}

/* What the engine would refuse, though nothing at the gate needs that stage. */
static void what_failed_since_a_gate_opened_keeps_it_shut(void **state)
{
	static const int sizes[][2] = {
		{12, 60}, {24, 80}, {40, 120}, {60, 200}};
	struct story story = story_open("gate.ndjson");

	(void)state;
	tell(&story, "stage.finished",
	     "\"stage\":\"bad\",\"outcome\":\"failed\","
	     "\"reason\":\"exit status 1\"");
	for (size_t i = 0; i < ARRAY_SIZE(sizes); i++)
		assert_drawn(&story, sizes[i][0], sizes[i][1],
			     "a is off: bad failed");
	view_input(story.view, story.model, 'a');
	assert_null(story.view->dialog);
	assert_string_equal(story.view->toast, "a is off: bad failed");
	view_input(story.view, story.model, 'x');
	assert_non_null(story.view->dialog);
	story_close(&story);
}

static void assert_needs_you(struct story *story, const char *what)
{
	static const int sizes[][2] = {
		{12, 60}, {24, 80}, {40, 120}, {60, 200}};

	for (size_t i = 0; i < ARRAY_SIZE(sizes); i++) {
		assert_drawn(story, sizes[i][0], sizes[i][1], "? 1 needs you");
		if (i)
			assert_drawn(story, sizes[i][0], sizes[i][1], what);
	}
	assert_drawn(story, 3, 30, "? * ");
}

static void what_is_vetoed_says_by_whom_and_what_passes(void **state)
{
	struct story story = story_open("gate.ndjson");
	static const char veto[] = "v2 was rolled back by lee at 14:16: slow";

	(void)state;
	tell(&story, "gate.opened",
	     "\"stage\":\"production\",\"environment\":\"production\","
	     "\"required\":1,\"veto\":\"v2 was rolled back by lee at 14:16: "
	     "slow\",\"eligible\":[{\"person\":\"ana\",\"can\":true}],"
	     "\"checks\":[{\"name\":\"veto\",\"outcome\":\"rejected\"}]");
	view_input(story.view, story.model, 'a');
	assert_null(story.view->dialog);
	assert_string_equal(story.view->toast,
			    "a is off: vetoed: only an override passes");
	view_input(story.view, story.model, 'x');
	assert_non_null(story.view->dialog);
	view_input(story.view, story.model, INPUT_ESCAPE);
	assert_drawn(&story, 24, 80, veto);
	assert_drawn(&story, 24, 80, "off: vetoed: only an override passes");
	assert_drawn(&story, 40, 120, "VETO  v2 was rolled back by lee at");
	view_select(story.view, "production");
	assert_drawn(&story, 40, 120, "override 481 --reason TEXT");
	story_close(&story);
}

static void a_plan_that_waits_for_a_person_needs_you(void **state)
{
	struct story story = story_open("canary.ndjson");
	char *drawn = story_draw(&story, 24, 80, ascii);

	(void)state;
	assert_null(strstr(drawn, "needs you"));
	free(drawn);
	tell(&story, "command.received",
	     "\"command\":\"shift\",\"target\":\"production\"");
	assert_needs_you(&story, "5 ? HELD production -- waiting 0:14 ");
	tell(&story, "command.received",
	     "\"command\":\"unhold\",\"target\":\"production\"");
	drawn = story_draw(&story, 24, 80, ascii);
	assert_null(strstr(drawn, "needs you"));
	free(drawn);
	tell(&story, "step.finished",
	     "\"stage\":\"production\",\"step\":\"pause-2\",\"kind\":\"pause\","
	     "\"outcome\":\"passed\"");
	tell(&story, "step.started",
	     "\"stage\":\"production\",\"step\":\"pause-3\",\"kind\":\"pause\","
	     "\"label\":\"wait until promoted\"");
	assert_needs_you(&story, "5 ? PAUSE production -- waiting 0:00 ");
	assert_drawn(&story, 24, 80, "P promotes it");
	tell(&story, "stage.finished",
	     "\"stage\":\"production\",\"outcome\":\"passed\"");
	drawn = story_draw(&story, 24, 80, ascii);
	assert_null(strstr(drawn, "needs you"));
	free(drawn);
	story_close(&story);
}

static void assert_fact(const struct story *story, size_t i, const char *text)
{
	const struct dialog *dialog = story->view->dialog;

	assert_non_null(dialog);
	assert_true(i < dialog->fact_count);
	assert_string_equal(dialog->facts[i].text, text);
}

static bool has_fact(const struct story *story, const char *text)
{
	const struct dialog *dialog = story->view->dialog;

	assert_non_null(dialog);
	for (size_t i = 0; i < dialog->fact_count; i++)
		if (strcmp(dialog->facts[i].text, text) == 0)
			return true;
	return false;
}

static void
who_approves_is_told_what_is_destroyed_and_what_is_hidden(void **state)
{
	struct story story = story_open("gate.ndjson");

	(void)state;
	tell(&story, "report.read",
	     "\"stage\":\"unit\",\"path\":\"p\",\"kind\":\"changes\","
	     "\"adds\":0,\"changes\":0,\"destroys\":1,"
	     "\"replacements\":1,\"ok\":true");
	tell(&story, "finding.found",
	     "\"stage\":\"scan\",\"id\":\"CVE-1\",\"title\":\"t\","
	     "\"severity\":\"critical\",\"package\":\"openssl\","
	     "\"suppressed\":true,\"exception\":\"not reachable\"");
	tell(&story, "report.read",
	     "\"stage\":\"scan\",\"path\":\"p\",\"kind\":\"findings\","
	     "\"suppressed\":3,\"ok\":true");
	view_input(story.view, story.model, 'a');
	assert_true(
		has_fact(&story, "plan   unit: 1 to DESTROY, 1 to REPLACE"));
	assert_true(has_fact(&story, "except scan: critical CVE-1 in openssl "
				     "under: not reachable"));
	assert_true(has_fact(&story, "except scan: 3 more findings, excepted "
				     "or suppressed"));
	story_close(&story);
}

static void tests_that_all_passed_are_in_their_table(void **state)
{
	struct story story = story_open(NULL);

	(void)state;
	tell(&story, "run.started",
	     "\"run\":1,\"stages\":[{\"name\":\"unit\",\"kind\":\"run\","
	     "\"needs\":[]}]");
	tell(&story, "stage.started", "\"stage\":\"unit\"");
	tell(&story, "report.read",
	     "\"stage\":\"unit\",\"path\":\"p\",\"kind\":\"tests\","
	     "\"total\":4,\"passed\":4,\"ok\":true");
	assert_drawn(&story, 60, 200, "none failed; T lists them all");
	story_close(&story);
}

static void a_finding_tells_which_exception_does_not_hold(void **state)
{
	struct story story = story_open(NULL);

	(void)state;
	tell(&story, "finding.found",
	     "\"stage\":\"scan\",\"id\":\"CVE-1\",\"title\":\"t\","
	     "\"severity\":\"high\",\"lapsed\":\"let:4: the exception for "
	     "CVE-1 has ended\"");
	dialog_open(story.view, story.model, &finding_dialog);
	assert_true(
		has_fact(&story, "let:4: the exception for CVE-1 has ended"));
	assert_false(has_fact(&story, "no exception covers it; W drafts one"));
	story_close(&story);
}

static void a_file_without_a_line_is_said_without_one(void **state)
{
	struct story story = story_open(NULL);
	struct strings lines = STRINGS_INIT;

	(void)state;
	tell(&story, "finding.found",
	     "\"stage\":\"scan\",\"id\":\"DS-1\",\"title\":\"t\","
	     "\"severity\":\"high\",\"path\":\"Dockerfile\"");
	spoken_findings(story.model, &lines);
	assert_string_equal(lines.items[0], "HIGH DS-1 in Dockerfile: t");
	strings_release(&lines);
	story_close(&story);
}

static void the_scans_that_fail_are_seen_whatever_their_number(void **state)
{
	struct story story = story_open(NULL);

	(void)state;
	for (int i = 0; i < 30; i++) {
		char *text = xasprintf("\"stage\":\"s%d\",\"kind\":"
				       "\"findings\",\"low\":1,\"ok\":true",
				       i);

		tell(&story, "report.read", text);
		free(text);
	}
	tell(&story, "report.read",
	     "\"stage\":\"zbad\",\"kind\":\"findings\",\"unknown\":7,"
	     "\"ok\":false,\"reason\":\"7 unknown\"");
	assert_drawn(&story, 60, 200, "   unkn ");
	assert_drawn(&story, 60, 200, " zbad              0      0      7 ");
	assert_drawn(&story, 60, 200, " more scans");
	tell(&story, "report.read",
	     "\"stage\":\"html\",\"kind\":\"findings\",\"fresh\":false,"
	     "\"ok\":false,\"reason\":\"a web page\"");
	assert_drawn(&story, 60, 200, " html          unread");
	assert_drawn(&story, 24, 80, "UNREAD 1  crit 0");
	tell(&story, "report.read",
	     "\"stage\":\"right\",\"kind\":\"tests\",\"passed\":1,"
	     "\"fresh\":true,\"ok\":true");
	tell(&story, "test.finished",
	     "\"stage\":\"right\",\"outcome\":\"skipped\",\"name\":"
	     "\"words_of_an_entry_that_has_a_very_long_name_to_be_told_of_"
	     "here[entry3]\",\"newly-skipped\":true");
	assert_drawn(&story, 60, 200, "[entry3]");
	assert_drawn(&story, 60, 200, "newly skipped");
	tell(&story, "report.read",
	     "\"stage\":\"wrong\",\"kind\":\"tests\",\"fresh\":false,"
	     "\"ok\":false,\"reason\":\"findings\"");
	assert_drawn(&story, 60, 200, " unread    ");
	table_open(story.view, story.model, TABLE_TESTS, NULL);
	table_load(story.view);
	assert_drawn(&story, 24, 80, "wrong: a report could not be read");
	story_close(&story);
}

/* As the run's end names it; a later failure does not take it away. */
static void the_first_that_failed_is_shown(void **state)
{
	struct story story = story_open(NULL);

	(void)state;
	tell(&story, "run.started",
	     "\"run\":1,\"stages\":[{\"name\":\"s1\"},{\"name\":\"s2\"},"
	     "{\"name\":\"s3\"}]");
	for (int i = 1; i <= 3; i++) {
		char *stage = xasprintf("\"stage\":\"s%d\",\"outcome\":"
					"\"%s\",\"attempt\":1",
					i, i == 1 ? "passed" : "failed");

		tell(&story, "stage.started", stage);
		tell(&story, "stage.finished", stage);
		free(stage);
	}
	view_update(story.view, story.model);
	assert_string_equal(view_stage(story.view, story.model)->name, "s2");
	story_close(&story);
}

static void findings_have_the_room_of_traffic_that_is_not(void **state)
{
	struct story story = story_open(NULL);

	(void)state;
	tell(&story, "finding.found",
	     "\"stage\":\"scan\",\"id\":\"CVE-2026-1187\","
	     "\"title\":\"Use after free in the parser\","
	     "\"severity\":\"high\",\"package\":\"libxml2\","
	     "\"installed\":\"2.9.14\",\"fixed\":\"2.9.15\"");
	tell(&story, "report.read",
	     "\"stage\":\"scan\",\"kind\":\"findings\",\"high\":1,"
	     "\"ok\":true");
	assert_drawn(&story, 40, 120, "libxml2 fix 2.9.15 Use after");
	assert_drawn(&story, 12, 60, "3 SECURITY");
	story_close(&story);
}

static void a_run_drills_nothing_and_tells_how_the_last_one_went(void **state)
{
	struct story story = story_open("canary.ndjson");
	const struct environment_model *it = model_focus(story.model);
	char text[WAY_BACK_SIZE];

	(void)state;
	view_input(story.view, story.model, 'D');
	assert_string_equal(
		story.view->toast,
		"D is off: only the board drills: signalbox, without a run");
	assert_drawn(&story, 40, 120, "way back    last 0.3 s, drill, 3 d ago");
	assert_drawn(&story, 60, 200, "| way back last 0.3 s, drill, 3 d ago");
	tell(&story, "rollback.readiness",
	     "\"environment\":\"production\",\"ready\":false,\"cold\":true,"
	     "\"version\":\"v1\",\"text\":\"v1 was warm\","
	     "\"unknown-since\":\"2026-11-20T14:02:43.500Z\"");
	story.view->now_ms = story.model->newest_ms;
	assert_drawn(&story, 40, 120, "B NOT KNOWN for ");
	view_input(story.view, story.model, 'B');
	assert_non_null(story.view->dialog);
	view_input(story.view, story.model, INPUT_ESCAPE);
	tell(&story, "drill.started", "\"environment\":\"production\"");
	assert_drawn(&story, 24, 80, "DRILL");
	tell(&story, "drill.finished",
	     "\"environment\":\"production\",\"outcome\":\"failed\"");
	assert_int_equal(it->way_back.last_ms, 300);
	tell(&story, "drill.finished",
	     "\"environment\":\"production\",\"outcome\":\"passed\","
	     "\"ms\":12");
	assert_false(it->drilling);
	assert_string_equal(
		way_back_last(it, story.model->newest_ms + 3600000, text),
		"12 ms, drill, 1 h ago");
	story_close(&story);
}

/* What is checked, run or asked for is never left out, and of a rolling plan
 * no share is. */
static void a_promotion_lists_what_it_leaves_out(void **state)
{
	struct story story = story_open(NULL);
	struct str why = STR_INIT;

	(void)state;
	tell(&story, "run.started",
	     "\"run\":3,\"pipeline\":\"shop\",\"stages\":[{\"name\":"
	     "\"production\",\"kind\":\"deploy\",\"environment\":"
	     "\"production\"}]");
	tell(&story, "stage.started", "\"stage\":\"production\"");
	tell(&story, "deploy.planned",
	     "\"stage\":\"production\",\"environment\":\"production\","
	     "\"colour\":\"green\",\"candidate\":{\"version\":\"v2\"},"
	     "\"steps\":[{\"step\":\"a\",\"kind\":\"weight\",\"weight\":5,"
	     "\"label\":\"5 %\"},{\"step\":\"b\",\"kind\":\"run\",\"label\":"
	     "\"run\"},{\"step\":\"c\",\"kind\":\"bake\",\"label\":\"bake\","
	     "\"ms\":60000}]");
	tell(&story, "target.healthy",
	     "\"environment\":\"production\",\"colour\":\"green\"");
	tell(&story, "step.started", "\"stage\":\"production\",\"step\":\"a\"");
	view_input(story.view, story.model, 'P');
	assert_fact(&story, 1, "it goes to all of it now; skipped:");
	assert_fact(&story, 2, "  bake");
	view_input(story.view, story.model, 'j');
	assert_fact(&story, 1, "no pause, analysis or bake is under way");
	view_input(story.view, story.model, INPUT_ENTER);
	assert_string_equal(story.view->dialog->complaint,
			    "there is nothing to leave");
	assert_int_equal(story.view->outbox_count, 0);
	view_input(story.view, story.model, INPUT_ESCAPE);
	assert_string_equal(
		view_off(story.view, story.model, ACTION_NEXT, &why),
		"no pause, analysis or bake of its plan is under way");
	str_release(&why);
	story_close(&story);
}

#define RUN_2 \
	"\"candidate\":{\"colour\":\"green\",\"version\":\"v2\",\"run\":2}"
#define SAMPLE(colour, asked)                                 \
	"\"environment\":\"production\",\"colour\":\"" colour \
	"\",\"asked\":" asked ",\"share\":" asked ",\"rate\":9,\"up\":true"

static void what_another_run_deploys_is_told_as_its(void **state)
{
	struct story story = story_open(NULL);
	const struct dialog *dialog;

	(void)state;
	tell(&story, "run.started",
	     "\"run\":3,\"pipeline\":\"shop\",\"stages\":[{\"name\":"
	     "\"production\",\"kind\":\"deploy\",\"environment\":"
	     "\"production\"}]");
	tell(&story, "environment.seen",
	     "\"environment\":\"production\",\"live\":{\"colour\":\"blue\","
	     "\"version\":\"v1\",\"run\":1}," RUN_2);
	tell(&story, "rollback.readiness",
	     "\"environment\":\"production\",\"ready\":true,\"colour\":"
	     "\"blue\",\"version\":\"v1\",\"text\":\"v1 is warm\"");
	tell(&story, "traffic.sampled", SAMPLE("blue", "75"));
	tell(&story, "traffic.sampled", SAMPLE("green", "25"));
	story.view->now_ms = story.model->newest_ms;
	assert_drawn(&story, 24, 80, "4 TRAFFIC run 2 has 25 %");
	assert_drawn(&story, 40, 120, "BLUE v1        GREEN v2");
	assert_drawn(&story, 40, 120, "live       candidate");
	view_input(story.view, story.model, 's');
	assert_string_equal(story.view->toast,
			    "s is off: run 2 deploys there, not this one");
	view_input(story.view, story.model, 'B');
	dialog = story.view->dialog;
	assert_non_null(dialog);
	assert_non_null(strstr(dialog->facts[0].text, "GREEN v2"));
	assert_non_null(strstr(dialog->facts[0].text, " 25 ->   0 %"));
	assert_non_null(strstr(dialog->facts[1].text, "BLUE  v1"));
	assert_non_null(strstr(dialog->facts[1].text, " 75 -> 100 %"));
	assert_string_equal(dialog->facts[4].text,
			    "the deployment of run #2 ends with it");
	tell(&story, "deploy.finished",
	     "\"environment\":\"production\",\"live\":{\"colour\":\"green\","
	     "\"version\":\"v2\",\"run\":2}");
	view_input(story.view, story.model, INPUT_ESCAPE);
	assert_drawn(&story, 24, 80, "4 TRAFFIC production");
	story_close(&story);
}

/* A check that failed once is no reason to leave a key off for good. */
static void a_candidate_that_is_up_again_can_be_shifted(void **state)
{
	struct story story = story_open("canary.ndjson");

	(void)state;
	tell(&story, "traffic.sampled",
	     "\"environment\":\"production\",\"colour\":\"green\","
	     "\"asked\":25,\"up\":false");
	view_input(story.view, story.model, 's');
	assert_null(story.view->dialog);
	assert_string_equal(story.view->toast,
			    "s is off: green is not healthy");
	tell(&story, "traffic.sampled", SAMPLE("green", "25"));
	view_input(story.view, story.model, 's');
	assert_non_null(story.view->dialog);
	story_close(&story);
}

static void a_share_by_hand_is_refused_before_its_dialog(void **state)
{
	struct story story = story_open("canary.ndjson");

	(void)state;
	tell(&story, "traffic.sampled", SAMPLE("green", "25"));
	view_input(story.view, story.model, 's');
	assert_non_null(story.view->dialog);
	view_input(story.view, story.model, INPUT_ESCAPE);
	assert_null(story.view->dialog);
	tell(&story, "step.finished",
	     "\"stage\":\"production\",\"step\":\"pause-2\",\"kind\":"
	     "\"pause\",\"outcome\":\"passed\"");
	tell(&story, "step.started",
	     "\"stage\":\"production\",\"step\":\"check-9\",\"kind\":"
	     "\"check\",\"label\":\"check it\"");
	view_input(story.view, story.model, 's');
	assert_null(story.view->dialog);
	assert_string_equal(story.view->toast,
			    "s is off: check-9 is under way; its plan takes a "
			    "share at a pause");
	story_close(&story);
}

/* A release that was left still runs where the one before would start. */
static void
what_runs_is_named_and_so_is_what_a_way_back_would_start(void **state)
{
	struct story story = story_open(NULL);
	const struct dialog *dialog;

	(void)state;
	tell(&story, "run.started", "\"run\":3,\"pipeline\":\"shop\"");
	tell(&story, "environment.seen",
	     "\"environment\":\"production\",\"live\":{\"colour\":\"blue\","
	     "\"version\":\"v2\"},\"previous\":{\"colour\":\"green\","
	     "\"version\":\"v1\"},\"running\":[{\"colour\":\"green\","
	     "\"version\":\"v3\"}],\"lock\":{\"person\":\"ana\","
	     "\"reason\":\"audit\"}");
	tell(&story, "rollback.readiness",
	     "\"environment\":\"production\",\"ready\":false,\"cold\":true,"
	     "\"colour\":\"green\",\"version\":\"v1\",\"text\":"
	     "\"green runs v3; v1 would start first\"");
	tell(&story, "traffic.sampled", SAMPLE("blue", "100"));
	tell(&story, "traffic.sampled", SAMPLE("green", "0"));
	assert_drawn(&story, 40, 120, "BLUE v2        GREEN v3");
	assert_drawn(&story, 40, 120, "live              up");
	assert_drawn(&story, 40, 120, "LOCKED by ana: audit");
	view_input(story.view, story.model, 'B');
	dialog = story.view->dialog;
	assert_non_null(dialog);
	assert_non_null(strstr(dialog->facts[0].text, " err "));
	assert_non_null(strstr(dialog->facts[1].text, "GREEN v1 "));
	assert_null(strstr(dialog->facts[1].text, " err "));
	story_close(&story);
}

/* 3 bytes each, and no space to cut at. */
static void a_long_title_is_cut_between_characters(void **state)
{
	struct story story = story_open("gate.ndjson");
	struct str title = STR_INIT;

	(void)state;
	for (int i = 0; i < 60; i++)
		str_add(&title, "\xe6\xbc\x8f");
	free(story.model->findings[0].title);
	story.model->findings[0].title = str_detach(&title);
	dialog_open(story.view, story.model, &finding_dialog);
	assert_int_equal(strlen(story.view->dialog->facts[0].text) % 3, 0);
	assert_int_equal(strlen(story.view->dialog->facts[1].text) % 3, 0);
	story_close(&story);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_failed_since_a_gate_opened_keeps_it_shut),
		cmocka_unit_test(a_plan_that_waits_for_a_person_needs_you),
		cmocka_unit_test(the_first_that_failed_is_shown),
		cmocka_unit_test(findings_have_the_room_of_traffic_that_is_not),
		cmocka_unit_test(
			the_scans_that_fail_are_seen_whatever_their_number),
		cmocka_unit_test(tests_that_all_passed_are_in_their_table),
		cmocka_unit_test(a_finding_tells_which_exception_does_not_hold),
		cmocka_unit_test(a_file_without_a_line_is_said_without_one),
		cmocka_unit_test(
			who_approves_is_told_what_is_destroyed_and_what_is_hidden),
		cmocka_unit_test(
			a_run_drills_nothing_and_tells_how_the_last_one_went),
		cmocka_unit_test(what_is_vetoed_says_by_whom_and_what_passes),
		cmocka_unit_test(a_promotion_lists_what_it_leaves_out),
		cmocka_unit_test(what_another_run_deploys_is_told_as_its),
		cmocka_unit_test(a_candidate_that_is_up_again_can_be_shifted),
		cmocka_unit_test(a_share_by_hand_is_refused_before_its_dialog),
		cmocka_unit_test(
			what_runs_is_named_and_so_is_what_a_way_back_would_start),
		cmocka_unit_test(a_long_title_is_cut_between_characters),
	};

	story_setup();
	return cmocka_run_group_tests(tests, NULL, NULL);
}
