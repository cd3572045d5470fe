/* SPDX-License-Identifier: MIT */
/* Opening what ships, and its keys. */
#include "ui/ships.h"

#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "base/strings.h"

static void add_once(struct strings *names, const char *name)
{
	if (*name && !strings_has(names, name))
		strings_add(names, name);
}

/* Those of the run in the order of its stages, then all others. */
static void list_environments(const struct model *model, struct strings *names)
{
	for (size_t i = 0; i < model->stage_count; i++)
		if (strcmp(model->stages[i].kind, "deploy") == 0)
			add_once(names, model->stages[i].environment);
	for (size_t i = 0; i < model->environment_count; i++)
		add_once(names, model->environments[i].name);
}

/* The open gate's, else of the next deployment, else the last one's. */
static const char *in_question(const struct model *model)
{
	const struct stage_model *gate = model_open_gate(model);
	const char *name = "";

	if (gate && *gate->gate.environment)
		return gate->gate.environment;
	for (size_t i = 0; i < model->stage_count; i++) {
		const struct stage_model *it = &model->stages[i];

		if (strcmp(it->kind, "deploy") != 0)
			continue;
		name = it->environment;
		if (!state_is_final(it->state))
			return name;
	}
	if (!*name && model->environment_count)
		name = model->environments[model->environment_count - 1].name;
	return name;
}

static void set(char **field, const char *text)
{
	free(*field);
	*field = xstrdup(text);
}

/* An open gate says what it holds the candidate against. */
static void ask_gate(struct shipment *it, const struct model *model)
{
	const struct stage_model *stage = model_open_gate(model);
	const struct environment_model *now =
		model_environment(model, it->environment);

	if (!stage || strcmp(stage->gate.environment, it->environment) != 0)
		return;
	set(&it->live, stage->gate.live_commit);
	set(&it->live_version, stage->gate.live_version);
	it->live_since = stage->gate.live_since;
	if (now && strcmp(now->live_commit, it->live) == 0)
		it->live_run = now->live_run;
}

/* What the model knows of it becomes the question. */
static void ask(struct shipment *it, const struct model *model,
		const char *environment)
{
	const struct environment_model *now =
		model_environment(model, environment);

	set(&it->environment, environment);
	set(&it->candidate, *model->commit ? model->commit : "HEAD");
	set(&it->candidate_version, model->version);
	it->run = model->run;
	it->until = model->seq;
	ask_gate(it, model);
	if (*it->live)
		return;
	if (!now) {
		it->error = xasprintf("what is live in %s is not known yet",
				      environment);
		return;
	}
	it->was_live = model->run && now->live_run == model->run &&
		       *now->previous.commit;
	set(&it->live, it->was_live ? now->previous.commit : now->live_commit);
	set(&it->live_version,
	    it->was_live ? now->previous.version : now->live_version);
	it->live_run = it->was_live ? now->previous.run : now->live_run;
	it->live_since = it->was_live ? 0 : now->live_since;
}

static void ask_anew(struct ships_view *ships, const struct model *model,
		     const char *environment)
{
	struct shipment *it = shipment_new();

	ask(it, model, environment);
	shipment_lay_out(it);
	shipment_free(ships->it);
	ships->it = it;
	ships->at = it->rows[0];
	ships->is_asked = !it->error;
}

void ships_open(struct view *view, const struct model *model,
		const char *environment)
{
	ships_close(view);
	view->ships = xcalloc(1, sizeof(*view->ships));
	str_init(&view->ships->page.text);
	ask_anew(view->ships, model,
		 environment ? environment : in_question(model));
}

void ships_close(struct view *view)
{
	if (!view->ships)
		return;
	ships_page_close(&view->ships->page);
	shipment_free(view->ships->it);
	free(view->ships);
	view->ships = NULL;
}

void ships_grew(struct view *view)
{
	if (view->ships)
		shipment_lay_out(view->ships->it);
}

static void next_environment(struct view *view, const struct model *model,
			     bool forward)
{
	struct ships_view *ships = view->ships;
	struct strings names = STRINGS_INIT;
	size_t at = 0;

	list_environments(model, &names);
	while (at < names.count &&
	       strcmp(names.items[at], ships->it->environment) != 0)
		at++;
	if (names.count > 1) {
		at = (at + (forward ? 1 : names.count - 1)) % names.count;
		ask_anew(ships, model, names.items[at]);
	} else {
		view_toast(view, false, "there is no other environment");
	}
	strings_release(&names);
}

static void next_section(struct ships_view *ships, size_t at, bool forward)
{
	const struct shipment *it = ships->it;

	for (size_t i = at;;) {
		if (forward ? i + 1 >= it->row_count : i == 0)
			return;
		i += forward ? 1 : (size_t)-1;
		if (it->rows[i].kind == ROW_SECTION) {
			ships->at = it->rows[i];
			return;
		}
	}
}

static void want_page(struct ships_view *ships, enum ships_want want,
		      size_t item, char *title)
{
	ships_page_close(&ships->page);
	ships->page.title = title;
	ships->want = want;
	ships->want_item = item;
}

static void open_row(struct ships_view *ships, size_t at)
{
	const struct shipment *it = ships->it;
	const struct ship_row *row = &it->rows[at];

	if (shipment_fold(ships->it, at))
		return;
	if (row->kind == ROW_FILE)
		want_page(ships, SHIPS_WANT_DIFF, row->item,
			  xstrdup(it->files[row->item].path));
	else if (row->kind == ROW_COMMIT)
		want_page(ships, SHIPS_WANT_COMMIT, row->item,
			  xasprintf("%.10s %s", it->commits[row->item].id,
				    it->commits[row->item].author));
}

static int room_of(const struct view *view)
{
	int rows = view->plan.rows - 8;

	return rows > 1 ? rows : 1;
}

/* -1: it moves no row. */
static int64_t moved(const struct view *view, int64_t at, int64_t last,
		     enum action action)
{
	int64_t page = room_of(view);

	switch (action) {
	case ACTION_DOWN:
		return at < last ? at + 1 : last;
	case ACTION_UP:
		return at > 0 ? at - 1 : 0;
	case ACTION_PAGE_DOWN:
		return at + page < last ? at + page : last;
	case ACTION_HALF_DOWN:
		return at + page / 2 < last ? at + page / 2 : last;
	case ACTION_PAGE_UP:
		return at > page ? at - page : 0;
	case ACTION_HALF_UP:
		return at > page / 2 ? at - page / 2 : 0;
	case ACTION_FIRST:
		return 0;
	case ACTION_LAST:
		return last;
	default:
		return -1;
	}
}

static bool list_acts(struct view *view, const struct model *model,
		      enum action action)
{
	struct ships_view *ships = view->ships;
	size_t at = shipment_row(ships->it, ships->at);
	int64_t to = moved(view, (int64_t)at, (int64_t)ships->it->row_count - 1,
			   action);

	if (to >= 0)
		ships->at = ships->it->rows[to];
	else if (action == ACTION_OPEN)
		open_row(ships, at);
	else if (action == ACTION_LEFT || action == ACTION_RIGHT)
		next_section(ships, at, action == ACTION_RIGHT);
	else if (action == ACTION_NEXT_PANEL || action == ACTION_LAST_PANEL)
		next_environment(view, model, action == ACTION_NEXT_PANEL);
	else
		return false;
	return true;
}

static void leave(struct view *view)
{
	if (view->ships->page.title)
		ships_page_close(&view->ships->page);
	else
		ships_close(view);
}

/* The rest is meant for a panel that nobody sees. */
static bool is_of_all(enum action action)
{
	return action_changes(action) || action_plays(action) ||
	       action == ACTION_REDRAW || action == ACTION_SUSPEND ||
	       action == ACTION_INTERRUPT || action == ACTION_HELP ||
	       action == ACTION_PALETTE;
}

bool ships_act(struct view *view, const struct model *model, enum action action)
{
	struct ships_view *ships = view->ships;

	if (action == ACTION_CLOSE || action == ACTION_QUIT) {
		leave(view);
		return true;
	}
	if (action >= ACTION_PANEL_1 && action <= ACTION_PANEL_6) {
		ships_close(view);
		return false;
	}
	if (action == ACTION_REDRAW) {
		ask_anew(ships, model, ships->it->environment);
		return false;
	}
	if (ships->page.title
		    ? ships_page_act(&ships->page, view->plan.rows - 2, action)
		    : list_acts(view, model, action))
		return true;
	if (is_of_all(action))
		return false;
	view_toast(view, false,
		   "esc leaves what ships; that key is for a "
		   "panel");
	return true;
}
