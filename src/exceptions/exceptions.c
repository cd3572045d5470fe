/* SPDX-License-Identifier: MIT */
#include "exceptions/exceptions.h"

#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/memory.h"
#include "exceptions/ignore.h"

#define EXPIRING_DAYS 7

int exception_days(enum report_severity severity)
{
	switch (severity) {
	case REPORT_SEVERITY_CRITICAL:
	case REPORT_SEVERITY_UNKNOWN:
		return 7;
	case REPORT_SEVERITY_HIGH:
		return 30;
	case REPORT_SEVERITY_MEDIUM:
		return 90;
	default:
		return 180;
	}
}

const char *exception_state_name(enum exception_state state)
{
	static const char *const names[EXCEPTION_STATES] = {
		[EXCEPTION_ACTIVE] = "active",
		[EXCEPTION_EXPIRING] = "expiring",
		[EXCEPTION_EXPIRED] = "expired",
		[EXCEPTION_UNREVIEWED] = "unreviewed",
		[EXCEPTION_INVALID] = "invalid",
		[EXCEPTION_UNUSED] = "unused",
		[EXCEPTION_ORPHAN] = "orphan",
		[EXCEPTION_BROAD] = "broad",
		[EXCEPTION_VOIDED] = "voided",
	};

	return names[state];
}

static bool same(const struct exception_facts *facts, const char *a,
		 const char *b)
{
	return facts->same ? facts->same(a, b, facts->data)
			   : record_same_person(a, b);
}

static void judged(struct exception *it, enum exception_state state,
		   const char *why)
{
	it->state = state;
	free(it->why);
	it->why = xstrdup_null(why);
}

static struct exception_line line_of(const struct exception *it, int line,
				     const struct exception_facts *facts)
{
	static const struct exception_line nobody = {
		.author = "", .committer = "", .unknown = true};

	return facts->line ? facts->line(it->file, line, facts->data) : nobody;
}

/* The line that is the reviewer's to write: it says nothing else. */
static bool is_review(const struct exception *it, int line)
{
	const int *lines = it->record.lines;

	if (line != lines[RECORD_REVIEWER])
		return false;
	for (int i = 0; i < RECORD_KEYS; i++)
		if (i != RECORD_REVIEWER && lines[i] == line)
			return false;
	return it->line != line || it->last_line != line;
}

static bool is_reviewers(const struct exception *it, int line,
			 const struct exception_facts *facts)
{
	struct exception_line who = line_of(it, line, facts);

	return !is_review(it, line) &&
	       (same(facts, it->record.reviewer, who.author) ||
		same(facts, it->record.reviewer, who.committer));
}

/* Who wrote the entry or its record has not reviewed them, whatever stands
 * there. */
static const char *who_wrote_it(const struct exception *it,
				const struct exception_facts *facts)
{
	const int *lines = it->record.lines;

	for (int line = it->line; line <= it->last_line; line++) {
		if (line_of(it, line, facts).unknown && !is_review(it, line))
			return "stands on a line of which is not known who "
			       "wrote it: not committed, or beyond a shallow "
			       "clone";
		if (is_reviewers(it, line, facts))
			return "was written by its reviewer";
	}
	for (int i = 0; i < RECORD_KEYS; i++)
		if (lines[i] && is_reviewers(it, lines[i], facts))
			return "has a record that its reviewer wrote";
	return NULL;
}

/* Whether what stands there now is not what was there when the line came in
 * that says who reviewed it. */
static bool is_edited(const struct exception *it,
		      const struct exception_facts *facts)
{
	int line = it->record.lines[RECORD_REVIEWER];
	const struct exceptions *then;

	/* Without a line of its own it says nothing about time. */
	if (!line || !facts->then)
		return false;
	then = facts->then(it->file, line, facts->data);
	for (size_t i = 0; then && i < then->count; i++)
		if (exception_says_the_same(it, &then->items[i]))
			return false;
	return true;
}

static bool is_unknown(const struct exception *it,
		       const struct exception_facts *facts)
{
	for (int i = 0; i < RECORD_KEYS; i++)
		if (it->record.lines[i] &&
		    line_of(it, it->record.lines[i], facts).unknown)
			return true;
	return false;
}

static void judge_review(struct exception *it,
			 const struct exception_facts *facts)
{
	const char *reviewer = it->record.reviewer;
	const char *why = NULL;

	if (!reviewer)
		why = "has no reviewer";
	else if (facts->refuses)
		why = facts->refuses(reviewer, it->file, facts->data);
	if (!why)
		why = who_wrote_it(it, facts);
	if (!why && is_unknown(it, facts))
		why = "has a record of which is not known who wrote it: not "
		      "committed, or beyond a shallow clone";
	if (why)
		judged(it, EXCEPTION_UNREVIEWED, why);
	else if (is_edited(it, facts))
		judged(it, EXCEPTION_VOIDED, "was edited after its review");
}

static void judge(struct exception *it, const struct exception_facts *facts)
{
	const struct record *record = &it->record;

	if (it->state == EXCEPTION_INVALID)
		return;
	if (record->reviewer && same(facts, record->reviewer, record->owner)) {
		judged(it, EXCEPTION_INVALID,
		       "is its own review: the reviewer is the owner");
		return;
	}
	judged(it,
	       it->until_ms <= facts->now_ms + EXPIRING_DAYS * DAY_MS
		       ? EXCEPTION_EXPIRING
		       : EXCEPTION_ACTIVE,
	       NULL);
	if (facts->now_ms > it->until_ms)
		judged(it, EXCEPTION_EXPIRED, "has ended");
	else if (it->blanket)
		judged(it, EXCEPTION_BROAD,
		       "names neither a finding nor a package of its own");
	else
		judge_review(it, facts);
}

struct turn {
	struct exception *it;
	const char *commit; /* of its review; "" */
};

static int by_commit(const void *a, const void *b)
{
	const struct turn *left = a, *right = b;
	int order = strcmp(left->commit, right->commit);

	return order ? order : (left->it > right->it) - (left->it < right->it);
}

void exceptions_judge(struct exceptions *all,
		      const struct exception_facts *facts)
{
	struct turn *turns = xcalloc(all->count + 1, sizeof(*turns));

	all->now_ms = facts->now_ms;
	for (size_t i = 0; i < all->count; i++) {
		struct exception *it = &all->items[i];
		int line = it->record.lines[RECORD_REVIEWER];
		const char *commit =
			line ? line_of(it, line, facts).commit : NULL;

		turns[i] = (struct turn){it, commit ? commit : ""};
	}
	if (all->count)
		qsort(turns, all->count, sizeof(*turns), by_commit);
	for (size_t i = 0; i < all->count; i++)
		judge(turns[i].it, facts);
	free(turns);
}

bool exception_is_in_force(const struct exception *it)
{
	return it->state == EXCEPTION_ACTIVE ||
	       it->state == EXCEPTION_EXPIRING ||
	       it->state == EXCEPTION_UNUSED ||
	       (it->state == EXCEPTION_BROAD && !it->blanket);
}

bool exception_is_bad(const struct exception *it, bool orphans_fail)
{
	switch (it->state) {
	case EXCEPTION_INVALID:
		return true;
	case EXCEPTION_EXPIRED:
	case EXCEPTION_UNREVIEWED:
	case EXCEPTION_VOIDED:
		return it->native;
	case EXCEPTION_BROAD:
		return it->blanket;
	case EXCEPTION_ORPHAN:
		return orphans_fail;
	default:
		return false;
	}
}

/* What it is after all reports. */
static void settle(struct exception *it)
{
	if (!exception_is_in_force(it))
		return;
	if (!it->hides)
		judged(it, EXCEPTION_UNUSED, "meets no finding");
	else if (*it->record.id && !*it->record.scope &&
		 it->hides > EXCEPTION_BROAD_FROM)
		judged(it, EXCEPTION_BROAD,
		       "names an id alone, and hides more than 5 findings");
}

char *exception_sentence(const struct exception *it)
{
	const char *id = *it->record.id ? it->record.id : "any finding";

	if (it->state == EXCEPTION_ORPHAN)
		return xasprintf("the report suppresses %s%s%s, of which "
				 "there is no record",
				 id, *it->record.scope ? " in " : "",
				 it->record.scope);
	return xasprintf("%s:%d: the exception for %s %s", it->file, it->line,
			 id, it->why);
}

/* A scanner that keeps to itself what it suppressed leaves every exception of
 * its own without a finding. */
static bool is_told(const struct exceptions *all, const struct exception *it)
{
	if (it->state == EXCEPTION_UNUSED && it->native)
		return all->suppression_is_told;
	return it->why || it->state == EXCEPTION_ORPHAN;
}

bool exceptions_hold(struct exceptions *all, bool orphans_fail, char **why,
		     struct strings *notes)
{
	size_t bad = all->orphans && orphans_fail ? all->orphans : 0;
	char *first = NULL;

	for (size_t i = 0; i < all->count; i++) {
		struct exception *it = &all->items[i];

		settle(it);
		if (exception_is_bad(it, orphans_fail)) {
			if (!bad++)
				first = exception_sentence(it);
		} else if (is_told(all, it)) {
			strings_add_owned(notes, exception_sentence(it));
		}
	}
	if (!bad)
		return true;
	*why = bad > 1 ? xasprintf("%s, and %zu more are bad",
				   first ? first : "", bad - 1)
		       : xstrdup(first);
	free(first);
	return false;
}

void exceptions_release(struct exceptions *all)
{
	for (size_t i = 0; i < all->count; i++) {
		struct exception *it = &all->items[i];

		record_release(&it->record);
		strings_release(&it->aliases);
		strings_release(&it->paths);
		strings_release(&it->purls);
		free(it->package);
		free(it->version);
		free(it->chain);
		free(it->text);
		free(it->why);
		free(it->lapsed);
	}
	free(all->items);
	free(all->keys);
	openvex_release(all);
	strings_release(&all->files);
	memset(all, 0, sizeof(*all));
}
