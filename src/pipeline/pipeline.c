/* SPDX-License-Identifier: MIT */
#include "pipeline/pipeline.h"

#include <stdlib.h>
#include <string.h>

#include "base/digest.h"
#include "base/memory.h"
#include "pipeline/sections.h"

/* Letters compared for suggestions in one file, well under a second. */
#define COMPARISONS 60000000

static void read_mode(struct reader *reader, const struct node *value,
		      void *into)
{
	static const char *const words[] = {"delivery", "deployment"};
	int word = read_word(reader, value, words, ARRAY_SIZE(words), NULL);

	if (word >= 0)
		*(enum pipeline_mode *)into = (enum pipeline_mode)word;
}

static void read_path_rule(struct reader *reader, const struct node *value,
			   void *into)
{
	struct path_rule *rule = into;

	rule->present = true;
	read_globs(reader, value, &rule->globs);
}

/* In this order they are read: each may refer to those above it. */
static const struct key pipeline_keys[] = {
	{"name", read_name, offsetof(struct pipeline, name), true},
	{"mode", read_mode, offsetof(struct pipeline, mode), false},
	{"socket-group", read_name, offsetof(struct pipeline, socket_group),
	 false},
	{"keep-failed", read_count, offsetof(struct pipeline, keep_failed),
	 false},
	{"keep-runs", read_count, offsetof(struct pipeline, keep_runs), false},
	{"risky", read_path_rule, offsetof(struct pipeline, risky), false},
	{"migrations", read_path_rule, offsetof(struct pipeline, migrations),
	 false},
	{"env", read_environment_pairs, offsetof(struct pipeline, env), false},
	{"people", read_people, 0, false},
	{"environments", read_environments, 0, false},
	{"services", read_services, 0, false},
	{"stages", read_stages, 0, true},
	{"notify", read_notify, 0, false},
	{"caches", NULL, 0, false},
	{"matrix", NULL, 0, false},
	{"finally", NULL, 0, false},
	{"cleanup", NULL, 0, false},
	{"branches", NULL, 0, false},
	{"shell", NULL, 0, false},
	{"windows", NULL, 0, false},
	{"rules-from", NULL, 0, false},
	{"concurrency", NULL, 0, false},
	{"resume", NULL, 0, false},
	{"log-limit", NULL, 0, false},
	{"scan", NULL, 0, false},
	{"exceptions", NULL, 0, false},
	{"outputs", NULL, 0, false},
	{"include", NULL, 0, false},
};
static const struct schema pipeline_schema =
	SCHEMA("the pipeline file", pipeline_keys);

static void read_tree(struct reader *reader, const struct node *root)
{
	if (root->kind == NODE_MAP)
		read_map(reader, root, &pipeline_schema, reader->pipeline);
	else if (root->kind != NODE_BROKEN)
		complain_about(reader, root,
			       "the file is a map of keys; it begins with "
			       "name: ...");
	else if (!reader->problems->count)
		problems_add(reader->problems, 0, 0,
			     "the file is empty; it needs at least name and "
			     "stages (signalbox init writes a first one)");
}

static void read_all(struct pipeline *pipeline, const char *text, size_t len,
		     struct problems *problems)
{
	struct reader reader = {
		.problems = problems,
		.pipeline = pipeline,
		.comparisons_left = COMPARISONS,
	};
	struct node root;

	if (tree_parse(text, len, problems, &root) < 0)
		return;
	read_tree(&reader, &root);
	name_index_release(&reader.environments);
	name_index_release(&reader.people);
	name_index_release(&reader.groups);
	strings_release(&reader.group_names);
	node_release(&root);
}

struct pipeline *pipeline_parse(const char *text, size_t len, const char *file,
				struct problems *problems)
{
	struct pipeline *pipeline = xcalloc(1, sizeof(*pipeline));
	size_t before = problems->count;

	pipeline->keep_failed = KEEP_FAILED_DEFAULT;
	pipeline->keep_runs = KEEP_RUNS_DEFAULT;
	digest_bytes(text, len, pipeline->digest);
	problems_begin(problems, file, &text, &len);
	if (len > PIPELINE_FILE_LIMIT)
		problems_add(problems, 0, 0,
			     "the file has %zu bytes; more than %u are not "
			     "read",
			     len, PIPELINE_FILE_LIMIT);
	else
		read_all(pipeline, text, len, problems);
	if (problems->count == before)
		return pipeline;
	pipeline_free(pipeline);
	return NULL;
}
