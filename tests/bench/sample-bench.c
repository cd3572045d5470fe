/* SPDX-License-Identifier: MIT */
/*
 * What it costs to watch: one program, 20 environments on 20 backends of one
 * HAProxy that is there, each with a canary at 50 %, sampled once a second
 * and judged every 5 s. At most 2 % of a core, by getrusage.
 */
#include "support/cmocka.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/file.h"
#include "base/memory.h"
#include "bench/bench.h"
#include "delivery/analysis.h"
#include "delivery/keeper.h"
#include "delivery/traffic/haproxy-lines.h"
#include "net/http.h"
#include "proc/identity.h"
#include "support/environments.h"
#include "support/pipelines.h"
#include "system/colour.h"
#include "system/leftovers.h"
#include "system/web.h"

#define ENVIRONMENTS 20
#define SECONDS 30
#define MOST_PERCENT 2.0

struct shop {
	struct world world;
	struct analysis *analysis;
	struct timer *look;
	char *text;
	int port, ports[2];
	long looks;
};

struct bench_stage {
	struct shop shops[ENVIRONMENTS];
	struct loop *loop; /* of all */
	char *folder, *cfg, *socket;
	pid_t proxy, client;
	struct leftovers leftovers;
};

static void write_pipeline(struct bench_stage *stage, int i)
{
	struct shop *shop = &stage->shops[i];
	char *own = process_own_path();

	shop->text = xasprintf(
		"name: shop\n"
		"environments:\n"
		"  production:\n"
		"    target: {process: {command: \"exec %s serve\", ports: "
		"[%d, %d], health: /healthz}}\n"
		"    traffic: {haproxy: {socket: %s, backend: shop%d, blue: "
		"[b], green: [g], ring: r%d, server-state: %s/state%d}}\n"
		"stages:\n"
		"  build: {run: make, artifacts: [shop]}\n"
		"  production: {deploy: {environment: production, strategy: "
		"canary, steps: [{weight: 5%%}, {weight: 100%%}], analysis: "
		"{every: 5s, error-rate: \"< 1%%\", p99: \"< 5s\"}}}\n",
		own, shop->ports[0], shop->ports[1], stage->socket, i, i,
		stage->folder, i);
	shop->world.pipeline_text = shop->text;
	free(own);
}

static void add_shop(const struct shop *shop, int i, struct str *out)
{
	str_addf(out,
		 "ring r%d\n\tformat raw\n\tmaxlen 1024\n\tsize 1048576\n"
		 "frontend shop%d\n\tbind 127.0.0.1:%d\n"
		 "\tlog ring@r%d format raw daemon\n"
		 "\tlog-format \"%s\"\n\t" HAPROXY_BEGIN_RULE "\n"
		 "\tdefault_backend shop%d\n"
		 "backend shop%d\n\tbalance roundrobin\n"
		 "\toption httpchk GET /healthz\n"
		 "\tdefault-server check inter 500ms fall 2 rise 1\n"
		 "\tserver b 127.0.0.1:%d weight 100\n"
		 "\tserver g 127.0.0.1:%d weight 0\n",
		 i, i, shop->port, i, HAPROXY_LINE_FORMAT, i, i, shop->ports[0],
		 shop->ports[1]);
}

static void write_cfg(struct bench_stage *stage)
{
	struct str out = STR_INIT;

	str_addf(&out,
		 "global\n\tstats socket %s mode 600 level admin\n"
		 "\tstats maxconn 100\n"
		 "defaults\n\tmode http\n\ttimeout connect 1s\n"
		 "\ttimeout client 10s\n\ttimeout server 10s\n"
		 "\toption redispatch 1\n",
		 stage->socket);
	for (int i = 0; i < ENVIRONMENTS; i++)
		add_shop(&stage->shops[i], i, &out);
	stage->cfg = path_join(stage->folder, "their.cfg");
	assert_int_equal(
		file_replace(stage->cfg, out.data, out.len, 0600, NULL), 0);
	str_release(&out);
}

static void start_proxy(struct bench_stage *stage, const char *program)
{
	stage->proxy = fork();
	if (stage->proxy == 0) {
		prctl(PR_SET_PDEATHSIG, SIGTERM);
		if (!freopen("/dev/null", "w", stdout) ||
		    !freopen("/dev/null", "w", stderr))
			_exit(1);
		execl(program, "haproxy", "-f", stage->cfg, (char *)NULL);
		_exit(1);
	}
	while (web_get(stage->shops[0].port, "/", NULL) == 0) {
		if (waitpid(stage->proxy, NULL, WNOHANG) != 0)
			bench_fail("haproxy ended");
		poll(NULL, 0, 10);
	}
}

/* Some 200 requests a second, to all of them together. */
static void start_client(struct bench_stage *stage)
{
	stage->client = fork();
	if (stage->client != 0)
		return;
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	for (int i = 0;; i++) {
		(void)web_get(stage->shops[i % ENVIRONMENTS].port, "/", NULL);
		poll(NULL, 0, 4);
	}
}

static void end(pid_t pid)
{
	kill(pid, SIGTERM);
	while (waitpid(pid, NULL, 0) < 0 && errno == EINTR)
		;
}

static struct analysis_sight see(const struct shop *shop)
{
	const struct environment *environment = shop->world.environment;
	enum colour candidate = state_of(&shop->world)->candidate.colour;
	struct analysis_sight sight = {.alone = false};

	environment_counts(environment, candidate, &sight.candidate);
	environment_counts(environment, colour_other(candidate), &sight.stable);
	return sight;
}

static void look(void *data)
{
	struct shop *shop = data;
	struct analysis_sight sight = see(shop);
	struct analysis_result result;

	analysis_look(shop->analysis, clock_monotonic_ms(), &sight, &result);
	event_free(analysis_event(&result, "production", "production"));
	shop->looks++;
	timer_set(shop->look, analysis_next_ms(shop->analysis) * 1000);
}

/* Another process, as it were, goes on with the canary: on the one loop. */
static void watch(struct bench_stage *stage, struct shop *shop)
{
	struct world *world = &shop->world;
	const struct pipeline *pipeline = world->pipeline;
	struct answer answer = {0};
	struct analysis_sight sight;

	environment_close(world->environment);
	loop_free(world->loop);
	world->loop = stage->loop;
	world->environment = opened(world);
	environment_recover(world->environment, answered, &answer);
	went_well(world, &answer);
	environment_watch(world->environment);
	shop->analysis = analysis_new(
		&pipeline->stages[pipeline->stage_count - 1].deploy.analysis);
	sight = see(shop);
	analysis_begin(shop->analysis, clock_monotonic_ms(), &sight);
	shop->look =
		loop_timer(stage->loop, analysis_next_ms(shop->analysis) * 1000,
			   look, shop);
}

static double used_seconds(void)
{
	struct rusage usage;

	getrusage(RUSAGE_SELF, &usage);
	return (double)(usage.ru_utime.tv_sec + usage.ru_stime.tv_sec) +
	       (double)(usage.ru_utime.tv_usec + usage.ru_stime.tv_usec) / 1e6;
}

static void turn_for(struct bench_stage *stage, int seconds)
{
	int64_t until = clock_monotonic_us() + seconds * 1000000LL;

	while (clock_monotonic_us() < until)
		loop_turn(stage->loop, 100);
}

static void measure(struct bench_stage *stage)
{
	double used;
	int64_t requests = 0;

	turn_for(stage, 3);
	used = used_seconds();
	turn_for(stage, SECONDS);
	used = used_seconds() - used;
	for (int i = 0; i < ENVIRONMENTS; i++) {
		struct analysis_sight sight = see(&stage->shops[i]);

		assert_true(stage->shops[i].looks >= SECONDS / 5 - 1);
		assert_true(sight.candidate.requests > 0);
		requests += sight.candidate.requests + sight.stable.requests;
	}
	printf("%d environments saw %lld requests in %d s\n", ENVIRONMENTS,
	       (long long)requests, SECONDS + 3);
	bench_measure("20 environments watched, % of a core",
		      100 * used / SECONDS, MOST_PERCENT);
}

static int set_up(void **state)
{
	struct bench_stage *stage = xcalloc(1, sizeof(*stage));

	*state = stage;
	stage->folder = xstrdup("/tmp/signalbox-sample-XXXXXX");
	assert_non_null(mkdtemp(stage->folder));
	leftovers_watch(&stage->leftovers, stage->folder);
	setenv("XDG_RUNTIME_DIR", stage->folder, 1);
	setenv("HOME", stage->folder, 1);
	stage->socket = path_join(stage->folder, "admin");
	stage->loop = loop_new();
	for (int i = 0; i < ENVIRONMENTS; i++) {
		struct shop *shop = &stage->shops[i];

		shop->port = web_free_port();
		for (int j = 0; j < 2; j++)
			shop->ports[j] = web_free_port();
		write_pipeline(stage, i);
		world_init(&shop->world);
	}
	write_cfg(stage);
	return 0;
}

static void take_down(struct shop *shop)
{
	struct world *world = &shop->world;
	struct answer answer = {0};

	analysis_free(shop->analysis);
	timer_free(shop->look);
	acquired(world);
	environment_down(world->environment, "ana", answered, &answer);
	went_well(world, &answer);
	environment_close(world->environment);
	pipeline_free(world->pipeline);
	assert_int_equal(folder_remove(world->state, NULL), 0);
	free(shop->text);
}

static int tear_down(void **state)
{
	struct bench_stage *stage = *state;

	for (int i = 0; i < ENVIRONMENTS; i++)
		take_down(&stage->shops[i]);
	if (stage->client > 0)
		end(stage->client);
	if (stage->proxy > 0)
		end(stage->proxy);
	leftovers_end(&stage->leftovers);
	return folder_remove(stage->folder, NULL);
}

static void watching_twenty_environments_costs_little(void **state)
{
	struct bench_stage *stage = *state;
	char *haproxy = bench_find("haproxy");

	if (!haproxy)
		return;
	start_proxy(stage, haproxy);
	for (int i = 0; i < ENVIRONMENTS; i++) {
		struct world *world = &stage->shops[i].world;

		released(world, "v1");
		canary_started(world, "v2");
		shifted(world, 50);
		/* The next one moves at the same socket. */
		environment_release(world->environment);
	}
	for (int i = 0; i < ENVIRONMENTS; i++)
		watch(stage, &stage->shops[i]);
	start_client(stage);
	measure(stage);
	free(haproxy);
}

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(
			watching_twenty_environments_costs_little, set_up,
			tear_down),
	};

	if (argc > 0 && strcmp(argv[0], KEEPER_NAME) == 0)
		return keeper_main(argc, argv);
	if (argc > 1 && strcmp(argv[1], "serve") == 0)
		return colour_serve();
	assert_int_equal(net_init(NULL), 0);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
