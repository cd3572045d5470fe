/* SPDX-License-Identifier: MIT */
#include "exceptions/vex-warnings.h"

#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "base/vector.h"
#include "exceptions/ignore.h"
#include "report/json.h"

static void add_id(struct strings *ids, const char *text)
{
	if (text && *text)
		strings_add(ids, text);
}

/* "https://nvd.nist.gov/vuln/detail/CVE-2023-1": the last part. */
static const char *after_slash(const char *id)
{
	const char *slash = id ? strrchr(id, '/') : NULL;

	return slash ? slash + 1 : id;
}

void vex_read_ids(const json_t *statement, struct strings *ids)
{
	const json_t *value = member(statement, "vulnerability");
	json_t *alias;
	size_t i;

	if (json_is_string(value)) {
		add_id(ids, json_string_value(value));
		return;
	}
	add_id(ids, member_word(value, "name"));
	json_array_foreach(member_array(value, "aliases"), i, alias)
		add_id(ids, json_string_value(alias));
	if (!ids->count)
		add_id(ids, after_slash(member_word(value, "@id")));
}

/* "pkg:npm/a" is any version of it; what qualifies them tells none apart. */
static bool overlap(const char *a, const char *b)
{
	size_t a_len = strcspn(a, "?#"), b_len = strcspn(b, "?#");
	size_t len = a_len < b_len ? a_len : b_len;

	return strncmp(a, b, len) == 0 &&
	       (a_len == b_len || (a_len > len ? a : b)[len] == '@');
}

/* What a product is called. */
static void read_names(const json_t *product, struct strings *names)
{
	const json_t *others = member(product, "identifiers");
	const char *key;
	json_t *other;

	add_id(names, json_string_value(product));
	add_id(names, member_word(product, "@id"));
	json_object_foreach((json_t *)others, key, other)
		add_id(names, json_string_value(other));
}

static bool is_one(const json_t *a, const json_t *b)
{
	struct strings left = STRINGS_INIT, right = STRINGS_INIT;
	bool one = false;

	read_names(a, &left);
	read_names(b, &right);
	for (size_t i = 0; i < left.count; i++)
		for (size_t j = 0; j < right.count; j++)
			one = one || overlap(left.items[i], right.items[j]);
	strings_release(&left);
	strings_release(&right);
	return one;
}

/* Whether the statement speaks of the product, or the part of it, NULL where
 * none is told. In doubt it does. */
static bool speaks_of(const json_t *statement, const json_t *product,
		      const json_t *part)
{
	json_t *products = member_array(statement, "products");
	json_t *other, *piece;
	size_t i, j;

	if (!product || !json_array_size(products))
		return true;
	json_array_foreach(products, i, other)
	{
		json_t *parts = member_array(other, "subcomponents");
		bool whole = !json_array_size(parts);

		if (((whole || !part) && is_one(other, product)) ||
		    (whole && part && is_one(other, part)))
			return true;
		json_array_foreach(parts, j, piece)
		{
			if (is_one(piece, part ? part : product))
				return true;
		}
	}
	return false;
}

struct vex_turn vex_turn_of(const json_t *root, const json_t *statement,
			    size_t order)
{
	const char *time = member_word(statement, "timestamp");
	struct vex_turn turn = {.order = order};

	if (!time)
		time = member_word(root, "timestamp");
	turn.timed = time && ignore_moment(time, &turn.ms);
	return turn;
}

static bool is_later(const struct vex_turn *turn, const struct vex_turn *than)
{
	if (turn->timed && than->timed && turn->ms != than->ms)
		return turn->ms > than->ms;
	return turn->order > than->order;
}

bool vex_is_warning(const json_t *statement)
{
	const char *status = member_word(statement, "status");

	return !status || strcmp(status, "affected") == 0 ||
	       strcmp(status, "under_investigation") == 0;
}

static int by_id(const void *a, const void *b)
{
	const struct vex_warning *left = a, *right = b;

	return strcmp(left->id, right->id);
}

void vex_warnings_read(const json_t *root, const json_t *list,
		       struct vex_warnings *all)
{
	json_t *statement;
	size_t i;

	json_array_foreach(list, i, statement)
	{
		struct strings ids = STRINGS_INIT;

		if (vex_is_warning(statement))
			vex_read_ids(statement, &ids);
		for (size_t j = 0; j < ids.count; j++)
			*VECTOR_ADD(all->items, all->count, all->cap) =
				(struct vex_warning){
					.id = xstrdup(ids.items[j]),
					.statement = statement,
					.turn = vex_turn_of(root, statement, i),
				};
		strings_release(&ids);
	}
	if (all->count)
		qsort(all->items, all->count, sizeof(*all->items), by_id);
}

void vex_warnings_release(struct vex_warnings *all)
{
	for (size_t i = 0; i < all->count; i++)
		free(all->items[i].id);
	free(all->items);
}

bool vex_is_warned_of(const struct vex_warnings *all, const char *id,
		      const struct vex_turn *turn, const json_t *product,
		      const json_t *part)
{
	size_t low = 0, high = all->count;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (strcmp(all->items[middle].id, id) < 0)
			low = middle + 1;
		else
			high = middle;
	}
	for (; low < all->count && strcmp(all->items[low].id, id) == 0; low++)
		if (is_later(&all->items[low].turn, turn) &&
		    speaks_of(all->items[low].statement, product, part))
			return true;
	return false;
}
