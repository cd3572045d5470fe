/* SPDX-License-Identifier: MIT */
#include "unit/step/deploy-rig.h"

#include "base/file.h"
#include "base/memory.h"
#include "unit/delivery/fakes.h"
#include "unit/source/scratch.h"

void set_up_git(void)
{
	scratch_git();
}

static void take(struct event *copy, void *data)
{
	struct rig *rig = data;

	event_encode(copy, NULL, &rig->events);
	event_free(copy);
}

static void moved(const char *text, void *data)
{
	struct rig *rig = data;

	if (rig->claimed)
		step_moved(rig->claimed, text);
}

static void store_artifact(struct rig *rig)
{
	struct strings globs = STRINGS_INIT;
	struct error err = ERROR_INIT;

	scratch_run(rig->folder, "git init -q . && echo 1 >shop && git add . "
				 "&& git commit -qm first");
	free(rig->commit.id);
	rig->commit.id = scratch_ask(rig->folder, "git rev-parse HEAD");
	strings_add(&globs, "shop");
	if (artifacts_store(rig->folder, rig->folder, &globs, &rig->artifacts,
			    &err) < 0)
		fail_msg("%s", error_text(&err));
	strings_release(&globs);
}

void prepare(struct rig *rig, const char *pipeline_text)
{
	struct environment_options options = {.name = "production",
					      .emit = take,
					      .moved = moved,
					      .data = rig,
					      .stage = "production",
					      .target = &fake_target,
					      .traffic = &fake_traffic};

	fake_reset();
	rig_init(rig, pipeline_text);
	store_artifact(rig);
	options.loop = rig->loop;
	options.state = rig->folder;
	options.pipeline = rig->pipeline;
	options.pipeline_text = pipeline_text;
	rig->environment = environment_open(&options, NULL);
	assert_non_null(rig->environment);
	rig->stage = "production";
}

void begin(struct rig *rig, const char *pipeline_text)
{
	prepare(rig, pipeline_text);
	rig_start(rig, STEP_DEPLOY);
}

void again(struct rig *rig)
{
	step_free(rig->step);
	str_clear(&rig->events);
	rig->facts.version = "v2";
	rig->facts.number = 8;
	rig_start(rig, STEP_DEPLOY);
}

void begin_second(struct rig *rig, const char *pipeline_text)
{
	prepare(rig, pipeline_text);
	rig->facts.version = "v1";
	rig_start(rig, STEP_DEPLOY);
	rig_until_done(rig);
	assert_int_equal(rig->outcome, STATE_PASSED);
	again(rig);
}

void end(struct rig *rig)
{
	step_free(rig->step);
	rig->step = NULL;
	environment_close(rig->environment);
	scratch_run(rig->folder, "chmod -R u+w .");
	rig_release(rig);
	fake_reset();
}

const struct environment_state *state_of(const struct rig *rig)
{
	return environment_state(rig->environment);
}
