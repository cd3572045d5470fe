/* SPDX-License-Identifier: MIT */
#include "source/git.h"

#include "base/memory.h"
#include "proc/child.h"

extern char **environ;

void git_environment(struct strings *env)
{
	static const char *const ours[] = {
		/* Never asks: nobody is there to answer. */
		"GIT_TERMINAL_PROMPT=0",
		/* Looking must not write the person's index. */
		"GIT_OPTIONAL_LOCKS=0",
		/* Parents are those that a commit names, whatever a stage
		 * wrote into info/grafts. */
		"GIT_GRAFT_FILE=/dev/null",
	};
	static const char *const dropped[] = {
		"GIT_DIR=",
		"GIT_WORK_TREE=",
		"GIT_INDEX_FILE=",
		"GIT_COMMON_DIR=",
		"GIT_PREFIX=",
		"GIT_NAMESPACE=",
		"GIT_LITERAL_PATHSPECS=",
		"GIT_TERMINAL_PROMPT=",
		"GIT_OPTIONAL_LOCKS=",
		"GIT_QUARANTINE_PATH=",
		"GIT_OBJECT_DIRECTORY=",
		"GIT_ALTERNATE_OBJECT_DIRECTORIES=",
		"GIT_GRAFT_FILE=",
		"GIT_SHALLOW_FILE=",
		"GIT_REPLACE_REF_BASE=",
		"GIT_INTERNAL_SUPER_PREFIX=",
		"GIT_TRACE",
		"GIT_PAGER=",
	};

	for (char **entry = environ; *entry; entry++) {
		bool keep = true;

		for (size_t i = 0; keep && i < ARRAY_SIZE(dropped); i++)
			keep = !starts_with(*entry, dropped[i]);
		if (keep)
			strings_add(env, *entry);
	}
	for (size_t i = 0; i < ARRAY_SIZE(ours); i++)
		strings_add(env, ours[i]);
}

int git_run(const char *const *arguments, struct str *output, size_t limit,
	    struct error *err)
{
	struct child_options options = CHILD_OPTIONS_INIT;
	struct strings argv = STRINGS_INIT;
	struct strings env = STRINGS_INIT;
	struct error why = ERROR_INIT;
	int result;

	strings_add(&argv, "git");
	for (; *arguments; arguments++)
		strings_add(&argv, *arguments);
	git_environment(&env);
	options.argv = (const char *const *)argv.items;
	options.env = (const char *const *)env.items;
	result = child_capture(&options, output, limit, &why);
	if (result < 0) {
		error_set(err, ERROR_GIT, "%s", error_text(&why));
		error_clear(&why);
	}
	strings_release(&argv);
	strings_release(&env);
	return result;
}
