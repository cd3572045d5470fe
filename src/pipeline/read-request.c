/* SPDX-License-Identifier: MIT */
/* The HTTP requests of checks and what must come back. */
#include "pipeline/sections.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "base/vector.h"

#define TIMEOUT_MS 10000

static const char *const methods[] = {
	"get", "head", "post", "put", "patch", "delete", "options",
};

static void read_method(struct reader *reader, const struct node *value,
			void *into)
{
	struct request *request = into;

	if (request->method) {
		complain_at(reader, value->key_place,
			    "a request has one method; '%s' is a second one, "
			    "so write another request",
			    value->key);
		return;
	}
	request->method = xstrdup(value->key);
	for (char *c = request->method; *c; c++)
		*c = (char)toupper((unsigned char)*c);
	read_path(reader, value, &request->path);
}

static bool is_header(const char *text)
{
	if (!*text)
		return false;
	for (; *text; text++)
		if (!isalnum((unsigned char)*text) &&
		    !strchr("!#$%&'*+-.^_`|~", *text))
			return false;
	return true;
}

static void read_headers(struct reader *reader, const struct node *value,
			 void *into)
{
	if (!expect_kind(reader, value, NODE_MAP, "a map of headers"))
		return;
	for (size_t i = 0; i < value->count; i++) {
		const struct node *child = &value->children[i];
		char *text = NULL;

		if (child->repeated)
			continue;
		if (!is_header(child->key)) {
			complain_at(reader, child->key_place,
				    "'%.60s' is no name of a header",
				    child->key);
			continue;
		}
		read_line(reader, child, &text);
		if (text)
			pairs_add(into, child->key, text);
		free(text);
	}
}

static void read_body(struct reader *reader, const struct node *value,
		      void *into)
{
	struct request *request = into;

	if (request->body)
		complain_at(reader, value->key_place,
			    "a request has 'json' or 'body', not both");
	else
		read_text(reader, value, &request->body);
}

static void read_json(struct reader *reader, const struct node *value,
		      void *into)
{
	struct request *request = into;
	struct str json = STR_INIT;

	json_from_node(reader, value, &json);
	request->body = str_detach(&json);
	request->json = true;
}

static void read_status(struct reader *reader, const struct node *value,
			void *into)
{
	read_between(reader, value, "HTTP status; it is a number", 100, 599,
		     into);
}

/* $, then .name and [number] as often as wanted. */
static bool is_json_path(const char *text)
{
	if (*text++ != '$')
		return false;
	while (*text) {
		const char *start;

		if (*text == '.') {
			for (start = ++text; isalnum((unsigned char)*text) ||
					     *text == '_' || *text == '-';)
				text++;
		} else if (*text == '[') {
			for (start = ++text; isdigit((unsigned char)*text);)
				text++;
		} else {
			return false;
		}
		if (text == start || (start[-1] == '[' && *text++ != ']'))
			return false;
	}
	return true;
}

static void read_expect(struct reader *reader, const struct node *value,
			void *into)
{
	if (!expect_kind(reader, value, NODE_MAP, "a map of JSON paths"))
		return;
	for (size_t i = 0; i < value->count; i++) {
		const struct node *child = &value->children[i];
		struct str json = STR_INIT;

		if (child->repeated)
			continue;
		if (is_json_path(child->key)) {
			json_from_node(reader, child, &json);
			pairs_add(into, child->key, json.data);
		} else {
			complain_at(reader, child->key_place,
				    "'%.60s' is no JSON path; write it as "
				    "$.items[0].name",
				    child->key);
		}
		str_release(&json);
	}
}

/* json stands above body, so that body sees it. */
static const struct key request_keys[] = {
	{"get", read_method, 0, false},
	{"head", read_method, 0, false},
	{"post", read_method, 0, false},
	{"put", read_method, 0, false},
	{"patch", read_method, 0, false},
	{"delete", read_method, 0, false},
	{"options", read_method, 0, false},
	{"headers", read_headers, offsetof(struct request, headers), false},
	{"json", read_json, 0, false},
	{"body", read_body, 0, false},
	{"status", read_status, offsetof(struct request, status), false},
	{"contains", read_line, offsetof(struct request, contains), false},
	{"expect", read_expect, offsetof(struct request, expect), false},
	{"timeout", read_time_limit, offsetof(struct request, timeout_ms),
	 false},
	{"matches", NULL, 0, false},
	{"follow", NULL, 0, false},
	{"retries", NULL, 0, false},
	{"save", NULL, 0, false},
};
static const struct schema request_schema = SCHEMA("a request", request_keys);

/* Whether a method was written at all, well or badly. */
static bool has_method(const struct node *value)
{
	for (size_t i = 0; i < ARRAY_SIZE(methods); i++)
		if (node_find(value, methods[i]))
			return true;
	return false;
}

static void read_request(struct reader *reader, const struct node *value,
			 struct request *request)
{
	request->place = value->place;
	request->timeout_ms = TIMEOUT_MS;
	read_map(reader, value, &request_schema, request);
	if (value->kind == NODE_MAP && !has_method(value) &&
	    !has_strange_key(value, &request_schema))
		complain_about(reader, value,
			       "a request needs a method and a path, as "
			       "get: /healthz");
}

void read_request_list(struct reader *reader, const struct node *value,
		       void *into)
{
	struct requests *requests = into;

	if (!expect_kind(reader, value, NODE_LIST, "a list of requests"))
		return;
	if (!value->count)
		complain_about(reader, value,
			       "a check without requests would prove nothing");
	for (size_t i = 0; i < value->count; i++)
		read_request(reader, &value->children[i],
			     VECTOR_ADD(requests->items, requests->count,
					requests->cap));
}
