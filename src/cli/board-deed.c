/* SPDX-License-Identifier: MIT */
#include "cli/board-deed.h"

#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "delivery/environment.h"
#include "loop/loop.h"
#include "proc/child.h"
#include "proc/identity.h"

#define SAID_LIMIT ((size_t)64 * 1024)

struct deed {
	struct deed_options options;
	enum command_kind kind;
	char *environment, *reason; /* of a note */
	struct error err;
	struct str said;
};

struct deed *deed_new(const struct deed_options *options,
		      const struct command *command)
{
	struct deed *deed = xcalloc(1, sizeof(*deed));
	const char *reason = command->reason ? command->reason : "";

	deed->options = *options;
	deed->kind = command->kind;
	deed->environment = xstrdup(command->environment);
	deed->reason = xstrdup(reason);
	str_init(&deed->said);
	return deed;
}

void deed_free(struct deed *deed)
{
	error_clear(&deed->err);
	str_release(&deed->said);
	free(deed->environment);
	free(deed->reason);
	free(deed);
}

/* A note on it, or a look whether more is recorded of it than was shown: the
 * board is read anew a while after that. */
static int note(struct deed *deed, struct environment *environment)
{
	if (deed->kind == COMMAND_NOTE)
		return environment_remark(environment, deed->options.person,
					  deed->reason, &deed->err);
	if (environment_state(environment)->seq == deed->options.seq)
		return 0;
	return error_set(&deed->err, ERROR_REFUSED, "%s", DEED_REFUSED);
}

static int open_and_note(struct deed *deed)
{
	struct loop *loop = loop_new();
	struct environment_options options = {
		.loop = loop,
		.state = deed->options.state,
		.name = deed->environment,
	};
	struct environment *environment =
		environment_open(&options, &deed->err);
	int result = -1;

	if (environment) {
		result = note(deed, environment);
		environment_close(environment);
	}
	loop_free(loop);
	return result;
}

/* As the command does it, in a process that outlives this one. */
static int call(struct deed *deed)
{
	bool drills = deed->kind == COMMAND_DRILL;
	char *seen = xasprintf("%lld", (long long)deed->options.seq);
	const char *argv[] = {"signalbox",
			      command_name(deed->kind),
			      deed->environment,
			      "--seen",
			      seen,
			      drills ? "--yes" : NULL,
			      NULL};
	struct child_options options = CHILD_OPTIONS_INIT;
	char *program = process_own_path();
	int result;

	options.argv = argv;
	options.path = program;
	options.outlive = true;
	result = child_capture(&options, &deed->said, SAID_LIMIT, &deed->err);
	free(program);
	free(seen);
	while (deed->said.len && deed->said.data[deed->said.len - 1] == '\n')
		str_truncate(&deed->said, deed->said.len - 1);
	return result;
}

void deed_do(struct deed *deed)
{
	if ((open_and_note(deed) < 0 ||
	     (deed->kind != COMMAND_NOTE && call(deed) < 0)) &&
	    !deed->err.code)
		error_set(&deed->err, ERROR_FAILED, "it failed");
}

const char *deed_result(const struct deed *deed, bool *failed)
{
	const char *line = strrchr(deed->said.data, '\n');

	*failed = deed->err.code != ERROR_NONE;
	if (*failed)
		return error_text(&deed->err);
	if (deed->kind == COMMAND_NOTE)
		return "noted";
	return line ? line + 1 : deed->said.data;
}

const char *deed_rolled_back(const struct deed *deed)
{
	return deed->err.code || deed->kind != COMMAND_ROLLBACK
		       ? NULL
		       : deed->environment;
}
