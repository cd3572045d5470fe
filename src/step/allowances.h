/* SPDX-License-Identifier: MIT */
/*
 * What a pipeline file itself lets stand, and whether it may at this moment:
 * reviewed by another, not over, and not written by its reviewer.
 *
 *	struct allowances *all = allowances_new(pipeline, repository, commit);
 *	allowances_judge(all, helper, judged, data);	// judged() comes later
 *	char *flaw = allowance_flaw(all, &stage->allow_failure, "it to fail");
 *	if (!flaw) ... it may
 *	allowances_free(all);		// after the helper
 */
#ifndef SIGNALBOX_STEP_ALLOWANCES_H
#define SIGNALBOX_STEP_ALLOWANCES_H

#include "loop/helper.h"
#include "pipeline/pipeline.h"

struct allowances;

/* NULL: the file lets nothing stand. The pipeline is borrowed; commit NULL:
 * the work tree's file. */
struct allowances *allowances_new(const struct pipeline *pipeline,
				  const char *repository, const char *commit);
void allowances_free(struct allowances *all); /* NULL is fine */

/* Asks git on the helper who wrote them; judged(data) is called on the loop
 * once that is known. Once. */
void allowances_judge(struct allowances *all, struct helper *helper,
		      void (*judged)(void *data), void *data);

bool allowances_are_judged(const struct allowances *all);

/* NULL, or why it lets nothing stand now, as "ana allowed WHAT until
 * 2026-12-31"; the caller's. Until it was judged nothing stands. `all` may be
 * NULL. */
char *allowance_flaw(const struct allowances *all,
		     const struct exception_config *config, const char *what);

/* Calls tell() with a sentence for every 'tls' of a stage (NULL: of the
 * notices): until when a certificate is not verified, or why it is after all.
 * It is borrowed. `all` may be NULL. */
void allowances_tell_tls(const struct allowances *all,
			 const struct stage_config *stage,
			 void (*tell)(void *data, const char *text),
			 void *data);
/* Whether that of a URL is not verified now. */
bool allowance_tls(const struct allowances *all,
		   const struct exception_config *tls);

#endif
