/* SPDX-License-Identifier: MIT */
/*
 * The invariants of an environment under random commands, troubles, deaths
 * and crashes, from two processes at a time, over a simulated host. What is
 * checked, by the numbers of the design:
 *
 *	1  shares sum to 100, before and after; no candidate is raised that
 *	   was not healthy since its start (what is live the proxy judges),
 *	   unless by a person's rollback
 *	2  nothing is stopped under its traffic while another could take it
 *	   (but where a gap is said: down, up, a release in place)
 *	3  a change stands in the journal on disk before the provider is asked
 *	4  after a crash what is live is what was recorded, the record says
 *	   what is true, and a way back or forward leads to a live colour
 *	5  one holds the environment; who holds it no more changes nothing
 *	6  to close changes no traffic and stops nothing
 *	7  a rollback decided on another state is refused and does nothing
 *
 * and that every command is answered once. A failure prints the seed of its
 * episode, which SIGNALBOX_SEED repeats; `make check` takes the same 5,000
 * steps each time, `make check-long` 100,000 others (SIGNALBOX_STEPS).
 */
#include "support/cmocka.h"

#include <math.h>
#include <stdio.h>
#include <unistd.h>

#include "base/file.h"
#include "base/memory.h"
#include "delivery/epoch.h"
#include "delivery/ledger-internal.h"
#include "delivery/operation.h"
#include "event/journal.h"
#include "support/pipelines.h"
#include "unit/delivery/simulator.h"

#define HANDLES 2
#define EPISODE_STEPS 200
#define ASKED_MOST 256
#define ANSWER_WITHIN_US (120 * 1000000ll)

static const char pipeline_text[] =
	"name: shop\n"
	"environments:\n"
	"  production:\n"
	"    target: {process: {command: \"./shop\", ports: [18081, 18082], "
	"health: /healthz}}\n"
	"    traffic: {haproxy: {listen: \"127.0.0.1:18080\"}}\n"
	"stages:\n"
	"  build: {run: make, artifacts: [shop]}\n"
	"  production: {deploy: {environment: production, strategy: canary, "
	"steps: [{weight: 5%}, {weight: 100%}]}}\n";

/* A command that was given and waits for its answer. */
struct asked {
	bool open;
	int handle;
	const char *what;
	int64_t since_us;
	bool stale; /* its sender saw another state: it must be refused */
	bool must;  /* nothing is in its way: it must succeed */
};

static struct {
	uint64_t seed; /* of the episode */
	int step, releases;
	struct loop *loop;
	struct pipeline *pipeline;
	char *state, *folder;
	struct environment *handles[HANDLES];
	struct asked asked[ASKED_MOST];
	bool gap; /* a `down`, an `up` or a release in place was begun */
} rig;

static void broken(int invariant, const char *what)
{
	size_t length = simulator.log.len;

	fprintf(stderr, "%s\n",
		simulator.log.data + (length > 6000 ? length - 6000 : 0));
	fail_msg("invariant %d: %s; SIGNALBOX_SEED=%llu, step %d", invariant,
		 what, (unsigned long long)rig.seed, rig.step);
}

#define HOLD(invariant, is)                     \
	do {                                    \
		if (!(is))                      \
			broken(invariant, #is); \
	} while (0)

/* What the provider and the targets are asked, looked at before it is done. */

static bool record_is_open(void)
{
	char *path = path_join(rig.folder, "journal.ndjson"), *at;
	struct str text = STR_INIT;
	const char *changing = NULL, *changed = NULL;

	assert_int_equal(file_read(path, &text, 64 << 20, NULL), 0);
	for (at = text.data; (at = strstr(at, "\"traffic.changing\"")); at++)
		changing = at;
	for (at = text.data; (at = strstr(at, "\"traffic.changed\"")); at++)
		changed = at;
	str_release(&text);
	free(path);
	return changing && changing > changed;
}

static void check_raised(const struct environment *environment,
			 const struct traffic_change *change)
{
	const struct environment_state *known = &environment->state;
	double sum = 0;

	for (int i = 0; i < COLOUR_COUNT; i++) {
		double percent = change->split.percent[i];

		HOLD(1, percent >= 0 && percent <= 100);
		sum += percent;
		if (percent > simulator.percent[i] && !change->force &&
		    !environment->operation->minor &&
		    !(known->has_live && (int)known->live.colour == i))
			HOLD(1, simulator.proven[i]);
	}
	HOLD(1, fabs(sum - 100) < 0.001);
}

static void sets(struct environment *environment,
		 const struct traffic_change *change)
{
	const struct operation *operation = environment->operation;

	HOLD(6, operation != NULL);
	simulator_log("  asked for blue %g green %g%s",
		      change->split.percent[0], change->split.percent[1],
		      change->force ? " by force" : "");
	check_raised(environment, change);
	if (operation->urgent || change->force)
		return;
	HOLD(3, record_is_open());
	HOLD(5, operation->minor || environment->run_lock >= 0);
	HOLD(5,
	     epoch_read(rig.folder) == (operation->minor ? operation->epoch
							 : environment->epoch));
}

static void stops(enum colour colour)
{
	enum colour other = colour_other(colour);

	if (rig.gap || simulator.untrue || !simulator.running)
		return;
	HOLD(2, !(simulator.percent[colour] > 0 && simulator.alive[colour] &&
		  simulator.alive[other] && simulator.proven[other]));
}

/* Commands. */

static void answered(void *data, const struct error *err)
{
	struct asked *asked = data;

	simulator_log("  %d %s: %s", asked->handle, asked->what,
		      err ? error_text(err) : "done");
	if (!asked->open)
		broken(0, "answered twice, or after a close");
	asked->open = false;
	if (asked->stale)
		HOLD(7, err && err->code == ERROR_REFUSED);
	if (asked->must)
		HOLD(4, !err);
}

static struct asked *asks(int handle, const char *what)
{
	struct asked *asked = rig.asked;

	while (asked->open)
		if (++asked == rig.asked + ASKED_MOST)
			broken(0, "too many commands without an answer");
	*asked = (struct asked){.open = true,
				.handle = handle,
				.what = what,
				.since_us = simulator.now_us};
	simulator_log("%d: %d %s", rig.step, handle, what);
	return asked;
}

static void takes_event(struct event *copy, void *data)
{
	(void)data;
	event_free(copy);
}

static void opens(int handle)
{
	struct environment_options options = {
		.loop = rig.loop,
		.state = rig.state,
		.name = "production",
		.pipeline = rig.pipeline,
		.pipeline_text = pipeline_text,
		.emit = takes_event,
		.stage = "production",
		.minds_proxy = simulator_draw(2),
		.target = &simulated_target,
		.traffic = &simulated_traffic,
	};
	struct error err = ERROR_INIT;

	rig.handles[handle] = environment_open(&options, &err);
	if (!rig.handles[handle])
		broken(4, error_text(&err));
	environment_recover(rig.handles[handle], answered,
			    asks(handle, "recover"));
}

/* A record that was cut in the middle is what a kill may leave. */
static void tear(void)
{
	char *path = path_join(rig.folder, "journal.ndjson");
	FILE *file = file_exists(path) ? fopen(path, "a") : NULL;

	if (file) {
		fputs("{\"seq\":", file);
		fclose(file);
	}
	free(path);
}

static void closes(int handle, bool killed)
{
	struct environment *environment = rig.handles[handle];
	bool holds = ledger_is_locked(environment->ledger);
	struct simulator before = simulator;

	simulator_log("%d: %d %s", rig.step, handle,
		      killed ? "is killed" : "closes");
	simulator.crashes = killed;
	if (killed)
		ledger_events_free(&environment->ledger->late);
	environment_close(environment);
	if (simulator.killed && holds && simulator_draw(2))
		tear();
	simulator.crashes = simulator.killed = false;
	rig.handles[handle] = NULL;
	for (int i = 0; i < COLOUR_COUNT; i++)
		HOLD(6, simulator.alive[i] == before.alive[i]);
	for (int i = 0; i < ASKED_MOST; i++)
		if (rig.asked[i].handle == handle)
			rig.asked[i].open = false;
}

/* What was recorded as live is not forgotten, whoever dies. */
static void reopens(int handle, bool killed)
{
	const struct environment_state *state = &rig.handles[handle]->state;
	bool had_live = state->has_live;
	int64_t epoch = state->epoch, seq = state->seq;

	closes(handle, killed);
	opens(handle);
	state = &rig.handles[handle]->state;
	HOLD(4, state->has_live || !had_live);
	HOLD(4, killed || state->seq >= seq);
	HOLD(4, killed || state->epoch >= epoch);
}

static struct plan *plan_of(struct environment *environment,
			    const char *version)
{
	struct plan_step_config steps[] = {
		{.kind = PLAN_WEIGHT, .weight = 5},
		{.kind = PLAN_WEIGHT, .weight = 100},
	};
	struct deploy_config deploy = {
		.environment = (char *)"production",
		.strategy = simulator_draw(8) ? STRATEGY_CANARY
					      : STRATEGY_ALL_AT_ONCE,
		.steps = steps,
	};
	struct plan_request request = {.deploy = &deploy, .version = version};

	deploy.step_count = deploy.strategy == STRATEGY_CANARY ? 2 : 0;
	environment_plan_request(environment, &request);
	return plan_make(&request, NULL);
}

static void begins(int handle)
{
	struct environment *environment = rig.handles[handle];
	char version[16];
	struct release candidate = {
		.version = version,
		.commit = (char *)"0123456789abcdef",
		.digest = version,
		.folder = rig.state,
	};
	struct deployment deployment = {NULL, &candidate};
	struct plan *plan;
	bool begun;

	snprintf(version, sizeof(version), "v%d", ++rig.releases);
	candidate.run = rig.releases;
	plan = plan_of(environment, version);
	rig.gap |= plan && plan->in_place;
	deployment.plan = plan;
	begun = plan && environment_begin(environment, &deployment, NULL) == 0;
	plan_free(plan);
	if (begun)
		environment_start_candidate(environment, answered,
					    asks(handle, "start"));
}

/* The lock of one keeps the other out. */
static void acquires(int handle)
{
	const struct environment *other = rig.handles[1 - handle];
	bool held = other && other->run_lock >= 0;
	int result;

	if (rig.handles[handle]->run_lock >= 0)
		return;
	result = environment_acquire(rig.handles[handle], 7, "ana", NULL);
	simulator_log("%d: %d acquires: %d", rig.step, handle, result);
	HOLD(5, result < 0 || !held);
}

static void deploys(int handle)
{
	acquires(handle);
	if (rig.handles[handle]->run_lock >= 0)
		begins(handle);
}

static void shifts(int handle)
{
	static const double shares[] = {0, 5, 25, 50, 75, 100, 100, 100};

	environment_shift(rig.handles[handle], shares[simulator_draw(8)],
			  "a step", NULL, answered, asks(handle, "shift"));
}

static void rolls_back(int handle)
{
	struct environment *environment = rig.handles[handle];
	const struct environment_state *state = &environment->state;
	struct rollback_request request = {.by = "person", .person = "ana"};
	struct asked *asked = asks(handle, "rollback");
	char version[16];

	if (simulator_draw(4) == 0)
		request = (struct rollback_request){.by = "analysis"};
	if (simulator_draw(3) == 0 && rig.releases) {
		snprintf(version, sizeof(version), "v%d",
			 simulator_draw(rig.releases) + 1);
		request.to = version;
	}
	if (simulator_draw(4) == 0 && state->seq > 1) {
		request.seen = state->seq - 1;
		asked->stale = true;
	} else if (simulator_draw(2)) {
		request.seen = state->seq;
	}
	environment_rollback(environment, &request, answered, asked);
}

static void does_upkeep(int handle)
{
	struct environment *environment = rig.handles[handle];

	switch (simulator_draw(8)) {
	case 0:
		if (environment->run_lock < 0)
			break;
		rig.gap = true;
		environment_down(environment, "ana", answered,
				 asks(handle, "down"));
		break;
	case 1:
	case 2:
	case 3:
		rig.gap = true;
		environment_up(environment, "ana", answered,
			       asks(handle, "up"));
		break;
	case 4:
		environment_retire(environment, true, "old", answered,
				   asks(handle, "retire"));
		break;
	case 5:
		environment_watch(environment);
		break;
	case 6:
		simulator_log(
			"%d: %d locks: %d", rig.step, handle,
			environment_lock(environment, "ana", "why", 0, NULL));
		break;
	default:
		simulator_log("%d: %d unlocks: %d", rig.step, handle,
			      environment_unlock(environment, "ana", NULL));
	}
}

/* What nobody of us did. */
static void world_moves(void)
{
	enum colour colour = (enum colour)simulator_draw(COLOUR_COUNT);

	switch (simulator_draw(4)) {
	case 0:
		simulator_log("%d: %s dies", rig.step, colour_name(colour));
		simulator.alive[colour] = false;
		break;
	case 1:
	case 2: /* its keeper */
		simulator.alive[colour] = simulator.kept[colour];
		break;
	default:
		if (simulator_draw(3))
			break;
		simulator_log("%d: the proxy dies", rig.step);
		simulator.running = false;
	}
}

static void lets_go(int handle)
{
	if (rig.handles[handle]->operation || simulator_draw(2))
		return;
	simulator_log("%d: %d releases", rig.step, handle);
	environment_release(rig.handles[handle]);
}

/* The trouble is over. */
static void calms_down(void)
{
	simulator.trouble = simulator.lies = false;
	for (int i = 0; i < HANDLES; i++)
		if (rig.handles[i])
			closes(i, false);
	for (int i = 0; i < COLOUR_COUNT; i++)
		simulator.alive[i] = simulator.kept[i]; /* by its keeper */
	simulator.now_us += 10 * 1000000;
	for (int i = 0; i < 50; i++)
		simulator_turn();
}

static bool is_open(void)
{
	for (int i = 0; i < ASKED_MOST; i++)
		if (rig.asked[i].open)
			return true;
	return false;
}

static void waits(void)
{
	int64_t until_us = simulator.now_us + ANSWER_WITHIN_US;

	while (is_open()) {
		if (simulator.now_us > until_us)
			broken(0, "a command is not answered");
		simulator_turn();
	}
}

static void check_recovered(const struct environment_state *state)
{
	struct error err = ERROR_INIT;
	int64_t records = 0;
	size_t torn;

	if (state->seq && journal_verify(rig.folder, &records, &torn, &err) < 0)
		broken(4, error_text(&err));
	HOLD(4, records == state->seq);
	if (!state->seq || !simulator.running)
		return;
	HOLD(4, !state->changing);
	HOLD(4, !state->rolling_back);
	for (int i = 0; i < COLOUR_COUNT && state->has_live; i++)
		HOLD(4, fabs(state->split[i] - simulator.percent[i]) < 0.01);
	if (state->drilling)
		HOLD(4, !simulator.alive[state->live.colour]);
}

static struct asked *must(const char *what)
{
	struct asked *asked = asks(0, what);

	asked->must = true;
	return asked;
}

/* From wherever it was left there is a way, and it leads to what is live. */
static void finds_a_way(struct environment *environment)
{
	const struct environment_state *state = &environment->state;
	struct rollback_request back = {.by = "person", .person = "ana"};
	enum colour live;

	if (!state->has_live)
		return;
	if (state->locked)
		assert_int_equal(environment_unlock(environment, "ana", NULL),
				 0);
	assert_int_equal(environment_acquire(environment, 7, "ana", NULL), 0);
	if (state->has_candidate && simulator_draw(2)) {
		environment_rollback(environment, &back, answered,
				     must("the way back"));
		waits();
	} else {
		/* What was cut off in the midst of a start is started, in
		 * place of what else runs there. */
		rig.gap = true;
		environment_up(environment, "ana", answered, asks(0, "up"));
		waits();
		if (state->has_candidate)
			environment_abandon(environment, STATE_FAILED,
					    "gave up", answered,
					    must("the way on"));
		waits();
		/* Refused where another release serves people: `down`, and
		 * then up, as it says. */
		if (!environment_runs(environment, state->live.colour,
				      &state->live))
			environment_down(environment, "ana", answered,
					 must("down"));
		waits();
		environment_up(environment, "ana", answered, must("up again"));
		waits();
	}
	HOLD(4, !state->has_candidate);
	live = state->live.colour;
	HOLD(4, simulator.alive[live]);
	HOLD(4, fabs(simulator.percent[live] - 100) < 0.01);
	HOLD(4, fabs(state->split[live] - 100) < 0.01);
	environment_release(environment);
}

static void settles(void)
{
	bool lies = simulator.lies;

	calms_down();
	opens(0);
	waits();
	check_recovered(&rig.handles[0]->state);
	finds_a_way(rig.handles[0]);
	rig.gap = false;
	opens(1);
	waits();
	simulator.trouble = true;
	simulator.lies = lies;
}

static void steps(int handle)
{
	struct environment *environment = rig.handles[handle];
	int draw = simulator_draw(100);

	if (draw < 18)
		deploys(handle);
	else if (draw < 40)
		shifts(handle);
	else if (draw < 50)
		environment_promote(environment, "ravi", answered,
				    asks(handle, "promote"));
	else if (draw < 54)
		environment_abandon(environment, STATE_FAILED, "gave up",
				    answered, asks(handle, "abandon"));
	else if (draw < 62)
		rolls_back(handle);
	else if (draw < 66)
		environment_drill(environment, "ana", simulator_draw(2000),
				  answered, asks(handle, "drill"));
	else if (draw < 68)
		environment_drill_return(environment);
	else if (draw < 76)
		does_upkeep(handle);
	else if (draw < 84)
		world_moves();
	else if (draw < 92)
		reopens(handle, simulator_draw(3) > 0);
	else if (draw < 94)
		environment_take_up(environment, 0, answered,
				    asks(handle, "take up"));
	else if (draw < 97)
		lets_go(handle);
	else
		settles();
}

static void check_step(void)
{
	double sum = 0;
	int holders = 0;

	for (int i = 0; i < COLOUR_COUNT; i++)
		sum += simulator.percent[i];
	HOLD(1, !simulator.running || fabs(sum - 100) < 0.001);
	for (int i = 0; i < HANDLES; i++) {
		const double *split = rig.handles[i]->state.split;

		holders += rig.handles[i]->run_lock >= 0;
		HOLD(1, isnan(split[0]) ||
				fabs(split[0] + split[1] - 100) < 0.001);
	}
	HOLD(5, holders <= 1);
	for (int i = 0; i < ASKED_MOST; i++)
		if (rig.asked[i].open &&
		    simulator.now_us > rig.asked[i].since_us + ANSWER_WITHIN_US)
			broken(0, rig.asked[i].what);
}

static void plays(int count)
{
	simulator.trouble = true;
	simulator.lies = simulator_draw(4) == 0;
	for (int i = 0; i < HANDLES; i++)
		opens(i);
	for (rig.step = 0; rig.step < count; rig.step++) {
		int turns = simulator_draw(3) ? simulator_draw(60) : 1;

		steps(simulator_draw(5) ? 0 : 1);
		for (int i = 0; i < turns; i++)
			simulator_turn();
		check_step();
	}
	settles();
	calms_down();
}

static void episode(uint64_t seed, int count)
{
	memset(&rig, 0, sizeof(rig));
	rig.seed = seed;
	rig.state =
		xasprintf("%s/signalbox-invariants-XXXXXX",
			  access("/dev/shm", W_OK) == 0 ? "/dev/shm" : "/tmp");
	assert_non_null(mkdtemp(rig.state));
	rig.folder = path_join(rig.state, "environments/production");
	rig.pipeline = pipeline_of(pipeline_text);
	rig.loop = loop_new();
	simulator_start(rig.loop, seed);
	simulator.sets = sets;
	simulator.stops = stops;
	plays(count);
	simulator_end();
	loop_free(rig.loop);
	pipeline_free(rig.pipeline);
	assert_int_equal(folder_remove(rig.state, NULL), 0);
	free(rig.folder);
	free(rig.state);
}

static void invariants_hold(void **state)
{
	const char *seed_text = getenv("SIGNALBOX_SEED");
	const char *steps_text = getenv("SIGNALBOX_STEPS");
	uint64_t seed = seed_text ? strtoull(seed_text, NULL, 10) : 1000;
	int left = steps_text ? atoi(steps_text) : 5000;

	(void)state;
	printf("# SIGNALBOX_SEED=%llu, %d steps\n", (unsigned long long)seed,
	       left);
	for (; left > 0; left -= EPISODE_STEPS, seed++)
		episode(seed, left < EPISODE_STEPS ? left : EPISODE_STEPS);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(invariants_hold),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
