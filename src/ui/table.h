/* SPDX-License-Identifier: MIT */
/*
 * What the reports of a run say, as a table over all panels: findings,
 * tests, licences, coverage; sorted by a column, with a filter and a search.
 * Pure state but for table_load(), which a helper calls.
 *
 *	table_open(view, model, TABLE_FINDINGS, NULL);
 *	... table_start(helper, view, changed, data), once it is asked ...
 *	table_act(view, model, action); table_draw(view, model, &area);
 */
#ifndef SIGNALBOX_UI_TABLE_H
#define SIGNALBOX_UI_TABLE_H

#include "loop/helper.h"
#include "ui/ships.h"
#include "ui/table-data.h"

struct table_view {
	enum table_kind kind;
	struct table_data *data;   /* NULL until it is loaded */
	struct table_data *asking; /* to be loaded; NULL: nothing is */
	int64_t asked;		   /* so many'th; an older answer is dropped */
	size_t *shown;		   /* rows, filtered and sorted */
	size_t shown_count;
	size_t at; /* of shown */
	int sort;  /* a column */
	char *filter, *find;
	size_t found; /* of those shown, how many hold it */
	char *first;  /* the id of the finding to stand at; NULL none */
	struct finding_model finding; /* at the cursor; borrows its texts */
	struct ships_page page;
};

/* first: where to stand, by a finding's id; NULL: at the top. */
void table_open(struct view *view, const struct model *model,
		enum table_kind kind, const char *first);
void table_close(struct view *view);
/* False: not an action of it. */
bool table_act(struct view *view, const struct model *model,
	       enum action action);
void table_draw(const struct view *view, const struct model *model,
		const struct area *area);
/* Only rows that hold every word; "" all. */
void table_filter(struct view *view, const char *words);
void table_find(struct view *view, const char *text);
/* The finding under the cursor, NULL when there is none. */
const struct finding_model *table_at(const struct view *view);

/* What was asked is read on a helper, then changed(data). */
void table_start(struct helper *helper, struct view *view,
		 void (*changed)(void *data), void *data);
/* The same here and now. */
void table_load(struct view *view);

#endif
