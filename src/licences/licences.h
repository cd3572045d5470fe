/* SPDX-License-Identifier: MIT */
/*
 * The licence policy: what may be shipped by the licences of its parts. An
 * expression is allowed when a choice in it is, denied when each choice has
 * a denied licence, or what cannot be told from one ("GPL v3"); what no list
 * names otherwise, and what no report tells, is for a person to look at.
 */
#ifndef SIGNALBOX_LICENCES_LICENCES_H
#define SIGNALBOX_LICENCES_LICENCES_H

#include "base/strings.h"
#include "licences/approvals.h"
#include "report/report.h"

/* Worst first. */
enum license_verdict {
	LICENSE_DENIED,
	LICENSE_REVIEW,
	LICENSE_ALLOWED,
	LICENSE_APPROVED, /* for this package, by the approvals */
};

/*
 * The lists hold SPDX ids and globs ("LGPL-*"), with " WITH EXCEPTION" where
 * an exception is meant; where several name a licence, deny wins over
 * review, and review over allow. All may be empty.
 */
struct license_policy {
	const struct strings *allow, *deny, *review;
	const struct approvals *approvals;
	bool with_base;	    /* an exception that no list names is left away */
	bool unknown_fails; /* what no list names is denied */
};

/* "denied". */
const char *license_verdict_name(enum license_verdict verdict);

/*
 * license is in the report's words: an expression, a name, or names apart by
 * semicolons, which all hold. NULL where none is told. *why, unless NULL, is
 * half a sentence ("GPL-3.0-only is denied"), or NULL when the licence is
 * allowed; the caller's. An approval lifts a review and what only
 * may be a denied one, never a denial by the deny list: that takes an
 * exception, which has an owner and an end.
 */
enum license_verdict license_judge(const struct license_policy *policy,
				   const struct component *component,
				   char **why);

/*
 * Judges each component, and adds a finding of kind license for each that is
 * denied (high) or wants a look (medium), so that thresholds and exceptions
 * hold for it. Its id is the licence with '_' for spaces, or
 * "unknown-licence". Settles the report's counts anew.
 */
void licences_apply(const struct license_policy *policy, struct report *report);

#endif
