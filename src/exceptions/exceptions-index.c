/* SPDX-License-Identifier: MIT */
#include "exceptions/exceptions-index.h"

#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "base/vector.h"

struct slice {
	const char *text;
	size_t len;
};

struct exception_key {
	struct slice id; /* "": any */
	struct slice where;
	int line;  /* 0: any */
	size_t at; /* of the exceptions */
};

/* Where those stand that name packages by purl, for what has none told. */
#define NO_PURL "\1"

static struct slice slice_of(const char *text)
{
	return (struct slice){text ? text : "", text ? strlen(text) : 0};
}

/* Of a purl what no version and no qualifier is part of. */
static struct slice name_of(const char *purl)
{
	return (struct slice){purl ? purl : "",
			      purl ? strcspn(purl, "@?#") : 0};
}

static int compare_slices(const struct slice *a, const struct slice *b)
{
	size_t len = a->len < b->len ? a->len : b->len;
	int order = memcmp(a->text, b->text, len);

	return order ? order : (a->len > b->len) - (a->len < b->len);
}

static int compare(const struct exception_key *a, const struct exception_key *b)
{
	int order = compare_slices(&a->id, &b->id);

	if (!order)
		order = compare_slices(&a->where, &b->where);
	return order ? order : (a->line > b->line) - (a->line < b->line);
}

static int by_key(const void *a, const void *b)
{
	const struct exception_key *left = a, *right = b;
	int order = compare(left, right);

	return order ? order : (left->at > right->at) - (left->at < right->at);
}

static void add_key(struct exceptions *all, size_t at, const char *id,
		    struct slice where, int line)
{
	*VECTOR_ADD(all->keys, all->key_count, all->key_cap) =
		(struct exception_key){slice_of(id), where, line, at};
}

static void add_keys(struct exceptions *all, size_t at, const char *id)
{
	const struct exception *it = &all->items[at];

	if (it->package)
		add_key(all, at, id, slice_of(it->package), it->at_line);
	else if (it->scoped)
		add_key(all, at, id, slice_of(it->record.scope), it->at_line);
	else if (!it->purls.count)
		add_key(all, at, id, slice_of(""), it->at_line);
	else
		add_key(all, at, id, slice_of(NO_PURL), it->at_line);
	for (size_t i = 0; !it->package && !it->scoped && i < it->purls.count;
	     i++)
		add_key(all, at, id, name_of(it->purls.items[i]), it->at_line);
}

static void refuse(struct exception *it)
{
	it->state = EXCEPTION_INVALID;
	free(it->why);
	it->why = xasprintf("is one of more than %d alike: of one id, and of "
			    "one package or path",
			    EXCEPTIONS_ALIKE);
}

static void refuse_many(struct exceptions *all)
{
	const struct exception_key *keys = all->keys;
	const struct slice no_purl = slice_of(NO_PURL);
	size_t alike = 0;

	for (size_t i = 1; i < all->key_count; i++) {
		alike = compare(&keys[i - 1], &keys[i]) == 0 ? alike + 1 : 0;
		if (alike >= EXCEPTIONS_ALIKE && keys[i].at != keys[i - 1].at &&
		    compare_slices(&keys[i].where, &no_purl) != 0)
			refuse(&all->items[keys[i].at]);
	}
}

void exceptions_index(struct exceptions *all)
{
	all->key_count = 0;
	for (size_t i = 0; i < all->count; i++) {
		const struct exception *it = &all->items[i];

		/* It covers nothing. */
		if (it->blanket)
			continue;
		add_keys(all, i, it->record.id);
		for (size_t j = 0; *it->record.id && j < it->aliases.count; j++)
			add_keys(all, i, it->aliases.items[j]);
	}
	if (all->key_count)
		qsort(all->keys, all->key_count, sizeof(*all->keys), by_key);
	refuse_many(all);
}

struct visit {
	struct exceptions *all;
	struct finding *finding;
	exceptions_visitor *each;
	void *data;
};

static void visit_alike(const struct visit *visit, struct slice id,
			struct slice where, int line)
{
	const struct exception_key wanted = {id, where, line, 0};
	const struct exceptions *all = visit->all;
	size_t low = 0, high = all->key_count;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (compare(&all->keys[middle], &wanted) < 0)
			low = middle + 1;
		else
			high = middle;
	}
	for (; low < all->key_count; low++)
		if (compare(&all->keys[low], &wanted) != 0 ||
		    visit->each(visit->all, all->keys[low].at, visit->finding,
				visit->data))
			return;
}

static void visit_places(const struct visit *visit, struct slice id)
{
	const struct finding *finding = visit->finding;
	const struct slice places[] = {
		slice_of(""),
		slice_of(finding->package),
		slice_of(finding->path),
		name_of(finding->purl),
		/* It may be why the scanner suppressed it. */
		slice_of(finding->suppressed && !finding->purl ? NO_PURL : ""),
	};

	for (size_t i = 0; i < ARRAY_SIZE(places); i++) {
		if (i && !places[i].len)
			continue;
		visit_alike(visit, id, places[i], 0);
		if (finding->line)
			visit_alike(visit, id, places[i], finding->line);
	}
}

void exceptions_visit(struct exceptions *all, struct finding *finding,
		      exceptions_visitor *each, void *data)
{
	const struct visit visit = {all, finding, each, data};
	const char *alias = finding->aliases ? finding->aliases : "";

	if (!all->key_count)
		return;
	visit_places(&visit, slice_of(finding->id));
	/* One that names a file may hold what sets the others apart. */
	if (alias[strcspn(alias, ", ")])
		visit_places(&visit, slice_of(alias));
	for (size_t len; *alias; alias += len + strspn(alias + len, ", ")) {
		len = strcspn(alias, ", ");
		if (len)
			visit_places(&visit, (struct slice){alias, len});
	}
	visit_places(&visit, slice_of(""));
}
