/* SPDX-License-Identifier: MIT */
/* The table's state: its rows in order, and its keys. */
#include "ui/table.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "ui/dialog.h"
#include "ui/since.h"

static const struct table_rows *rows_of(const struct table_view *table)
{
	return &table->data->rows[table->kind];
}

static const struct table_row *row_at(const struct table_view *table, size_t at)
{
	return table->data && at < table->shown_count
		       ? &rows_of(table)->items[table->shown[at]]
		       : NULL;
}

static char *lower(const char *text)
{
	char *copy = xstrdup(text);

	for (char *c = copy; *c; c++)
		*c = (char)tolower((unsigned char)*c);
	return copy;
}

/* A title may well have "zipOpenNewFile" in it. */
static bool has_word(const struct table_row *row, const char *word)
{
	return strstr(row->hay, strcmp(word, "new") == 0 ? "is:new" : word) !=
	       NULL;
}

/* Every word must be there. */
static bool passes(const struct table_row *row, const char *words)
{
	char word[256];

	while (*words) {
		size_t len = strcspn(words, " ");

		if (len && len < sizeof(word)) {
			memcpy(word, words, len);
			word[len] = '\0';
			if (!has_word(row, word))
				return false;
		}
		words += len;
		words += *words == ' ';
	}
	return true;
}

struct sorted {
	struct table_cell cell;
	size_t row;
};

static int compare(const void *a, const void *b)
{
	const struct sorted *x = a;
	const struct sorted *y = b;
	int order;

	if (x->cell.key != y->cell.key)
		return x->cell.key < y->cell.key ? -1 : 1;
	order = strcmp(x->cell.text ? x->cell.text : "\xff",
		       y->cell.text ? y->cell.text : "\xff");
	return order ? order : (x->row > y->row) - (x->row < y->row);
}

static void count_found(struct table_view *table)
{
	table->found = 0;
	for (size_t i = 0; *table->find && i < table->shown_count; i++)
		table->found +=
			strstr(row_at(table, i)->hay, table->find) != NULL;
}

static void stand_at(struct table_view *table, size_t row)
{
	table->at = 0;
	for (size_t i = 0; i < table->shown_count; i++)
		if (table->shown[i] == row)
			table->at = i;
}

static void look(struct table_view *table)
{
	const struct table_row *row = row_at(table, table->at);

	if (row && table->kind == TABLE_FINDINGS)
		table->finding = table_finding(table->data, row);
}

/* Anew, with the cursor on the same row. */
static void arrange(struct table_view *table)
{
	const struct table_row *was = row_at(table, table->at);
	size_t row = was ? (size_t)(was - rows_of(table)->items) : 0;
	size_t count = table->data ? rows_of(table)->count : 0;
	struct sorted *sorted = xcalloc(count ? count : 1, sizeof(*sorted));
	size_t kept = 0;

	for (size_t i = 0; i < count; i++) {
		const struct table_row *it = &rows_of(table)->items[i];

		if (passes(it, table->filter))
			sorted[kept++] =
				(struct sorted){it->cells[table->sort], i};
	}
	qsort(sorted, kept, sizeof(*sorted), compare);
	free(table->shown);
	table->shown = xcalloc(kept ? kept : 1, sizeof(*table->shown));
	for (size_t i = 0; i < kept; i++)
		table->shown[i] = sorted[i].row;
	table->shown_count = kept;
	free(sorted);
	stand_at(table, was ? row : SIZE_MAX);
	count_found(table);
	look(table);
}

/* By the first column that says something. */
static void sort_first(struct table_view *table)
{
	int count = table_shape(table->kind)->column_count;

	table->sort = 0;
	while (table->data && rows_of(table)->count &&
	       table->sort < count - 1 && !rows_of(table)->has[table->sort])
		table->sort++;
}

static void show(struct table_view *table, enum table_kind kind)
{
	table->kind = kind;
	sort_first(table);
	table->shown_count = table->at = 0;
	free(table->filter);
	table->filter = xstrdup("");
	arrange(table);
}

static void stand_first(struct table_view *table)
{
	for (size_t i = 0; table->first && i < table->shown_count; i++) {
		const char *id = row_at(table, i)->cells[1].text;

		if (id && strcmp(id, table->first) == 0) {
			table->at = i;
			break;
		}
	}
	free(table->first);
	table->first = NULL;
	look(table);
}

static void take_data(struct table_view *table, struct table_data *data)
{
	table_data_free(table->data);
	table->data = data;
	table->shown_count = 0;
	if (!table->sort)
		sort_first(table);
	arrange(table);
	stand_first(table);
}

static void ask(struct view *view, const struct model *model)
{
	struct table_view *table = view->table;

	table_data_free(table->asking);
	table->asking = table_data_new(model, view->run_folder);
	table->asked++;
}

void table_open(struct view *view, const struct model *model,
		enum table_kind kind, const char *first)
{
	struct table_view *table;

	table_close(view);
	table = view->table = xcalloc(1, sizeof(*table));
	table->asked = view->tables;
	str_init(&table->page.text);
	table->filter = xstrdup("");
	table->find = xstrdup("");
	table->first = xstrdup_null(first);
	show(table, kind);
	ask(view, model);
}

void table_close(struct view *view)
{
	struct table_view *table = view->table;

	if (!table)
		return;
	ships_page_close(&table->page);
	str_release(&table->page.text);
	table_data_free(table->asking);
	table_data_free(table->data);
	free(table->shown);
	free(table->filter);
	free(table->find);
	free(table->first);
	view->tables = table->asked;
	free(table);
	view->table = NULL;
}

void table_filter(struct view *view, const char *words)
{
	struct table_view *table = view->table;

	free(table->filter);
	table->filter = lower(words);
	arrange(table);
}

/* From the row after the cursor on, around the end. */
static void find_on(struct view *view, bool forward)
{
	struct table_view *table = view->table;
	size_t count = table->shown_count;

	if (!*table->find) {
		view_toast(view, true, "nothing was looked for yet; / does");
		return;
	}
	for (size_t i = 1; i <= count; i++) {
		size_t at = (table->at + (forward ? i : count - i)) % count;

		if (!strstr(row_at(table, at)->hay, table->find))
			continue;
		table->at = at;
		look(table);
		return;
	}
	view_toast(view, true, "no row holds that");
}

void table_find(struct view *view, const char *text)
{
	struct table_view *table = view->table;
	const struct table_row *row = row_at(table, table->at);

	free(table->find);
	table->find = lower(text);
	count_found(table);
	if (*table->find && !(row && strstr(row->hay, table->find)))
		find_on(view, true);
}

const struct finding_model *table_at(const struct view *view)
{
	const struct table_view *table = view->table;

	return table->kind == TABLE_FINDINGS && row_at(table, table->at)
		       ? &table->finding
		       : NULL;
}

static void open_row(struct view *view, const struct model *model)
{
	struct table_view *table = view->table;
	const struct table_row *row = row_at(table, table->at);
	struct str text = STR_INIT;
	char *whole;

	if (!row)
		return;
	if (table->kind == TABLE_FINDINGS) {
		since_ask(view, model, &table->finding);
		dialog_open(view, model, &finding_dialog);
		return;
	}
	whole = table_describe(table->data, table->kind, row);
	str_add(&text, whole);
	ships_page_close(&table->page);
	table->page.title = xstrdup(table_shape(table->kind)->one);
	ships_page_set_owned(&table->page, &text);
	free(whole);
}

static bool move(struct view *view, enum action action)
{
	struct table_view *table = view->table;
	size_t last = table->shown_count ? table->shown_count - 1 : 0;
	size_t page = view->plan.rows > 10 ? (size_t)view->plan.rows - 8 : 2;
	size_t at = table->at;

	switch (action) {
	case ACTION_DOWN:
		at += 1;
		break;
	case ACTION_UP:
		at -= at > 0;
		break;
	case ACTION_PAGE_DOWN:
		at += page;
		break;
	case ACTION_HALF_DOWN:
		at += page / 2;
		break;
	case ACTION_PAGE_UP:
		at = at > page ? at - page : 0;
		break;
	case ACTION_HALF_UP:
		at = at > page / 2 ? at - page / 2 : 0;
		break;
	case ACTION_FIRST:
		at = 0;
		break;
	case ACTION_LAST:
		at = last;
		break;
	default:
		return false;
	}
	table->at = at < last ? at : last;
	look(table);
	return true;
}

static void sort_by(struct table_view *table, bool next)
{
	int count = table_shape(table->kind)->column_count;

	table->sort = (table->sort + (next ? 1 : count - 1)) % count;
	arrange(table);
	table->at = 0;
	look(table);
}

static void leave(struct view *view)
{
	struct table_view *table = view->table;

	if (table->page.title)
		ships_page_close(&table->page);
	else if (*table->filter)
		table_filter(view, "");
	else
		table_close(view);
}

static void draft(struct view *view, const struct model *model)
{
	finding_draft(view, model, table_at(view));
}

/* False: not its own. */
static bool act(struct view *view, const struct model *model,
		enum action action)
{
	struct table_view *table = view->table;
	bool next = action == ACTION_NEXT_PANEL;

	switch (action) {
	case ACTION_OPEN:
		open_row(view, model);
		return true;
	case ACTION_EXCEPT:
		draft(view, model);
		return true;
	case ACTION_SEARCH:
		dialog_open(view, model, &search_dialog);
		return true;
	case ACTION_FILTER:
		dialog_open(view, model, &filter_dialog);
		return true;
	case ACTION_FIND_NEXT:
	case ACTION_FIND_BEFORE:
		find_on(view, action == ACTION_FIND_NEXT);
		return true;
	case ACTION_LEFT:
	case ACTION_SORT_BEFORE:
		sort_by(table, false);
		return true;
	case ACTION_RIGHT:
	case ACTION_SKIP:
		sort_by(table, true);
		return true;
	case ACTION_NEXT_PANEL:
	case ACTION_LAST_PANEL:
		show(table,
		     (enum table_kind)(
			     (table->kind + (next ? 1 : TABLE_KIND_COUNT - 1)) %
			     TABLE_KIND_COUNT));
		return true;
	default:
		return move(view, action);
	}
}

/* The rest is meant for a panel that nobody sees. */
static bool is_of_all(enum action action)
{
	return action_changes(action) || action_plays(action) ||
	       action == ACTION_REDRAW || action == ACTION_SUSPEND ||
	       action == ACTION_INTERRUPT || action == ACTION_HELP ||
	       action == ACTION_PALETTE;
}

bool table_act(struct view *view, const struct model *model, enum action action)
{
	struct table_view *table = view->table;

	if (action == ACTION_CLOSE || action == ACTION_QUIT) {
		leave(view);
		return true;
	}
	if (action >= ACTION_PANEL_1 && action <= ACTION_PANEL_6) {
		table_close(view);
		return false;
	}
	if (action == ACTION_REDRAW) {
		ask(view, model);
		return false;
	}
	if (table->page.title
		    ? ships_page_act(&table->page, view->plan.rows - 2, action)
		    : act(view, model, action))
		return true;
	if (is_of_all(action))
		return false;
	view_toast(view, false,
		   "esc leaves the table; that key is for a panel");
	return true;
}

void table_load(struct view *view)
{
	struct table_data *data = view->table->asking;

	view->table->asking = NULL;
	table_data_load(data);
	take_data(view->table, data);
}

struct loading {
	struct view *view;
	int64_t asked;
	struct table_data *data;
	void (*changed)(void *data);
	void *changed_data;
};

static void load(void *data)
{
	struct loading *loading = data;

	table_data_load(loading->data);
}

static void loaded(void *data)
{
	struct loading *loading = data;
	struct table_view *table = loading->view->table;

	if (table && table->asked == loading->asked)
		take_data(table, loading->data);
	else
		table_data_free(loading->data);
	loading->changed(loading->changed_data);
	free(loading);
}

void table_start(struct helper *helper, struct view *view,
		 void (*changed)(void *data), void *data)
{
	struct loading *loading = xcalloc(1, sizeof(*loading));

	loading->view = view;
	loading->asked = view->table->asked;
	loading->data = view->table->asking;
	loading->changed = changed;
	loading->changed_data = data;
	view->table->asking = NULL;
	helper_run(helper, load, loaded, loading);
}
