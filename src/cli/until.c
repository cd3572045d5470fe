/* SPDX-License-Identifier: MIT */
#include "cli/until.h"

#include <string.h>

#include "base/clock.h"
#include "base/memory.h"
#include "cli/follow.h"

static bool is_done(const struct model *model)
{
	return model->finished != 0;
}

static bool is_at_gate(const struct model *model)
{
	return model_open_gate(model) != NULL;
}

static bool has_failed(const struct model *model)
{
	if (model->finished && state_is_bad(model->state))
		return true;
	for (size_t i = 0; i < model->stage_count; i++)
		if (state_is_bad(model->stages[i].state))
			return true;
	return false;
}

static const struct aim {
	const char *name;
	bool (*is_there)(const struct model *model);
} aims[] = {
	{"done", is_done},
	{"gate", is_at_gate},
	{"failed", has_failed},
};

static const struct aim *aim_named(const char *name)
{
	for (size_t i = 0; i < ARRAY_SIZE(aims); i++)
		if (strcmp(aims[i].name, name) == 0)
			return &aims[i];
	return NULL;
}

int until_check(const char *what, struct error *err)
{
	return aim_named(what) ? 0
			       : error_set(err, ERROR_USAGE,
					   "--until is done, gate or failed, "
					   "not '%s'",
					   what);
}

static enum follow_look look(const struct model *model, void *data)
{
	const struct aim *aim = data;

	/* What cannot come any more is not waited for: its engine may linger
	 * for who looks at it. */
	return aim->is_there(model) || model->finished ? FOLLOW_ENOUGH
						       : FOLLOW_ON;
}

/* No engine executes it, and it has not come. */
static int say_ended(const struct model *model, const struct aim *aim,
		     struct error *err)
{
	const struct stage_model *gate = model_open_gate(model);
	long long run = (long long)model->run;

	if (model->finished) {
		(void)!error_set(err, ERROR_FAILED, "run %lld %s; %s", run,
				 state_name(model->state),
				 aim->is_there == is_at_gate
					 ? "no gate is open"
					 : "nothing failed");
		return 1;
	}
	if (gate) {
		(void)!error_set(err, ERROR_REFUSED,
				 "run %lld waits at the gate of %s, without an "
				 "engine; signalbox approve %lld lets it pass",
				 run, gate->name, run);
		return 6;
	}
	gate = model_decided_gate(model);
	(void)!error_set(err, ERROR_IO,
			 "run %lld %s%s; signalbox resume %lld goes on with it",
			 run,
			 gate ? "was decided at the gate of " : "was cut off",
			 gate ? gate->name : "", run);
	return 7;
}

static int judge(const struct model *model, const struct aim *aim, int end,
		 int64_t timeout_ms, struct error *err)
{
	char text[CLOCK_TEXT_SIZE];

	if (aim->is_there(model))
		return aim->is_there == is_done ? model->exit_status : 0;
	if (end != FOLLOW_LATE)
		return say_ended(model, aim, err);
	(void)!error_set(err, ERROR_TIMEOUT,
			 "run %lld has not come to --until %s in %s",
			 (long long)model->run, aim->name,
			 duration_format(timeout_ms, text));
	return 7;
}

int until_await(const struct project *project, int64_t run, const char *what,
		int64_t timeout_ms, struct error *err)
{
	const struct aim *aim = aim_named(what);
	const struct follow follow = {look, (void *)aim, timeout_ms};
	struct model *model;
	int end = follow_run(project, run, &follow, &model, err);
	int status;

	if (end < 0)
		return -1;
	status = judge(model, aim, end, timeout_ms, err);
	model_free(model);
	return status;
}
