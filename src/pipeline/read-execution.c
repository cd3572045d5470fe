/* SPDX-License-Identifier: MIT */
/* How a stage's command is run: its shell and its folder. */
#include "pipeline/sections.h"

#include <stdlib.h>
#include <string.h>

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
