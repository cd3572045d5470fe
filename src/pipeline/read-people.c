/* SPDX-License-Identifier: MIT */
#include "pipeline/sections.h"

#include <ctype.h>
#include <string.h>

#include "base/memory.h"
#include "base/vector.h"

bool is_login(const char *text)
{
	size_t len = strlen(text);

	if (!len || len > 64 ||
	    (!isalnum((unsigned char)text[0]) && text[0] != '_'))
		return false;
	for (size_t i = 0; i < len; i++)
		if (!isalnum((unsigned char)text[i]) &&
		    !strchr("-_.@$", text[i]))
			return false;
	return true;
}

static void read_email(struct reader *reader, const struct node *value,
		       void *into)
{
	if (value->kind == NODE_TEXT && value->text[0] &&
	    !strchr(value->text, '@'))
		complain_about(reader, value,
			       "'%.80s' is no address; write the one that "
			       "commits carry, as ana@example.org",
			       value->text);
	else
		read_line(reader, value, into);
}

static void read_groups(struct reader *reader, const struct node *value,
			void *into)
{
	struct strings *groups = into;

	read_lines(reader, value, groups);
	for (size_t i = 0; i < groups->count; i++)
		if (!is_name(groups->items[i]))
			complain_about(reader, value,
				       "'%.80s' is no name of a group; it is "
				       "written without '@' here",
				       groups->items[i]);
}

static const struct key person_keys[] = {
	{"name", read_line, offsetof(struct person, name), false},
	{"email", read_email, offsetof(struct person, email), false},
	{"groups", read_groups, offsetof(struct person, groups), false},
	{"signing-key", NULL, 0, false},
	{"keys", NULL, 0, false},
	{"notify", NULL, 0, false},
};
static const struct schema person_schema = SCHEMA("a person", person_keys);

static void read_person(struct reader *reader, const struct node *value)
{
	struct pipeline *pipeline = reader->pipeline;
	struct person *person;

	if (!is_login(value->key))
		complain_at(reader, value->key_place,
			    "'%.80s' is no login; people are named by their "
			    "Unix user",
			    value->key);
	person = VECTOR_ADD(pipeline->people, pipeline->people_count,
			    pipeline->people_cap);
	person->login = xstrdup(value->key);
	person->place = value->key_place;
	read_map(reader, value, &person_schema, person);
	if (!person->name)
		person->name = xstrdup(person->login);
}

static void index_people(struct reader *reader)
{
	const struct pipeline *pipeline = reader->pipeline;

	for (size_t i = 0; i < pipeline->people_count; i++) {
		const struct person *person = &pipeline->people[i];

		name_index_add(&reader->people, person->login, i);
		for (size_t j = 0; j < person->groups.count; j++) {
			strings_addf(&reader->group_names, "@%s",
				     person->groups.items[j]);
			name_index_add(
				&reader->groups,
				reader->group_names
					.items[reader->group_names.count - 1],
				i);
		}
	}
	name_index_sort(&reader->people);
	name_index_sort(&reader->groups);
}

void read_people(struct reader *reader, const struct node *value, void *into)
{
	(void)into;
	if (!expect_kind(reader, value, NODE_MAP, "a map of logins"))
		return;
	for (size_t i = 0; i < value->count; i++)
		if (!value->children[i].repeated)
			read_person(reader, &value->children[i]);
	index_people(reader);
}
