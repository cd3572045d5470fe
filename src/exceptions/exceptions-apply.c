/* SPDX-License-Identifier: MIT */
/* Which findings the exceptions cover, and what becomes of these. */
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/glob.h"
#include "base/memory.h"
#include "base/vector.h"
#include "exceptions/exceptions-index.h"
#include "report/value.h"

#define ORPHANS_KEPT 1000

/* "pkg:npm/a@1.0?arch=x": one without a version means any. An @ may also begin
 * a name, "pkg:npm/@org/a". */
static bool purl_meets(const char *wanted, const char *purl)
{
	size_t len = strcspn(wanted, "?#");

	if (wanted[len])
		return strcmp(wanted, purl) == 0;
	return len && wanted[len - 1] != '/' &&
	       strncmp(wanted, purl, len) == 0 && strchr("@?#", purl[len]);
}

static bool any_purl(const struct exception *it, const struct finding *finding)
{
	for (size_t i = 0; finding->purl && i < it->purls.count; i++)
		if (purl_meets(it->purls.items[i], finding->purl))
			return true;
	return false;
}

static bool any_path(const struct exception *it, const struct finding *finding)
{
	for (size_t i = 0; finding->path && i < it->paths.count; i++)
		if (path_matches_whole(it->paths.items[i], finding->path))
			return true;
	return false;
}

/* "@1.2" behind a name of the chain may be left out. */
static bool link_meets(const char *wanted, size_t len, const char *link,
		       size_t link_len)
{
	if (link_len < len || strncmp(wanted, link, len) != 0)
		return false;
	return link_len == len || link[len] == '@';
}

/* "a > b" of "shop > a@1 > b@2": all but the project itself. */
static bool chain_meets(const char *wanted, const char *chain)
{
	chain = strstr(chain, " > ");
	while (*wanted && chain) {
		size_t len = strcspn(wanted, " ");
		size_t link_len;

		chain += 3;
		link_len = strcspn(chain, " ");
		if (!link_meets(wanted, len, chain, link_len))
			return false;
		wanted += len + strspn(wanted + len, " >");
		chain = strstr(chain, " > ");
	}
	return !*wanted && !chain;
}

static bool is_own_scope(const struct exception *it,
			 const struct finding *finding)
{
	const char *scope = it->record.scope;

	return !it->scoped || str_equal(scope, finding->package) ||
	       str_equal(scope, finding->path);
}

/* All but the id. What a report does not tell hides nothing, but may be why
 * the scanner suppressed it. */
static bool meets(const struct exception *it, const struct finding *finding)
{
	bool lax = finding->suppressed;

	if (it->blanket || (it->scanner_only && !lax) ||
	    !is_own_scope(it, finding))
		return false;
	if ((it->unfixed_only && finding->fixed && !lax) ||
	    (it->fixed_only && !finding->fixed && !lax))
		return false;
	if (it->at_line && it->at_line != finding->line)
		return false;
	if (it->kinds && !(it->kinds & 1u << finding->kind))
		return false;
	if (it->package && !str_equal(it->package, finding->package))
		return false;
	if (it->version && !str_equal(it->version, finding->installed))
		return false;
	if (it->chain &&
	    !(finding->chain ? chain_meets(it->chain, finding->chain) : lax))
		return false;
	if (it->purls.count && !any_purl(it, finding) &&
	    !(lax && !finding->purl))
		return false;
	return !it->paths.count || any_path(it, finding) ||
	       (lax && !finding->path);
}

/* What is not known may be the worst. */
static int rank(enum report_severity severity)
{
	return severity == REPORT_SEVERITY_UNKNOWN ? REPORT_SEVERITY_CRITICAL
						   : (int)severity;
}

static bool rose(const struct exception *it, const struct finding *finding)
{
	enum report_severity then;

	if (!it->record.severity)
		return false;
	then = severity_of_word(it->record.severity);
	return then != finding->severity && rank(finding->severity) > (int)then;
}

/* The caller's. */
static char *too_late(const struct exceptions *all,
		      enum report_severity severity, int64_t most)
{
	char day[CLOCK_TEXT_SIZE];

	clock_format_utc(all->now_ms + most, day);
	return xasprintf("ends too late: what is %s may stand until %.10s",
			 severity == REPORT_SEVERITY_UNKNOWN
				 ? "of unknown severity"
				 : report_severity_name(severity),
			 day);
}

static char *void_why(const struct exceptions *all, const struct exception *it,
		      const struct finding *finding)
{
	int64_t most = exception_days(finding->severity) * DAY_MS;

	if (rose(it, finding))
		return xstrdup("was made when that was less bad");
	if (finding->fixed && str_equal(it->record.kind, "no-fix"))
		return xstrdup("says that nothing mends it, and now something "
			       "does");
	/* Of the last day all of it. */
	return it->until_ms > all->now_ms + most + DAY_MS
		       ? too_late(all, finding->severity, most)
		       : NULL;
}

/* Whether it was made for something else than what it meets now. */
static bool try_void(struct exceptions *all, size_t at, struct finding *finding,
		     void *data)
{
	struct exception *it = &all->items[at];
	char *why;

	(void)data;
	if (!exception_is_in_force(it) || !meets(it, finding))
		return false;
	why = void_why(all, it, finding);
	if (why) {
		it->state = EXCEPTION_VOIDED;
		free(it->why);
		it->why = why;
	}
	return false;
}

/* The first of the files that is in force and covers the finding, or that
 * covers it and is not; one of all->count is none. */
struct cover {
	size_t good, bad;
};

static bool look(struct exceptions *all, size_t at, struct finding *finding,
		 void *data)
{
	const struct exception *it = &all->items[at];
	struct cover *cover = data;
	bool good = exception_is_in_force(it);
	size_t *first = good ? &cover->good : &cover->bad;

	if (at >= *first || !meets(it, finding))
		return false;
	*first = at;
	return good;
}

static void hide(struct exception *it, struct finding *finding)
{
	finding->excepted = true;
	finding->suppression = it->text;
	finding->state = FINDING_EXCEPTED;
	finding->suppressed = true;
	it->hides++;
}

static void count(struct report *report, const struct finding *finding,
		  int64_t by)
{
	report->by_severity[finding->severity] += (uint64_t)by;
	report->by_kind[finding->kind] += (uint64_t)by;
	report->open += (uint64_t)by;
	report->suppressed -= (uint64_t)by;
	if (finding->fixed)
		report->fixable += (uint64_t)by;
}

static void add_orphan(struct exceptions *all, const struct finding *finding)
{
	const char *scope = finding->package ? finding->package
			    : finding->path  ? finding->path
					     : "";
	struct exception *it;

	if (all->orphans_kept == ORPHANS_KEPT) {
		all->orphans++;
		return;
	}
	all->orphans_kept++;
	it = VECTOR_ADD(all->items, all->count, all->cap);
	it->file = "";
	it->state = EXCEPTION_ORPHAN;
	it->blanket = true;
	it->hides = 1;
	it->record.id = xstrdup(finding->id);
	it->record.scope = xstrdup(scope);
	it->record.reason = xstrdup_null(finding->suppression);
	it->text = xstrdup("");
}

static const char *lapsed(struct exception *it)
{
	if (!it->lapsed)
		it->lapsed = exception_sentence(it);
	return it->lapsed;
}

static void apply_one(struct exceptions *all, struct report *report,
		      struct finding *finding)
{
	bool was_open = !finding->suppressed;
	struct cover cover = {all->count, all->count};

	if (finding->excepted)
		return;
	exceptions_visit(all, finding, look, &cover);
	if (cover.good < all->count) {
		report->excepted++;
		hide(&all->items[cover.good], finding);
		if (was_open)
			count(report, finding, -1);
		return;
	}
	if (cover.bad < all->count)
		finding->lapsed = lapsed(&all->items[cover.bad]);
	if (!was_open && cover.bad < all->count) {
		finding->suppressed = false;
		finding->state = FINDING_OPEN;
		count(report, finding, 1);
	}
}

void exceptions_apply(struct exceptions *all, struct report *report)
{
	exceptions_index(all);
	all->suppression_is_told =
		all->suppression_is_told || report->suppressed;
	for (size_t i = 0; i < report->finding_count; i++)
		exceptions_visit(all, &report->findings[i], try_void, NULL);
	for (size_t i = 0; i < report->finding_count; i++)
		apply_one(all, report, &report->findings[i]);
	for (size_t i = 0; i < report->finding_count; i++)
		if (report->findings[i].suppressed &&
		    !report->findings[i].excepted)
			add_orphan(all, &report->findings[i]);
}
