/* SPDX-License-Identifier: MIT */
#include "exceptions/ignore.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/memory.h"
#include "base/vector.h"
#include "report/value.h"
#include "yaml/tree.h"

#define MINUTE_MS ((int64_t)60 * 1000)

/* By how the name ends; the first that does counts, and the last is all
 * others. */
static const struct {
	const char *end;
	ignore_parse *parse;
} forms[] = {
	{".trivyignore", ignore_trivy}, {".gitleaksignore", ignore_gitleaks},
	{".snyk", ignore_yaml},		{".yaml", ignore_yaml},
	{".yml", ignore_yaml},		{".toml", ignore_osv},
	{".json", ignore_openvex},	{"", ignore_own},
};

static ignore_parse *form_of(const char *name)
{
	size_t i = 0;

	while (!ends_with(name, forms[i].end))
		i++;
	return forms[i].parse;
}

bool exceptions_is_native(const char *name)
{
	return form_of(name) != ignore_own;
}

void exceptions_warn(struct exceptions *all, const char *name, const char *text,
		     size_t len)
{
	if (form_of(name) == ignore_openvex && !memchr(text, '\0', len))
		openvex_warn(all, name, text, len);
	all->warned++;
}

int exceptions_read(struct exceptions *all, const char *name, const char *text,
		    size_t len, struct error *err)
{
	struct ignore_file file = {
		.all = all,
		.text = text,
		.len = len,
		.first = all->count,
		.native = exceptions_is_native(name),
		.err = err,
	};
	int result;

	if (starts_with(text, "\xef\xbb\xbf")) {
		file.text += 3;
		file.len -= 3;
	}
	if (memchr(text, '\0', len))
		return error_set(err, ERROR_FAILED, "%s holds a NUL byte",
				 name);
	strings_add(&all->files, name);
	file.name = all->files.items[all->files.count - 1];
	record_lines_of(file.text, &file.lines);
	result = form_of(name)(&file);
	record_lines_release(&file.lines);
	return result;
}

int ignore_refuse(const struct ignore_file *file, int line, const char *what)
{
	return error_set(file->err, ERROR_FAILED, "%s:%d: %s; it hides nothing",
			 file->name, line, what);
}

struct exception *ignore_add(struct ignore_file *file, int line, int last_line,
			     const struct record *record)
{
	struct exceptions *all = file->all;
	struct exception *it;

	if (all->count - file->first == EXCEPTIONS_LIMIT) {
		ignore_refuse(file, line, "more than 10000 exceptions");
		return NULL;
	}
	it = VECTOR_ADD(all->items, all->count, all->cap);
	it->file = file->name;
	it->line = line;
	it->last_line = last_line < line ? line : last_line;
	it->native = file->native;
	if (record)
		record_copy(&it->record, record);
	else if (record_above(&file->lines, line, &it->record) < 0)
		ignore_wrong(it, "has a key twice");
	return it;
}

void ignore_wrong(struct exception *it, const char *why)
{
	if (it->state == EXCEPTION_INVALID)
		return;
	it->state = EXCEPTION_INVALID;
	it->why = xstrdup(why);
}

void ignore_default(struct exception *it, enum record_key key,
		    const char *value)
{
	char **field = record_field(&it->record, key);

	if (!*field && value && *value)
		*field = xstrdup(value);
}

/* "+02:00" as ms; false: it is none. */
static bool read_zone(const char *zone, int64_t *ms)
{
	if (strlen(zone) != 6 || (*zone != '+' && *zone != '-') ||
	    zone[3] != ':')
		return false;
	for (int i = 1; i < 6; i++)
		if (i != 3 && !isdigit((unsigned char)zone[i]))
			return false;
	*ms = (atoi(zone + 1) * 60 + atoi(zone + 4)) * MINUTE_MS;
	if (*zone == '-')
		*ms = -*ms;
	return true;
}

bool ignore_moment(const char *text, int64_t *ms)
{
	size_t len = strlen(text);
	int64_t zone = 0;
	char *utc;
	bool good;

	if (len == 10) {
		utc = xasprintf("%sT00:00:00Z", text);
	} else {
		size_t cut = len > 19 ? 19 + strcspn(text + 19, "Zz+-") : len;

		if (len < 19 || !strchr("Tt ", text[10]) ||
		    (text[cut] && strcasecmp(text + cut, "Z") != 0 &&
		     !read_zone(text + cut, &zone)))
			return false;
		utc = xasprintf("%.10sT%.*sZ", text, (int)(cut - 11),
				text + 11);
	}
	good = clock_parse_utc(utc, ms, NULL) == 0;
	if (good)
		*ms -= zone;
	free(utc);
	return good;
}

/* A day counts to its end. */
static bool read_day(const char *text, int64_t *ms)
{
	if (strlen(text) != 10 || !ignore_moment(text, ms))
		return false;
	*ms += DAY_MS - 1;
	return true;
}

void ignore_ends(struct exception *it, const char *moment)
{
	char text[CLOCK_TEXT_SIZE];
	int64_t end, last = 0;
	const char *until = it->record.until;

	if (!ignore_moment(moment, &end)) {
		ignore_wrong(it, "ends at no such day; write it as 2026-12-31");
		return;
	}
	it->until_ms = end - 1;
	if (!until) {
		clock_format_utc(end - 1, text);
		text[10] = '\0';
		it->record.until = xstrdup(text);
	} else if (!read_day(until, &last)) {
		it->until_ms = 0;
	} else if (end - 1 > last || end - 1 <= last - DAY_MS) {
		ignore_wrong(it, "has an until: that is not the day before its "
				 "own end");
	}
}

static bool is_kind(const char *kind)
{
	for (const char *const *known = record_kinds; *known; known++)
		if (strcmp(*known, kind) == 0)
			return true;
	return false;
}

static bool is_told(const char *text)
{
	return text && *text;
}

static const char *what_it_lacks(const struct record *record)
{
	static const char *const lacks[] = {
		NULL,
		"lacks reason:",
		"lacks owner:",
		"lacks reason: and owner:",
		"lacks until:",
		"lacks reason: and until:",
		"lacks owner: and until:",
		"lacks reason:, owner: and until:",
	};

	return lacks[(is_told(record->reason) ? 0 : 1) +
		     (is_told(record->owner) ? 0 : 2) +
		     (is_told(record->until) ? 0 : 4)];
}

static const char *what_is_wrong(struct exception *it)
{
	const struct record *record = &it->record;

	if (what_it_lacks(record))
		return what_it_lacks(record);
	if (!it->until_ms && !read_day(record->until, &it->until_ms))
		return "has an until: that is no day; write it as 2026-02-01";
	if (record->kind && !is_kind(record->kind))
		return "has a kind: that is none of false-positive, "
		       "not-reachable, mitigated, no-fix, fix-deferred, "
		       "risk-accepted, test-only";
	if (record->severity &&
	    severity_of_word(record->severity) == REPORT_SEVERITY_UNKNOWN &&
	    strcmp(record->severity, "unknown") != 0)
		return "has a severity: that is none";
	return record_reason_is_poor(record->reason)
		       ? "has a reason of less than 15 characters, or one "
			 "that says no more than that there is one"
		       : NULL;
}

void ignore_finish(struct exception *it)
{
	const char *wrong = what_is_wrong(it);
	struct record *record = &it->record;

	if (!record->id)
		record->id = xstrdup("");
	if (!record->scope)
		record->scope = xstrdup("");
	/* It would be met by whatever is found. */
	if (!*record->id && (!it->package || !*it->package))
		it->blanket = true;
	if (wrong)
		ignore_wrong(it, wrong);
	if (record->reviewer && !*record->reviewer) {
		free(record->reviewer);
		record->reviewer = NULL;
	}
	it->text = xasprintf("%s (owner %s, reviewer %s, until %s)",
			     record->reason ? record->reason : "",
			     record->owner ? record->owner : "nobody",
			     record->reviewer ? record->reviewer : "nobody",
			     record->until ? record->until : "no day");
}

int ignore_last_line(const struct node *node)
{
	int last = node->place.line;

	for (size_t i = 0; i < node->count; i++) {
		int line = ignore_last_line(&node->children[i]);

		last = line > last ? line : last;
	}
	return last;
}

const char *ignore_text(struct exception *it, const struct node *value)
{
	if (!value)
		return NULL;
	if (value->kind == NODE_TEXT)
		return value->text;
	ignore_wrong(it, "has a list or a map where a text belongs");
	return NULL;
}

void ignore_words(struct exception *it, const struct node *value,
		  struct strings *words)
{
	if (!value)
		return;
	if (value->kind != NODE_LIST) {
		const char *word = ignore_text(it, value);

		if (word)
			strings_add(words, word);
		return;
	}
	for (size_t i = 0; i < value->count; i++) {
		const char *word = ignore_text(it, &value->children[i]);

		if (word)
			strings_add(words, word);
	}
}
