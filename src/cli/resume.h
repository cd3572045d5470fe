/* SPDX-License-Identifier: MIT */
/* A vote on a run that no engine has. */
#ifndef SIGNALBOX_CLI_RESUME_H
#define SIGNALBOX_CLI_RESUME_H

#include "cli/project.h"
#include "event/command.h"

/* Records approve, reject or override by the rule of the gate, as an engine
 * would; nothing acts on it until the run is resumed. */
int resume_vote(struct project *project, struct command *command,
		struct error *err) MUST_CHECK;

#endif
