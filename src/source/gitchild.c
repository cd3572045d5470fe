/* SPDX-License-Identifier: MIT */
#include "source/gitchild.h"

#include <signal.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "base/printable.h"
#include "proc/tool.h"
#include "source/git.h"

struct gitchild {
	struct tool *tool;
	gitchild_done *done;
	void *data;
};

static void ended(const struct tool_end *tool_end, void *data)
{
	struct gitchild *child = data;
	struct str output = STR_INIT, errors = STR_INIT;
	struct gitchild_end end = {.status = tool_end->status};
	size_t len = strlen(tool_end->errors);

	while (len > 0 && tool_end->errors[len - 1] == '\n')
		len--;
	str_add_printable(&errors, tool_end->errors, len, false);
	str_add_bytes(&output, tool_end->output, tool_end->output_len);
	end.output = &output;
	end.errors = errors.data;
	child->done(&end, child->data);
	str_release(&output);
	str_release(&errors);
	free(child);
}

struct gitchild *gitchild_start(struct loop *loop,
				const struct strings *arguments,
				gitchild_done *done, void *data,
				struct error *err)
{
	struct gitchild *child = xcalloc(1, sizeof(*child));
	struct strings argv = STRINGS_INIT, env = STRINGS_INIT;
	struct tool_options options = {
		.loop = loop,
		.output_most = SIZE_MAX,
		/* Without a terminal: ssh would stop there for a passphrase. */
		.session = true,
	};

	strings_add(&argv, "git");
	for (size_t i = 0; i < arguments->count; i++)
		strings_add(&argv, arguments->items[i]);
	git_environment(&env);
	options.argv = (const char *const *)argv.items;
	options.env = (const char *const *)env.items;
	child->done = done;
	child->data = data;
	child->tool = tool_start(&options, ended, child, err);
	strings_release(&argv);
	strings_release(&env);
	if (child->tool)
		return child;
	error_prefix(err, "git is needed to check commits out; install it");
	free(child);
	return NULL;
}

void gitchild_end(struct gitchild *child)
{
	tool_signal(child->tool, SIGTERM);
}

void gitchild_kill(struct gitchild *child)
{
	tool_signal(child->tool, SIGKILL);
}
