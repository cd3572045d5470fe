/* SPDX-License-Identifier: MIT */
/* How a stage ends: it cleans up, is tried again, and may be allowed to
 * fail. */
#include <stdlib.h>

#include "base/clock.h"
#include "base/memory.h"
#include "engine/internal.h"

/* However often it doubles. */
#define LONGEST_WAIT_MS (60 * 60 * (int64_t)1000)

static bool is_failure(enum state outcome)
{
	return outcome == STATE_FAILED || outcome == STATE_TIMED_OUT;
}

static bool may_retry(const struct stage *stage)
{
	const struct engine *engine = stage->engine;

	return stage->retries_left > 0 && !engine->is_killed &&
	       (!engine->is_cancelled || stage->config->finally) &&
	       stage->config->kind == STAGE_KIND_RUN &&
	       is_failure(stage->ending);
}

static int64_t wait_before(const struct stage *stage, int attempt)
{
	int64_t wait = stage->config->backoff_ms;

	while (--attempt > 0 && wait < LONGEST_WAIT_MS)
		wait *= 2;
	return wait < LONGEST_WAIT_MS ? wait : LONGEST_WAIT_MS;
}

static char *retry_text(int64_t wait, int attempt, int attempts)
{
	char took[CLOCK_TEXT_SIZE];

	if (!wait)
		return xasprintf("tries again (%d of %d)", attempt + 1,
				 attempts);
	return xasprintf("waits %s, then tries again (%d of %d)",
			 duration_format(wait, took), attempt + 1, attempts);
}

static void tell_retry(struct stage *stage, int attempt, int64_t wait)
{
	int attempts = stage->config->retries + 1;
	char *text = retry_text(wait, attempt, attempts);
	struct event *event = stage_event(stage, EVENT_STAGE_RETRYING);

	event_set_int(event, "try", attempt);
	event_set_int(event, "of", attempts);
	event_set(event, "outcome", state_name(stage->ending));
	event_set(event, "reason", stage->reason);
	if (stage->exit_status >= 0)
		event_set_int(event, "exit-status", stage->exit_status);
	event_set_int(event, "wait-ms", wait);
	event_set(event, "text", text);
	stage_log_printf(stage->log, "signalbox: %s; %s\n",
			 stage->reason ? stage->reason
				       : state_name(stage->ending),
			 text);
	engine_emit(stage->engine, event);
	free(text);
}

/* Meanwhile others may have its place among --jobs. */
static void wait_is_over(void *data)
{
	struct stage *stage = data;

	stage->engine->due++;
	stage->is_due = true;
	stages_advance(stage->engine);
}

static void stage_retry(struct stage *stage)
{
	int attempt = stage->config->retries + 1 - stage->retries_left;
	int64_t wait = wait_before(stage, attempt);

	stage->retries_left--;
	tell_retry(stage, attempt, wait);
	stage->has_run = false;
	stage_give_back(stage);
	if (!wait) {
		stage_prepare(stage);
		return;
	}
	stage_hold_job(stage, false);
	stage->pause =
		loop_timer(stage->engine->loop, INT64_MAX, wait_is_over, stage);
	timer_set_in(stage->pause, wait);
	stages_advance(stage->engine);
}

void stage_wake(struct stage *stage)
{
	stage->engine->due -= stage->is_due;
	stage->is_due = false;
	timer_free(stage->pause);
	stage->pause = NULL;
}

void stage_go_on(struct stage *stage)
{
	stage_wake(stage);
	stage_hold_job(stage, true);
	engine_emit(stage->engine, stage_event(stage, EVENT_STAGE_READY));
	stage_prepare(stage);
}

/* Without a review, or after its end, an exception excuses nothing. */
static void judge(struct stage *stage)
{
	const struct exception_config *it = &stage->config->allow_failure;
	const char *why =
		stage->reason ? stage->reason : state_name(stage->ending);
	char *text, *flaw;

	if (!it->reason || !is_failure(stage->ending))
		return;
	flaw = allowance_flaw(stage->engine->allowances, it, "it to fail");
	if (flaw) {
		text = xasprintf("%s; %s", why, flaw);
	} else {
		text = xasprintf("%s; allowed by %s until %s, reviewer %s: "
				 "%s",
				 why, it->owner, it->until, it->reviewer,
				 it->reason);
		stage->ending = STATE_ALLOWED;
	}
	free(flaw);
	free(stage->reason);
	stage->reason = text;
}

static void conclude(struct stage *stage)
{
	if (may_retry(stage)) {
		stage_retry(stage);
		return;
	}
	judge(stage);
	stage_finish(stage, stage->ending);
}

static void cleaned_up(struct step *step, void *data)
{
	struct stage *stage = data;

	(void)step;
	stage->is_cleaning = false;
	stage_drop_step(stage);
	conclude(stage);
}

static void clean_up(struct stage *stage)
{
	struct step_options options = stage_step_options(stage);

	options.done = cleaned_up;
	options.data = stage;
	options.outcome = state_name(stage->ending);
	stage->is_cleaning = true;
	stage->step = step_new(STEP_CLEANUP, &options);
	if (step_start(stage->step, NULL) < 0)
		BUG("a clean-up refused to start");
}

void stage_end(struct stage *stage, enum state outcome, const char *reason)
{
	char *copy = xstrdup_null(reason); /* it may be the step's */

	stage->ending = outcome;
	free(stage->reason);
	stage->reason = copy;
	stage_drop_step(stage);
	if (!stage->config->cleanup.count || !stage->has_run) {
		conclude(stage);
	} else if (stage->engine->is_killed) {
		engine_note(stage->engine, "warning",
			    "the clean-up of %s is left out",
			    stage->config->name);
		conclude(stage);
	} else {
		clean_up(stage);
	}
}
