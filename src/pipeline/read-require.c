/* SPDX-License-Identifier: MIT */
/* `require`: what the reports of a stage must come to. */
#include "pipeline/sections.h"

#include "base/memory.h"

static void read_share(struct reader *reader, const struct node *value,
		       void *into)
{
	if (!expect_kind(reader, value, NODE_TEXT, "a percentage"))
		return;
	if (!parse_percent(value->text, into))
		complain_about(reader, value,
			       "'%.40s' is no percentage; write it as 80%%",
			       value->text);
}

static void read_newly_skipped(struct reader *reader, const struct node *value,
			       void *into)
{
	static const char *const words[] = {"count", "warn", "fail"};
	struct require_config *require = into;
	int word = read_word(reader, value, words, ARRAY_SIZE(words), NULL);

	if (word >= 0)
		require->newly_skipped = (enum newly_skipped)word;
}

#define REQUIRE_KEY(name, read, member)                                    \
	{                                                                  \
		name, read, offsetof(struct require_config, member), false \
	}

static const struct key require_keys[] = {
	REQUIRE_KEY("tests", read_count, tests),
	REQUIRE_KEY("skipped", read_count, skipped),
	{"newly-skipped", read_newly_skipped, 0, false},
	REQUIRE_KEY("lines", read_share, lines),
	REQUIRE_KEY("branches", read_share, branches),
	REQUIRE_KEY("drop", read_share, drop),
	REQUIRE_KEY("against", read_environment_name, against),
};
static const struct schema require_schema = SCHEMA("require", require_keys);

void read_require(struct reader *reader, const struct node *value, void *into)
{
	struct require_config *require = into;
	bool compares =
		node_find(value, "drop") || node_find(value, "newly-skipped");

	*require = (struct require_config){
		.present = true,
		.tests = -1,
		.skipped = -1,
		.lines = -1,
		.branches = -1,
		.drop = -1,
		.place = node_place(value),
	};
	read_map(reader, value, &require_schema, require);
	if (compares && !node_find(value, "against"))
		complain_at(reader, node_place(value),
			    "what is held against nothing holds; write which "
			    "environment's release: against: production");
}
