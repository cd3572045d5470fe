/* SPDX-License-Identifier: MIT */
/* The first lines and the last one. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "ui/dialog.h"
#include "ui/format.h"
#include "ui/layout.h"
#include "ui/ships.h"

#define STALE_MS 5000

static const char *play_text(const struct view *view, char text[64])
{
	char clock[CLOCK_TEXT_SIZE], speed[NUMBER_TEXT_SIZE];

	clock_format_local(view->now_ms, clock);
	if (view->play.over)
		snprintf(text, 64, "REPLAY %s end", clock);
	else if (view->play.paused)
		snprintf(text, 64, "REPLAY %s paused", clock);
	else
		snprintf(text, 64, "REPLAY %s %sx", clock,
			 number_real(view->play.speed, 3, speed));
	return text;
}

const char *live_text(const struct view *view, const struct model *model,
		      char text[64], bool *alarming)
{
	char clock[CLOCK_TEXT_SIZE];

	*alarming = false;
	if (view->board)
		return "board";
	if (view->play.on)
		return play_text(view, text);
	if (model->finished) {
		snprintf(text, 64, "%s %s", state_name(model->state),
			 clock_format_local(model->finished, clock));
		return text;
	}
	*alarming = view->gone || view->silent_ms >= STALE_MS;
	if (view->gone)
		return "ENGINE GONE";
	if (*alarming)
		snprintf(text, 64, "STALE %lld s",
			 (long long)view->silent_ms / 1000);
	else
		strcpy(text, model->started ? "live" : "waiting");
	return text;
}

/* What is looked at: by what ships, else by the run. */
static const struct environment_model *focus_of(const struct view *view,
						const struct model *model)
{
	return view->ships
		       ? model_environment(model, view->ships->it->environment)
		       : model_focus(model);
}

/* The environment that the run leads to. */
static const char *goal(const struct view *view, const struct model *model)
{
	const struct environment_model *it = focus_of(view, model);

	if (it && (view->ships || *it->stage || model_open_gate(model)))
		return it->name;
	for (size_t i = model->stage_count; i > 0; i--)
		if (strcmp(model->stages[i - 1].kind, "deploy") == 0)
			return model->stages[i - 1].environment;
	return it ? it->name : "";
}

static void draw_goal(struct pen *pen, const struct view *view,
		      const struct model *model, bool air)
{
	char upper[64];
	const char *name = goal(view, model);

	if (!*name)
		return;
	pen_role(pen, ROLE_NORMAL);
	pen_text(pen, air ? "  ->  " : " -> ");
	pen_bold(pen, ROLE_NORMAL);
	pen_reverse(pen, true);
	pen_printf(pen, air ? "[ %s ]" : "[%s]",
		   format_upper(name, upper, sizeof(upper)));
	pen_reverse(pen, false);
	pen_role(pen, ROLE_NORMAL);
}

/* From the right: live, then the time. Returns the room left of them. */
static int draw_live(const struct view *view, const struct model *model,
		     const struct area *area)
{
	char text[64], clock[CLOCK_TEXT_SIZE];
	bool alarming;
	const char *live = live_text(view, model, text, &alarming);
	int end = area->cols - 1;
	struct pen pen = pen_at(area, 0, end - text_width(area->grid, live));

	pen_role(&pen, alarming		 ? ROLE_WARNING
		       : model->finished ? state_role(model->state)
					 : ROLE_PASSED);
	pen.style.bold = alarming || model->finished;
	pen_reverse(&pen, alarming);
	end = pen.col;
	pen_text(&pen, live);
	if (!model->started)
		return end;
	if (model->finished)
		format_took(model->finished - model->started, clock);
	else
		format_elapsed(view->now_ms - model->started, clock);
	pen = pen_at(area, 0, end - 2 - (int)strlen(clock));
	end = pen.col;
	pen_text(&pen, clock);
	return end;
}

static void draw_names(struct pen *pen, const struct model *model, int level)
{
	pen_bold(pen, ROLE_NORMAL);
	pen_text(pen, *model->pipeline ? model->pipeline : "signalbox");
	pen_role(pen, ROLE_NORMAL);
	if (level > 0 && *model->commit)
		pen_printf(pen, " %s%s%.7s%s", model->branch,
			   *model->branch ? "@" : "", model->commit,
			   model->worktree ? "+changes" : "");
	/* Without a tag the version is the commit. */
	if (*model->version &&
	    (level == 0 || !starts_with(model->commit, model->version)))
		pen_printf(pen, " %s", model->version);
}

static void draw_first(const struct view *view, const struct model *model,
		       const struct area *area)
{
	struct pen pen = pen_at(area, 0, 1);

	pen.limit = draw_live(view, model, area) - 1;
	draw_names(&pen, model, area->cols >= 80);
	draw_goal(&pen, view, model, area->cols >= 110);
	if (model->run && pen.col + 6 < pen.limit)
		pen_printf(&pen, " #%lld", (long long)model->run);
	if (view->watch_only)
		pen_text(&pen, " read-only");
	if (area->cols >= 70 && *model->mode &&
	    pen.col + (int)strlen(model->mode) < pen.limit)
		pen_printf(&pen, " %s", model->mode);
}

bool eta_text(const struct view *view, const struct model *model,
	      char text[ETA_TEXT_SIZE])
{
	int64_t left = view_run_live(model) && !view->gone
			       ? model_eta_ms(model, view->now_ms)
			       : -1;

	if (left < 0)
		return false;
	/* Minutes: seconds of a guess would only flicker. */
	if (left < 60000)
		strcpy(text, "eta < 1 min");
	else
		snprintf(text, ETA_TEXT_SIZE, "eta ~%lld min",
			 (long long)(left + 30000) / 60000);
	return true;
}

static void draw_before(struct pen *pen, int *end, const char *text)
{
	*end -= text_width(pen->area->grid, text);
	pen->col = *end;
	pen_role(pen, ROLE_NORMAL);
	pen_text(pen, text);
	*end -= 3;
}

/* From the right: who is waited for, then the state. Returns the room left. */
static int draw_state(const struct view *view, const struct model *model,
		      const struct area *area)
{
	size_t waits = model_waits(model);
	struct pen pen = pen_at(area, 1, 1);
	char upper[32], eta[ETA_TEXT_SIZE], clock[CLOCK_TEXT_SIZE];
	char *text;
	int end = area->cols - 1;

	if (waits) {
		text = xasprintf(" %s %zu need%s you ",
				 waiting_text(area->grid), waits,
				 waits == 1 ? "s" : "");
		end -= text_width(area->grid, text);
		pen.col = end;
		pen_bold(&pen, ROLE_WAITING);
		pen_reverse(&pen, true);
		pen_text(&pen, text);
		pen_reverse(&pen, false);
		free(text);
		end -= 3;
	}
	if (!model->started)
		return end;
	if (eta_text(view, model, eta))
		draw_before(&pen, &end, eta);
	if (model_usual_ms(model) >= 1000) {
		text = xasprintf("usual %s",
				 format_took(model_usual_ms(model), clock));
		draw_before(&pen, &end, text);
		free(text);
	}
	format_upper(state_name(model->state), upper, sizeof(upper));
	end -= 2 + (int)strlen(upper);
	pen.col = end;
	pen_role(&pen, state_role(model->state));
	pen.style.bold = state_is_bad(model->state);
	pen_glyph(&pen, state_glyph(model->state));
	pen_printf(&pen, " %s", upper);
	return end - 2;
}

static void draw_lock(const struct view *view, struct pen *pen,
		      const struct environment_model *it)
{
	char left[CLOCK_TEXT_SIZE];

	pen_bold(pen, ROLE_WARNING);
	pen_printf(pen, "   LOCKED by %s", it->lock.person);
	if (it->lock.until)
		pen_printf(pen, " for %s more",
			   format_age(it->lock.until - view->now_ms, left));
	if (*it->lock.reason)
		pen_printf(pen, ": %s", it->lock.reason);
}

/* Of a wide screen: what the commit is, and what waits. */
static void draw_second(const struct view *view, const struct model *model,
			const struct area *area)
{
	struct pen pen = pen_at(area, 1, 1);
	const struct environment_model *it = focus_of(view, model);
	char age[CLOCK_TEXT_SIZE];

	pen.limit = draw_state(view, model, area);
	if (*model->subject) {
		pen_printf(&pen, "\"%s\"", model->subject);
		pen_role(&pen, ROLE_DIM);
		pen_printf(&pen, "  %s", model->author);
	}
	pen_role(&pen, ROLE_DIM);
	/* An age is for a screen that goes on. */
	if (model->committed && view_run_live(model))
		pen_printf(&pen, ", %s ago",
			   format_age(view->now_ms - model->committed, age));
	if (*model->person)
		pen_printf(&pen, "   started by %s", model->person);
	if (it && *it->live_version)
		pen_printf(&pen, "   live: %s", it->live_version);
	if (it && it->lock.locked)
		draw_lock(view, &pen, it);
}

void header_draw(const struct view *view, const struct model *model,
		 const struct area *area)
{
	draw_first(view, model, area);
	if (area->rows > 1)
		draw_second(view, model, area);
}

/* In the order they yield: the last go first. */
static const struct {
	enum action action;
	const char *key, *text;
	bool right; /* looks, while the left ones change something */
} keys[] = {
	{ACTION_APPROVE, "a", "approve", false},
	{ACTION_REJECT, "x", "reject", false},
	{ACTION_SHIFT, "s", "shift", false},
	{ACTION_ROLLBACK, "B", "roll back", false},
	{ACTION_HOLD, "H", "hold", false},
	{ACTION_PROMOTE, "P", "promote", false},
	{ACTION_CANCEL, "X", "cancel", false},
	{ACTION_SEARCH, "/", "find", true},
	{ACTION_FOLLOW, "f", "follow", true},
	{ACTION_ZOOM, "z", "zoom", true},
	{ACTION_HELP, "?", "help", true},
	{ACTION_QUIT, "q", "quit", true},
};

static bool is_shown(size_t i, int cols)
{
	switch (keys[i].action) {
	case ACTION_HOLD:
		return cols >= 92;
	case ACTION_PROMOTE:
		return cols >= 104;
	case ACTION_CANCEL:
		return cols >= 116;
	case ACTION_SEARCH:
		return cols >= 80;
	case ACTION_FOLLOW:
	case ACTION_ZOOM:
		return cols >= 76;
	default:
		return true;
	}
}

/* Where it is tight, q stands alone. */
static const char *key_text(size_t i, int cols)
{
	return keys[i].action == ACTION_QUIT && cols >= 70 && cols < 92
		       ? ""
		       : keys[i].text;
}

static void draw_key(struct pen *pen, const struct view *view,
		     const struct model *model, size_t i)
{
	struct str why = STR_INIT;
	bool off = view_off(view, model, keys[i].action, &why) != NULL;
	const char *text = key_text(i, pen->area->cols);

	if (keys[i].action == ACTION_HOLD && !off) {
		const struct environment_model *it = model_focus(model);
		const struct stage_model *stage =
			it ? model_stage(model, it->stage) : NULL;

		if (stage && stage->held)
			text = "let go";
	}
	if (off)
		pen_role(pen, ROLE_OFF);
	else
		pen_bold(pen, ROLE_KEY);
	pen_text(pen, keys[i].key);
	pen_role(pen, off ? ROLE_OFF : ROLE_NORMAL);
	if (*text)
		pen_printf(pen, " %s", text);
	str_release(&why);
}

/* Where there is room: why keys are off, those of one reason together. */
static void draw_reasons(struct pen *pen, const struct view *view,
			 const struct model *model)
{
	struct str why = STR_INIT, text = STR_INIT, last = STR_INIT;

	for (size_t i = 0; i < sizeof(keys) / sizeof(keys[0]); i++) {
		if (!view_off(view, model, keys[i].action, &why))
			continue;
		if (strcmp(why.data, last.data) == 0) {
			str_addf(&text, " %s", keys[i].key);
			continue;
		}
		if (last.len)
			str_addf(&text, ": %s;  ", last.data);
		str_addf(&text, "%s", keys[i].key);
		str_clear(&last);
		str_add(&last, why.data);
	}
	if (last.len) {
		pen->col++;
		pen_role(pen, ROLE_OFF);
		pen_printf(pen, "off: %s: %s", text.data, last.data);
	}
	str_release(&why);
	str_release(&text);
	str_release(&last);
}

static void draw_keys(const struct view *view, const struct model *model,
		      const struct area *area)
{
	struct pen pen = pen_at(area, 0, 1);
	int right = area->cols - 1;

	for (size_t i = sizeof(keys) / sizeof(keys[0]); i > 0; i--) {
		struct pen it = pen;
		int width = (int)strlen(key_text(i - 1, area->cols));

		if (!keys[i - 1].right || !is_shown(i - 1, area->cols))
			continue;
		right -= width + (width ? 2 : 1);
		it.col = right;
		draw_key(&it, view, model, i - 1);
		right -= 2;
	}
	pen.limit = right;
	for (size_t i = 0; i < sizeof(keys) / sizeof(keys[0]); i++) {
		if (keys[i].right || !is_shown(i, area->cols))
			continue;
		draw_key(&pen, view, model, i);
		pen.col += area->cols < 76 ? 1 : 2;
	}
	if (area->cols >= 160)
		draw_reasons(&pen, view, model);
}

void footer_draw(const struct view *view, const struct model *model,
		 const struct area *area)
{
	struct pen pen = pen_at(area, 0, 1);

	if (view->dialog) {
		const char *paste = view->dialog->label
					    ? "a paste enters the text box"
					    : "a paste does nothing";

		pen_role(&pen, ROLE_DIM);
		pen_text(&pen, "the panels' keys are off while this is open");
		if (pen.col + 2 + (int)strlen(paste) < area->cols)
			pen_right(&pen, area->cols - 1, paste);
	} else if (*view->toast) {
		pen_bold(&pen, view->toast_warns ? ROLE_WARNING : ROLE_NORMAL);
		if (view->toast_warns) {
			pen_glyph(&pen, GLYPH_WARNING);
			pen_code(&pen, ' ');
		}
		pen_text(&pen, view->toast);
	} else {
		draw_keys(view, model, area);
	}
}
