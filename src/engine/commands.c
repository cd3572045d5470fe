/* SPDX-License-Identifier: MIT */
/* What people tell a run, from wherever: refused when what it is for has
 * moved since its sender looked. */
#include "engine/internal.h"

static int refuse_moved(const char *what, const char *text, struct error *err)
{
	return error_set(err, ERROR_REFUSED,
			 "%s has moved on since what you saw: %s; look again",
			 what, text ? text : "it changed");
}

static bool is_vote(enum command_kind kind)
{
	return kind == COMMAND_APPROVE || kind == COMMAND_REJECT ||
	       kind == COMMAND_OVERRIDE;
}

/* A release that waits for its window is let go on by the same word as a
 * gate. */
static struct stage *stage_at_window(struct engine *engine,
				     const struct command *command)
{
	const struct pipeline *pipeline = engine->options.pipeline;

	for (size_t i = 0; i < pipeline->stage_count; i++) {
		struct stage *stage = &engine->stages[i];

		if (command->kind == COMMAND_OVERRIDE &&
		    stage->state == STATE_RUNNING && stage->step &&
		    stage->config->kind == STAGE_KIND_DEPLOY)
			return stage;
	}
	return NULL;
}

/* The stage a command is for: named, or the only one it can be. */
static struct stage *stage_for(struct engine *engine,
			       const struct command *command)
{
	const struct pipeline *pipeline = engine->options.pipeline;
	bool vote = is_vote(command->kind);

	if (command->stage)
		return stages_find(engine, command->stage);
	for (size_t i = 0; i < pipeline->stage_count; i++) {
		struct stage *stage = &engine->stages[i];

		if (stage->state != STATE_RUNNING || !stage->step ||
		    (vote && !stage->at_gate))
			continue;
		if (!vote && stage->config->kind != STAGE_KIND_DEPLOY)
			continue;
		if (!command->environment ||
		    str_equal(command->environment,
			      stage->config->deploy.environment))
			return stage;
	}
	return stage_at_window(engine, command);
}

static int command_stage(struct engine *engine, const struct command *command,
			 const struct sender *sender, struct error *err)
{
	struct stage *stage = stage_for(engine, command);
	int64_t moved;

	if (!stage)
		return error_set(err, ERROR_REFUSED,
				 is_vote(command->kind)
					 ? "no gate of run %lld is open"
					 : "run %lld has no deployment under "
					   "way",
				 (long long)engine->run);
	moved = is_vote(command->kind) ? stage->gate_seq : stage->moved_seq;
	if (command->seq && command->seq < moved)
		return refuse_moved(stage->config->name, stage->moved_text,
				    err);
	if (!stage->step)
		return error_set(err, ERROR_REFUSED,
				 "%s is not running: it is %s",
				 stage->config->name, state_name(stage->state));
	return step_command(stage->step, command, sender, err);
}

static struct site *site_for(struct engine *engine,
			     const struct command *command)
{
	struct stage *stage;

	if (command->environment)
		return site_find(engine, command->environment);
	stage = stage_for(engine, command);
	if (stage && stage->config->kind == STAGE_KIND_DEPLOY)
		return site_find(engine, stage->config->deploy.environment);
	return engine->sites && !engine->sites->next ? engine->sites : NULL;
}

static int command_site(struct engine *engine, const struct command *command,
			const struct sender *sender, struct error *err)
{
	struct site *site = site_for(engine, command);
	const struct stage *stage;

	if (!site)
		return error_set(err, ERROR_USAGE,
				 "say which environment to %s",
				 command_name(command->kind));
	if (command->kind == COMMAND_ROLLBACK && command->seq &&
	    command->seq < site->release_seq)
		return refuse_moved(site->name, site->release_text, err);
	if (!site->claimed)
		return site_command(site, command, sender, err);
	stage = stages_find(engine, site->claimed->options.stage->name);
	if (command->kind == COMMAND_SHIFT && command->seq &&
	    command->seq < stage->moved_seq)
		return refuse_moved(site->name, stage->moved_text, err);
	if (command->kind == COMMAND_SHIFT || site_has_candidate(site))
		return step_command(site->claimed, command, sender, err);
	return site_command(site, command, sender, err);
}

static int refuse_ended(const struct engine *engine, struct error *err)
{
	return error_set(err, ERROR_REFUSED, "run %lld has ended",
			 (long long)engine->run);
}

/* Twice kills: the second must have seen the first. */
static int command_cancel(struct engine *engine, const struct command *command,
			  struct error *err)
{
	if (engine->is_over)
		return refuse_ended(engine, err);
	if (command->seq && command->seq < engine->cancelled_seq)
		return refuse_moved("the run", "it was cancelled", err);
	stages_cancel(engine);
	/* Where the record of this command will stand. */
	engine->cancelled_seq = stream_seq(engine->stream) + 1;
	return 0;
}

static int command_retry(struct engine *engine, const struct command *command,
			 const struct sender *sender, struct error *err)
{
	const struct stage *stage =
		command->stage ? stages_find(engine, command->stage) : NULL;

	if (stage && command->seq && command->seq < stage->moved_seq)
		return refuse_moved(command->stage, stage->moved_text, err);
	return stages_retry(engine, command->stage, sender->login, err);
}

static int execute(struct engine *engine, const struct command *command,
		   const struct sender *sender, struct error *err)
{
	if (command->run && command->run != engine->run)
		return error_set(
			err, ERROR_REFUSED, "this is run %lld, not run %lld",
			(long long)engine->run, (long long)command->run);
	switch (command->kind) {
	case COMMAND_CANCEL:
		return command_cancel(engine, command, err);
	case COMMAND_SHIFT:
	case COMMAND_ROLLBACK:
		return command_site(engine, command, sender, err);
	case COMMAND_RETRY:
		return command_retry(engine, command, sender, err);
	case COMMAND_DRILL:
		return error_set(err, ERROR_REFUSED,
				 "a run drills nothing; signalbox drill does");
	case COMMAND_NOTE: /* its record is all it is for */
		return 0;
	case COMMAND_POKE: /* somebody changed an environment: look now */
		for (struct site *site = engine->sites; site; site = site->next)
			if (environment_refresh(site->environment, err) < 0)
				return -1;
		return 0;
	default:
		if (engine->is_over)
			return refuse_ended(engine, err);
		return command_stage(engine, command, sender, err);
	}
}

static void tell_command(struct engine *engine, enum event_type type,
			 const struct command *command,
			 const struct sender *sender, const char *why)
{
	struct event *event = event_new(type, command->stage);
	const char *target =
		command->environment ? command->environment : command->stage;

	event_set(event, "command", command_name(command->kind));
	event_set(event, "person", sender->login);
	event_set_int(event, "uid", sender->uid);
	if (target)
		event_set(event, "target", target);
	else
		event_setf(event, "target", "run %lld", (long long)engine->run);
	event_set(event, "reason", command->reason);
	if (command->kind == COMMAND_SHIFT)
		event_setf(event, "after", "%g %%", command->value);
	if (command->next)
		event_set_bool(event, "next", true);
	event_set(event, "why", why);
	engine_emit(engine, event);
}

int commands_execute(struct engine *engine, const struct command *command,
		     const struct sender *sender, struct error *err)
{
	struct error why = ERROR_INIT;

	if (execute(engine, command, sender, &why) == 0) {
		/* A look at an environment decides nothing. */
		if (command->kind != COMMAND_POKE)
			tell_command(engine, EVENT_COMMAND_RECEIVED, command,
				     sender, NULL);
		return 0;
	}
	tell_command(engine, EVENT_COMMAND_REFUSED, command, sender,
		     error_text(&why));
	return error_move(err, &why);
}
