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

static void warning_release(struct vex_warning *warning)
{
	for (size_t i = 0; i < warning->count; i++)
		free(warning->names[i].text);
	free(warning->names);
}

static int by_text(const void *a, const void *b)
{
	const struct vex_name *left = a, *right = b;

	return strcmp(left->text, right->text);
}

/* What qualifies a purl tells no two products apart. */
static void add_name(struct vex_warning *warning, const char *text, bool whole)
{
	if (text && *text)
		*VECTOR_ADD(warning->names, warning->count, warning->cap) =
			(struct vex_name){xstrndup(text, strcspn(text, "?#")),
					  whole};
}

/* What a product, or a part of one, is called. */
static void add_names(struct vex_warning *warning, const json_t *product,
		      bool whole)
{
	const json_t *others = member(product, "identifiers");
	const char *key;
	json_t *other;

	add_name(warning, json_string_value(product), whole);
	add_name(warning, member_word(product, "@id"), whole);
	json_object_foreach((json_t *)others, key, other)
		add_name(warning, json_string_value(other), whole);
}

static void read_products(struct vex_warning *warning, const json_t *statement)
{
	json_t *products = member_array(statement, "products");
	json_t *product, *part;
	size_t i, j;

	warning->of_all = !json_array_size(products);
	json_array_foreach(products, i, product)
	{
		json_t *parts = member_array(product, "subcomponents");

		add_names(warning, product, !json_array_size(parts));
		json_array_foreach(parts, j, part)
			add_names(warning, part, false);
	}
	if (warning->count)
		qsort(warning->names, warning->count, sizeof(*warning->names),
		      by_text);
}

/* The first name that is not below the text's first len bytes. */
static size_t find_name(const struct vex_warning *warning, const char *text,
			size_t len)
{
	size_t low = 0, high = warning->count;

	while (low < high) {
		size_t middle = low + (high - low) / 2;
		const char *name = warning->names[middle].text;
		int order = strncmp(name, text, len);

		if (order < 0)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

/* Whether a name is the text's first len bytes, or begins with them. */
static bool has_name(const struct vex_warning *warning, const char *text,
		     size_t len, bool begins, bool whole)
{
	for (size_t i = find_name(warning, text, len); i < warning->count;
	     i++) {
		const struct vex_name *name = &warning->names[i];

		if (strncmp(name->text, text, len) != 0 ||
		    (name->text[len] && !begins))
			return false;
		if (name->whole || !whole)
			return true;
	}
	return false;
}

/* "pkg:npm/a" is any version of it, on either side. */
static bool names(const struct vex_warning *warning, const char *text,
		  bool whole)
{
	size_t len = strlen(text);
	char *versions = xasprintf("%s@", text);
	bool found = has_name(warning, text, len, false, whole) ||
		     has_name(warning, versions, len + 1, true, whole);

	for (size_t at = 1; !found && at < len; at++)
		found = text[at] == '@' &&
			has_name(warning, text, at, false, whole);
	free(versions);
	return found;
}

static bool names_product(const struct vex_warning *warning,
			  const json_t *product, bool whole)
{
	struct vex_warning asked = {0};
	bool found = false;

	add_names(&asked, product, true);
	for (size_t i = 0; !found && i < asked.count; i++)
		found = names(warning, asked.names[i].text, whole);
	warning_release(&asked);
	return found;
}

/* Whether it speaks of the product, or the part of it, NULL where none is
 * told. In doubt it does. */
static bool speaks_of(const struct vex_warning *warning, const json_t *product,
		      const json_t *part)
{
	return !product || warning->of_all ||
	       names_product(warning, product, part != NULL) ||
	       (part && names_product(warning, part, false));
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
	const struct vex_mention *left = a, *right = b;

	return strcmp(left->id, right->id);
}

static void read_warning(struct vex_warnings *all, const json_t *root,
			 const json_t *statement, size_t order)
{
	struct strings ids = STRINGS_INIT;
	struct vex_warning *warning =
		VECTOR_ADD(all->items, all->count, all->cap);

	warning->turn = vex_turn_of(root, statement, order);
	read_products(warning, statement);
	vex_read_ids(statement, &ids);
	for (size_t i = 0; i < ids.count; i++)
		*VECTOR_ADD(all->mentions, all->mention_count,
			    all->mention_cap) = (struct vex_mention){
			xstrdup(ids.items[i]), all->count - 1};
	strings_release(&ids);
}

void vex_warnings_read(const json_t *root, const json_t *list, size_t order,
		       struct vex_warnings *all)
{
	json_t *statement;
	size_t i;

	json_array_foreach(list, i, statement)
	{
		if (vex_is_warning(statement))
			read_warning(all, root, statement, order + i);
	}
	if (all->mention_count)
		qsort(all->mentions, all->mention_count, sizeof(*all->mentions),
		      by_id);
}

void vex_warnings_release(struct vex_warnings *all)
{
	for (size_t i = 0; i < all->count; i++)
		warning_release(&all->items[i]);
	for (size_t i = 0; i < all->mention_count; i++)
		free(all->mentions[i].id);
	free(all->items);
	free(all->mentions);
}

bool vex_is_warned_of(const struct vex_warnings *all, const char *id,
		      const struct vex_turn *turn, const json_t *product,
		      const json_t *part)
{
	size_t low = 0, high = all->mention_count;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (strcmp(all->mentions[middle].id, id) < 0)
			low = middle + 1;
		else
			high = middle;
	}
	for (;
	     low < all->mention_count && strcmp(all->mentions[low].id, id) == 0;
	     low++) {
		const struct vex_warning *warning =
			&all->items[all->mentions[low].warning];

		if (is_later(&warning->turn, turn) &&
		    speaks_of(warning, product, part))
			return true;
	}
	return false;
}
