/* SPDX-License-Identifier: MIT */
#include "pipeline/reader.h"

#include <stdlib.h>
#include <string.h>

#include "base/memory.h"

void complain_at(struct reader *reader, struct place place, const char *format,
		 ...)
{
	va_list args;
	char *text;

	va_start(args, format);
	text = xvasprintf(format, args);
	va_end(args);
	problems_add(reader->problems, place.line, place.column, "%s", text);
	free(text);
}

/* What people who know other files write; no distance of letters tells. */
static const char *const other_words[][2] = {
	{"fg", "color"},	 {"foreground", "color"},
	{"bg", "background"},	 {"approvals", "required"},
	{"depends-on", "needs"}, {"depends_on", "needs"},
	{"script", "run"},	 {"command", "run"},
};

static const char *meant(const char *word, const char *const *known,
			 size_t count)
{
	for (size_t i = 0; i < ARRAY_SIZE(other_words); i++)
		for (size_t j = 0;
		     j < count && strcmp(word, other_words[i][0]) == 0; j++)
			if (strcmp(known[j], other_words[i][1]) == 0)
				return known[j];
	return NULL;
}

char *suggest(struct reader *reader, const char *word, const char *const *known,
	      size_t count)
{
	size_t len = strlen(word) + 1;
	size_t cost = count * len * len;
	const char *nearest = meant(word, known, count);

	if (!nearest && cost <= reader->comparisons_left) {
		reader->comparisons_left -= cost;
		nearest = strings_nearest(word, known, count);
	}
	return nearest ? xasprintf("; did you mean '%s'?", nearest)
		       : xstrdup("");
}

static const char *kind_name(const struct node *value)
{
	switch (value->kind) {
	case NODE_TEXT:
		return value->text[0] ? "text" : "nothing";
	case NODE_LIST:
		return "a list";
	default:
		return "a map";
	}
}

bool expect_kind(struct reader *reader, const struct node *value,
		 enum node_kind kind, const char *what)
{
	if (value->kind == kind)
		return true;
	if (value->kind == NODE_BROKEN)
		return false;
	if (value->key && kind == NODE_LIST && value->kind == NODE_TEXT &&
	    value->text[0])
		complain_about(reader, value,
			       "'%s' wants %s, but this is text; write [%.40s]",
			       value->key, what, value->text);
	else if (value->key)
		complain_about(reader, value, "'%s' wants %s, but this is %s",
			       value->key, what, kind_name(value));
	else
		complain_about(reader, value, "%s is wanted here, not %s", what,
			       kind_name(value));
	return false;
}

static const struct key *schema_find(const struct schema *schema,
				     const char *name)
{
	for (size_t i = 0; i < schema->count; i++)
		if (strcmp(schema->keys[i].name, name) == 0)
			return &schema->keys[i];
	return NULL;
}

static void complain_unknown(struct reader *reader, const struct node *child,
			     const struct schema *schema)
{
	const char *known[64];
	struct str all = STR_INIT;
	size_t count = 0;
	char *mend;

	for (size_t i = 0; i < schema->count; i++) {
		if (!schema->keys[i].read)
			continue;
		str_addf(&all, "%s%s", count ? ", " : "", schema->keys[i].name);
		known[count++] = schema->keys[i].name;
	}
	mend = suggest(reader, child->key, known, count);
	if (mend[0])
		complain_at(reader, child->key_place,
			    "unknown key '%s' in %s%s", child->key,
			    schema->what, mend);
	else
		complain_at(reader, child->key_place,
			    "unknown key '%s' in %s; it has: %s", child->key,
			    schema->what, all.data);
	free(mend);
	str_release(&all);
}

static void check_keys(struct reader *reader, const struct node *map,
		       const struct schema *schema)
{
	for (size_t i = 0; i < map->count; i++) {
		const struct node *child = &map->children[i];
		const struct key *key;

		if (child->repeated)
			continue;
		key = schema_find(schema, child->key);
		if (!key)
			complain_unknown(reader, child, schema);
		else if (!key->read)
			complain_at(reader, child->key_place,
				    "'%s' comes in a later version of "
				    "signalbox; take it out for now",
				    child->key);
	}
}

/* Whether the key was probably meant by one that nobody knows; that was told
 * already. */
static bool is_misspelt(struct reader *reader, const struct node *map,
			const struct schema *schema, const struct key *key)
{
	for (size_t i = 0; i < map->count; i++) {
		const char *word = map->children[i].key;
		char *mend;
		bool near;

		if (map->children[i].repeated || schema_find(schema, word))
			continue;
		mend = suggest(reader, word, &key->name, 1);
		near = mend[0];
		free(mend);
		if (near)
			return true;
	}
	return false;
}

bool has_strange_key(const struct node *map, const struct schema *schema)
{
	for (size_t i = 0; i < map->count; i++) {
		const struct key *key;

		if (map->children[i].repeated)
			continue;
		key = schema_find(schema, map->children[i].key);
		if (!key || !key->read)
			return true;
	}
	return false;
}

void read_map(struct reader *reader, const struct node *map,
	      const struct schema *schema, void *into)
{
	if (schema->count > 64)
		BUG("%s has more keys than complaints have room for",
		    schema->what);
	if (!expect_kind(reader, map, NODE_MAP, "a map"))
		return;
	check_keys(reader, map, schema);
	for (size_t i = 0; i < schema->count; i++) {
		const struct key *key = &schema->keys[i];
		const struct node *value = node_find(map, key->name);

		if (value && key->read)
			key->read(reader, value, (char *)into + key->offset);
		else if (!value && key->required &&
			 !is_misspelt(reader, map, schema, key))
			complain_at(reader, node_place(map),
				    "'%s' is missing in %s", key->name,
				    schema->what);
	}
}

int read_word(struct reader *reader, const struct node *value,
	      const char *const *words, size_t count, const char *const *later)
{
	struct str all = STR_INIT;
	char *mend;

	if (!expect_kind(reader, value, NODE_TEXT, "a word"))
		return -1;
	for (size_t i = 0; i < count; i++) {
		if (strcmp(value->text, words[i]) == 0) {
			str_release(&all);
			return (int)i;
		}
		str_addf(&all, "%s%s", i ? ", " : "", words[i]);
	}
	for (; later && *later; later++)
		if (strcmp(value->text, *later) == 0)
			break;
	mend = suggest(reader, value->text, words, count);
	if (later && *later)
		complain_about(reader, value,
			       "'%s' comes in a later version of signalbox; "
			       "today there are: %s",
			       value->text, all.data);
	else
		complain_about(reader, value, "'%.60s' is none of: %s%s",
			       value->text, all.data, mend);
	free(mend);
	str_release(&all);
	return -1;
}
