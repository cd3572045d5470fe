/* SPDX-License-Identifier: MIT */
#include "support/pipelines.h"

#include "base/memory.h"
#include "gate/gate.h"

static const char file[] =
	"name: shop\n"
	"people:\n"
	"  ana: {name: Ana, email: ana@shop.example, groups: [managers]}\n"
	"  lee: {name: Lee, email: lee@shop.example, groups: [managers]}\n"
	"  kim: {name: Kim, groups: [managers]}\n"
	"  ravi: {name: Ravi, email: ravi@shop.example}\n"
	"socket-group: staff\n"
	"stages:\n"
	"  go: {gate: {approvers: [\"@managers\"], required: %d, not: "
	"[author], expires: 1h}}\n";

struct fixture {
	struct pipeline *pipeline;
	struct strings authors;
	struct gate_facts facts;
	struct gate *gate;
};

static void open_gate(struct fixture *fixture, int required)
{
	char text[512];

	snprintf(text, sizeof(text), file, required);
	fixture->pipeline = pipeline_of(text);
	fixture->authors = (struct strings)STRINGS_INIT;
	strings_add(&fixture->authors, "Lee@shop.example");
	fixture->facts = (struct gate_facts){.commit = "9f3c",
					     .authors = &fixture->authors};
	fixture->gate = gate_new(&fixture->pipeline->stages[0].gate,
				 fixture->pipeline, &fixture->facts, 1000);
}

static void close_gate(struct fixture *fixture)
{
	gate_free(fixture->gate);
	strings_release(&fixture->authors);
	pipeline_free(fixture->pipeline);
}

static int vote(struct fixture *fixture, enum gate_choice choice, uid_t uid,
		const char *login, const char *reason)
{
	struct gate_vote cast = {
		.choice = choice, .uid = uid, .login = login, .reason = reason};

	return gate_vote(fixture->gate, &cast, 2000, NULL);
}

static void one_approval_of_one_opens_it(void **state)
{
	struct fixture f;

	(void)state;
	open_gate(&f, 1);
	assert_int_equal(gate_outcome(f.gate, 2000), GATE_OPEN);
	assert_int_equal(vote(&f, GATE_APPROVE, 1, "ana", NULL), 0);
	assert_int_equal(gate_outcome(f.gate, 2000), GATE_APPROVED);
	close_gate(&f);
}

static void is_refused(struct fixture *fixture, uid_t uid, const char *login,
		       const char *why)
{
	struct gate_vote cast = {.uid = uid, .login = login};
	struct error err = ERROR_INIT;

	assert_int_equal(gate_vote(fixture->gate, &cast, 2000, &err), -1);
	assert_non_null(strstr(error_text(&err), why));
	error_clear(&err);
}

static void an_author_may_not_approve(void **state)
{
	struct fixture f;

	(void)state;
	open_gate(&f, 1);
	is_refused(&f, 2, "lee", "wrote part of what ships");
	assert_int_equal(gate_outcome(f.gate, 2000), GATE_OPEN);
	close_gate(&f);
}

/* A rule that cannot be checked is not let through. */
static void who_is_not_known_to_git_may_not_approve(void **state)
{
	struct gate_vote cast = {
		.uid = 5, .login = "kim", .email = "kim@shop.example"};
	struct fixture f;

	(void)state;
	open_gate(&f, 1);
	is_refused(&f, 5, "kim", "`people`");
	assert_int_equal(gate_vote(f.gate, &cast, 2000, NULL), 0);
	close_gate(&f);
}

static void who_is_in_no_group_may_not_approve(void **state)
{
	struct fixture f;

	(void)state;
	open_gate(&f, 1);
	assert_int_equal(vote(&f, GATE_APPROVE, 3, "ravi", NULL), -1);
	assert_int_equal(vote(&f, GATE_APPROVE, 4, "nobody", NULL), -1);
	close_gate(&f);
}

static void one_uid_has_one_vote(void **state)
{
	struct fixture f;

	(void)state;
	open_gate(&f, 2);
	assert_int_equal(vote(&f, GATE_APPROVE, 1, "ana", NULL), 0);
	assert_int_equal(vote(&f, GATE_APPROVE, 1, "ana", NULL), -1);
	assert_int_equal(gate_outcome(f.gate, 2000), GATE_OPEN);
	assert_int_equal(gate_approvals(f.gate), 1);
	close_gate(&f);
}

static void one_rejection_ends_it_and_needs_a_reason(void **state)
{
	struct fixture f;

	(void)state;
	open_gate(&f, 2);
	assert_int_equal(vote(&f, GATE_REJECT, 3, "ravi", NULL), -1);
	assert_int_equal(vote(&f, GATE_REJECT, 3, "ravi", "too late"), 0);
	assert_int_equal(gate_outcome(f.gate, 2000), GATE_REJECTED);
	assert_int_equal(vote(&f, GATE_APPROVE, 1, "ana", NULL), -1);
	close_gate(&f);
}

static void it_expires_and_then_takes_no_vote(void **state)
{
	struct fixture f;
	struct gate_vote cast = {.uid = 1, .login = "ana"};

	(void)state;
	open_gate(&f, 1);
	assert_int_equal(gate_outcome(f.gate, 1000 + 3599999), GATE_OPEN);
	assert_int_equal(gate_outcome(f.gate, 1000 + 3600000), GATE_EXPIRED);
	assert_int_equal(gate_vote(f.gate, &cast, 1000 + 3600000, NULL), -1);
	close_gate(&f);
}

static void an_override_needs_a_reason_and_says_so(void **state)
{
	struct fixture f;

	(void)state;
	open_gate(&f, 2);
	assert_int_equal(vote(&f, GATE_OVERRIDE, 2, "lee", ""), -1);
	assert_int_equal(vote(&f, GATE_OVERRIDE, 2, "lee", "site is down"), 0);
	assert_int_equal(gate_outcome(f.gate, 2000), GATE_OVERRIDDEN);
	close_gate(&f);
}

static void every_bound_fact_changes_what_is_bound(void **state)
{
	struct gate_facts facts = {.commit = "a",
				   .artifacts = "b",
				   .pipeline = "c",
				   .findings = "d",
				   .live = "e"};
	const char **fields[] = {&facts.commit, &facts.artifacts,
				 &facts.pipeline, &facts.findings, &facts.live};
	char before[DIGEST_TEXT_SIZE], after[DIGEST_TEXT_SIZE];

	(void)state;
	gate_binds(&facts, before);
	for (size_t i = 0; i < ARRAY_SIZE(fields); i++) {
		const char *kept = *fields[i];

		*fields[i] = "x";
		gate_binds(&facts, after);
		assert_string_not_equal(before, after);
		*fields[i] = kept;
	}
}

static void what_is_live_and_the_candidate_both_hold(void **state)
{
	struct gate_rule loose = {.present = true, .required = 1};
	struct gate_rule none = {0};
	struct fixture f;

	(void)state;
	loose.expires_ms = 1000;
	open_gate(&f, 2);
	f.facts.live_rule = &f.pipeline->stages[0].gate;
	f.facts.live_pipeline = f.pipeline;
	gate_free(f.gate);
	f.gate = gate_new(&loose, f.pipeline, &f.facts, 1000);
	assert_true(gate_rules_differ(&loose, f.facts.live_rule));
	assert_int_equal(gate_required(f.gate), 2);
	assert_int_equal(gate_expires_at(f.gate), 2000);
	gate_free(f.gate);
	f.gate = gate_new(&none, f.pipeline, &f.facts, 1000);
	assert_int_equal(vote(&f, GATE_APPROVE, 3, "ravi", NULL), -1);
	assert_int_equal(vote(&f, GATE_APPROVE, 2, "lee", NULL), -1);
	assert_int_equal(vote(&f, GATE_APPROVE, 1, "ana", NULL), 0);
	assert_int_equal(gate_outcome(f.gate, 3000), GATE_OPEN);
	close_gate(&f);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(one_approval_of_one_opens_it),
		cmocka_unit_test(an_author_may_not_approve),
		cmocka_unit_test(who_is_not_known_to_git_may_not_approve),
		cmocka_unit_test(who_is_in_no_group_may_not_approve),
		cmocka_unit_test(one_uid_has_one_vote),
		cmocka_unit_test(one_rejection_ends_it_and_needs_a_reason),
		cmocka_unit_test(it_expires_and_then_takes_no_vote),
		cmocka_unit_test(an_override_needs_a_reason_and_says_so),
		cmocka_unit_test(every_bound_fact_changes_what_is_bound),
		cmocka_unit_test(what_is_live_and_the_candidate_both_hold),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
