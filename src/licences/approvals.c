/* SPDX-License-Identifier: MIT */
#include "licences/approvals.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/memory.h"
#include "base/str.h"
#include "base/strings.h"
#include "base/vector.h"

#define BYTE_ORDER_MARK "\xef\xbb\xbf"

struct csv {
	const char *at;
	int line; /* of the row that was read last */
	int next_line;
};

static bool ends_field(char c)
{
	return !c || c == ',' || c == '\n' || c == '\r';
}

/* Up to the closing quote; "" in it is one quote. */
static bool read_quoted(struct csv *csv, struct str *field)
{
	for (csv->at++; *csv->at; csv->at++) {
		if (*csv->at == '"' && csv->at[1] != '"') {
			csv->at++;
			csv->at += strspn(csv->at, " \t");
			return ends_field(*csv->at);
		}
		if (*csv->at == '"')
			csv->at++;
		csv->next_line += *csv->at == '\n';
		str_add_char(field, *csv->at);
	}
	return false;
}

static bool read_field(struct csv *csv, struct strings *row)
{
	struct str field = STR_INIT;
	bool whole = true;

	csv->at += strspn(csv->at, " \t");
	if (*csv->at == '"')
		whole = read_quoted(csv, &field);
	else
		while (!ends_field(*csv->at))
			str_add_char(&field, *csv->at++);
	while (field.len && strchr(" \t", field.data[field.len - 1]))
		str_truncate(&field, field.len - 1);
	strings_add_owned(row, str_detach(&field));
	return whole;
}

/* False where a quote has no end or is followed by more. */
static bool read_row(struct csv *csv, struct strings *row)
{
	csv->line = csv->next_line;
	do {
		if (!read_field(csv, row))
			return false;
	} while (*csv->at == ',' && csv->at++);
	csv->at += *csv->at == '\r';
	csv->next_line += *csv->at == '\n';
	csv->at += *csv->at == '\n';
	return true;
}

static bool is_one_of(const char *text, const char *a, const char *b)
{
	return strcasecmp(text, a) == 0 || strcasecmp(text, b) == 0;
}

struct columns {
	size_t package, license, count;
};

/* Whether the row is a heading, and then where the two stand. */
static bool read_heading(const struct strings *row, struct columns *columns)
{
	int found = 0;

	for (size_t i = 0; i < row->count; i++) {
		if (is_one_of(row->items[i], "package", "name")) {
			columns->package = i;
			found |= 1;
		} else if (is_one_of(row->items[i], "license", "licence")) {
			columns->license = i;
			found |= 2;
		}
	}
	if (found == 3)
		columns->count = row->count;
	return found == 3;
}

static int add_row(struct approvals *approvals, const struct strings *row,
		   const struct columns *columns, const char *where,
		   struct error *err)
{
	const char *package, *license;

	if (row->count == 1 && !*row->items[0])
		return 0; /* an empty line */
	if (row->count != columns->count)
		return error_set(err, ERROR_FAILED,
				 "%s: the row has %zu fields, not %zu: write "
				 "PACKAGE,LICENCE, and quotes around a comma",
				 where, row->count, columns->count);
	package = row->items[columns->package];
	license = row->items[columns->license];
	if (!*package || !*license)
		return error_set(err, ERROR_FAILED, "%s: the row names no %s",
				 where, *package ? "licence" : "package");
	*VECTOR_ADD(approvals->items, approvals->count, approvals->cap) =
		(struct approval){xstrdup(package), xstrdup(license)};
	return 0;
}

int approvals_parse(struct approvals *approvals, const char *text,
		    const char *name, struct error *err)
{
	struct csv csv = {.at = text, .next_line = 1};
	struct columns columns = {0, 1, 2};
	int result = 0;

	*approvals = (struct approvals){0};
	if (starts_with(text, BYTE_ORDER_MARK))
		csv.at += strlen(BYTE_ORDER_MARK);
	for (bool first = true; result == 0 && *csv.at; first = false) {
		struct strings row = STRINGS_INIT;
		bool whole = read_row(&csv, &row);
		char *where = xasprintf("%s:%d", name, csv.line);

		if (!whole)
			result = error_set(err, ERROR_FAILED,
					   "%s: a quote has no end", where);
		else if (!first || !read_heading(&row, &columns))
			result = add_row(approvals, &row, &columns, where, err);
		free(where);
		strings_release(&row);
	}
	if (result < 0)
		approvals_release(approvals);
	return result;
}

void approvals_release(struct approvals *approvals)
{
	for (size_t i = 0; i < approvals->count; i++) {
		free(approvals->items[i].package);
		free(approvals->items[i].license);
	}
	free(approvals->items);
	*approvals = (struct approvals){0};
}

/* pkg:npm/a covers pkg:npm/a@1.2 and pkg:npm/a?x, not pkg:npm/ab. */
static bool is_purl_of(const char *text, const char *purl)
{
	size_t len = strlen(text);

	return starts_with(text, "pkg:") && purl && starts_with(purl, text) &&
	       strchr("@?#", purl[len]);
}

bool approvals_have(const struct approvals *approvals, const char *package,
		    const char *purl, const char *license)
{
	for (size_t i = 0; license && i < approvals->count; i++) {
		const struct approval *it = &approvals->items[i];

		if (strcasecmp(it->license, license) == 0 &&
		    ((package && strcasecmp(it->package, package) == 0) ||
		     is_purl_of(it->package, purl)))
			return true;
	}
	return false;
}
