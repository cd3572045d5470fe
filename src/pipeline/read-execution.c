/* SPDX-License-Identifier: MIT */
/* How a stage's command is run: its shell, what follows its end. */
#include "pipeline/sections.h"

#include <stdlib.h>
#include <string.h>

#include "base/memory.h"

/* A name alone is called as the usual shell is. */
void read_shell(struct reader *reader, const struct node *value, void *into)
{
	struct strings *shell = into;
	char *name = NULL;

	if (value->kind == NODE_LIST && !value->count)
		complain_about(reader, value,
			       "'shell' names a program and its words, as "
			       "[bash, -e, -c]; the text comes last");
	else if (value->kind == NODE_LIST)
		read_words(reader, value, shell);
	else
		read_line(reader, value, &name);
	if (name && strpbrk(name, " \"'"))
		complain_about(reader, value,
			       "'%.80s' is no program; words are a list, as "
			       "[bash, -e, -c]",
			       name);
	else if (name) {
		strings_add(shell, name);
		strings_add(shell, "-e");
		strings_add(shell, "-c");
	}
	free(name);
}

static const struct key retry_keys[] = {
	{"times", read_count, offsetof(struct stage_config, retries), true},
	{"backoff", read_duration, offsetof(struct stage_config, backoff_ms),
	 false},
};
static const struct schema retry_schema = SCHEMA("retries", retry_keys);

void read_retries(struct reader *reader, const struct node *value, void *into)
{
	struct stage_config *stage = into;

	if (value->kind == NODE_MAP)
		read_map(reader, value, &retry_schema, into);
	else
		read_count(reader, value, &stage->retries);
}

void read_cleanup(struct reader *reader, const struct node *value, void *into)
{
	if (!expect_kind(reader, value, NODE_LIST, "a list of commands"))
		return;
	for (size_t i = 0; i < value->count; i++) {
		char *text = NULL;

		read_text(reader, &value->children[i], &text);
		if (text)
			strings_add_owned(into, text);
	}
}
