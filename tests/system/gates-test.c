/* SPDX-License-Identifier: MIT */
/* Gates of the real program: who lets what pass, from where, and that no
 * way leads around them. */
#include "system/support.h"

#include <errno.h>
#include <grp.h>
#include <poll.h>
#include <stdio.h>
#include <unistd.h>

#include "base/file.h"
#include "base/memory.h"
#include "engine/runs.h"
#include "event/command.h"
#include "net/server.h"

#define HEAD "name: shop\nenvironments:\n" SITE_PRODUCTION
#define GATE "    gate: {required: 1, not: [author]}\n"
#define STAGES "stages:\n" SITE_BUILD
#define DEPLOY "  production: {deploy: {environment: production}}\n"
#define AT_GATE "production waits for 1 approval"

static void prepare(struct site *site, const char *text)
{
	site_pipeline(site, text);
	site_commit(site, "a commit");
}

static struct process *run_to_gate(struct site *site)
{
	struct process *run = site_start(site, NULL, "run", "--wait", NULL);

	process_await_text(run, AT_GATE);
	return run;
}

static int gates_opened(struct site *site, int run)
{
	char *folder = site_run_folder(site, run);
	int count = site_count_events(folder, EVENT_GATE_OPENED, NULL);

	free(folder);
	return count;
}

static void assert_untouched(struct site *site)
{
	assert_string_equal(site_colour(site), "");
	assert_int_equal(site_keeper(site, "production", "blue"), 0);
	assert_int_equal(site_keeper(site, "production", "green"), 0);
}

static void approval_from_another_process_lets_the_release_pass(void **state)
{
	struct site *site = *state;
	char *folder = site_run_folder(site, 1);
	struct process *run;
	struct event *vote;

	prepare(site, HEAD GATE STAGES DEPLOY);
	run = run_to_gate(site);
	assert_untouched(site);
	assert_int_equal(site_call(site, "status", NULL), 0);
	assert_says(site->out, "waiting");
	assert_int_equal(site_call(site, "approve", "1", NULL), 0);
	assert_int_equal(process_await(run), 0);
	assert_says(run->out.data, "gate approved");
	assert_string_equal(site_colour(site), "blue");
	vote = site_last_event(folder, EVENT_GATE_VOTED, "production");
	assert_string_equal(event_text(vote, "vote"), "approve");
	assert_int_equal(event_int(vote, "uid", -1), getuid());
	event_free(vote);
	free(folder);
}

static void second_approval_is_refused_with_the_reason(void **state)
{
	struct site *site = *state;
	struct process *run;

	prepare(site, HEAD GATE STAGES
		"  production: {deploy: {environment: production}}\n"
		"  after: {run: 'until test -e @FOLDER@/go; do :; "
		"done'}\n");
	run = run_to_gate(site);
	assert_int_equal(site_call(site, "approve", "1", NULL), 0);
	process_await_text(run, "after started");
	assert_int_equal(site_call(site, "approve", "1", NULL), 8);
	assert_says(site->err, "no gate of run 1 is open");
	assert_int_equal(site_call(site, "approve", "1", "production", NULL),
			 8);
	assert_says(site->err, "production");
	site_shell(site, site->folder, "touch go");
	assert_int_equal(process_await(run), 0);
	assert_int_equal(site_call(site, "approve", "1", NULL), 8);
	assert_says(site->err, "has ended");
}

static void author_may_not_approve_but_may_reject(void **state)
{
	struct site *site = *state;
	struct process *run;

	site_shell(site, site->repository,
		   "git config user.email ana@example.org");
	prepare(site, HEAD GATE STAGES DEPLOY);
	run = run_to_gate(site);
	assert_int_equal(site_call(site, "approve", "1", NULL), 8);
	assert_says(site->err, "wrote part of what ships");
	assert_int_equal(site_call(site, "reject", "1", NULL), 2);
	assert_says(site->err, "reject needs --reason TEXT");
	assert_int_equal(site_call(site, "reject", "1", "--reason",
				   "not on a Friday", NULL),
			 0);
	assert_int_equal(process_await(run), 3);
	assert_says(run->out.data, "not on a Friday");
	assert_untouched(site);
}

static void override_passes_its_author_and_is_said(void **state)
{
	struct site *site = *state;
	struct process *run;

	site_shell(site, site->repository,
		   "git config user.email ana@example.org");
	prepare(site, HEAD GATE STAGES DEPLOY);
	run = run_to_gate(site);
	assert_int_equal(site_call(site, "override", "1", NULL), 2);
	assert_int_equal(site_call(site, "override", "1", "--reason",
				   "nobody else is awake", NULL),
			 0);
	assert_int_equal(process_await(run), 0);
	assert_says(run->out.data, "overridden");
	assert_says(run->out.data, "overrode the gate of production");
	assert_says(run->out.data, "nobody else is awake");
}

static void failed_stage_stands_against_approval(void **state)
{
	struct site *site = *state;
	struct process *run;

	prepare(site, "name: shop\nstages:\n  bad: {run: exit 3}\n"
		      "  hold: {needs: [], gate: {not: []}}\n");
	run = site_start(site, NULL, "run", "--wait", NULL);
	process_await_text(run, "hold waits for 1 approval");
	process_await_text(run, "bad finished");
	assert_int_equal(site_call(site, "approve", "1", NULL), 8);
	assert_says(site->err, "bad: failed");
	assert_int_equal(site_call(site, "override", "1", "--reason",
				   "bad is known", NULL),
			 0);
	assert_int_equal(process_await(run), 1);
}

static void gate_nobody_decides_on_expires_into_3(void **state)
{
	struct site *site = *state;
	struct process *run;

	prepare(site, HEAD "    gate: {expires: 500ms}\n" STAGES DEPLOY);
	run = run_to_gate(site);
	assert_int_equal(process_await(run), 3);
	assert_says(run->out.data, "expired");
	assert_untouched(site);
}

static void without_wait_a_run_at_its_gate_ends_with_6(void **state)
{
	struct site *site = *state;

	prepare(site, HEAD GATE STAGES DEPLOY);
	assert_int_equal(site_call(site, "run", NULL), 6);
	assert_says(site->out, "waits at the gate of production");
	assert_untouched(site);
	assert_int_equal(site_call(site, "status", "1", NULL), 0);
	assert_says(site->out, "waits at its gate");
	assert_int_equal(site_call(site, "approve", "1", NULL), 0);
	assert_says(site->out, "recorded; signalbox resume 1 goes on");
	assert_untouched(site);
	assert_int_equal(site_call(site, "status", NULL), 0);
	assert_says(site->out, "its gate is decided, without an engine");
	assert_says(site->out, "signalbox resume 1 goes on");
	assert_int_equal(site_call(site, "history", NULL), 0);
	assert_says(site->out, "at its gate");
	assert_int_equal(site_call(site, "history", "--output", "json", NULL),
			 0);
	assert_says(site->out, "\"state\": \"at its gate\"");
	assert_int_equal(site_call(site, "status", "--until", "done", NULL), 7);
	assert_says(site->err, "was decided at the gate of production");
}

/* The answer to a command of someone who looked at event 1. */
static void send_late(struct site *site, enum command_kind kind, char *stage,
		      struct str *answer)
{
	struct command command = {
		.kind = kind, .id = 7, .run = 1, .seq = 1, .stage = stage};
	char *common = path_join(site->repository, ".git");
	char *real = realpath(common, NULL);
	char *with_slash = xasprintf("%s/", real), *path;
	struct str line = STR_INIT;
	struct pollfd wait = {.events = POLLIN};
	char bytes[4096];
	ssize_t n;
	int fd;

	path = run_socket(with_slash, 1, NULL);
	fd = unix_connect(path, NULL);
	if (fd < 0) {
		free(path);
		path = run_socket(real, 1, NULL);
		fd = unix_connect(path, NULL);
	}
	assert_true(fd >= 0);
	wait.fd = fd;
	command_encode(&command, &line);
	assert_int_equal(write(fd, line.data, line.len), line.len);
	assert_int_equal(poll(&wait, 1, 10000), 1);
	n = read(fd, bytes, sizeof(bytes));
	if (n <= 0)
		fail_msg("no answer: %zd, %s", n, strerror(errno));
	str_clear(answer);
	str_add_bytes(answer, bytes, (size_t)n);
	close(fd);
	str_release(&line);
	free(path);
	free(with_slash);
	free(real);
	free(common);
}

static void vote_on_what_has_moved_on_since_is_refused(void **state)
{
	struct site *site = *state;
	struct str answer = STR_INIT;
	struct process *run;

	prepare(site, HEAD GATE STAGES DEPLOY);
	run = run_to_gate(site);
	send_late(site, COMMAND_APPROVE, NULL, &answer);
	assert_says(answer.data, "\"ok\":false");
	assert_says(answer.data, "has moved on since what you saw");
	assert_int_equal(
		site_call(site, "reject", "1", "--reason", "enough", NULL), 0);
	assert_int_equal(process_await(run), 3);
	str_release(&answer);
}

/* A second cancel kills what cleans up, a second retry runs it twice: who
 * asks has to know of the first. */
static void cancel_and_retry_act_on_what_their_sender_saw(void **state)
{
	struct site *site = *state;
	struct str answer = STR_INIT;
	struct process *run;

	prepare(site, "name: shop\nstages:\n"
		      "  bad: {run: exit 3}\n"
		      "  slow: {needs: [], run: 'echo slow; sleep 600',\n"
		      "    cleanup: ['until test -e @FOLDER@/go; do sleep "
		      "0.05; done; touch @FOLDER@/tidy']}\n");
	run = site_start(site, NULL, "run", "--jobs", "2", NULL);
	process_await_text(run, "bad finished: failed");
	send_late(site, COMMAND_RETRY, "bad", &answer);
	assert_says(answer.data, "has moved on since what you saw");
	assert_int_equal(site_call(site, "cancel", "1", NULL), 0);
	send_late(site, COMMAND_CANCEL, NULL, &answer);
	assert_says(answer.data, "has moved on since what you saw");
	site_shell(site, site->folder, "touch go");
	assert_int_equal(process_await(run), 4);
	site_shell(site, site->folder, "test -e tidy");
	str_release(&answer);
}

static void approval_is_void_when_another_release_went_live(void **state)
{
	struct site *site = *state;
	struct process *first, *second;

	prepare(site, HEAD GATE STAGES DEPLOY);
	first = run_to_gate(site);
	site_write(site, "bug", "0\n");
	site_commit(site, "another");
	second = run_to_gate(site);
	assert_int_equal(site_call(site, "approve", "1", NULL), 0);
	assert_int_equal(process_await(first), 0);
	assert_int_equal(gates_opened(site, 2), 1);
	assert_int_equal(site_call(site, "approve", "2", NULL), 0);
	/* It was compared with nothing; now the first is what it replaces. */
	str_clear(&second->out);
	process_await_text(second, AT_GATE);
	assert_string_equal(site_colour(site), "blue");
	assert_int_equal(site_call(site, "approve", "2", NULL), 0);
	assert_int_equal(process_await(second), 0);
	assert_string_equal(site_colour(site), "green");
}

static void deployment_mode_opens_a_gate_that_names_nobody(void **state)
{
	struct site *site = *state;

	prepare(site, "mode: deployment\n" HEAD GATE STAGES DEPLOY);
	assert_int_equal(site_call(site, "run", NULL), 0);
	assert_says(site->out, "mode: deployment");
	assert_int_equal(gates_opened(site, 1), 1);
	assert_string_equal(site_colour(site), "blue");
}

static void deployment_mode_holds_at_a_gate_that_names_people(void **state)
{
	struct site *site = *state;

	prepare(site, "mode: deployment\n"
		      "people:\n"
		      "  ravi: {email: ravi@example.org}\n" HEAD
		      "    gate: {approvers: [ravi]}\n" STAGES DEPLOY);
	assert_int_equal(site_call(site, "run", NULL), 6);
	assert_untouched(site);
}

static void holds_at(struct site *site, const char *text, const char *skip)
{
	int status;

	prepare(site, text);
	status = skip ? site_call(site, "run", "--skip", skip, "--reason",
				  "in a hurry", NULL)
		      : site_call(site, "run", NULL);
	if (status != 6)
		fail_msg("%d: %s%s", status, site->out, site->err);
	assert_untouched(site);
}

static void no_way_leads_a_deployment_past_its_gate(void **state)
{
	struct site *site = *state;

	/* a stage between gate and production */
	holds_at(site,
		 HEAD GATE STAGES "  ready: {gate: {expires: 1h}}\n"
				  "  between: {run: 'true'}\n" DEPLOY,
		 NULL);
	/* that gate left out: the environment's own still holds */
	holds_at(site,
		 HEAD GATE STAGES "  ready: {gate: {}}\n"
				  "  between: {run: 'true'}\n" DEPLOY,
		 "ready");
	/* nothing needed at all */
	holds_at(site,
		 HEAD GATE STAGES
		 "  production:\n"
		 "    needs: [build]\n"
		 "    deploy: {environment: production, strategy: "
		 "all-at-once}\n",
		 NULL);
	/* two stages of one environment: the first, left out, opens nothing */
	holds_at(site,
		 HEAD GATE STAGES DEPLOY
		 "  again: {deploy: {environment: production}}\n",
		 "production");
}

static void later_stage_that_deploys_asks_its_gate_again(void **state)
{
	struct site *site = *state;
	struct process *run;

	prepare(site, HEAD GATE STAGES DEPLOY
		"  again: {deploy: {environment: production}}\n");
	run = run_to_gate(site);
	assert_int_equal(site_call(site, "approve", "1", NULL), 0);
	process_await_text(run, "again waits for 1 approval");
	assert_int_equal(site_call(site, "approve", "1", "again", NULL), 0);
	assert_int_equal(process_await(run), 0);
	assert_int_equal(gates_opened(site, 1), 2);
}

static void gate_that_the_candidate_took_away_still_holds(void **state)
{
	struct site *site = *state;
	struct process *run;

	prepare(site, HEAD GATE STAGES DEPLOY);
	run = run_to_gate(site);
	assert_int_equal(site_call(site, "approve", "1", NULL), 0);
	assert_int_equal(process_await(run), 0);
	prepare(site, HEAD STAGES DEPLOY);
	assert_int_equal(site_call(site, "run", NULL), 6);
	assert_string_equal(site_colour(site), "blue");
	prepare(site, "mode: deployment\n" HEAD GATE STAGES DEPLOY);
	assert_int_equal(site_call(site, "run", NULL), 6);
	assert_string_equal(site_colour(site), "blue");
}

static void branches_that_the_candidate_took_away_still_hold(void **state)
{
	struct site *site = *state;

	prepare(site, HEAD "    branches: [main]\n" STAGES DEPLOY);
	site_shell(site, site->repository, "git branch -M main");
	assert_int_equal(site_call(site, "run", NULL), 0);
	site_shell(site, site->repository, "git checkout -q -b fix");
	prepare(site, HEAD STAGES DEPLOY);
	assert_int_equal(site_call(site, "run", NULL), 8);
	assert_says(site->out, "refused: production takes commits of main, as "
			       "the release says that is live, and ");
	assert_string_equal(site_colour(site), "blue");
}

/* What the rules of the live release are cannot be known: that is no leave. */
static void live_rules_that_cannot_be_read_let_nothing_pass(void **state)
{
	struct site *site = *state;
	struct process *run;

	prepare(site, HEAD GATE STAGES DEPLOY);
	run = run_to_gate(site);
	assert_int_equal(site_call(site, "approve", "1", NULL), 0);
	assert_int_equal(process_await(run), 0);
	site_shell(site, site->state, "rm environments/production/pipelines/*");
	prepare(site, HEAD STAGES DEPLOY);
	assert_int_equal(site_call(site, "run", NULL), 7);
	assert_says(site->out, "put it back with git show ");
	assert_string_equal(site_colour(site), "blue");
}

static void secrets_come_after_the_gate(void **state)
{
	struct site *site = *state;
	struct process *run;
	int status;

	setenv("DB_PASSWORD", "hunter2-and-more", 1);
	prepare(site, HEAD GATE
		"    secrets: [DB_PASSWORD]\n" STAGES "  before:\n"
		"    environment: production\n"
		"    run: echo \"$DB_PASSWORD\" > @FOLDER@/before\n" DEPLOY
		"  after:\n"
		"    environment: production\n"
		"    run: echo \"$DB_PASSWORD\" > @FOLDER@/after\n");
	status = site_call(site, "run", NULL);
	site_shell(site, site->folder, "! grep -s hunter before");
	assert_int_equal(status, 8);
	assert_says(site->out, "gate");
	assert_untouched(site);
	prepare(site, HEAD GATE
		"    secrets: [DB_PASSWORD]\n" STAGES DEPLOY "  after:\n"
		"    environment: production\n"
		"    run: echo \"$DB_PASSWORD\" > @FOLDER@/after\n");
	run = run_to_gate(site);
	assert_int_equal(site_call(site, "approve", "2", NULL), 0);
	assert_int_equal(process_await(run), 0);
	site_shell(site, site->folder, "grep -q hunter2-and-more after");
	unsetenv("DB_PASSWORD");
}

/* As another user of the machine, who is in the group "nogroup" alone. */
static int call_as_nobody(struct site *site, const char *verb)
{
	char *program = path_join(site->folder, "signalbox");
	char *copy = xasprintf("cp %s %s && chmod -R go+rX %s && chmod 755 .",
			       site->signalbox, program, site->repository);
	const char *const argv[] = {"setpriv",
				    "--reuid=nobody",
				    "--regid=nogroup",
				    "--clear-groups",
				    "env",
				    "-u",
				    "XDG_RUNTIME_DIR",
				    "GIT_CONFIG_COUNT=1",
				    "GIT_CONFIG_KEY_0=safe.directory",
				    "GIT_CONFIG_VALUE_0=*",
				    program,
				    verb,
				    "1",
				    NULL};
	struct process *process;
	int status;

	site_shell(site, site->folder, copy);
	site_shell(site, site->repository, "chmod -R go= .git/signalbox");
	process = site_spawn(site, NULL, argv);
	status = process_await(process);
	site->out = process->out.data;
	site->err = process->err.data;
	free(copy);
	free(program);
	return status;
}

static void two_users_of_the_group_let_a_release_pass(void **state)
{
	struct site *site = *state;
	const char *const setpriv[] = {"setpriv", "--version", NULL};
	struct process *run;

	if (getuid() != 0 || !getgrnam("nogroup") ||
	    process_await(site_spawn(site, NULL, setpriv)) != 0)
		skip(); /* only root can be two people */
	prepare(site, "socket-group: nogroup\n"
		      "people:\n"
		      "  root: {email: root@example.org}\n"
		      "  nobody: {email: nobody@example.org}\n" HEAD
		      "    gate: {required: 2, not: [author]}\n" STAGES DEPLOY);
	run = site_start(site, NULL, "run", "--wait", NULL);
	process_await_text(run, "production waits for 2 approvals");
	assert_int_equal(site_call(site, "approve", "1", NULL), 0);
	assert_int_equal(site_call(site, "approve", "1", NULL), 8);
	assert_says(site->err, "has voted on this gate already");
	assert_untouched(site);
	if (call_as_nobody(site, "approve") != 0)
		fail_msg("%s", site->err);
	assert_int_equal(process_await(run), 0);
	assert_says(run->out.data, "nobody approved production (2 of 2)");
	assert_string_equal(site_colour(site), "blue");
}

static void another_user_does_not_reach_a_run_that_is_not_shared(void **state)
{
	struct site *site = *state;
	struct process *run;

	if (getuid() != 0 || !getgrnam("nogroup"))
		skip();
	prepare(site, HEAD GATE STAGES DEPLOY);
	run = run_to_gate(site);
	assert_int_not_equal(call_as_nobody(site, "approve"), 0);
	assert_int_equal(site_call(site, "cancel", "1", NULL), 0);
	assert_int_equal(process_await(run), 4);
	assert_untouched(site);
}

static void gate_between_the_steps_of_a_plan_holds_the_weight(void **state)
{
	struct site *site = *state;
	struct process *run;

	prepare(site, HEAD STAGES DEPLOY);
	assert_int_equal(site_call(site, "run", NULL), 0);
	site_write(site, "bug", "0\n");
	prepare(site, HEAD STAGES
		"  production:\n"
		"    deploy:\n"
		"      environment: production\n"
		"      strategy: canary\n"
		"      steps: [{weight: 5%}, {gate: {}}, {weight: 100%}]\n");
	/* Without --wait too: traffic has moved, and somebody must watch. */
	run = site_start(site, NULL, "run", NULL);
	process_await_text(run, AT_GATE);
	site_load_start(site);
	site_await_requests(site, 1000);
	assert_int_equal(
		site_call(site, "reject", "2", "--reason", "slow", NULL), 0);
	assert_int_equal(process_await(run), 3);
	site_load_stop(site);
	site_assert_nothing_failed(site);
	assert_string_equal(site_colour(site), "blue");
}

static int run_all(void)
{
	const struct CMUnitTest tests[] = {
#define TEST(name) \
	cmocka_unit_test_setup_teardown(name, site_set_up, site_tear_down)
		TEST(approval_from_another_process_lets_the_release_pass),
		TEST(second_approval_is_refused_with_the_reason),
		TEST(author_may_not_approve_but_may_reject),
		TEST(override_passes_its_author_and_is_said),
		TEST(failed_stage_stands_against_approval),
		TEST(gate_nobody_decides_on_expires_into_3),
		TEST(without_wait_a_run_at_its_gate_ends_with_6),
		TEST(vote_on_what_has_moved_on_since_is_refused),
		TEST(cancel_and_retry_act_on_what_their_sender_saw),
		TEST(approval_is_void_when_another_release_went_live),
		TEST(deployment_mode_opens_a_gate_that_names_nobody),
		TEST(deployment_mode_holds_at_a_gate_that_names_people),
		TEST(no_way_leads_a_deployment_past_its_gate),
		TEST(later_stage_that_deploys_asks_its_gate_again),
		TEST(gate_that_the_candidate_took_away_still_holds),
		TEST(branches_that_the_candidate_took_away_still_hold),
		TEST(live_rules_that_cannot_be_read_let_nothing_pass),
		TEST(secrets_come_after_the_gate),
		TEST(two_users_of_the_group_let_a_release_pass),
		TEST(another_user_does_not_reach_a_run_that_is_not_shared),
		TEST(gate_between_the_steps_of_a_plan_holds_the_weight),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

int main(int argc, char **argv)
{
	return site_main(argc, argv, run_all);
}
