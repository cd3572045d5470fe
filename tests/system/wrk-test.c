/* SPDX-License-Identifier: MIT */
/*
 * For check-long: each strategy forward and back behind each proxy, under wrk
 * at full speed on a core of its own, keep-alive and not: so many requests
 * each, and none of them failed. Once for each proxy signalbox is killed in
 * the midst of it and the run resumed. What cannot promise that says so
 * before it begins, and here it is counted what it costs.
 */
#include "system/support.h"

#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/file.h"
#include "base/memory.h"
#include "delivery/traffic/program.h"

#define REQUESTS 100000 /* of each wrk */
#define WRKS 2
#define HAPROXY "haproxy"
#define NGINX "nginx"
#define INSTANCES 3

enum course {
	THERE_AND_BACK,
	KILLED,	 /* signalbox, in the midst of the way there */
	LOSES,	 /* which the plan says */
	REFUSED, /* for it would lose some */
};

struct journey {
	const char *name, *proxy;
	int instances;
	const char *deploy; /* keys of the stage */
	enum course course;
	const char *says; /* the plan, or the run that is refused */
};

#define CANARY                                            \
	"strategy: canary, steps: [{weight: 5%}, "        \
	"{pause: 300ms}, {weight: 50%}, {pause: 300ms}, " \
	"{weight: 100%}]"
#define LINEAR "strategy: linear, step: 25%, every: 300ms"
#define SLOWLY "strategy: linear, step: 20%, every: 300ms"
#define IN_PLACE "requests fail between stop and start"

static const struct journey journeys[] = {
	{"blue_green_by_haproxy", HAPROXY, 1, "strategy: blue-green",
	 THERE_AND_BACK, NULL},
	{"canary_by_haproxy", HAPROXY, 1, CANARY, THERE_AND_BACK, NULL},
	{"linear_by_haproxy", HAPROXY, 1, LINEAR, THERE_AND_BACK, NULL},
	{"rolling_by_haproxy", HAPROXY, INSTANCES, "strategy: rolling",
	 THERE_AND_BACK, NULL},
	{"all_at_once_by_haproxy", HAPROXY, 1, "strategy: all-at-once", LOSES,
	 IN_PLACE},
	{"killed_by_haproxy", HAPROXY, 1, SLOWLY, KILLED, NULL},
	{"blue_green_by_nginx", NGINX, 1, "strategy: blue-green",
	 THERE_AND_BACK, NULL},
	{"canary_by_nginx", NGINX, 1, CANARY, THERE_AND_BACK, NULL},
	{"linear_by_nginx", NGINX, 1, LINEAR, THERE_AND_BACK, NULL},
	{"rolling_by_nginx", NGINX, INSTANCES, "strategy: rolling", REFUSED,
	 "cannot take single instances out, so that rolling would lose"},
	{"all_at_once_by_nginx", NGINX, 1, "strategy: all-at-once", LOSES,
	 IN_PLACE},
	{"killed_by_nginx", NGINX, 1, SLOWLY, KILLED, NULL},
};

/* What one of them has counted at its end. */
struct count {
	long requests;
	long lost;    /* no whole answer, or no connection */
	long refused; /* answered, with another status */
};

struct trip {
	struct site *site;
	const struct journey *journey;
	int ports[2]; /* of the first instances */
	long wanted;  /* requests of each wrk */
	struct process *wrks[WRKS];
	struct count counts[WRKS];
};

static int set_up(void **state)
{
	struct trip *trip = xcalloc(1, sizeof(*trip));
	void *site;

	trip->journey = *state;
	trip->wanted = trip->journey->course == LOSES ? 1 : REQUESTS;
	*state = trip;
	if (site_set_up(&site) < 0)
		return -1;
	trip->site = site;
	return 0;
}

static int tear_down(void **state)
{
	struct trip *trip = *state;
	void *site = trip->site;
	int result = site_tear_down(&site);

	free(trip);
	return result;
}

static void need(const char *program)
{
	char *path = program_path(program, "", NULL);

	free(path);
	if (path)
		return;
	print_message("# %s is not installed: not tested\n", program);
	skip();
}

/* One that we may run on. */
static int a_core(void)
{
	cpu_set_t ours;

	assert_int_equal(sched_getaffinity(0, sizeof(ours), &ours), 0);
	for (int i = 0; i < CPU_SETSIZE; i++)
		if (CPU_ISSET(i, &ours))
			return i;
	return 0;
}

static void start_wrks(struct trip *trip)
{
	char *core = xasprintf("%d", a_core());
	char *url = xasprintf("http://127.0.0.1:%d/", trip->site->port);

	for (int i = 0; i < WRKS; i++) {
		const char *const argv[] = {"taskset",
					    "-c",
					    core,
					    "wrk",
					    "-t1",
					    "-c8",
					    "-d1h",
					    "--timeout",
					    "30s",
					    "-H",
					    i ? "Connection: close"
					      : "X-Kept: yes",
					    url,
					    NULL};

		trip->wrks[i] = site_spawn(trip->site, NULL, argv);
	}
	free(url);
	free(core);
}

/* About how many answers it has read: it tells only at its end. */
static long answers_of(pid_t pid)
{
	char *path = xasprintf("/proc/%d/io", (int)pid);
	struct str text = STR_INIT;
	const char *at;
	long reads = 0;

	assert_int_equal(file_read(path, &text, 4096, NULL), 0);
	at = strstr(text.data, "syscr: ");
	if (at)
		reads = atol(at + strlen("syscr: "));
	str_release(&text);
	free(path);
	return reads;
}

/* Each of them, with what was counted before. A read more or less than the
 * answers: then they are started once more. */
static bool is_enough(const struct trip *trip)
{
	for (int i = 0; i < WRKS; i++) {
		long count = trip->counts[i].requests;

		if (!trip->wrks[i]->is_reaped)
			count += answers_of(trip->wrks[i]->pid) * 19 / 20;
		if (count < trip->wanted)
			return false;
	}
	return true;
}

struct goal {
	struct trip *trip;
	long answers[WRKS];
};

static bool is_reached(void *data)
{
	const struct goal *goal = data;

	for (int i = 0; i < WRKS; i++)
		if (answers_of(goal->trip->wrks[i]->pid) < goal->answers[i])
			return false;
	return true;
}

static void await_answers(struct trip *trip, long more)
{
	struct goal goal = {.trip = trip};

	for (int i = 0; i < WRKS; i++)
		goal.answers[i] = answers_of(trip->wrks[i]->pid) + more;
	await(is_reached, &goal, "answers");
}

/* The number after a text, 0 where the text is not. */
static long number_after(const char *text, const char *words)
{
	const char *at = strstr(text, words);

	return at ? atol(at + strlen(words)) : 0;
}

static long requests_in(const char *text)
{
	const char *at = strstr(text, " requests in ");

	if (!at)
		fail_msg("wrk says no count: %s", text);
	while (at > text && at[-1] >= '0' && at[-1] <= '9')
		at--;
	return atol(at);
}

static void stop_wrks(struct trip *trip)
{
	for (int i = 0; i < WRKS; i++)
		kill(trip->wrks[i]->pid, SIGINT);
	for (int i = 0; i < WRKS; i++) {
		struct count *count = &trip->counts[i];
		const char *out;
		const char *errors;

		assert_int_equal(process_await(trip->wrks[i]), 0);
		out = trip->wrks[i]->out.data;
		errors = strstr(out, "Socket errors: ");
		count->requests += requests_in(out);
		count->refused += number_after(out, "Non-2xx or 3xx "
						    "responses: ");
		if (errors)
			count->lost += number_after(errors, "connect ") +
				       number_after(errors, "read ") +
				       number_after(errors, "write ") +
				       number_after(errors, "timeout ");
	}
}

static void tell_counts(const struct trip *trip)
{
	for (int i = 0; i < WRKS; i++)
		print_message("# %s, %s: %ld requests, %ld lost, %ld answered "
			      "with an error\n",
			      trip->journey->name, i ? "close" : "keep-alive",
			      trip->counts[i].requests, trip->counts[i].lost,
			      trip->counts[i].refused);
}

static void commit(struct trip *trip, const char *deploy)
{
	const struct journey *journey = trip->journey;
	char *text = xasprintf(
		"name: shop\nenvironments:\n  production:\n"
		"    target: {process: {command: \"exec @SERVER@ serve\", "
		"ports: [%d, %d], instances: %d, health: /healthz}}\n"
		"    traffic: {%s: {listen: \"127.0.0.1:@PORT@\"}}\n"
		"stages:\n" SITE_BUILD "  production: {deploy: {environment: "
		"production, %s}}\n",
		trip->ports[0], trip->ports[1], journey->instances,
		journey->proxy, deploy);

	site_pipeline(trip->site, text);
	site_commit(trip->site, "a commit");
	free(text);
}

static void does_well(struct site *site, int status)
{
	if (status != 0)
		fail_msg("%d: %s%s", status, site->out, site->err);
}

/* v1 is live on blue; the next release is committed. */
static void prepare(struct trip *trip)
{
	struct site *site = trip->site;

	for (int i = 0; i < 2; i++)
		trip->ports[i] = web_free_ports(trip->journey->instances);
	commit(trip, "");
	does_well(site, site_call(site, "run", NULL));
	site_write(site, "bug", "0\n");
	commit(trip, trip->journey->deploy);
}

static void goes_back(struct trip *trip)
{
	struct site *site = trip->site;

	does_well(site, site_call(site, "rollback", "production", NULL));
	if (trip->journey->course != LOSES)
		assert_says(site->out, "failed by the shift: 0 of ");
	await_answers(trip, 1000);
}

/* In the midst of it, with all that watches over it. */
static void killed_and_resumed(struct trip *trip)
{
	struct site *site = trip->site;
	struct process *run = site_start(site, NULL, "run", NULL);
	pid_t program, guard;

	process_await_text(run, "(asked 40 %,");
	program = process_program(run);
	guard = process_guard(run);
	assert_true(program > 0 && guard > 0);
	kill(guard, SIGKILL);
	kill(program, SIGKILL);
	process_await(run);
	await_answers(trip, 1000);
	does_well(site, site_call(site, "resume", NULL));
	assert_says(site->out, "(asked 60 %,");
}

static void travel(struct trip *trip)
{
	struct site *site = trip->site;
	bool was_there = false;

	do {
		start_wrks(trip);
		await_answers(trip, 1000);
		if (!was_there && trip->journey->course == KILLED)
			killed_and_resumed(trip);
		else if (!was_there)
			does_well(site, site_call(site, "run", NULL));
		was_there = true;
		await_answers(trip, 1000);
		do
			goes_back(trip);
		while (!is_enough(trip));
		stop_wrks(trip);
	} while (!is_enough(trip));
	tell_counts(trip);
	assert_int_equal(site_call(site, "verify", NULL), 0);
}

static void is_refused(struct trip *trip)
{
	struct site *site = trip->site;

	assert_int_not_equal(site_call(site, "run", NULL), 0);
	assert_says(site->out, trip->journey->says);
	assert_string_equal(site_colour(site), "blue");
}

static void goes_there_and_back(void **state)
{
	struct trip *trip = *state;
	long bad = 0;

	need("wrk");
	need("taskset");
	need(trip->journey->proxy);
	prepare(trip);
	if (trip->journey->course == REFUSED) {
		is_refused(trip);
		return;
	}
	if (trip->journey->course == LOSES) {
		does_well(trip->site, site_call(trip->site, "plan", NULL));
		assert_says(trip->site->out, trip->journey->says);
	}
	travel(trip);
	for (int i = 0; i < WRKS; i++)
		bad += trip->counts[i].lost + trip->counts[i].refused;
	if (trip->journey->course != LOSES)
		assert_int_equal(bad, 0);
}

static int run_all(void)
{
	struct CMUnitTest tests[ARRAY_SIZE(journeys)];

	for (size_t i = 0; i < ARRAY_SIZE(journeys); i++)
		tests[i] = (struct CMUnitTest){
			.name = journeys[i].name,
			.test_func = goes_there_and_back,
			.setup_func = set_up,
			.teardown_func = tear_down,
			.initial_state = (void *)&journeys[i],
		};
	if (getenv("SIGNALBOX_TEST")) /* one test alone, by its name */
		cmocka_set_test_filter(getenv("SIGNALBOX_TEST"));
	return cmocka_run_group_tests(tests, NULL, NULL);
}

int main(int argc, char **argv)
{
	return site_main(argc, argv, run_all);
}
