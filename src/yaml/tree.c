/* SPDX-License-Identifier: MIT */
#include "yaml/tree.h"

#include <limits.h>
#include <stdlib.h>
#include <string.h>

#include <yaml.h>

#include "base/memory.h"
#include "base/printable.h"
#include "base/vector.h"

struct builder {
	yaml_parser_t parser;
	struct problems *problems;
	const char *source;
	size_t len;
	size_t nodes;
	int depth;
};

static int build_value(struct builder *builder, yaml_event_t *event,
		       struct node *node);

static struct place place_of(yaml_mark_t mark)
{
	return (struct place){
		.line = mark.line < INT_MAX ? (int)mark.line + 1 : INT_MAX,
		.column =
			mark.column < INT_MAX ? (int)mark.column + 1 : INT_MAX,
	};
}

/* libyaml names bytes it cannot read by their offset alone. */
static struct place place_of_byte(const struct builder *builder, size_t offset)
{
	struct place place = {1, 1};

	for (size_t i = 0; i < offset && i < builder->len;) {
		int32_t c;

		i += utf8_decode(builder->source + i, builder->len - i, &c);
		place.column++;
		if (c == '\n') {
			place.line++;
			place.column = 1;
		}
	}
	return place;
}

static void complain_reader(struct builder *builder)
{
	const yaml_parser_t *parser = &builder->parser;
	struct place place = place_of_byte(builder, parser->problem_offset);

	problems_add(builder->problems, place.line, place.column,
		     "byte %02x cannot stand here (%s); the file must be "
		     "plain UTF-8 text",
		     (unsigned)parser->problem_value & 0xff, parser->problem);
}

/* What people most often meant, by the character that YAML stumbled over. */
static const char *hint(const struct builder *builder, yaml_mark_t mark)
{
	int32_t c = 0;
	size_t at = 0;

	/* A mark's index counts characters, the one it points at is next. */
	for (size_t i = 0; i <= mark.index && at < builder->len; i++)
		at += utf8_decode(builder->source + at, builder->len - at, &c);
	if (c == '\t')
		return "; indent with spaces, not tabs";
	if (c == '@' || c == '`' || c == '%')
		return "; put the text in quotes";
	if (strstr(builder->parser.problem, "mapping values"))
		return "; a text with ': ' in it needs quotes";
	return "";
}

static int complain_syntax(struct builder *builder)
{
	const yaml_parser_t *parser = &builder->parser;
	yaml_mark_t mark = parser->problem_mark;
	struct place place = place_of(mark);

	if (parser->error == YAML_READER_ERROR) {
		complain_reader(builder);
		return -1;
	}
	problems_add(builder->problems, place.line, place.column,
		     "this is no valid YAML: %s%s%s%s",
		     parser->context ? parser->context : "",
		     parser->context ? ": " : "",
		     parser->problem ? parser->problem : "unknown mistake",
		     parser->problem ? hint(builder, mark) : "");
	return -1;
}

static int next_event(struct builder *builder, yaml_event_t *event)
{
	if (!yaml_parser_parse(&builder->parser, event))
		return complain_syntax(builder);
	return 0;
}

static void complain(struct builder *builder, struct place place,
		     const char *text)
{
	problems_add(builder->problems, place.line, place.column, "%s", text);
}

static void refuse_anchor_and_tag(struct builder *builder, struct place place,
				  const void *anchor, const void *tag)
{
	if (anchor)
		complain(builder, place,
			 "anchors (&name) are not read; write the value out "
			 "wherever it is needed");
	if (tag)
		complain(builder, place,
			 "tags (!name) are not read; every value is plain "
			 "text, a list or a map");
}

/* A copy of the event's text, or NULL after a complaint. */
static char *take_text(struct builder *builder, const yaml_event_t *event)
{
	const char *text = (const char *)event->data.scalar.value;
	size_t len = event->data.scalar.length;

	for (size_t i = 0; i < len;) {
		int32_t c;

		i += utf8_decode(text + i, len - i, &c);
		if ((c >= 0x20 && c < 0x7f) || c > 0x9f || c == '\n' ||
		    c == '\t')
			continue;
		problems_add(builder->problems,
			     place_of(event->start_mark).line,
			     place_of(event->start_mark).column,
			     "control character %02x in the text; only line "
			     "ends and tabs are allowed",
			     (unsigned)c & 0xff);
		return NULL;
	}
	return xstrndup(text, len);
}

static void build_text(struct builder *builder, const yaml_event_t *event,
		       struct node *node)
{
	refuse_anchor_and_tag(builder, node->place, event->data.scalar.anchor,
			      event->data.scalar.tag);
	node->text = take_text(builder, event);
	node->kind = node->text ? NODE_TEXT : NODE_BROKEN;
	node->plain = event->data.scalar.style == YAML_PLAIN_SCALAR_STYLE;
}

/* Reads what stands as a key into `key`, then its value into `node`. */
static int build_entry(struct builder *builder, yaml_event_t *key,
		       struct node *node)
{
	struct node name = {0};
	yaml_event_t event;
	int result = build_value(builder, key, &name);

	if (result == 0 && name.kind != NODE_TEXT && name.kind != NODE_BROKEN)
		complain(builder, name.place, "a key must be plain text");
	if (result == 0)
		result = next_event(builder, &event);
	if (result == 0) {
		result = build_value(builder, &event, node);
		yaml_event_delete(&event);
	}
	node->key_place = name.place;
	node->key = name.text ? name.text : xstrdup("");
	node->repeated = name.kind != NODE_TEXT;
	name.text = NULL;
	node_release(&name);
	return result;
}

static int compare_keys(const void *a, const void *b)
{
	const struct node *left = *(struct node *const *)a;
	const struct node *right = *(struct node *const *)b;
	int order = strcmp(left->key, right->key);

	if (order)
		return order;
	return left < right ? -1 : left > right;
}

static void mark_repeated(struct builder *builder, const struct node *first,
			  struct node *second)
{
	if (first->repeated || second->repeated)
		return;
	second->repeated = true;
	problems_add(builder->problems, second->key_place.line,
		     second->key_place.column,
		     "'%s' is here twice; the first is on line %d", second->key,
		     first->key_place.line);
}

static void find_repeated_keys(struct builder *builder, struct node *map)
{
	struct node **sorted = xcalloc(map->count, sizeof(*sorted));

	for (size_t i = 0; i < map->count; i++)
		sorted[i] = &map->children[i];
	qsort(sorted, map->count, sizeof(*sorted), compare_keys);
	for (size_t i = 1, first = 0; i < map->count; i++) {
		if (strcmp(sorted[first]->key, sorted[i]->key) != 0)
			first = i;
		else
			mark_repeated(builder, sorted[first], sorted[i]);
	}
	free(sorted);
}

/* What stands in a list or a map, up to its end. */
static int build_children(struct builder *builder, struct node *node,
			  yaml_event_type_t end)
{
	for (;;) {
		yaml_event_t event;
		struct node *child;
		int result;

		if (next_event(builder, &event) < 0)
			return -1;
		if (event.type == end) {
			yaml_event_delete(&event);
			return 0;
		}
		child = VECTOR_ADD(node->children, node->count, node->cap);
		result = node->kind == NODE_LIST
				 ? build_value(builder, &event, child)
				 : build_entry(builder, &event, child);
		yaml_event_delete(&event);
		if (result < 0)
			return -1;
	}
}

static int build_container(struct builder *builder, const yaml_event_t *event,
			   struct node *node)
{
	bool list = event->type == YAML_SEQUENCE_START_EVENT;
	int result;

	if (builder->depth == TREE_DEPTH_LIMIT) {
		problems_add(builder->problems, node->place.line,
			     node->place.column,
			     "nested deeper than %d levels; the rest is not "
			     "read",
			     TREE_DEPTH_LIMIT);
		return -1;
	}
	if (list)
		refuse_anchor_and_tag(builder, node->place,
				      event->data.sequence_start.anchor,
				      event->data.sequence_start.tag);
	else
		refuse_anchor_and_tag(builder, node->place,
				      event->data.mapping_start.anchor,
				      event->data.mapping_start.tag);
	builder->depth++;
	node->kind = list ? NODE_LIST : NODE_MAP;
	result = build_children(builder, node,
				list ? YAML_SEQUENCE_END_EVENT
				     : YAML_MAPPING_END_EVENT);
	if (result == 0 && !list)
		find_repeated_keys(builder, node);
	builder->depth--;
	return result;
}

static int build_value(struct builder *builder, yaml_event_t *event,
		       struct node *node)
{
	node->place = place_of(event->start_mark);
	node->kind = NODE_BROKEN;
	if (++builder->nodes > TREE_NODE_LIMIT) {
		problems_add(builder->problems, node->place.line,
			     node->place.column,
			     "more than %d values; the rest is not read",
			     TREE_NODE_LIMIT);
		return -1;
	}
	switch (event->type) {
	case YAML_SCALAR_EVENT:
		build_text(builder, event, node);
		return 0;
	case YAML_SEQUENCE_START_EVENT:
	case YAML_MAPPING_START_EVENT:
		return build_container(builder, event, node);
	default:
		complain(builder, node->place,
			 "aliases (*name) are not read; write the value out "
			 "wherever it is needed");
		return 0;
	}
}

/* Everything from the stream's start to its end: at most one document. */
static int build_stream(struct builder *builder, struct node *root)
{
	int documents = 0;

	for (;;) {
		yaml_event_t event;
		yaml_event_type_t type;
		int result = 0;

		if (next_event(builder, &event) < 0)
			return -1;
		type = event.type;
		if (type == YAML_DOCUMENT_START_EVENT && ++documents == 2) {
			complain(builder, place_of(event.start_mark),
				 "a second document begins here; the file is "
				 "one document");
			result = -1;
		} else if (type == YAML_SCALAR_EVENT ||
			   type == YAML_SEQUENCE_START_EVENT ||
			   type == YAML_MAPPING_START_EVENT ||
			   type == YAML_ALIAS_EVENT) {
			result = build_value(builder, &event, root);
		}
		yaml_event_delete(&event);
		if (result < 0 || type == YAML_STREAM_END_EVENT)
			return result;
	}
}

int tree_parse(const char *text, size_t len, struct problems *problems,
	       struct node *root)
{
	struct builder builder = {
		.problems = problems,
		.source = text,
		.len = len,
	};
	int result;

	*root = (struct node){.kind = NODE_BROKEN};
	if (!yaml_parser_initialize(&builder.parser))
		BUG("libyaml cannot start");
	yaml_parser_set_encoding(&builder.parser, YAML_UTF8_ENCODING);
	yaml_parser_set_input_string(&builder.parser,
				     (const unsigned char *)text, len);
	result = build_stream(&builder, root);
	yaml_parser_delete(&builder.parser);
	if (result < 0)
		node_release(root);
	return result;
}

void node_release(struct node *node)
{
	for (size_t i = 0; i < node->count; i++)
		node_release(&node->children[i]);
	free(node->children);
	free(node->text);
	free(node->key);
	*node = (struct node){.kind = NODE_BROKEN};
}

const struct node *node_find(const struct node *map, const char *key)
{
	if (map->kind != NODE_MAP)
		return NULL;
	for (size_t i = 0; i < map->count; i++)
		if (!map->children[i].repeated &&
		    strcmp(map->children[i].key, key) == 0)
			return &map->children[i];
	return NULL;
}

struct place node_place(const struct node *node)
{
	return node->key ? node->key_place : node->place;
}
