/* SPDX-License-Identifier: MIT */
/* The board in sentences: what is live where, and the runs there were. */
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "ui/format.h"
#include "ui/plain-session.h"
#include "ui/speak.h"

#define RUNS_SAID 20

static void add_ahead(struct str *out, const struct board *board,
		      const struct board_environment *it)
{
	if (it->ahead < 0 || !*board->branch)
		return;
	if (it->ahead)
		str_addf(out, ". %s is %lld commit%s ahead", board->branch,
			 (long long)it->ahead, it->ahead == 1 ? "" : "s");
	else if (!it->lost)
		str_addf(out, ". That is the newest of %s", board->branch);
	if (it->lost > 0)
		str_addf(out, ". %lld commit%s not on %s", (long long)it->lost,
			 it->lost == 1 ? " is" : "s are", board->branch);
}

static void add_live(struct str *out, const struct view *view,
		     const struct board_environment *it,
		     const struct environment_model *model)
{
	str_addf(out, "%s: ", it->name);
	if (*it->problem) {
		str_add(out, it->problem);
		return;
	}
	if (!*it->version || !model) {
		str_add(out, "nothing is live");
		return;
	}
	str_addf(out, "%s is live", it->version);
	if (model->live >= 0)
		str_addf(out, " on %s", colour_name((enum colour)model->live));
	str_add(out, " since ");
	speak_moment(model->live_since, view->now_ms, out);
	if (*it->person)
		str_addf(out, ", let through by %s", it->person);
	add_ahead(out, view->board, it);
}

static void say_environment(const struct view *view,
			    const struct board_environment *it,
			    struct strings *lines)
{
	const struct environment_model *model =
		model_environment(view->board->model, it->name);
	struct str out = STR_INIT;

	add_live(&out, view, it, model);
	strings_add_owned(lines, str_detach(&out));
	if (model && *it->version && !*it->problem)
		spoken_way_back(model, view->now_ms, lines);
	for (size_t i = 0; i < it->notes.count; i++)
		strings_addf(lines, "%s: %s", it->name, it->notes.items[i]);
}

static void add_run(struct str *out, const struct view *view,
		    const struct history_run *run)
{
	enum state state;

	str_addf(out, "run %lld %s", (long long)run->run,
		 board_run_state(run, &state));
	if (*run->version)
		str_addf(out, ", %s", run->version);
	if (run->finished) {
		str_add(out, ", ");
		speak_duration(run->finished - run->started, out);
	}
	if (*run->person)
		str_addf(out, ", by %s", run->person);
	str_add(out, ", ");
	speak_moment(run->started, view->now_ms, out);
	if (*run->subject)
		str_addf(out, ": %s", run->subject);
}

static void say_head(const struct view *view, struct strings *lines)
{
	const struct board *board = view->board;
	struct str out = STR_INIT;

	str_add(&out, *board->name ? board->name : "signalbox");
	if (*board->branch)
		str_addf(&out, ". %s is at %.7s: %s", board->branch,
			 board->commit, board->subject);
	strings_add_owned(lines, str_detach(&out));
	if (!board->count)
		strings_add(lines, "Nothing was deployed yet");
}

static void say_newest(const struct view *view, struct strings *lines)
{
	struct str out = STR_INIT;

	if (!view->board->runs.count) {
		strings_add(lines, "No run yet; signalbox run starts one");
		return;
	}
	str_add(&out, "The newest: ");
	add_run(&out, view, &view->board->runs.runs[0]);
	strings_add_owned(lines, str_detach(&out));
}

static char *joined(const struct strings *lines)
{
	struct str out = STR_INIT;

	for (size_t i = 0; i < lines->count; i++)
		str_addf(&out, "%s\n", lines->items[i]);
	return str_detach(&out);
}

static void forget(struct plain *plain)
{
	for (size_t i = 0; i < plain->board_count; i++)
		free(plain->board_told[i]);
	free(plain->board_told);
	plain->board_told = NULL;
	plain->board_count = 0;
}

/* Adds what an environment's lines are, where they are not as they were told;
 * returns them. */
static char *tell_environment(const struct plain *plain, size_t i, bool anyway,
			      struct strings *lines)
{
	struct strings its = STRINGS_INIT;
	char *told;

	say_environment(plain->view, &plain->view->board->environments[i],
			&its);
	told = joined(&its);
	if (anyway || i >= plain->board_count ||
	    strcmp(told, plain->board_told[i]) != 0)
		for (size_t j = 0; j < its.count; j++)
			strings_add(lines, its.items[j]);
	strings_release(&its);
	return told;
}

/* How far the branch is ahead of a release that has just come is counted a
 * moment later, if it can be: it is told then, once. */
static bool is_counted_soon(const struct plain *plain)
{
	const struct board *board = plain->view->board;

	for (size_t i = 0; i < board->count; i++)
		if (*board->environments[i].version &&
		    board->environments[i].ahead < 0)
			return !plain->board_held;
	return false;
}

/* All of it, or the environments that are not as they were told. */
void plain_board_tell(struct plain *plain, bool all)
{
	const struct view *view = plain->view;
	const struct board *board = view->board;
	struct strings lines = STRINGS_INIT;
	char **told;

	plain->board_held = !all && is_counted_soon(plain);
	if (plain->board_held)
		return;
	told = xcalloc(board->count + 1, sizeof(*told));
	plain_set_clock(plain);
	if (all)
		say_head(view, &lines);
	for (size_t i = 0; i < board->count; i++)
		told[i] = tell_environment(plain, i, all, &lines);
	if (all)
		say_newest(view, &lines);
	forget(plain);
	plain->board_told = told;
	plain->board_count = board->count;
	plain_say_all(plain, &lines);
}

static void show(void *to, const struct board *board, const char *told,
		 bool warns)
{
	struct plain *plain = to;
	bool first = !plain->board_told;

	(void)warns;
	plain->view->board = board;
	plain->model = board->model;
	if (told)
		plain_say(plain, told);
	/* How far the branch is ahead is known the second time. */
	if (!board->is_read || (++plain->board_shows < 2 && !*board->branch))
		return;
	plain_board_tell(plain, first);
	if (first)
		plain_menu(plain);
	plain_follow(plain);
}

void plain_board_start(struct plain *plain)
{
	struct board_source *source = plain->options->board;

	model_free(plain->model); /* the board's is told of from now on */
	plain->view->choice = &source->choice;
	source->start(source->data, plain->loop, show, plain);
}

void plain_board_stop(struct plain *plain)
{
	struct board_source *source = plain->options->board;

	source->stop(source->data);
	plain->model = NULL;
	forget(plain);
}

static void open_run(struct plain *plain, int64_t run)
{
	plain->view->choice->opened = run;
	plain_finish(plain, UI_OPEN);
}

void plain_board_open(struct plain *plain)
{
	open_run(plain, plain->view->board->runs.runs[0].run);
}

/* The list may have grown meanwhile: by what was told, not by its place. */
static void open_picked(struct plain *plain, size_t which)
{
	long long run;

	if (sscanf(plain->picks.items[which], "run %lld", &run) == 1)
		open_run(plain, run);
}

static void say_picks(struct plain *plain)
{
	for (size_t i = 0; i < plain->picks.count; i++)
		plain_sayf(plain, "%zu: %s", i + 1, plain->picks.items[i]);
	plain->asks = ASKS_PICK;
	plain_hush(plain);
}

void plain_board_history(struct plain *plain)
{
	const struct history *runs = &plain->view->board->runs;

	strings_release(&plain->picks);
	plain_set_clock(plain);
	for (size_t i = 0; i < runs->count && i < RUNS_SAID; i++) {
		struct str out = STR_INIT;

		add_run(&out, plain->view, &runs->runs[i]);
		strings_add_owned(&plain->picks, str_detach(&out));
	}
	plain->picked = open_picked;
	plain_say(plain, "The newest first; a number opens one, Enter alone "
			 "none");
	say_picks(plain);
}

static void go_back(struct plain *plain, size_t which, enum action action)
{
	struct board_choice *choice = plain->view->choice;
	struct str why = STR_INIT;

	choice->in_environments = true;
	free(choice->environment);
	choice->environment = xstrdup(plain->picks.items[which]);
	if (view_off(plain->view, plain->model, action, &why))
		plain_sayf(plain, "You cannot %s %s now: %s",
			   action == ACTION_DRILL ? "drill" : "roll back",
			   choice->environment, why.data);
	else
		view_act(plain->view, plain->model, action);
	if (plain->view->dialog)
		plain_ask(plain);
	str_release(&why);
}

static void roll_back(struct plain *plain, size_t which)
{
	go_back(plain, which, ACTION_ROLLBACK);
}

static void drill(struct plain *plain, size_t which)
{
	go_back(plain, which, ACTION_DRILL);
}

static void find_commits(struct plain *plain, size_t which)
{
	plain_find_commits(plain, plain->picks.items[which]);
}

static void pick_environment(struct plain *plain, const char *what,
			     void (*picked)(struct plain *plain, size_t which))
{
	const struct board *board = plain->view->board;

	strings_release(&plain->picks);
	for (size_t i = 0; i < board->count; i++)
		strings_add(&plain->picks, board->environments[i].name);
	if (board->count == 1) {
		picked(plain, 0);
		return;
	}
	plain->picked = picked;
	plain_sayf(plain,
		   "%s which environment? A number tells, Enter alone "
		   "none",
		   what);
	say_picks(plain);
}

void plain_board_go_back(struct plain *plain, enum action action)
{
	bool drills = action == ACTION_DRILL;

	pick_environment(plain, drills ? "Drill" : "Roll back",
			 drills ? drill : roll_back);
}

void plain_board_commits(struct plain *plain)
{
	pick_environment(plain, "Commits that would ship to", find_commits);
}
