/* SPDX-License-Identifier: MIT */
/* What the files that make a plan share, private to them. */
#ifndef SIGNALBOX_DELIVERY_PLAN_PARTS_H
#define SIGNALBOX_DELIVERY_PLAN_PARTS_H

#include "delivery/plan.h"

/* What building a plan hands around. */
struct making {
	const struct plan_request *request;
	struct plan *plan;
	bool shifting; /* some traffic is on the candidate by now */
	bool full;     /* all of it is */
};

/* plan-check.c: ERROR_CONFIG with what is to be changed. */
int plan_check(const struct plan_request *request,
	       struct error *err) MUST_CHECK;

/* plan-steps.c: writes making->plan's steps; ERROR_CONFIG where the provider
 * cannot do one. */
int plan_steps(struct making *making, struct error *err) MUST_CHECK;
/* plan-describe.c: the plan's note and way_back, the caller's. */
char *plan_note(const struct plan_request *request, const struct plan *plan);
char *plan_way_back(const struct plan_request *request,
		    const struct plan *plan);
/* Likewise its preview; "" where none is configured. */
char *plan_preview(const struct plan_request *request, const struct plan *plan);
/* plan-time.c */
int64_t plan_worst_ms(const struct plan_request *request,
		      const struct plan *plan);
int64_t plan_back_ms(const struct plan_request *request,
		     const struct plan *plan);

#endif
