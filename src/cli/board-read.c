/* SPDX-License-Identifier: MIT */
#include "cli/board-read.h"

#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/vector.h"
#include "engine/remember.h"
#include "engine/seen.h"
#include "source/mainline.h"

void ahead_list_release(struct ahead_list *list)
{
	for (size_t i = 0; i < list->count; i++)
		free(list->items[i].commit);
	free(list->items);
	free(list->branch);
	free(list->tip);
	free(list->subject);
	*list = (struct ahead_list){.branch = NULL};
}

static const struct ahead *find(const struct ahead_list *list,
				const char *commit)
{
	for (size_t i = 0; i < list->count; i++)
		if (strcmp(list->items[i].commit, commit) == 0)
			return &list->items[i];
	return NULL;
}

static void count(struct ahead_list *list, const struct ahead_list *known,
		  const char *commit, struct repository *repository)
{
	const struct ahead *same = NULL;
	struct ahead ahead = {.ahead = -1, .lost = -1};

	if (!*commit || find(list, commit))
		return;
	if (known->tip && strcmp(known->tip, list->tip) == 0)
		same = find(known, commit);
	if (same) {
		ahead = *same;
	} else if (mainline_count(repository, commit, list->tip, &ahead.ahead,
				  NULL) < 0 ||
		   mainline_count(repository, list->tip, commit, &ahead.lost,
				  NULL) < 0) {
		ahead.ahead = ahead.lost = -1;
	}
	ahead.commit = xstrdup(commit);
	*VECTOR_ADD(list->items, list->count, list->cap) = ahead;
}

void ahead_list_count(struct ahead_list *list, const struct ahead_list *known,
		      const struct board *board, const char *folder)
{
	struct repository *repository = repository_open(folder, NULL);
	struct commit tip = COMMIT_INIT;

	*list = (struct ahead_list){.branch = NULL};
	if (!repository)
		return;
	list->branch = mainline_find(repository, &tip, NULL);
	if (list->branch) {
		list->tip = xstrdup(tip.id);
		list->subject = xstrdup(tip.subject);
	}
	for (size_t i = 0; list->branch && i < board->count; i++) {
		const struct environment_model *it = model_environment(
			board->model, board->environments[i].name);

		if (it)
			count(list, known, it->live_commit, repository);
	}
	commit_release(&tip);
	repository_free(repository);
}

static void set(char **field, const char *text)
{
	free(*field);
	*field = xstrdup(text);
}

void ahead_list_apply(const struct ahead_list *list, struct board *board)
{
	if (!list->branch)
		return;
	set(&board->branch, list->branch);
	set(&board->commit, list->tip);
	set(&board->subject, list->subject);
	set(&board->model->pipeline, board->name);
	set(&board->model->branch, list->branch);
	set(&board->model->commit, list->tip);
	for (size_t i = 0; i < board->count; i++) {
		struct board_environment *it = &board->environments[i];
		const struct environment_model *model =
			model_environment(board->model, it->name);
		const struct ahead *ahead =
			model ? find(list, model->live_commit) : NULL;

		it->ahead = ahead ? ahead->ahead : -1;
		it->lost = ahead ? ahead->lost : -1;
	}
}

/* The newest of them; status tells all. */
static void add_veto(struct board_environment *it,
		     const struct environment_state *state, int64_t now)
{
	size_t count = state->veto_count, newest = 0;
	char *text;

	if (!count)
		return;
	for (size_t i = 1; i < count; i++)
		if (state->vetoes[i].since >= state->vetoes[newest].since)
			newest = i;
	text = environment_veto_text(&state->vetoes[newest], now);
	if (count > 1)
		strings_addf(&it->notes, "vetoed: %s (+%zu)", text, count - 1);
	else
		strings_addf(&it->notes, "vetoed: %s", text);
	free(text);
}

static void add_notes(struct board_environment *it,
		      const struct environment *environment)
{
	const struct environment_state *state = environment_state(environment);
	int64_t now = clock_wall_ms();
	char *holder = environment_holder(environment);

	char *down = environment_down_text(environment);

	if (down && state->live.adopted)
		strings_addf(&it->notes,
			     "! %s; who started it has to start it again",
			     down);
	else if (down)
		strings_addf(&it->notes, "! %s; signalbox up %s starts it",
			     down, it->name);
	free(down);
	if (state->has_candidate)
		strings_addf(&it->notes,
			     "run %lld deploys %s, asked %.3g %% of traffic",
			     (long long)state->candidate.run,
			     state->candidate.version,
			     state->split[state->candidate.colour]);
	if (holder)
		strings_addf(&it->notes, "held by %s", holder);
	else if (state->has_candidate && state->is_left)
		strings_add(&it->notes, "! a way back was begun and did not "
					"get there; B takes it back");
	else if (state->has_candidate)
		strings_addf(&it->notes,
			     "! nobody holds this deployment; signalbox "
			     "resume %lld goes on with it, B takes it back",
			     (long long)state->candidate.run);
	if (state->drilling && !holder)
		strings_add(&it->notes, "! a drill was cut off; the next "
					"command that moves anything ends it");
	if (environment_state_is_held(state, now))
		strings_add_owned(&it->notes,
				  environment_lock_text(state, now));
	add_veto(it, state, now);
	free(holder);
}

static void apply(struct board *board, struct event *event, int64_t seq)
{
	event->seq = seq;
	model_apply(board->model, event);
	event_free(event);
}

/* So that an open question about it says that it is old. */
static void tell_moved(struct board *board, const char *name, const char *text,
		       int64_t generation)
{
	struct event *event = event_new(EVENT_NOTE_ADDED, NULL);

	event_set(event, "environment", name);
	event_set(event, "level", "warning");
	event_set(event, "text", *text ? text : "its record has moved");
	apply(board, event, generation);
}

static int64_t seq_before(const struct board *before, const char *name,
			  int64_t *generation)
{
	const struct environment_model *it =
		before ? model_environment(before->model, name) : NULL;

	*generation = it ? it->seq : 0;
	for (size_t i = 0; before && i < before->count; i++)
		if (strcmp(before->environments[i].name, name) == 0)
			return before->environments[i].seq;
	return -1;
}

static void add_environment(struct board *board, const struct board *before,
			    struct environment *environment, int64_t generation)
{
	const struct environment_state *state = environment_state(environment);
	const char *name = environment_config(environment)->name;
	struct board_environment *it =
		VECTOR_ADD(board->environments, board->count, board->cap);
	struct environment_model *model;
	int64_t at;
	int64_t seq = seq_before(before, name, &at);

	it->name = xstrdup(name);
	it->problem = xstrdup("");
	it->version = xstrdup(state->has_live ? state->live.version : "");
	it->person = xstrdup(state->has_live ? state->live.person : "");
	it->run = state->has_live ? state->live.run : 0;
	it->seq = state->seq;
	it->ahead = it->lost = -1;
	add_notes(it, environment);
	if (seq >= 0 && seq != state->seq)
		tell_moved(board, name, state->last_text, generation);
	if (seq != state->seq)
		at = generation;
	apply(board, environment_seen_event(environment), at);
	apply(board, environment_readiness_event(environment), at);
	model = model_environment(board->model, name);
	for (int i = 0; i < COLOUR_COUNT; i++)
		model->colours[i].asked = state->split[i];
	model->rolling_back = state->rolling_back;
	model->drilling = state->drilling;
	free(model->last_rollback);
	model->last_rollback = xstrdup(state->last_text);
}

static void add_problem(struct board *board, const char *name,
			const struct error *why)
{
	struct board_environment *it =
		VECTOR_ADD(board->environments, board->count, board->cap);

	it->name = xstrdup(name);
	it->problem = xstrdup(error_text(why));
	it->version = xstrdup("");
	it->person = xstrdup("");
	it->ahead = it->lost = -1;
}

static void read_environment(struct board *board, const struct board *before,
			     const struct environment_options *options,
			     int64_t generation)
{
	struct error err = ERROR_INIT;
	struct environment *environment = environment_open(options, &err);

	if (environment) {
		add_environment(board, before, environment, generation);
		environment_close(environment);
	} else if (err.code != ERROR_NOT_FOUND) {
		add_problem(board, options->name, &err);
	}
	error_clear(&err);
}

struct board *board_read(const char *state, const struct board *before,
			 int64_t generation)
{
	struct board *board = board_new();
	struct strings names = STRINGS_INIT;
	struct environment_options options = {
		.loop = loop_new(),
		.state = state,
	};
	struct error err = ERROR_INIT;

	board->is_read = true;
	/* The highest number is of what was read last, moved or not. */
	board->model->seq = generation;
	if (environment_list(state, &names, &err) < 0)
		add_problem(board, "environments", &err);
	for (size_t i = 0; i < names.count; i++) {
		options.name = names.items[i];
		read_environment(board, before, &options, generation);
	}
	remember_runs(state, &board->runs);
	strings_release(&names);
	error_clear(&err);
	loop_free(options.loop);
	return board;
}
