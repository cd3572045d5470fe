/* SPDX-License-Identifier: MIT */
/*
 * What ships, over all panels: a list of commits, files, tests and findings,
 * and a page of changes over that. Pure state; who owns the view looks for
 * what is asked (ui/ships-work.h).
 */
#ifndef SIGNALBOX_UI_SHIPS_H
#define SIGNALBOX_UI_SHIPS_H

#include "ui/shipment.h"
#include "ui/view.h"

enum ships_want { SHIPS_WANT_NONE, SHIPS_WANT_DIFF, SHIPS_WANT_COMMIT };

struct ships_line {
	size_t at; /* where it begins in the text */
	enum role role;
};

struct ships_page {  /* a patch, or a commit */
	char *title; /* NULL: none is open */
	struct str text;
	struct ships_line *lines;
	size_t count, cap;
	size_t top;
	int sideways;
	bool is_known;
};

struct ships_view {
	struct shipment *it;
	struct ship_row at; /* selected */
	bool is_asked;	    /* to be looked for, from the start */
	enum ships_want want;
	size_t want_item;
	struct ships_page page;
};

/* Opens it for an environment; NULL: the one in question. */
void ships_open(struct view *view, const struct model *model,
		const char *environment);
void ships_close(struct view *view);
/* False: not an action of it. */
bool ships_act(struct view *view, const struct model *model,
	       enum action action);
void ships_draw(const struct view *view, const struct model *model,
		const struct area *area);
/* What a row says that is no section. */
void ships_item_draw(const struct shipment *it, const struct ship_row *row,
		     struct pen *pen);
/* What was asked has grown. */
void ships_grew(struct view *view);
/* What the page shows; taken over. */
void ships_page_set_owned(struct ships_page *page, struct str *text);
void ships_page_close(struct ships_page *page);
bool ships_page_act(struct ships_page *page, int rows, enum action action);
void ships_page_draw(const struct ships_page *page, const struct area *area);

#endif
