/* SPDX-License-Identifier: MIT */
/* A finding whole, and an exception drafted for it. */
#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <time.h>

#include "base/clock.h"
#include "base/memory.h"
#include "exceptions/exceptions.h"
#include "exceptions/record.h"
#include "report/value.h"
#include "ui/dialog.h"
#include "ui/draft.h"
#include "ui/input.h"
#include "ui/table.h"

#define LINE_COLS 70

const struct finding_model *view_finding(const struct view *view,
					 const struct model *model)
{
	size_t at = view->scroll[PANEL_SECURITY];

	if (view->table)
		return table_at(view);
	if (!model->finding_count)
		return NULL;
	return &model->findings[at < model->finding_count
					? at
					: model->finding_count - 1];
}

/* A long text in lines cut after words. */
static void add_text(struct dialog *dialog, const char *text)
{
	while (*text) {
		size_t len = strlen(text);
		size_t cut = len;

		if (len > LINE_COLS) {
			cut = LINE_COLS;
			while (cut > LINE_COLS / 2 && text[cut] != ' ')
				cut--;
			if (text[cut] != ' ')
				cut = LINE_COLS;
			while (cut > 1 && (text[cut] & 0xc0) == 0x80)
				cut--;
		}
		dialog_fact(dialog, ROLE_NORMAL, "%.*s", (int)cut, text);
		text += cut;
		text += *text == ' ';
	}
}

static void add_title(struct dialog *dialog, const char *verb,
		      const struct finding_model *it)
{
	char *severity = xstrdup(it->severity);

	for (char *c = severity; *c; c++)
		*c = (char)toupper((unsigned char)*c);
	dialog_titlef(dialog, "%s%s %s", verb, severity, it->id);
	free(severity);
}

static void add_place(struct dialog *dialog, const struct finding_model *it)
{
	if (*it->package)
		dialog_fact(dialog, ROLE_NORMAL, "package  %s %s", it->package,
			    it->installed);
	if (*it->path && it->line)
		dialog_fact(dialog, ROLE_NORMAL, "where    %s:%d", it->path,
			    it->line);
	else if (*it->path)
		dialog_fact(dialog, ROLE_NORMAL, "where    %s", it->path);
}

static void finding_open(struct dialog *dialog, const struct view *view,
			 const struct model *model)
{
	const struct finding_model *it = view_finding(view, model);
	const struct stage_model *stage;
	const char *why;

	if (!it)
		return;
	why = finding_model_why(it);
	add_title(dialog, "", it);
	/* By which it is known again when it is told since when it is there. */
	strings_add(&dialog->steps, it->id);
	strings_add(&dialog->steps, it->path);
	add_text(dialog, it->title);
	add_place(dialog, it);
	dialog_fact(dialog, ROLE_NORMAL, "rule     %s%s%s", it->id,
		    *it->kind ? ", " : "", it->kind);
	dialog_fact(dialog, ROLE_NORMAL, "fix      %s%s",
		    *it->fixed ? "in " : "none is told",
		    *it->fixed ? it->fixed : "");
	stage = *it->stage ? model_stage(model, it->stage) : NULL;
	if (stage && *stage->fail_on)
		dialog_fact(dialog, ROLE_NORMAL,
			    "policy   %s fails on %s and above", it->stage,
			    stage->fail_on);
	if (*it->exception)
		add_text(dialog, it->exception);
	if (*it->lapsed)
		add_text(dialog, it->lapsed);
	if (why)
		dialog_fact(dialog, ROLE_DIM, "%s", why);
	else if (!*it->lapsed)
		dialog_fact(dialog, ROLE_WARNING,
			    "no exception covers it; W drafts one");
}

const struct dialog_ops finding_dialog = {
	.open = finding_open,
	.confirms = "close",
	.leaves = "close",
};

static char *date_of(int64_t ms)
{
	time_t seconds = (time_t)(ms / 1000);
	struct tm parts;
	char text[32];

	gmtime_r(&seconds, &parts);
	strftime(text, sizeof(text), "%Y-%m-%d", &parts);
	return xstrdup(text);
}

/* The dialog keeps what the record is made of: stage, id, scope, severity, and
 * then a day for each choice. */
enum { KEPT_STAGE, KEPT_ID, KEPT_SCOPE, KEPT_SEVERITY, KEPT_DAYS };

static size_t kind_count(void)
{
	size_t count = 0;

	while (record_kinds[count])
		count++;
	return count;
}

/* The last facts are the file, the kind that is chosen, and what is asked. */
static char *kind_text(const struct dialog *dialog)
{
	return xasprintf("kind     %s (%zu of %zu, left and right choose)",
			 record_kinds[dialog->aside], dialog->aside + 1,
			 kind_count());
}

static void choose_kind(struct dialog *dialog, bool next)
{
	size_t count = kind_count();
	char **text;

	if (dialog->fact_count < 2)
		return;
	text = &dialog->facts[dialog->fact_count - 2].text;
	dialog->aside = (dialog->aside + (next ? 1 : count - 1)) % count;
	free(*text);
	*text = kind_text(dialog);
}

static void exception_open(struct dialog *dialog, const struct view *view,
			   const struct model *model)
{
	static const int choices[] = {7, 30, 90, 180};
	const struct finding_model *it = view_finding(view, model);
	char *kind;

	if (!it)
		return;
	add_title(dialog, "EXCEPTION FOR ", it);
	add_place(dialog, it);
	dialog_fact(dialog, ROLE_NORMAL, "owner    %s",
		    view->person ? view->person : "?");
	dialog_fact(dialog, ROLE_DIM,
		    "a draft for review: another person is to fill in "
		    "reviewer:");
	dialog_fact(dialog, ROLE_NORMAL, "file     ...");
	kind = kind_text(dialog);
	dialog_fact(dialog, ROLE_NORMAL, "%s", kind);
	free(kind);
	dialog_fact(dialog, ROLE_DIM,
		    "until (up and down choose), and the reason:");
	strings_add(&dialog->steps, it->stage);
	strings_add(&dialog->steps, it->id);
	strings_add(&dialog->steps, *it->package ? it->package : it->path);
	strings_add(&dialog->steps, it->severity);
	for (size_t i = 0; i < ARRAY_SIZE(choices); i++) {
		char *day;

		if (choices[i] > exception_days(severity_of_word(it->severity)))
			break;
		day = date_of(view->now_ms + choices[i] * DAY_MS);
		strings_addf(&dialog->choices, "%s, %d days", day, choices[i]);
		strings_add_owned(&dialog->steps, day);
	}
	dialog->label = "reason";
}

void finding_draft(struct view *view, const struct model *model,
		   const struct finding_model *it)
{
	const char *why = it ? finding_model_why(it) : NULL;
	char *text;

	if (!it) {
		view_toast(view, true, "there is no finding here");
	} else if (view->watch_only) {
		view_toast(view, true, "W is off: this screen only watches");
	} else if (why) {
		text = xasprintf("W is off: %s", why);
		view_toast(view, true, text);
		free(text);
	} else {
		dialog_open(view, model, &exception_dialog);
		draft_ask_where(view, it->stage);
	}
}

void finding_draft_goes(struct view *view, const char *stage, const char *file)
{
	struct dialog *dialog = view->dialog;
	char **text;

	if (!dialog || dialog->ops != &exception_dialog ||
	    !dialog->steps.count || dialog->fact_count < 3 ||
	    strcmp(dialog->steps.items[KEPT_STAGE], stage) != 0)
		return;
	text = &dialog->facts[dialog->fact_count - 3].text;
	free(*text);
	*text = xasprintf("file     %s", file);
}

static bool exception_confirm(struct dialog *dialog, struct view *view,
			      const struct model *model)
{
	const char *why = record_reason_is_poor(dialog->field.data);
	char **kept = dialog->steps.items;

	(void)model;
	if (!dialog->steps.count)
		return true;
	if (why)
		return dialog_complain(dialog, why);
	if (!view->person || !*view->person)
		return dialog_complain(dialog, "it is not known who you are");
	draft_ask(view, kept[KEPT_STAGE],
		  &(struct record){
			  .id = kept[KEPT_ID],
			  .scope = kept[KEPT_SCOPE],
			  .reason = dialog->field.data,
			  /* The first is meant where none is told. */
			  .kind = dialog->aside
					  ? (char *)record_kinds[dialog->aside]
					  : NULL,
			  .owner = (char *)view->person,
			  .until = kept[KEPT_DAYS + dialog->chosen],
			  .severity = kept[KEPT_SEVERITY],
		  });
	return true;
}

static void exception_input(struct dialog *dialog, int input)
{
	if (input == INPUT_LEFT || input == INPUT_RIGHT)
		choose_kind(dialog, input == INPUT_RIGHT);
	else
		dialog_steer(dialog, input);
}

const struct dialog_ops exception_dialog = {
	.open = exception_open,
	.confirm = exception_confirm,
	.input = exception_input,
	.confirms = "write the draft",
};
