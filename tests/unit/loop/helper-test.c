/* SPDX-License-Identifier: MIT */
#include "support/cmocka.h"

#include "loop/helper.h"

#include <pthread.h>
#include <signal.h>

#define JOBS 200

/* Worked and done are counted apart; the numbers show the order. */
struct bench {
	struct loop *loop;
	struct helper *helper;
	pthread_t loop_thread;
	pthread_mutex_t gate;
	int worked;
	int done;
};

struct job {
	struct bench *bench;
	int number;
	int worked_as;
};

static int set_up(void **state)
{
	struct bench *bench = calloc(1, sizeof(*bench));

	bench->loop = loop_new();
	bench->helper = helper_new(bench->loop, "a rather long helper name");
	bench->loop_thread = pthread_self();
	pthread_mutex_init(&bench->gate, NULL);
	*state = bench;
	return 0;
}

static int tear_down(void **state)
{
	struct bench *bench = *state;

	helper_free(bench->helper);
	loop_free(bench->loop);
	pthread_mutex_destroy(&bench->gate);
	free(bench);
	return 0;
}

static void work(void *data)
{
	struct job *job = data;

	pthread_mutex_lock(&job->bench->gate);
	job->worked_as = job->bench->worked++;
	pthread_mutex_unlock(&job->bench->gate);
	assert_false(pthread_equal(pthread_self(), job->bench->loop_thread));
}

static void done(void *data)
{
	struct job *job = data;
	struct bench *bench = job->bench;

	assert_true(pthread_equal(pthread_self(), bench->loop_thread));
	assert_int_equal(job->number, bench->done++);
	assert_int_equal(job->worked_as, job->number);
	if (bench->done == JOBS)
		loop_stop(bench->loop);
}

static void jobs_and_their_ends_keep_their_order(void **state)
{
	struct bench *bench = *state;
	struct job jobs[JOBS];

	for (int i = 0; i < JOBS; i++) {
		jobs[i] = (struct job){bench, i, -1};
		helper_run(bench->helper, work, done, &jobs[i]);
	}
	loop_run(bench->loop);
	assert_int_equal(bench->done, JOBS);
	assert_int_equal(helper_pending(bench->helper), 0);
}

static void pending_counts_what_has_not_ended(void **state)
{
	struct bench *bench = *state;
	struct job jobs[3];

	pthread_mutex_lock(&bench->gate);
	for (int i = 0; i < 3; i++) {
		jobs[i] = (struct job){bench, i, -1};
		helper_run(bench->helper, work, done, &jobs[i]);
	}
	assert_int_equal(helper_pending(bench->helper), 3);
	pthread_mutex_unlock(&bench->gate);
	while (bench->done < 3)
		loop_turn(bench->loop, -1);
	assert_int_equal(helper_pending(bench->helper), 0);
}

static void run_another(void *data)
{
	static struct job next;
	struct job *job = data;

	done(job);
	next = (struct job){job->bench, job->number + 1, -1};
	helper_run(job->bench->helper, work, done, &next);
}

static void freeing_waits_for_the_jobs_and_those_their_ends_add(void **state)
{
	struct bench *bench = *state;
	struct job job = {bench, 0, -1};

	helper_run(bench->helper, work, run_another, &job);
	helper_free(bench->helper);
	bench->helper = NULL;
	assert_int_equal(bench->worked, 2);
	assert_int_equal(bench->done, 2);
	/* Nothing is left that would touch the helper. */
	loop_turn(bench->loop, 0);
	assert_int_equal(bench->done, 2);
}

static void note_mask(void *data)
{
	pthread_sigmask(SIG_SETMASK, NULL, data);
}

static void job_without_an_end_runs_with_signals_blocked(void **state)
{
	struct bench *bench = *state;
	sigset_t mask;

	sigemptyset(&mask);
	helper_run(bench->helper, note_mask, NULL, &mask);
	helper_free(bench->helper);
	bench->helper = NULL;
	assert_true(sigismember(&mask, SIGTERM));
	assert_true(sigismember(&mask, SIGCHLD));
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(jobs_and_their_ends_keep_their_order),
		TEST(pending_counts_what_has_not_ended),
		TEST(freeing_waits_for_the_jobs_and_those_their_ends_add),
		TEST(job_without_an_end_runs_with_signals_blocked),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
