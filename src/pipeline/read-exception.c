/* SPDX-License-Identifier: MIT */
/* What loosens a check says why, who answers for it, who has looked at that,
 * and when it ends. */
#include "pipeline/sections.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/clock.h"
#include "base/memory.h"

/* A day counts to its end. */
static void read_until(struct reader *reader, const struct node *value,
		       void *into)
{
	struct exception_config *exception = into;
	bool day = value->kind == NODE_TEXT && strlen(value->text) == 10;
	char *text;

	read_line(reader, value, &exception->until);
	if (!exception->until)
		return;
	text = xasprintf("%s%s", exception->until, day ? "T23:59:59.999Z" : "");
	if (clock_parse_utc(text, &exception->until_ms, NULL) < 0)
		complain_about(reader, value,
			       "'%.40s' is no day; write it as 2026-12-31, or "
			       "as 2026-12-31T18:00:00Z",
			       value->text);
	free(text);
}

static const struct key allowance_keys[] = {
	{"reason", read_line, offsetof(struct exception_config, reason), true},
	{"owner", read_line, offsetof(struct exception_config, owner), true},
	{"reviewer", read_line, offsetof(struct exception_config, reviewer),
	 false},
	{"until", read_until, 0, true},
};
static const struct schema allowance_schema =
	SCHEMA("allow-failure", allowance_keys);

/* That they are is no exception. */
static void read_verify(struct reader *reader, const struct node *value,
			void *into)
{
	bool verify = false;

	(void)into;
	read_truth(reader, value, &verify);
	if (verify)
		complain_about(reader, value,
			       "certificates are verified as it is; take 'tls' "
			       "out");
}

static const struct key tls_keys[] = {
	{"verify", read_verify, 0, true},
	{"reason", read_line, offsetof(struct exception_config, reason), true},
	{"owner", read_line, offsetof(struct exception_config, owner), true},
	{"reviewer", read_line, offsetof(struct exception_config, reviewer),
	 false},
	{"until", read_until, 0, true},
};
static const struct schema tls_schema = SCHEMA("tls", tls_keys);

static int last_line(const struct node *node)
{
	int last = node->place.line;

	for (size_t i = 0; i < node->count; i++)
		if (node->children[i].place.line > last)
			last = node->children[i].place.line;
	return last;
}

/* Whether nothing but the reviewer stands in its line, as in a map written in
 * braces others may. */
static bool is_alone(const struct node *map, const struct node *reviewer)
{
	int line = node_place(reviewer).line;

	if (map->place.line == line && &map->children[0] != reviewer)
		return false;
	for (size_t i = 0; i < map->count; i++) {
		const struct node *it = &map->children[i];

		if (it != reviewer &&
		    (node_place(it).line == line || it->place.line == line))
			return false;
	}
	return reviewer->place.line == line;
}

static void read_exception(struct reader *reader, const struct node *value,
			   const struct schema *schema,
			   struct exception_config *exception)
{
	const struct node *reviewer = node_find(value, "reviewer");

	exception->place = node_place(value);
	exception->last_line = last_line(value);
	exception->reviewer_line = reviewer ? node_place(reviewer).line : 0;
	exception->reviewer_is_alone = reviewer && is_alone(value, reviewer);
	read_map(reader, value, schema, exception);
	if (exception->owner && exception->reviewer &&
	    strcasecmp(exception->owner, exception->reviewer) == 0)
		complain_about(reader, reviewer,
			       "the reviewer is the owner; it takes another "
			       "person");
}

void read_allow_failure(struct reader *reader, const struct node *value,
			void *into)
{
	struct stage_config *stage = into;

	if (value->kind == NODE_MAP)
		read_exception(reader, value, &allowance_schema,
			       &stage->allow_failure);
	else if (value->kind != NODE_BROKEN)
		complain_about(reader, value,
			       "'allow-failure' loosens a check; write it as "
			       "{reason: TEXT, owner: NAME, reviewer: NAME, "
			       "until: 2026-12-31}");
}

void read_tls(struct reader *reader, const struct node *value, void *into)
{
	if (value->kind == NODE_MAP)
		read_exception(reader, value, &tls_schema, into);
	else if (value->kind != NODE_BROKEN)
		complain_about(reader, value,
			       "'tls' says why a certificate is not verified; "
			       "write it as {verify: false, reason: TEXT, "
			       "owner: NAME, reviewer: NAME, until: "
			       "2026-12-31}");
}

void tls_check(struct reader *reader, const struct node *value, const char *url)
{
	const struct node *tls = node_find(value, "tls");

	if (tls && (!url || !starts_with(url, "https://")))
		complain_at(reader, tls->key_place,
			    "'tls' is for what is asked by https; take it out");
}
