/* SPDX-License-Identifier: MIT */
/* Snyk's policy file: under each id the dependency paths that it holds for,
 * a map each. */
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "exceptions/ignore.h"
#include "yaml/tree.h"

/* The record above the path, and where that has none, above the id. */
static int read_record(struct ignore_file *file, const struct node *id,
		       int line, struct record *record)
{
	int result = record_above(&file->lines, line, record);
	struct record above = {0};

	if (id->key_place.line == line)
		return result;
	if (record_above(&file->lines, id->key_place.line, &above) < 0)
		result = -1;
	for (int i = 0; i < RECORD_KEYS; i++) {
		char **to = record_field(record, (enum record_key)i);
		char **from = record_field(&above, (enum record_key)i);

		if (*to)
			continue;
		*to = *from;
		*from = NULL;
		record->lines[i] = above.lines[i];
	}
	record_release(&above);
	return result;
}

static void set_path(struct exception *it, const char *path)
{
	const char *last = strrchr(path, '>');

	last = last ? last + 1 + strspn(last + 1, " ") : path;
	it->record.scope = xstrdup(path);
	if (strcmp(path, "*") == 0 || !*path)
		return;
	it->chain = xstrdup(path);
	it->package = xstrdup(last);
	/* "name@1.2", but not the '@' of "@org/name". */
	if (*last && strchr(last + 1, '@'))
		*strrchr(it->package, '@') = '\0';
	if (strchr(path, '*'))
		it->scanner_only = true;
}

static void read_facts(struct exception *it, const struct node *facts)
{
	const char *ends = ignore_text(it, node_find(facts, "expires"));
	const char *reason = ignore_text(it, node_find(facts, "reason"));
	const char *fixable =
		ignore_text(it, node_find(facts, "disregardIfFixable"));

	it->unfixed_only = fixable && strcmp(fixable, "true") == 0;
	ignore_default(it, RECORD_REASON, reason);
	if (ends)
		ignore_ends(it, ends);
}

static int read_entry(struct ignore_file *file, const struct node *id,
		      const char *path, const struct node *place,
		      const struct node *facts)
{
	struct record record = {0};
	int line = place->key ? place->key_place.line : place->place.line;
	int wrong = read_record(file, id, line, &record);
	struct exception *it =
		ignore_add(file, line, ignore_last_line(facts), &record);

	record_release(&record);
	if (!it)
		return -1;
	if (wrong < 0)
		ignore_wrong(it, "has a key twice");
	it->record.id = xstrdup(id->key);
	set_path(it, path);
	if (facts->kind == NODE_MAP)
		read_facts(it, facts);
	else
		ignore_wrong(it, "is no map of reason and expires");
	ignore_finish(it);
	return 0;
}

/* "- 'a > b': {reason, expires}" */
static int read_paths(struct ignore_file *file, const struct node *id)
{
	for (size_t i = 0; i < id->count; i++) {
		const struct node *path = &id->children[i];

		if (path->kind != NODE_MAP || path->count != 1)
			return ignore_refuse(file, path->place.line,
					     "an entry is a path and its map");
		if (read_entry(file, id, path->children[0].key,
			       &path->children[0], &path->children[0]) < 0)
			return -1;
	}
	return 0;
}

/* "{expires, path: [a, b]}" of old: a path of names. */
static int read_old(struct ignore_file *file, const struct node *id)
{
	const struct node *path = node_find(id, "path");
	struct str joined = STR_INIT;
	int result;

	for (size_t i = 0; path && i < path->count; i++)
		if (path->children[i].kind == NODE_TEXT)
			str_addf(&joined, "%s%s", joined.len ? " > " : "",
				 path->children[i].text);
	result = read_entry(file, id, joined.len ? joined.data : "*", id, id);
	str_release(&joined);
	return result;
}

int ignore_snyk(struct ignore_file *file, const struct node *ignore)
{
	for (size_t i = 0; i < ignore->count; i++) {
		const struct node *id = &ignore->children[i];
		int result;

		if (id->kind == NODE_LIST)
			result = read_paths(file, id);
		else if (id->kind == NODE_MAP)
			result = read_old(file, id);
		else
			result = ignore_refuse(file, id->place.line,
					       "an id has a list of paths");
		if (result < 0)
			return -1;
	}
	return 0;
}
