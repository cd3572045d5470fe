/* SPDX-License-Identifier: MIT */
/* Tests and findings, by stage and summed over the run. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "base/number.h"
#include "base/str.h"
#include "base/vector.h"
#include "model/fold.h"

#define FINDINGS_KEPT 1000

void fold_test_finished(struct model *model, const struct event *event)
{
	struct stage_model *stage = fold_stage_of(model, event);

	if (!stage)
		return;
	stage->has_tests = true;
	stage_model_add_test(stage, event);
	if (!stage->reports) {
		stage->tests_passed =
			event_int(event, "passed", stage->tests_passed);
		stage->tests_failed =
			event_int(event, "failed", stage->tests_failed);
		stage->tests_skipped =
			event_int(event, "skipped", stage->tests_skipped);
	}
}

static void add(int64_t *sum, int64_t more)
{
	*sum = number_sum(*sum, more);
}

bool report_is_unread(const struct event *event)
{
	return event_has(event, "fresh") && !event_bool(event, "fresh");
}

bool stage_model_is_unread(const struct stage_model *stage)
{
	const struct severity_counts *it = &stage->severities;

	return stage->unread && !it->critical && !it->high && !it->unknown &&
	       !it->medium && !it->low && !it->info && !stage->suppressed;
}

static void read_tests(struct stage_model *stage, const struct event *event)
{
	if (report_is_unread(event)) {
		stage->tests_unread++;
		return;
	}
	if (!stage->reports++)
		stage->tests_passed = stage->tests_failed =
			stage->tests_skipped = 0;
	stage->has_tests = true;
	add(&stage->tests_passed, event_int(event, "passed", 0));
	add(&stage->tests_failed, event_int(event, "failed", 0));
	add(&stage->tests_skipped, event_int(event, "skipped", 0));
	add(&stage->tests_flaky, event_int(event, "flaky", 0));
}

static void add_counts(struct severity_counts *to,
		       const struct severity_counts *from)
{
	add(&to->critical, from->critical);
	add(&to->high, from->high);
	add(&to->medium, from->medium);
	add(&to->low, from->low);
	add(&to->info, from->info);
	add(&to->unknown, from->unknown);
}

/* Whether there is more of the worst they do not have alike. */
static bool is_worse(const struct severity_counts *a,
		     const struct severity_counts *b)
{
	const int64_t all[][2] = {
		{a->critical, b->critical}, {a->high, b->high},
		{a->unknown, b->unknown},   {a->medium, b->medium},
		{a->low, b->low},	    {a->info, b->info},
	};

	for (size_t i = 0; i < ARRAY_SIZE(all); i++)
		if (all[i][0] != all[i][1])
			return all[i][0] > all[i][1];
	return false;
}

/* The counts beside it are of all stages, so it says of which one it is. */
static void tell_worst(struct model *model)
{
	const struct stage_model *worst = NULL;
	struct str text = STR_INIT;
	size_t count = 0;

	for (size_t i = 0; i < model->stage_count; i++) {
		const struct stage_model *stage = &model->stages[i];

		count += stage->scanned;
		if (stage->scanned && !stage->scan_ok &&
		    (!worst ||
		     is_worse(&stage->scan_worst, &worst->scan_worst)))
			worst = stage;
	}
	if (!worst)
		return;
	if (count > 1)
		str_addf(&text, "%s: ", worst->name);
	str_add(&text, worst->scan_text);
	fold_text(&model->scan_text, text.data);
	str_release(&text);
}

/* Beside the counts of all no words stand that are of one alone. */
static void tell_held(struct model *model, const char *reason, bool only)
{
	int64_t hidden = 0;
	char *text;

	for (size_t i = 0; i < model->stage_count; i++)
		add(&hidden, model->stages[i].suppressed);
	text = hidden && !only ? xasprintf("%lld excepted or suppressed",
					   (long long)hidden)
			       : xstrdup(only && *reason ? reason : "holds");
	fold_text(&model->scan_text, text);
	free(text);
}

static void sum_scans(struct model *model)
{
	model->severities = model->fresh = (struct severity_counts){0};
	model->scanned = false;
	model->unread = 0;
	model->scan_ok = model->compared = true;
	for (size_t i = 0; i < model->stage_count; i++) {
		const struct stage_model *stage = &model->stages[i];

		if (!stage->scanned)
			continue;
		add_counts(&model->severities, &stage->severities);
		add_counts(&model->fresh, &stage->fresh);
		model->compared = model->compared && *stage->since;
		model->scanned = true;
		add(&model->unread, stage->unread);
		model->scan_ok = model->scan_ok && stage->scan_ok;
	}
}

static struct severity_counts counts_of(const json_t *object)
{
	return (struct severity_counts){
		.critical = json_int(object, "critical", 0),
		.high = json_int(object, "high", 0),
		.medium = json_int(object, "medium", 0),
		.low = json_int(object, "low", 0),
		.info = json_int(object, "info", 0),
		.unknown = json_int(object, "unknown", 0),
	};
}

static void read_findings(struct model *model, struct stage_model *stage,
			  const struct event *event)
{
	struct severity_counts counts = counts_of(event->fields);
	struct severity_counts fresh =
		counts_of(event_json(event, "new-by-severity"));
	bool ok = event_bool(event, "ok"), only = !model->scanned;
	const char *reason = event_text(event, "reason");

	if (!ok && (!stage->scanned || stage->scan_ok ||
		    is_worse(&counts, &stage->scan_worst))) {
		fold_text(&stage->scan_text,
			  *reason ? reason : "does not hold");
		stage->scan_worst = counts;
	}
	stage->scan_ok = ok && (!stage->scanned || stage->scan_ok);
	stage->scanned = true;
	stage->unread += report_is_unread(event);
	add(&stage->suppressed, event_int(event, "suppressed", 0));
	fold_field(&stage->fail_on, event, "fail-on");
	fold_field(&stage->since, event, "since");
	add_counts(&stage->severities, &counts);
	add_counts(&stage->fresh, &fresh);
	sum_scans(model);
	if (model->scan_ok)
		tell_held(model, reason, only);
	else
		tell_worst(model);
}

/* Several reports add up; what is compared with is of the last one. */
static void read_coverage(struct coverage_model *it, const struct event *event)
{
	add(&it->line_count, event_int(event, "lines", 0));
	add(&it->covered, event_int(event, "covered", 0));
	add(&it->branches, event_int(event, "branches", 0));
	add(&it->branches_covered, event_int(event, "branches-covered", 0));
	it->lines_before = event_real(event, "lines-before", NAN);
	it->branches_before = event_real(event, "branches-before", NAN);
}

static void read_components(struct stage_model *stage,
			    const struct event *event)
{
	add(&stage->components, event_int(event, "components", 0));
	add(&stage->license_unknown, event_int(event, "license-unknown", 0));
}

void fold_report_read(struct model *model, const struct event *event)
{
	struct stage_model *stage = fold_stage_of(model, event);

	if (!stage)
		return;
	/* Also when this one has none: the file is another by now. */
	fold_text(&stage->evidence, event_text(event, "evidence"));
	read_components(stage, event);
	if (strcmp(event_text(event, "kind"), "findings") == 0)
		read_findings(model, stage, event);
	else if (strcmp(event_text(event, "kind"), "coverage") == 0)
		read_coverage(&stage->coverage, event);
	else if (strcmp(event_text(event, "kind"), "changes") == 0)
		changes_add(&stage->changes, event);
	else if (strcmp(event_text(event, "kind"), "tests") == 0)
		read_tests(stage, event);
}

const char *finding_model_why(const struct finding_model *finding)
{
	static const struct {
		const char *state, *why;
	} whys[] = {
		{"excepted", "an exception covers it"},
		{"suppressed", "the report itself suppresses it"},
		{"known", "it was known before"},
		{"not-fixable", "no version mends it yet"},
	};

	for (size_t i = 0; i < ARRAY_SIZE(whys); i++)
		if (strcmp(whys[i].state, finding->state) == 0)
			return whys[i].why;
	return NULL;
}

int finding_model_rank(const struct finding_model *finding)
{
	static const char *const order[] = {"critical", "high", "medium",
					    "low",	"info", "unknown"};
	int rank = 0;

	while (rank < (int)ARRAY_SIZE(order) &&
	       strcmp(order[rank], finding->severity) != 0)
		rank++;
	return rank;
}

static int severity_rank(const struct finding_model *finding)
{
	return finding_model_rank(finding) +
	       (finding_model_why(finding) ? 10 : 0);
}

void finding_model_release(struct finding_model *finding)
{
	free(finding->stage);
	free(finding->exception);
	free(finding->lapsed);
	free(finding->state);
	free(finding->kind);
	free(finding->installed);
	free(finding->id);
	free(finding->severity);
	free(finding->title);
	free(finding->package);
	free(finding->fixed);
	free(finding->path);
}

void finding_model_copy(struct finding_model *to,
			const struct finding_model *from)
{
	*to = *from;
	to->stage = xstrdup(from->stage);
	to->exception = xstrdup(from->exception);
	to->lapsed = xstrdup(from->lapsed);
	to->state = xstrdup(from->state);
	to->kind = xstrdup(from->kind);
	to->installed = xstrdup(from->installed);
	to->id = xstrdup(from->id);
	to->severity = xstrdup(from->severity);
	to->title = xstrdup(from->title);
	to->package = xstrdup(from->package);
	to->fixed = xstrdup(from->fixed);
	to->path = xstrdup(from->path);
}

void model_release_findings(struct model *model)
{
	for (size_t i = 0; i < model->finding_count; i++)
		finding_model_release(&model->findings[i]);
	free(model->findings);
}

static void drop_findings(struct model *model, const char *stage)
{
	size_t kept = 0;

	for (size_t i = 0; i < model->finding_count; i++)
		if (strcmp(model->findings[i].stage, stage) == 0)
			finding_model_release(&model->findings[i]);
		else
			model->findings[kept++] = model->findings[i];
	model->finding_count = kept;
}

void stage_model_reset_evidence(struct model *model, struct stage_model *stage)
{
	bool scanned = stage->scanned;

	stage->has_tests = stage->scanned = stage->scan_ok = false;
	stage->tests_passed = stage->tests_failed = stage->tests_skipped = 0;
	stage->tests_flaky = 0;
	stage->reports = 0;
	stage->unread = stage->tests_unread = 0;
	stage->suppressed = 0;
	fold_text(&stage->evidence, "");
	stage->changes = (struct changes_model){0};
	stage_model_clear_tests(stage);
	stage->severities = stage->fresh = (struct severity_counts){0};
	fold_text(&stage->since, "");
	stage->coverage = (struct coverage_model){0};
	stage->components = stage->license_unknown = 0;
	drop_findings(model, stage->name);
	if (!scanned)
		return;
	sum_scans(model);
	if (!model->scanned)
		fold_text(&model->scan_text, "");
	else
		tell_worst(model);
}

static bool is_known(const struct model *model,
		     const struct finding_model *finding)
{
	for (size_t i = 0; i < model->finding_count; i++) {
		const struct finding_model *it = &model->findings[i];

		if (strcmp(it->id, finding->id) == 0 &&
		    strcmp(it->path, finding->path) == 0 &&
		    strcmp(it->package, finding->package) == 0 &&
		    it->line == finding->line)
			return true;
	}
	return false;
}

/* Worst first; of the same severity in the order they came. */
static void insert(struct model *model, struct finding_model finding)
{
	int rank = severity_rank(&finding);
	size_t at;

	if (model->finding_count == FINDINGS_KEPT) {
		struct finding_model *last =
			&model->findings[FINDINGS_KEPT - 1];

		if (severity_rank(last) <= rank) {
			finding_model_release(&finding);
			return;
		}
		finding_model_release(last);
		model->finding_count--;
	}
	VECTOR_ADD(model->findings, model->finding_count, model->finding_cap);
	for (at = model->finding_count - 1;
	     at > 0 && severity_rank(&model->findings[at - 1]) > rank; at--)
		model->findings[at] = model->findings[at - 1];
	model->findings[at] = finding;
}

/* What is open has no word of its own in the event. */
static const char *state_of(const struct event *event)
{
	if (event_bool(event, "suppressed"))
		return event_has(event, "exception") ? "excepted"
						     : "suppressed";
	return event_has(event, "state") ? event_text(event, "state") : "open";
}

void fold_finding_found(struct model *model, const struct event *event)
{
	struct finding_model finding = {
		.stage = xstrdup(event_stage(event)),
		.kind = xstrdup(event_text(event, "kind")),
		.exception = xstrdup(event_text(event, "exception")),
		.lapsed = xstrdup(event_text(event, "lapsed")),
		.state = xstrdup(state_of(event)),
		.installed = xstrdup(event_text(event, "installed")),
		.id = xstrdup(event_text(event, "id")),
		.severity = xstrdup(event_text(event, "severity")),
		.title = xstrdup(event_text(event, "title")),
		.package = xstrdup(event_text(event, "package")),
		.fixed = xstrdup(event_text(event, "fixed")),
		.path = xstrdup(event_text(event, "path")),
		.line = (int)event_int(event, "line", 0),
		.suppressed = event_bool(event, "suppressed"),
		.is_new = event_bool(event, "new"),
	};

	fold_stage_of(model, event);
	if (is_known(model, &finding))
		finding_model_release(&finding);
	else
		insert(model, finding);
}
