/* SPDX-License-Identifier: MIT */
/* `ships`: what a run of HEAD would ship to an environment. */
#include <stdlib.h>

#include "base/memory.h"
#include "cli/arguments.h"
#include "cli/cli.h"
#include "cli/listing.h"
#include "cli/project.h"
#include "source/ships.h"

static void print_ships(const struct project *project, const char *environment,
			const struct ships *ships)
{
	char when[32];

	if (!ships->commits && !ships->lost) {
		listing_print("nothing to ship: %s is live in %s\n",
			      project->version, environment);
		return;
	}
	listing_print("%s -> %s: %zu commit%s by %zu %s, %zu file%s "
		      "+%zu -%zu\n",
		      project->version, environment, ships->commits,
		      ships->commits == 1 ? "" : "s", ships->authors.count,
		      ships->authors.count == 1 ? "person" : "people",
		      ships->files, ships->files == 1 ? "" : "s",
		      ships->insertions, ships->deletions);
	for (size_t i = 0; i < ships->list_count; i++)
		listing_print("  %.10s  %-16s  %-14s  %s\n", ships->list[i].id,
			      listing_time(ships->list[i].time_ms, when),
			      ships->list[i].author, ships->list[i].subject);
	if (ships->commits > ships->list_count)
		listing_print("  and %zu more\n",
			      ships->commits - ships->list_count);
	for (size_t i = 0; i < ships->changed_count; i++)
		listing_print("  %-50s +%zu -%zu%s\n", ships->changed[i].path,
			      ships->changed[i].insertions,
			      ships->changed[i].deletions,
			      ships->changed[i].risk ? "  ! risky" : "");
	if (ships->lost)
		listing_print("! %zu live commits are not in it\n",
			      ships->lost);
}

/* The commit live in the environment, owned by the caller; NULL: none. */
static char *live_commit(const char *state, const char *name)
{
	struct loop *loop = loop_new();
	struct environment_options options = {
		.loop = loop,
		.state = state,
		.name = name,
	};
	struct environment *environment = environment_open(&options, NULL);
	char *commit = NULL;

	if (environment && environment_state(environment)->has_live)
		commit = xstrdup(environment_state(environment)->live.commit);
	if (environment)
		environment_close(environment);
	loop_free(loop);
	return commit;
}

/* The one named, else that of the last deploy stage. */
static const char *choose(const struct pipeline *pipeline, const char *name,
			  struct error *err)
{
	if (name && !pipeline_environment(pipeline, name)) {
		error_set(err, ERROR_USAGE, "%s has no environment '%s'",
			  PIPELINE_FILE, name);
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

static int ships(const char *name, bool json, struct error *err)
{
	struct project project;
	struct ships found = SHIPS_INIT;
	char *live = NULL;
	int result = -1;

	if (project_open(&project, err) < 0)
		return -1;
	if (project_commit(&project, NULL, false, err) == 0 &&
	    (name = choose(project.pipeline, name, err))) {
		live = live_commit(repository_state_folder(project.repository),
				   name);
		result = ships_find(project.repository, live, project.commit.id,
				    &found, err);
	}
	if (result == 0 && json)
		listing_json(ships_json(&found));
	else if (result == 0)
		print_ships(&project, name, &found);
	ships_release(&found);
	free(live);
	project_close(&project);
	return result;
}

int cli_ships(int argc, char **argv)
{
	return cli_listing(argc, argv, ships);
}
