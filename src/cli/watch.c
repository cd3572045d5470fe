/* SPDX-License-Identifier: MIT */
/* `watch BRANCH`: fetches, and runs each new commit. */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/memory.h"
#include "cli/arguments.h"
#include "cli/cli.h"
#include "cli/listing.h"
#include "cli/project.h"
#include "cli/runs.h"
#include "cli/watch-run.h"
#include "cli/watch-state.h"
#include "engine/runs.h"
#include "source/remote.h"

#define EVERY_MS 30000
#define EVERY_LEAST_MS 100
#define FETCH_TIMEOUT_MS 300000
#define BACKOFF_MOST_MS 600000
#define LIVE_LOOK_MS 1000

struct watching {
	const char *branch, *remote, *every_text, *jobs;
	bool now, local, supersede, wait;
	int64_t every_ms;
	struct project project;
	const char *folder; /* STATE */
	char *reference;
	struct loop *loop;
	struct timer *next;
	struct fetch *fetch;
	struct watch_run *run;
	struct watch_state state;
	char *running; /* the commit */
	int failures;  /* fetches that failed one after the other */
	int stopped_by;
	int64_t left_from; /* a run that another watch began */
	struct error failure;
};

static void say(const char *format, ...) PRINTF_LIKE(1, 2);

static void say(const char *format, ...)
{
	va_list args;
	char *text;

	va_start(args, format);
	text = xvasprintf(format, args);
	va_end(args);
	listing_print("watch | %s\n", text);
	fflush(stdout);
	free(text);
}

static void give_up(struct watching *it, struct error *err)
{
	error_move(&it->failure, err);
	loop_stop(it->loop);
}

/* Ours to forget, or kept as what the whole ends with. */
static void saved(struct watching *it, int result, struct error *err)
{
	if (result < 0)
		give_up(it, err);
}

static const char *place(const struct watching *it)
{
	return it->remote ? it->remote : "this repository";
}

static void run_ended(int64_t run, int status, void *data)
{
	struct watching *it = data;
	struct error err = ERROR_INIT;

	it->run = NULL;
	if (run)
		say("run %lld of %.10s ended with %d", (long long)run,
		    it->running, status);
	else
		say("%.10s could not be run: exit status %d", it->running,
		    status);
	saved(it, watch_state_is_past(&it->state, it->running, &err), &err);
	free(it->running);
	it->running = NULL;
	if (it->stopped_by)
		loop_stop(it->loop);
	else
		timer_set_in(it->next, 0);
}

static void start_run(struct watching *it, const char *commit)
{
	struct strings arguments = STRINGS_INIT;
	struct error err = ERROR_INIT;

	strings_add(&arguments, commit);
	strings_add(&arguments, "--branch");
	strings_add(&arguments, it->branch);
	if (it->wait)
		strings_add(&arguments, "--wait");
	if (it->jobs) {
		strings_add(&arguments, "--jobs");
		strings_add(&arguments, it->jobs);
	}
	if (watch_state_starts(&it->state, commit, run_newest(it->folder),
			       &err) == 0)
		it->run = watch_run_start(it->loop, &arguments, run_ended, it,
					  &err);
	strings_release(&arguments);
	if (it->run)
		it->running = xstrdup(commit);
	else
		give_up(it, &err);
}

/* The commits to run, the next one first. */
static int find_news(struct watching *it, const char *tip, struct strings *news,
		     struct error *err)
{
	bool rewritten = false;

	if (!it->state.last) {
		strings_add(news, tip);
		return 0;
	}
	if (branch_news(it->project.repository, it->state.last, tip, news,
			&rewritten, err) < 0)
		return -1;
	if (rewritten)
		say("%s was rewritten at %.10s; it goes on with %.10s",
		    it->branch, it->state.last, tip);
	return 0;
}

static void look_again(struct watching *it)
{
	int64_t ms = it->every_ms;

	for (int i = 0; i < it->failures && ms < BACKOFF_MOST_MS; i++)
		ms *= 2;
	if (it->failures && ms > BACKOFF_MOST_MS && it->every_ms < ms)
		ms = it->every_ms > BACKOFF_MOST_MS ? it->every_ms
						    : BACKOFF_MOST_MS;
	timer_set_in(it->next, ms);
}

static void run_news(struct watching *it, const char *tip)
{
	struct strings news = STRINGS_INIT;
	struct error err = ERROR_INIT;

	if (it->state.last && strcmp(it->state.last, tip) == 0) {
		look_again(it);
	} else if (find_news(it, tip, &news, &err) < 0 || !news.count) {
		say("cannot tell what is new on %s: %s", it->branch,
		    error_text(&err));
		error_clear(&err);
		it->failures++;
		look_again(it);
	} else if (it->supersede) {
		if (news.count > 1)
			say("%zu commit%s before %.10s %s left out",
			    news.count - 1, news.count > 2 ? "s" : "", tip,
			    news.count > 2 ? "are" : "is");
		start_run(it, tip);
	} else {
		start_run(it, news.items[0]);
	}
	strings_release(&news);
}

/* The first look of all: what is there counts as run, unless asked for. */
static void begin_at(struct watching *it, const char *tip)
{
	struct error err = ERROR_INIT;

	say("%s of %s is at %.10s; the next commit is run", it->branch,
	    place(it), tip);
	saved(it, watch_state_is_past(&it->state, tip, &err), &err);
	look_again(it);
}

/* A branch that was never seen is misspelt, unless the person says how often
 * to look for it. */
static void failed(struct watching *it, const struct error *err)
{
	if (err->code == ERROR_NOT_FOUND && !it->state.last &&
	    !it->every_text) {
		struct error why = ERROR_INIT;

		error_set(&why, ERROR_NOT_FOUND,
			  "%s; push it, or with --every it is waited for",
			  error_text(err));
		give_up(it, &why);
		return;
	}
	if (!it->failures++)
		say("%s; it is tried again", error_text(err));
	look_again(it);
}

static void look_at_tip(struct watching *it)
{
	struct commit commit = COMMIT_INIT;
	struct error err = ERROR_INIT;

	if (repository_commit(it->project.repository, it->reference, &commit,
			      &err) < 0) {
		if (err.code == ERROR_NOT_FOUND) {
			error_clear(&err);
			error_set(&err, ERROR_NOT_FOUND, "%s has no branch %s",
				  place(it), it->branch);
		}
		failed(it, &err);
		error_clear(&err);
		return;
	}
	if (it->failures)
		say("%s of %s can be read again", it->branch, place(it));
	it->failures = 0;
	if (!it->state.last && !it->now)
		begin_at(it, commit.id);
	else
		run_news(it, commit.id);
	commit_release(&commit);
}

static void fetched(const struct error *err, void *data)
{
	struct watching *it = data;

	it->fetch = NULL;
	if (it->stopped_by)
		loop_stop(it->loop);
	else if (err)
		failed(it, err);
	else
		look_at_tip(it);
}

/* The run that an earlier watch began, and did not live to see the end of. */
static int64_t run_left(const struct watching *it)
{
	int64_t newest = run_newest(it->folder);

	for (int64_t run = it->state.after + 1; run <= newest; run++) {
		struct error err = ERROR_INIT;
		struct model *model = runs_model(it->folder, run, &err);
		bool is_it =
			model && strcmp(model->commit, it->state.starting) == 0;

		error_clear(&err);
		model_free(model);
		if (is_it)
			return run;
	}
	return 0;
}

/* False while a run that was left is live. */
static bool settle_left(struct watching *it)
{
	int64_t run = run_left(it);
	struct error err = ERROR_INIT;

	if (run && run_is_live(it->folder, run)) {
		if (it->left_from != run)
			say("run %lld of %.10s is under way; it is waited for",
			    (long long)run, it->state.starting);
		it->left_from = run;
		timer_set_in(it->next, LIVE_LOOK_MS);
		return false;
	}
	if (run)
		saved(it,
		      watch_state_is_past(&it->state, it->state.starting, &err),
		      &err);
	else /* it never began: it is new again */
		it->now = true;
	free(it->state.starting);
	it->state.starting = NULL;
	return true;
}

static void look(void *data)
{
	struct watching *it = data;
	struct error err = ERROR_INIT;

	if (it->run || it->fetch || it->stopped_by ||
	    (it->state.starting && !settle_left(it)))
		return;
	if (!it->remote) {
		look_at_tip(it);
		return;
	}
	it->fetch =
		fetch_start(it->loop, it->project.repository, it->remote,
			    it->branch, FETCH_TIMEOUT_MS, fetched, it, &err);
	if (!it->fetch) {
		failed(it, &err);
		error_clear(&err);
	}
}

static void on_signal(int signal_number, void *data)
{
	struct watching *it = data;

	it->stopped_by = signal_number;
	if (it->run)
		watch_run_signal(it->run, signal_number);
	else if (it->fetch)
		fetch_end(it->fetch);
	else
		loop_stop(it->loop);
}

static int watch(struct watching *it, struct error *err)
{
	static const int signals[] = {SIGTERM, SIGINT, SIGHUP};

	it->loop = loop_new();
	for (size_t i = 0; i < ARRAY_SIZE(signals); i++)
		loop_signal(it->loop, signals[i], on_signal, it);
	it->next = loop_timer(it->loop, INT64_MAX, look, it);
	timer_set_in(it->next, 0);
	loop_run(it->loop);
	timer_free(it->next);
	loop_free(it->loop);
	if (it->failure.code)
		return error_move(err, &it->failure);
	return 128 + it->stopped_by;
}

static int open_place(struct watching *it, struct error *err)
{
	const struct repository *repository = it->project.repository;

	it->folder = repository_state_folder(repository);
	if (!it->remote && !it->local && remote_is_known(repository, "origin"))
		it->remote = "origin";
	else if (it->remote && !remote_is_known(repository, it->remote))
		return error_set(err, ERROR_USAGE,
				 "--remote %s: there is no such remote; git "
				 "remote lists them",
				 it->remote);
	it->reference = branch_reference(it->remote, it->branch);
	return watch_state_open(&it->state, it->folder, it->remote, it->branch,
				err);
}

static int parse(struct watching *it, int argc, char **argv, struct error *err)
{
	const struct cli_option options[] = {
		{"--every", &it->every_text, NULL, NULL, "TIME",
		 "how often to look (default: 30s)"},
		{"--remote", &it->remote, NULL, NULL, "REMOTE",
		 "where to fetch from (default: origin)"},
		{"--jobs", &it->jobs, NULL, NULL, "N",
		 "stages at once (default: processors)"},
		{"--local", NULL, &it->local, NULL, NULL,
		 "the branch here; nothing is fetched"},
		{"--now", NULL, &it->now, NULL, NULL,
		 "also run the commit that is there"},
		{"--supersede", NULL, &it->supersede, NULL, NULL,
		 "only the newest; leave out those between"},
		{"--wait", NULL, &it->wait, NULL, NULL,
		 "hold at gates instead of ending with 6"},
		CLI_OPTIONS_END,
	};
	const struct cli_arguments arguments = {options, &it->branch, 1, 1};

	if (cli_parse(argc, argv, &arguments, err) < 0)
		return -1;
	if (it->local && it->remote)
		return error_set(err, ERROR_USAGE,
				 "--local and --remote exclude each other");
	it->every_ms = EVERY_MS;
	if (it->every_text &&
	    duration_parse(it->every_text, &it->every_ms, err) < 0)
		return error_prefix(err, "--every");
	if (it->every_ms < EVERY_LEAST_MS)
		it->every_ms = EVERY_LEAST_MS;
	if (starts_with(it->branch, "refs/heads/"))
		it->branch += strlen("refs/heads/");
	return 0;
}

int cli_watch(int argc, char **argv)
{
	struct watching it = {.branch = NULL, .state = {.lock = -1}};
	struct error err = ERROR_INIT;
	int status = -1;

	if (parse(&it, argc, argv, &err) == 0 &&
	    project_open(&it.project, &err) == 0) {
		if (open_place(&it, &err) == 0)
			status = watch(&it, &err);
		watch_state_close(&it.state);
		project_close(&it.project);
	}
	free(it.reference);
	free(it.running);
	return status < 0 ? cli_fail(&err) : status;
}
