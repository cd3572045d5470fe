/* SPDX-License-Identifier: MIT */
/* `exceptions`: what lets findings stand, and what each one hides. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "base/vector.h"
#include "cli/arguments.h"
#include "cli/cli.h"
#include "cli/exceptions-print.h"
#include "cli/project.h"
#include "cli/runs.h"
#include "engine/runs.h"
#include "evidence/kept.h"
#include "step/waivers.h"

/* Where scanners look for their own. */
static const char *const usual[] = {
	".trivyignore", ".trivyignore.yaml", ".grype.yaml",
	".snyk",	"osv-scanner.toml",  ".gitleaksignore",
};

struct reading {
	struct project project;
	char *folder;	     /* of the run; NULL: there is none yet */
	struct model *model; /* likewise */
	bool is_damaged;     /* what the run kept is not as it kept it */
	struct exceptions_printer printer;
};

/* What the run found, as it was before exceptions. */
static void take_findings(const struct kept *kept, struct report *report)
{
	memset(report, 0, sizeof(*report));
	report->has_findings = true;
	for (size_t i = 0; i < kept->finding_count; i++) {
		const struct kept_finding *from = &kept->findings[i];
		struct finding *to =
			VECTOR_ADD(report->findings, report->finding_count,
				   report->finding_cap);

		to->id = from->id ? from->id : "";
		to->aliases = from->aliases;
		to->package = from->package;
		to->installed = from->installed;
		to->fixed = from->fixed;
		to->path = from->path;
		to->purl = from->purl;
		to->chain = from->chain;
		to->source = from->source;
		to->line = (int)from->line;
		to->severity = from->severity;
		to->suppressed =
			str_equal(from->state, "suppressed") ||
			(str_equal(from->state, "excepted") && from->source);
		to->suppression =
			from->exception ? from->exception : from->suppression;
	}
}

/* Without it nothing is known to be hidden. */
static void load(struct reading *reading, const char *name, struct kept *kept)
{
	const struct stage_model *stage =
		reading->model ? model_stage(reading->model, name) : NULL;
	struct error err = ERROR_INIT;
	char *path;

	memset(kept, 0, sizeof(*kept));
	if (!reading->folder)
		return;
	path = evidence_path(reading->folder, name);
	if (kept_load(path, stage ? stage->evidence : "", kept, &err) < 0 &&
	    err.code != ERROR_NOT_FOUND) {
		reading->is_damaged = true;
		fprintf(stderr, "signalbox: what %s hides is not known: %s\n",
			name, error_text(&err));
	}
	error_clear(&err);
	free(path);
}

static struct waivers_options options_of(const struct reading *reading,
					 const struct strings *files)
{
	return (struct waivers_options){
		.repository = ".",
		.commit = reading->project.commit.id,
		.pipeline = reading->project.pipeline,
		.files = files,
	};
}

static int list_scan(struct reading *reading, const struct stage_config *stage,
		     struct error *err)
{
	const struct scan_config *scan = &stage->scan;
	struct waivers_options options = options_of(reading, &scan->exceptions);
	struct exceptions all = EXCEPTIONS_INIT;
	struct strings notes = STRINGS_INIT;
	struct exceptions_told told = {
		.all = &all,
		.stage = stage->name,
		.orphans_fail = scan->orphans == ORPHANS_DEFAULT
					? scan->exceptions.count > 0
					: scan->orphans == ORPHANS_FAIL};
	struct report report;
	struct kept kept;
	char *why = NULL;
	int result;

	options.reviewers = &scan->reviewers;
	options.by_codeowners = scan->by_codeowners;
	result = waivers_read(&options, &all, err);
	load(reading, stage->name, &kept);
	take_findings(&kept, &report);
	if (result == 0) {
		exceptions_apply(&all, &report);
		(void)exceptions_hold(&all, told.orphans_fail, &why, &notes);
		told.report = &report;
		told.kept = &kept;
		exceptions_tell(&reading->printer, &told);
	}
	free(why);
	free(report.findings);
	strings_release(&notes);
	exceptions_release(&all);
	kept_release(&kept);
	return result;
}

static bool is_named(const struct pipeline *pipeline, const char *file)
{
	for (size_t i = 0; i < pipeline->stage_count; i++)
		if (strings_has(&pipeline->stages[i].scan.exceptions, file))
			return true;
	return false;
}

static bool is_there(const struct reading *reading, const char *file)
{
	struct str text = STR_INIT;
	bool there = repository_read_file(reading->project.repository,
					  reading->project.commit.id, file,
					  (size_t)4 << 20, &text, NULL) == 0;

	str_release(&text);
	return there;
}

/* A scanner's own file that no scan names hides what nobody sees. */
static int list_unnamed(struct reading *reading, struct error *err)
{
	struct strings files = STRINGS_INIT;
	struct waivers_options options = options_of(reading, &files);
	struct exceptions all = EXCEPTIONS_INIT;
	const struct exceptions_told told = {.all = &all, .orphans_fail = true};
	int result;

	for (size_t i = 0; i < ARRAY_SIZE(usual); i++)
		if (!is_named(reading->project.pipeline, usual[i]) &&
		    is_there(reading, usual[i]))
			strings_add(&files, usual[i]);
	result = waivers_read(&options, &all, err);
	if (result == 0)
		exceptions_tell(&reading->printer, &told);
	exceptions_release(&all);
	strings_release(&files);
	return result;
}

/* "left out by ana: ...", for one run and no other. */
static void add_skipped(const struct model *model, struct exceptions *all)
{
	static const char by[] = "left out by ";

	for (size_t i = 0; model && i < model->stage_count; i++) {
		const struct stage_model *stage = &model->stages[i];
		const char *who, *why;
		struct exception *it;

		if (stage->state != STATE_SKIPPED ||
		    !starts_with(stage->reason, by))
			continue;
		who = stage->reason + strlen(by);
		why = strstr(who, ": ");
		it = VECTOR_ADD(all->items, all->count, all->cap);
		it->file = "";
		it->text = xstrdup("");
		it->why = xasprintf("is of run %lld alone",
				    (long long)model->run);
		it->record.id = xstrdup("skip");
		it->record.scope = xstrdup(stage->name);
		it->record.owner = xstrndup(who, why ? (size_t)(why - who) : 0);
		it->record.reason = xstrdup(why ? why + 2 : "");
	}
}

static int list_settings(struct reading *reading, struct error *err)
{
	const struct waivers_options options = options_of(reading, NULL);
	struct exceptions all = EXCEPTIONS_INIT;
	const struct exceptions_told told = {.all = &all};
	int result = waivers_read_settings(&options, &all, err);

	add_skipped(reading->model, &all);
	if (result == 0)
		exceptions_tell(&reading->printer, &told);
	exceptions_release(&all);
	return result;
}

static int list_all(struct reading *reading, struct error *err)
{
	const struct pipeline *pipeline = reading->project.pipeline;

	for (size_t i = 0; i < pipeline->stage_count; i++)
		if (pipeline->stages[i].scan.present &&
		    list_scan(reading, &pipeline->stages[i], err) < 0)
			return -1;
	if (list_unnamed(reading, err) < 0)
		return -1;
	return list_settings(reading, err);
}

/* The run's commit, and with it what it found; or HEAD, and the newest. */
static int open_run(struct reading *reading, const char *word,
		    struct error *err)
{
	struct project *project = &reading->project;
	const char *state;
	int64_t run = 0;

	if (project_open(project, err) < 0)
		return -1;
	state = repository_state_folder(project->repository);
	if (word && runs_parse_number(word, &run, err) < 0)
		return -1;
	if (!word)
		run = run_newest(state);
	if (run > 0) {
		reading->folder = run_folder(state, run);
		/* Without a word what can be read of it is enough. */
		reading->model = runs_model(state, run, word ? err : NULL);
	}
	if (word && !reading->model)
		return -1;
	return project_commit(project, word ? reading->model->commit : NULL,
			      false, err);
}

static int list(const char *word, bool json, struct error *err)
{
	struct reading reading = {.folder = NULL};
	int result;

	exceptions_printer_init(&reading.printer, json);
	result = open_run(&reading, word, err);
	if (result == 0)
		result = list_all(&reading, err);
	if (result == 0)
		result = exceptions_printer_end(&reading.printer, err);
	if (result == 0 && reading.is_damaged)
		result = error_set(err, ERROR_CORRUPT,
				   "what is hidden is not known of every "
				   "stage");
	exceptions_printer_release(&reading.printer);
	model_free(reading.model);
	project_close(&reading.project);
	free(reading.folder);
	return result;
}

int cli_exceptions(int argc, char **argv)
{
	return cli_listing(argc, argv, list);
}
