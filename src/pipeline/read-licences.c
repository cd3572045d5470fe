/* SPDX-License-Identifier: MIT */
/* `licences`: which licences a scan's components may have. */
#include "pipeline/sections.h"

static void read_with(struct reader *reader, const struct node *value,
		      void *into)
{
	static const char *const words[] = {"own", "base"};
	struct license_policy_config *licences = into;

	licences->with_base =
		read_word(reader, value, words, ARRAY_SIZE(words), NULL) == 1;
}

static void read_unknown(struct reader *reader, const struct node *value,
			 void *into)
{
	static const char *const words[] = {"review", "fail"};
	struct license_policy_config *licences = into;

	licences->unknown_fails =
		read_word(reader, value, words, ARRAY_SIZE(words), NULL) == 1;
}

#define AT(member) offsetof(struct license_policy_config, member)

static const struct key keys[] = {
	{"allow", read_lines, AT(allow), false},
	{"deny", read_lines, AT(deny), false},
	{"review", read_lines, AT(review), false},
	{"approvals", read_glob, AT(approvals), false},
	{"with", read_with, 0, false},
	{"unknown", read_unknown, 0, false},
};
static const struct schema schema = SCHEMA("a licence policy", keys);

void read_licences(struct reader *reader, const struct node *value, void *into)
{
	struct license_policy_config *licences = into;

	licences->present = true;
	read_map(reader, value, &schema, licences);
	if (value->kind == NODE_MAP && !node_find(value, "allow") &&
	    !node_find(value, "deny") && !node_find(value, "review") &&
	    !node_find(value, "approvals") && !has_strange_key(value, &schema))
		complain_about(reader, value,
			       "a policy that names no licence fits none; "
			       "write allow: [MIT], or deny or review");
}
