/* SPDX-License-Identifier: MIT */
#include "ui/view.h"

#include <stdlib.h>
#include <string.h>

#include "base/vector.h"
#include "ui/board.h"
#include "ui/dialog.h"
#include "ui/draft.h"
#include "ui/input.h"
#include "ui/logpanel.h"
#include "ui/ships.h"
#include "ui/since.h"
#include "ui/table.h"

static const struct view_ops *const panels[PANEL_COUNT] = {
	[PANEL_PIPELINE] = &pipeline_ops, [PANEL_LOG] = &log_ops,
	[PANEL_SECURITY] = &security_ops, [PANEL_TRAFFIC] = &traffic_ops,
	[PANEL_GATE] = &gate_ops,	  [PANEL_EVENTS] = &events_ops,
};

const struct view_ops *panel_ops(enum panel panel)
{
	return panels[panel];
}

struct view *view_new(void)
{
	struct view *view = xcalloc(1, sizeof(*view));

	view->focus = PANEL_LOG;
	view->stage = xstrdup("");
	view->toast = xstrdup("");
	view->ask_reason = xstrdup("");
	logview_init(&view->log);
	return view;
}

void view_free(struct view *view)
{
	if (!view)
		return;
	dialog_close(view);
	logview_release(&view->log);
	ships_close(view);
	table_close(view);
	since_release(view);
	draft_release(view);
	for (size_t i = 0; i < view->outbox_count; i++)
		command_release(&view->outbox[i]);
	free(view->outbox);
	free(view->stage);
	free(view->toast);
	free(view->ask_reason);
	free(view->wish_text);
	strings_release(&view->inputs);
	free(view);
}

void view_toast(struct view *view, bool warns, const char *text)
{
	char *copy = xstrdup(text);

	free(view->toast);
	view->toast = copy;
	view->toast_warns = warns;
}

bool view_run_live(const struct model *model)
{
	return model->started && !model->finished;
}

static bool has_failed(const struct stage_model *stage)
{
	return stage->state == STATE_FAILED || stage->state == STATE_TIMED_OUT;
}

/* What matters most: a failure, then what runs, waits, or ran last. */
static int weight_of(const struct stage_model *stage)
{
	switch (stage->state) {
	case STATE_FAILED:
	case STATE_TIMED_OUT:
		return 7;
	case STATE_RUNNING:
		return stage->tests_failed ? 6 : 5;
	case STATE_WAITING:
		return 4;
	case STATE_QUEUED:
		return 1;
	case STATE_SKIPPED:
		return 0;
	case STATE_PASSED:
		return 2;
	default:
		return 3;
	}
}

const struct stage_model *view_stage(const struct view *view,
				     const struct model *model)
{
	const struct stage_model *best = NULL;

	if (*view->stage)
		best = model_stage(model, view->stage);
	if (best)
		return best;
	for (size_t i = 0; i < model->stage_count; i++) {
		const struct stage_model *it = &model->stages[i];
		int gain = best ? weight_of(it) - weight_of(best) : 1;

		/* Of those that failed the first, as the run's end has it. */
		if (gain > 0 || (gain == 0 && !has_failed(it) && it->started &&
				 it->started >= best->started))
			best = it;
	}
	return best;
}

void view_select(struct view *view, const char *stage)
{
	char *copy = xstrdup(stage);

	free(view->stage);
	view->stage = copy;
	view->log.follow = true;
	view->log.sideways = 0;
}

void view_send_owned(struct view *view, const struct model *model,
		     struct command command)
{
	command.id = ++view->next_id;
	if (!command.run)
		command.run = model->run;
	command.person = xstrdup_null(view->person);
	*VECTOR_ADD(view->outbox, view->outbox_count, view->outbox_cap) =
		command;
}

void view_replied(struct view *view, int64_t id, const char *error)
{
	char *text;

	if (id <= 0 || !*error)
		return;
	text = xasprintf("refused: %s", error);
	view_toast(view, true, text);
	free(text);
	free(view->ask_reason);
	view->ask_reason = xstrdup("");
}

static void ask_reason(struct view *view, const struct model *model)
{
	const struct environment_model *it =
		model_environment(model, view->ask_reason);

	if (!*view->ask_reason || view->dialog || !it || it->rolling_back ||
	    it->rollbacks <= view->ask_after)
		return;
	dialog_open(view, model, &reason_dialog);
	view->dialog->deaf_until_ms = view->clock_ms + 300;
	free(view->ask_reason);
	view->ask_reason = xstrdup("");
}

void view_update(struct view *view, const struct model *model)
{
	log_show(view, model);
	log_update(view, model);
	ask_reason(view, model);
	dialog_update(view, model);
}

bool list_act(struct view *view, enum panel panel, size_t count,
	      enum action action)
{
	size_t *at = &view->scroll[panel];
	size_t last = count ? count - 1 : 0;
	int rows = view->plan.panels[panel].rows - 1;
	size_t page = rows > 1 ? (size_t)rows : 1;

	if (*at > last)
		*at = last;
	switch (action) {
	case ACTION_DOWN:
		*at += *at < last;
		return true;
	case ACTION_UP:
		*at -= *at > 0;
		return true;
	case ACTION_PAGE_DOWN:
	case ACTION_HALF_DOWN:
		*at = last - *at > page ? *at + page : last;
		return true;
	case ACTION_PAGE_UP:
	case ACTION_HALF_UP:
		*at = *at > page ? *at - page : 0;
		return true;
	case ACTION_FIRST:
		*at = 0;
		return true;
	case ACTION_LAST:
		*at = last;
		return true;
	default:
		return false;
	}
}

const struct environment_model *view_environment(const struct view *view,
						 const struct model *model)
{
	const struct board_environment *chosen =
		view->board ? board_environment(view) : NULL;

	if (view->board)
		return chosen ? model_environment(model, chosen->name) : NULL;
	return model_focus(model);
}

static void act_quit(struct view *view, const struct model *model)
{
	if (view->zoom)
		view->zoom = false;
	else if (!view_run_live(model) || view->gone || view->play.on ||
		 view->returns)
		view->wish = WISH_QUIT;
	else if (view->attached || view->watch_only)
		view->wish = WISH_LEAVE;
	else
		dialog_open(view, model, &quit_dialog);
}

static void act_interrupt(struct view *view, const struct model *model)
{
	struct str why = STR_INIT;

	if (view->play.on) {
		view_toast(view, false, "this is a replay; q leaves");
	} else if (!view_run_live(model)) {
		view_toast(view, false, "no run is live; q leaves");
	} else if (view->interrupted_ms &&
		   view->clock_ms - view->interrupted_ms <= 3000) {
		view->interrupted_ms = 0;
		if (view_off(view, model, ACTION_CANCEL, &why))
			view_toast(view, true, why.data);
		else
			dialog_open(view, model, &cancel_dialog);
	} else {
		view->interrupted_ms = view->clock_ms ? view->clock_ms : 1;
		view_toast(view, true,
			   "a run is live; ctrl-c again within 3 s asks to "
			   "cancel it, q leaves");
	}
	str_release(&why);
}

static const struct dialog_ops *dialog_of(enum action action)
{
	switch (action) {
	case ACTION_APPROVE:
		return &approve_dialog;
	case ACTION_REJECT:
		return &reject_dialog;
	case ACTION_SHIFT:
		return &shift_dialog;
	case ACTION_HOLD:
		return &hold_dialog;
	case ACTION_PROMOTE:
		return &promote_dialog;
	case ACTION_NEXT:
		return &next_dialog;
	case ACTION_ROLLBACK:
		return &rollback_dialog;
	case ACTION_DRILL:
		return &drill_dialog;
	case ACTION_CANCEL:
		return &cancel_dialog;
	default:
		return &help_dialog;
	}
}

static void act_dialog(struct view *view, const struct model *model,
		       enum action action)
{
	struct str why = STR_INIT;

	if (view_off(view, model, action, &why)) {
		const struct action_info *info = action_info(action);
		bool has_key = *info->keys != ':';
		char *text =
			xasprintf("%.*s is off: %s", has_key ? 1 : 40,
				  has_key ? info->keys : info->name, why.data);

		view_toast(view, true, text);
		free(text);
	} else {
		dialog_open(view, model, dialog_of(action));
	}
	str_release(&why);
}

#define FASTEST 1024.0

static void act_play(struct view *view, enum action action)
{
	double speed = view->play.speed;

	if (action == ACTION_PAUSE && view->play.over) { /* once more */
		view->play.rewind = true;
		view->play.over = view->play.paused = false;
	} else if (action == ACTION_PAUSE)
		view->play.paused = !view->play.paused;
	else if (action == ACTION_SKIP)
		view->play.skip = true;
	else if (action == ACTION_FASTER && speed < FASTEST)
		view->play.speed = speed * 2;
	else if (action == ACTION_SLOWER && speed > 1 / FASTEST)
		view->play.speed = speed / 2;
}

static void act_close(struct view *view)
{
	if (log_close(view))
		return;
	if (view->zoom)
		view->zoom = false;
	else if (log_clear(view))
		return;
	else if (*view->stage)
		view_select(view, "");
	else if (view->returns)
		view->wish = WISH_QUIT;
}

/* Of what the panel shows. */
static void open_table(struct view *view, const struct model *model)
{
	bool tests = false;

	for (size_t i = 0; i < model->stage_count; i++)
		tests |= model->stages[i].has_tests;
	if (view->board)
		view_toast(view, true,
			   "T is off: a run has tables; enter "
			   "opens one");
	else
		table_open(view, model,
			   tests && view->focus != PANEL_SECURITY
				   ? TABLE_TESTS
				   : TABLE_FINDINGS,
			   NULL);
}

/* What no panel has to take. */
static void act(struct view *view, const struct model *model,
		enum action action)
{
	switch (action) {
	case ACTION_NEXT_PANEL:
		view->focus = (view->focus + 1) % PANEL_COUNT;
		break;
	case ACTION_LAST_PANEL:
		view->focus = (view->focus + PANEL_COUNT - 1) % PANEL_COUNT;
		break;
	case ACTION_ZOOM:
		view->zoom = !view->zoom;
		break;
	case ACTION_EXCEPT:
		view_toast(view, true,
			   "W is off: the security panel has not the focus; "
			   "3 goes there");
		break;
	case ACTION_SHIPS:
		ships_open(view, model, NULL);
		break;
	case ACTION_TABLE:
		open_table(view, model);
		break;
	case ACTION_CLOSE:
		act_close(view);
		break;
	case ACTION_REDRAW:
		view->wish = WISH_REDRAW;
		break;
	case ACTION_SUSPEND:
		view->wish = WISH_SUSPEND;
		break;
	case ACTION_INTERRUPT:
		act_interrupt(view, model);
		break;
	case ACTION_QUIT:
		act_quit(view, model);
		break;
	case ACTION_PALETTE:
		dialog_open(view, model, &palette_dialog);
		break;
	default:
		if (action >= ACTION_PANEL_1 && action <= ACTION_PANEL_6)
			view->focus = (enum panel)(action - ACTION_PANEL_1);
		else if (view->play.on && action_plays(action))
			act_play(view, action);
		else if (action_changes(action) || action_plays(action) ||
			 action == ACTION_HELP)
			act_dialog(view, model, action);
	}
}

void view_act(struct view *view, const struct model *model, enum action action)
{
	const struct view_ops *ops = panels[view->focus];

	view_toast(view, false, "");
	if (action != ACTION_INTERRUPT)
		view->interrupted_ms = 0;
	if (action == ACTION_NONE)
		return;
	if (view->ships	  ? !ships_act(view, model, action)
	    : view->table ? !table_act(view, model, action)
	    : view->board ? !board_act(view, action)
			  : (!ops->act || !ops->act(view, model, action)) &&
				    !log_take(view, model, action))
		act(view, model, action);
}

void view_input(struct view *view, const struct model *model, int input)
{
	if (input == INPUT_PASTE_BEGIN)
		view->pasting = true;
	else if (input == INPUT_PASTE_END)
		view->pasting = false;
	else if (input == INPUT_FOCUS_IN || input == INPUT_FOCUS_OUT)
		return;
	else if (view->dialog)
		dialog_input(view, model, input, view->pasting);
	else if (!view->pasting)
		view_act(view, model,
			 view->play.on && input == ' ' ? ACTION_PAUSE
						       : action_of(input));
	view_update(view, model);
}
