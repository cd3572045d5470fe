/* SPDX-License-Identifier: MIT */
/* Environments with a real HAProxy, real keepers and real servers, under
 * load. */
#include "support/cmocka.h"

#include <signal.h>
#include <stdio.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/file.h"
#include "base/memory.h"
#include "delivery/keeper.h"
#include "delivery/keeper-folder.h"
#include "net/http.h"
#include "proc/identity.h"
#include "support/environments.h"
#include "system/colour.h"
#include "system/web.h"

#define PATIENCE_US (60 * 1000000)
#define STOPPED_BY_THE_FENCE 9

/* Closing and keep-alive connections side by side. */
struct loads {
	struct web_load closing, kept;
};

struct stage {
	struct world world;
	char *text, *runtime;
	int port;
	struct loads loads;
	pid_t deployer; /* 0: none */
};

static char *written_pipeline(int port, int blue, int green)
{
	char *own = process_own_path();
	char *text = xasprintf(
		"name: shop\n"
		"environments:\n"
		"  production:\n"
		"    target: {process: {command: \"%s serve\", ports: [%d, "
		"%d], health: /healthz}}\n"
		"    traffic: {haproxy: {listen: \"127.0.0.1:%d\"}}\n"
		"stages:\n"
		"  build: {run: make, artifacts: [shop]}\n"
		"  production: {deploy: {environment: production, strategy: "
		"canary, steps: [{weight: 5%%}, {weight: 100%%}]}}\n",
		own, blue, green, port);

	free(own);
	return text;
}

static int set_up(void **state)
{
	struct stage *stage = xcalloc(1, sizeof(*stage));
	struct world *world = &stage->world;

	stage->runtime = xstrdup("/tmp/signalbox-runtime-XXXXXX");
	assert_non_null(mkdtemp(stage->runtime));
	setenv("XDG_RUNTIME_DIR", stage->runtime, 1);
	stage->port = web_free_port();
	stage->text =
		written_pipeline(stage->port, web_free_port(), web_free_port());
	world->pipeline_text = stage->text;
	world_init(world);
	*state = stage;
	return 0;
}

static void assert_told(struct world *world, const char *text)
{
	if (!strstr(state_of(world)->last_text, text))
		fail_msg("no '%s' in '%s'", text, state_of(world)->last_text);
}

static void taken_down(struct world *world)
{
	struct answer answer = {0};

	acquired(world);
	environment_down(world->environment, "ana", answered, &answer);
	went_well(world, &answer);
	environment_release(world->environment);
}

static bool any_keeper(struct world *world)
{
	static const char *const names[] = {"blue", "green", "proxy/proxy"};
	char *folder = folder_of(world);
	bool any = false;

	for (size_t i = 0; i < ARRAY_SIZE(names); i++) {
		char *path = path_join(folder, names[i]);

		any = any || keeper_is_alive(path);
		free(path);
	}
	free(folder);
	return any;
}

static void load_stop(struct loads *loads)
{
	web_load_stop(&loads->closing);
	web_load_stop(&loads->kept);
}

static void deployer_end(struct stage *stage)
{
	if (!stage->deployer)
		return;
	kill(stage->deployer, SIGKILL);
	waitpid(stage->deployer, NULL, 0);
	stage->deployer = 0;
}

static int tear_down(void **state)
{
	struct stage *stage = *state;
	struct world *world = &stage->world;

	load_stop(&stage->loads);
	deployer_end(stage);
	reopen(world);
	taken_down(world);
	assert_false(any_keeper(world));
	world_release(world);
	assert_int_equal(folder_remove(stage->runtime, NULL), 0);
	free(stage->runtime);
	free(stage->text);
	free(stage);
	return 0;
}

static void load_start(struct loads *loads, int port)
{
	memset(loads, 0, sizeof(*loads));
	web_load_start(&loads->closing, port, "/", false);
	web_load_start(&loads->kept, port, "/", true);
}

static long answered_by(const struct loads *loads, enum colour colour)
{
	return colour == COLOUR_BLUE ? atomic_load(&loads->closing.blue) +
					       atomic_load(&loads->kept.blue)
				     : atomic_load(&loads->closing.green) +
					       atomic_load(&loads->kept.green);
}

static long all_of(const struct loads *loads)
{
	return web_load_count(&loads->closing) + web_load_count(&loads->kept);
}

/* Turns the loop until so many more requests were answered. */
static void await_requests(struct world *world, const struct loads *loads,
			   long more)
{
	int64_t until = clock_monotonic_us() + PATIENCE_US;
	long wanted = all_of(loads) + more;

	while (all_of(loads) < wanted) {
		assert_true(clock_monotonic_us() < until);
		loop_turn(world->loop, 10);
	}
}

static void assert_nothing_failed(const struct loads *loads)
{
	assert_int_equal(atomic_load(&loads->closing.failed), 0);
	assert_int_equal(atomic_load(&loads->kept.failed), 0);
	assert_int_equal(atomic_load(&loads->closing.answers_5xx), 0);
	assert_int_equal(atomic_load(&loads->kept.answers_5xx), 0);
}

static void assert_serves(const struct stage *stage, const char *colour)
{
	char body[64] = "";

	assert_int_equal(web_get(stage->port, "/", body), 200);
	assert_string_equal(body, colour);
}

static void release_moves_and_returns_without_a_failed_request(void **state)
{
	struct stage *stage = *state;
	struct world *world = &stage->world;
	struct loads *loads = &stage->loads;

	released(world, "v1");
	assert_serves(stage, "blue");
	load_start(loads, stage->port);
	await_requests(world, loads, 500);
	assert_int_equal(answered_by(loads, COLOUR_GREEN), 0);

	acquired(world);
	begun(world, STRATEGY_CANARY, "v2");
	started(world);
	for (int percent = 5; percent <= 100; percent += 19) {
		shifted(world, percent);
		await_requests(world, loads, 1000);
	}
	promoted(world);
	environment_release(world->environment);
	await_requests(world, loads, 500);
	rolled_back(world, NULL);
	assert_serves(stage, "blue");
	await_requests(world, loads, 2000);
	rolled_back(world, NULL);
	await_requests(world, loads, 2000);
	load_stop(loads);
	assert_serves(stage, "green");
	assert_nothing_failed(loads);
	assert_true(answered_by(loads, COLOUR_GREEN) > 0);
	print_message("%s (of %ld requests)\n", state_of(world)->last_text,
		      all_of(loads));
	assert_told(world, "back on green in");
	assert_told(world, "failed by the shift: 0 of ");
	assert_journal_is_whole(world);
}

static void counts_tell_the_candidate_from_the_shift(void **state)
{
	struct stage *stage = *state;
	struct world *world = &stage->world;
	int64_t until = clock_monotonic_us() + PATIENCE_US;
	struct analysis_counts counts = {0};
	struct loads *loads = &stage->loads;
	int64_t failed;
	char *folder = path_join(world->state, "v2"), *bug;

	released(world, "v1");
	assert_int_equal(folder_make(folder, 0700, NULL), 0);
	bug = path_join(folder, "bug");
	assert_int_equal(file_replace(bug, "15\n", 3, 0600, NULL), 0);
	free(bug);
	free(folder);
	load_start(loads, stage->port);
	acquired(world);
	begun(world, STRATEGY_CANARY, "v2");
	started(world);
	shifted(world, 25);
	await_requests(world, loads, 3000);
	load_stop(loads);
	failed = atomic_load(&loads->closing.answers_5xx) +
		 atomic_load(&loads->kept.answers_5xx);
	environment_watch(world->environment);
	while (!counts.known || counts.errors != failed) {
		if (clock_monotonic_us() > until)
			fail_msg("%lld errors, not %lld",
				 (long long)counts.errors, (long long)failed);
		loop_turn(world->loop, 100);
		environment_counts(world->environment, COLOUR_GREEN, &counts);
	}
	assert_true(counts.requests > 100);
	rolled_back(world, NULL);
	assert_told(world, "failed by the shift: 0 of ");
	assert_told(world, "failed by v2: ");
	assert_null(strstr(state_of(world)->last_text, "failed by v2: 0"));
	assert_int_equal(atomic_load(&loads->closing.failed), 0);
}

static void cold_rollback_starts_the_stored_release_without_a_gap(void **state)
{
	struct stage *stage = *state;
	struct world *world = &stage->world;
	struct answer answer = {0};
	struct loads *loads = &stage->loads;

	released(world, "v1");
	released(world, "v2");
	acquired(world);
	environment_retire(world->environment, true, "gc", answered, &answer);
	went_well(world, &answer);
	environment_release(world->environment);
	load_start(loads, stage->port);
	await_requests(world, loads, 500);
	rolled_back(world, NULL);
	await_requests(world, loads, 500);
	load_stop(loads);
	assert_serves(stage, "blue");
	assert_nothing_failed(loads);
	assert_string_equal(state_of(world)->live.version, "v1");
}

static void what_was_taken_down_comes_back_as_it_was(void **state)
{
	struct stage *stage = *state;
	struct world *world = &stage->world;
	struct answer answer = {0};
	char body[64];

	released(world, "v1");
	released(world, "v2");
	taken_down(world);
	assert_false(any_keeper(world));
	assert_int_equal(web_get(stage->port, "/", body), 0);
	reopen(world);
	acquired(world);
	environment_up(world->environment, "ana", answered, &answer);
	went_well(world, &answer);
	environment_release(world->environment);
	assert_serves(stage, "green");
	assert_true(state_of(world)->split[COLOUR_GREEN] == 100);
}

/* The deployer is forked beside the threads of the load, and starts one. */
const char *__tsan_default_options(void);
const char *__tsan_default_options(void)
{
	return "die_after_fork=0";
}

/* In a child: deploys v2 and moves its traffic up and down until it is
 * killed; says so with a byte first. */
static _Noreturn void deploy_until_killed(struct stage *stage, int say)
{
	struct world *world = &stage->world;

	/* The loop and the open environment are the parent's. */
	world->loop = loop_new();
	world->environment = opened(world);
	acquired(world);
	begun(world, STRATEGY_CANARY, "v2");
	started(world);
	if (write(say, "x", 1) != 1)
		_exit(1);
	for (int percent = 1;; percent = (percent + 7) % 100) {
		struct answer answer = shift(world, percent);

		if (answer.code == ERROR_REFUSED &&
		    strstr(answer.text, "moved on: rolled back by"))
			_exit(STOPPED_BY_THE_FENCE);
		assert_string_equal(answer.text, "");
	}
}

static void deployer_start(struct stage *stage)
{
	int say[2];
	char byte;
	pid_t pid;

	assert_int_equal(pipe(say), 0);
	pid = fork();
	if (pid == 0) {
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		/* What fails here must not jump back into the parent's
		 * tests. */
		setenv("CMOCKA_TEST_ABORT", "1", 1);
		deploy_until_killed(stage, say[1]);
	}
	stage->deployer = pid;
	close(say[1]);
	assert_int_equal(read(say[0], &byte, 1), 1);
	close(say[0]);
}

static void
killed_anywhere_in_a_shift_live_serves_and_the_next_start_knows(void **state)
{
	struct stage *stage = *state;
	struct world *world = &stage->world;
	struct loads *loads = &stage->loads;

	released(world, "v1");
	load_start(loads, stage->port);
	for (int i = 0; i < 8; i++) {
		struct answer answer = {0};

		deployer_start(stage);
		await_requests(world, loads, 200 + i * 37);
		deployer_end(stage);
		await_requests(world, loads, 200);
		reopen(world);
		assert_true(state_of(world)->has_candidate);
		assert_string_equal(state_of(world)->live.version, "v1");
		assert_null(environment_holder(world->environment));
		environment_recover(world->environment, answered, &answer);
		went_well(world, &answer);
		assert_false(state_of(world)->changing);
		rolled_back(world, NULL);
		assert_true(state_of(world)->split[COLOUR_BLUE] == 100);
		assert_serves(stage, "blue");
		assert_journal_is_whole(world);
	}
	load_stop(loads);
	assert_nothing_failed(loads);
}

static void deployment_asleep_during_a_rollback_cannot_undo_it(void **state)
{
	struct stage *stage = *state;
	struct world *world = &stage->world;
	int status;

	released(world, "v1");
	for (int i = 0; i < 5; i++) {
		int64_t until;

		deployer_start(stage);
		until = clock_monotonic_us() + 3000 + i * 1700;
		while (clock_monotonic_us() < until)
			loop_turn(world->loop, 1);
		kill(stage->deployer, SIGSTOP);
		reopen(world);
		rolled_back(world, NULL);
		kill(stage->deployer, SIGCONT);
		/* it finds the fence, says so and fails */
		assert_int_equal(waitpid(stage->deployer, &status, 0),
				 stage->deployer);
		stage->deployer = 0;
		assert_true(WIFEXITED(status));
		assert_int_equal(WEXITSTATUS(status), STOPPED_BY_THE_FENCE);
		reopen(world);
		for (int n = 0; n < 40; n++)
			assert_serves(stage, "blue");
	}
}

static void killed_colour_is_started_again_by_its_keeper(void **state)
{
	struct stage *stage = *state;
	struct world *world = &stage->world;
	int64_t until = clock_monotonic_us() + PATIENCE_US;
	char *folder = folder_of(world), *blue = path_join(folder, "blue");
	char body[64] = "";
	pid_t pid;

	released(world, "v1");
	pid = keeper_child_running(blue);
	assert_true(pid > 0);
	kill(pid, SIGKILL);
	while (keeper_child_running(blue) == pid ||
	       web_get(stage->port, "/", body) != 200)
		assert_true(clock_monotonic_us() < until);
	assert_string_equal(body, "blue");
	free(blue);
	free(folder);
}

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
		TEST(release_moves_and_returns_without_a_failed_request),
		TEST(counts_tell_the_candidate_from_the_shift),
		TEST(cold_rollback_starts_the_stored_release_without_a_gap),
		TEST(what_was_taken_down_comes_back_as_it_was),
		TEST(killed_anywhere_in_a_shift_live_serves_and_the_next_start_knows),
		TEST(deployment_asleep_during_a_rollback_cannot_undo_it),
		TEST(killed_colour_is_started_again_by_its_keeper),
	};

	if (argc > 0 && strcmp(argv[0], KEEPER_NAME) == 0)
		return keeper_main(argc, argv);
	if (argc > 1 && strcmp(argv[1], "serve") == 0)
		return colour_serve();
	assert_int_equal(net_init(NULL), 0);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
