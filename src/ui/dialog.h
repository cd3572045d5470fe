/* SPDX-License-Identifier: MIT */
/*
 * A question over the panels. Its facts are frozen when it opens; what moves
 * behind it is announced in it. Enter confirms, never the key that opened
 * it; Esc leaves all as it is.
 */
#ifndef SIGNALBOX_UI_DIALOG_H
#define SIGNALBOX_UI_DIALOG_H

#include "base/strings.h"
#include "ui/view.h"

struct dialog;
struct palette;

struct dialog_ops {
	/* Freezes the facts. Required. */
	void (*open)(struct dialog *dialog, const struct view *view,
		     const struct model *model);
	/* What Enter sends, if anything. */
	enum command_kind command;
	/* Enter, where that does more; false: the dialog stays. */
	bool (*confirm)(struct dialog *dialog, struct view *view,
			const struct model *model);
	/* An input the dialog does not know; may be NULL. */
	void (*input)(struct dialog *dialog, int input);
	const char *confirms; /* what Enter does: "roll back now" */
	const char *leaves;   /* what Esc does; NULL: "leave as is" */
	/* Takes what was typed before it was seen: it is the brake, or changes
	 * nothing but the screen. */
	bool at_once;
	int rows; /* of choices, below the text box; 0: as many as there are */
	enum role (*choice_role)(const struct dialog *dialog, size_t choice);
};

struct fact {
	enum role role;
	char *text;
};

struct dialog {
	const struct dialog_ops *ops;
	char *title;
	struct fact *facts;
	size_t fact_count, fact_cap;
	size_t scroll;
	/* A choice, NULL none: one line each, `chosen` marked. */
	struct strings choices;
	size_t chosen;
	size_t aside; /* a second choice, which is the kind's own */
	/* A text box. */
	const char *label; /* NULL: none */
	struct str field;
	bool numeric;
	/* What the command carries. */
	int64_t run, seq;
	char *stage, *environment;
	double weight; /* the candidate's share before */
	/* The plan's shares; promote: its words; help: its table. */
	struct strings steps;
	const char *confirms; /* what Enter does by now; NULL: the kind's */
	bool unhold;
	struct palette *palette; /* freed with it; NULL none */
	size_t recalled;	 /* so many inputs back; 0 none */
	bool wary; /* Enter opened it: another key goes before the next one */
	/* Announcements. */
	char *moved; /* what changed behind it, "" */
	char *complaint;
	int64_t deaf_until_ms; /* clock_ms; 0: hears at once */
};

extern const struct dialog_ops finding_dialog, exception_dialog;
extern const struct dialog_ops approve_dialog, reject_dialog, shift_dialog,
	hold_dialog, promote_dialog, next_dialog, rollback_dialog, drill_dialog,
	cancel_dialog, quit_dialog, help_dialog, reason_dialog, search_dialog,
	filter_dialog, palette_dialog;

void dialog_open(struct view *view, const struct model *model,
		 const struct dialog_ops *ops);
void dialog_close(struct view *view);
/* Puts a text into its box, if it has one, as if it had been typed. */
void dialog_fill(struct dialog *dialog, const char *text);
/* pasted: it may only enter the text box. */
void dialog_input(struct view *view, const struct model *model, int input,
		  bool pasted);
/* Announces what moved since the facts were frozen. */
void dialog_update(struct view *view, const struct model *model);
void dialog_draw(const struct dialog *dialog, struct grid *grid);

/* For the kinds. */
void dialog_titlef(struct dialog *dialog, const char *format, ...)
	PRINTF_LIKE(2, 3);
void dialog_fact(struct dialog *dialog, enum role role, const char *format, ...)
	PRINTF_LIKE(3, 4);
void dialog_clear_facts(struct dialog *dialog);
void dialog_target(struct dialog *dialog, const char *stage,
		   const char *environment);
/* Arrows, and j k without a text box: the choice, else the facts. */
bool dialog_steer(struct dialog *dialog, int input);
bool dialog_complain(struct dialog *dialog, const char *text); /* false */
const char *dialog_confirms(const struct dialog *dialog);
/* A command with the dialog's target and sequence. */
struct command dialog_command(const struct dialog *dialog,
			      enum command_kind kind);

#endif
