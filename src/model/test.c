/* SPDX-License-Identifier: MIT */
/* Tests that were told singly. */
#include <stdio.h>
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

/* A failure told by the output and by a report is still one. */
static struct test_model *find(const struct stage_model *stage,
			       const char *name, enum state state)
{
	for (size_t i = 0; state != STATE_PASSED && i < stage->test_count; i++)
		if (stage->tests[i].state == state &&
		    strcmp(stage->tests[i].name, name) == 0)
			return &stage->tests[i];
	return NULL;
}

static struct test_model *add(struct stage_model *stage, const char *name,
			      enum state state)
{
	bool bad = state != STATE_PASSED;
	size_t kept =
		bad ? stage->tests_bad : stage->test_count - stage->tests_bad;
	struct test_model *test;

	if (kept >= TESTS_KEPT)
		return NULL;
	test = VECTOR_ADD(stage->tests, stage->test_count, stage->test_cap);
	test->name = xstrdup(name);
	test->message = xstrdup("");
	test->file = xstrdup("");
	test->state = state;
	stage->tests_bad += bad;
	return test;
}

void stage_model_add_test(struct stage_model *stage, const struct event *event)
{
	enum state state = state_parse(event_text(event, "outcome"));
	const char *name = event_text(event, "name");
	struct test_model *test;

	if (!*name)
		return;
	test = find(stage, name, state);
	if (!test)
		test = add(stage, name, state);
	if (!test)
		return;
	fold_field(&test->message, event, "message");
	fold_field(&test->file, event, "file");
	test->line = (int)event_int(event, "line", test->line);
	test->ms = event_int(event, "ms", -1);
	test->newly_skipped = event_bool(event, "newly-skipped");
	test->runs_before = event_int(event, "runs-before", -1);
	test->failed_before = event_int(event, "failed-before", -1);
}

bool test_history(int64_t failed_before, int64_t runs_before,
		  char text[TEST_HISTORY_SIZE])
{
	const char *s = runs_before == 1 ? "" : "s";

	if (runs_before <= 0 || failed_before < 0)
		return false;
	if (!failed_before)
		snprintf(text, TEST_HISTORY_SIZE,
			 "never failed in %lld run%s before",
			 (long long)runs_before, s);
	else
		snprintf(text, TEST_HISTORY_SIZE,
			 "failed in %lld of %lld run%s before",
			 (long long)failed_before, (long long)runs_before, s);
	return true;
}
