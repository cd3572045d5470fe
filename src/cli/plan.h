/* SPDX-License-Identifier: MIT */
/* What a run would do, in words. */
#ifndef SIGNALBOX_CLI_PLAN_H
#define SIGNALBOX_CLI_PLAN_H

#include "cli/project.h"
#include "engine/selection.h"

/* Rows of an option table that fill a selection. */
#define SELECTION_OPTIONS(selection)                                             \
	{"--skip",	    NULL,    NULL,                                       \
	 &(selection).skip, "STAGE", "leave a stage out; needs --reason"},       \
		{"--only",	    NULL,    NULL,                               \
		 &(selection).only, "STAGE", "leave all others out"},            \
		{"--from", &(selection).from, NULL,                              \
		 NULL,	   "STAGE",	      "leave out what the stage needs"}, \
		{"--until",    &(selection).until,                               \
		 NULL,	       NULL,                                             \
		 "STAGE|gate", "end with it, or before the first gates"},        \
	{                                                                        \
		"--reason", &(selection).reason, NULL, NULL, "TEXT", "why"       \
	}

/* Prints it on standard output; effects it has none. */
int plan_print(const struct project *project, const struct selection *selection,
	       struct error *err) MUST_CHECK;

#endif
