/* SPDX-License-Identifier: MIT */
#include "evidence/exceptions.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/clock.h"
#include "base/memory.h"
#include "base/vector.h"

#define DAY_MS ((int64_t)24 * 60 * 60 * 1000)

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

struct reading {
	struct exceptions *exceptions;
	const char *name;
	int line;
	char *fields[4]; /* of the block, in the order of keys[] */
	size_t first;	 /* of the block's exceptions */
	struct error *err;
};

enum { FIELD_REASON, FIELD_OWNER, FIELD_REVIEWER, FIELD_UNTIL, FIELD_COUNT };

static const char *const keys[FIELD_COUNT] = {
	[FIELD_REASON] = "reason",
	[FIELD_OWNER] = "owner",
	[FIELD_REVIEWER] = "reviewer",
	[FIELD_UNTIL] = "until",
};

static int complain(const struct reading *reading, const char *what)
{
	return error_set(reading->err, ERROR_FAILED,
			 "%s:%d: %s; a file of exceptions with a mistake hides "
			 "nothing",
			 reading->name, reading->line, what);
}

static char *trimmed(const char *text, size_t len)
{
	while (len && (*text == ' ' || *text == '\t')) {
		text++;
		len--;
	}
	while (len && strchr(" \t\r", text[len - 1]))
		len--;
	return xstrndup(text, len);
}

/* "# reason: ..."; other comments are let be. */
static int read_comment(struct reading *reading, const char *line, size_t len)
{
	char *text = trimmed(line + 1, len - 1);
	int result = 0;

	for (int i = 0; i < FIELD_COUNT; i++) {
		size_t size = strlen(keys[i]);

		if (strncmp(text, keys[i], size) != 0 || text[size] != ':')
			continue;
		if (reading->fields[i])
			result = complain(reading, "the key stands twice");
		else
			reading->fields[i] = trimmed(text + size + 1,
						     strlen(text + size + 1));
	}
	if (result == 0 && reading->exceptions->count > reading->first)
		result = complain(reading, "a block ends with its findings; "
					   "an empty line begins another");
	free(text);
	return result;
}

/* "CVE-2023-45853 zlib" */
static int read_finding(struct reading *reading, const char *line, size_t len)
{
	char *text = trimmed(line, len);
	size_t id = strcspn(text, " \t");
	const char *scope = text + id + strspn(text + id, " \t");
	struct exception *it;

	if (strcspn(scope, " \t") != strlen(scope)) {
		free(text);
		return complain(reading, "a finding is its id, and a package "
					 "or path");
	}
	it = VECTOR_ADD(reading->exceptions->items, reading->exceptions->count,
			reading->exceptions->cap);
	it->record.id = xstrndup(text, id);
	it->record.scope = xstrdup(scope);
	it->line = reading->line;
	free(text);
	return 0;
}

static int read_until(struct reading *reading, int64_t *until)
{
	const char *day = reading->fields[FIELD_UNTIL];
	char *moment = xasprintf("%sT23:59:59.999Z", day);
	int result = strlen(day) == strlen("2026-02-01") &&
				     clock_parse_utc(moment, until, NULL) == 0
			     ? 0
			     : complain(reading, "until: is no day; write it "
						 "as 2026-02-01");

	free(moment);
	return result;
}

static int check_fields(struct reading *reading)
{
	char *const *fields = reading->fields;
	const char *poor;

	for (int i = 0; i < FIELD_COUNT; i++)
		if (i != FIELD_REVIEWER && (!fields[i] || !*fields[i]))
			return complain(reading, "reason:, owner: and until: "
						 "are needed");
	poor = record_reason_is_poor(fields[FIELD_REASON]);
	if (poor)
		return complain(reading, poor);
	if (fields[FIELD_REVIEWER] &&
	    strcasecmp(fields[FIELD_REVIEWER], fields[FIELD_OWNER]) == 0)
		return complain(reading, "the reviewer is the owner");
	return 0;
}

static void fill_in(struct reading *reading, struct exception *it,
		    int64_t until)
{
	char *const *fields = reading->fields;
	const char *reviewer = fields[FIELD_REVIEWER];

	it->record.reason = xstrdup(fields[FIELD_REASON]);
	it->record.owner = xstrdup(fields[FIELD_OWNER]);
	it->record.reviewer = xstrdup(reviewer ? reviewer : "");
	it->record.until = xstrdup(fields[FIELD_UNTIL]);
	it->until_ms = until;
	it->text = xasprintf("%s (owner %s, reviewed by %s, until %s)",
			     it->record.reason, it->record.owner,
			     it->record.reviewer, it->record.until);
}

static int end_block(struct reading *reading)
{
	struct exceptions *all = reading->exceptions;
	bool any = false;
	int64_t until = 0;
	int result = 0;

	for (int i = 0; i < FIELD_COUNT; i++)
		any = any || reading->fields[i];
	if (all->count == reading->first)
		result = any ? complain(reading, "the block names no finding")
			     : 0;
	else if (check_fields(reading) < 0 || read_until(reading, &until) < 0)
		result = -1;
	for (size_t i = reading->first; result == 0 && i < all->count; i++)
		fill_in(reading, &all->items[i], until);
	reading->first = all->count;
	for (int i = 0; i < FIELD_COUNT; i++) {
		free(reading->fields[i]);
		reading->fields[i] = NULL;
	}
	return result;
}

static int read_line(struct reading *reading, const char *line, size_t len)
{
	reading->line++;
	if (strspn(line, " \t\r") >= len)
		return end_block(reading);
	if (*line == '#')
		return read_comment(reading, line, len);
	return read_finding(reading, line, len);
}

int exceptions_parse(struct exceptions *exceptions, const char *text,
		     const char *name, struct error *err)
{
	struct reading reading = {
		.exceptions = exceptions, .name = name, .err = err};
	int result = 0;

	memset(exceptions, 0, sizeof(*exceptions));
	while (result == 0 && *text) {
		size_t len = strcspn(text, "\n");

		result = read_line(&reading, text, len);
		text += len + (text[len] == '\n');
	}
	if (result == 0)
		result = end_block(&reading);
	for (int i = 0; i < FIELD_COUNT; i++)
		free(reading.fields[i]);
	if (result < 0)
		exceptions_release(exceptions);
	return result;
}

static bool is_meant(const struct exception *it, const struct finding *finding)
{
	const char *scope = it->record.scope;

	return strcmp(it->record.id, finding->id) == 0 &&
	       (!*scope ||
		(finding->package && strcmp(scope, finding->package) == 0) ||
		(finding->path && strcmp(scope, finding->path) == 0));
}

static void hide(struct exception *it, struct report *report,
		 struct finding *finding)
{
	finding->suppressed = finding->excepted = true;
	finding->suppression = it->text;
	finding->state = FINDING_EXCEPTED;
	it->hides++;
	report->by_severity[finding->severity]--;
	report->by_kind[finding->kind]--;
	report->open--;
	report->suppressed++;
	report->excepted++;
}

static bool is_in_force(const struct exception *it, int64_t now_ms)
{
	return *it->record.reviewer && now_ms <= it->until_ms;
}

static void apply_one(struct exception *it, struct report *report,
		      int64_t now_ms)
{
	for (size_t i = 0; i < report->finding_count; i++) {
		struct finding *finding = &report->findings[i];
		int64_t most = exception_days(finding->severity) * DAY_MS;

		if (finding->suppressed || !is_meant(it, finding))
			continue;
		/* Of the last day all of it. */
		if (it->until_ms > now_ms + most + DAY_MS)
			it->is_too_long = true;
		else
			hide(it, report, finding);
	}
}

static void note(const struct exception *it, int64_t now_ms,
		 struct strings *notes)
{
	const char *why = !*it->record.reviewer	  ? "has no reviewer"
			  : now_ms > it->until_ms ? "has ended"
			  : it->is_too_long	  ? "ends too late for how "
						    "bad that is"
			  : !it->hides		  ? "meets no finding"
						  : NULL;

	if (why)
		strings_addf(notes, "line %d: the exception for %s %s",
			     it->line, it->record.id, why);
}

void exceptions_apply(struct exceptions *exceptions, struct report *report,
		      int64_t now_ms, struct strings *notes)
{
	for (size_t i = 0; i < exceptions->count; i++) {
		struct exception *it = &exceptions->items[i];

		if (is_in_force(it, now_ms))
			apply_one(it, report, now_ms);
		note(it, now_ms, notes);
	}
}

void exceptions_release(struct exceptions *exceptions)
{
	for (size_t i = 0; i < exceptions->count; i++) {
		struct exception *it = &exceptions->items[i];

		free(it->record.id);
		free(it->record.scope);
		free(it->record.reason);
		free(it->record.owner);
		free(it->record.reviewer);
		free(it->record.until);
		free(it->text);
	}
	free(exceptions->items);
	memset(exceptions, 0, sizeof(*exceptions));
}
