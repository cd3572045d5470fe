/* SPDX-License-Identifier: MIT */
#include "unit/source/scratch.h"

#include "base/memory.h"
#include "unit/step/rig.h"

static const char delivery[] =
	"name: shop\n"
	"people:\n"
	"  lee: {name: Lee, email: lee@shop.example}\n"
	"stages:\n"
	"  go: {gate: {approvers: [lee], expires: 1h}}\n";

static const char deployment[] = "name: shop\n"
				 "mode: deployment\n"
				 "stages:\n"
				 "  go: {gate: {expires: 1h}}\n";

static const char brief[] = "name: shop\n"
			    "stages:\n"
			    "  go: {gate: {expires: 1s}}\n";

static void make_repository(struct rig *rig)
{
	scratch_run(rig->folder, "git init -q . && echo 1 >a && git add a && "
				 "git commit -qm first");
	free(rig->commit.id);
	rig->commit.id = scratch_ask(rig->folder, "git rev-parse HEAD");
}

static void begin(struct rig *rig, const char *pipeline_text)
{
	rig_init(rig, pipeline_text);
	make_repository(rig);
	rig_start(rig, STEP_GATE);
}

static void open_gate(struct rig *rig, const char *pipeline_text)
{
	begin(rig, pipeline_text);
	rig_until_told(rig, "gate.opened");
}

static void a_vote_is_acted_on_only_after_the_disk_has_it(void **state)
{
	struct rig rig;

	(void)state;
	open_gate(&rig, delivery);
	rig.disk_is_slow = true;
	assert_int_equal(rig_command(&rig, COMMAND_APPROVE, "lee", 2, NULL), 0);
	assert_int_equal(rig_told(&rig, "gate.voted"), 1);
	assert_int_equal(rig_told(&rig, "\"outcome\":\"approved\""), 1);
	for (int i = 0; i < 3; i++)
		loop_turn(rig.loop, 0);
	assert_false(rig.done);
	rig_sync(&rig);
	assert_true(rig.done);
	assert_int_equal(rig.outcome, STATE_PASSED);
	rig_release(&rig);
}

static void a_refused_vote_leaves_no_trace(void **state)
{
	struct rig rig;

	(void)state;
	open_gate(&rig, delivery);
	assert_int_equal(rig_command(&rig, COMMAND_APPROVE, "eve", 3, NULL),
			 -1);
	assert_int_equal(rig_command(&rig, COMMAND_REJECT, "lee", 2, NULL), -1);
	assert_int_equal(rig_command(&rig, COMMAND_PROMOTE, "lee", 2, NULL),
			 -1);
	assert_int_equal(rig_told(&rig, "gate.voted"), 0);
	assert_int_equal(rig_told(&rig, "gate.closed"), 0);
	rig_release(&rig);
}

static void a_decided_gate_takes_no_more_votes(void **state)
{
	struct rig rig;

	(void)state;
	open_gate(&rig, delivery);
	rig.disk_is_slow = true;
	assert_int_equal(rig_command(&rig, COMMAND_REJECT, "lee", 2, "no"), 0);
	assert_int_equal(rig_command(&rig, COMMAND_OVERRIDE, "eve", 3, "yes"),
			 -1);
	rig_sync(&rig);
	assert_int_equal(rig.outcome, STATE_REJECTED);
	assert_string_equal(rig.reason, "no");
	rig_release(&rig);
}

static void a_cancelled_gate_is_closed_once(void **state)
{
	struct rig rig;

	(void)state;
	open_gate(&rig, delivery);
	step_cancel(rig.step, STATE_CANCELLED);
	assert_int_equal(rig.outcome, STATE_CANCELLED);
	assert_int_equal(rig_told(&rig, "gate.closed"), 1);
	assert_int_equal(rig_told(&rig, "\"outcome\":\"cancelled\""), 1);
	rig_release(&rig);
}

/* The vote is on its way to the disk when the run is cancelled. */
static void a_cancel_while_the_disk_is_awaited_ends_it_once(void **state)
{
	struct rig rig;

	(void)state;
	open_gate(&rig, delivery);
	rig.disk_is_slow = true;
	assert_int_equal(rig_command(&rig, COMMAND_APPROVE, "lee", 2, NULL), 0);
	step_cancel(rig.step, STATE_CANCELLED);
	assert_true(rig.done);
	rig_sync(&rig);
	assert_int_equal(rig.outcome, STATE_CANCELLED);
	rig_release(&rig);
}

/* The engine frees a step only after the pass in which it ended. */
static void a_gate_cancelled_before_it_opened_does_not_open(void **state)
{
	struct rig rig;
	bool read = false;

	(void)state;
	begin(&rig, delivery);
	step_cancel(rig.step, STATE_CANCELLED);
	while (!read) {
		loop_turn(rig.loop, 100);
		read = !helper_pending(rig.helper);
	}
	loop_turn(rig.loop, 0);
	assert_int_equal(rig_told(&rig, "gate.opened"), 0);
	rig_release(&rig);
}

static void a_step_freed_while_the_disk_is_awaited_is_not_told(void **state)
{
	struct rig rig;

	(void)state;
	open_gate(&rig, delivery);
	rig.disk_is_slow = true;
	assert_int_equal(rig_command(&rig, COMMAND_APPROVE, "lee", 2, NULL), 0);
	step_free(rig.step);
	rig.step = NULL;
	rig_sync(&rig);
	assert_false(rig.done);
	rig_release(&rig);
}

static void it_expires_by_itself(void **state)
{
	struct rig rig;

	(void)state;
	open_gate(&rig, brief);
	rig_until_done(&rig);
	assert_int_equal(rig.outcome, STATE_EXPIRED);
	assert_int_equal(rig_told(&rig, "\"outcome\":\"expired\""), 1);
	rig_release(&rig);
}

static void in_deployment_mode_a_gate_of_nobody_opens(void **state)
{
	struct rig rig;

	(void)state;
	open_gate(&rig, deployment);
	rig_until_done(&rig);
	assert_int_equal(rig.outcome, STATE_PASSED);
	rig_release(&rig);
}

/* Without the authors nobody could be left out: it must not open. */
static void a_gate_stays_shut_when_what_ships_is_not_known(void **state)
{
	struct rig rig;

	(void)state;
	rig_init(&rig, deployment);
	rig_start(&rig, STEP_GATE);
	rig_until_done(&rig);
	assert_int_equal(rig.outcome, STATE_FAILED);
	assert_int_equal(rig_told(&rig, "gate.opened"), 0);
	assert_string_not_equal(rig.reason, "");
	rig_release(&rig);
}

/* What was approved is no longer what would go: the vote does not count. */
static void a_new_finding_voids_the_votes(void **state)
{
	struct rig rig;

	(void)state;
	open_gate(&rig, delivery);
	rig.findings = "another";
	assert_int_equal(rig_command(&rig, COMMAND_APPROVE, "lee", 2, NULL),
			 -1);
	assert_int_equal(rig_told(&rig, "\"outcome\":\"void\""), 1);
	assert_false(rig.done);
	while (rig_told(&rig, "gate.opened") < 2)
		loop_turn(rig.loop, 100);
	assert_int_equal(rig_command(&rig, COMMAND_APPROVE, "lee", 2, NULL), 0);
	rig_until_done(&rig);
	assert_int_equal(rig.outcome, STATE_PASSED);
	rig_release(&rig);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_vote_is_acted_on_only_after_the_disk_has_it),
		cmocka_unit_test(a_refused_vote_leaves_no_trace),
		cmocka_unit_test(a_decided_gate_takes_no_more_votes),
		cmocka_unit_test(a_cancelled_gate_is_closed_once),
		cmocka_unit_test(
			a_cancel_while_the_disk_is_awaited_ends_it_once),
		cmocka_unit_test(
			a_gate_cancelled_before_it_opened_does_not_open),
		cmocka_unit_test(
			a_step_freed_while_the_disk_is_awaited_is_not_told),
		cmocka_unit_test(it_expires_by_itself),
		cmocka_unit_test(in_deployment_mode_a_gate_of_nobody_opens),
		cmocka_unit_test(
			a_gate_stays_shut_when_what_ships_is_not_known),
		cmocka_unit_test(a_new_finding_voids_the_votes),
	};

	scratch_git();
	return cmocka_run_group_tests(tests, NULL, NULL);
}
