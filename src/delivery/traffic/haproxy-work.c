/* SPDX-License-Identifier: MIT */
#include <stdlib.h>

#include "base/clock.h"
#include "base/memory.h"
#include "delivery/traffic/haproxy.h"

/* `show servers state` of everything on a large proxy. */
#define ANSWER_LIMIT (16u << 20)
/* It answers in a millisecond: one that does not is told of at once. */
#define LATE_MS 1000

struct work *work_new(struct haproxy *haproxy,
		      void (*finish)(struct work *, const struct error *),
		      void *data)
{
	struct work *work = xcalloc(1, sizeof(*work));

	work->haproxy = haproxy;
	work->loop = haproxy->traffic.options.loop;
	work->finish = finish;
	work->data = data;
	str_init(&work->text);
	work->next = haproxy->works;
	haproxy->works = work;
	return work;
}

static void unlist(struct work *work)
{
	struct work **at = &work->haproxy->works;

	while (*at && *at != work)
		at = &(*at)->next;
	if (*at)
		*at = work->next;
}

static void tell_failure(void *data)
{
	struct work *work = data;
	struct error failure = work->failure;

	work->failure = (struct error)ERROR_INIT;
	work_fail(work, &failure);
}

static void no_answer(struct work *work, const struct error *err)
{
	if (work->unanswered)
		work->unanswered(work, err);
	else
		work_end(work, err);
}

static void tell_unanswered(void *data)
{
	struct work *work = data;
	struct error failure = work->failure;

	work->failure = (struct error)ERROR_INIT;
	no_answer(work, &failure);
	error_clear(&failure);
}

/* Does not look at the provider, which may be gone. */
static void release(struct work *work)
{
	line_cancel(work->call);
	timer_free(work->timer);
	timer_free(work->late);
	loop_unpost(work->loop, tell_failure, work);
	loop_unpost(work->loop, tell_unanswered, work);
	tool_cancel(work->tool);
	if (work->errand)
		work->errand->work = NULL;
	error_clear(&work->failure);
	str_release(&work->text);
	free(work->warning);
	free(work);
}

void work_drop(struct work *work)
{
	unlist(work);
	release(work);
}

void work_end(struct work *work, const struct error *err)
{
	unlist(work);
	work->finish(work, err);
	release(work);
}

void work_fail(struct work *work, struct error *err)
{
	work_end(work, err);
	error_clear(err);
}

void work_fail_later(struct work *work, struct error *err)
{
	error_move(&work->failure, err);
	loop_post(work->loop, tell_failure, work);
}

int64_t work_patience_ms(const struct work *work, int64_t own_ms)
{
	int64_t asked_ms = work->haproxy->traffic.options.patience_ms;

	return asked_ms ? asked_ms : own_ms;
}

static void is_late(void *data)
{
	struct work *work = data;

	traffic_note(&work->haproxy->traffic,
		     "haproxy at %s has not answered for %d s; it is given up "
		     "after %g s",
		     work->haproxy->socket, LATE_MS / 1000,
		     (double)work_patience_ms(work, HAPROXY_TIMEOUT_MS) / 1000);
}

static void answered(const char *answer, size_t len, const struct error *err,
		     void *data)
{
	struct work *work = data;

	work->call = NULL;
	if (work->late)
		timer_stop(work->late);
	if (err)
		no_answer(work, err);
	else
		work->step(work, answer, len);
}

void work_ask(struct work *work, const char *line, work_step *step)
{
	struct line_question question = {
		.address = work->haproxy->socket,
		.line = line,
		.timeout_ms = work_patience_ms(work, HAPROXY_TIMEOUT_MS),
		.limit = ANSWER_LIMIT,
	};

	work->step = step;
	work->call =
		line_ask(work->loop, &question, answered, work, &work->failure);
	if (!work->call) {
		loop_post(work->loop, tell_unanswered, work);
		return;
	}
	if (!work->late && !work->is_watched)
		work->late = loop_timer(work->loop, INT64_MAX, is_late, work);
	if (work->late)
		timer_set_in(work->late, LATE_MS);
}

static void waited(void *data)
{
	struct work *work = data;

	work->timed(work);
}

void work_wait(struct work *work, int64_t ms, void (*timed)(struct work *))
{
	int64_t deadline = clock_monotonic_us() + ms * 1000;

	work->timed = timed;
	if (work->timer)
		timer_set(work->timer, deadline);
	else
		work->timer = loop_timer(work->loop, deadline, waited, work);
}

struct errand *errand_new(struct work *work)
{
	struct errand *errand = xcalloc(1, sizeof(*errand));

	errand->work = work;
	str_init(&errand->text);
	work->errand = errand;
	return errand;
}

struct work *errand_end(struct errand *errand)
{
	struct work *work = errand->work;

	if (work)
		work->errand = NULL;
	error_clear(&errand->err);
	str_release(&errand->text);
	free(errand->path);
	free(errand);
	return work;
}
