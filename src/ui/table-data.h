/* SPDX-License-Identifier: MIT */
/*
 * The rows of a table: all that the reports of a run say, in cells of text
 * and of numbers to sort them by. Made on a helper, then only read.
 */
#ifndef SIGNALBOX_UI_TABLE_DATA_H
#define SIGNALBOX_UI_TABLE_DATA_H

#include "evidence/kept.h"
#include "model/model.h"
#include "ui/draw.h"

enum table_kind {
	TABLE_FINDINGS,
	TABLE_TESTS,
	TABLE_LICENCES,
	TABLE_COVERAGE,
	TABLE_KIND_COUNT
};

#define TABLE_COLUMNS 9

struct table_cell {
	const char *text; /* foreign; NULL: nothing */
	int64_t key;	  /* sorts before the text */
};

struct table_row {
	struct table_cell cells[TABLE_COLUMNS];
	const char *hay; /* in lower case: all that a filter looks in */
	enum role role;	 /* of its first cell */
	bool dim;	 /* it does not count */
	const char *stage;
	size_t source, item; /* where it came from */
};

struct table_column {
	const char *title;
	int width;    /* 0: what is left */
	int priority; /* those of the highest numbers go first; 0 never */
	bool right;
	int instead; /* the column that is told here, shortly, where this one is
		      * empty and that has no room; 0 none */
	enum cut cut; /* the side that yields */
	int least;    /* of what is left, that it is worth a column */
};

struct table_shape {
	const char *name, *one, *many; /* "FINDINGS", "finding", ... */
	const char *nothing;	       /* what to say when there is none */
	const char *hint;	       /* words that a filter knows */
	struct table_column columns[TABLE_COLUMNS];
	int column_count;
};

/* What one stage has. */
struct table_source {
	char *stage;
	char *evidence; /* what the run told of what it kept, "" nothing */
	bool is_over;
	struct kept kept;
	/* What the run told of it, where nothing is kept; owns no text. */
	struct finding_model *findings;
	size_t finding_count, finding_cap;
	struct test_model *tests;
	size_t test_count, test_cap;
	char *why; /* it is not all there is, and why; NULL it is */
	/* It has read a report of them. */
	bool has_tests, has_findings;
	/* Its first report of them that could not be read, NULL none. */
	char *unread_tests, *unread_findings;
};

struct table_rows {
	struct table_row *items;
	size_t count, cap;
	bool has[TABLE_COLUMNS];   /* columns with a text in some row */
	int widest[TABLE_COLUMNS]; /* in bytes, that text or what is instead */
};

struct table_data {
	char *run_folder; /* NULL: nothing is kept */
	struct table_source *sources;
	size_t source_count;
	struct table_rows rows[TABLE_KIND_COUNT];
	struct report_pool *texts;
	bool many; /* more than one stage has findings */
};

const struct table_shape *table_shape(enum table_kind kind);

/* Copies what the model knows. */
struct table_data *table_data_new(const struct model *model,
				  const char *run_folder);
/* Reads what is kept and makes the rows. Blocks. */
void table_data_load(struct table_data *data);
void table_data_free(struct table_data *data);
/* Why not all of a table is here, NULL when it is. */
const char *table_data_why(const struct table_data *data, enum table_kind kind);
/* The finding of a row, as the panels have it; borrows its texts. */
struct finding_model table_finding(const struct table_data *data,
				   const struct table_row *row);
/* The whole of a row, a line each field; the caller's. */
char *table_describe(const struct table_data *data, enum table_kind kind,
		     const struct table_row *row);

#endif
