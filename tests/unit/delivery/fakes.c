/* SPDX-License-Identifier: MIT */
#include "unit/delivery/fakes.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"

struct fake_world fake;

void fake_reset(void)
{
	str_release(&fake.log);
	memset(&fake, 0, sizeof(fake));
	fake.preview = -1;
	str_init(&fake.log);
}

char *fake_log(void)
{
	char *text = xstrdup(fake.log.data);

	str_clear(&fake.log);
	return text;
}

struct target_wait {
	const struct target *target;
	struct timer *timer;
	target_done *done;
	void *data;
	struct error err;
};

static bool target_serves(const struct environment_config *config)
{
	(void)config;
	return true;
}

static void target_tell(void *data)
{
	struct target_wait *wait = data;

	timer_free(wait->timer);
	wait->done(7, wait->err.code ? &wait->err : NULL, wait->data);
	error_clear(&wait->err);
	free(wait);
}

static struct target_wait *later(const struct target *target, target_done *done,
				 void *data)
{
	struct target_wait *wait = xcalloc(1, sizeof(*wait));

	wait->target = target;
	wait->done = done;
	wait->data = data;
	wait->timer = loop_timer(target->loop, 0, target_tell, wait);
	return wait;
}

static const char *name_of(const struct target *target, char name[32])
{
	if (target->instance)
		snprintf(name, 32, "%s-%d", colour_name(target->colour),
			 target->instance + 1);
	else
		snprintf(name, 32, "%s", colour_name(target->colour));
	return name;
}

static bool *life_of(const struct target *target)
{
	return target->instance ? &fake.others[target->colour][target->instance]
				: &fake.alive[target->colour];
}

static void target_start(const struct target *target,
			 const struct target_release *release,
			 target_done *done, void *data)
{
	char name[32];

	str_addf(&fake.log, "start %s %s\n", name_of(target, name),
		 release->version);
	*life_of(target) = true;
	later(target, done, data);
}

static struct target_wait *target_await(const struct target *target,
					target_done *done, void *data)
{
	struct target_wait *wait = later(target, done, data);

	if (fake.unhealthy)
		error_set(&wait->err, ERROR_TIMEOUT,
			  "%s was not healthy within 30 s",
			  colour_name(target->colour));
	return wait;
}

static void target_cancel(struct target_wait *wait)
{
	if (!wait)
		return;
	timer_free(wait->timer);
	error_clear(&wait->err);
	free(wait);
}

static bool target_is_alive(const struct target *target)
{
	return *life_of(target);
}

static int target_port(const struct target *target)
{
	return target->config->target.ports[target->colour] + target->instance;
}

static pid_t target_pid(const struct target *target)
{
	(void)target;
	return fake.hides_pids ? 0 : 42;
}

static void target_stop(const struct target *target, int64_t grace_ms,
			target_done *done, void *data)
{
	char name[32];

	(void)grace_ms;
	str_addf(&fake.log, "stop %s\n", name_of(target, name));
	*life_of(target) = false;
	later(target, done, data);
}

const struct target_ops fake_target = {
	.name = "fake",
	.serves = target_serves,
	.start = target_start,
	.await_health = target_await,
	.cancel = target_cancel,
	.is_alive = target_is_alive,
	.port = target_port,
	.pid = target_pid,
	.stop = target_stop,
};

struct fake_answer {
	struct fake_answer *next;
	struct traffic *traffic;
	struct timer *timer;
	traffic_done *done;
	traffic_known *known;
	traffic_shifted *shifted;
	traffic_sampled *sampled;
	void *data;
	struct error err;
};

struct fake_provider {
	struct traffic traffic;
	struct fake_answer *answers;
};

static struct traffic *provider_open(const struct traffic_options *options,
				     struct error *err)
{
	struct fake_provider *provider = xcalloc(1, sizeof(*provider));

	(void)err;
	provider->traffic.ops = &fake_traffic;
	provider->traffic.options = *options;
	return &provider->traffic;
}

static void answer_free(struct fake_answer *answer)
{
	struct fake_provider *provider =
		(struct fake_provider *)answer->traffic;
	struct fake_answer **link = &provider->answers;

	while (*link != answer)
		link = &(*link)->next;
	*link = answer->next;
	timer_free(answer->timer);
	error_clear(&answer->err);
	free(answer);
}

static void provider_close(struct traffic *traffic)
{
	struct fake_provider *provider = (struct fake_provider *)traffic;

	while (provider->answers)
		answer_free(provider->answers);
	free(provider);
}

static struct traffic_split current_split(void)
{
	struct traffic_split split;

	for (int i = 0; i < COLOUR_COUNT; i++) {
		split.percent[i] = fake.percent[i];
		split.units[i] = fake.units[i] ? fake.units[i]
					       : (int)(fake.percent[i] * 2.56);
	}
	return split;
}

static struct traffic_sample current_sample(void)
{
	struct traffic_sample sample = {.failed = fake.failed};

	for (int i = 0; i < COLOUR_COUNT; i++) {
		sample.colours[i].up = fake.alive[i];
		sample.colours[i].requests = fake.requests[i];
		sample.colours[i].errors = fake.errors[i];
		sample.colours[i].percent = fake.percent[i];
	}
	return sample;
}

static void provider_tell(void *data)
{
	struct fake_answer answer = *(struct fake_answer *)data;
	struct traffic_split split = current_split();
	struct traffic_sample sample = current_sample();
	const struct error *err = answer.err.code ? &answer.err : NULL;

	memset(&((struct fake_answer *)data)->err, 0, sizeof(answer.err));
	answer_free(data);
	if (answer.done)
		answer.done(answer.traffic, err, answer.data);
	if (answer.known)
		answer.known(answer.traffic, err ? NULL : &split, err,
			     answer.data);
	if (answer.shifted)
		answer.shifted(answer.traffic, err ? NULL : &split, NULL, err,
			       answer.data);
	if (answer.sampled)
		answer.sampled(answer.traffic, err ? NULL : &sample, err,
			       answer.data);
	error_clear(&answer.err);
}

static struct fake_answer *answer_later(struct traffic *traffic, void *data)
{
	struct fake_provider *provider = (struct fake_provider *)traffic;
	struct fake_answer *answer = xcalloc(1, sizeof(*answer));

	answer->traffic = traffic;
	answer->data = data;
	answer->next = provider->answers;
	provider->answers = answer;
	answer->timer =
		loop_timer(traffic->options.loop, 0, provider_tell, answer);
	return answer;
}

static void provider_ensure(struct traffic *traffic,
			    struct traffic_split initial, traffic_done *done,
			    void *data)
{
	if (!fake.running) {
		str_addf(&fake.log, "proxy starts blue %g green %g\n",
			 initial.percent[0], initial.percent[1]);
		memcpy(fake.percent, initial.percent, sizeof(fake.percent));
	}
	fake.running = true;
	answer_later(traffic, data)->done = done;
}

static void provider_inspect(struct traffic *traffic, traffic_known *done,
			     void *data)
{
	struct fake_answer *answer = answer_later(traffic, data);

	answer->known = done;
	if (!fake.running)
		error_set(&answer->err, ERROR_NOT_FOUND, "no proxy answers");
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
		.preview = true,
		.instances = true,
		.keeps_requests = true,
		.loses = "",
	};
}

static void provider_set(struct traffic *traffic,
			 const struct traffic_change *change,
			 traffic_shifted *done, void *data)
{
	struct fake_answer *answer;

	if (fake.before_set)
		fake.before_set();
	if (fake.hang_set) {
		fake.hang_set = false;
		str_add(&fake.log, "set hangs\n");
		return;
	}
	answer = answer_later(traffic, data);
	answer->shifted = done;
	if (fake.silent_sets > 0) {
		fake.silent_sets--;
		error_set(&answer->err, ERROR_TIMEOUT, "no answer in time");
		return;
	}
	if (fake.refuse_set || (fake.refuse_while_down && !fake.running)) {
		error_set(&answer->err, ERROR_PROVIDER, "the proxy says no");
		return;
	}
	memcpy(fake.percent, change->split.percent, sizeof(fake.percent));
	str_addf(&fake.log, "set blue %g green %g%s\n", fake.percent[0],
		 fake.percent[1],
		 !change->force	   ? ""
		 : change->wait_ms ? " by force after a wait"
				   : " by force");
}

static void provider_sample(struct traffic *traffic, traffic_sampled *done,
			    void *data)
{
	answer_later(traffic, data)->sampled = done;
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

static void provider_settle(struct traffic *traffic, traffic_done *done,
			    void *data)
{
	str_add(&fake.log, "settle\n");
	answer_later(traffic, data)->done = done;
}

static bool provider_is_lost(const struct traffic *traffic)
{
	(void)traffic;
	return fake.lost;
}

static void provider_cut(struct traffic *traffic, enum colour colour,
			 traffic_done *done, void *data)
{
	str_addf(&fake.log, "cut %s\n", colour_name(colour));
	answer_later(traffic, data)->done = done;
}

static void provider_stop(struct traffic *traffic, traffic_done *done,
			  void *data)
{
	str_add(&fake.log, "proxy stops\n");
	fake.running = false;
	answer_later(traffic, data)->done = done;
}

static void provider_preview(struct traffic *traffic, int colour,
			     traffic_done *done, void *data)
{
	struct fake_answer *answer = answer_later(traffic, data);

	if (fake.before_preview)
		fake.before_preview();
	answer->done = done;
	if (fake.refuse_preview) {
		error_set(&answer->err, ERROR_PROVIDER, "the proxy says no");
		return;
	}
	fake.preview = colour;
	str_addf(&fake.log, "preview %s\n",
		 colour < 0 ? "none" : colour_name((enum colour)colour));
}

static void provider_drain(struct traffic *traffic,
			   const struct traffic_drain *drain,
			   traffic_done *done, void *data)
{
	if (drain->out)
		str_addf(&fake.log, "drain %s %d of them from %d\n",
			 colour_name(drain->colour), drain->count,
			 drain->first + 1);
	answer_later(traffic, data)->done = done;
}

const struct traffic_ops fake_traffic = {
	.name = "fake",

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
	.is_lost = provider_is_lost,
	.cut = provider_cut,
	.stop = provider_stop,
	.preview = provider_preview,
	.drain = provider_drain,

};
