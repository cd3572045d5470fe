/* SPDX-License-Identifier: MIT */
#include "cli/complete-values.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "base/printable.h"
#include "base/strings.h"
#include "cli/runs.h"
#include "delivery/environment.h"
#include "engine/runs.h"
#include "pipeline/pipeline.h"
#include "proc/child.h"
#include "report/formats/formats.h"
#include "source/repository.h"
#include "ui/theme.h"

#define RUNS_LISTED 20
#define GIT_LIMIT ((size_t)1 << 20)

void complete_print(const char *before, const char *value, const char *sentence,
		    const char *typed)
{
	struct str line = STR_INIT;

	if (strncmp(value, typed, strlen(typed)) != 0)
		return;
	str_add(&line, before);
	str_add_printable(&line, value, strlen(value), false);
	if (*sentence)
		str_add(&line, "\t");
	str_add_printable(&line, sentence, strlen(sentence), false);
	puts(line.data);
	str_release(&line);
}

static void print(const struct complete_place *place, const char *value,
		  const char *sentence)
{
	complete_print(place->before, value, sentence, place->typed);
}

static void list_runs(struct repository *repository,
		      const struct complete_place *place)
{
	const char *state = repository_state_folder(repository);
	int64_t newest = run_newest(state);

	for (int64_t run = newest; run > 0 && run > newest - RUNS_LISTED;
	     run--) {
		char text[32];

		snprintf(text, sizeof(text), "%lld", (long long)run);
		print(place, text,
		      run_is_live(state, run) ? "live"
		      : run == newest	      ? "the newest run"
					      : "run");
	}
}

/* Of the run that was named, else of the pipeline file. */
static void list_stages(struct repository *repository,
			const struct complete_place *place)
{
	const char *state = repository_state_folder(repository);
	struct pipeline *pipeline;
	struct model *model = NULL;
	int64_t run;

	if (place->first && runs_parse_number(place->first, &run, NULL) == 0)
		model = runs_model(state, run, NULL);
	for (size_t i = 0; model && i < model->stage_count; i++)
		print(place, model->stages[i].name,
		      state_name(model->stages[i].state));
	if (model) {
		model_free(model);
		return;
	}
	pipeline = repository_pipeline(repository, NULL);
	for (size_t i = 0; pipeline && i < pipeline->stage_count; i++)
		print(place, pipeline->stages[i].name, "stage");
	pipeline_free(pipeline);
}

static void list_environments(struct repository *repository,
			      const struct complete_place *place)
{
	struct pipeline *pipeline = repository_pipeline(repository, NULL);
	struct strings known = STRINGS_INIT;
	struct strings names = STRINGS_INIT;

	for (size_t i = 0; pipeline && i < pipeline->environment_count; i++)
		strings_add(&names, pipeline->environments[i].name);
	if (environment_list(repository_state_folder(repository), &known,
			     NULL) == 0)
		for (size_t i = 0; i < known.count; i++)
			if (!strings_has(&names, known.items[i]))
				strings_add(&names, known.items[i]);
	for (size_t i = 0; i < names.count; i++)
		print(place, names.items[i], "environment");
	strings_release(&known);
	strings_release(&names);
	pipeline_free(pipeline);
}

static void list_git(const struct complete_place *place,
		     const char *const *argv, const char *sentence)
{
	struct child_options options = CHILD_OPTIONS_INIT;
	struct str output = STR_INIT;
	char *save = NULL;

	options.argv = argv;
	if (child_capture(&options, &output, GIT_LIMIT, NULL) == 0)
		for (char *line = strtok_r(output.data, "\n", &save); line;
		     line = strtok_r(NULL, "\n", &save))
			print(place, line, sentence);
	str_release(&output);
}

static void list_branches(struct repository *repository,
			  const struct complete_place *place)
{
	static const char *const argv[] = {"git", "for-each-ref",
					   "--format=%(refname:lstrip=2)",
					   "refs/heads", NULL};

	(void)repository;
	list_git(place, argv, "branch");
}

static void list_commits(struct repository *repository,
			 const struct complete_place *place)
{
	static const char *const argv[] = {"git", "for-each-ref",
					   "--format=%(refname:lstrip=2)",
					   "refs/tags", NULL};

	print(place, "HEAD", "what is checked out");
	list_branches(repository, place);
	list_git(place, argv, "tag");
}

static void list_remotes(struct repository *repository,
			 const struct complete_place *place)
{
	static const char *const argv[] = {"git", "remote", NULL};

	(void)repository;
	list_git(place, argv, "remote");
}

static void list_themes(const struct complete_place *place)
{
	struct strings names = STRINGS_INIT;

	theme_list(&names);
	for (size_t i = 0; i < names.count; i++)
		print(place, names.items[i], "theme");
	strings_release(&names);
}

static void list_formats(const struct complete_place *place)
{
	for (const char *const *name = report_formats(); *name; name++)
		print(place, *name, "format");
}

static const struct {
	const char *kind;
	void (*list)(struct repository *repository,
		     const struct complete_place *place);
} kinds[] = {
	{"RUN", list_runs},	   {"STAGE", list_stages},
	{"BRANCH", list_branches}, {"ENVIRONMENT", list_environments},
	{"COMMIT", list_commits},  {"REMOTE", list_remotes},
};

static void complete_kind(const char *kind, const struct complete_place *place)
{
	for (size_t i = 0; i < ARRAY_SIZE(kinds); i++) {
		struct repository *repository;

		if (strcmp(kinds[i].kind, kind) != 0)
			continue;
		repository = repository_open(".", NULL);
		if (repository)
			kinds[i].list(repository, place);
		repository_free(repository);
	}
	if (strcmp(kind, "THEME") == 0)
		list_themes(place);
	if (strcmp(kind, "FORMAT") == 0)
		list_formats(place);
}

static bool is_literal(const char *word)
{
	for (; *word; word++)
		if (isupper((unsigned char)*word) || *word == '%' ||
		    *word == '.')
			return false;
	return true;
}

void complete_values(const char *takes, const struct complete_place *place)
{
	char *copy = xstrdup(takes);
	char *save = NULL;

	for (char *word = strtok_r(copy, "|", &save); word;
	     word = strtok_r(NULL, "|", &save)) {
		if (is_literal(word))
			print(place, word, "");
		else
			complete_kind(word, place);
	}
	free(copy);
}
