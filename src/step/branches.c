/* SPDX-License-Identifier: MIT */
/* Before a deployment: whether its environment takes commits of a branch that
 * this one is on, by its own file and by that of the release that is live. */
#include <stdlib.h>

#include "base/memory.h"
#include "base/str.h"
#include "delivery/environment.h"
#include "source/branches.h"
#include "step/step.h"

struct look { /* the helper's */
	const char *repository_folder, *commit;
	struct branches_rule {
		struct strings names;
		bool is_live; /* of the release that is live */
	} rules[2];
	size_t rule_count;
	struct branches_rule *broken; /* NULL: it is on a branch of each */
	char *where;		      /* of the last that was asked */
	struct error err;
	struct branches_step *step; /* NULL once cancelled */
};

struct branches_step {
	struct step step;
	struct look *look;
};

static void ask(void *data)
{
	struct look *look = data;
	struct repository *repository =
		repository_open(look->repository_folder, &look->err);

	for (size_t i = 0; repository && i < look->rule_count; i++) {
		free(look->where);
		look->where = NULL;
		if (branches_allow(repository, look->commit,
				   &look->rules[i].names, &look->where,
				   &look->err) == 1)
			continue;
		look->broken = &look->rules[i];
		break;
	}
	repository_free(repository);
}

static char *refusal(const struct step *step, const struct look *look)
{
	struct str text = STR_INIT;

	str_addf(&text, "refused: %s takes commits of",
		 step->options.stage->deploy.environment);
	for (size_t i = 0; i < look->broken->names.count; i++)
		str_addf(&text, "%s %s", i ? "," : "",
			 look->broken->names.items[i]);
	if (look->broken->is_live)
		str_add(&text, ", as the release says that is live");
	str_addf(&text, ", and %.10s is %s", look->commit, look->where);
	return str_detach(&text);
}

static void judge(struct step *step, const struct look *look)
{
	char *why = NULL;

	if (!look->broken && !look->err.code) {
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
	for (size_t i = 0; i < look->rule_count; i++)
		strings_release(&look->rules[i].names);
	free(look->where);
	error_clear(&look->err);
	free(look);
}

/* Copied: the helper may be at it while the environment is closed. */
static void add_rule(struct look *look, const struct pipeline *pipeline,
		     bool is_live, const char *name)
{
	struct branches_rule *rule = &look->rules[look->rule_count];
	const struct environment_config *config =
		pipeline ? pipeline_environment(pipeline, name) : NULL;

	if (!config || !config->branches.count)
		return;
	strings_copy(&rule->names, &config->branches);
	rule->is_live = is_live;
	look->rule_count++;
}

static int branches_start(struct step *step, struct error *err)
{
	struct branches_step *branches = (struct branches_step *)step;
	const struct step_host *host = step->options.host;
	const char *name = step->options.stage->deploy.environment;
	struct environment *environment =
		host->environment(host->data, name, err);
	const struct pipeline *live;
	struct look *look;

	if (!environment ||
	    environment_live_pipeline(environment, &live, err) < 0)
		return -1;
	look = xcalloc(1, sizeof(*look));
	look->repository_folder = host->run->repository_folder;
	look->commit = host->run->commit->id;
	add_rule(look, host->pipeline, false, name);
	add_rule(look, live, true, name);
	look->step = branches;
	branches->look = look;
	if (look->rule_count)
		helper_run(host->helper, ask, answered, look);
	else
		loop_post(host->loop, answered, look);
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
