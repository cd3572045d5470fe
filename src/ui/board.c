/* SPDX-License-Identifier: MIT */
#include "ui/board.h"

#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "ui/ships.h"
#include "ui/view.h"

struct board *board_new(void)
{
	struct board *board = xcalloc(1, sizeof(*board));

	board->name = xstrdup("");
	board->branch = xstrdup("");
	board->commit = xstrdup("");
	board->subject = xstrdup("");
	board->model = model_new();
	return board;
}

void board_free(struct board *board)
{
	if (!board)
		return;
	for (size_t i = 0; i < board->count; i++) {
		struct board_environment *it = &board->environments[i];

		free(it->name);
		free(it->problem);
		free(it->version);
		free(it->person);
		strings_release(&it->notes);
	}
	free(board->environments);
	history_release(&board->runs);
	model_free(board->model);
	free(board->name);
	free(board->branch);
	free(board->commit);
	free(board->subject);
	free(board);
}

static size_t chosen_environment(const struct view *view)
{
	const char *name = view->choice->environment;

	for (size_t i = 0; name && i < view->board->count; i++)
		if (strcmp(view->board->environments[i].name, name) == 0)
			return i;
	return 0;
}

static size_t chosen_run(const struct view *view)
{
	const struct history *runs = &view->board->runs;

	for (size_t i = 0; view->choice->run && i < runs->count; i++)
		if (runs->runs[i].run == view->choice->run)
			return i;
	return 0;
}

const struct board_environment *board_environment(const struct view *view)
{
	return view->board->count
		       ? &view->board->environments[chosen_environment(view)]
		       : NULL;
}

const struct history_run *board_run(const struct view *view)
{
	return view->board->runs.count
		       ? &view->board->runs.runs[chosen_run(view)]
		       : NULL;
}

const char *board_run_state(const struct history_run *run, enum state *state)
{
	*state = run->state;
	if (run->finished)
		return state_name(run->state);
	*state = STATE_RUNNING;
	if (run->live)
		return "running";
	*state = *run->gate || run->decided ? STATE_WAITING : STATE_CANCELLED;
	return *run->gate     ? "at its gate"
	       : run->decided ? "gate decided"
			      : "cut off";
}

static size_t moved(size_t at, size_t count, size_t page, enum action action)
{
	size_t last = count - 1;

	switch (action) {
	case ACTION_DOWN:
		return at < last ? at + 1 : last;
	case ACTION_UP:
		return at ? at - 1 : 0;
	case ACTION_PAGE_DOWN:
	case ACTION_HALF_DOWN:
		return last - at > page ? at + page : last;
	case ACTION_PAGE_UP:
	case ACTION_HALF_UP:
		return at > page ? at - page : 0;
	case ACTION_FIRST:
		return 0;
	default:
		return last;
	}
}

static void move(struct view *view, enum action action)
{
	const struct board *board = view->board;
	struct board_choice *choice = view->choice;
	size_t page = view->plan.rows > 8 ? (size_t)view->plan.rows / 2 : 4;
	size_t at;

	if (choice->in_environments && board->count) {
		at = moved(chosen_environment(view), board->count, page,
			   action);
		free(choice->environment);
		choice->environment = xstrdup(board->environments[at].name);
	} else if (!choice->in_environments && board->runs.count) {
		at = moved(chosen_run(view), board->runs.count, page, action);
		choice->run = at ? board->runs.runs[at].run : 0;
	}
}

void board_click(struct view *view, size_t target)
{
	const struct board *board = view->board;
	struct board_choice *choice = view->choice;

	if (target >= BOARD_RUNS && target - BOARD_RUNS < board->runs.count) {
		choice->in_environments = false;
		target -= BOARD_RUNS;
		choice->run = target ? board->runs.runs[target].run : 0;
	} else if (target && target <= board->count) {
		choice->in_environments = true;
		free(choice->environment);
		choice->environment =
			xstrdup(board->environments[target - 1].name);
	}
}

static void open_run(struct view *view)
{
	struct board_choice *choice = view->choice;
	const struct board_environment *environment = board_environment(view);
	const struct history_run *run = board_run(view);

	choice->opened = 0;
	if (choice->in_environments && environment)
		choice->opened = environment->run;
	else if (!choice->in_environments && run)
		choice->opened = run->run;
	if (choice->opened)
		view->wish = WISH_OPEN;
	else
		view_toast(view, true,
			   choice->in_environments
				   ? "nothing was ever released there"
				   : "there is no run yet; signalbox run "
				     "starts one");
}

bool board_problem(const struct view *view)
{
	const struct board_environment *chosen =
		view->board ? board_environment(view) : NULL;

	return chosen && *chosen->problem;
}

/* To the chosen environment, from the branch. */
static void open_ships(struct view *view)
{
	const struct board_environment *chosen = board_environment(view);

	if (chosen && *chosen->version)
		ships_open(view, view->board->model, chosen->name);
	else
		view_toast(view, true,
			   board_problem(view)
				   ? "d is off: its record cannot be read"
				   : "d is off: nothing is live there");
}

const char *board_help(enum action action)
{
	switch (action) {
	case ACTION_ROLLBACK:
	case ACTION_DRILL:
	case ACTION_REDRAW:
	case ACTION_SUSPEND:
	case ACTION_QUIT:
	case ACTION_HELP:
	case ACTION_PALETTE:
	case ACTION_THEME:
	case ACTION_CLOSE:
	case ACTION_SHIPS:
		return action_info(action)->help;
	case ACTION_DOWN:
	case ACTION_UP:
	case ACTION_FIRST:
	case ACTION_LAST:
	case ACTION_HALF_DOWN:
	case ACTION_HALF_UP:
	case ACTION_PAGE_DOWN:
	case ACTION_PAGE_UP:
		return "to another row of the list";
	case ACTION_NEXT_PANEL:
	case ACTION_LAST_PANEL:
		return "the other list";
	case ACTION_PANEL_1:
		return "the environments";
	case ACTION_PANEL_2:
		return "the runs";
	case ACTION_OPEN:
		return "open the run, or attach to it while it is live";
	default:
		return NULL;
	}
}

bool board_act(struct view *view, enum action action)
{
	switch (action) {
	case ACTION_DOWN:
	case ACTION_UP:
	case ACTION_PAGE_DOWN:
	case ACTION_HALF_DOWN:
	case ACTION_PAGE_UP:
	case ACTION_HALF_UP:
	case ACTION_FIRST:
	case ACTION_LAST:
		move(view, action);
		return true;
	case ACTION_NEXT_PANEL:
	case ACTION_LAST_PANEL:
		view->choice->in_environments = !view->choice->in_environments;
		return true;
	case ACTION_PANEL_1:
	case ACTION_PANEL_2:
		view->choice->in_environments = action == ACTION_PANEL_1;
		return true;
	case ACTION_OPEN:
		open_run(view);
		return true;
	case ACTION_SHIPS:
		open_ships(view);
		return true;
	case ACTION_ZOOM:
	case ACTION_FOLLOW:
	case ACTION_LEFT:
	case ACTION_RIGHT:
		return true;
	default:
		return action >= ACTION_PANEL_3 && action <= ACTION_PANEL_6;
	}
}
