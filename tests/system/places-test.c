/* SPDX-License-Identifier: MIT */
/* Who holds an environment, who waits for it and who gives way: several runs
 * of the real program at once. */
#include "system/support.h"

#include <signal.h>
#include <fcntl.h>
#include <pty.h>
#include <stdio.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/file.h"
#include "base/memory.h"
#include "event/journal.h"
#include "model/model.h"
#include "net/port.h"

#define HEAD "name: shop\nenvironments:\n" SITE_PRODUCTION
#define GATE "    gate: {not: []}\n"
#define STAGES "stages:\n" SITE_BUILD
#define DEPLOY "  production: {deploy: {environment: production}}\n"
/* Holds the environment until somebody promotes. */
#define HELD                                                             \
	"  production: {deploy: {environment: production, "              \
	"strategy: canary, steps: [{weight: 5%}, {pause: {}}, {weight: " \
	"100%}]}}\n"
#define IS_HELD "wait until promoted"

static void commit(struct site *site, const char *keys, const char *stages)
{
	char *text = xasprintf(HEAD "%s" STAGES "%s", keys, stages);

	site_pipeline(site, text);
	site_commit(site, "a commit");
	free(text);
}

/* Run 1 is live, run 2 holds production in the midst of its deployment. */
static struct process *hold(struct site *site, const char *keys)
{
	struct process *run;

	commit(site, "", DEPLOY);
	assert_int_equal(site_call(site, "run", NULL), 0);
	commit(site, keys, HELD);
	run = site_start(site, NULL, "run", NULL);
	process_await_text(run, IS_HELD);
	return run;
}

static struct process *waiting(struct site *site)
{
	struct process *run = site_start(site, NULL, "run", NULL);

	process_await_text(run, "| production is held by run 2 by ");
	return run;
}

static int64_t live_run(struct site *site)
{
	char *folder = site_environment_folder(site, "production");
	struct event *event =
		site_last_event(folder, EVENT_DEPLOY_FINISHED, NULL);
	int64_t run = json_int(event_json(event, "live"), "run", 0);

	event_free(event);
	free(folder);
	return run;
}

static void runs_wait_in_order_of_arrival(void **state)
{
	struct site *site = *state;
	struct process *two = hold(site, "");
	struct process *three, *four;

	commit(site, "", DEPLOY);
	three = waiting(site);
	four = waiting(site);
	process_await_text(four, "; run 3 by ");
	assert_int_equal(site_call(site, "status", NULL), 0);
	assert_says(site->out, "held by run 2 by ");
	assert_says(site->out, "waits: run 3 by ");
	assert_says(site->out, "waits: run 4 by ");
	assert_int_equal(site_call(site, "status", "--output", "json", NULL),
			 0);
	assert_says(site->out, "\"queue\"");
	assert_int_equal(site_call(site, "promote", "2", NULL), 0);
	assert_int_equal(process_await(two), 0);
	assert_int_equal(process_await(three), 0);
	assert_int_equal(process_await(four), 0);
	assert_int_equal(live_run(site), 4);
	assert_int_equal(site_call(site, "log", "3", "production", NULL), 0);
	assert_says(site->out, "waits: production is held by run 2 by ");
	assert_int_equal(site_call(site, "verify", NULL), 0);
}

static void who_waits_moves_up_when_one_before_it_dies(void **state)
{
	struct site *site = *state;
	struct process *two = hold(site, "");
	struct process *three, *four;

	commit(site, "", DEPLOY);
	three = waiting(site);
	four = waiting(site);
	kill(process_program(three), SIGKILL);
	process_await(three);
	assert_int_equal(site_call(site, "promote", "2", NULL), 0);
	assert_int_equal(process_await(two), 0);
	assert_int_equal(process_await(four), 0);
	assert_int_equal(live_run(site), 4);
}

struct order {
	int begun, ended;
	bool overlap;
};

static int follow(const struct event *event, void *data)
{
	struct order *order = data;

	if (event->type == EVENT_DEPLOY_PLANNED) {
		order->overlap = order->overlap || order->begun > order->ended;
		order->begun++;
	}
	order->ended += event->type == EVENT_DEPLOY_FINISHED;
	return 0;
}

static struct order order_of(struct site *site)
{
	char *folder = site_environment_folder(site, "production");
	struct order order = {0};

	assert_int_equal(journal_read(folder, 1, follow, &order, NULL), 0);
	free(folder);
	return order;
}

#define RACERS 6

/* From two work trees of the repository. */
static void race(struct site *site, struct process **runs)
{
	char *second = path_join(site->folder, "second");

	site_shell(site, site->repository, "git worktree add -q ../second");
	for (int i = 0; i < RACERS; i++)
		runs[i] = site_start(site, i % 2 ? second : NULL, "run", NULL);
	free(second);
}

static void runs_that_race_deploy_one_after_the_other(void **state)
{
	struct site *site = *state;
	struct process *runs[RACERS];
	struct order order;

	commit(site, "", DEPLOY);
	race(site, runs);
	for (int i = 0; i < RACERS; i++)
		assert_int_equal(process_await(runs[i]), 0);
	order = order_of(site);
	assert_false(order.overlap);
	assert_int_equal(order.begun, RACERS);
	assert_int_equal(order.ended, RACERS);
}

/* Whoever is not refused is alone there. */
static void runs_that_race_are_refused_or_alone(void **state)
{
	struct site *site = *state;
	struct process *runs[RACERS];
	struct order order;
	int passed = 0;

	commit(site, "    concurrency: refuse\n", DEPLOY);
	race(site, runs);
	for (int i = 0; i < RACERS; i++) {
		int status = process_await(runs[i]);

		passed += status == 0;
		if (status != 0)
			assert_int_equal(status, 8);
		if (status == 8 &&
		    !strstr(runs[i]->out.data, "production is held by run "))
			assert_says(runs[i]->out.data, " is before this one");
	}
	order = order_of(site);
	assert_false(order.overlap);
	assert_true(passed >= 1);
	assert_int_equal(order.begun, passed);
}

/* The newest is live in the end, whichever of the others came through. */
static void newest_of_those_that_race_is_live(void **state)
{
	struct site *site = *state;
	struct process *runs[RACERS];
	struct order order;
	int passed = 0;

	commit(site, "    concurrency: supersede\n", DEPLOY);
	race(site, runs);
	for (int i = 0; i < RACERS; i++) {
		int status = process_await(runs[i]);

		passed += status == 0;
		if (status == 4)
			assert_says(runs[i]->out.data, "superseded by run ");
		else
			assert_int_equal(status, 0);
	}
	order = order_of(site);
	assert_false(order.overlap);
	assert_int_equal(order.begun, passed);
	assert_int_equal(live_run(site), RACERS);
}

static void refused_run_names_the_holder_and_ends_with_8(void **state)
{
	struct site *site = *state;
	struct process *two = hold(site, "");

	commit(site, "    concurrency: refuse\n" GATE, DEPLOY);
	assert_int_equal(site_call(site, "run", NULL), 8);
	assert_says(site->out, "production is held by run 2 by ");
	assert_says_not(site->out, "gate");
	assert_int_equal(site_call(site, "promote", "2", NULL), 0);
	assert_int_equal(process_await(two), 0);
	assert_int_equal(live_run(site), 2);
}

static void newest_run_supersedes_those_that_wait(void **state)
{
	struct site *site = *state;
	struct process *two = hold(site, "    concurrency: supersede\n");
	struct process *three, *four;

	commit(site, "    concurrency: supersede\n", DEPLOY);
	three = waiting(site);
	four = waiting(site);
	assert_int_equal(process_await(three), 4);
	assert_says(three->out.data, "superseded by run 4 (");
	assert_false(process_has_ended(two)); /* a deployment is left alone */
	assert_int_equal(site_call(site, "promote", "2", NULL), 0);
	assert_int_equal(process_await(two), 0);
	assert_int_equal(process_await(four), 0);
	assert_int_equal(live_run(site), 4);
}

static struct process *to_gate(struct site *site)
{
	struct process *run = site_start(site, NULL, "run", "--wait", NULL);

	process_await_text(run, "production waits for 1 approval");
	return run;
}

static void gate_that_waits_is_not_superseded_until_it_has_passed(void **state)
{
	struct site *site = *state;
	struct process *one, *two;

	commit(site, "    concurrency: supersede\n" GATE, DEPLOY);
	one = to_gate(site);
	two = to_gate(site);
	assert_int_equal(site_call(site, "approve", "2", NULL), 0);
	assert_int_equal(process_await(two), 0);
	assert_false(process_has_ended(one));
	assert_int_equal(site_call(site, "approve", "1", NULL), 0);
	assert_int_equal(process_await(one), 4);
	assert_says(one->out.data, "superseded by run 2 (");
	assert_int_equal(live_run(site), 2);
}

static void gate_is_superseded_where_that_is_asked_for(void **state)
{
	struct site *site = *state;
	struct process *two, *three;

	commit(site, "", DEPLOY);
	assert_int_equal(site_call(site, "run", NULL), 0);
	commit(site, "    concurrency: supersede-gates\n" GATE, DEPLOY);
	two = to_gate(site);
	assert_int_equal(site_call(site, "status", NULL), 0);
	assert_says(site->out, "at its gate: run 2 by ");
	three = to_gate(site);
	assert_int_equal(process_await(two), 4);
	assert_says(two->out.data, "superseded by run 3 (");
	assert_int_equal(site_call(site, "approve", "3", NULL), 0);
	assert_int_equal(process_await(three), 0);
	assert_int_equal(live_run(site), 3);
}

static void lock_by_hand_holds_a_run_until_its_time(void **state)
{
	struct site *site = *state;
	struct process *run;

	commit(site, "", DEPLOY);
	assert_int_equal(site_call(site, "run", NULL), 0);
	assert_int_equal(site_call(site, "lock", "production", "--until",
				   "2 fortnights", NULL),
			 2);
	assert_says(site->err, "write 4h");
	assert_int_equal(site_call(site, "lock", "production", "--until", "4h",
				   "--reason", "the fair", NULL),
			 0);
	assert_int_equal(site_call(site, "status", NULL), 0);
	assert_says(site->out, "locked by ");
	assert_says(site->out, " until ");
	assert_says(site->out, ": the fair");
	run = site_start(site, NULL, "run", NULL);
	process_await_text(run, "| production is locked by ");
	assert_says(run->out.data, ": the fair; `signalbox unlock production`");
	assert_int_equal(site_call(site, "status", NULL), 0);
	assert_says(site->out, "waits: run 2 by ");
	assert_int_equal(
		site_call(site, "lock", "production", "--until", "700ms", NULL),
		0);
	assert_says(site->out, "before this it was locked by ");
	assert_says(site->out, ": the fair");
	assert_int_equal(process_await(run), 0);
	assert_int_equal(live_run(site), 2);
	assert_int_equal(site_call(site, "lock", "production", NULL), 0);
	run = site_start(site, NULL, "run", NULL);
	process_await_text(run, "| production is locked by ");
	assert_int_equal(site_call(site, "unlock", "production", NULL), 0);
	assert_int_equal(process_await(run), 0);
	assert_int_equal(live_run(site), 3);
}

#define LOST                                                             \
	"  production: {deploy: {environment: production, "              \
	"strategy: canary, steps: [{weight: 5%}, {pause: {}}, {weight: " \
	"100%}], on-operator-lost: "

/* The dashboard of run 2 on a terminal of its own, until it is hung up. */
struct screen {
	int master;
	struct str seen;
	pid_t pid;
};

static struct screen on_screen(struct site *site, const char *word)
{
	struct winsize size = {.ws_row = 24, .ws_col = 80};
	struct screen screen = {.seen = STR_INIT};

	screen.pid = forkpty(&screen.master, NULL, NULL, &size);
	assert_true(screen.pid >= 0);
	if (screen.pid == 0) {
		setenv("TERM", "xterm-256color", 1);
		if (chdir(site->repository) == 0)
			execl(site->signalbox, site->signalbox, word, NULL);
		_exit(127);
	}
	assert_int_equal(fcntl(screen.master, F_SETFL, O_NONBLOCK), 0);
	return screen;
}

struct wanted {
	struct screen *screen; /* drained meanwhile; NULL: none */
	char *folder, *journal;
	enum event_type type;
	const char *text;
	int least; /* so many events of the type, the last with the text */
};

static bool has_happened(void *data)
{
	struct wanted *wanted = data;
	char bytes[4096];
	struct event *event;
	char *text;
	bool happened;

	while (wanted->screen &&
	       read(wanted->screen->master, bytes, sizeof(bytes)) > 0)
		;
	if (!file_exists(wanted->journal) ||
	    site_count_events(wanted->folder, wanted->type, NULL) <
		    wanted->least)
		return false;
	event = site_last_event(wanted->folder, wanted->type, NULL);
	text = event ? event_sentence(event) : NULL;
	happened = text && strstr(text, wanted->text);
	free(text);
	event_free(event);
	return happened;
}

static void await_events(struct site *site, struct screen *screen,
			 enum event_type type, const char *text, int least)
{
	char *folder = site_run_folder(site, 2);
	struct wanted wanted = {
		.screen = screen,
		.folder = folder,
		.journal = path_join(folder, "journal.ndjson"),
		.type = type,
		.text = text,
		.least = least,
	};

	await(has_happened, &wanted, text);
	free(wanted.folder);
	free(wanted.journal);
}

static void await_event(struct site *site, struct screen *screen,
			enum event_type type, const char *text)
{
	await_events(site, screen, type, text, 1);
}

static bool is_drawn(void *data)
{
	struct screen *screen = data;
	char bytes[4096];
	ssize_t n = read(screen->master, bytes, sizeof(bytes));

	if (n > 0)
		str_add_bytes(&screen->seen, bytes, (size_t)n);
	return strstr(screen->seen.data, "production");
}

static void hang_up(struct screen *screen)
{
	close(screen->master);
	str_release(&screen->seen);
	waitpid(screen->pid, NULL, 0);
}

/* Run 2 steered from a screen, which is hung up while it waits there. */
static void lose_operator(struct site *site, const char *policy)
{
	char *stages = xasprintf("%s%s}}\n", LOST, policy);
	struct screen screen;

	commit(site, "", DEPLOY);
	assert_int_equal(site_call(site, "run", NULL), 0);
	commit(site, "", stages);
	screen = on_screen(site, "run");
	await_event(site, &screen, EVENT_STEP_STARTED, IS_HELD);
	hang_up(&screen);
	await_event(site, NULL, EVENT_NOTE_ADDED, "is gone: ");
	free(stages);
}

static void deployment_nobody_steers_holds(void **state)
{
	struct site *site = *state;
	struct screen screen;

	lose_operator(site, "hold");
	await_event(site, NULL, EVENT_NOTE_ADDED, "it holds where it is");
	assert_int_equal(site_call(site, "status", NULL), 0);
	assert_says(site->out, "held by run 2 by ");
	screen = on_screen(site, "attach"); /* comes, and goes again */
	await(is_drawn, &screen, "the dashboard");
	hang_up(&screen);
	await_events(site, NULL, EVENT_NOTE_ADDED, "is gone: ", 2);
	assert_int_equal(site_call(site, "promote", "2", NULL), 0);
	await_event(site, NULL, EVENT_RUN_FINISHED, "passed");
	assert_int_equal(live_run(site), 2);
}

static void deployment_nobody_steers_goes_back_when_it_says_so(void **state)
{
	struct site *site = *state;
	char *folder = site_environment_folder(site, "production");
	struct event *event;

	lose_operator(site, "rollback, operator-timeout: 300ms");
	await_event(site, NULL, EVENT_RUN_FINISHED, "rolled-back");
	event = site_last_event(folder, EVENT_ROLLBACK_STARTED, NULL);
	assert_string_equal(event_text(event, "by"), "operator-timeout");
	assert_string_equal(event_text(event, "reason"),
			    "nobody steered it any more for 300 ms");
	event_free(event);
	free(folder);
	assert_string_equal(site_colour(site), "blue");
	assert_int_equal(live_run(site), 1);
}

static void deployment_nobody_steers_goes_on_when_it_says_so(void **state)
{
	struct site *site = *state;

	lose_operator(site, "continue, operator-timeout: 300ms");
	await_event(site, NULL, EVENT_RUN_FINISHED, "passed");
	assert_int_equal(live_run(site), 2);
}

static void run_nobody_ever_steered_has_lost_nobody(void **state)
{
	struct site *site = *state;
	char *folder = site_run_folder(site, 2);
	struct process *run;

	commit(site, "", DEPLOY);
	assert_int_equal(site_call(site, "run", NULL), 0);
	commit(site, "", LOST "rollback, operator-timeout: 1ms}}\n");
	run = site_start(site, NULL, "run", NULL);
	process_await_text(run, IS_HELD);
	assert_int_equal(site_call(site, "hold", "2", NULL), 0);
	assert_int_equal(site_call(site, "promote", "2", NULL), 0);
	assert_int_equal(process_await(run), 0);
	free(folder);
}

static void doctor_warns_of_a_port_that_a_connection_may_take(void **state)
{
	struct site *site = *state;
	int first = 0, last = 0;
	char *text;

	if (!port_is_ephemeral(60000, &first, &last))
		skip();
	assert_true(port_is_in("8080,9000-9010\n", 9010));
	assert_false(port_is_in("8080,9000-9010\n", 9011));
	assert_false(port_is_in("\n", 0));
	site_pipeline(site, "name: shop\nenvironments:\n  production:\n"
			    "    target: {process: {command: ./shop, ports: "
			    "[@BLUE@, 60000], health: /}}\n"
			    "    traffic: {haproxy: {listen: "
			    "\"127.0.0.1:@PORT@\"}}\n"
			    "stages:\n  a: {run: 'true'}\n");
	site_commit(site, "one");
	text = xasprintf("! port           production: port 60000 is one of "
			 "those that this system gives to outgoing "
			 "connections (%d-%d)",
			 first, last);
	(void)!site_call(site, "doctor", NULL);
	assert_says(site->out, text);
	free(text);
}

static int tests(void)
{
	const struct CMUnitTest list[] = {
#define T(name) \
	cmocka_unit_test_setup_teardown(name, site_set_up, site_tear_down)
		T(runs_wait_in_order_of_arrival),
		T(who_waits_moves_up_when_one_before_it_dies),
		T(runs_that_race_deploy_one_after_the_other),
		T(runs_that_race_are_refused_or_alone),
		T(newest_of_those_that_race_is_live),
		T(refused_run_names_the_holder_and_ends_with_8),
		T(newest_run_supersedes_those_that_wait),
		T(gate_that_waits_is_not_superseded_until_it_has_passed),
		T(gate_is_superseded_where_that_is_asked_for),
		T(lock_by_hand_holds_a_run_until_its_time),
		T(deployment_nobody_steers_holds),
		T(deployment_nobody_steers_goes_back_when_it_says_so),
		T(deployment_nobody_steers_goes_on_when_it_says_so),
		T(run_nobody_ever_steered_has_lost_nobody),
		T(doctor_warns_of_a_port_that_a_connection_may_take),
	};

	return cmocka_run_group_tests(list, NULL, NULL);
}

int main(int argc, char **argv)
{
	return site_main(argc, argv, tests);
}
