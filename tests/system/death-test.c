/* SPDX-License-Identifier: MIT */
/* The program dies, of itself or with what watches over it: the live colour
 * serves, nothing is left behind, and the next one knows. */
#include "system/support.h"

#include <signal.h>
#include <stdio.h>

#include "base/file.h"
#include "base/memory.h"

#define HEAD "name: shop\nenvironments:\n" SITE_PRODUCTION
#define FIRST                       \
	HEAD "stages:\n" SITE_BUILD \
	     "  production: {deploy: {environment: production}}\n"

enum depth { PROGRAM, AND_GUARD, AND_LAUNCHER };

static void release_first(struct site *site)
{
	site_pipeline(site, FIRST);
	site_commit(site, "the first");
	if (site_call(site, "run", NULL) != 0)
		fail_msg("%s%s", site->out, site->err);
	assert_string_equal(site_colour(site), "blue");
	site_write(site, "bug", "0\n");
}

/* A canary that stands still at a weight, beside a stage that works. */
static void commit_canary(struct site *site, const char *steps)
{
	char *text = xasprintf(
		HEAD "stages:\n" SITE_BUILD "  busy:\n"
		     "    needs: [build]\n"
		     "    run: |\n"
		     "      setsid sh -c 'echo $$ > @FOLDER@/d; mv "
		     "@FOLDER@/d @FOLDER@/daemon; exec "
		     "sleep 1000' >/dev/null 2>&1 &\n"
		     "      echo $$ > @FOLDER@/new\n"
		     "      mv @FOLDER@/new @FOLDER@/busy\n"
		     "      until test -e @FOLDER@/never; do sleep 1; done\n"
		     "  production:\n"
		     "    needs: [build]\n"
		     "    deploy:\n"
		     "      environment: production\n"
		     "      strategy: canary\n"
		     "      steps: [%s]\n",
		steps);

	site_pipeline(site, text);
	site_commit(site, "a canary");
	free(text);
}

static pid_t pid_in(struct site *site, const char *name)
{
	char *path = path_join(site->folder, name);
	struct str text = STR_INIT;
	pid_t pid;

	await_file(path);
	assert_int_equal(file_read(path, &text, 64, NULL), 0);
	pid = atoi(text.data);
	str_release(&text);
	free(path);
	return pid;
}

static void kill_run(const struct process *run, enum depth depth)
{
	pid_t pids[] = {process_program(run), process_guard(run), run->pid};

	for (int i = depth; i >= 0; i--) {
		assert_true(pids[i] > 0);
		assert_int_equal(kill(pids[i], SIGKILL), 0);
	}
}

/* Percent of the next requests that green answers. */
static double share_of_green(struct site *site)
{
	long blue, green;

	site_await_begun_requests(site);
	blue = site_load_by(site, false);
	green = site_load_by(site, true);
	site_await_requests(site, 2000);
	blue = site_load_by(site, false) - blue;
	green = site_load_by(site, true) - green;
	return 100.0 * (double)green / (double)(blue + green);
}

static void die_at(struct site *site, const char *steps, const char *reached,
		   enum depth depth)
{
	struct process *run;
	pid_t busy, daemon;

	commit_canary(site, steps);
	site_shell(site, site->folder, "rm -f busy daemon");
	run = site_start(site, NULL, "run", NULL);
	process_await_text(run, reached);
	busy = pid_in(site, "busy");
	daemon = pid_in(site, "daemon");
	site_await_requests(site, 200);
	kill_run(run, depth);
	site_await_requests(site, 500);
	await_gone(busy);
	if (depth != AND_LAUNCHER)
		await_gone(daemon);
	else
		kill(daemon, SIGKILL);
	assert_int_not_equal(site_keeper(site, "production", "blue"), 0);
	assert_int_not_equal(site_keeper(site, "production", "green"), 0);
	assert_int_not_equal(site_keeper(site, "production", "proxy/proxy"), 0);
	site_assert_nothing_failed(site);
	process_await(run);
}

static void assert_status_says_what_was_under_way(struct site *site, int run)
{
	char number[16];

	snprintf(number, sizeof(number), "run %d ", run);
	assert_int_equal(site_call(site, "status", NULL), 0);
	assert_says(site->out, "under deployment: ");
	assert_says(site->out, "nobody holds this deployment");
	assert_says(site->out, "signalbox rollback production");
	assert_says(site->out, number);
	assert_says(site->out, "was cut off");
}

static const struct {
	const char *steps, *reached;
	double least, most; /* percent of green */
} weights[] = {
	{"{pause: {}}, {weight: 100%}", "wait until promoted", 0, 0},
	{"{weight: 5%}, {pause: {}}, {weight: 100%}", "wait until promoted", 1,
	 12},
	{"{weight: 25%}, {pause: {}}, {weight: 100%}", "wait until promoted",
	 15, 35},
	{"{weight: 100%}, {pause: {}}", "wait until promoted", 100, 100},
};

static void dies_at_each_weight_and_goes_back(struct site *site,
					      enum depth depth)
{
	/* With the guard, in make check, at the first and the last: that it
	 * died as well matters to nobody who weighs. */
	bool all = depth == PROGRAM || getenv("SIGNALBOX_LONG");
	double share;
	int run = 1;

	release_first(site);
	site_load_start(site);
	for (size_t i = 0; i < ARRAY_SIZE(weights); i += all ? 1 : 3) {
		die_at(site, weights[i].steps, weights[i].reached, depth);
		share = share_of_green(site);
		assert_true(share >= weights[i].least);
		assert_true(share <= weights[i].most);
		assert_status_says_what_was_under_way(site, ++run);
		assert_int_equal(
			site_call(site, "rollback", "production", NULL), 0);
		assert_says(site->out, "back on blue in ");
		assert_float_equal(share_of_green(site), 0, 0);
		site_assert_nothing_failed(site);
	}
	site_load_stop(site);
	assert_int_equal(site_call(site, "verify", NULL), 0);
}

static void program_dies_at_each_weight_and_live_goes_on(void **state)
{
	dies_at_each_weight_and_goes_back(*state, PROGRAM);
}

static void program_and_guard_die_at_each_weight_and_live_goes_on(void **state)
{
	dies_at_each_weight_and_goes_back(*state, AND_GUARD);
}

static void all_three_die_and_what_they_ran_dies_too(void **state)
{
	struct site *site = *state;

	release_first(site);
	site_load_start(site);
	die_at(site, weights[1].steps, weights[1].reached, AND_LAUNCHER);
	assert_int_equal(site_call(site, "rollback", "production", NULL), 0);
	site_load_stop(site);
	site_assert_nothing_failed(site);
}

/* As the system's memory killer does it. What is live afterwards must not end
 * with the run that has released it. */
static void server_whose_keeper_was_killed_outlives_the_run(void **state)
{
	struct site *site = *state;
	struct process *run;

	release_first(site);
	site_write(site, "readme", "another\n");
	site_pipeline(site,
		      HEAD "stages:\n" SITE_BUILD "  production:\n    deploy:\n"
			   "      environment: production\n"
			   "      strategy: canary\n"
			   "      steps: [{weight: 5%}, {pause: {}}, "
			   "{weight: 100%}]\n");
	site_commit(site, "another");
	run = site_start(site, NULL, "run", NULL);
	process_await_text(run, "wait until promoted");
	assert_int_equal(
		kill(site_keeper(site, "production", "green"), SIGKILL), 0);
	assert_int_equal(site_call(site, "promote", "2", NULL), 0);
	assert_int_equal(process_await(run), 0);
	assert_string_equal(site_colour(site), "green");
	assert_int_equal(site_call(site, "down", "production", NULL), 0);
}

static void next_run_says_what_was_under_way_and_releases(void **state)
{
	struct site *site = *state;
	struct process *run;

	release_first(site);
	site_load_start(site);
	die_at(site, weights[2].steps, weights[2].reached, AND_GUARD);
	site_pipeline(site, FIRST);
	site_write(site, "readme", "a fix\n");
	site_commit(site, "the fix");
	run = site_start(site, NULL, "run", NULL);
	assert_int_equal(process_await(run), 0);
	assert_says(run->out.data, "run 2 was cut off while it deployed");
	assert_says(run->out.data, "25 % of the traffic");
	assert_float_equal(share_of_green(site), 100, 0);
	assert_int_equal(site_call(site, "rollback", "production", NULL), 0);
	assert_float_equal(share_of_green(site), 0, 0);
	site_load_stop(site);
	site_assert_nothing_failed(site);
}

struct generation {
	struct site *site;
	const char *word;
};

static bool answers(void *data)
{
	return *site_colour(data);
}

static void assert_share(struct site *site, double least, double most)
{
	double share;

	await(answers, site, "an answer");
	share = share_of_green(site);
	if (share < least || share > most)
		fail_msg("green has %g %%, not %g to %g", share, least, most);
}

/* A keeper starts it again. */
static void kill_proxy(struct site *site)
{
	pid_t kept = site_kept(site, "production", "proxy/proxy");

	assert_true(kept > 0);
	assert_int_equal(kill(kept, SIGKILL), 0);
	await_gone(kept);
}

static bool is_reloaded(void *data)
{
	const struct generation *generation = data;
	char *folder = site_environment_folder(generation->site, "production");
	char *text = xasprintf("grep -c '%s' %s/proxy/proxy/log",
			       generation->word, folder);
	FILE *count = popen(text, "r");
	int lines = 0;

	assert_non_null(count);
	if (fscanf(count, "%d", &lines) != 1)
		lines = 0;
	pclose(count);
	free(text);
	free(folder);
	return lines > 1;
}

/* The master says each new worker. */
static void reload_proxy(struct site *site)
{
	struct generation generation = {site, "New worker"};

	pid_t kept = site_kept(site, "production", "proxy/proxy");

	assert_true(kept > 0);
	assert_int_equal(kill(kept, SIGUSR2), 0);
	await(is_reloaded, &generation, "a new worker");
}

static void reload_and_restart_of_the_proxy_keep_the_split(void **state)
{
	struct site *site = *state;
	struct process *run;

	release_first(site);
	site_pipeline(site, HEAD "stages:\n" SITE_BUILD "  production:\n"
				 "    deploy:\n"
				 "      environment: production\n"
				 "      strategy: canary\n"
				 "      steps: [{weight: 25%}, {pause: {}}, "
				 "{weight: 100%}]\n");
	site_commit(site, "a canary");
	run = site_start(site, NULL, "run", NULL);
	process_await_text(run, "wait until promoted");
	site_load_start(site);
	assert_share(site, 15, 35);
	reload_proxy(site);
	assert_share(site, 15, 35);
	kill_proxy(site);
	assert_share(site, 15, 35);
	assert_int_equal(site_call(site, "promote", "2", NULL), 0);
	assert_int_equal(process_await(run), 0);
	assert_share(site, 100, 100);
	reload_proxy(site);
	assert_share(site, 100, 100);
	kill_proxy(site);
	assert_share(site, 100, 100);
	assert_int_equal(site_call(site, "rollback", "production", NULL), 0);
	assert_share(site, 0, 0);
	kill_proxy(site);
	assert_share(site, 0, 0);
	site_load_stop(site);
}

static void use_runtime_folder(const struct site *site, const char *name)
{
	char *folder = path_join(site->folder, name);

	assert_int_equal(folder_make(folder, 0700, NULL), 0);
	setenv("XDG_RUNTIME_DIR", folder, 1);
	free(folder);
}

static void release_second_under_load(struct site *site)
{
	release_first(site);
	site_commit(site, "the second");
	assert_int_equal(site_call(site, "run", NULL), 0);
	site_load_start(site);
	site_await_requests(site, 300);
}

/* As a unit of systemd, cron, and who came by su have. */
static void other_runtime_folder_costs_no_request(void **state)
{
	struct site *site = *state;

	release_second_under_load(site);
	use_runtime_folder(site, "other");
	assert_int_equal(
		site_call(site, "rollback", "production", "--no-veto", NULL),
		0);
	site_await_requests(site, 300);
	assert_string_equal(site_colour(site), "blue");
	use_runtime_folder(site, "runtime");
	assert_int_equal(site_call(site, "run", NULL), 0);
	site_await_requests(site, 300);
	site_load_stop(site);
	site_assert_nothing_failed(site);
	assert_string_equal(site_colour(site), "green");
}

/* The last logout of a person removes it; what is kept goes on. */
static void lost_runtime_folder_leaves_every_way_open(void **state)
{
	struct site *site = *state;
	char *folder = path_join(site->folder, "runtime");

	release_second_under_load(site);
	assert_int_equal(folder_remove(folder, NULL), 0);
	use_runtime_folder(site, "runtime");
	assert_int_equal(
		site_call(site, "rollback", "production", "--no-veto", NULL),
		0);
	site_await_requests(site, 300);
	assert_string_equal(site_colour(site), "blue");
	assert_int_equal(site_call(site, "run", NULL), 0);
	site_await_requests(site, 300);
	site_load_stop(site);
	assert_int_equal(site_load_5xx(site), 0);
	/* A connection that is kept may be closed by the reload. */
	assert_true(site_load_failed(site) <= WEB_CLIENTS);
	assert_string_equal(site_colour(site), "green");
	assert_int_equal(folder_remove(folder, NULL), 0);
	use_runtime_folder(site, "runtime");
	assert_int_equal(site_call(site, "down", "production", NULL), 0);
	assert_int_equal(site_keeper(site, "production", "blue"), 0);
	assert_int_equal(site_keeper(site, "production", "green"), 0);
	assert_int_equal(site_keeper(site, "production", "proxy/proxy"), 0);
	assert_int_equal(site_call(site, "up", "production", NULL), 0);
	assert_string_equal(site_colour(site), "green");
	free(folder);
}

/* Its processes are others: what ails the live ones may not ail them. */
static void release_of_the_same_goes_back_to_what_was_warm(void **state)
{
	struct site *site = *state;

	release_first(site);
	assert_int_equal(site_call(site, "run", NULL), 0);
	assert_int_equal(site_call(site, "run", NULL), 0);
	assert_string_equal(site_colour(site), "blue");
	assert_int_equal(site_call(site, "status", NULL), 0);
	assert_says(site->out, "way back READY");
	assert_says(site->out, "on green is warm");
	assert_int_equal(site_call(site, "rollback", "production", NULL), 0);
	assert_string_equal(site_colour(site), "green");
	assert_int_equal(site_call(site, "status", NULL), 0);
	assert_says(site->out, "on blue is warm");
}

/* A proxy that does not answer holds no run that needs nothing of it. */
static void run_ends_though_its_proxy_answers_late(void **state)
{
	struct site *site = *state;
	struct process *run;
	pid_t kept;

	release_first(site);
	site_pipeline(site, HEAD "stages:\n" SITE_BUILD);
	site_commit(site, "a build");
	kept = site_kept(site, "production", "proxy/proxy");
	assert_true(kept > 0);
	assert_int_equal(kill(-kept, SIGSTOP), 0);
	run = site_start(site, NULL, "run", NULL);
	process_await_text(run, "build finished: passed");
	assert_int_equal(kill(-kept, SIGCONT), 0);
	assert_int_equal(process_await(run), 0);
	assert_says(run->out.data, "run 2 passed");
	assert_string_equal(site_colour(site), "blue");
}

/* Dead between two weights, while its keeper cannot start it again. */
static void a_release_waits_for_a_proxy_that_has_died(void **state)
{
	struct site *site = *state;
	struct process *run;
	pid_t keeper, kept;
	char *at;

	release_first(site);
	site_pipeline(site,
		      HEAD "stages:\n" SITE_BUILD "  production:\n"
			   "    deploy:\n"
			   "      environment: production\n"
			   "      strategy: canary\n"
			   "      steps:\n"
			   "      - weight: 25%\n"
			   "      - run: \"touch @FOLDER@/at; until test -e "
			   "@FOLDER@/go; do sleep 0.05; done\"\n"
			   "      - weight: 100%\n");
	site_commit(site, "a canary");
	run = site_start(site, NULL, "run", NULL);
	at = path_join(site->folder, "at");
	await_file(at);
	keeper = site_keeper(site, "production", "proxy/proxy");
	kept = site_kept(site, "production", "proxy/proxy");
	assert_true(keeper > 0 && kept > 0);
	assert_int_equal(kill(keeper, SIGSTOP), 0);
	assert_int_equal(kill(-kept, SIGKILL), 0);
	site_shell(site, site->folder, "touch go");
	process_await_text(run, "production waits for its proxy");
	assert_int_equal(kill(keeper, SIGCONT), 0);
	assert_int_equal(process_await(run), 0);
	assert_string_equal(site_colour(site), "green");
	free(at);
}

static void down_stops_all_and_up_brings_it_back(void **state)
{
	struct site *site = *state;
	static const char *const names[] = {"blue", "green", "proxy/proxy"};

	release_first(site);
	site_commit(site, "the second");
	assert_int_equal(site_call(site, "run", NULL), 0);
	assert_string_equal(site_colour(site), "green");
	assert_int_equal(site_call(site, "down", "production", NULL), 0);
	assert_int_equal(site_call(site, "status", NULL), 0);
	assert_says(site->out, "! it does not run; signalbox up production");
	for (size_t i = 0; i < ARRAY_SIZE(names); i++) {
		assert_int_equal(site_keeper(site, "production", names[i]), 0);
		assert_int_equal(site_kept(site, "production", names[i]), 0);
	}
	assert_string_equal(site_colour(site), "");
	assert_int_equal(site_call(site, "down", "production", NULL), 0);
	assert_says_not(site->out, "its proxy does not run");
	assert_int_equal(site_call(site, "up", "production", NULL), 0);
	assert_says_not(site->out, "its proxy does not run");
	assert_string_equal(site_colour(site), "green");
	assert_int_equal(site_call(site, "status", NULL), 0);
	assert_says(site->out, "on green since");
	assert_int_equal(site_call(site, "rollback", "production", NULL), 0);
	assert_string_equal(site_colour(site), "blue");
	assert_int_equal(site_call(site, "verify", NULL), 0);
}

static int run_all(void)
{
	const struct CMUnitTest tests[] = {
#define TEST(name) \
	cmocka_unit_test_setup_teardown(name, site_set_up, site_tear_down)
		TEST(program_dies_at_each_weight_and_live_goes_on),
		TEST(program_and_guard_die_at_each_weight_and_live_goes_on),
		TEST(all_three_die_and_what_they_ran_dies_too),
		TEST(server_whose_keeper_was_killed_outlives_the_run),
		TEST(next_run_says_what_was_under_way_and_releases),
		TEST(reload_and_restart_of_the_proxy_keep_the_split),
		TEST(other_runtime_folder_costs_no_request),
		TEST(lost_runtime_folder_leaves_every_way_open),
		TEST(release_of_the_same_goes_back_to_what_was_warm),
		TEST(run_ends_though_its_proxy_answers_late),
		TEST(a_release_waits_for_a_proxy_that_has_died),
		TEST(down_stops_all_and_up_brings_it_back),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

int main(int argc, char **argv)
{
	return site_main(argc, argv, run_all);
}
