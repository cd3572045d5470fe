/* SPDX-License-Identifier: MIT */
/* Environments: deployments, targets, the way back, locks. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/str.h"
#include "base/vector.h"
#include "model/fold.h"

static void init_colour(struct colour_model *colour)
{
	colour->version = xstrdup("");
	colour->asked = colour->share = colour->rate = NAN;
	colour->error_rate = NAN;
	colour->p50 = colour->p95 = colour->p99 = NAN;
	colour->sessions = -1;
}

static void init(struct environment_model *it, const char *name)
{
	it->name = xstrdup(name);
	it->live = it->candidate = -1;
	it->live_version = xstrdup("");
	it->live_commit = xstrdup("");
	it->previous.version = xstrdup("");
	it->previous.commit = xstrdup("");
	it->stage = xstrdup("");
	it->analysis_text = xstrdup("");
	it->preview = xstrdup("");
	it->observed = xstrdup("");
	it->analysis_verdict = xstrdup("");
	it->analysis_limit = xstrdup("");
	it->way_back.text = xstrdup("");
	it->way_back.version = xstrdup("");
	it->way_back.last_ms = -1;
	it->lock.person = xstrdup("");
	it->lock.reason = xstrdup("");
	it->last_rollback = xstrdup("");
	for (int i = 0; i < COLOUR_COUNT; i++)
		init_colour(&it->colours[i]);
}

void environment_model_release(struct environment_model *it)
{
	for (int i = 0; i < COLOUR_COUNT; i++)
		free(it->colours[i].version);
	free(it->name);
	free(it->live_version);
	free(it->live_commit);
	free(it->previous.version);
	free(it->previous.commit);
	free(it->stage);
	free(it->analysis_text);
	free(it->preview);
	free(it->observed);
	free(it->analysis_verdict);
	free(it->analysis_limit);
	free(it->way_back.text);
	free(it->way_back.version);
	free(it->lock.person);
	free(it->lock.reason);
	free(it->last_rollback);
}

struct environment_model *fold_environment(struct model *model,
					   const char *name)
{
	struct environment_model *it;

	if (!*name)
		return NULL;
	it = model_environment(model, name);
	if (it)
		return it;
	it = VECTOR_ADD(model->environments, model->environment_count,
			model->environment_cap);
	init(it, name);
	return it;
}

struct environment_model *fold_environment_of(struct model *model,
					      const struct event *event)
{
	struct environment_model *it =
		fold_environment(model, event_text(event, "environment"));

	if (it)
		it->seq = event->seq;
	return it;
}

static void set_release(struct colour_model *colour, const json_t *release)
{
	fold_text(&colour->version, json_text(release, "version"));
}

/* Marks the release of {colour, version, since} as live. */
static void set_live(struct environment_model *it, const json_t *live)
{
	int colour = colour_parse(json_text(live, "colour"));
	int64_t since = fold_time(live, "since");

	if (colour < 0)
		return;
	it->live = colour;
	set_release(&it->colours[colour], live);
	fold_text(&it->live_version, json_text(live, "version"));
	fold_text(&it->live_commit, json_text(live, "commit"));
	it->live_run = json_int(live, "run", 0);
	if (since)
		it->live_since = since;
}

static void set_previous(struct environment_model *it, const json_t *previous)
{
	fold_text(&it->previous.version, json_text(previous, "version"));
	fold_text(&it->previous.commit, json_text(previous, "commit"));
	it->previous.run = json_int(previous, "run", 0);
}

static void set_candidate(struct environment_model *it, const char *colour,
			  const json_t *release)
{
	it->candidate = colour_parse(colour);
	it->candidate_run = json_int(release, "run", 0);
	if (it->candidate >= 0)
		set_release(&it->colours[it->candidate], release);
}

static void set_lock(struct environment_model *it, const char *person,
		     const char *reason, int64_t until)
{
	it->lock.locked = true;
	fold_text(&it->lock.person, person);
	fold_text(&it->lock.reason, reason);
	it->lock.until = until;
}

static void clear_lock(struct environment_model *it)
{
	it->lock.locked = false;
	fold_text(&it->lock.person, "");
	fold_text(&it->lock.reason, "");
	it->lock.until = 0;
}

/* What a run finds, another run's deployment too: whatever an earlier engine
 * of this run saw begin there has ended since, or is told anew. */
void fold_environment_seen(struct model *model, const struct event *event)
{
	struct environment_model *it = fold_environment_of(model, event);
	const json_t *candidate = event_json(event, "candidate");
	const json_t *lock = event_json(event, "lock");
	const json_t *release;
	size_t i;

	if (!it)
		return;
	json_array_foreach(event_json(event, "running"), i, release)
	{
		int colour = colour_parse(json_text(release, "colour"));

		if (colour >= 0)
			set_release(&it->colours[colour], release);
	}
	set_live(it, event_json(event, "live"));
	set_previous(it, event_json(event, "previous"));
	set_candidate(it, json_text(candidate, "colour"), candidate);
	it->changing = it->rolling_back = false;
	if (lock)
		set_lock(it, json_text(lock, "person"),
			 json_text(lock, "reason"), fold_time(lock, "until"));
	else
		clear_lock(it);
}

void fold_deploy_planned(struct model *model, const struct event *event)
{
	struct environment_model *it = fold_environment_of(model, event);
	struct stage_model *stage = fold_stage_of(model, event);

	if (stage)
		stage_model_plan(stage, event_json(event, "steps"));
	if (!it)
		return;
	it->deployed = event->time_ms;
	fold_text(&it->stage, stage ? stage->name : "");
	fold_text(&it->analysis_limit, event_text(event, "analysis"));
	fold_text(&it->analysis_text, "");
	fold_text(&it->analysis_verdict, "");
	set_live(it, event_json(event, "live"));
	set_candidate(it, event_text(event, "colour"),
		      event_json(event, "candidate"));
}

void environment_model_settle(struct environment_model *it)
{
	it->candidate = -1;
	fold_text(&it->stage, "");
}

void fold_deploy_finished(struct model *model, const struct event *event)
{
	struct environment_model *it = fold_environment_of(model, event);

	if (!it)
		return;
	environment_model_settle(it);
	set_live(it, event_json(event, "live"));
	set_previous(it, event_json(event, "previous"));
}

static struct colour_model *colour_of(struct environment_model *it,
				      const struct event *event)
{
	int colour = colour_parse(event_text(event, "colour"));

	return it && colour >= 0 ? &it->colours[colour] : NULL;
}

static void set_health(struct model *model, const struct event *event, bool up)
{
	struct environment_model *it = fold_environment_of(model, event);
	struct colour_model *colour = colour_of(it, event);

	if (colour)
		colour->up = colour->healthy = up;
}

void fold_target_started(struct model *model, const struct event *event)
{
	struct colour_model *colour =
		colour_of(fold_environment_of(model, event), event);

	if (!colour)
		return;
	fold_field(&colour->version, event, "version");
	colour->up = true;
	colour->healthy = false;
}

void fold_target_healthy(struct model *model, const struct event *event)
{
	set_health(model, event, true);
}

void fold_target_failed(struct model *model, const struct event *event)
{
	set_health(model, event, false);
}

void fold_target_stopped(struct model *model, const struct event *event)
{
	set_health(model, event, false);
}

static void set_last_back(struct environment_model *it, int64_t ms, int64_t at,
			  bool was_drill)
{
	it->way_back.last_ms = ms;
	it->way_back.last_at = at;
	it->way_back.last_was_drill = was_drill;
}

void fold_preview(struct model *model, const struct event *event)
{
	struct environment_model *it = fold_environment_of(model, event);
	struct str where = STR_INIT;

	if (!it)
		return;
	if (event->type == EVENT_PREVIEW_OPENED)
		event_preview_where(event, &where);
	free(it->preview);
	it->preview = str_detach(&where);
}

void fold_readiness(struct model *model, const struct event *event)
{
	struct environment_model *it =
		fold_environment(model, event_text(event, "environment"));

	/* The way back itself moves nothing: seq stays. */
	if (!it)
		return;
	it->way_back.known = true;
	it->way_back.ready = event_bool(event, "ready");
	it->way_back.cold = event_bool(event, "cold");
	it->way_back.migrations = event_int(event, "migrations", 0);
	it->way_back.unknown_since = event_time(event, "unknown-since");
	fold_text(&it->way_back.text, event_text(event, "text"));
	fold_text(&it->way_back.version, event_text(event, "version"));
	if (event_has(event, "last-ms"))
		set_last_back(it, event_int(event, "last-ms", -1),
			      event_time(event, "last-time"),
			      event_bool(event, "drill"));
}

void fold_drill_started(struct model *model, const struct event *event)
{
	struct environment_model *it = fold_environment_of(model, event);

	if (it)
		it->drilling = true;
}

void fold_drill_finished(struct model *model, const struct event *event)
{
	struct environment_model *it = fold_environment_of(model, event);

	if (!it)
		return;
	it->drilling = false;
	if (state_parse(event_text(event, "outcome")) == STATE_PASSED &&
	    event_has(event, "ms"))
		set_last_back(it, event_int(event, "ms", -1), event->time_ms,
			      true);
}

void fold_rollback_started(struct model *model, const struct event *event)
{
	struct environment_model *it = fold_environment_of(model, event);

	if (!it)
		return;
	it->rolling_back = true;
}

void fold_rollback_finished(struct model *model, const struct event *event)
{
	struct environment_model *it = fold_environment_of(model, event);
	struct colour_model *colour = colour_of(it, event);

	if (!it)
		return;
	it->rolling_back = it->changing = false;
	it->rollbacks++;
	fold_text(&it->last_rollback, event_text(event, "text"));
	/* Whatever came of it, no deployment is under way any more. */
	environment_model_settle(it);
	if (state_parse(event_text(event, "outcome")) == STATE_FAILED)
		return;
	if (event_has(event, "ms"))
		set_last_back(it, event_int(event, "ms", -1), event->time_ms,
			      false);
	if (!colour)
		return;
	it->live = (int)(colour - it->colours);
	fold_text(&it->live_version, colour->version);
	it->live_since = event->time_ms;
	/* Of one that was interrupted no more than the colour is known. */
	fold_text(&it->live_commit, "");
	it->live_run = 0;
	set_live(it, event_json(event, "live"));
	set_previous(it, event_json(event, "previous"));
}

void fold_locked(struct model *model, const struct event *event)
{
	struct environment_model *it = fold_environment_of(model, event);

	if (!it)
		return;
	set_lock(it, event_text(event, "person"), event_text(event, "reason"),
		 event_time(event, "until"));
}

void fold_unlocked(struct model *model, const struct event *event)
{
	struct environment_model *it = fold_environment_of(model, event);

	if (it)
		clear_lock(it);
}
