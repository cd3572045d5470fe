/* SPDX-License-Identifier: MIT */
/* The tables in sentences: a row each, by the names of its columns. */
#include "ui/spoken.h"

#include <string.h>

#include "ui/table.h"

#define ROWS_SAID 12

/* The first line of it, and a chain in words. */
static void say_text(struct str *out, const char *text)
{
	size_t len = strcspn(text, "\r\n");

	while (len) {
		bool over = len > 3 && strncmp(text, " > ", 3) == 0;

		str_add_bytes(out, over ? ", then " : text, over ? 7 : 1);
		text += over ? 3 : 1;
		len -= over ? 3 : 1;
	}
}

static void say_row(const struct table_shape *shape,
		    const struct table_row *row, struct strings *lines)
{
	struct str out = STR_INIT;

	for (int i = 0; i < shape->column_count; i++) {
		const char *text = row->cells[i].text;

		if (!text || !*text)
			continue;
		if (out.len) /* the first says what it is by itself */
			str_addf(&out, ", %s ", shape->columns[i].title);
		say_text(&out, text);
	}
	strings_add_owned(lines, str_detach(&out));
}

void spoken_table(struct view *view, const struct model *model,
		  enum table_kind kind, struct strings *lines)
{
	const struct table_shape *shape = table_shape(kind);
	const struct table_view *table;
	const char *why;

	table_open(view, model, kind, NULL);
	table_load(view);
	table = view->table;
	why = table_data_why(table->data, kind);
	if (why)
		strings_addf(lines, "not all of it: %s", why);
	for (size_t i = 0; i < table->shown_count && i < ROWS_SAID; i++)
		say_row(shape, &table->data->rows[kind].items[table->shown[i]],
			lines);
	if (table->shown_count > ROWS_SAID)
		strings_addf(lines, "and %zu more",
			     table->shown_count - ROWS_SAID);
	if (!table->shown_count)
		strings_add(lines, shape->nothing);
	table_close(view);
}
