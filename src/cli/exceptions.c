/* SPDX-License-Identifier: MIT */
/* `exceptions`: what lets findings stand, and what each one hides. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/file.h"
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
	int64_t run;	     /* 0: there is none yet */
	bool is_named;	     /* no other will do */
	struct model *model; /* of the run, NULL when that cannot be read */
	bool is_damaged;     /* what the run kept is not as it kept it */
	bool is_partial;     /* a file cannot be read */
	struct exceptions_printer printer;
};

/* What a stage found. */
struct found {
	struct kept kept;
	int64_t run; /* 0: no run tells */
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

/* Of each of its reports. */
static bool are_fresh(const struct kept *kept)
{
	json_t *report;
	size_t i;

	json_array_foreach(kept->reports, i, report)
	{
		if (!json_is_true(json_object_get(report, "fresh")))
			return false;
	}
	return true;
}

/* 1: kept holds it; 0: not all of it could be read; -1: it is damaged, which is
 * said. */
static int load(const char *path, const struct model *model, const char *name,
		struct kept *kept)
{
	const struct stage_model *stage =
		model ? model_stage(model, name) : NULL;
	struct error err = ERROR_INIT;

	if (kept_load(path, stage ? stage->evidence : "", kept, &err) < 0) {
		fprintf(stderr, "signalbox: what %s hides is not known: %s\n",
			name, error_text(&err));
		error_clear(&err);
		return -1;
	}
	if (are_fresh(kept))
		return 1;
	kept_release(kept);
	return 0;
}

static int load_of(const struct reading *reading, int64_t run, const char *name,
		   struct kept *kept)
{
	const char *state =
		repository_state_folder(reading->project.repository);
	char *folder = run_folder(state, run);
	char *path = evidence_path(folder, name);
	struct model *model = NULL;
	int result = 0;

	if (file_exists(path)) {
		/* What can be read of it is enough. */
		model = runs_model(state, run, NULL);
		result = load(path, model, name, kept);
	}
	model_free(model);
	free(path);
	free(folder);
	return result;
}

/* Of the run that was named, or of the newest that tells of the stage. */
static void find(struct reading *reading, const char *name, struct found *found)
{
	int told = 0;

	memset(found, 0, sizeof(*found));
	for (int64_t run = reading->run; !told && run > 0; run--) {
		told = load_of(reading, run, name, &found->kept);
		found->run = told > 0 ? run : 0;
		if (reading->is_named)
			break;
	}
	reading->is_damaged = reading->is_damaged || told < 0;
}

/* Of those that are named and cannot be read all others are listed. */
static void tell_unread(struct reading *reading, const char *stage,
			const struct strings *unread)
{
	reading->is_partial = reading->is_partial || unread->count;
	for (size_t i = 0; i < unread->count; i++)
		fprintf(stderr, "signalbox: %s: %s\n", stage, unread->items[i]);
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

static void settle(struct exceptions *all, struct report *report,
		   bool orphans_fail)
{
	struct strings notes = STRINGS_INIT;
	char *why = NULL;

	exceptions_apply(all, report);
	(void)exceptions_hold(all, orphans_fail, &why, &notes);
	strings_release(&notes);
	free(why);
}

static int list_scan(struct reading *reading, const struct stage_config *stage,
		     struct error *err)
{
	const struct scan_config *scan = &stage->scan;
	struct waivers_options options = options_of(reading, &scan->exceptions);
	struct exceptions all = EXCEPTIONS_INIT;
	struct strings unread = STRINGS_INIT;
	struct exceptions_told told = {
		.all = &all,
		.stage = stage->name,
		.asked = reading->run,
		.orphans_fail = scan->orphans == ORPHANS_DEFAULT
					? scan->exceptions.count > 0
					: scan->orphans == ORPHANS_FAIL};
	struct report report;
	struct found found;
	int result;

	options.reviewers = &scan->reviewers;
	options.by_codeowners = scan->by_codeowners;
	options.unread = &unread;
	result = waivers_read(&options, &all, err);
	tell_unread(reading, stage->name, &unread);
	find(reading, stage->name, &found);
	take_findings(&found.kept, &report);
	told.run = found.run;
	if (found.run) {
		told.report = &report;
		told.kept = &found.kept;
		settle(&all, &report, told.orphans_fail);
	}
	if (result == 0)
		exceptions_tell(&reading->printer, &told);
	free(report.findings);
	strings_release(&unread);
	exceptions_release(&all);
	kept_release(&found.kept);
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

	reading->is_named = word;
	if (project_open(project, err) < 0)
		return -1;
	state = repository_state_folder(project->repository);
	if (word && runs_parse_number(word, &reading->run, err) < 0)
		return -1;
	if (!word)
		reading->run = run_newest(state);
	if (reading->run > 0)
		/* Without a word what can be read of it is enough. */
		reading->model =
			runs_model(state, reading->run, word ? err : NULL);
	if (word && !reading->model)
		return -1;
	return project_commit(project, word ? reading->model->commit : NULL,
			      false, err);
}

static int list(const char *word, bool json, struct error *err)
{
	struct reading reading = {.run = 0};
	int result;

	exceptions_printer_init(&reading.printer, json);
	result = open_run(&reading, word, err);
	if (result == 0)
		result = list_all(&reading, err);
	if (result == 0)
		result = exceptions_printer_end(&reading.printer, err);
	if (result == 0 && reading.is_partial)
		result = error_set(err, ERROR_FAILED,
				   "not every file of exceptions can be read");
	if (result == 0 && reading.is_damaged)
		result = error_set(err, ERROR_CORRUPT,
				   "what is hidden is not known of every "
				   "stage");
	exceptions_printer_release(&reading.printer);
	model_free(reading.model);
	project_close(&reading.project);
	return result;
}

int cli_exceptions(int argc, char **argv)
{
	return cli_listing(argc, argv, list);
}
