/* SPDX-License-Identifier: MIT */
#include "loop/helper.h"

#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "loop/thread.h"

struct job {
	void (*work)(void *data);
	void (*done)(void *data);
	void *data;
	struct job *next;
};

struct queue {
	struct job *first;
	struct job **end; /* where the next one is linked in */
};

struct helper {
	struct loop *loop;
	char *name;
	pthread_t thread;
	pthread_mutex_t mutex; /* holds all below */
	pthread_cond_t changed;
	struct queue waiting;
	struct queue ended; /* done() not called yet */
	size_t pending;
	bool stopping;
};

static void queue_init(struct queue *queue)
{
	queue->first = NULL;
	queue->end = &queue->first;
}

static void queue_add(struct queue *queue, struct job *job)
{
	job->next = NULL;
	*queue->end = job;
	queue->end = &job->next;
}

static struct job *queue_take(struct queue *queue)
{
	struct job *job = queue->first;

	if (!job)
		return NULL;
	queue->first = job->next;
	if (!queue->first)
		queue->end = &queue->first;
	return job;
}

static struct job *take_ended(struct helper *helper)
{
	struct job *job;

	pthread_mutex_lock(&helper->mutex);
	job = queue_take(&helper->ended);
	pthread_mutex_unlock(&helper->mutex);
	return job;
}

/* On the loop's thread. */
static void call_done(void *data)
{
	struct helper *helper = data;
	struct job *job;

	while ((job = take_ended(helper))) {
		if (job->done)
			job->done(job->data);
		free(job);
	}
}

/* The next job, waited for; NULL when the helper is to end. */
static struct job *next_job(struct helper *helper)
{
	struct job *job;

	pthread_mutex_lock(&helper->mutex);
	while (!(job = queue_take(&helper->waiting)) && !helper->stopping)
		pthread_cond_wait(&helper->changed, &helper->mutex);
	pthread_mutex_unlock(&helper->mutex);
	return job;
}

static void end_job(struct helper *helper, struct job *job)
{
	pthread_mutex_lock(&helper->mutex);
	helper->pending--;
	if (!helper->ended.first)
		loop_post(helper->loop, call_done, helper);
	queue_add(&helper->ended, job);
	pthread_cond_broadcast(&helper->changed);
	pthread_mutex_unlock(&helper->mutex);
}

static void *run_thread(void *data)
{
	struct helper *helper = data;
	struct job *job;

	thread_name(helper->name);
	while ((job = next_job(helper))) {
		job->work(job->data);
		end_job(helper, job);
	}
	return NULL;
}

/* Signals are for the threads that have a loop. */
static void start_thread(struct helper *helper)
{
	sigset_t all, old;
	int failed;

	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, &old);
	failed = pthread_create(&helper->thread, NULL, run_thread, helper);
	pthread_sigmask(SIG_SETMASK, &old, NULL);
	if (failed)
		BUG("no thread for %s: %s", helper->name, strerror(failed));
}

struct helper *helper_new(struct loop *loop, const char *name)
{
	struct helper *helper = xcalloc(1, sizeof(*helper));

	helper->loop = loop;
	helper->name = xstrdup(name);
	pthread_mutex_init(&helper->mutex, NULL);
	pthread_cond_init(&helper->changed, NULL);
	queue_init(&helper->waiting);
	queue_init(&helper->ended);
	start_thread(helper);
	return helper;
}

void helper_run(struct helper *helper, void (*work)(void *data),
		void (*done)(void *data), void *data)
{
	struct job *job = xcalloc(1, sizeof(*job));

	job->work = work;
	job->done = done;
	job->data = data;
	pthread_mutex_lock(&helper->mutex);
	helper->pending++;
	queue_add(&helper->waiting, job);
	pthread_mutex_unlock(&helper->mutex);
	/* Whoever it wakes needs the mutex. */
	pthread_cond_broadcast(&helper->changed);
}

size_t helper_pending(struct helper *helper)
{
	size_t pending;

	pthread_mutex_lock(&helper->mutex);
	pending = helper->pending;
	pthread_mutex_unlock(&helper->mutex);
	return pending;
}

/* Waits until a done() can be called; false when no job is left. */
static bool wait_for_end(struct helper *helper)
{
	bool ended;

	pthread_mutex_lock(&helper->mutex);
	while (helper->pending > 0 && !helper->ended.first)
		pthread_cond_wait(&helper->changed, &helper->mutex);
	ended = helper->ended.first != NULL;
	pthread_mutex_unlock(&helper->mutex);
	return ended;
}

void helper_free(struct helper *helper)
{
	if (!helper)
		return;
	/* A done() may hand over another job: that one is waited for too. */
	while (wait_for_end(helper))
		call_done(helper);
	pthread_mutex_lock(&helper->mutex);
	helper->stopping = true;
	pthread_cond_broadcast(&helper->changed);
	pthread_mutex_unlock(&helper->mutex);
	pthread_join(helper->thread, NULL);
	loop_unpost(helper->loop, call_done, helper);
	pthread_mutex_destroy(&helper->mutex);
	pthread_cond_destroy(&helper->changed);
	free(helper->name);
	free(helper);
}
