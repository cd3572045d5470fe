/* SPDX-License-Identifier: MIT */
/* How a scan holds its exceptions to account. */
#include "pipeline/sections.h"

#include <string.h>

void read_orphans(struct reader *reader, const struct node *value, void *into)
{
	static const char *const words[] = {"fail", "warn"};
	struct scan_config *scan = into;
	int word = read_word(reader, value, words, ARRAY_SIZE(words), NULL);

	if (word >= 0)
		scan->orphans = word ? ORPHANS_WARN : ORPHANS_FAIL;
}

void read_reviewers(struct reader *reader, const struct node *value, void *into)
{
	struct scan_config *scan = into;

	if (value->kind == NODE_LIST && value->count)
		read_lines(reader, value, &scan->reviewers);
	else if (value->kind == NODE_TEXT &&
		 strcmp(value->text, "codeowners") == 0)
		scan->by_codeowners = true;
	else if (value->kind != NODE_BROKEN)
		complain_about(reader, value,
			       "who may review is 'codeowners', or a list of "
			       "logins and @groups");
}
