/* SPDX-License-Identifier: MIT */
/* What a stage has before its command: a folder, the artifacts of earlier
 * stages in it, its services. */
#include <stdlib.h>
#include <unistd.h>

#include "base/memory.h"
#include "engine/internal.h"
#include "evidence/kept-path.h"

/* Its folder is ready. */
static void stage_begin(struct stage *stage)
{
	const char *missing = services_missing(stage);
	struct event *event;

	if (!missing) {
		stage_run_steps(stage);
		return;
	}
	services_want(stage); /* one may have ended meanwhile */
	stage->awaits_service = true;
	event = stage_event(stage, EVENT_STAGE_READY);
	event_setf(event, "reason", "waits for service %s", missing);
	engine_emit(stage->engine, event);
}

void stage_look_again(struct stage *stage)
{
	if (!stage->awaits_service || services_missing(stage))
		return;
	stage->awaits_service = false;
	engine_emit(stage->engine, stage_event(stage, EVENT_STAGE_READY));
	stage_run_steps(stage);
}

/* Artifacts of earlier stages are copied in on the helper. */
struct placing {
	struct stage *stage; /* NULL: cancelled */
	const char *state_folder;
	char *folder;
	struct artifacts set;
	struct error err;
};

static void place_work(void *data)
{
	struct placing *placing = data;

	if (artifacts_place(placing->state_folder, &placing->set,
			    placing->folder, &placing->err) < 0)
		error_prefix(&placing->err, "cannot place artifacts");
}

static void place_done(void *data)
{
	struct placing *placing = data;
	struct stage *stage = placing->stage;

	if (stage) {
		stage->placing = NULL;
		stage->error = placing->err.code;
		if (placing->err.code)
			stage_end(stage, STATE_FAILED,
				  error_text(&placing->err));
		else
			stage_begin(stage);
	}
	artifacts_release(&placing->set);
	error_clear(&placing->err);
	free(placing->folder);
	free(placing);
}

static void place_artifacts(struct stage *stage)
{
	struct engine *engine = stage->engine;
	struct placing *placing;

	if (!engine->artifacts.count) {
		stage_begin(stage);
		return;
	}
	placing = xcalloc(1, sizeof(*placing));
	placing->stage = stage;
	placing->state_folder = engine->options.state_folder;
	placing->folder = xstrdup(work_folder_path(stage->folder));
	for (size_t i = 0; i < engine->artifacts.count; i++) {
		const struct artifact *item = &engine->artifacts.items[i];

		artifacts_put(&placing->set, item->path, item->digest,
			      item->bytes, item->mode);
	}
	stage->placing = placing;
	helper_run(engine->helper, place_work, place_done, placing);
}

static void folder_ready(struct work_folder *folder, const struct error *err,
			 void *data)
{
	struct stage *stage = data;

	stage->request = NULL;
	if (!folder) {
		stage->error = err->code;
		stage_end(stage, STATE_FAILED, error_text(err));
		return;
	}
	stage->folder = folder;
	place_artifacts(stage);
}

static bool needs_folder(const struct stage *stage)
{
	return stage->config->kind == STAGE_KIND_RUN && stage->config->source &&
	       !stage->engine->options.worktree;
}

/* What an earlier try found is not what this one does. */
static void forget_evidence(const struct stage *stage)
{
	char *path = evidence_path(engine_run_folder(stage->engine),
				   stage->config->name);

	unlink(path);
	free(path);
}

void stage_prepare(struct stage *stage)
{
	struct engine *engine = stage->engine;

	/* The first of a deployment asks whether it may begin. */
	stage->at = stage->past && stage->past->planned;
	stage->has_run = false;
	stage->error = ERROR_NONE;
	forget_evidence(stage);
	services_want(stage);
	if (needs_folder(stage))
		stage->request =
			work_prepare(engine->work, engine->options.commit->id,
				     folder_ready, stage);
	else
		stage_begin(stage);
}

bool stage_stop_preparing(struct stage *stage)
{
	bool was = stage->placing || stage->request || stage->awaits_service;

	if (stage->placing)
		stage->placing->stage = NULL;
	stage->placing = NULL;
	if (stage->request)
		work_cancel(stage->request);
	stage->request = NULL;
	stage->awaits_service = false;
	return was;
}
