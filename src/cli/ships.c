/* SPDX-License-Identifier: MIT */
/* `ships`: what a run, or one of HEAD, ships to an environment. */
#include <stdlib.h>
#include <string.h>

#include "base/file.h"
#include "base/memory.h"
#include "cli/arguments.h"
#include "cli/cli.h"
#include "cli/listing.h"
#include "cli/project.h"
#include "cli/runs.h"
#include "cli/ships-print.h"
#include "delivery/environment.h"
#include "engine/runs.h"
#include "source/ships.h"

static bool take_commit(const struct shipped_commit *commit, void *data)
{
	shipment_add_commit_owned(data, shipped_commit_copy(commit));
	return true;
}

static bool take_file(const struct shipped_file *file, void *data)
{
	struct shipped_file copy = *file;

	copy.path = xstrdup(file->path);
	copy.raw = NULL;
	shipment_add_file_owned(data, copy);
	return true;
}

static void set(char **field, const char *text)
{
	free(*field);
	*field = xstrdup(text);
}

static void set_live(struct shipment *it, const struct release *release)
{
	set(&it->live, release->commit);
	set(&it->live_version, release->version);
	it->live_run = release->run;
	it->live_since = it->was_live ? 0 : release->since;
}

/* What the candidate is held against: what is live there, or what was before
 * the run that was named and is. */
static void find_live(const char *folder, struct shipment *it, bool is_run)
{
	struct loop *loop = loop_new();
	struct environment_options options = {
		.loop = loop,
		.state = folder,
		.name = it->environment,
	};
	struct environment *environment = environment_open(&options, NULL);
	const struct environment_state *state =
		environment ? environment_state(environment) : NULL;

	if (state && state->has_live) {
		it->was_live = is_run && state->live.run == it->run;
		if (!it->was_live)
			set_live(it, &state->live);
		else if (state->has_previous)
			set_live(it, &state->previous);
	}
	if (environment)
		environment_close(environment);
	loop_free(loop);
}

/* The one named, else that of the last deploy stage. */
static const char *choose(const struct pipeline *pipeline, const char *name,
			  struct error *err)
{
	if (name && !pipeline_environment(pipeline, name)) {
		struct str names = STR_INIT;

		for (size_t i = 0; i < pipeline->environment_count; i++)
			str_addf(&names, "%s %s", i ? "," : ": it has",
				 pipeline->environments[i].name);
		error_set(err, ERROR_USAGE, "%s has no environment '%s'%s",
			  PIPELINE_FILE, name, names.len ? names.data : "");
		str_release(&names);
		return NULL;
	}
	for (size_t i = pipeline->stage_count; !name && i-- > 0;)
		if (pipeline->stages[i].kind == STAGE_KIND_DEPLOY)
			name = pipeline->stages[i].deploy.environment;
	if (!name)
		error_set(err, ERROR_USAGE, "%s deploys nowhere",
			  PIPELINE_FILE);
	return name;
}

static int64_t run_of(const char *state, const char *commit)
{
	char *runs = path_join(state, "runs");
	int64_t run = comparison_find_run(runs, commit);

	free(runs);
	return run;
}

/* "12" and "#12". */
static bool names_run(const char *name)
{
	const char *digits = name && *name == '#' ? name + 1 : name;

	return digits && *digits &&
	       strspn(digits, "0123456789") == strlen(digits);
}

/* Of a run: its commit, by its own pipeline file. */
static int open_run(struct project *project, const char *name,
		    struct shipment *it, struct error *err)
{
	const char *state = repository_state_folder(project->repository);
	struct model *model;
	int result;

	if (runs_parse_number(name, &it->run, err) < 0)
		return -1;
	model = runs_model(state, it->run, err);
	if (!model)
		return -1;
	result = project_commit(project, model->commit, model->worktree, err);
	model_free(model);
	return result;
}

/* Fills in what is asked. */
static int ask(struct project *project, const char *name, struct shipment *it,
	       struct error *err)
{
	bool is_run = names_run(name);
	const char *state;

	if (project_open(project, err) < 0 ||
	    (is_run ? open_run(project, name, it, err)
		    : project_commit(project, NULL, false, err)) < 0)
		return -1;
	name = choose(project->pipeline, is_run ? NULL : name, err);
	if (!name)
		return -1;
	set(&it->environment, name);
	set(&it->candidate, project->commit.id);
	set(&it->candidate_version, project->version);
	state = repository_state_folder(project->repository);
	if (!it->run)
		it->run = run_of(state, it->candidate);
	find_live(state, it, is_run);
	return 0;
}

static void compare(struct shipment *it, const char *state)
{
	char *live = it->live_run ? run_folder(state, it->live_run) : NULL;
	char *run = it->run ? run_folder(state, it->run) : NULL;

	comparison_make(&it->comparison, live, run, INT64_MAX);
	free(live);
	free(run);
}

static int find(struct project *project, struct shipment *it,
		struct ships *found, struct error *err)
{
	found->ask.pipeline = project->pipeline;
	found->ask.commit = take_commit;
	found->ask.file = take_file;
	found->ask.data = it;
	if (ships_find(project->repository, *it->live ? it->live : NULL,
		       it->candidate, found, err) < 0)
		return -1;
	it->authors = found->authors.count;
	it->lost = found->lost;
	it->lines_partial = found->lines_partial;
	compare(it, repository_state_folder(project->repository));
	shipment_lay_out(it);
	return 0;
}

static int ships(const char *name, bool json, struct error *err)
{
	struct project project = {.repository = NULL};
	struct ships found = SHIPS_INIT;
	struct shipment *it = shipment_new();
	int result = ask(&project, name, it, err);

	if (result == 0)
		result = find(&project, it, &found, err);
	if (result == 0 && json)
		listing_json(ships_print_json(it, &found));
	else if (result == 0)
		ships_print(it);
	ships_release(&found);
	shipment_free(it);
	project_close(&project);
	return result;
}

int cli_ships(int argc, char **argv)
{
	return cli_listing(argc, argv, ships);
}
