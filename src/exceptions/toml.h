/* SPDX-License-Identifier: MIT */
/*
 * TOML 1.0 text as a list of tables, for the ignore file of OSV-Scanner.
 *
 *	struct toml toml;
 *	if (toml_parse(&toml, text, "osv-scanner.toml", &err) < 0)
 *		... with name:line
 *	for (size_t i = 0; i < toml.count; i++)
 *		toml_find(&toml.tables[i], "id");
 *	toml_release(&toml);
 *
 * Inline tables and dotted keys are the same as keys with a dot in them;
 * a table below one of [[a list]] is part of that one.
 */
#ifndef SIGNALBOX_EXCEPTIONS_TOML_H
#define SIGNALBOX_EXCEPTIONS_TOML_H

#include <stdbool.h>
#include <stddef.h>

#include "base/error.h"

enum toml_kind {
	TOML_TEXT,
	TOML_NUMBER,
	TOML_BOOL,
	TOML_MOMENT, /* a date, a time or both */
	TOML_LIST,   /* its text is not kept; tables in it are tables */
	TOML_TABLE,  /* that it is there */
};

struct toml_value {
	char *key;  /* "vulnerability.ignore" */
	char *text; /* as meant: without quotes and escapes */
	enum toml_kind kind;
	int line;
};

struct toml_table {
	char *name; /* "" of what stands above every table */
	bool listed;
	int line;
	struct toml_value *values;
	size_t count, cap;
};

struct toml {
	struct toml_table *tables; /* at least one */
	size_t count, cap;
};

#define TOML_DEPTH_LIMIT 32
#define TOML_KEY_LIMIT 256    /* of a table */
#define TOML_TABLE_LIMIT 1000 /* those of lists not counted */

/* On failure it is empty and need not be released. */
int toml_parse(struct toml *toml, const char *text, const char *name,
	       struct error *err) MUST_CHECK;
void toml_release(struct toml *toml);
/* In any case of letters, as OSV-Scanner reads them; NULL: not there. */
const struct toml_value *toml_find(const struct toml_table *table,
				   const char *key);

#endif
