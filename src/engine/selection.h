/* SPDX-License-Identifier: MIT */
/*
 * Which stages of a pipeline a run leaves out, and the words for it. Pure.
 * What needs a stage that was left out goes on as if it had passed, but a
 * deployment then wants a reason; no gate of an environment is passed by it.
 */
#ifndef SIGNALBOX_ENGINE_SELECTION_H
#define SIGNALBOX_ENGINE_SELECTION_H

#include <jansson.h>

#include "base/error.h"
#include "base/strings.h"
#include "pipeline/pipeline.h"

struct selection {
	struct strings skip; /* these are left out; needs a reason */
	struct strings only; /* all others are, if there is one here */
	const char *from;    /* all that this stage needs is left out */
	/* All but this stage and what it needs is; "gate": whatever stands
	 * behind a gate. */
	const char *until;
	const char *reason;
};

/*
 * For each stage NULL, or why it is left out ("left out by ana: --only
 * unit"). ERROR_USAGE when a name is none, a reason is wanting, or nothing is
 * left. NULL as selection leaves nothing out.
 */
char **selection_make(const struct pipeline *pipeline,
		      const struct selection *selection, const char *person,
		      struct error *err) MUST_CHECK;
void selection_free(char **left_out, const struct pipeline *pipeline);
/* As run.started tells it: {skip?, only?, from?, until?, reason?}. */
json_t *selection_json(const struct selection *selection);

#endif
