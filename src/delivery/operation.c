/* SPDX-License-Identifier: MIT */
#include "delivery/operation.h"

#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/memory.h"

/* An end that is to be told on the next turn of the loop. */
struct farewell {
	struct farewell *next;
	struct environment *environment;
	struct timer *timer;
	environment_done *done;
	void *data;
	struct error err;
};

static void farewell_free(struct farewell *farewell)
{
	struct farewell **link = &farewell->environment->farewells;

	while (*link != farewell)
		link = &(*link)->next;
	*link = farewell->next;
	timer_free(farewell->timer);
	error_clear(&farewell->err);
	free(farewell);
}

/* The environment may be closed in done(). */
static void farewell_tell(void *data)
{
	struct farewell *farewell = data;
	struct error err = farewell->err;
	environment_done *done = farewell->done;
	void *done_data = farewell->data;

	memset(&farewell->err, 0, sizeof(farewell->err));
	farewell_free(farewell);
	done(done_data, err.code ? &err : NULL);
	error_clear(&err);
}

void environment_tell_later(struct environment *environment,
			    environment_done *done, void *data,
			    const struct error *err)
{
	struct farewell *farewell;

	if (!done)
		return;
	farewell = xcalloc(1, sizeof(*farewell));
	farewell->environment = environment;
	farewell->done = done;
	farewell->data = data;
	if (err)
		error_set(&farewell->err, err->code, "%s", error_text(err));
	farewell->next = environment->farewells;
	environment->farewells = farewell;
	farewell->timer =
		loop_timer(environment->loop, 0, farewell_tell, farewell);
}

static void operation_free(struct operation *operation)
{
	if (operation->gives_back && operation->environment)
		environment_release(operation->environment);
	timer_free(operation->timer);
	error_clear(&operation->why);
	error_clear(&operation->first);
	error_clear(&operation->unlocked);
	error_clear(&operation->preview_refused);
	release_clear(&operation->started);
	release_clear(&operation->release);
	free(operation->stop_reason);
	free(operation->person);
	free(operation->reason);
	free(operation->by);
	free(operation);
}

struct operation *operation_new(struct environment *environment,
				environment_done *done, void *data)
{
	struct operation *operation;
	struct error err = ERROR_INIT;

	if (environment->operation && environment->operation->minor)
		environment_preempt(environment, "something was asked for");
	if (environment->operation) {
		error_set(&err, ERROR_REFUSED,
			  "%s: something else is under way; try again",
			  environment->name);
		environment_tell_later(environment, done, data, &err);
		error_clear(&err);
		return NULL;
	}
	operation = xcalloc(1, sizeof(*operation));
	operation->environment = environment;
	operation->done = done;
	operation->data = data;
	environment->operation = operation;
	return operation;
}

void operation_finish(struct operation *operation, const struct error *err)
{
	struct environment *environment = operation->environment;

	ledger_unlock(environment->ledger);
	environment->operation = NULL;
	environment_tell_later(environment, operation->done, operation->data,
			       err);
	operation_free(operation);
}

static void unlist(struct operation *operation)
{
	struct operation **link = &operation->environment->given_up;

	while (*link != operation)
		link = &(*link)->list;
	*link = operation->list;
}

bool operation_is_stale(struct operation *operation)
{
	operation->awaiting = AWAITING_NOTHING;
	if (!operation->given_up)
		return false;
	if (operation->environment)
		unlist(operation);
	operation_free(operation);
	return true;
}

static void give_up(struct operation *operation)
{
	struct environment *environment = operation->environment;

	environment->operation = NULL;
	operation->given_up = true;
	switch (operation->awaiting) {
	case AWAITING_TRAFFIC:
	case AWAITING_START:
	case AWAITING_STOP:
		/* The answer will come, and finds nobody. */
		operation->list = environment->given_up;
		environment->given_up = operation;
		return;
	case AWAITING_HEALTH:
		operation_cancel_health(operation);
		break;
	case AWAITING_LOOK:
		look_forget(operation->look);
		break;
	case AWAITING_LEDGER:
		ledger_forget(environment->ledger);
		break;
	case AWAITING_TIMER:
	case AWAITING_NOTHING:
		break;
	}
	operation_free(operation);
}

void environment_preempt(struct environment *environment, const char *why)
{
	struct operation *operation = environment->operation;
	struct error err = ERROR_INIT;

	if (!operation)
		return;
	error_set(&err, ERROR_REFUSED, "%s", why);
	environment_tell_later(environment, operation->done, operation->data,
			       &err);
	error_clear(&err);
	give_up(operation);
}

void environment_unobserve(struct environment *environment, const void *data)
{
	struct operation *operation = environment->operation;
	struct farewell *farewell = environment->farewells, *next;

	if (operation && operation->minor && operation->data == data) {
		give_up(operation);
		ledger_unlock(environment->ledger);
	}
	for (; farewell; farewell = next) {
		next = farewell->next;
		if (farewell->data == data)
			farewell_free(farewell);
	}
}

void operations_drop(struct environment *environment)
{
	struct operation *operation;

	if (environment->operation)
		give_up(environment->operation);
	while ((operation = environment->given_up)) {
		environment->given_up = operation->list;
		operation->environment = NULL;
		/* The provider is closed by now and answers no more. */
		if (operation->awaiting == AWAITING_TRAFFIC)
			operation_free(operation);
	}
	while (environment->farewells)
		farewell_free(environment->farewells);
}

static void go_on(struct operation *operation, const struct error *err)
{
	operation_step *next = operation->next;

	next(operation, err);
}

static void await(struct operation *operation, enum awaiting what,
		  operation_step *next)
{
	operation->awaiting = what;
	operation->next = next;
}

static void ledger_answered(const struct error *err, void *data)
{
	struct operation *operation = data;

	operation->awaiting = AWAITING_NOTHING;
	go_on(operation, err);
}

void operation_lock(struct operation *operation, operation_step *next)
{
	await(operation, AWAITING_LEDGER, next);
	ledger_lock(operation->environment->ledger,
		    operation->urgent ? ROLLBACK_LOCK_MS : WRITE_PATIENCE_MS,
		    ledger_answered, operation);
}

static void commit(struct operation *operation, bool sync, bool happened,
		   operation_step *next)
{
	const struct ledger_commit how = {
		.sync = sync,
		.patience_ms = operation->urgent ? ROLLBACK_SYNC_MS : -1,
		.happened = happened,
	};

	await(operation, AWAITING_LEDGER, next);
	ledger_commit(operation->environment->ledger, &how, ledger_answered,
		      operation);
}

void operation_commit(struct operation *operation, bool happened,
		      operation_step *next)
{
	commit(operation, true, happened, next);
}

static void record_written(struct operation *operation, const struct error *err)
{
	struct error why = operation->unlocked;

	ledger_unlock(operation->environment->ledger);
	operation->unlocked = (struct error)ERROR_INIT;
	if (why.code)
		err = &why;
	operation->recorded(operation, operation->urgent ? NULL : err);
	error_clear(&why);
}

static void record_locked(struct operation *operation, const struct error *err)
{
	/* Without the lock nothing is written, but it is told. */
	if (err)
		error_set(&operation->unlocked, err->code, "%s",
			  error_text(err));
	commit(operation, false, true, record_written);
}

void operation_record(struct operation *operation, operation_step *next)
{
	operation->recorded = next;
	operation_lock(operation, record_locked);
}

static void timer_fired(void *data)
{
	struct operation *operation = data;

	operation->awaiting = AWAITING_NOTHING;
	go_on(operation, NULL);
}

void operation_pause(struct operation *operation, int64_t ms,
		     operation_step *next)
{
	await(operation, AWAITING_TIMER, next);
	if (!operation->timer)
		operation->timer =
			loop_timer(operation->environment->loop, INT64_MAX,
				   timer_fired, operation);
	timer_set_in(operation->timer, ms);
}

static void looked(void *data)
{
	struct operation *operation = data;

	operation->awaiting = AWAITING_NOTHING;
	operation->look = NULL;
	go_on(operation, NULL);
}

void operation_look(struct operation *operation, operation_step *next)
{
	struct look *look;

	await(operation, AWAITING_LOOK, next);
	/* Without anybody to ask it has gone on by now, or is gone. */
	look = environment_look(operation->environment, looked, operation);
	if (look)
		operation->look = look;
}

static void traffic_answered(struct traffic *traffic, const struct error *err,
			     void *data)
{
	struct operation *operation = data;

	(void)traffic;
	if (!operation_is_stale(operation))
		go_on(operation, err);
}

static void traffic_ensured(struct traffic *traffic, const struct error *err,
			    void *data)
{
	struct operation *operation = data;

	(void)traffic;
	if (operation_is_stale(operation))
		return;
	operation->environment->traffic_known = !err;
	go_on(operation, err);
}

void operation_ensure(struct operation *operation, struct traffic_split initial,
		      operation_step *next)
{
	await(operation, AWAITING_TRAFFIC, next);
	traffic_ensure(operation->environment->traffic, initial,
		       traffic_ensured, operation);
}

static void traffic_told(struct traffic *traffic,
			 const struct traffic_split *split,
			 const struct error *err, void *data)
{
	struct operation *operation = data;

	(void)traffic;
	if (operation_is_stale(operation))
		return;
	if (!err) {
		operation->environment->traffic_known = true;
		operation->move.got = *split;
	}
	go_on(operation, err);
}

void operation_inspect(struct operation *operation, operation_step *next)
{
	await(operation, AWAITING_TRAFFIC, next);
	traffic_inspect(operation->environment->traffic, traffic_told,
			operation);
}

static void traffic_was_set(struct traffic *traffic,
			    const struct traffic_split *split,
			    const char *warning, const struct error *err,
			    void *data)
{
	struct operation *operation = data;

	(void)traffic;
	if (operation_is_stale(operation))
		return;
	if (warning)
		environment_note(operation->environment, true, "%s", warning);
	if (!err)
		operation->move.got = *split;
	go_on(operation, err);
}

void operation_set(struct operation *operation,
		   const struct traffic_change *change, operation_step *next)
{
	await(operation, AWAITING_TRAFFIC, next);
	traffic_set(operation->environment->traffic, change, traffic_was_set,
		    operation);
}

void operation_settle(struct operation *operation, operation_step *next)
{
	await(operation, AWAITING_TRAFFIC, next);
	traffic_settle(operation->environment->traffic, traffic_answered,
		       operation);
}

void operation_cut(struct operation *operation, enum colour colour,
		   operation_step *next)
{
	await(operation, AWAITING_TRAFFIC, next);
	traffic_cut(operation->environment->traffic, colour, traffic_answered,
		    operation);
}

void operation_preview(struct operation *operation, int colour,
		       operation_step *next)
{
	await(operation, AWAITING_TRAFFIC, next);
	traffic_preview(operation->environment->traffic, colour,
			traffic_answered, operation);
}

void operation_stop_traffic(struct operation *operation, operation_step *next)
{
	await(operation, AWAITING_TRAFFIC, next);
	traffic_stop(operation->environment->traffic, traffic_answered,
		     operation);
}

static void traffic_was_sampled(struct traffic *traffic,
				const struct traffic_sample *sample,
				const struct error *err, void *data)
{
	struct operation *operation = data;

	(void)traffic;
	if (operation_is_stale(operation))
		return;
	if (!err)
		sampler_take(operation->environment, sample);
	go_on(operation, err);
}

void operation_sample(struct operation *operation, operation_step *next)
{
	await(operation, AWAITING_TRAFFIC, next);
	traffic_sample(operation->environment->traffic, traffic_was_sampled,
		       operation);
}

void operation_drain(struct operation *operation,
		     const struct traffic_drain *drain, operation_step *next)
{
	struct environment *environment = operation->environment;

	if (!environment->traffic ||
	    !traffic_capabilities(environment->traffic).instances) {
		next(operation, NULL);
		return;
	}
	await(operation, AWAITING_TRAFFIC, next);
	traffic_drain(environment->traffic, drain, traffic_answered, operation);
}
