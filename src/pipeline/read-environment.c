/* SPDX-License-Identifier: MIT */
#include "pipeline/sections.h"

#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "base/vector.h"

#define KEEP_MS (30 * 60 * (int64_t)1000)

static const struct key traffic_keys[] = {
	{"haproxy", read_haproxy, offsetof(struct traffic_config, haproxy),
	 false},
	{"nginx", read_nginx, 0, false},
	{"exec", read_traffic_exec, 0, false},
	{"envoy", NULL, 0, false},
	{"none", NULL, 0, false},
};
static const struct schema traffic_schema = SCHEMA("traffic", traffic_keys);

static void read_traffic(struct reader *reader, const struct node *value,
			 void *into)
{
	read_map(reader, value, &traffic_schema, into);
	if (value->kind == NODE_MAP && !value->count)
		complain_at(reader, node_place(value),
			    "traffic says what carries the requests; write "
			    "haproxy: {listen: \"127.0.0.1:8080\"}");
	if (value->kind == NODE_MAP && value->count > 1)
		complain_at(reader, value->children[1].key_place,
			    "one carries the requests: '%s' or '%s'",
			    value->children[0].key, value->children[1].key);
}

/* What is there already is asked at its url whether it has our files. */
static void check_reached(struct reader *reader, const struct node *value,
			  const struct environment_config *environment)
{
	const struct node *traffic = node_find(value, "traffic");

	if (!traffic || environment->url)
		return;
	if (environment->traffic.nginx.folder)
		complain_at(reader, traffic->key_place,
			    "where '%s' is reached is not known: its nginx is "
			    "one that is there, so write its 'url'",
			    environment->name);
	if (environment->traffic.kind == TRAFFIC_EXEC)
		complain_at(reader, traffic->key_place,
			    "where '%s' is reached is not known: its proxy is "
			    "one that is there, so write its 'url'",
			    environment->name);
}

static void read_sessions(struct reader *reader, const struct node *value,
			  void *into)
{
	static const char *const words[] = {"drain", "cut"};
	struct environment_config *environment = into;
	int word = read_word(reader, value, words, ARRAY_SIZE(words), NULL);

	if (word >= 0)
		environment->sessions = word ? SESSIONS_CUT : SESSIONS_DRAIN;
}

static void read_concurrency(struct reader *reader, const struct node *value,
			     void *into)
{
	static const char *const words[] = {
		[CONCURRENCY_QUEUE] = "queue",
		[CONCURRENCY_SUPERSEDE] = "supersede",
		[CONCURRENCY_SUPERSEDE_GATES] = "supersede-gates",
		[CONCURRENCY_REFUSE] = "refuse",
	};
	struct environment_config *environment = into;
	int word = read_word(reader, value, words, ARRAY_SIZE(words), NULL);

	if (word >= 0)
		environment->concurrency = (enum concurrency)word;
}

/* Two stars mean any depth, and stand only at the end. */
static bool is_branch_pattern(const char *text)
{
	size_t len = strlen(text);
	const char *deep = strstr(text, "**");

	if (text[0] == '/' || text[0] == '-' || text[len - 1] == '/' ||
	    strpbrk(text, " ~^:\\") || strstr(text, "//"))
		return false;
	return !deep || strcmp(text, "**") == 0 ||
	       (deep == text + len - 2 && deep[-1] == '/');
}

static void read_branches(struct reader *reader, const struct node *value,
			  void *into)
{
	const struct strings *branches = into;

	read_lines(reader, value, into);
	if (value->kind == NODE_LIST && !value->count)
		complain_about(reader, value,
			       "no branch could be deployed; name some, or "
			       "take 'branches' out");
	for (size_t i = 0; i < branches->count; i++)
		if (!is_branch_pattern(branches->items[i]))
			complain_about(reader, value,
				       "'%.80s' names no branch; write main, "
				       "release/* or release/**",
				       branches->items[i]);
}

static const struct key environment_keys[] = {
	{"url", read_url, offsetof(struct environment_config, url), false},
	{"target", read_target, offsetof(struct environment_config, target),
	 true},
	{"traffic", read_traffic, offsetof(struct environment_config, traffic),
	 true},
	{"gate", read_gate, offsetof(struct environment_config, gate), false},
	{"secrets", read_variables,
	 offsetof(struct environment_config, secrets), false},
	{"keep", read_duration, offsetof(struct environment_config, keep_ms),
	 false},
	{"branches", read_branches,
	 offsetof(struct environment_config, branches), false},
	{"sessions", read_sessions, 0, false},
	{"concurrency", read_concurrency, 0, false},
	{"preview", read_preview, offsetof(struct environment_config, preview),
	 false},
	{"windows", read_windows, 0, false},
	{"freezes", read_freezes, 0, false},
	{"migrations", NULL, 0, false},
	{"notify", NULL, 0, false},
	{"rules-from", NULL, 0, false},
	{"resume", NULL, 0, false},
	{"env", NULL, 0, false},
};
static const struct schema environment_schema =
	SCHEMA("an environment", environment_keys);

static void read_environment(struct reader *reader, const struct node *value)
{
	struct pipeline *pipeline = reader->pipeline;
	struct environment_config *environment;

	if (!is_name(value->key))
		complain_at(reader, value->key_place,
			    "'%.80s' is no name of an environment; use "
			    "letters, digits, '-', '_' and '.'",
			    value->key);
	environment =
		VECTOR_ADD(pipeline->environments, pipeline->environment_count,
			   pipeline->environment_cap);
	environment->name = xstrdup(value->key);
	environment->place = value->key_place;
	environment->keep_ms = KEEP_MS;
	target_defaults(&environment->target);
	gate_defaults(&environment->gate);
	read_map(reader, value, &environment_schema, environment);
	check_reached(reader, value, environment);
	preview_check(reader, value, environment);
}

void read_environments(struct reader *reader, const struct node *value,
		       void *into)
{
	const struct pipeline *pipeline = reader->pipeline;

	(void)into;
	if (!expect_kind(reader, value, NODE_MAP, "a map of environments"))
		return;
	for (size_t i = 0; i < value->count; i++)
		if (!value->children[i].repeated)
			read_environment(reader, &value->children[i]);
	for (size_t i = 0; i < pipeline->environment_count; i++)
		name_index_add(&reader->environments,
			       pipeline->environments[i].name, i);
	name_index_sort(&reader->environments);
	ports_check(reader, value);
}

void read_environment_name(struct reader *reader, const struct node *value,
			   void *into)
{
	const struct name_index *known = &reader->environments;
	char *mend;

	if (value->kind != NODE_TEXT || !value->text[0] ||
	    name_index_find(known, value->text)) {
		read_line(reader, value, into);
		return;
	}
	mend = suggest(reader, value->text, known->names, known->count);
	complain_about(reader, value, "'%.80s' is not in 'environments'%s",
		       value->text, mend);
	free(mend);
}
