/* SPDX-License-Identifier: MIT */
/* Commands for an environment; no run needs to live: shift, rollback, lock,
 * unlock, up, down. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/memory.h"
#include "cli/arguments.h"
#include "cli/cli.h"
#include "cli/errand.h"
#include "cli/runs.h"
#include "cli/steer.h"
#include "engine/runs.h"
#include "source/revert.h"

/* A target that is asked, a proxy, or who writes the journal may take longer to
 * answer: the way back does not wait for them. */
#define RECOVER_MS 2000

struct recovery {
	bool is_over;
};

static void recovered(void *data, const struct error *err)
{
	struct recovery *recovery = data;
	struct error why = ERROR_INIT;

	if (err && !recovery->is_over) {
		error_set(&why, err->code, "%s", error_text(err));
		cli_fail(&why);
	}
	recovery->is_over = true;
}

/* What cannot be told or recorded now does not close the way back. What was
 * seen before is seen with what this records itself. recovery lives as long as
 * the errand. */
static void recover_anyhow(struct errand *errand, struct recovery *recovery,
			   int64_t *seen)
{
	const struct environment_state *state =
		environment_state(errand->environment);
	int64_t until_us = clock_monotonic_us() + (int64_t)RECOVER_MS * 1000;
	bool is_seen = state->seq == *seen;
	int64_t left_us;

	environment_recover(errand->environment, recovered, recovery);
	while (!recovery->is_over &&
	       (left_us = until_us - clock_monotonic_us()) > 0)
		loop_turn(errand->loop, left_us / 1000 + 1);
	recovery->is_over = true; /* the rollback ends it */
	if (*seen && is_seen && !errand->others)
		*seen = state->seq;
}

struct revert {
	bool wanted;
	const char *branch; /* NULL: named after the version */
};

static void left_release(const struct errand *errand, struct release *left)
{
	const struct environment_state *state =
		environment_state(errand->environment);
	static const struct release none = {.version = NULL};

	release_copy(left, state->has_candidate ? &state->candidate
			   : state->has_live	? &state->live
						: &none);
}

/* The traffic is back: what goes wrong here is told, and changes nothing. */
static void prepare_revert(const struct errand *errand,
			   const struct release *left,
			   const struct revert *revert)
{
	const struct release *live =
		&environment_state(errand->environment)->live;
	char *branch = revert->branch ? xstrdup(revert->branch)
				      : xasprintf("revert-%s", left->version);
	char *said = xasprintf("branch %s: %.7s without what came after %.7s",
			       branch, left->commit, live->commit);
	struct error err = ERROR_INIT;

	if (!*left->commit || !*live->commit)
		error_set(&err, ERROR_REFUSED,
			  "no commit is known of what was left or is live");
	else if (revert_branch(errand->project.repository, live->commit,
			       left->commit, branch, &err) == 0)
		errand_print(said);
	if (err.code)
		error_prefix(&err, "no branch %s was made", branch);
	cli_fail(&err);
	free(said);
	free(branch);
}

static int rollback(const char *name, struct rollback_request *request,
		    const struct revert *revert, struct error *err)
{
	struct release left = {.version = NULL};
	struct recovery recovery = {.is_over = false};
	struct errand errand;
	int result;

	request->by = "person";
	request->asked_us = clock_monotonic_us();
	if (errand_begin(&errand, name, err) < 0)
		return -1;
	recover_anyhow(&errand, &recovery, &request->seen);
	request->person = errand.project.person;
	left_release(&errand, &left);
	environment_rollback(errand.environment, request, errand_done, &errand);
	result = errand_finish(&errand);
	if (result == 0)
		errand_poke(&errand);
	if (result == 0 && revert->wanted)
		prepare_revert(&errand, &left, revert);
	release_clear(&left);
	errand_close(&errand);
	return result;
}

int cli_rollback(int argc, char **argv)
{
	struct rollback_request request = {.by = NULL};
	struct revert revert = {.branch = NULL};
	const char *seen = NULL;
	const char *words[1] = {NULL};
	const struct cli_option options[] = {
		{"--to", &request.to, NULL, NULL, "RELEASE",
		 "a version, commit or run of its history"},
		{"--reason", &request.reason, NULL, NULL, "TEXT", "why"},
		{"--seen", &seen, NULL, NULL, "RECORD",
		 "refuse when this is not its newest record any more"},
		{"--no-veto", NULL, &request.spares, NULL, NULL,
		 "what is left may be released again by itself"},
		{"--revert-branch", &revert.branch, &revert.wanted, NULL, NULL,
		 "then make a branch that reverts it: revert-VERSION, or "
		 "=NAME"},
		CLI_OPTIONS_END,
	};
	const struct cli_arguments arguments = {options, words, 1, 1};
	struct error err = ERROR_INIT;

	if (cli_parse(argc, argv, &arguments, &err) < 0 ||
	    (seen && cli_parse_seen(seen, &request.seen, &err) < 0) ||
	    rollback(words[0], &request, &revert, &err) < 0)
		return cli_fail(&err);
	return 0;
}

/* A command of one word, the environment, and no options. */
static int operate(int argc, char **argv,
		   int (*act)(struct errand *errand, struct error *err))
{
	const char *words[1] = {NULL};
	const struct cli_option options[] = {CLI_OPTIONS_END};
	const struct cli_arguments arguments = {options, words, 1, 1};
	struct error err = ERROR_INIT;
	struct errand errand;
	int result;

	if (cli_parse(argc, argv, &arguments, &err) < 0 ||
	    errand_open(&errand, words[0], &err) < 0)
		return cli_fail(&err);
	result = act(&errand, &err);
	errand_close(&errand);
	return result < 0 ? cli_fail(&err) : 0;
}

static int move(struct errand *errand,
		void (*begin)(struct environment *, const char *,
			      environment_done *, void *),
		struct error *err)
{
	const char *person = errand->project.person;

	if (environment_acquire(errand->environment, 0, person, err) < 0)
		return -1;
	begin(errand->environment, person, errand_done, errand);
	return errand_finish(errand);
}

static int up(struct errand *errand, struct error *err)
{
	return move(errand, environment_up, err);
}

int cli_up(int argc, char **argv)
{
	return operate(argc, argv, up);
}

static int down(struct errand *errand, struct error *err)
{
	return move(errand, environment_down, err);
}

int cli_down(int argc, char **argv)
{
	return operate(argc, argv, down);
}

static int unlock(struct errand *errand, struct error *err)
{
	return environment_unlock(errand->environment, errand->project.person,
				  err);
}

int cli_unlock(int argc, char **argv)
{
	return operate(argc, argv, unlock);
}

/* A time, or a while from now. */
static int parse_until(const char *text, int64_t *until, struct error *err)
{
	struct error why = ERROR_INIT;
	int64_t ms;
	bool is_while = duration_parse(text, &ms, &why) == 0;

	error_clear(&why);
	if (is_while)
		*until = clock_wall_ms() + ms;
	else if (clock_parse_utc(text, until, &why) < 0)
		error_set(err, ERROR_USAGE,
			  "--until '%s' is no time; write 4h, 90m or "
			  "2026-11-20T18:00:00Z",
			  text);
	error_clear(&why);
	if (*until && *until <= clock_wall_ms())
		error_set(err, ERROR_USAGE, "--until %s is over already", text);
	return *until > clock_wall_ms() ? 0 : -1;
}

/* NULL: nobody's lock holds. */
static char *lock_before(const struct environment *environment)
{
	const struct environment_state *state = environment_state(environment);
	int64_t now = clock_wall_ms();
	char *text, *whole;

	if (!environment_state_is_held(state, now))
		return NULL;
	text = environment_lock_text(state, now);
	whole = xasprintf("before this it was %s", text);
	free(text);
	return whole;
}

static int lock(int argc, char **argv, struct error *err)
{
	const char *reason = NULL, *until = NULL;
	const char *words[1] = {NULL};
	const struct cli_option options[] = {
		{"--reason", &reason, NULL, NULL, "TEXT", "why"},
		{"--until", &until, NULL, NULL, "TIME",
		 "4h, or 2026-11-20T18:00:00Z"},
		CLI_OPTIONS_END,
	};
	const struct cli_arguments arguments = {options, words, 1, 1};
	struct errand errand;
	int64_t end = 0;
	char *before;
	int result;

	if (cli_parse(argc, argv, &arguments, err) < 0 ||
	    (until && parse_until(until, &end, err) < 0) ||
	    errand_open(&errand, words[0], err) < 0)
		return -1;
	before = lock_before(errand.environment);
	result = environment_lock(errand.environment, errand.project.person,
				  reason, end, err);
	if (result == 0 && before)
		errand_print(before);
	free(before);
	errand_close(&errand);
	return result;
}

int cli_lock(int argc, char **argv)
{
	struct error err = ERROR_INIT;

	return lock(argc, argv, &err) < 0 ? cli_fail(&err) : 0;
}

/* The run that moves the environment now, 0 when none does. */
static int64_t run_that_moves(const char *state, const char *environment)
{
	int64_t newest = run_newest(state);

	for (int64_t run = newest; run > 0 && run > newest - 32; run--) {
		struct error err = ERROR_INIT;
		struct model *model;
		const struct environment_model *place;
		bool moves;

		if (!run_is_live(state, run))
			continue;
		model = runs_model(state, run, &err);
		error_clear(&err);
		place = model ? model_environment(model, environment) : NULL;
		moves = place && place->candidate >= 0;
		model_free(model);
		if (moves)
			return run;
	}
	return 0;
}

static int parse_share(const char *text, double *percent, struct error *err)
{
	char *end;

	*percent = strtod(text, &end);
	if (end == text || strcmp(end, "%") != 0 || !(*percent >= 0) ||
	    *percent > 100)
		return error_set(err, ERROR_USAGE,
				 "'%s' is no share; write 0%% to 100%%, for "
				 "example 25%%",
				 text);
	return 0;
}

static int shift(const char **words, const char *reason, struct error *err)
{
	struct command command = {.kind = COMMAND_SHIFT, .id = 1};
	struct project project;
	int result;

	if (parse_share(words[1], &command.value, err) < 0 ||
	    project_open(&project, err) < 0)
		return -1;
	command.environment = (char *)words[0];
	command.reason = (char *)reason;
	command.run = run_that_moves(
		repository_state_folder(project.repository), words[0]);
	result = command.run
			 ? steer_send(&project, command.run, &command, err)
			 : error_set(err, ERROR_REFUSED,
				     "no run deploys to %s now; start one with "
				     "signalbox run, or go back with signalbox "
				     "rollback %s",
				     words[0], words[0]);
	if (result == 0)
		printf("shift: %s to %g %%, run %lld holds there\n", words[0],
		       command.value, (long long)command.run);
	project_close(&project);
	return result;
}

int cli_shift(int argc, char **argv)
{
	const char *reason = NULL;
	const char *words[2] = {NULL, NULL};
	const struct cli_option options[] = {
		{"--reason", &reason, NULL, NULL, "TEXT", "why"},
		CLI_OPTIONS_END,
	};
	const struct cli_arguments arguments = {options, words, 2, 2};
	struct error err = ERROR_INIT;

	if (cli_parse(argc, argv, &arguments, &err) < 0 ||
	    shift(words, reason, &err) < 0)
		return cli_fail(&err);
	return 0;
}
