/* SPDX-License-Identifier: MIT */
/* Sends one command to the engine of a run and waits for its answer. */
#ifndef SIGNALBOX_CLI_STEER_H
#define SIGNALBOX_CLI_STEER_H

#include "cli/project.h"
#include "event/command.h"

int steer_send(const struct project *project, int64_t run,
	       const struct command *command, struct error *err) MUST_CHECK;

#endif
