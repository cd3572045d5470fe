/* SPDX-License-Identifier: MIT */
/* Tests that were told singly. */
#include <stdlib.h>
#include <string.h>

#include "base/vector.h"
#include "model/fold.h"

static void test_release(struct test_model *test)
{
	free(test->name);
	free(test->message);
	free(test->file);
}

void stage_model_clear_tests(struct stage_model *stage)
{
	for (size_t i = 0; i < stage->test_count; i++)
		test_release(&stage->tests[i]);
	stage->test_count = stage->tests_bad = 0;
}

void stage_model_add_test(struct stage_model *stage, const struct event *event)
{
	enum state state = state_parse(event_text(event, "outcome"));
	bool bad = state != STATE_PASSED;
	size_t kept =
		bad ? stage->tests_bad : stage->test_count - stage->tests_bad;
	struct test_model *test;

	if (!*event_text(event, "name") || kept >= TESTS_KEPT)
		return;
	test = VECTOR_ADD(stage->tests, stage->test_count, stage->test_cap);
	test->name = xstrdup(event_text(event, "name"));
	test->message = xstrdup(event_text(event, "message"));
	test->file = xstrdup(event_text(event, "file"));
	test->state = state;
	test->line = (int)event_int(event, "line", 0);
	test->ms = event_int(event, "ms", -1);
	stage->tests_bad += bad;
}
