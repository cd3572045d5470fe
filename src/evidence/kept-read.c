/* SPDX-License-Identifier: MIT */
/*
 * Reads an evidence file. Its lines are objects of texts, whole numbers and
 * truths, as kept.c writes them; nothing else is taken, so that reading
 * 100,000 of them takes no time that a person notices. Texts stay where they
 * stand, unescaped in place.
 */
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include "base/file.h"
#include "base/vector.h"
#include "evidence/kept.h"

enum field_type { FIELD_TEXT, FIELD_INT, FIELD_BOOL };

struct field {
	const char *name;
	enum field_type type;
	size_t offset;
};

struct value {
	enum field_type type;
	const char *text;
	int64_t number;
};

#define TEXT(row, member, name)                         \
	{                                               \
		name, FIELD_TEXT, offsetof(row, member) \
	}
#define INT(row, member, name)                         \
	{                                              \
		name, FIELD_INT, offsetof(row, member) \
	}

struct finding_line {
	struct kept_finding it;
	const char *severity;
};

struct test_line {
	struct kept_test it;
	const char *outcome;
};

struct edge_line { /* the first and the last */
	const char *by, *stage, *why;
	int64_t format;
	bool whole;
};

static const struct field finding_fields[] = {
	TEXT(struct finding_line, it.id, "id"),
	TEXT(struct finding_line, it.aliases, "aliases"),
	TEXT(struct finding_line, it.kind, "kind"),
	TEXT(struct finding_line, severity, "severity"),
	TEXT(struct finding_line, it.title, "title"),
	TEXT(struct finding_line, it.package, "package"),
	TEXT(struct finding_line, it.installed, "installed"),
	TEXT(struct finding_line, it.fixed, "fixed"),
	TEXT(struct finding_line, it.path, "path"),
	INT(struct finding_line, it.line, "line"),
	INT(struct finding_line, it.column, "column"),
	TEXT(struct finding_line, it.purl, "purl"),
	TEXT(struct finding_line, it.url, "url"),
	TEXT(struct finding_line, it.chain, "chain"),
	TEXT(struct finding_line, it.state, "state"),
	TEXT(struct finding_line, it.exception, "exception"),
	TEXT(struct finding_line, it.suppression, "suppression"),
	TEXT(struct finding_line, it.lapsed, "lapsed"),
	TEXT(struct finding_line, it.source, "source"),
	{"new", FIELD_BOOL, offsetof(struct finding_line, it.is_new)},
	TEXT(struct finding_line, it.key, "key"),
};

static const struct field test_fields[] = {
	TEXT(struct test_line, it.name, "name"),
	TEXT(struct test_line, outcome, "outcome"),
	TEXT(struct test_line, it.message, "message"),
	TEXT(struct test_line, it.file, "file"),
	INT(struct test_line, it.line, "line"),
	INT(struct test_line, it.ms, "ms"),
	{"flaky", FIELD_BOOL, offsetof(struct test_line, it.flaky)},
	{"newly-skipped", FIELD_BOOL,
	 offsetof(struct test_line, it.newly_skipped)},
};

static const struct field component_fields[] = {
	TEXT(struct kept_component, name, "name"),
	TEXT(struct kept_component, version, "version"),
	TEXT(struct kept_component, license, "license"),
	TEXT(struct kept_component, purl, "purl"),
	TEXT(struct kept_component, path, "path"),
	TEXT(struct kept_component, chain, "chain"),
	TEXT(struct kept_component, verdict, "verdict"),
};

static const struct field coverage_fields[] = {
	TEXT(struct kept_coverage, path, "path"),
	INT(struct kept_coverage, lines, "lines"),
	INT(struct kept_coverage, covered, "covered"),
	INT(struct kept_coverage, branches, "branches"),
	INT(struct kept_coverage, branches_covered, "branches-covered"),
};

static const struct field edge_fields[] = {
	TEXT(struct edge_line, by, "by"),
	INT(struct edge_line, format, "format"),
	TEXT(struct edge_line, stage, "stage"),
	{"whole", FIELD_BOOL, offsetof(struct edge_line, whole)},
	TEXT(struct edge_line, why, "why"),
};

static int digit_of(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* \uXXXX of a control character; -1: it is none. */
static int escaped(const char *at)
{
	int high, low;

	if (strncmp(at, "u00", 3) != 0)
		return -1;
	high = digit_of(at[3]);
	low = high < 0 ? -1 : digit_of(at[4]);
	return low < 0 || high > 1 || !(high | low) ? -1 : high * 16 + low;
}

/* at stands behind the opening quote; ends the text with a NUL and returns
 * what is behind the closing one. NULL: it is no text. */
static char *take_text(char *at, const char **text)
{
	char *to = at;

	*text = at;
	for (; *at && *at != '"'; at++) {
		if (*at != '\\') {
			*to++ = *at;
		} else if (at[1] == '"' || at[1] == '\\') {
			*to++ = *++at;
		} else {
			int c = escaped(at + 1);

			if (c < 0)
				return NULL;
			*to++ = (char)c;
			at += 5;
		}
	}
	if (!*at)
		return NULL;
	*to = '\0';
	return at + 1;
}

static char *take_int(char *at, int64_t *number)
{
	char *first = at;
	int64_t value = 0;

	for (; *at >= '0' && *at <= '9'; at++) {
		if (at - first > 17)
			return NULL;
		value = value * 10 + (*at - '0');
	}
	*number = value;
	return at > first ? at : NULL;
}

static char *take_value(char *at, struct value *value)
{
	if (*at == '"') {
		value->type = FIELD_TEXT;
		return take_text(at + 1, &value->text);
	}
	value->type = FIELD_BOOL;
	value->number = starts_with(at, "true");
	if (value->number || starts_with(at, "false"))
		return at + (value->number ? 4 : 5);
	value->type = FIELD_INT;
	return take_int(at, &value->number);
}

static void put(const struct field *field, const struct value *value, void *row)
{
	char *place = (char *)row + field->offset;

	if (field->type == FIELD_TEXT)
		memcpy(place, &value->text, sizeof(value->text));
	else if (field->type == FIELD_INT)
		memcpy(place, &value->number, sizeof(value->number));
	else
		*(bool *)place = value->number != 0;
}

/* Members behind the opening brace up to both closing ones. An unknown one
 * is a newer writer's. */
static bool take_members(char *at, const struct field *fields, size_t count,
			 void *row)
{
	size_t next = 0; /* they come in the table's order */

	for (;;) {
		struct value value = {0};
		const char *name;

		if (*at != '"')
			return false;
		at = take_text(at + 1, &name);
		if (!at || *at != ':')
			return false;
		at = take_value(at + 1, &value);
		if (!at)
			return false;
		for (size_t i = 0; i < count; i++) {
			const struct field *field = &fields[(next + i) % count];

			if (strcmp(field->name, name) != 0)
				continue;
			if (field->type != value.type)
				return false;
			put(field, &value, row);
			next += i + 1;
			break;
		}
		if (*at != ',')
			return strcmp(at, "}}") == 0;
		at++;
	}
}

static bool outcome_of(const char *word, enum test_outcome *outcome)
{
	for (int i = 0; word && i <= TEST_UNFINISHED; i++) {
		*outcome = (enum test_outcome)i;
		if (strcmp(test_outcome_name(*outcome), word) == 0)
			return true;
	}
	return false;
}

static size_t last_report(const struct kept *kept)
{
	size_t count = json_array_size(kept->reports);

	return count ? count - 1 : 0;
}

static bool read_finding(struct kept *kept, char *at)
{
	struct finding_line line = {0};

	if (!take_members(at, finding_fields, ARRAY_SIZE(finding_fields),
			  &line) ||
	    !report_severity_parse(line.severity, &line.it.severity) ||
	    !line.it.key || !line.it.state)
		return false;
	line.it.report = last_report(kept);
	*VECTOR_ADD(kept->findings, kept->finding_count, kept->finding_cap) =
		line.it;
	return true;
}

static bool read_test(struct kept *kept, char *at)
{
	struct test_line line = {.it = {.ms = -1}};

	if (!take_members(at, test_fields, ARRAY_SIZE(test_fields), &line) ||
	    !outcome_of(line.outcome, &line.it.outcome))
		return false;
	line.it.report = last_report(kept);
	*VECTOR_ADD(kept->tests, kept->test_count, kept->test_cap) = line.it;
	return true;
}

static bool read_component(struct kept *kept, char *at)
{
	struct kept_component line = {0};

	if (!take_members(at, component_fields, ARRAY_SIZE(component_fields),
			  &line))
		return false;
	line.report = last_report(kept);
	*VECTOR_ADD(kept->components, kept->component_count,
		    kept->component_cap) = line;
	return true;
}

static bool read_coverage(struct kept *kept, char *at)
{
	struct kept_coverage line = {0};

	if (!take_members(at, coverage_fields, ARRAY_SIZE(coverage_fields),
			  &line))
		return false;
	line.report = last_report(kept);
	*VECTOR_ADD(kept->coverage, kept->coverage_count, kept->coverage_cap) =
		line;
	return true;
}

/* The only line with objects in objects. */
static bool read_report(struct kept *kept, char *at)
{
	size_t len = strlen(at);
	json_t *report;

	if (len < 2 || strcmp(at + len - 2, "}}") != 0)
		return false;
	report = json_loadb(at - 1, len, JSON_REJECT_DUPLICATES, NULL);
	return json_is_object(report) &&
	       json_array_append_new(kept->reports, report) == 0;
}

static bool read_header(struct kept *kept, char *at)
{
	struct edge_line line = {0};

	if (!take_members(at, edge_fields, ARRAY_SIZE(edge_fields), &line) ||
	    line.format != 1 || !line.stage)
		return false;
	kept->stage = line.stage;
	return true;
}

static bool read_end(struct kept *kept, char *at)
{
	struct edge_line line = {0};

	if (!take_members(at, edge_fields, ARRAY_SIZE(edge_fields), &line))
		return false;
	kept->whole = line.whole;
	kept->why = line.whole ? NULL : line.why ? line.why : "it says so";
	return true;
}

static const struct {
	const char *begins;
	bool (*read)(struct kept *kept, char *at);
} kinds[] = {
	{"{\"finding\":{", read_finding},
	{"{\"test\":{", read_test},
	{"{\"component\":{", read_component},
	{"{\"coverage\":{", read_coverage},
	{"{\"report\":{", read_report},
	{"{\"end\":{", read_end},
};

static bool read_line(struct kept *kept, char *line, bool first)
{
	static const char header[] = "{\"evidence\":{";

	if (first)
		return starts_with(line, header) &&
		       read_header(kept, line + sizeof(header) - 1);
	for (size_t i = 0; i < ARRAY_SIZE(kinds); i++)
		if (starts_with(line, kinds[i].begins))
			return kinds[i].read(kept,
					     line + strlen(kinds[i].begins));
	return false;
}

static int read_lines(struct kept *kept, const char *path, struct error *err)
{
	char *end = kept->text.data + kept->text.len;
	char *line = kept->text.data;
	bool ended = false;
	int number = 1;

	kept->why = "its end is missing";
	for (char *next; line < end; line = next, number++) {
		char *stop = memchr(line, '\n', (size_t)(end - line));

		if (!stop) /* cut in the midst */
			return number > 1 ? 0
					  : error_set(err, ERROR_CORRUPT,
						      "%s is cut", path);
		next = stop + 1;
		*stop = '\0';
		ended = starts_with(line, "{\"end\":");
		if (strlen(line) != (size_t)(stop - line) ||
		    !read_line(kept, line, number == 1) ||
		    (ended && next < end))
			return error_set(err, ERROR_CORRUPT,
					 "%s:%d: no line of an evidence file",
					 path, number);
	}
	return number > 1 ? 0
			  : error_set(err, ERROR_CORRUPT, "%s is empty", path);
}

int kept_parse_owned(struct str *text, const char *name, struct kept *kept,
		     struct error *err)
{
	*kept = (struct kept){.text = *text};
	str_init(text);
	kept->reports = json_array();
	if (read_lines(kept, name, err) == 0)
		return 0;
	kept_release(kept);
	return -1;
}

/* Of the bytes that are read: the file may be another a moment later. */
static int check_digest(const struct str *text, const char *digest,
			const char *path, struct error *err)
{
	char now[DIGEST_TEXT_SIZE];
	const char *slash = strrchr(path, '/');

	digest_bytes(text->data, text->len, now);
	if (!digest || strcmp(now, digest) == 0)
		return 0;
	return error_set(err, ERROR_CORRUPT,
			 "%s is not as its run kept it; see signalbox verify",
			 slash ? slash + 1 : path);
}

int kept_load(const char *path, const char *digest, struct kept *kept,
	      struct error *err)
{
	struct str text = STR_INIT;

	*kept = (struct kept){0};
	/* One line may stand over the bound. */
	if (file_read(path, &text, 2 * EVIDENCE_BYTES_MAX, err) == 0 &&
	    check_digest(&text, digest, path, err) == 0)
		return kept_parse_owned(&text, path, kept, err);
	str_release(&text);
	return -1;
}

void kept_release(struct kept *kept)
{
	json_decref(kept->reports);
	free(kept->findings);
	free(kept->tests);
	free(kept->components);
	free(kept->coverage);
	str_release(&kept->text);
	*kept = (struct kept){0};
}
