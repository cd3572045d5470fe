/* SPDX-License-Identifier: MIT */
/* On which branches a commit is. */
#ifndef SIGNALBOX_SOURCE_BRANCHES_H
#define SIGNALBOX_SOURCE_BRANCHES_H

#include "source/repository.h"

/* Adds the branches from whose tips the commit is reached, local ones and
 * those of remotes as last fetched, each once and without its remote. */
int branches_holding(struct repository *repository, const char *commit,
		     struct strings *branches, struct error *err) MUST_CHECK;
/* The first of the branches that a pattern names, or NULL; borrowed. '*'
 * stays within one name, "/" and two of them at the end are any depth. */
const char *branches_match(const struct strings *branches,
			   const struct strings *patterns);
/*
 * 1 when the commit is on a branch that a pattern names, 0 when not, -1 when
 * that cannot be told. *text says where it is, the caller's: "on main", "on
 * fix, draft only", "on no branch".
 */
int branches_allow(struct repository *repository, const char *commit,
		   const struct strings *patterns, char **text,
		   struct error *err) MUST_CHECK;

#endif
