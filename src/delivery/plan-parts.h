/* SPDX-License-Identifier: MIT */
/* What the files that make a plan share, private to them. */
#ifndef SIGNALBOX_DELIVERY_PLAN_PARTS_H
#define SIGNALBOX_DELIVERY_PLAN_PARTS_H

#include "delivery/plan.h"

/* plan-check.c: ERROR_CONFIG with what is to be changed. */
int plan_check(const struct plan_request *request,
	       struct error *err) MUST_CHECK;

#endif
