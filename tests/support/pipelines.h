/* SPDX-License-Identifier: MIT */
/* Pipelines of a test's own text. */
#ifndef SIGNALBOX_TESTS_SUPPORT_PIPELINES_H
#define SIGNALBOX_TESTS_SUPPORT_PIPELINES_H

#include "base/str.h"
#include "pipeline/pipeline.h"
#include "support/cmocka.h"

/* Parses it, or fails the test. */
static inline struct pipeline *pipeline_of(const char *text)
{
	struct problems problems = PROBLEMS_INIT;
	struct str said = STR_INIT;
	struct pipeline *pipeline =
		pipeline_parse(text, strlen(text), "signalbox.yaml", &problems);

	problems_print(&problems, &said);
	if (!pipeline)
		fail_msg("%s%s", text, said.data);
	problems_release(&problems);
	str_release(&said);
	return pipeline;
}

#endif
