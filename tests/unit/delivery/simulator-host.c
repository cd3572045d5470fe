/* SPDX-License-Identifier: MIT */
/* The clock and the disk of the simulated host, in place of the real ones:
 * linked with --wrap. A job of the disk is done at its end, and not at all
 * when who asked was killed before. */
#include "unit/delivery/simulator.h"

#include <stdlib.h>
#include <time.h>

#include "base/memory.h"
#include "loop/helper.h"

int64_t __wrap_clock_monotonic_us(void);
int __wrap_nanosleep(const struct timespec *wanted, struct timespec *left);
struct helper *__wrap_helper_new(struct loop *loop, const char *name);
void __wrap_helper_run(struct helper *helper, void (*work)(void *data),
		       void (*done)(void *data), void *data);
void __wrap_helper_free(struct helper *helper);

int64_t __wrap_clock_monotonic_us(void)
{
	return simulator.now_us;
}

int __wrap_nanosleep(const struct timespec *wanted, struct timespec *left)
{
	(void)left;
	simulator.now_us +=
		(int64_t)wanted->tv_sec * 1000000 + wanted->tv_nsec / 1000;
	return 0;
}

struct job {
	struct job *next;
	void (*work)(void *data);
	void (*done)(void *data);
	void *data;
};

struct helper {
	struct timer *timer;
	struct job *jobs;
};

static void run_first(void *data)
{
	struct helper *helper = data;
	struct job *job = helper->jobs;

	if (!simulator.killed)
		job->work(job->data);
	helper->jobs = job->next;
	if (helper->jobs)
		timer_set_in(helper->timer, simulator_draw(5));
	if (job->done)
		job->done(job->data);
	free(job);
}

struct helper *__wrap_helper_new(struct loop *loop, const char *name)
{
	struct helper *helper = xcalloc(1, sizeof(*helper));

	(void)name;
	helper->timer = loop_timer(loop, INT64_MAX, run_first, helper);
	return helper;
}

/* A disk is slow at times. */
static int patience_ms(void)
{
	if (!simulator.trouble || simulator_draw(30))
		return simulator_draw(3);
	return simulator_draw(400);
}

void __wrap_helper_run(struct helper *helper, void (*work)(void *data),
		       void (*done)(void *data), void *data)
{
	struct job *job = xcalloc(1, sizeof(*job)), **end = &helper->jobs;

	job->work = work;
	job->done = done;
	job->data = data;
	while (*end)
		end = &(*end)->next;
	*end = job;
	if (helper->jobs == job)
		timer_set_in(helper->timer, patience_ms());
}

void __wrap_helper_free(struct helper *helper)
{
	if (!helper)
		return;
	while (helper->jobs) {
		if (simulator.crashes && simulator_draw(2))
			simulator.killed = true;
		run_first(helper);
	}
	timer_free(helper->timer);
	free(helper);
}
