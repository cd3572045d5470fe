/* SPDX-License-Identifier: MIT */
#include "pipeline/sections.h"

#include <stdlib.h>
#include <string.h>

#include "base/memory.h"

#define MOST_VOTES 100
#define EXPIRES_MS (24 * 3600 * (int64_t)1000)

/* Approvers are read like a list of lines, then each must be somebody. */
static void read_approvers(struct reader *reader, const struct node *value,
			   void *into)
{
	read_lines(reader, value, into);
	if (value->kind != NODE_LIST)
		return;
	for (size_t i = 0; i < value->count; i++) {
		const struct node *item = &value->children[i];
		const struct name_index *known;
		char *mend;

		if (item->kind != NODE_TEXT || !item->text[0])
			continue;
		known = item->text[0] == '@' ? &reader->groups
					     : &reader->people;
		if (name_index_find(known, item->text))
			continue;
		mend = suggest(reader, item->text, known->names, known->count);
		complain_about(reader, item, "%s '%.80s' is not in 'people'%s",
			       item->text[0] == '@' ? "group" : "login",
			       item->text, mend);
		free(mend);
	}
}

static void read_excluded(struct reader *reader, const struct node *value,
			  void *into)
{
	static const char *const roles[] = {"author", "committer"};
	struct strings *excluded = into;

	if (!expect_kind(reader, value, NODE_LIST,
			 "a list of author, committer"))
		return;
	strings_release(excluded);
	for (size_t i = 0; i < value->count; i++) {
		int role = read_word(reader, &value->children[i], roles,
				     ARRAY_SIZE(roles), NULL);

		if (role >= 0 && !strings_has(excluded, roles[role]))
			strings_add(excluded, roles[role]);
	}
}

static const struct key gate_keys[] = {
	{"approvers", read_approvers, offsetof(struct gate_rule, approvers),
	 false},
	{"required", read_positive, offsetof(struct gate_rule, required),
	 false},
	{"not", read_excluded, offsetof(struct gate_rule, excluded), false},
	{"expires", read_time_limit, offsetof(struct gate_rule, expires_ms),
	 false},
	{"windows", NULL, 0, false},
	{"if", NULL, 0, false},
	{"conditions", NULL, 0, false},
	{"notify", NULL, 0, false},
	{"rules-from", NULL, 0, false},
	{"signed", NULL, 0, false},
	{"on-expiry", NULL, 0, false},
};
static const struct schema gate_schema = SCHEMA("a gate", gate_keys);

struct voters {
	size_t people[MOST_VOTES];
	size_t count;
	size_t enough;
};

static void count_voter(struct voters *voters, size_t person)
{
	for (size_t i = 0; i < voters->count; i++)
		if (voters->people[i] == person)
			return;
	if (voters->count < voters->enough)
		voters->people[voters->count++] = person;
}

/* Whether every approver is somebody; counting nobodies says nothing. */
static bool all_known(const struct reader *reader,
		      const struct strings *approvers)
{
	for (size_t i = 0; i < approvers->count; i++) {
		const char *name = approvers->items[i];

		if (!name_index_find(name[0] == '@' ? &reader->groups
						    : &reader->people,
				     name))
			return false;
	}
	return true;
}

/* How many different people the approvers name, counted up to `enough`. */
static size_t count_voters(const struct reader *reader,
			   const struct strings *approvers, size_t enough)
{
	struct voters voters = {.enough = enough};

	for (size_t i = 0; i < approvers->count; i++) {
		const char *name = approvers->items[i];
		const struct name_index *index =
			name[0] == '@' ? &reader->groups : &reader->people;
		const struct name_entry *entry = name_index_find(index, name);

		for (; entry && entry < index->items + index->count &&
		       voters.count < enough && strcmp(entry->name, name) == 0;
		     entry++)
			count_voter(&voters, entry->number);
	}
	return voters.count;
}

static void check_quorum(struct reader *reader, const struct node *required,
			 const struct gate_rule *gate)
{
	size_t enough = (size_t)gate->required;
	size_t there;

	if (gate->required > MOST_VOTES) {
		complain_about(reader, required,
			       "more than %d votes cannot be asked for",
			       MOST_VOTES);
		return;
	}
	if (gate->required > 1 && !reader->pipeline->socket_group)
		complain_about(reader, required,
			       "%d votes need 'socket-group' at the top of "
			       "the file: without a group of users who may "
			       "reach the run, only its owner can vote",
			       gate->required);
	if (!all_known(reader, &gate->approvers))
		return;
	there = gate->approvers.count
			? count_voters(reader, &gate->approvers, enough)
			: reader->pipeline->people_count;
	if (there < enough &&
	    (gate->approvers.count || reader->pipeline->people_count))
		complain_about(reader, required,
			       "%d votes are required, but only %zu %s may "
			       "vote, so this gate could never open",
			       gate->required, there,
			       there == 1 ? "person" : "people");
}

void gate_defaults(struct gate_rule *gate)
{
	gate->required = 1;
	gate->expires_ms = EXPIRES_MS;
	strings_add(&gate->excluded, "author");
}

void read_gate(struct reader *reader, const struct node *value, void *into)
{
	struct gate_rule *gate = into;
	const struct node *required = node_find(value, "required");
	const struct node *approvers = node_find(value, "approvers");

	gate->present = true;
	gate->place = node_place(value);
	read_map(reader, value, &gate_schema, gate);
	if (required && gate->required > 1 &&
	    (!approvers || approvers->kind == NODE_LIST))
		check_quorum(reader, required, gate);
}
