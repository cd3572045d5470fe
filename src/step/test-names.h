/* SPDX-License-Identifier: MIT */
/*
 * Which tests a stage had and what came of each, kept beside its log as
 * logs/STAGE.tests: a line a test, "passed\tNAME". Another run is held
 * against it (model/compare.h).
 */
#ifndef SIGNALBOX_STEP_TEST_NAMES_H
#define SIGNALBOX_STEP_TEST_NAMES_H

#include "base/str.h"
#include "report/report.h"
#include "step/step.h"

struct mask;

/* Appends a line; past a bound nothing more is added, and the file says so.
 * mask may be NULL. */
void test_names_add(struct str *names, struct mask *mask,
		    const struct test_case *test);
/* On the step's helper; takes the text over. Nothing of it is a failure of
 * the stage: what is not there is not known. */
void test_names_keep_owned(const struct step *step, struct str *names);

#endif
