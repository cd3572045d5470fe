/* SPDX-License-Identifier: MIT */
#include "support/cmocka.h"

#include <math.h>
#include <stdio.h>

#include "base/memory.h"
#include "model/model.h"

static int64_t next_seq;

static int setup(void **state)
{
	next_seq = 0;
	*state = model_new();
	return 0;
}

static int teardown(void **state)
{
	model_free(*state);
	return 0;
}

static struct event *parsed(const char *type, const char *rest)
{
	struct error err = ERROR_INIT;
	struct str line = STR_INIT;
	struct event *event;

	next_seq++;
	str_addf(&line,
		 "{\"seq\":%d,\"time\":\"2026-11-20T14:00:%02d.000Z\","
		 "\"event\":\"%s\"%s%s}",
		 (int)next_seq, (int)next_seq % 60, type, *rest ? "," : "",
		 rest);
	event = event_decode(line.data, line.len, &err);
	if (!event)
		fail_msg("%s: %s", line.data, error_text(&err));
	str_release(&line);
	return event;
}

static void apply(struct model *model, const char *type, const char *rest)
{
	struct event *event = parsed(type, rest);

	model_apply(model, event);
	event_free(event);
}

#define RUN                                                                    \
	"\"run\":7,\"pipeline\":\"shop\",\"mode\":\"delivery\",\"commit\":"    \
	"\"9f3c2e1aa\",\"subject\":\"Retry\",\"author\":\"ravi\",\"version\":" \
	"\"v2\",\"person\":\"ana\",\"stages\":[{\"name\":\"unit\",\"kind\":"   \
	"\"run\",\"needs\":[]},{\"name\":\"build\",\"kind\":\"run\","          \
	"\"needs\":[]},{\"name\":\"scan\",\"kind\":\"run\",\"needs\":["        \
	"\"build\"]},{\"name\":\"production\",\"kind\":\"deploy\","            \
	"\"needs\":[\"unit\",\"scan\"],\"environment\":\"production\"}]"

static void run_started_makes_stages_and_ranks(void **state)
{
	struct model *model = *state;

	apply(model, "run.started", RUN);
	assert_int_equal(model->run, 7);
	assert_string_equal(model->pipeline, "shop");
	assert_string_equal(model->branch, "");
	assert_int_equal(model->state, STATE_RUNNING);
	assert_int_equal(model->stage_count, 4);
	assert_int_equal(model_stage(model, "unit")->rank, 0);
	assert_int_equal(model_stage(model, "build")->rank, 0);
	assert_int_equal(model_stage(model, "scan")->rank, 1);
	assert_int_equal(model_stage(model, "production")->rank, 2);
	assert_non_null(model_environment(model, "production"));
	assert_null(model_stage(model, "nope"));
	assert_int_equal(model->seq, 1);
}

static void the_runs_before_are_kept_newest_first(void **state)
{
	struct model *model = *state;

	apply(model, "run.started",
	      "\"past\":[{\"run\":6,\"outcome\":\"failed\",\"ms\":900,"
	      "\"stage\":\"unit\"},{\"run\":5,\"outcome\":\"passed\","
	      "\"ms\":9000}]");
	assert_int_equal(model->past_count, 2);
	assert_int_equal(model->past[0].run, 6);
	assert_int_equal(model->past[0].state, STATE_FAILED);
	assert_string_equal(model->past[0].stage, "unit");
	assert_int_equal(model->past[1].ms, 9000);
	assert_string_equal(model->past[1].stage, "");
	apply(model, "run.started",
	      "\"past\":[{},{},{},{},{},{},{},{},{},{},{},{},{}]");
	assert_int_equal(model->past_count, PAST_RUNS_KEPT);
}

static void a_cycle_of_needs_ends(void **state)
{
	struct model *model = *state;

	apply(model, "run.started",
	      "\"stages\":[{\"name\":\"a\",\"needs\":[\"b\"]},"
	      "{\"name\":\"b\",\"needs\":[\"a\"]}]");
	assert_true(model_stage(model, "a")->rank < 2);
	assert_true(model_stage(model, "b")->rank < 2);
}

static void a_stage_goes_from_queued_to_its_outcome(void **state)
{
	struct model *model = *state;
	struct stage_model *unit;

	apply(model, "run.started", RUN);
	unit = model_stage(model, "unit");
	apply(model, "stage.ready",
	      "\"stage\":\"unit\",\"reason\":\"waits for a slot\"");
	assert_string_equal(unit->reason, "waits for a slot");
	apply(model, "stage.started",
	      "\"stage\":\"unit\",\"log\":\"stages/unit/log\"");
	assert_int_equal(unit->state, STATE_RUNNING);
	assert_string_equal(unit->log, "stages/unit/log");
	assert_string_equal(unit->reason, "");
	apply(model, "log.grew", "\"stage\":\"unit\",\"bytes\":10,\"lines\":2");
	assert_int_equal(unit->log_lines, 2);
	apply(model, "stage.finished",
	      "\"stage\":\"unit\",\"outcome\":\"timed-out\",\"ms\":41000,"
	      "\"reason\":\"10m\",\"exit-status\":3");
	assert_int_equal(unit->state, STATE_TIMED_OUT);
	assert_true(state_is_bad(unit->state));
	assert_int_equal(unit->ms, 41000);
	apply(model, "stage.skipped",
	      "\"stage\":\"scan\",\"reason\":\"unit timed out\"");
	assert_int_equal(model_stage(model, "scan")->state, STATE_SKIPPED);
	assert_false(state_is_bad(STATE_SKIPPED));
	apply(model, "run.finished",
	      "\"outcome\":\"failed\",\"status\":1,\"text\":\"failed\"");
	assert_int_equal(model->state, STATE_FAILED);
	assert_int_equal(model->exit_status, 1);
}

static void reports_replace_the_live_count_and_a_retry_forgets(void **state)
{
	struct model *model = *state;
	struct stage_model *unit;

	apply(model, "run.started", RUN);
	apply(model, "stage.started", "\"stage\":\"unit\"");
	unit = model_stage(model, "unit");
	apply(model, "test.finished",
	      "\"stage\":\"unit\",\"passed\":3,\"failed\":1,\"skipped\":0,"
	      "\"name\":\"adds\",\"outcome\":\"failed\",\"message\":\"1 != 2\","
	      "\"file\":\"add_test.c\",\"line\":8");
	assert_int_equal(unit->tests_passed, 3);
	assert_int_equal(unit->tests_failed, 1);
	assert_int_equal(unit->test_count, 1);
	assert_string_equal(unit->tests[0].message, "1 != 2");
	assert_int_equal(unit->tests[0].state, STATE_FAILED);
	assert_int_equal(unit->tests[0].ms, -1);
	apply(model, "report.read",
	      "\"stage\":\"unit\",\"kind\":\"tests\",\"passed\":30,"
	      "\"failed\":2,\"errors\":1,\"skipped\":2,\"ok\":false");
	apply(model, "report.read",
	      "\"stage\":\"unit\",\"kind\":\"tests\",\"passed\":10,"
	      "\"failed\":0,\"errors\":0,\"skipped\":0,\"ok\":true");
	assert_int_equal(unit->tests_passed, 40);
	assert_int_equal(unit->tests_failed, 2);
	assert_int_equal(unit->tests_skipped, 2);
	apply(model, "stage.started", "\"stage\":\"unit\"");
	assert_int_equal(unit->tests_passed, 0);
	assert_int_equal(unit->test_count, 0);
	assert_false(unit->has_tests);
}

static void plans_and_plays_sum_up_and_a_retry_forgets(void **state)
{
	struct model *model = *state;
	struct str text = STR_INIT;
	struct stage_model *infra;

	apply(model, "run.started", RUN);
	apply(model, "stage.started", "\"stage\":\"infra\"");
	infra = model_stage(model, "infra");
	apply(model, "report.read",
	      "\"stage\":\"infra\",\"kind\":\"changes\",\"adds\":2,"
	      "\"changes\":0,\"destroys\":0,\"replacements\":0,\"ok\":true");
	assert_false(changes_are_harsh(&infra->changes));
	apply(model, "report.read",
	      "\"stage\":\"infra\",\"kind\":\"changes\",\"adds\":1,"
	      "\"changes\":0,\"destroys\":0,\"replacements\":4,\"ok\":true");
	apply(model, "report.read",
	      "\"stage\":\"infra\",\"kind\":\"changes\",\"changed\":5,"
	      "\"failed\":0,\"unreachable\":0,\"hosts\":1,\"ok\":true");
	apply(model, "report.read",
	      "\"stage\":\"infra\",\"kind\":\"changes\",\"ok\":false");
	assert_true(changes_are_harsh(&infra->changes));
	assert_true(changes_sentence(&infra->changes, &text));
	assert_string_equal(text.data, "4 to REPLACE, 3 to add; 5 changed on "
				       "1 host");
	assert_false(infra->has_tests);
	str_clear(&text);
	apply(model, "stage.started", "\"stage\":\"infra\"");
	assert_false(changes_sentence(&infra->changes, &text));
	assert_string_equal(text.data, "");
	str_release(&text);
}

static void findings_stand_worst_first_and_once(void **state)
{
	static const char *const found[] = {
		"\"id\":\"L\",\"severity\":\"low\"",
		"\"id\":\"S\",\"severity\":\"critical\",\"suppressed\":true",
		"\"id\":\"H1\",\"severity\":\"high\"",
		"\"id\":\"C\",\"severity\":\"critical\"",
		"\"id\":\"H2\",\"severity\":\"high\"",
		"\"id\":\"H1\",\"severity\":\"high\"",
	};
	static const char *const order[] = {"C", "H1", "H2", "L", "S"};
	struct model *model = *state;

	for (size_t i = 0; i < ARRAY_SIZE(found); i++)
		apply(model, "finding.found", found[i]);
	assert_int_equal(model->finding_count, ARRAY_SIZE(order));
	for (size_t i = 0; i < ARRAY_SIZE(order); i++)
		assert_string_equal(model->findings[i].id, order[i]);
}

static void no_words_of_one_scan_stand_beside_the_counts_of_two(void **state)
{
	struct model *model = *state;

	apply(model, "report.read",
	      "\"stage\":\"scan\",\"kind\":\"findings\",\"medium\":4,"
	      "\"suppressed\":5,\"ok\":true,\"reason\":\"4 open\"");
	assert_string_equal(model->scan_text, "4 open");
	apply(model, "report.read",
	      "\"stage\":\"licences\",\"kind\":\"findings\",\"ok\":true,"
	      "\"reason\":\"0 open\"");
	assert_string_equal(model->scan_text, "5 excepted or suppressed");
}

static void scans_are_summed_over_stages_and_not_twice_by_a_retry(void **state)
{
	struct model *model = *state;
	const char *one = "\"stage\":\"scan\",\"kind\":\"findings\",\"high\":2,"
			  "\"low\":1,\"ok\":false,\"reason\":\"2 high\"";

	apply(model, "stage.started", "\"stage\":\"scan\"");
	apply(model, "report.read", one);
	apply(model, "stage.started", "\"stage\":\"scan\"");
	apply(model, "report.read", one);
	apply(model, "report.read",
	      "\"stage\":\"other\",\"kind\":\"findings\",\"high\":1,"
	      "\"ok\":true");
	assert_int_equal(model->severities.high, 3);
	assert_int_equal(model->severities.low, 1);
	assert_true(model->scanned);
	assert_false(model->scan_ok);
	assert_string_equal(model->scan_text, "scan: 2 high");
	apply(model, "report.read",
	      "\"stage\":\"clang\",\"kind\":\"findings\",\"medium\":1,"
	      "\"ok\":false,\"reason\":\"1 medium\"");
	assert_string_equal(model->scan_text, "scan: 2 high");
	apply(model, "report.read",
	      "\"stage\":\"late\",\"kind\":\"findings\",\"critical\":1,"
	      "\"ok\":false,\"reason\":\"1 critical\"");
	assert_string_equal(model->scan_text, "late: 1 critical");
	assert_int_equal(model->unread, 0);
	apply(model, "report.read",
	      "\"stage\":\"html\",\"kind\":\"findings\",\"fresh\":false,"
	      "\"ok\":false,\"reason\":\"a web page\"");
	assert_int_equal(model->unread, 1);
	apply(model, "report.read",
	      "\"stage\":\"html\",\"kind\":\"tests\",\"fresh\":false,"
	      "\"ok\":false,\"reason\":\"no JUnit XML\"");
	assert_int_equal(model_stage(model, "html")->tests_unread, 1);
	assert_false(model_stage(model, "html")->has_tests);
}

static void a_retry_forgets_what_the_try_before_found(void **state)
{
	struct model *model = *state;

	apply(model, "stage.started", "\"stage\":\"scan\"");
	apply(model, "finding.found",
	      "\"stage\":\"scan\",\"id\":\"H\",\"severity\":\"high\"");
	apply(model, "finding.found",
	      "\"stage\":\"scan\",\"id\":\"L\",\"severity\":\"low\"");
	apply(model, "finding.found",
	      "\"stage\":\"other\",\"id\":\"O\",\"severity\":\"low\"");
	apply(model, "report.read",
	      "\"stage\":\"scan\",\"kind\":\"findings\",\"high\":1,"
	      "\"low\":1,\"ok\":false,\"reason\":\"1 high\"");
	apply(model, "stage.started", "\"stage\":\"scan\",\"attempt\":2");
	assert_int_equal(model->finding_count, 1);
	assert_string_equal(model->findings[0].id, "O");
	assert_int_equal(model->severities.high, 0);
	assert_false(model->scanned);
	assert_string_equal(model->scan_text, "");
	/* An exception was written meanwhile. */
	apply(model, "finding.found",
	      "\"stage\":\"scan\",\"id\":\"H\",\"severity\":\"high\","
	      "\"suppressed\":true");
	assert_true(model->findings[1].suppressed);
}

static void a_stage_that_is_tried_again_has_not_begun(void **state)
{
	struct model *model = *state;
	struct stage_model *unit;

	apply(model, "run.started", RUN);
	unit = model_stage(model, "unit");
	apply(model, "stage.started", "\"stage\":\"unit\"");
	apply(model, "step.started", "\"stage\":\"unit\",\"step\":\"one\"");
	apply(model, "stage.finished",
	      "\"stage\":\"unit\",\"outcome\":\"failed\",\"ms\":900");
	apply(model, "stage.ready", "\"stage\":\"unit\",\"again\":true");
	assert_int_equal(unit->state, STATE_QUEUED);
	assert_int_equal(unit->started, 0);
	assert_int_equal(unit->ms, 0);
	apply(model, "stage.started", "\"stage\":\"unit\",\"attempt\":2");
	assert_int_equal(unit->step_count, 0);
}

static void what_a_resumed_run_begins_anew_is_queued(void **state)
{
	struct model *model = *state;
	const struct stage_model *unit, *build;

	apply(model, "run.started", RUN);
	apply(model, "stage.started", "\"stage\":\"unit\"");
	apply(model, "stage.started", "\"stage\":\"build\"");
	apply(model, "run.resumed", "\"again\":[\"unit\",\"nope\",7]");
	unit = model_stage(model, "unit");
	build = model_stage(model, "build");
	assert_int_equal(unit->state, STATE_QUEUED);
	assert_int_equal(unit->started, 0);
	assert_int_equal(build->state, STATE_RUNNING);
	assert_true(build->started > 0);
}

#define GATE                                                                  \
	"\"stage\":\"production\",\"environment\":\"production\","            \
	"\"required\":2,\"approvers\":[\"@managers\"],\"not\":[\"author\"],"  \
	"\"expires\":\"2026-11-21T14:00:00Z\",\"candidate\":{\"version\":"    \
	"\"v2\",\"commit\":\"9f3c\"},\"live\":{\"version\":\"v1\",\"since\":" \
	"\"2026-11-14T14:00:00Z\"},\"ships\":{\"commits\":6,\"files\":14,"    \
	"\"list\":[{\"commit\":\"9f3c2e1\",\"author\":\"ravi\",\"subject\":"  \
	"\"Retry\"}],\"risky\":[\"db/migrate\"]},\"checks\":[{\"name\":"      \
	"\"scan\",\"outcome\":\"passed\"}],\"eligible\":[{\"person\":"        \
	"\"ana\",\"can\":true},{\"person\":\"ravi\",\"can\":false,\"why\":"   \
	"\"author\"}]"

static void a_gate_opens_takes_votes_and_closes(void **state)
{
	struct model *model = *state;
	struct stage_model *stage;

	apply(model, "run.started", RUN);
	apply(model, "stage.started", "\"stage\":\"production\"");
	apply(model, "gate.opened", GATE);
	stage = model_open_gate(model);
	assert_ptr_equal(stage, model_stage(model, "production"));
	assert_int_equal(stage->state, STATE_WAITING);
	assert_int_equal(stage->gate.required, 2);
	assert_int_equal(stage->gate.expires, 1795269600000);
	assert_int_equal(stage->gate.ships.commits, 6);
	assert_string_equal(stage->gate.ships.list[0].subject, "Retry");
	assert_string_equal(stage->gate.ships.risky.items[0], "db/migrate");
	assert_false(stage->gate.eligible[1].can);
	assert_string_equal(stage->gate.live_version, "v1");
	assert_ptr_equal(model_focus(model),
			 model_environment(model, "production"));
	apply(model, "gate.voted",
	      "\"stage\":\"production\",\"vote\":\"approve\",\"person\":"
	      "\"ana\",\"approvals\":1,\"required\":2");
	assert_int_equal(stage->gate.approvals, 1);
	assert_string_equal(stage->gate.votes[0].person, "ana");
	apply(model, "gate.closed",
	      "\"stage\":\"production\",\"outcome\":\"approved\"");
	assert_false(stage->gate.open);
	assert_int_equal(stage->state, STATE_RUNNING);
	assert_null(model_open_gate(model));
	apply(model, "gate.opened", GATE);
	assert_int_equal(stage->gate.vote_count, 0);
	assert_int_equal(stage->gate.approvals, 0);
	assert_int_equal(stage->gate.eligible_count, 2);
}

#define PLAN                                                           \
	"\"stage\":\"production\",\"environment\":\"production\","     \
	"\"strategy\":\"canary\",\"colour\":\"green\",\"candidate\":{" \
	"\"version\":\"v2\",\"commit\":\"c2\"},\"live\":{\"colour\":"  \
	"\"blue\",\"version\":\"v1\",\"commit\":\"c1\"},\"steps\":[{"  \
	"\"step\":\"check\",\"kind\":\"check\",\"label\":\"check\"},{" \
	"\"step\":\"weight-5\",\"kind\":\"weight\",\"label\":\"5 %\"," \
	"\"weight\":5}],\"analysis\":\"error rate < 1 %\""

static void a_deployment_moves_the_environment(void **state)
{
	struct model *model = *state;
	struct environment_model *it;
	struct stage_model *stage;

	apply(model, "run.started", RUN);
	it = model_environment(model, "production");
	stage = model_stage(model, "production");
	assert_null(model_focus(model));
	apply(model, "stage.started", "\"stage\":\"production\"");
	apply(model, "deploy.planned", PLAN);
	assert_ptr_equal(model_focus(model), it);
	assert_int_equal(it->candidate, COLOUR_GREEN);
	assert_int_equal(it->live, COLOUR_BLUE);
	assert_string_equal(it->colours[COLOUR_GREEN].version, "v2");
	assert_int_equal(stage->step_count, 2);
	assert_true(stage->steps[1].weight == 5);
	assert_true(isnan(stage->steps[0].weight));
	apply(model, "step.started",
	      "\"stage\":\"production\",\"step\":\"weight-5\"");
	assert_int_equal(stage->step_count, 2);
	assert_int_equal(stage->steps[1].state, STATE_RUNNING);
	apply(model, "traffic.changing",
	      "\"environment\":\"production\",\"epoch\":4");
	assert_true(it->changing);
	apply(model, "traffic.changed",
	      "\"environment\":\"production\",\"to\":{\"blue\":95,"
	      "\"green\":5}");
	assert_false(it->changing);
	assert_true(it->colours[COLOUR_GREEN].asked == 5);
	apply(model, "stage.finished",
	      "\"stage\":\"production\",\"outcome\":\"rolled-back\"");
	assert_int_equal(stage->steps[0].state, STATE_SKIPPED);
	assert_int_equal(stage->steps[1].state, STATE_ROLLED_BACK);
	apply(model, "deploy.finished",
	      "\"environment\":\"production\",\"outcome\":\"passed\","
	      "\"live\":{\"colour\":\"green\",\"version\":\"v2\",\"run\":7}");
	assert_int_equal(it->live, COLOUR_GREEN);
	assert_int_equal(it->candidate, -1);
	assert_ptr_equal(model_focus(model), it);
}

static void samples_are_kept_in_order_and_move_no_state(void **state)
{
	struct model *model = *state;
	struct environment_model *it;
	struct colour_model *blue;
	char rest[200];
	int64_t seq;

	apply(model, "run.started", RUN);
	it = model_environment(model, "production");
	seq = it->seq;
	for (int i = 0; i < SAMPLES_KEPT + 10; i++) {
		snprintf(rest, sizeof(rest),
			 "\"environment\":\"production\",\"colour\":\"blue\","
			 "\"asked\":100,\"rate\":%d,\"up\":true",
			 i);
		apply(model, "traffic.sampled", rest);
	}
	blue = &it->colours[COLOUR_BLUE];
	assert_int_equal(blue->sample_count, SAMPLES_KEPT);
	assert_true(blue->samples[SAMPLES_KEPT - 1].rate == SAMPLES_KEPT + 9);
	assert_true(blue->samples[0].rate == 10);
	assert_true(isnan(blue->samples[0].p99));
	assert_true(isnan(blue->share));
	assert_int_equal(it->seq, seq);
	assert_int_equal(it->live, COLOUR_BLUE);
	assert_ptr_equal(model_focus(model), it);
}

static void a_rollback_and_its_readiness_are_kept(void **state)
{
	struct model *model = *state;
	struct environment_model *it;

	apply(model, "deploy.planned", PLAN);
	it = model_environment(model, "production");
	assert_false(it->way_back.known);
	assert_int_equal(it->way_back.last_ms, -1);
	apply(model, "rollback.readiness",
	      "\"environment\":\"production\",\"ready\":true,\"version\":"
	      "\"v1\",\"text\":\"blue is warm\",\"last-ms\":300");
	assert_true(it->way_back.ready);
	assert_int_equal(it->way_back.last_ms, 300);
	apply(model, "rollback.started",
	      "\"environment\":\"production\",\"epoch\":9");
	assert_true(it->rolling_back);
	apply(model, "rollback.finished",
	      "\"environment\":\"production\",\"outcome\":\"passed\","
	      "\"colour\":\"blue\",\"ms\":6,\"text\":\"back on blue in 6 ms\"");
	assert_false(it->rolling_back);
	assert_int_equal(it->live, COLOUR_BLUE);
	assert_int_equal(it->way_back.last_ms, 6);
	assert_string_equal(it->last_rollback, "back on blue in 6 ms");
	assert_string_equal(it->live_version, "v1");
	apply(model, "environment.locked",
	      "\"environment\":\"production\",\"person\":\"lee\"");
	assert_true(it->lock.locked);
	apply(model, "environment.unlocked",
	      "\"environment\":\"production\",\"person\":\"lee\"");
	assert_false(it->lock.locked);
}

/* Whoever held it, or rolled it back, told it to no run. */
static void what_is_seen_anew_is_what_holds(void **state)
{
	struct model *model = *state;
	struct environment_model *it;

	apply(model, "environment.locked",
	      "\"environment\":\"production\",\"person\":\"lee\"");
	apply(model, "traffic.changing", "\"environment\":\"production\"");
	apply(model, "rollback.started", "\"environment\":\"production\"");
	apply(model, "environment.seen", "\"environment\":\"production\"");
	it = model_environment(model, "production");
	assert_false(it->lock.locked);
	assert_string_equal(it->lock.person, "");
	assert_false(it->changing);
	assert_false(it->rolling_back);
}

static void every_event_without_fields_does_no_harm(void **state)
{
	struct model *model = *state;

	for (int round = 0; round < 2; round++) {
		for (int type = EVENT_UNKNOWN; type < EVENT_TYPE_COUNT;
		     type++) {
			struct event *event =
				event_new((enum event_type)type,
					  round ? "production" : NULL);

			if (round)
				event_set(event, "environment", "production");
			model_apply(model, event);
			event_free(event);
		}
	}
	assert_int_equal(model->events, 2 * EVENT_TYPE_COUNT);
}

static void notes_are_bounded_and_mark_warnings(void **state)
{
	struct model *model = *state;

	for (int i = 0; i < NOTES_KEPT + 5; i++)
		apply(model, "note.added", "\"text\":\"hello\"");
	apply(model, "note.added", "\"text\":\"last\",\"level\":\"warning\"");
	assert_int_equal(model->note_count, NOTES_KEPT);
	assert_string_equal(model->notes[NOTES_KEPT - 1].text, "last");
	assert_true(model->notes[NOTES_KEPT - 1].warning);
	assert_false(model->notes[0].warning);
}

static void an_unknown_outcome_is_never_good(void **state)
{
	(void)state;
	assert_int_equal(state_parse("splendid"), STATE_FAILED);
	assert_int_equal(state_parse("rolled-back"), STATE_ROLLED_BACK);
	assert_string_equal(state_name(STATE_TIMED_OUT), "timed-out");
	assert_int_equal(colour_parse("red"), -1);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

static void what_comes_last_stands_behind_all_others(void **state)
{
	struct model *model = *state;

	apply(model, "run.started",
	      "\"run\":7,\"stages\":[{\"name\":\"end\",\"kind\":\"run\","
	      "\"needs\":[],\"finally\":true},{\"name\":\"a\",\"kind\":"
	      "\"run\",\"needs\":[]},{\"name\":\"b\",\"kind\":\"run\","
	      "\"needs\":[\"a\"]}]");
	assert_int_equal(model_stage(model, "b")->rank, 1);
	assert_int_equal(model_stage(model, "end")->rank, 2);
}

static void stage_that_is_tried_again_says_so_and_counts_anew(void **state)
{
	struct model *model = *state;
	const struct stage_model *unit;

	apply(model, "run.started", RUN);
	apply(model, "stage.started", "\"stage\":\"unit\"");
	unit = model_stage(model, "unit");
	apply(model, "test.finished",
	      "\"stage\":\"unit\",\"passed\":3,\"failed\":1,\"skipped\":0");
	apply(model, "stage.retrying",
	      "\"stage\":\"unit\",\"try\":1,\"of\":2,\"outcome\":\"failed\","
	      "\"wait-ms\":5000,\"text\":\"waits 5 s\"");
	assert_int_equal(unit->state, STATE_RUNNING);
	assert_string_equal(unit->reason, "waits 5 s");
	assert_int_equal(unit->tests_failed, 0);
	apply(model, "stage.ready", "\"stage\":\"unit\"");
	assert_string_equal(unit->reason, "");
	apply(model, "stage.finished",
	      "\"stage\":\"unit\",\"outcome\":\"failed-allowed\",\"ms\":1");
	assert_int_equal(unit->state, STATE_ALLOWED);
	assert_true(state_is_final(unit->state));
	assert_false(state_is_bad(unit->state));
}

static void cancelling_is_known_until_the_run_is_resumed(void **state)
{
	struct model *model = *state;

	apply(model, "run.started", RUN);
	assert_false(model->is_cancelled);
	apply(model, "command.received",
	      "\"command\":\"cancel\",\"target\":\"run 7\"");
	assert_true(model->is_cancelled);
	apply(model, "run.resumed", "\"person\":\"ana\"");
	assert_false(model->is_cancelled);
}

static void what_holds_the_run_holds_its_deployment(void **state)
{
	struct model *model = *state;
	const struct stage_model *production;

	apply(model, "run.started", RUN);
	production = model_stage(model, "production");
	apply(model, "stage.started", "\"stage\":\"production\"");
	apply(model, "command.received",
	      "\"command\":\"hold\",\"target\":\"run 7\"");
	assert_true(production->held);
	apply(model, "command.received",
	      "\"command\":\"unhold\",\"target\":\"run 7\"");
	assert_false(production->held);
}

static void
a_stage_that_is_tried_once_more_is_queued_in_a_run_that_lives(void **state)
{
	struct model *model = *state;
	const struct stage_model *unit;

	apply(model, "run.started", RUN);
	unit = model_stage(model, "unit");
	apply(model, "stage.started", "\"stage\":\"unit\",\"attempt\":1");
	apply(model, "stage.finished",
	      "\"stage\":\"unit\",\"outcome\":\"failed\",\"ms\":1");
	apply(model, "run.finished",
	      "\"outcome\":\"failed\",\"status\":1,\"text\":\"failed\"");
	apply(model, "stage.ready",
	      "\"stage\":\"unit\",\"again\":true,\"reason\":\"ana\"");
	assert_int_equal(unit->state, STATE_QUEUED);
	assert_int_equal(model->state, STATE_RUNNING);
	assert_string_equal(model->text, "");
	apply(model, "stage.started", "\"stage\":\"unit\",\"attempt\":2");
	assert_int_equal(unit->attempt, 2);
	assert_int_equal(unit->state, STATE_RUNNING);
}

static void a_gate_that_is_resumed_keeps_its_votes(void **state)
{
	struct model *model = *state;
	const struct stage_model *stage;

	apply(model, "run.started", RUN);
	stage = model_stage(model, "production");
	apply(model, "stage.started", "\"stage\":\"production\"");
	apply(model, "gate.opened", "\"stage\":\"production\",\"required\":2");
	apply(model, "gate.voted",
	      "\"stage\":\"production\",\"vote\":\"approve\","
	      "\"person\":\"kim\",\"approvals\":1,\"required\":2");
	apply(model, "run.resumed", "\"person\":\"ana\"");
	apply(model, "stage.started",
	      "\"stage\":\"production\",\"attempt\":2,\"continues\":true");
	assert_int_equal(stage->state, STATE_WAITING);
	apply(model, "gate.opened",
	      "\"stage\":\"production\",\"required\":2,\"resumed\":true");
	assert_true(stage->gate.open);
	assert_int_equal(stage->gate.vote_count, 1);
	assert_int_equal(stage->gate.approvals, 1);
	apply(model, "gate.opened", "\"stage\":\"production\",\"required\":2");
	assert_int_equal(stage->gate.vote_count, 0);
}

#define USUAL                                                             \
	"\"run\":7,\"options\":{\"jobs\":2},\"stages\":["                 \
	"{\"name\":\"unit\",\"kind\":\"run\",\"needs\":[],"               \
	"\"usual-ms\":60000},"                                            \
	"{\"name\":\"build\",\"kind\":\"run\",\"needs\":[],"              \
	"\"usual-ms\":20000},"                                            \
	"{\"name\":\"scan\",\"kind\":\"run\",\"needs\":[\"build\"],"      \
	"\"usual-ms\":10000},"                                            \
	"{\"name\":\"production\",\"kind\":\"deploy\",\"usual-ms\":5000," \
	"\"needs\":[\"unit\",\"scan\"],\"environment\":\"production\"}]"

static void usual_times_make_an_estimate(void **state)
{
	struct model *model = *state;
	int64_t start;

	apply(model, "run.started", USUAL);
	start = model->started;
	assert_int_equal(model_stage(model, "unit")->usual_ms, 60000);
	assert_int_equal(model_usual_ms(model), 65000);
	assert_int_equal(model_eta_ms(model, start), 65000);
	apply(model, "stage.started", "\"stage\":\"unit\"");
	assert_int_equal(model_eta_ms(model, start + 31000), 35000);
	/* Late is not early: what is left is the rest. */
	assert_int_equal(model_eta_ms(model, start + 90000), 35000);
	apply(model, "stage.finished",
	      "\"stage\":\"unit\",\"outcome\":\"passed\",\"ms\":1000");
	assert_int_equal(model_eta_ms(model, start + 2000), 35000);
	assert_int_equal(model_usual_ms(model), 65000);
}

static void one_job_at_a_time_takes_the_sum(void **state)
{
	struct model *model = *state;

	apply(model, "run.started", USUAL);
	model->jobs = 1;
	assert_int_equal(model_usual_ms(model), 95000);
}

static void people_are_no_part_of_an_estimate(void **state)
{
	struct model *model = *state;
	int64_t opened;

	apply(model, "run.started", USUAL);
	apply(model, "stage.started", "\"stage\":\"production\"");
	apply(model, "gate.opened",
	      "\"stage\":\"production\",\"environment\":\"production\"");
	opened = model_stage(model, "production")->gate.opened;
	assert_int_equal(model_eta_ms(model, opened), -1);
	apply(model, "stage.started", "\"stage\":\"unit\"");
	assert_int_equal(model_eta_ms(model, opened + 1000), 64000);
	apply(model, "stage.finished",
	      "\"stage\":\"unit\",\"outcome\":\"passed\"");
	apply(model, "stage.finished",
	      "\"stage\":\"scan\",\"outcome\":\"passed\"");
	apply(model, "gate.closed",
	      "\"stage\":\"production\",\"outcome\":\"approved\"");
	apply(model, "stage.finished",
	      "\"stage\":\"build\",\"outcome\":\"passed\"");
	/* A second before the gate, two after it. */
	assert_int_equal(
		model_eta_ms(model,
			     model_stage(model, "production")->gate.closed +
				     2000),
		2000);
}

static void without_a_past_there_is_no_estimate(void **state)
{
	struct model *model = *state;

	assert_int_equal(model_eta_ms(model, 1), -1);
	apply(model, "run.started", RUN);
	assert_int_equal(model_eta_ms(model, model->started), -1);
	assert_int_equal(model_usual_ms(model), 0);
}

static void tests_told_singly_are_kept_with_their_past(void **state)
{
	struct model *model = *state;
	const struct stage_model *unit;
	char text[TEST_HISTORY_SIZE];

	apply(model, "run.started", RUN);
	apply(model, "stage.started", "\"stage\":\"unit\"");
	apply(model, "test.finished",
	      "\"stage\":\"unit\",\"passed\":1,\"failed\":1,\"skipped\":0,"
	      "\"name\":\"pay\",\"outcome\":\"failed\",\"runs-before\":214,"
	      "\"failed-before\":3,\"file\":\"pay.c\",\"line\":88");
	apply(model, "test.finished",
	      "\"stage\":\"unit\",\"passed\":1,\"failed\":1,\"skipped\":0,"
	      "\"name\":\"pay\",\"outcome\":\"failed\",\"runs-before\":214,"
	      "\"failed-before\":3");
	unit = model_stage(model, "unit");
	assert_int_equal(unit->test_count, 1);
	assert_string_equal(unit->tests[0].name, "pay");
	assert_string_equal(unit->tests[0].file, "pay.c");
	assert_int_equal(unit->tests[0].line, 88);
	assert_int_equal(unit->tests[0].state, STATE_FAILED);
	assert_true(test_history(unit->tests[0].failed_before,
				 unit->tests[0].runs_before, text));
	assert_string_equal(text, "failed in 3 of 214 runs before");
	assert_true(test_history(0, 1, text));
	assert_string_equal(text, "never failed in 1 run before");
	assert_false(test_history(0, 0, text));
	assert_false(test_history(-1, -1, text));
	apply(model, "stage.started", "\"stage\":\"unit\"");
	assert_int_equal(unit->test_count, 0);
}

#define MOST "9223372036854775807"
#define LEAST "-9223372036854775808"

/* A journal that somebody wrote: nothing of it may overflow. */
static void numbers_that_are_too_large_are_none(void **state)
{
	struct model *model = *state;
	const struct stage_model *unit;
	const struct colour_model *blue;

	apply(model, "run.started",
	      "\"run\":" MOST ",\"pipeline\":\"shop\",\"options\":{\"jobs\":"
	      "1},\"stages\":[{\"name\":\"unit\",\"usual-ms\":" MOST
	      "},{\"name\":\"next\",\"usual-ms\":" MOST "}]");
	for (int i = 0; i < 1100; i++) {
		apply(model, "report.read",
		      "\"stage\":\"unit\",\"kind\":\"tests\",\"passed\":" MOST
		      ",\"failed\":" LEAST ",\"skipped\":" MOST);
		apply(model, "report.read",
		      "\"stage\":\"unit\",\"kind\":\"findings\","
		      "\"critical\":" MOST ",\"high\":" LEAST
		      ",\"suppressed\":" MOST);
	}
	unit = model_stage(model, "unit");
	assert_true(unit->tests_passed == INT64_MAX);
	assert_true(unit->tests_failed == INT64_MIN);
	assert_true(unit->severities.critical == INT64_MAX);
	assert_true(model->severities.high == INT64_MIN);
	apply(model, "gate.opened",
	      "\"stage\":\"unit\",\"environment\":\"production\","
	      "\"required\":" MOST);
	apply(model, "gate.voted",
	      "\"stage\":\"unit\",\"vote\":\"approve\",\"approvals\":" LEAST);
	assert_int_equal(unit->gate.required - unit->gate.approvals,
			 2000000000);
	apply(model, "traffic.sampled",
	      "\"environment\":\"production\",\"colour\":\"blue\",\"rate\":"
	      "1e300,\"p99\":-1e300,\"sessions\":" MOST);
	blue = &model->environments[0].colours[COLOUR_BLUE];
	assert_true(isfinite(blue->samples[0].rate));
	assert_true(isfinite(blue->samples[0].p99));
	assert_true(model_usual_ms(model) > 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(run_started_makes_stages_and_ranks),
		TEST(numbers_that_are_too_large_are_none),
		TEST(the_runs_before_are_kept_newest_first),
		TEST(a_cycle_of_needs_ends),
		TEST(a_stage_goes_from_queued_to_its_outcome),
		TEST(reports_replace_the_live_count_and_a_retry_forgets),
		TEST(plans_and_plays_sum_up_and_a_retry_forgets),
		TEST(findings_stand_worst_first_and_once),
		TEST(a_retry_forgets_what_the_try_before_found),
		TEST(a_stage_that_is_tried_again_has_not_begun),
		TEST(what_a_resumed_run_begins_anew_is_queued),
		TEST(what_is_seen_anew_is_what_holds),
		TEST(no_words_of_one_scan_stand_beside_the_counts_of_two),
		TEST(scans_are_summed_over_stages_and_not_twice_by_a_retry),
		TEST(a_gate_opens_takes_votes_and_closes),
		TEST(a_deployment_moves_the_environment),
		TEST(samples_are_kept_in_order_and_move_no_state),
		TEST(a_rollback_and_its_readiness_are_kept),
		TEST(every_event_without_fields_does_no_harm),
		TEST(notes_are_bounded_and_mark_warnings),
		TEST(an_unknown_outcome_is_never_good),
		TEST(what_comes_last_stands_behind_all_others),
		TEST(stage_that_is_tried_again_says_so_and_counts_anew),
		TEST(cancelling_is_known_until_the_run_is_resumed),
		TEST(what_holds_the_run_holds_its_deployment),
		TEST(a_stage_that_is_tried_once_more_is_queued_in_a_run_that_lives),
		TEST(a_gate_that_is_resumed_keeps_its_votes),
		TEST(usual_times_make_an_estimate),
		TEST(one_job_at_a_time_takes_the_sum),
		TEST(people_are_no_part_of_an_estimate),
		TEST(without_a_past_there_is_no_estimate),
		TEST(tests_told_singly_are_kept_with_their_past),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
