/* SPDX-License-Identifier: MIT */
/*
 * What a person does from the board: a rollback, the note on one, a drill.
 *
 *	deed = deed_new(&options, command);
 *	deed_do(deed);                       // on a helper
 *	... deed_result(deed, &failed) ...
 *	deed_free(deed);
 */
#ifndef SIGNALBOX_CLI_BOARD_DEED_H
#define SIGNALBOX_CLI_BOARD_DEED_H

#include "event/command.h"

#define DEED_REFUSED                                                     \
	"refused: it has moved since the question was asked; ask again " \
	"to see how it is now"

struct deed_options {
	const char *state, *person; /* outlive the deed */
	int64_t seq; /* of the newest record that was shown; -1 none */
};

/* COMMAND_NOTE, COMMAND_ROLLBACK or COMMAND_DRILL, of an environment. */
struct deed *deed_new(const struct deed_options *options,
		      const struct command *command);
void deed_free(struct deed *deed);
void deed_do(struct deed *deed);
/* A sentence on what came of it, valid as long as the deed. */
const char *deed_result(const struct deed *deed, bool *failed);
/* The environment that was rolled back; NULL: none was. */
const char *deed_rolled_back(const struct deed *deed);

#endif
