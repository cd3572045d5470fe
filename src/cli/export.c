/* SPDX-License-Identifier: MIT */
/* `export`: what a run found, in a format that others read. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/file.h"
#include "base/memory.h"
#include "cli/arguments.h"
#include "cli/cli.h"
#include "cli/project.h"
#include "cli/runs.h"
#include "engine/runs.h"
#include "evidence/export.h"

/* Whether anything was read that should be kept. */
static bool has_evidence(const struct stage_model *stage)
{
	return *stage->evidence || stage->has_tests || stage->scanned;
}

/* What it found, or why that is not here. */
static void load(const char *folder, const struct stage_model *stage,
		 struct export_stage *it)
{
	char *path = evidence_path(folder, stage->name);
	char *freed = path_join(folder, RUN_LOGS_FREED);
	struct error err = ERROR_INIT;
	char *why = NULL;

	it->is_kept = kept_load(path, stage->evidence, &it->kept, &err) == 0;
	if (!it->is_kept && err.code != ERROR_NOT_FOUND)
		why = xstrdup(error_text(&err));
	else if (!it->is_kept && has_evidence(stage))
		why = xasprintf("what %s found is %s", stage->name,
				file_exists(freed) ? "no longer kept"
						   : "not kept");
	else if (it->is_kept && !it->kept.whole)
		why = xasprintf("what is kept of %s is not whole: %s",
				stage->name, it->kept.why);
	it->why = why;
	error_clear(&err);
	free(freed);
	free(path);
}

/* NULL: it changes nothing; the caller's. */
static char *changes_of(const struct stage_model *stage)
{
	struct str text = STR_INIT;

	if (changes_sentence(&stage->changes, &text))
		return str_detach(&text);
	str_release(&text);
	return NULL;
}

static void gather(const char *folder, const struct model *model,
		   struct export_run *run)
{
	run->stages = xcalloc(model->stage_count ? model->stage_count : 1,
			      sizeof(*run->stages));
	for (size_t i = 0; i < model->stage_count; i++) {
		const struct stage_model *stage = &model->stages[i];
		struct export_stage *it = &run->stages[run->count++];

		it->name = stage->name;
		it->state = state_name(stage->state);
		it->reason = stage->reason;
		it->fail_on = stage->fail_on;
		it->started = stage->started;
		it->ms = stage->ms;
		it->changes = changes_of(stage);
		it->is_compared = stage->coverage.line_count > 0;
		it->lines_before = stage->coverage.lines_before;
		it->branches_before = stage->coverage.branches_before;
		it->bad = state_is_bad(stage->state);
		it->skipped = stage->state == STATE_SKIPPED ||
			      !state_is_final(stage->state);
		load(folder, stage, it);
	}
}

static void scatter(struct export_run *run)
{
	for (size_t i = 0; i < run->count; i++) {
		kept_release(&run->stages[i].kept);
		free((char *)run->stages[i].why);
		free((char *)run->stages[i].changes);
	}
	free(run->stages);
}

enum export_format { EXPORT_MARKDOWN, EXPORT_JUNIT, EXPORT_SARIF };

static int format_of(const char *name, enum export_format *format,
		     struct error *err)
{
	static const char *const names[] = {"markdown", "junit", "sarif"};

	*format = EXPORT_MARKDOWN;
	for (int i = 0; name && i < 3; i++) {
		*format = (enum export_format)i;
		if (strcmp(names[i], name) == 0)
			return 0;
	}
	return name ? error_set(err, ERROR_USAGE,
				"--format is junit, sarif or markdown, not "
				"'%s'",
				name)
		    : 0;
}

static int write_out(const struct export_run *run, enum export_format format,
		     struct error *err)
{
	struct str text = STR_INIT;
	int result = 0;

	if (format == EXPORT_JUNIT)
		export_junit(run, &text);
	else if (format == EXPORT_MARKDOWN)
		export_markdown(run, &text);
	else if (!export_sarif(run, &text))
		result = error_set(err, ERROR_FAILED,
				   "run %lld read no report of findings, and "
				   "SARIF without one would look like a clean "
				   "scan",
				   (long long)run->number);
	fwrite(text.data, 1, text.len, stdout);
	str_release(&text);
	return result;
}

static int export_run(const char *state, int64_t number,
		      enum export_format format, struct error *err)
{
	struct model *model = runs_model(state, number, err);
	char *folder = run_folder(state, number);
	struct export_run run = {.number = number};
	int result = -1;

	if (model) {
		run.started = model->started;
		run.ms = model->finished ? model->finished - model->started : 0;
		run.pipeline = model->pipeline;
		run.commit = model->commit;
		run.version = model->version;
		run.branch = model->branch;
		run.subject = model->subject;
		run.state = state_name(model->state);
		run.text = model->text;
		gather(folder, model, &run);
		result = write_out(&run, format, err);
		scatter(&run);
	}
	model_free(model);
	free(folder);
	return result;
}

int cli_export(int argc, char **argv)
{
	const char *words[1] = {NULL};
	const char *name = NULL;
	const struct cli_option options[] = {
		{.name = "--format",
		 .value = &name,
		 .takes = "junit|sarif|markdown",
		 .help = "what to write; markdown when not told"},
		CLI_OPTIONS_END,
	};
	const struct cli_arguments arguments = {options, words, 1, 1};
	struct error err = ERROR_INIT;
	enum export_format format;
	struct project project;
	int64_t run = 0;

	if (cli_parse(argc, argv, &arguments, &err) < 0 ||
	    format_of(name, &format, &err) < 0 ||
	    runs_parse_number(words[0], &run, &err) < 0 ||
	    project_open(&project, &err) < 0)
		return cli_fail(&err);
	(void)!export_run(repository_state_folder(project.repository), run,
			  format, &err);
	project_close(&project);
	return cli_fail(&err);
}
