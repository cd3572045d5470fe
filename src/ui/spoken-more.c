/* SPDX-License-Identifier: MIT */
/* What is shown when it is asked for: failures, commits, findings, a log. */
#include <stdlib.h>
#include <string.h>

#include "base/file.h"
#include "base/number.h"
#include "base/printable.h"
#include "ui/format.h"
#include "ui/logfile.h"
#include "ui/speak.h"
#include "ui/spoken.h"

#define TESTS_SAID 10
#define LINES_SAID 10
#define FINDINGS_SAID 10
#define COMMITS_SAID 20
#define LINE_BYTES 500

static bool is_failure(const struct stage_model *stage)
{
	return stage->tests_failed > 0 || state_is_bad(stage->state) ||
	       stage->state == STATE_ALLOWED;
}

bool spoken_has_failure(const struct model *model)
{
	for (size_t i = 0; i < model->stage_count; i++)
		if (is_failure(&model->stages[i]))
			return true;
	return false;
}

static void say_test(size_t number, const struct test_model *test,
		     struct strings *lines)
{
	struct str out = STR_INIT;
	char before[TEST_HISTORY_SIZE];

	str_addf(&out, "%zu: %s", number, test->name);
	if (*test->message)
		str_addf(&out, ". %s", test->message);
	if (*test->file)
		str_addf(&out, ". %s line %d", test->file, test->line);
	if (test_history(test->failed_before, test->runs_before, before))
		str_addf(&out, ". It %s", before);
	strings_add_owned(lines, str_detach(&out));
}

/* The log's last lines, behind a tab: as they are, no words made of them. */
static void say_end(const struct view *view, const struct stage_model *stage,
		    struct strings *lines)
{
	char *path = view->run_folder && stage->log && *stage->log
			     ? path_join(view->run_folder, stage->log)
			     : NULL;
	struct logfile *file = path ? logfile_open(path, NULL) : NULL;
	int64_t at = file ? logfile_tail(file, LINES_SAID) : 0;
	const char *text;
	size_t len;

	if (file && logfile_size(file))
		strings_addf(lines, "The end of the log of %s:", stage->name);
	while (file && logfile_line(file, at, &text, &len, &at)) {
		text = line_last_state(text, &len);
		if (len)
			strings_addf(lines, "\t%.*s",
				     (int)(len < LINE_BYTES ? len : LINE_BYTES),
				     text);
	}
	logfile_free(file);
	free(path);
}

static void say_failed_stage(const struct view *view,
			     const struct stage_model *stage,
			     struct strings *lines)
{
	size_t said = 0;

	if (stage->tests_failed)
		strings_addf(
			lines, "%s: %lld of %lld tests failed", stage->name,
			(long long)stage->tests_failed,
			(long long)(stage->tests_failed + stage->tests_passed));
	else
		strings_addf(lines, "%s %s%s%s", stage->name,
			     state_name(stage->state),
			     *stage->reason ? ": " : "", stage->reason);
	for (size_t i = 0; i < stage->test_count && said < TESTS_SAID; i++)
		if (state_is_bad(stage->tests[i].state))
			say_test(++said, &stage->tests[i], lines);
	if (stage->tests_failed > (int64_t)said && said)
		strings_addf(lines, "and %lld more",
			     (long long)stage->tests_failed - (long long)said);
	if (!said)
		say_end(view, stage, lines);
	if (*stage->kept)
		strings_addf(lines, "Its folder is kept: %s", stage->kept);
}

void spoken_failure(const struct view *view, const struct model *model,
		    struct strings *lines)
{
	for (size_t i = 0; i < model->stage_count; i++)
		if (is_failure(&model->stages[i]))
			say_failed_stage(view, &model->stages[i], lines);
}

/* The gate that is open, else the last one that was. */
static const struct gate_model *gate_of(const struct model *model)
{
	const struct stage_model *open = model_open_gate(model);

	if (open)
		return &open->gate;
	for (size_t i = model->stage_count; i > 0; i--)
		if (model->stages[i - 1].gate.present)
			return &model->stages[i - 1].gate;
	return NULL;
}

bool spoken_has_commits(const struct model *model)
{
	const struct gate_model *gate = gate_of(model);

	return gate && gate->ships.commits;
}

static void say_risky(const struct gate_model *gate, struct strings *lines)
{
	struct str out = STR_INIT;

	for (size_t i = 0; i < gate->ships.risky.count; i++)
		str_addf(&out, "%s%s", i ? ", " : "Risky files: ",
			 gate->ships.risky.items[i]);
	if (out.len)
		strings_add(lines, out.data);
	str_release(&out);
}

void spoken_commits(const struct model *model, struct strings *lines)
{
	const struct gate_model *gate = gate_of(model);

	if (!gate)
		return;
	strings_addf(lines,
		     "%lld commit%s%s%s:", (long long)gate->ships.commits,
		     gate->ships.commits == 1 ? "" : "s",
		     *gate->live_version ? " since " : "", gate->live_version);
	for (size_t i = 0; i < gate->ships.count; i++)
		strings_addf(lines, "%.7s by %s: %s",
			     gate->ships.list[i].commit,
			     gate->ships.list[i].author,
			     gate->ships.list[i].subject);
	if (gate->ships.commits > (int64_t)gate->ships.count)
		strings_addf(lines, "and %lld more",
			     (long long)gate->ships.commits -
				     (long long)gate->ships.count);
	say_risky(gate, lines);
}

void spoken_shipment(const struct shipment *it, struct strings *lines)
{
	if (it->error) {
		strings_add(lines, it->error);
		return;
	}
	if (!it->commit_count && !it->file_count) {
		strings_addf(lines, "Nothing new ships to %s", it->environment);
		return;
	}
	strings_addf(lines, "%zu commit%s to %s%s%s, %zu files, +%zu -%zu%s",
		     it->commit_count, it->commit_count == 1 ? "" : "s",
		     it->environment, *it->live_version ? " since " : "",
		     it->live_version, it->file_count, it->insertions,
		     it->deletions, it->migrations ? ", MIGRATIONS" : "");
	for (size_t i = 0; i < it->commit_count && i < COMMITS_SAID; i++)
		strings_addf(lines, "%.7s by %s: %s", it->commits[i].id,
			     it->commits[i].author, it->commits[i].subject);
	if (it->commit_count > COMMITS_SAID)
		strings_addf(lines, "and %zu more",
			     it->commit_count - COMMITS_SAID);
}

void spoken_findings(const struct model *model, struct strings *lines)
{
	char upper[32];
	size_t hidden = 0;

	for (size_t i = 0; i < model->finding_count && i < FINDINGS_SAID; i++) {
		const struct finding_model *it = &model->findings[i];
		const char *why = finding_model_why(it);
		struct str out = STR_INIT;

		str_addf(&out, "%s %s",
			 format_upper(it->severity, upper, sizeof(upper)),
			 it->id);
		if (*it->package)
			str_addf(&out, " in %s %s", it->package, it->installed);
		if (*it->fixed)
			str_addf(&out, ", fixed in %s", it->fixed);
		if (*it->path)
			str_addf(&out, " in %s", it->path);
		if (*it->path && it->line)
			str_addf(&out, " line %d", it->line);
		str_addf(&out, "%s%s%s%s%s", *it->title ? ": " : "", it->title,
			 it->is_new ? ", new" : "", why ? ", " : "",
			 why ? why : "");
		strings_add_owned(lines, str_detach(&out));
	}
	for (size_t i = FINDINGS_SAID; i < model->finding_count; i++)
		hidden += model->findings[i].suppressed;
	if (hidden)
		strings_addf(lines, "and %zu more, %zu of them do not count",
			     model->finding_count - FINDINGS_SAID, hidden);
	else if (model->finding_count > FINDINGS_SAID)
		strings_addf(lines, "and %zu more",
			     model->finding_count - FINDINGS_SAID);
	if (!model->finding_count)
		strings_add(lines, "There is no finding");
	spoken_evidence(model, lines);
}

static bool has_log(const struct stage_model *stage)
{
	return stage->log && *stage->log;
}

static const struct stage_model *newest_with_log(const struct model *model)
{
	const struct stage_model *newest = NULL;

	for (size_t i = 0; i < model->stage_count; i++) {
		const struct stage_model *it = &model->stages[i];

		if (has_log(it) && (!newest || it->started > newest->started))
			newest = it;
	}
	return newest;
}

void spoken_log(const struct view *view, const struct model *model,
		struct strings *lines)
{
	const struct stage_model *stage = view_stage(view, model);
	size_t before = lines->count;

	if (stage && !has_log(stage)) /* it waits at its gate */
		stage = newest_with_log(model);
	if (stage)
		say_end(view, stage, lines);
	if (lines->count == before)
		strings_add(lines, "There is no log yet");
}
