/* SPDX-License-Identifier: MIT */
#include "support/cmocka.h"

#include <stdio.h>
#include <unistd.h>

#include "base/file.h"
#include "base/memory.h"
#include "engine/garbage.h"
#include "engine/recovery.h"
#include "engine/runs.h"
#include "event/journal.h"

struct past_run {
	char *state;
	struct journal *journal;
	int lock; /* -1: let go */
	int seconds;
};

static int set_up(void **state)
{
	struct past_run *place = xcalloc(1, sizeof(*place));
	char *folder;

	*state = place;
	place->state = xstrdup("/tmp/signalbox-recovery-XXXXXX");
	assert_non_null(mkdtemp(place->state));
	assert_int_equal(run_create(place->state, &place->lock, NULL), 1);
	folder = run_folder(place->state, 1);
	place->journal = journal_create(folder, "run", NULL);
	assert_non_null(place->journal);
	free(folder);
	return 0;
}

static int tear_down(void **state)
{
	struct past_run *place = *state;
	int result;

	journal_free(place->journal);
	if (place->lock >= 0)
		close(place->lock);
	result = folder_remove(place->state, NULL);
	free(place->state);
	free(place);
	return result;
}

/* Each a second after the one before. */
static void tell(struct past_run *place, const char *type, const char *rest)
{
	char *line =
		xasprintf("{\"seq\":1,\"time\":\"2026-11-20T14:00:%02d.000Z\","
			  "\"event\":\"%s\"%s%s}",
			  place->seconds++, type, *rest ? "," : "", rest);
	struct error err = ERROR_INIT;
	struct event *event = event_decode(line, strlen(line), &err);

	if (!event)
		fail_msg("%s: %s", line, error_text(&err));
	journal_append(place->journal, event);
	assert_int_equal(journal_flush(place->journal, NULL), 0);
	event_free(event);
	free(line);
}

static void start(struct past_run *place)
{
	tell(place, "run.started",
	     "\"run\":1,\"commit\":\"9f3c2e1\",\"version\":\"v2\","
	     "\"person\":\"ana\",\"uid\":1000,\"file-digest\":\"d\","
	     "\"options\":{\"jobs\":3,\"skip\":[\"lint\"],"
	     "\"reason\":\"slow\"},\"stages\":["
	     "{\"name\":\"lint\",\"kind\":\"run\",\"needs\":[]},"
	     "{\"name\":\"unit\",\"kind\":\"run\",\"needs\":[]},"
	     "{\"name\":\"gate\",\"kind\":\"gate\",\"needs\":[]},"
	     "{\"name\":\"production\",\"kind\":\"deploy\",\"needs\":[],"
	     "\"environment\":\"production\"}]");
}

static struct recovery *opened(struct past_run *place)
{
	struct error err = ERROR_INIT;
	struct recovery *past;

	close(place->lock);
	place->lock = -1;
	past = recovery_open(place->state, 1, &err);
	if (!past)
		fail_msg("%s", error_text(&err));
	return past;
}

static void a_run_that_lives_is_not_opened(void **state)
{
	struct past_run *place = *state;
	struct error err = ERROR_INIT;

	start(place);
	assert_null(recovery_open(place->state, 1, &err));
	assert_int_equal(err.code, ERROR_REFUSED);
	assert_non_null(strstr(error_text(&err), "run 1 is alive"));
	error_clear(&err);
	assert_null(recovery_open(place->state, 2, &err));
	assert_int_equal(err.code, ERROR_NOT_FOUND);
	error_clear(&err);
}

static void a_run_that_wrote_nothing_is_not_found(void **state)
{
	struct past_run *place = *state;
	struct error err = ERROR_INIT;

	close(place->lock);
	place->lock = -1;
	assert_null(recovery_open(place->state, 1, &err));
	assert_int_equal(err.code, ERROR_NOT_FOUND);
	error_clear(&err);
	assert_false(recovery_is_wanted(place->state, 1));
}

static void it_knows_what_was_asked_for(void **state)
{
	struct past_run *place = *state;
	struct recovery *past;

	start(place);
	past = opened(place);
	assert_string_equal(past->commit, "9f3c2e1");
	assert_string_equal(past->person, "ana");
	assert_int_equal(past->jobs, 3);
	assert_true(strings_has(&past->selection.skip, "lint"));
	assert_string_equal(past->selection.reason, "slow");
	assert_false(past->is_finished);
	assert_int_equal(past->seq, 1);
	assert_int_equal(recovery_stage(past, "unit")->state, STATE_QUEUED);
	assert_null(recovery_stage(past, "none"));
	recovery_free(past);
}

static void stages_are_over_or_were_under_way(void **state)
{
	struct past_run *place = *state;
	struct recovery *past;
	const struct stage_recovery *unit;

	start(place);
	tell(place, "stage.started", "\"stage\":\"unit\",\"attempt\":1");
	tell(place, "artifact.stored",
	     "\"stage\":\"unit\",\"path\":\"a\",\"digest\":\"ff\","
	     "\"bytes\":3,\"mode\":\"755\"");
	tell(place, "finding.found", "\"id\":\"X\",\"path\":\"p\"");
	tell(place, "finding.found",
	     "\"id\":\"Y\",\"path\":\"p\",\"suppressed\":true");
	tell(place, "stage.finished",
	     "\"stage\":\"unit\",\"outcome\":\"failed\",\"status\":7,"
	     "\"reason\":\"no disk\"");
	tell(place, "run.finished", "\"outcome\":\"failed\"");
	tell(place, "stage.ready", "\"stage\":\"unit\",\"again\":true");
	tell(place, "stage.started", "\"stage\":\"unit\",\"attempt\":2");
	past = opened(place);
	unit = recovery_stage(past, "unit");
	assert_int_equal(unit->state, STATE_RUNNING);
	assert_int_equal(unit->attempt, 2);
	assert_false(past->is_finished);
	assert_int_equal(past->artifacts.count, 1);
	assert_int_equal(past->artifacts.items[0].mode, 0755);
	assert_string_equal(past->makers[0].stage, "unit");
	assert_int_equal(past->findings.count, 2);
	assert_string_equal(past->findings.items[0], "X");
	recovery_free(past);
	assert_true(recovery_is_wanted(place->state, 1));
}

static void an_end_is_an_end(void **state)
{
	struct past_run *place = *state;
	struct recovery *past;

	start(place);
	tell(place, "run.finished", "\"outcome\":\"rejected\"");
	past = opened(place);
	assert_true(past->is_finished);
	assert_int_equal(past->outcome, STATE_REJECTED);
	recovery_free(past);
	assert_false(recovery_is_wanted(place->state, 1));
	assert_null(recovery_offer(place->state, 1));
}

static void a_gate_has_its_votes_until_it_opens_anew(void **state)
{
	struct past_run *place = *state;
	struct recovery *past;
	const struct past_gate *gate;
	char *offer;

	start(place);
	tell(place, "stage.started", "\"stage\":\"gate\"");
	tell(place, "gate.opened",
	     "\"stage\":\"gate\",\"binds\":\"b1\",\"candidate\":"
	     "{\"digest\":\"aa\"},\"expires\":\"2026-11-21T14:00:00.000Z\"");
	tell(place, "gate.voted",
	     "\"stage\":\"gate\",\"vote\":\"approve\",\"person\":\"kim\","
	     "\"uid\":7");
	tell(place, "gate.closed", "\"stage\":\"gate\",\"outcome\":\"void\"");
	tell(place, "gate.opened",
	     "\"stage\":\"gate\",\"binds\":\"b2\",\"candidate\":"
	     "{\"digest\":\"bb\"},\"expires\":\"2026-11-21T14:00:00.000Z\"");
	tell(place, "gate.voted",
	     "\"stage\":\"gate\",\"vote\":\"approve\",\"person\":\"lee\","
	     "\"uid\":8,\"reason\":\"fine\"");
	tell(place, "gate.opened",
	     "\"stage\":\"gate\",\"binds\":\"b2\",\"resumed\":true");
	past = opened(place);
	gate = recovery_gate(recovery_stage(past, "gate"));
	assert_non_null(gate);
	assert_string_equal(gate->binds, "b2");
	assert_int_equal(gate->vote_count, 1);
	assert_string_equal(gate->votes[0].person, "lee");
	assert_string_equal(gate->votes[0].reason, "fine");
	assert_int_equal(gate->votes[0].uid, 8);
	assert_true(gate->expires > 0);
	assert_string_equal(recovery_stage(past, "gate")->past.artifacts, "bb");
	recovery_free(past);
	offer = recovery_offer(place->state, 1);
	assert_string_equal(offer, "run 1 waits at the gate of gate; signalbox "
				   "resume 1 goes on with it");
	free(offer);
}

/* Nobody had an engine for it when they decided. */
static void a_decided_gate_is_not_offered_as_cut_off(void **state)
{
	struct past_run *place = *state;
	char *offer;

	start(place);
	tell(place, "stage.started", "\"stage\":\"gate\"");
	tell(place, "gate.opened", "\"stage\":\"gate\",\"binds\":\"b\"");
	tell(place, "gate.closed",
	     "\"stage\":\"gate\",\"outcome\":\"approved\"");
	offer = recovery_offer(place->state, 1);
	assert_string_equal(offer, "run 1 was decided at the gate of gate; "
				   "signalbox resume 1 goes on with it");
	free(offer);
	tell(place, "stage.started", "\"stage\":\"unit\"");
	offer = recovery_offer(place->state, 1);
	assert_string_equal(offer, "run 1 was cut off; signalbox resume 1 goes "
				   "on with it");
	free(offer);
}

/* It was of the release that was live while this one stood at its gate. */
static void a_rollback_before_a_deployment_is_not_of_it(void **state)
{
	struct past_run *place = *state;
	struct recovery *past;

	start(place);
	tell(place, "stage.started", "\"stage\":\"production\",\"attempt\":1");
	tell(place, "command.received",
	     "\"command\":\"rollback\",\"person\":\"ana\",\"uid\":1,"
	     "\"target\":\"production\"");
	tell(place, "deploy.planned",
	     "\"stage\":\"production\",\"environment\":\"production\","
	     "\"candidate\":{\"digest\":\"d1\"}");
	past = opened(place);
	assert_false(recovery_stage(past, "production")->past.leaving);
	recovery_free(past);
}

static void what_people_commanded_a_deployment_lasts(void **state)
{
	struct past_run *place = *state;
	const struct stage_past *now;
	struct recovery *past;

	start(place);
	tell(place, "stage.started", "\"stage\":\"production\"");
	tell(place, "deploy.planned",
	     "\"stage\":\"production\",\"candidate\":{\"digest\":\"aa\"}");
	tell(place, "step.started",
	     "\"stage\":\"production\",\"step\":\"start\"");
	tell(place, "step.finished",
	     "\"stage\":\"production\",\"step\":\"start\"");
	tell(place, "step.started", /* 14:00:05 */
	     "\"stage\":\"production\",\"step\":\"pause\",\"ms\":60000");
	tell(place, "note.added", "\"text\":\"x\"");
	tell(place, "command.received", /* 14:00:07 */
	     "\"command\":\"hold\",\"target\":\"run 1\"");
	tell(place, "note.added", "\"text\":\"x\"");
	tell(place, "command.received", /* 14:00:09 */
	     "\"command\":\"unhold\",\"target\":\"production\"");
	tell(place, "note.added", "\"text\":\"x\"");
	tell(place, "command.received", /* 14:00:11 */
	     "\"command\":\"shift\",\"target\":\"production\"");
	tell(place, "note.added", "\"text\":\"x\"");
	past = opened(place);
	now = &recovery_stage(past, "production")->past;
	assert_true(now->planned);
	assert_true(now->held);
	assert_false(now->promoting);
	assert_int_equal(now->step_count, 2);
	assert_true(now->steps[0].is_over);
	assert_false(now->steps[1].is_over);
	assert_int_equal(now->steps[1].ms, 60000);
	assert_int_equal(now->step_waited, 2000 + 2000);
	recovery_free(past);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

static size_t count_garbage(struct past_run *place, const char *kind)
{
	const struct garbage_options options = {
		.common = place->state, .state = place->state, .person = "ana"};
	struct garbage garbage;
	size_t count = 0;

	garbage_init(&garbage, &options);
	assert_int_equal(garbage_find(&garbage, NULL), 0);
	for (size_t i = 0; i < garbage.count; i++)
		count += strcmp(garbage.items[i].kind->name, kind) == 0;
	if (strcmp(kind, "release") == 0)
		count = garbage.needs.releases.count;
	garbage_release(&garbage);
	return count;
}

/* Its engine may die before the stage is started. */
static void what_a_run_that_is_tried_again_needs_is_no_garbage(void **state)
{
	struct past_run *place = *state;
	char *folder = run_folder(place->state, 1);
	char *logs = path_join(folder, "logs");

	start(place);
	tell(place, "artifact.stored",
	     "\"stage\":\"unit\",\"path\":\"a\",\"digest\":\"aa\"");
	tell(place, "run.finished", "\"outcome\":\"failed\"");
	close(place->lock);
	place->lock = -1;
	assert_int_equal(folder_make(logs, 0700, NULL), 0);
	assert_int_equal(count_garbage(place, "logs"), 1);
	assert_int_equal(count_garbage(place, "release"), 0);
	tell(place, "stage.ready", "\"stage\":\"unit\",\"again\":true");
	assert_true(recovery_is_wanted(place->state, 1));
	assert_int_equal(count_garbage(place, "logs"), 0);
	assert_int_equal(count_garbage(place, "release"), 1);
	free(logs);
	free(folder);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_run_that_lives_is_not_opened),
		TEST(a_run_that_wrote_nothing_is_not_found),
		TEST(it_knows_what_was_asked_for),
		TEST(stages_are_over_or_were_under_way),
		TEST(an_end_is_an_end),
		TEST(a_gate_has_its_votes_until_it_opens_anew),
		TEST(a_decided_gate_is_not_offered_as_cut_off),
		TEST(a_rollback_before_a_deployment_is_not_of_it),
		TEST(what_people_commanded_a_deployment_lasts),
		TEST(what_a_run_that_is_tried_again_needs_is_no_garbage),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
