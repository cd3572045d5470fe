/* SPDX-License-Identifier: MIT */
#include "ui/palette.h"

#include <ctype.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/vector.h"
#include "ui/board.h"
#include "ui/theme.h"

struct palette {
	struct palette_entry *entries;
	size_t count, cap;
	size_t *shown;
	size_t shown_count;
};

/* How well an entry fits what was typed, best first. */
enum fit { FIT_WHOLE, FIT_START, FIT_WORD, FIT_PART, FIT_LETTERS, FIT_NONE };

static const struct {
	enum action action;
	const char *takes;
} takers[] = {
	{ACTION_APPROVE, "NOTE"}, {ACTION_REJECT, "REASON"},
	{ACTION_SHIFT, "N"},	  {ACTION_SEARCH, "TEXT"},
	{ACTION_FILTER, "TEXT"},  {ACTION_HELP, "TEXT"},
	{ACTION_GOTO, "STAGE"},	  {ACTION_PANEL_2, "STAGE"},
	{ACTION_THEME, "NAME"},	  {ACTION_SHIPS, "ENVIRONMENT"},
};

static const char *takes(const struct view *view, enum action action)
{
	if ((action == ACTION_ROLLBACK || action == ACTION_DRILL) &&
	    view->board)
		return "ENVIRONMENT";
	for (size_t i = 0; i < ARRAY_SIZE(takers); i++)
		if (takers[i].action == action)
			return takers[i].takes;
	return NULL;
}

/* argument: NULL for the action alone. */
static void add(struct palette *palette, const struct view *view,
		const struct model *model, enum action action,
		const char *argument)
{
	struct palette_entry *entry =
		VECTOR_ADD(palette->entries, palette->count, palette->cap);
	const char *name = action_info(action)->name;
	struct str why = STR_INIT;
	const char *off = view_idle(view, model, action, &why);

	*entry = (struct palette_entry){
		.action = action,
		.text = argument ? xasprintf("%s %s", name, argument)
				 : xstrdup(name),
		.argument = argument ? strlen(name) + 1 : 0,
		.takes = argument ? NULL : takes(view, action),
		.off = xstrdup(off ? off : ""),
	};
	str_release(&why);
}

static void add_shares(struct palette *palette, const struct view *view,
		       const struct model *model)
{
	const struct environment_model *it = model_focus(model);
	const struct stage_model *stage =
		it ? model_stage(model, it->stage) : NULL;
	char share[32];

	for (size_t i = 0; stage && i < stage->step_count; i++) {
		if (isnan(stage->steps[i].weight))
			continue;
		snprintf(share, sizeof(share), "%g", stage->steps[i].weight);
		add(palette, view, model, ACTION_SHIFT, share);
	}
}

/* Why it is off is its own, not that of the chosen row. */
static void add_way_back(struct palette *palette, const struct view *view,
			 const struct model *model,
			 const struct environment_model *it, enum action action)
{
	struct palette_entry *entry;
	const char *off = view->watch_only ? "this screen only watches"
					   : view_back_off(view, it, action);

	add(palette, view, model, action, it->name);
	entry = &palette->entries[palette->count - 1];
	free(entry->off);
	entry->off = xstrdup(off ? off : "");
}

static void add_arguments(struct palette *palette, const struct view *view,
			  const struct model *model)
{
	struct strings themes = STRINGS_INIT;

	if (!view->board) {
		for (size_t i = 0; i < model->stage_count; i++)
			add(palette, view, model, ACTION_GOTO,
			    model->stages[i].name);
		for (size_t i = 0; i < model->stage_count; i++)
			add(palette, view, model, ACTION_PANEL_2,
			    model->stages[i].name);
	}
	for (size_t i = 0; i < model->environment_count; i++)
		add(palette, view, model, ACTION_SHIPS,
		    model->environments[i].name);
	for (size_t i = 0; view->board && i < model->environment_count; i++) {
		const struct environment_model *it = &model->environments[i];

		add_way_back(palette, view, model, it, ACTION_ROLLBACK);
		add_way_back(palette, view, model, it, ACTION_DRILL);
	}
	add_shares(palette, view, model);
	theme_list(&themes);
	for (size_t i = 0; i < themes.count; i++)
		add(palette, view, model, ACTION_THEME, themes.items[i]);
	strings_release(&themes);
}

struct palette *palette_new(const struct view *view, const struct model *model)
{
	struct palette *palette = xcalloc(1, sizeof(*palette));

	for (int i = ACTION_NONE + 1; i < ACTION_COUNT; i++)
		if (i != ACTION_PALETTE)
			add(palette, view, model, (enum action)i, NULL);
	add_arguments(palette, view, model);
	palette->shown = xcalloc(palette->count, sizeof(*palette->shown));
	palette_filter(palette, "");
	return palette;
}

void palette_free(struct palette *palette)
{
	if (!palette)
		return;
	for (size_t i = 0; i < palette->count; i++) {
		free(palette->entries[i].text);
		free(palette->entries[i].off);
	}
	free(palette->entries);
	free(palette->shown);
	free(palette);
}

static bool has_letters(const char *text, const char *typed)
{
	for (; *text && *typed; text++)
		if (tolower((unsigned char)*text) ==
		    tolower((unsigned char)*typed))
			typed++;
	return !*typed;
}

static enum fit fit_of_name(const char *text, const char *typed)
{
	size_t len = strlen(typed);
	enum fit best = FIT_NONE;

	if (strcasecmp(text, typed) == 0)
		return FIT_WHOLE;
	if (strncasecmp(text, typed, len) == 0)
		return FIT_START;
	for (const char *at = text; *at; at++)
		if (strncasecmp(at, typed, len) == 0) {
			if (at > text && (at[-1] == ' ' || at[-1] == '-'))
				return FIT_WORD;
			best = FIT_PART;
		}
	if (best == FIT_NONE && has_letters(text, typed))
		best = FIT_LETTERS;
	return best;
}

/* A key is typed as it is: B is not b. */
static bool is_key_of(enum action action, const char *typed)
{
	const char *keys = action_info(action)->keys;
	const char *at = strstr(keys, typed);
	size_t len = strlen(typed);

	return *typed && at && (at == keys || at[-1] == ' ') &&
	       (!at[len] || at[len] == ' ');
}

static enum fit fit_of(const struct palette_entry *entry, const char *typed)
{
	size_t len = strlen(entry->text);

	if (!*typed)
		return FIT_START;
	if (!entry->argument && is_key_of(entry->action, typed))
		return FIT_WHOLE;
	if (entry->takes && strncasecmp(typed, entry->text, len) == 0 &&
	    typed[len] == ' ')
		return FIT_WORD;
	return fit_of_name(entry->text, typed);
}

void palette_filter(struct palette *palette, const char *typed)
{
	palette->shown_count = 0;
	for (int fit = FIT_WHOLE; fit < FIT_NONE; fit++)
		for (size_t i = 0; i < palette->count; i++)
			if (fit_of(&palette->entries[i], typed) ==
			    (enum fit)fit)
				palette->shown[palette->shown_count++] = i;
}

const struct palette_entry *palette_shown(const struct palette *palette,
					  size_t i)
{
	return i < palette->shown_count ? &palette->entries[palette->shown[i]]
					: NULL;
}

const char *palette_argument(const struct palette_entry *entry,
			     const char *typed)
{
	size_t len = strlen(entry->text);

	if (entry->argument)
		return entry->text + entry->argument;
	if (!entry->takes || strncasecmp(typed, entry->text, len) != 0 ||
	    typed[len] != ' ')
		return "";
	typed += len;
	return typed + strspn(typed, " ");
}
