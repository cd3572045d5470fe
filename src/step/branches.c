/* SPDX-License-Identifier: MIT */
/* Before a deployment: whether its environment takes commits of a branch that
 * this one is on. */
#include <stdlib.h>

#include "base/memory.h"
#include "base/str.h"
#include "source/branches.h"
#include "step/step.h"

struct look { /* the helper's */
	const char *repository_folder, *commit;
	const struct strings *patterns;
	int result;
	char *where;
	struct error err;
	struct branches_step *step; /* NULL once cancelled */
};

struct branches_step {
	struct step step;
	struct look *look;
};

static const struct environment_config *environment_of(const struct step *step)
{
	return pipeline_environment(step->options.host->pipeline,
				    step->options.stage->deploy.environment);
}

static void ask(void *data)
{
	struct look *look = data;
	struct repository *repository =
		repository_open(look->repository_folder, &look->err);

	look->result = repository ? branches_allow(repository, look->commit,
						   look->patterns, &look->where,
						   &look->err)
				  : -1;
	repository_free(repository);
}

static char *refusal(const struct step *step, const struct look *look)
{
	struct str text = STR_INIT;

	str_addf(&text, "refused: %s takes commits of",
		 step->options.stage->deploy.environment);
	for (size_t i = 0; i < look->patterns->count; i++)
		str_addf(&text, "%s %s", i ? "," : "",
			 look->patterns->items[i]);
	str_addf(&text, ", and %.10s is %s", look->commit, look->where);
	return str_detach(&text);
}

/* A deployment that had begun is not left in its middle. */
static bool is_under_way(const struct step *step)
{
	return step->options.past && step->options.past->planned;
}

static void judge(struct step *step, const struct look *look)
{
	char *why = NULL;

	if (look->result == 1 || is_under_way(step)) {
		step_done(step, STATE_PASSED, NULL);
		return;
	}
	step->code = look->err.code ? look->err.code : ERROR_REFUSED;
	why = look->err.code ? xstrdup(error_text(&look->err))
			     : refusal(step, look);
	step_done(step, STATE_FAILED, why);
	free(why);
}

static void answered(void *data)
{
	struct look *look = data;
	struct branches_step *branches = look->step;

	if (branches) {
		branches->look = NULL;
		judge(&branches->step, look);
	}
	free(look->where);
	error_clear(&look->err);
	free(look);
}

static int branches_start(struct step *step, struct error *err)
{
	struct branches_step *branches = (struct branches_step *)step;
	const struct step_host *host = step->options.host;
	struct look *look = xcalloc(1, sizeof(*look));

	(void)err;
	look->repository_folder = host->run->repository_folder;
	look->commit = host->run->commit->id;
	look->patterns = &environment_of(step)->branches;
	look->step = branches;
	branches->look = look;
	helper_run(host->helper, ask, answered, look);
	return 0;
}

static void branches_drop(struct step *step)
{
	struct branches_step *branches = (struct branches_step *)step;

	if (branches->look)
		branches->look->step = NULL;
	branches->look = NULL;
}

static void branches_cancel(struct step *step, enum state why)
{
	branches_drop(step);
	step_done(step, why, "cancelled");
}

const struct step_ops step_branches_ops = {
	.name = "branches",
	.size = sizeof(struct branches_step),
	.start = branches_start,
	.cancel = branches_cancel,
	.release = branches_drop,
};
