/* SPDX-License-Identifier: MIT */
#include "pipeline/sections.h"

#include "base/memory.h"
#include "base/vector.h"

#define TIMEOUT_MS 10000

/* signalbox-events(5)'s, but for those that no journal keeps, and two that
 * people ask for by other names. A test holds them against the event table. */
const char *const notify_words[] = {
	"failed",
	"rolled-back",
	"run.started",
	"run.resumed",
	"run.finished",
	"stage.ready",
	"stage.started",
	"stage.finished",
	"stage.skipped",
	"step.started",
	"step.finished",
	"test.finished",
	"report.read",
	"finding.found",
	"artifact.stored",
	"gate.opened",
	"gate.voted",
	"gate.closed",
	"deploy.planned",
	"deploy.finished",
	"target.started",
	"target.healthy",
	"target.failed",
	"target.stopped",
	"target.restarted",
	"preview.opened",
	"preview.closed",
	"traffic.changing",
	"traffic.changed",
	"traffic.left",
	"analysis.judged",
	"rollback.readiness",
	"rollback.started",
	"rollback.finished",
	"environment.seen",
	"environment.locked",
	"environment.unlocked",
	"command.received",
	"command.refused",
	"note.added",
	NULL,
};
#define WORD_COUNT (ARRAY_SIZE(notify_words) - 1)

static void read_on(struct reader *reader, const struct node *value, void *into)
{
	if (!expect_kind(reader, value, NODE_LIST, "a list of events"))
		return;
	if (!value->count)
		complain_about(reader, value,
			       "no event is named; write [gate.opened, "
			       "run.finished]");
	for (size_t i = 0; i < value->count; i++) {
		int word = read_word(reader, &value->children[i], notify_words,
				     WORD_COUNT, NULL);

		if (word >= 0)
			strings_add(into, notify_words[word]);
	}
}

static void read_variable(struct reader *reader, const struct node *value,
			  void *into)
{
	if (value->kind == NODE_TEXT && value->text[0] &&
	    !is_variable(value->text))
		complain_about(reader, value,
			       "'%.80s' is no name of a variable; the URL "
			       "itself stands behind 'post'",
			       value->text);
	else
		read_line(reader, value, into);
}

static void read_template(struct reader *reader, const struct node *value,
			  void *into)
{
	static const char *const words[] = {"json", "slack"};
	struct notify_config *notify = into;
	int word = read_word(reader, value, words, ARRAY_SIZE(words), NULL);

	notify->slack = word == 1;
}

static const struct key notify_keys[] = {
	{"on", read_on, offsetof(struct notify_config, on), true},
	{"post", read_url, offsetof(struct notify_config, post), false},
	{"post-env", read_variable, offsetof(struct notify_config, post_env),
	 false},
	{"tls", read_tls, offsetof(struct notify_config, tls), false},
	{"run", read_text, offsetof(struct notify_config, run), false},
	{"template", read_template, 0, false},
	{"text", read_line, offsetof(struct notify_config, text), false},
	{"timeout", read_time_limit, offsetof(struct notify_config, timeout_ms),
	 false},
};
static const struct schema notify_schema = SCHEMA("a notice", notify_keys);

static void read_one(struct reader *reader, const struct node *value)
{
	static const char *const ways[] = {"post", "post-env", "run"};
	struct pipeline *pipeline = reader->pipeline;
	struct notify_config *notify = VECTOR_ADD(
		pipeline->notify, pipeline->notify_count, pipeline->notify_cap);
	int said = 0;

	notify->timeout_ms = TIMEOUT_MS;
	notify->place = value->place;
	read_map(reader, value, &notify_schema, notify);
	if (value->kind != NODE_MAP || has_strange_key(value, &notify_schema))
		return;
	for (size_t i = 0; i < ARRAY_SIZE(ways); i++)
		said += node_find(value, ways[i]) != NULL;
	if (said != 1)
		complain_at(reader, node_place(value),
			    "a notice goes one way; write one of post, "
			    "post-env and run");
	if (notify->post || node_find(value, "run"))
		tls_check(reader, value, notify->post);
	if (node_find(value, "text") && !notify->slack)
		complain_at(reader, node_place(node_find(value, "text")),
			    "'text' is what a message says; it needs "
			    "'template: slack'");
}

void read_notify(struct reader *reader, const struct node *value, void *into)
{
	(void)into;
	if (!expect_kind(reader, value, NODE_LIST, "a list of notices"))
		return;
	for (size_t i = 0; i < value->count; i++)
		read_one(reader, &value->children[i]);
}
