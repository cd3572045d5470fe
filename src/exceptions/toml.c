/* SPDX-License-Identifier: MIT */
#include "exceptions/toml.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/memory.h"
#include "base/str.h"
#include "base/strings.h"
#include "base/vector.h"
#include "exceptions/toml-text.h"

struct parser {
	struct toml_text text;
	struct toml *toml;
	size_t table;		/* whose keys stand here */
	size_t last_list;	/* the last table of a list; SIZE_MAX: none */
	struct strings singles; /* names of those that are of no list */
	struct str prefix;	/* of its keys: "vulnerability." */
};

static int complain(struct parser *parser, const char *what)
{
	return toml_text_complain(&parser->text, what);
}

static struct toml_table *add_table(struct parser *parser, const char *name,
				    bool listed)
{
	struct toml *toml = parser->toml;
	struct toml_table *table =
		VECTOR_ADD(toml->tables, toml->count, toml->cap);

	table->name = xstrdup(name);
	table->listed = listed;
	table->line = parser->text.line;
	parser->table = toml->count - 1;
	return table;
}

/* Whether two values cannot both be there: the same, or one below a value
 * that is no table. */
static bool clashes(const struct toml_value *value, const char *key,
		    enum toml_kind kind)
{
	size_t len = strlen(value->key), key_len = strlen(key);

	if (len == key_len)
		return strcasecmp(value->key, key) == 0;
	if (len < key_len)
		return key[len] == '.' && value->kind != TOML_TABLE &&
		       strncasecmp(value->key, key, len) == 0;
	return value->key[key_len] == '.' && kind != TOML_TABLE &&
	       strncasecmp(value->key, key, key_len) == 0;
}

/* Takes text. The key stands below the prefix. */
static int add_value(struct parser *parser, const char *key,
		     enum toml_kind kind, char *text)
{
	struct toml_table *table = &parser->toml->tables[parser->table];
	char *whole = xasprintf("%s%s", parser->prefix.data, key);
	const char *wrong = table->count == TOML_KEY_LIMIT
				    ? "a table with more than 256 keys"
				    : NULL;
	struct toml_value *value;

	for (size_t i = 0; !wrong && i < table->count; i++)
		if (clashes(&table->values[i], whole, kind))
			wrong = "the key stands twice";
	if (wrong) {
		free(whole);
		free(text);
		return complain(parser, wrong);
	}
	value = VECTOR_ADD(table->values, table->count, table->cap);
	value->key = whole;
	value->text = text ? text : xstrdup("");
	value->kind = kind;
	value->line = parser->text.line;
	return 0;
}

static int read_pair(struct parser *parser, int depth);

/* "{a = 1, b = 2}", its first brace behind us: keys below the prefix. */
static int read_inline_pairs(struct parser *parser, int depth)
{
	toml_text_blanks(&parser->text);
	if (toml_text_take(&parser->text, '}'))
		return 0;
	for (;;) {
		toml_text_blanks(&parser->text);
		if (read_pair(parser, depth) < 0)
			return -1;
		toml_text_blanks(&parser->text);
		if (toml_text_take(&parser->text, '}'))
			return 0;
		if (!toml_text_take(&parser->text, ','))
			return complain(parser, "a table in braces has ',' "
						"between its keys");
	}
}

static int read_inline_table(struct parser *parser, const char *key, int depth)
{
	size_t len = parser->prefix.len;
	int result = add_value(parser, key, TOML_TABLE, NULL);

	str_addf(&parser->prefix, "%s.", key);
	if (result == 0)
		result = read_inline_pairs(parser, depth);
	str_truncate(&parser->prefix, len);
	return result;
}

/* One of a list in brackets is a table of its own. */
static int read_listed_table(struct parser *parser, const char *key, int depth)
{
	struct str prefix = parser->prefix;
	size_t table = parser->table;
	const char *name = parser->toml->tables[table].name;
	char *whole =
		xasprintf("%s%s%s%s", name, *name ? "." : "", prefix.data, key);
	int result;

	add_table(parser, whole, true);
	str_init(&parser->prefix);
	result = read_inline_pairs(parser, depth);
	str_release(&parser->prefix);
	parser->prefix = prefix;
	parser->table = table;
	free(whole);
	return result;
}

static int read_value(struct parser *parser, const char *key, bool in_list,
		      int depth);

static int read_list(struct parser *parser, const char *key, int depth)
{
	for (;;) {
		toml_text_between(&parser->text);
		if (toml_text_take(&parser->text, ']'))
			return 0;
		if (read_value(parser, key, true, depth) < 0)
			return -1;
		toml_text_between(&parser->text);
		if (toml_text_take(&parser->text, ']'))
			return 0;
		if (!toml_text_take(&parser->text, ','))
			return complain(parser,
					"a list has ',' between its values");
	}
}

/* In a list only tables are kept. */
static int read_value(struct parser *parser, const char *key, bool in_list,
		      int depth)
{
	enum toml_kind kind;
	char *text;

	if (depth >= TOML_DEPTH_LIMIT)
		return complain(parser, "values nested too deep");
	if (toml_text_take(&parser->text, '{'))
		return in_list ? read_listed_table(parser, key, depth + 1)
			       : read_inline_table(parser, key, depth + 1);
	if (toml_text_take(&parser->text, '[')) {
		if (!in_list && add_value(parser, key, TOML_LIST, NULL) < 0)
			return -1;
		return read_list(parser, key, depth + 1);
	}
	text = toml_text_scalar(&parser->text, &kind);
	if (!text)
		return -1;
	if (!in_list)
		return add_value(parser, key, kind, text);
	free(text);
	return 0;
}

static int read_pair(struct parser *parser, int depth)
{
	char *key = toml_text_key(&parser->text);
	int result;

	if (!key)
		return -1;
	if (toml_text_take(&parser->text, '=')) {
		toml_text_blanks(&parser->text);
		result = read_value(parser, key, false, depth);
	} else {
		result = complain(parser, "a key is followed by '='");
	}
	free(key);
	return result;
}

/* What of the name is below the last table of a list, or NULL. */
static const char *below_last(const struct parser *parser, const char *name)
{
	const char *list;
	size_t len;

	if (parser->last_list == SIZE_MAX)
		return NULL;
	list = parser->toml->tables[parser->last_list].name;
	len = strlen(list);
	return strncmp(name, list, len) == 0 && name[len] == '.'
		       ? name + len + 1
		       : NULL;
}

static int begin_single(struct parser *parser, const char *name)
{
	const char *below = below_last(parser, name);

	if (below) {
		parser->table = parser->last_list;
		if (add_value(parser, below, TOML_TABLE, NULL) < 0)
			return -1;
		str_addf(&parser->prefix, "%s.", below);
		return 0;
	}
	if (parser->singles.count == TOML_TABLE_LIMIT)
		return complain(parser, "more than 1000 tables");
	for (size_t i = 0; i < parser->singles.count; i++)
		if (strcasecmp(parser->singles.items[i], name) == 0)
			return complain(parser, "the table stands twice");
	strings_add(&parser->singles, name);
	add_table(parser, name, false);
	return 0;
}

/* "[name]" or "[[name]]", its first bracket behind us. */
static int read_header(struct parser *parser)
{
	bool listed = toml_text_take(&parser->text, '[');
	char *name;
	int result = 0;

	toml_text_blanks(&parser->text);
	name = toml_text_key(&parser->text);
	if (!name)
		return -1;
	str_truncate(&parser->prefix, 0);
	if (!toml_text_take(&parser->text, ']') ||
	    (listed && !toml_text_take(&parser->text, ']')))
		result = complain(parser, "a table's name ends with ']'");
	else if (listed) {
		add_table(parser, name, true);
		parser->last_list = parser->table;
	} else {
		result = begin_single(parser, name);
	}
	free(name);
	return result;
}

static int read_lines(struct parser *parser)
{
	for (;;) {
		int result;

		toml_text_between(&parser->text);
		if (!*parser->text.at)
			return 0;
		result = toml_text_take(&parser->text, '[')
				 ? read_header(parser)
				 : read_pair(parser, 0);
		if (result < 0 || toml_text_line_end(&parser->text) < 0)
			return -1;
	}
}

int toml_parse(struct toml *toml, const char *text, const char *name,
	       struct error *err)
{
	struct parser parser = {
		.text = {.at = text, .name = name, .line = 1, .err = err},
		.toml = toml,
		.last_list = SIZE_MAX,
		.prefix = STR_INIT,
	};
	int result = toml_text_check(&parser.text);

	memset(toml, 0, sizeof(*toml));
	add_table(&parser, "", false);
	if (result == 0)
		result = read_lines(&parser);
	str_release(&parser.prefix);
	strings_release(&parser.singles);
	if (result < 0)
		toml_release(toml);
	return result;
}

void toml_release(struct toml *toml)
{
	for (size_t i = 0; i < toml->count; i++) {
		struct toml_table *table = &toml->tables[i];

		for (size_t j = 0; j < table->count; j++) {
			free(table->values[j].key);
			free(table->values[j].text);
		}
		free(table->values);
		free(table->name);
	}
	free(toml->tables);
	memset(toml, 0, sizeof(*toml));
}

const struct toml_value *toml_find(const struct toml_table *table,
				   const char *key)
{
	for (size_t i = 0; i < table->count; i++)
		if (strcasecmp(table->values[i].key, key) == 0)
			return &table->values[i];
	return NULL;
}
