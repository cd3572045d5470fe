/* SPDX-License-Identifier: MIT */
/*
 * Checking a commit out into a work folder by git children, on the loop.
 * What a commit needs is found out once, in a plan. Inside source/ only.
 */
#ifndef SIGNALBOX_SOURCE_CHECKOUT_H
#define SIGNALBOX_SOURCE_CHECKOUT_H

#include <stdbool.h>

#include "base/error.h"
#include "base/strings.h"
#include "loop/loop.h"
#include "source/gitfolder.h"

/* What checking a commit out takes; shared by counting. */
struct plan {
	unsigned users;
	char *commit;
	struct strings paths;	 /* all its files */
	bool attributes;	 /* a .gitattributes is among them */
	struct strings filters;	 /* named by attributes */
	struct strings unknown;	 /* of these, those without any setting */
	struct strings required; /* of these, those that must work */
	bool listed;		 /* paths and filters are complete */
	bool refused;		 /* it needs what cannot be had */
};

struct plan *plan_new(const char *commit);
struct plan *plan_share(struct plan *plan);
void plan_drop(struct plan *plan); /* NULL is fine */

struct checkout;

/* err is NULL when the folder holds the commit. */
typedef void checkout_done(const struct error *err, void *data);

struct checkout_options {
	struct loop *loop;
	const struct gitfolder *folder; /* made; borrowed until done() */
	struct plan *plan;		/* borrowed until done() */
	unsigned *git_count;		/* one more for each child */
};

/* done() is not called from within this call. Frees itself after done(). */
struct checkout *checkout_start(const struct checkout_options *options,
				checkout_done *done, void *data,
				struct error *err) MUST_CHECK;
/* Kills the child; done() is still called. */
void checkout_kill(struct checkout *checkout);

#endif
