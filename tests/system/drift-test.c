/* SPDX-License-Identifier: MIT */
/* Traffic that is not as it was set, at a real HAProxy that is there: what it
 * has lost is set again, what people did is not. */
#include "support/cmocka.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/file.h"
#include "base/memory.h"
#include "delivery/keeper.h"
#include "net/http.h"
#include "net/line.h"
#include "proc/identity.h"
#include "support/environments.h"
#include "system/colour.h"
#include "system/web.h"

#define PATIENCE_US (60 * 1000000)

struct stage {
	struct world world;
	char *text, *folder, *cfg, *socket;
	int port, ports[2];
	struct web_load load;
	pid_t proxy;
	struct str answer;
	bool told;
};

static void write_pipeline(struct stage *stage)
{
	char *own = process_own_path();

	stage->text = xasprintf(
		"name: shop\n"
		"environments:\n"
		"  production:\n"
		"    target: {process: {command: \"%s serve\", ports: [%d, "
		"%d], health: /healthz}}\n"
		"    traffic: {haproxy: {socket: %s, backend: shop, blue: "
		"[b1], green: [g1], server-state: %s/state}}\n"
		"stages:\n"
		"  build: {run: make, artifacts: [shop]}\n"
		"  production: {deploy: {environment: production, strategy: "
		"canary, steps: [{weight: 5%%}, {weight: 100%%}]}}\n",
		own, stage->ports[0], stage->ports[1], stage->socket,
		stage->folder);
	free(own);
}

/* It does not read the server-state file: a reload forgets. */
static void write_cfg(struct stage *stage)
{
	char *text = xasprintf(
		"global\n\tstats socket %s mode 600 level admin\n"
		"defaults\n\tmode http\n\ttimeout connect 1s\n"
		"\ttimeout client 10s\n\ttimeout server 10s\n"
		"\toption redispatch 1\n"
		"frontend web\n\tbind 127.0.0.1:%d\n\tdefault_backend shop\n"
		"backend shop\n\tbalance roundrobin\n"
		"\toption httpchk GET /healthz\n"
		"\tdefault-server check inter 100ms fall 1 rise 1\n"
		"\tserver b1 127.0.0.1:%d weight 100\n"
		"\tserver g1 127.0.0.1:%d weight 100\n",
		stage->socket, stage->port, stage->ports[0], stage->ports[1]);

	stage->cfg = path_join(stage->folder, "their.cfg");
	assert_int_equal(
		file_replace(stage->cfg, text, strlen(text), 0600, NULL), 0);
	free(text);
}

static void answered_line(const char *answer, size_t len,
			  const struct error *err, void *data)
{
	struct stage *stage = data;

	(void)err;
	stage->told = true;
	str_clear(&stage->answer);
	if (answer)
		str_add_bytes(&stage->answer, answer, len);
}

/* True when it answered. */
static bool ask(struct stage *stage, const char *line)
{
	struct line_question question = {
		.address = stage->socket,
		.line = line,
		.timeout_ms = 2000,
		.limit = 1u << 20,
	};

	stage->told = false;
	str_clear(&stage->answer);
	if (!line_ask(stage->world.loop, &question, answered_line, stage, NULL))
		return false;
	turn_until(&stage->world, &stage->told);
	return stage->answer.len > 0;
}

static void start_proxy(struct stage *stage)
{
	stage->proxy = fork();
	if (stage->proxy == 0) {
		prctl(PR_SET_PDEATHSIG, SIGTERM);
		if (!freopen("/dev/null", "w", stdout) ||
		    !freopen("/dev/null", "w", stderr))
			_exit(1);
		execlp("haproxy", "haproxy", "-W", "-f", stage->cfg,
		       (char *)NULL);
		execl("/usr/sbin/haproxy", "haproxy", "-W", "-f", stage->cfg,
		      (char *)NULL);
		_exit(1);
	}
	while (!ask(stage, "show info"))
		loop_turn(stage->world.loop, 10);
}

static void stop_proxy(struct stage *stage)
{
	if (stage->proxy <= 0)
		return;
	kill(stage->proxy, SIGTERM);
	while (waitpid(stage->proxy, NULL, 0) < 0 && errno == EINTR)
		;
	stage->proxy = 0;
}

static int set_up(void **state)
{
	struct stage *stage = xcalloc(1, sizeof(*stage));
	struct world *world = &stage->world;

	stage->folder = xstrdup("/tmp/signalbox-drift-XXXXXX");
	assert_non_null(mkdtemp(stage->folder));
	setenv("XDG_RUNTIME_DIR", stage->folder, 1);
	stage->socket = path_join(stage->folder, "admin");
	stage->port = web_free_port();
	for (int i = 0; i < 2; i++)
		stage->ports[i] = web_free_port();
	str_init(&stage->answer);
	write_pipeline(stage);
	write_cfg(stage);
	world->pipeline_text = stage->text;
	world->minds_proxy = true;
	world_init(world);
	start_proxy(stage);
	*state = stage;
	return 0;
}

static int tear_down(void **state)
{
	struct stage *stage = *state;
	struct world *world = &stage->world;
	struct answer answer = {0};

	web_load_stop(&stage->load);
	reopen(world);
	acquired(world);
	environment_down(world->environment, "ana", answered, &answer);
	went_well(world, &answer);
	environment_release(world->environment);
	stop_proxy(stage);
	world_release(world);
	assert_int_equal(folder_remove(stage->folder, NULL), 0);
	str_release(&stage->answer);
	free(stage->folder);
	free(stage->socket);
	free(stage->cfg);
	free(stage->text);
	free(stage);
	return 0;
}

/* How often the journal has the words. */
static int recorded(struct stage *stage, const char *words)
{
	char *folder = folder_of(&stage->world);
	char *path = path_join(folder, "journal.ndjson");
	struct str text = STR_INIT;
	int count = 0;

	assert_int_equal(file_read(path, &text, 1u << 24, NULL), 0);
	for (const char *at = text.data; (at = strstr(at, words)); at++)
		count++;
	str_release(&text);
	free(path);
	free(folder);
	return count;
}

static void await_recorded(struct stage *stage, const char *words, int count)
{
	int64_t until = clock_monotonic_us() + PATIENCE_US;

	while (recorded(stage, words) < count) {
		assert_true(clock_monotonic_us() < until);
		loop_turn(stage->world.loop, 20);
	}
}

/* What is on the disk is folded a moment later. */
static void await_green(struct world *world, double percent)
{
	int64_t until = clock_monotonic_us() + PATIENCE_US;

	while (state_of(world)->changing ||
	       state_of(world)->split[COLOUR_GREEN] != percent) {
		assert_true(clock_monotonic_us() < until);
		loop_turn(world->loop, 20);
	}
}

/* What the proxy says of a server's weight now. */
static int weight_of(struct stage *stage, const char *server)
{
	char *line = xasprintf("get weight shop/%s", server);
	int weight = -1;

	assert_true(ask(stage, line));
	assert_int_equal(sscanf(stage->answer.data, "%d", &weight), 1);
	free(line);
	return weight;
}

static void await_weight(struct stage *stage, const char *server, int weight)
{
	int64_t until = clock_monotonic_us() + PATIENCE_US;

	while (weight_of(stage, server) != weight) {
		assert_true(clock_monotonic_us() < until);
		loop_turn(stage->world.loop, 20);
	}
}

static int samples(const struct world *world)
{
	int count = 0;

	for (const char *at = world->told.data;
	     (at = strstr(at, "traffic.sampled")); at++)
		count++;
	return count / 2; /* one a colour */
}

static void await_samples(struct world *world, int more)
{
	int64_t until = clock_monotonic_us() + PATIENCE_US;
	int wanted = samples(world) + more;

	while (samples(world) < wanted) {
		assert_true(clock_monotonic_us() < until);
		loop_turn(world->loop, 100);
	}
}

/* v1 is live and v2 has a quarter. */
static void at_a_quarter(struct stage *stage)
{
	struct world *world = &stage->world;

	released(world, "v1");
	canary_started(world, "v2");
	shifted(world, 25);
	assert_int_equal(weight_of(stage, "g1"), 64);
	environment_watch(world->environment);
}

static void weights_lost_by_a_reload_are_set_again_and_reported(void **state)
{
	struct stage *stage = *state;
	struct world *world = &stage->world;
	struct web_load *load = &stage->load;
	int64_t since;

	at_a_quarter(stage);
	web_load_start(load, stage->port, "/", false);
	since = clock_monotonic_us();
	assert_int_equal(kill(stage->proxy, SIGUSR2), 0);
	await_recorded(stage, "\"reapplied\":true", 1);
	print_message("# set again after %lld ms\n",
		      (long long)(clock_monotonic_us() - since) / 1000);
	assert_int_equal(weight_of(stage, "b1"), 192);
	assert_int_equal(weight_of(stage, "g1"), 64);
	await_green(world, 25);
	assert_int_equal(recorded(stage, "had lost its weights"), 2);
	assert_int_equal(recorded(stage, "\"recovered\":true"), 0);
	assert_false(environment_take_touched(world->environment));
	web_load_stop(load);
	assert_int_equal(atomic_load(&load->failed), 0);
	assert_int_equal(atomic_load(&load->answers_5xx), 0);
	/* The plan goes on as if nothing had been. */
	shifted(world, 100);
	promoted(world);
	assert_journal_is_whole(world);
}

static void requests_show_that_a_shift_is_done(void **state)
{
	struct stage *stage = *state;
	struct world *world = &stage->world;
	struct answer answer = {0};
	struct web_load *load = &stage->load;

	at_a_quarter(stage);
	web_load_start(load, stage->port, "/", true);
	while (web_load_count(load) < 100)
		loop_turn(world->loop, 10);
	shifted(world, 50);
	environment_observe(world->environment, answered, &answer);
	turn_until(world, &answer.done);
	web_load_stop(load);
	assert_string_equal(answer.text, "");
	print_message("# %s\n", state_of(world)->observed);
	assert_int_equal(recorded(stage, "\"agrees\":true"), 1);
	assert_non_null(strstr(state_of(world)->observed, "50 % was asked"));
	assert_true(recorded(stage, "\"colours\":{\"blue\":{\"in-flight\"") >
		    0);
}

static int64_t await_told(struct world *world, const char *words)
{
	int64_t since = clock_monotonic_us();

	while (!strstr(world->notes.data, words)) {
		assert_true(clock_monotonic_us() < since + PATIENCE_US);
		loop_turn(world->loop, 20);
	}
	return (clock_monotonic_us() - since) / 1000;
}

static pid_t worker_of(struct stage *stage)
{
	const char *at;

	assert_true(ask(stage, "show info"));
	at = strstr(stage->answer.data, "\nPid: ");
	assert_non_null(at);
	return (pid_t)strtol(at + 6, NULL, 10);
}

static void a_wedged_proxy_is_said_and_its_traffic_stays(void **state)
{
	struct stage *stage = *state;
	struct world *world = &stage->world;
	pid_t worker;
	int64_t ms;

	at_a_quarter(stage);
	await_samples(world, 1);
	worker = worker_of(stage);
	assert_int_equal(kill(worker, SIGSTOP), 0);
	ms = await_told(world, "does not answer as it should: nothing came");
	assert_int_equal(kill(worker, SIGCONT), 0);
	print_message("# wedged: said after %lld ms\n", (long long)ms);
	assert_true(ms < 20000); /* 2 s, where the machine has time */
	await_told(world, "answers again");
	assert_int_equal(weight_of(stage, "g1"), 64);
	shifted(world, 100);
	promoted(world);
}

static void a_stopped_proxy_is_said_and_gets_its_weights_back(void **state)
{
	struct stage *stage = *state;
	struct world *world = &stage->world;
	int64_t ms;

	at_a_quarter(stage);
	await_samples(world, 1);
	stop_proxy(stage);
	ms = await_told(world, "does not answer as it should");
	print_message("# stopped: said after %lld ms\n", (long long)ms);
	assert_true(ms < 20000);
	start_proxy(stage);
	await_told(world, "answers again");
	await_recorded(stage, "\"reapplied\":true", 1);
	assert_int_equal(weight_of(stage, "g1"), 64);
	shifted(world, 100);
	promoted(world);
}

static void what_a_person_changed_is_recorded_and_not_fought(void **state)
{
	struct stage *stage = *state;
	struct world *world = &stage->world;

	at_a_quarter(stage);
	assert_true(ask(stage, "set weight shop/g1 192"));
	await_recorded(stage, "\"recovered\":true", 1);
	await_green(world, 50);
	assert_int_equal(recorded(stage, "changed by other hands"), 1);
	await_samples(world, 3);
	assert_int_equal(weight_of(stage, "g1"), 192);
	assert_int_equal(recorded(stage, "\"reapplied\":true"), 0);
	assert_true(environment_take_touched(world->environment));
	assert_false(environment_take_touched(world->environment));
	shifted(world, 100);
	promoted(world);
}

static void nobody_watched_a_restart_the_next_start_sets_again(void **state)
{
	struct stage *stage = *state;
	struct world *world = &stage->world;
	struct answer answer = {0};

	released(world, "v1");
	await_weight(stage, "g1", 0);
	stop_proxy(stage);
	start_proxy(stage);
	assert_int_equal(weight_of(stage, "g1"), 100);
	reopen(world);
	environment_recover(world->environment, answered, &answer);
	went_well(world, &answer);
	assert_int_equal(weight_of(stage, "g1"), 0);
	assert_int_equal(recorded(stage, "\"reapplied\":true"), 1);
	assert_true(state_of(world)->split[COLOUR_BLUE] == 100);
	/* Whoever changed it after a start that kept it is a person. */
	assert_true(ask(stage, "set weight shop/g1 256"));
	reopen(world);
	answer.done = false;
	environment_recover(world->environment, answered, &answer);
	went_well(world, &answer);
	assert_int_equal(weight_of(stage, "g1"), 256);
	assert_int_equal(recorded(stage, "\"recovered\":true"), 1);
}

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
		TEST(weights_lost_by_a_reload_are_set_again_and_reported),
		TEST(requests_show_that_a_shift_is_done),
		TEST(a_wedged_proxy_is_said_and_its_traffic_stays),
		TEST(a_stopped_proxy_is_said_and_gets_its_weights_back),
		TEST(what_a_person_changed_is_recorded_and_not_fought),
		TEST(nobody_watched_a_restart_the_next_start_sets_again),
	};

	if (argc > 0 && strcmp(argv[0], KEEPER_NAME) == 0)
		return keeper_main(argc, argv);
	if (argc > 1 && strcmp(argv[1], "serve") == 0)
		return colour_serve();
	if (argc > 1) /* one test alone, by its name */
		cmocka_set_test_filter(argv[1]);
	assert_int_equal(net_init(NULL), 0);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
