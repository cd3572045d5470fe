/* SPDX-License-Identifier: MIT */
/* Which findings the exceptions cover, and what becomes of these. */
#include <stdlib.h>
#include <string.h>

#include "base/glob.h"
#include "base/memory.h"
#include "base/vector.h"
#include "evidence/exceptions.h"
#include "evidence/value.h"

#define DAY_MS ((int64_t)24 * 60 * 60 * 1000)
#define ORPHANS_KEPT 1000

/* "pkg:npm/a@1.0?arch=x": one without a version means any. */
static bool purl_meets(const char *wanted, const char *purl)
{
	size_t len = strcspn(wanted, "?#");

	if (wanted[len])
		return strcmp(wanted, purl) == 0;
	return strncmp(wanted, purl, len) == 0 && strchr("@?#", purl[len]);
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
	if (finding->kind == FINDING_LICENSE ? it->never_licenses
					     : it->licenses_only)
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

static int by_id(const void *a, const void *b)
{
	const struct exception *const *ea = a;
	const struct exception *const *eb = b;
	int order = strcmp((*ea)->record.id, (*eb)->record.id);

	return order ? order : (*ea > *eb) - (*ea < *eb);
}

/* Those of one id by it; all others, which are few, behind them. */
static void make_index(struct exceptions *all)
{
	free(all->index);
	all->index = xcalloc(all->count + 1, sizeof(struct exception *));
	all->index_count = 0;
	for (size_t i = 0; i < all->count; i++)
		if (*all->items[i].record.id && !all->items[i].aliases.count)
			all->index[all->index_count++] = &all->items[i];
	if (all->index_count)
		qsort(all->index, all->index_count, sizeof(struct exception *),
		      by_id);
	all->others = all->index_count;
	for (size_t i = 0; i < all->count; i++)
		if (!*all->items[i].record.id || all->items[i].aliases.count)
			all->index[all->others++] = &all->items[i];
}

static bool has_word(const char *words, const char *word)
{
	size_t len = strlen(word);

	for (; words && *words; words += strspn(words, ", ")) {
		size_t size = strcspn(words, ", ");

		if (size == len && memcmp(words, word, len) == 0)
			return true;
		words += size;
	}
	return false;
}

/* One that names a file may hold what sets the others apart. */
static bool is_named(const char *id, const struct finding *finding)
{
	return strcmp(id, finding->id) == 0 ||
	       str_equal(id, finding->aliases) ||
	       has_word(finding->aliases, id);
}

static bool is_of_ids(const struct exception *it, const struct finding *finding)
{
	if (!*it->record.id || is_named(it->record.id, finding))
		return true;
	for (size_t i = 0; i < it->aliases.count; i++)
		if (is_named(it->aliases.items[i], finding))
			return true;
	return false;
}

/* Calls each() with those that cover the finding, until it says true. */
typedef bool visit(struct exceptions *all, struct exception *it,
		   struct finding *finding);

static bool visit_id(struct exceptions *all, const char *id, size_t len,
		     struct finding *finding, visit *each)
{
	size_t low = 0, high = all->index_count;

	while (low < high) {
		size_t middle = low + (high - low) / 2;
		const char *other = all->index[middle]->record.id;
		int order = strncmp(other, id, len);

		if (order < 0)
			low = middle + 1;
		else
			high = middle;
	}
	for (; low < all->index_count; low++) {
		struct exception *it = all->index[low];

		if (strncmp(it->record.id, id, len) != 0)
			break;
		if (!it->record.id[len] && meets(it, finding) &&
		    each(all, it, finding))
			return true;
	}
	return false;
}

static bool visit_all(struct exceptions *all, struct finding *finding,
		      visit *each)
{
	const char *alias = finding->aliases ? finding->aliases : "";

	if (visit_id(all, finding->id, strlen(finding->id), finding, each))
		return true;
	if (alias[strcspn(alias, ", ")] &&
	    visit_id(all, alias, strlen(alias), finding, each))
		return true;
	for (size_t len; *alias; alias += len + strspn(alias + len, ", ")) {
		len = strcspn(alias, ", ");
		if (len && visit_id(all, alias, len, finding, each))
			return true;
	}
	for (size_t i = all->index_count; i < all->others; i++) {
		struct exception *it = all->index[i];

		if (is_of_ids(it, finding) && meets(it, finding) &&
		    each(all, it, finding))
			return true;
	}
	return false;
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

/* Whether it was made for something else than what it meets now. */
static bool try_void(struct exceptions *all, struct exception *it,
		     struct finding *finding)
{
	int64_t most = exception_days(finding->severity) * DAY_MS;
	const char *why = NULL;

	if (!exception_is_in_force(it))
		return false;
	if (rose(it, finding))
		why = "was made when that was less bad";
	else if (finding->fixed && it->record.kind &&
		 strcmp(it->record.kind, "no-fix") == 0)
		why = "says that nothing mends it, and now something does";
	/* Of the last day all of it. */
	else if (it->until_ms > all->now_ms + most + DAY_MS)
		why = "ends too late for how bad that is";
	if (why) {
		it->state = EXCEPTION_VOIDED;
		it->why = xstrdup(why);
	}
	return false;
}

static bool hide(struct exceptions *all, struct exception *it,
		 struct finding *finding)
{
	(void)all;
	if (!exception_is_in_force(it))
		return false;
	finding->excepted = true;
	finding->suppression = it->text;
	finding->state = FINDING_EXCEPTED;
	it->hides++;
	return true;
}

static bool is_covered_badly(struct exceptions *all, struct exception *it,
			     struct finding *finding)
{
	(void)all;
	(void)finding;
	return it->state != EXCEPTION_ORPHAN;
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

static void apply_one(struct exceptions *all, struct report *report,
		      struct finding *finding)
{
	bool was_open = !finding->suppressed;

	if (finding->excepted)
		return;
	if (visit_all(all, finding, hide)) {
		report->excepted++;
		finding->suppressed = true;
		if (was_open)
			count(report, finding, -1);
	} else if (!was_open && visit_all(all, finding, is_covered_badly)) {
		finding->suppressed = false;
		finding->state = FINDING_OPEN;
		count(report, finding, 1);
	}
}

void exceptions_apply(struct exceptions *all, struct report *report)
{
	make_index(all);
	all->suppression_is_told =
		all->suppression_is_told || report->suppressed;
	for (size_t i = 0; i < report->finding_count; i++)
		visit_all(all, &report->findings[i], try_void);
	for (size_t i = 0; i < report->finding_count; i++)
		apply_one(all, report, &report->findings[i]);
	for (size_t i = 0; i < report->finding_count; i++)
		if (report->findings[i].suppressed &&
		    !report->findings[i].excepted)
			add_orphan(all, &report->findings[i]);
}
