/* SPDX-License-Identifier: MIT */
#include "unit/delivery/simulator.h"

#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "loop/loop.h"

struct simulator simulator;

void simulator_start(struct loop *loop, uint64_t seed)
{
	memset(&simulator, 0, sizeof(simulator));
	str_init(&simulator.log);
	simulator.loop = loop;
	simulator.random = seed;
	simulator.now_us = 1000000;
}

void simulator_end(void)
{
	str_release(&simulator.log);
}

int simulator_draw(int below)
{
	uint64_t mixed = simulator.random += 0x9e3779b97f4a7c15u;

	mixed = (mixed ^ (mixed >> 30)) * 0xbf58476d1ce4e5b9u;
	mixed = (mixed ^ (mixed >> 27)) * 0x94d049bb133111ebu;
	mixed ^= mixed >> 31;
	return (int)(mixed % (uint64_t)below);
}

static bool chance(int percent)
{
	return simulator.trouble && simulator_draw(100) < percent;
}

void simulator_log(const char *format, ...)
{
	va_list args;

	va_start(args, format);
	str_vaddf(&simulator.log, format, args);
	va_end(args);
	str_add(&simulator.log, "\n");
}

void simulator_turn(void)
{
	for (int i = 0; i < COLOUR_COUNT; i++)
		simulator.requests[i] += (int64_t)simulator.percent[i];
	loop_turn(simulator.loop, 0);
	simulator.now_us += simulator_draw(20) * 1000;
}

/* An answer on its way: first what was asked happens, then it is told. */
struct target_wait {
	struct target_wait *next;
	struct timer *timer;
	void (*happen)(struct target_wait *wait);
	bool happened;
	void *data;
	struct error err;
	/* a provider's */
	struct traffic *traffic;
	struct traffic_change change;
	struct traffic_split split;
	struct traffic_sample sample;
	traffic_done *done;
	traffic_known *known;
	traffic_shifted *shifted;
	traffic_sampled *sampled;
	/* a target's */
	enum colour colour;
	target_done *target_done;
};

struct simulated {
	struct traffic traffic;
	struct target_wait *waits;
};

static void wait_free(struct target_wait *wait)
{
	struct simulated *provider = (struct simulated *)wait->traffic;
	struct target_wait **link = provider ? &provider->waits : NULL;

	while (link && *link != wait)
		link = &(*link)->next;
	if (link)
		*link = wait->next;
	timer_free(wait->timer);
	error_clear(&wait->err);
	free(wait);
}

static void tell(struct target_wait *wait)
{
	struct target_wait answer = *wait;
	const struct error *err = answer.err.code ? &answer.err : NULL;

	memset(&wait->err, 0, sizeof(wait->err));
	wait_free(wait);
	if (answer.target_done)
		answer.target_done(7, err, answer.data);
	if (answer.done)
		answer.done(answer.traffic, err, answer.data);
	if (answer.known)
		answer.known(answer.traffic, err ? NULL : &answer.split, err,
			     answer.data);
	if (answer.shifted)
		answer.shifted(answer.traffic, err ? NULL : &answer.split, NULL,
			       err, answer.data);
	if (answer.sampled)
		answer.sampled(answer.traffic, err ? NULL : &answer.sample, err,
			       answer.data);
	error_clear(&answer.err);
}

static int64_t delay_us(void)
{
	if (!simulator.trouble)
		return 0;
	return simulator_draw(20) ? simulator_draw(30) * 1000
				  : simulator_draw(3000) * 1000;
}

static void due(void *data)
{
	struct target_wait *wait = data;

	if (wait->happened) {
		tell(wait);
		return;
	}
	wait->happened = true;
	if (!wait->err.code)
		wait->happen(wait);
	timer_set(wait->timer, simulator.now_us + delay_us() / 2);
}

static struct target_wait *later(void (*happen)(struct target_wait *wait),
				 void *data)
{
	struct target_wait *wait = xcalloc(1, sizeof(*wait));

	wait->happen = happen;
	wait->data = data;
	wait->timer = loop_timer(simulator.loop, simulator.now_us + delay_us(),
				 due, wait);
	return wait;
}

static void refuse(struct target_wait *wait, const char *text)
{
	error_set(&wait->err, ERROR_PROVIDER, "%s", text);
}

/* The targets. */

static bool target_serves(const struct environment_config *config)
{
	(void)config;
	return true;
}

static void happen_start(struct target_wait *wait)
{
	if (chance(6))
		refuse(wait, "it does not start");
	else
		simulator.alive[wait->colour] = simulator.kept[wait->colour] =
			true;
}

static void target_start(const struct target *target,
			 const struct target_release *release,
			 target_done *done, void *data)
{
	struct target_wait *wait = later(happen_start, data);

	simulator_log("  start %s %s", colour_name(target->colour),
		      release->version);
	simulator.proven[target->colour] = false;
	wait->colour = target->colour;
	wait->target_done = done;
}

static void happen_health(struct target_wait *wait)
{
	if (!simulator.alive[wait->colour] || chance(8))
		error_set(&wait->err, ERROR_TIMEOUT, "%s is not healthy",
			  colour_name(wait->colour));
	else
		simulator.proven[wait->colour] = true;
}

static struct target_wait *target_await(const struct target *target,
					target_done *done, void *data)
{
	struct target_wait *wait = later(happen_health, data);

	wait->colour = target->colour;
	wait->target_done = done;
	return wait;
}

static void target_cancel(struct target_wait *wait)
{
	if (wait)
		wait_free(wait);
}

static bool target_is_alive(const struct target *target)
{
	return simulator.alive[target->colour];
}

static int target_port(const struct target *target)
{
	return target->config->target.ports[target->colour];
}

static pid_t target_pid(const struct target *target)
{
	(void)target;
	return 42;
}

static void happen_stop(struct target_wait *wait)
{
	if (chance(3))
		refuse(wait, "it does not stop");
	else
		simulator.alive[wait->colour] = simulator.kept[wait->colour] =
			false;
}

static void target_stop(const struct target *target, int64_t grace_ms,
			target_done *done, void *data)
{
	struct target_wait *wait = later(happen_stop, data);

	(void)grace_ms;
	simulator_log("  stop %s", colour_name(target->colour));
	wait->colour = target->colour;
	wait->target_done = done;
	if (simulator.stops)
		simulator.stops(target->colour);
}

const struct target_ops simulated_target = {
	.name = "simulated",
	.serves = target_serves,
	.start = target_start,
	.await_health = target_await,
	.cancel = target_cancel,
	.is_alive = target_is_alive,
	.port = target_port,
	.pid = target_pid,
	.stop = target_stop,
};

/* The provider. */

static struct traffic *provider_open(const struct traffic_options *options,
				     struct error *err)
{
	struct simulated *provider = xcalloc(1, sizeof(*provider));

	(void)err;
	provider->traffic.ops = &simulated_traffic;
	provider->traffic.options = *options;
	return &provider->traffic;
}

/* What was sent may arrive though nobody is there to hear of it. */
static void provider_close(struct traffic *traffic)
{
	struct simulated *provider = (struct simulated *)traffic;

	while (provider->waits) {
		struct target_wait *wait = provider->waits;

		if (!wait->happened && wait->happen && chance(50))
			wait->happen(wait);
		wait_free(wait);
	}
	free(provider);
}

static struct target_wait *asked(struct traffic *traffic,
				 void (*happen)(struct target_wait *wait),
				 void *data)
{
	struct simulated *provider = (struct simulated *)traffic;
	struct target_wait *wait = later(happen, data);

	wait->traffic = traffic;
	wait->next = provider->waits;
	provider->waits = wait;
	return wait;
}

static void look(struct target_wait *wait)
{
	for (int i = 0; i < COLOUR_COUNT; i++) {
		wait->split.percent[i] = simulator.percent[i];
		wait->split.units[i] = (int)(simulator.percent[i] * 2.56);
	}
}

static void take(const struct traffic_split *split, const char *how)
{
	memcpy(simulator.percent, split->percent, sizeof(simulator.percent));
	simulator_log("  %s: blue %g green %g", how, split->percent[0],
		      split->percent[1]);
}

static void happen_ensure(struct target_wait *wait)
{
	if (chance(5)) {
		refuse(wait, "the proxy does not start");
		return;
	}
	if (!simulator.running)
		take(&wait->change.split, "proxy starts");
	simulator.running = true;
}

static void provider_ensure(struct traffic *traffic,
			    struct traffic_split initial, traffic_done *done,
			    void *data)
{
	struct target_wait *wait = asked(traffic, happen_ensure, data);

	wait->change.split = initial;
	wait->done = done;
}

static void happen_inspect(struct target_wait *wait)
{
	if (!simulator.running)
		error_set(&wait->err, ERROR_NOT_FOUND, "no proxy answers");
	else if (chance(5))
		refuse(wait, "the proxy does not say");
	else
		look(wait);
}

static void provider_inspect(struct traffic *traffic, traffic_known *done,
			     void *data)
{
	asked(traffic, happen_inspect, data)->known = done;
}

static struct traffic_capabilities
provider_capabilities(const struct traffic *traffic)
{
	(void)traffic;
	return (struct traffic_capabilities){
		.weights = true,
		.why = "",
		.units = 256,
		.latency = TRAFFIC_LATENCY_RING,
		.keeps_requests = true,
		.loses = "",
	};
}

/* As traffic.h says: no colour gets more that is not up. */
static bool may_have(const struct traffic_change *change)
{
	for (int i = 0; i < COLOUR_COUNT; i++)
		if (change->split.percent[i] > simulator.percent[i] &&
		    !simulator.alive[i])
			return change->force;
	return true;
}

static void happen_set(struct target_wait *wait)
{
	if (!simulator.running) {
		refuse(wait, "the proxy is gone");
	} else if (!may_have(&wait->change) || chance(6)) {
		refuse(wait, "the proxy says no");
	} else if (simulator.lies && chance(5)) {
		wait->split = wait->change.split;
		simulator.untrue = true;
		simulator_log("  it lies");
	} else {
		take(&wait->change.split, "set");
		simulator.untrue = false;
		look(wait);
		if (chance(4))
			refuse(wait, "the answer is lost");
	}
}

/* A newer change ends the one under way. */
static void supersede(struct traffic *traffic)
{
	struct simulated *provider = (struct simulated *)traffic;
	struct target_wait *wait = provider->waits;

	for (; wait; wait = wait->next) {
		if (!wait->shifted || wait->happened)
			continue;
		error_set(&wait->err, ERROR_REFUSED, "a newer change came");
		timer_set(wait->timer, simulator.now_us);
	}
}

static void provider_set(struct traffic *traffic,
			 const struct traffic_change *change,
			 traffic_shifted *done, void *data)
{
	struct target_wait *wait;

	if (simulator.sets)
		simulator.sets(traffic->options.data, change);
	supersede(traffic);
	wait = asked(traffic, happen_set, data);
	wait->change = *change;
	wait->shifted = done;
}

static void happen_sample(struct target_wait *wait)
{
	if (!simulator.running || chance(5)) {
		refuse(wait, "the proxy is silent");
		return;
	}
	for (int i = 0; i < COLOUR_COUNT; i++) {
		struct traffic_colour_sample *colour = &wait->sample.colours[i];

		colour->up = simulator.alive[i];
		colour->percent = simulator.percent[i];
		colour->units = (int)(simulator.percent[i] * 2.56);
		colour->requests = simulator.requests[i];
		colour->errors = simulator.errors[i];
		colour->sessions = chance(20);
	}
}

static void provider_sample(struct traffic *traffic, traffic_sampled *done,
			    void *data)
{
	asked(traffic, happen_sample, data)->sampled = done;
}

static void provider_mark(struct traffic *traffic)
{
	(void)traffic;
}

static int64_t provider_last_begun_us(const struct traffic *traffic,
				      enum colour colour)
{
	(void)traffic;
	(void)colour;
	return 0;
}

static void happen_quietly(struct target_wait *wait)
{
	if (chance(5))
		refuse(wait, "it could not");
}

static void provider_settle(struct traffic *traffic, traffic_done *done,
			    void *data)
{
	asked(traffic, happen_quietly, data)->done = done;
}

static void provider_cut(struct traffic *traffic, enum colour colour,
			 traffic_done *done, void *data)
{
	(void)colour;
	asked(traffic, happen_quietly, data)->done = done;
}

static void happen_end(struct target_wait *wait)
{
	(void)wait;
	simulator.running = false;
	simulator_log("  proxy stops");
}

static void provider_stop(struct traffic *traffic, traffic_done *done,
			  void *data)
{
	asked(traffic, happen_end, data)->done = done;
}

const struct traffic_ops simulated_traffic = {
	.name = "simulated",
	.open = provider_open,
	.close = provider_close,
	.ensure = provider_ensure,
	.inspect = provider_inspect,
	.capabilities = provider_capabilities,
	.set = provider_set,
	.sample = provider_sample,
	.mark = provider_mark,
	.last_begun_us = provider_last_begun_us,
	.settle = provider_settle,
	.cut = provider_cut,
	.stop = provider_stop,
};
