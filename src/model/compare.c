/* SPDX-License-Identifier: MIT */
#include "model/compare.h"

#include <dirent.h>
#include <stdlib.h>
#include <string.h>

#include "base/file.h"
#include "base/vector.h"
#include "event/journal.h"
#include "model/fold.h"

/* More than step/test-names.c ever writes. */
#define LIST_BYTES ((size_t)32 << 20)

struct named_test {
	const char *name; /* in the text of its list */
	bool ran;
};

struct test_list {
	struct str *texts;
	size_t text_count, text_cap;
	struct named_test *tests; /* by name, each once */
	size_t count, cap;
};

struct past {
	struct model *model;
	int64_t until;
};

const char *test_change_name(enum test_change_kind kind)
{
	static const char *const names[TEST_CHANGE_COUNT] = {
		[TEST_CHANGE_SKIPPED] = "newly-skipped",
		[TEST_CHANGE_REMOVED] = "removed",
		[TEST_CHANGE_ADDED] = "added",
	};

	return names[kind];
}

static int take(const struct event *event, void *data)
{
	struct past *past = data;

	if (event->seq > past->until)
		return 1;
	model_apply(past->model, event);
	return 0;
}

/* NULL when nothing of it can be read. */
static struct model *read_model(const char *folder, int64_t until)
{
	struct past past = {model_new(), until};

	/* What stands before a damaged record counts. */
	if (journal_read(folder, 1, take, &past, NULL) < 0 &&
	    !past.model->started) {
		model_free(past.model);
		return NULL;
	}
	return past.model;
}

static void say(char **why, const char *format, ...) PRINTF_LIKE(2, 3);

/* The first reason is kept. */
static void say(char **why, const char *format, ...)
{
	va_list args;

	if (*why)
		return;
	va_start(args, format);
	*why = xvasprintf(format, args);
	va_end(args);
}

static void list_release(struct test_list *list)
{
	for (size_t i = 0; i < list->text_count; i++)
		str_release(&list->texts[i]);
	free(list->texts);
	free(list->tests);
}

/* False when it is cut short. */
static bool add_lines(struct test_list *list, char *text)
{
	while (*text) {
		char *end = text + strcspn(text, "\n");
		char *tab = memchr(text, '\t', (size_t)(end - text));
		struct named_test *test;

		if (!*end || !tab || starts_with(text, "cut\t"))
			return false;
		*tab = *end = '\0';
		test = VECTOR_ADD(list->tests, list->count, list->cap);
		test->name = tab + 1;
		test->ran = strcmp(text, "skipped") != 0;
		text = end + 1;
	}
	return true;
}

static char *list_path(const char *folder, const char *stage)
{
	char *path = xasprintf("%s/logs/%s.tests", folder, stage);

	for (char *at = path + strlen(folder) + strlen("/logs/"); *at; at++)
		if (*at == '/')
			*at = '_';
	return path;
}

/* 1 when it was added, 0 when there is none, -1 when it is not whole. */
static int add_stage(struct test_list *list, const char *folder,
		     const char *stage)
{
	char *path = list_path(folder, stage);
	struct str text = STR_INIT;
	int result = 0;

	if (file_read(path, &text, LIST_BYTES, NULL) == 0) {
		result = strlen(text.data) == text.len &&
					 add_lines(list, text.data)
				 ? 1
				 : -1;
		*VECTOR_ADD(list->texts, list->text_count, list->text_cap) =
			text;
	}
	free(path);
	return result;
}

static int by_name(const void *a, const void *b)
{
	return strcmp(((const struct named_test *)a)->name,
		      ((const struct named_test *)b)->name);
}

/* A test of two stages counts once, and as run when one ran it. */
static void sort(struct test_list *list)
{
	size_t kept = 0;

	if (!list->count)
		return;
	qsort(list->tests, list->count, sizeof(*list->tests), by_name);
	for (size_t i = 0; i < list->count; i++) {
		struct named_test *last = kept ? &list->tests[kept - 1] : NULL;

		if (last && strcmp(last->name, list->tests[i].name) == 0)
			last->ran = last->ran || list->tests[i].ran;
		else
			list->tests[kept++] = list->tests[i];
	}
	list->count = kept;
}

/* The lists of all stages of a run that told of tests. */
static void read_lists(struct comparison *it, struct test_list *list,
		       const struct model *model, const char *folder,
		       const struct model *newer)
{
	for (size_t i = 0; i < model->stage_count; i++) {
		const struct stage_model *stage = &model->stages[i];
		const struct stage_model *now =
			newer ? model_stage(newer, stage->name) : NULL;
		int got;

		if (!stage->reports)
			continue;
		if (now && !now->reports &&
		    (!state_is_final(now->state) ||
		     now->state == STATE_SKIPPED)) {
			strings_add(&it->not_run, stage->name);
			continue;
		}
		got = add_stage(list, folder, stage->name);
		if (got < 0)
			say(&it->tests_why, "%s had too many tests to compare",
			    stage->name);
		else if (!got)
			say(&it->tests_why,
			    "run %lld has no list of the tests of %s any more",
			    (long long)model->run, stage->name);
	}
	sort(list);
}

static void add_change(struct comparison *it, enum test_change_kind kind,
		       const char *name)
{
	struct test_change *change;

	if (it->counts[kind]++ >= CHANGES_KEPT)
		return;
	change = VECTOR_ADD(it->tests, it->test_count, it->test_cap);
	change->kind = kind;
	change->name = xstrdup(name);
}

/* Both lists side by side, for one kind. */
static void find_changes(struct comparison *it, const struct test_list *old,
			 const struct test_list *new,
			 enum test_change_kind kind)
{
	size_t i = 0, j = 0;

	while (i < old->count || j < new->count) {
		int order = i == old->count   ? 1
			    : j == new->count ? -1
					      : strcmp(old->tests[i].name,
						       new->tests[j].name);

		if (order < 0 && kind == TEST_CHANGE_REMOVED)
			add_change(it, kind, old->tests[i].name);
		if (order > 0 && kind == TEST_CHANGE_ADDED)
			add_change(it, kind, new->tests[j].name);
		if (order == 0 && kind == TEST_CHANGE_SKIPPED &&
		    old->tests[i].ran && !new->tests[j].ran)
			add_change(it, kind, new->tests[j].name);
		i += order <= 0;
		j += order >= 0;
	}
}

static void compare_tests(struct comparison *it, const struct model *live,
			  const char *live_folder, const struct model *run,
			  const char *folder)
{
	struct test_list old = {0}, new = {0};

	read_lists(it, &old, live, live_folder, run);
	read_lists(it, &new, run, folder, NULL);
	for (int kind = 0; !it->tests_why && kind < TEST_CHANGE_COUNT; kind++)
		find_changes(it, &old, &new, (enum test_change_kind)kind);
	list_release(&old);
	list_release(&new);
}

/* Lines move with every edit: where in the file is not part of what it is. */
static bool is_same(const struct finding_model *a,
		    const struct finding_model *b)
{
	return strcmp(a->id, b->id) == 0 && strcmp(a->path, b->path) == 0 &&
	       strcmp(a->package, b->package) == 0;
}

/* What was known there, or could not be mended, was there; as bad as it is
 * now, where that is asked. */
static bool is_there(const struct model *model,
		     const struct finding_model *finding, bool as_bad)
{
	for (size_t i = 0; i < model->finding_count; i++) {
		const struct finding_model *it = &model->findings[i];

		if (!it->suppressed && is_same(it, finding) &&
		    (!as_bad ||
		     finding_model_rank(it) <= finding_model_rank(finding)))
			return true;
	}
	return false;
}

/* It counts: nothing says why not. */
static bool is_open(const struct finding_model *finding)
{
	return !finding_model_why(finding);
}

static bool is_partial(const struct model *model)
{
	const struct severity_counts *it = &model->severities;
	size_t open = 0;

	for (size_t i = 0; i < model->finding_count; i++)
		open += is_open(&model->findings[i]);
	return it->critical + it->high + it->medium + it->low + it->info +
		       it->unknown >
	       (int64_t)open;
}

static void compare_findings(struct comparison *it, const struct model *live,
			     const struct model *run)
{
	if (!run->scanned)
		say(&it->findings_why, "nothing was scanned yet");
	if (!live->scanned)
		say(&it->findings_why,
		    "run %lld, which is live, scanned nothing",
		    (long long)live->run);
	if (it->findings_why)
		return;
	for (size_t i = 0; i < run->finding_count; i++)
		if (is_open(&run->findings[i]) &&
		    !is_there(live, &run->findings[i], true))
			finding_model_copy(VECTOR_ADD(it->fresh,
						      it->fresh_count,
						      it->fresh_cap),
					   &run->findings[i]);
	for (size_t i = 0; i < live->finding_count; i++)
		it->gone += is_open(&live->findings[i]) &&
			    !is_there(run, &live->findings[i], false);
	it->findings_partial = is_partial(run) || is_partial(live);
}

void comparison_make(struct comparison *it, const char *live_folder,
		     const char *folder, int64_t until)
{
	struct model *live =
		live_folder ? read_model(live_folder, INT64_MAX) : NULL;
	struct model *run = folder ? read_model(folder, until) : NULL;
	const char *why =
		!live_folder ? "there is no run of what is live to compare with"
		: !live	     ? "the run that is live has no journal"
		: !run	     ? "this commit was not run yet"
			     : NULL;

	memset(it, 0, sizeof(*it));
	if (why) {
		it->tests_why = xstrdup(why);
		it->findings_why = xstrdup(why);
	} else {
		compare_tests(it, live, live_folder, run, folder);
		compare_findings(it, live, run);
	}
	model_free(live);
	model_free(run);
}

void comparison_release(struct comparison *it)
{
	for (size_t i = 0; i < it->test_count; i++)
		free(it->tests[i].name);
	for (size_t i = 0; i < it->fresh_count; i++)
		finding_model_release(&it->fresh[i]);
	free(it->tests);
	free(it->fresh);
	free(it->tests_why);
	free(it->findings_why);
	strings_release(&it->not_run);
	memset(it, 0, sizeof(*it));
}

/* So many of the newest runs are looked through. */
#define RUNS_LOOKED_AT 100

struct wanted {
	const char *commit;
	bool is_it;
};

static int look_at(const struct event *event, void *data)
{
	struct wanted *wanted = data;

	wanted->is_it =
		event->type == EVENT_RUN_STARTED &&
		!event_bool(event, "worktree") &&
		strcmp(event_text(event, "commit"), wanted->commit) == 0;
	return -1;
}

static int64_t newest_of(const char *runs)
{
	DIR *folder = opendir(runs);
	struct dirent *entry;
	int64_t newest = 0;

	while (folder && (entry = readdir(folder))) {
		char *end;
		long long number = strtoll(entry->d_name, &end, 10);

		if (!*end && number > newest)
			newest = number;
	}
	if (folder)
		closedir(folder);
	return newest;
}

int64_t comparison_find_run(const char *runs, const char *commit)
{
	int64_t newest = newest_of(runs);

	for (int64_t run = newest; run > 0 && run > newest - RUNS_LOOKED_AT;
	     run--) {
		struct wanted wanted = {commit, false};
		char *folder = xasprintf("%s/%lld", runs, (long long)run);
		int ended = journal_read(folder, 1, look_at, &wanted, NULL);

		free(folder);
		if (ended < 0 && wanted.is_it)
			return run;
	}
	return 0;
}
