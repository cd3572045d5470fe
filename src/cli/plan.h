/* SPDX-License-Identifier: MIT */
/* What a run would do, in words. */
#ifndef SIGNALBOX_CLI_PLAN_H
#define SIGNALBOX_CLI_PLAN_H

#include "cli/project.h"
#include "engine/selection.h"

/* Rows of an option table that fill a selection. */
#define SELECTION_OPTIONS(selection)                         \
	{"--skip", NULL, NULL, &(selection).skip},           \
		{"--only", NULL, NULL, &(selection).only},   \
		{"--from", &(selection).from, NULL, NULL},   \
		{"--until", &(selection).until, NULL, NULL}, \
	{                                                    \
		"--reason", &(selection).reason, NULL, NULL  \
	}

/* Prints it on standard output; effects it has none. */
int plan_print(const struct project *project, const struct selection *selection,
	       struct error *err) MUST_CHECK;

#endif
