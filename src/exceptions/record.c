/* SPDX-License-Identifier: MIT */
#include "exceptions/record.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/memory.h"
#include "base/vector.h"

#define REASON_LEAST 15
/* Lines of comments that are looked through for a record. */
#define COMMENTS_MOST 64

const char *const record_kinds[] = {
	"risk-accepted", "false-positive", "not-reachable", "mitigated",
	"no-fix",	 "fix-deferred",   "test-only",	    NULL,
};

static const struct {
	const char *name;
	size_t offset;
} keys[RECORD_KEYS] = {
	[RECORD_REASON] = {"reason", offsetof(struct record, reason)},
	[RECORD_KIND] = {"kind", offsetof(struct record, kind)},
	[RECORD_OWNER] = {"owner", offsetof(struct record, owner)},
	[RECORD_REVIEWER] = {"reviewer", offsetof(struct record, reviewer)},
	[RECORD_UNTIL] = {"until", offsetof(struct record, until)},
	[RECORD_SEVERITY] = {"severity", offsetof(struct record, severity)},
};

char **record_field(struct record *record, enum record_key key)
{
	return (char **)((char *)record + keys[key].offset);
}

void record_release(struct record *record)
{
	free(record->id);
	free(record->scope);
	for (int i = 0; i < RECORD_KEYS; i++)
		free(*record_field(record, (enum record_key)i));
	memset(record, 0, sizeof(*record));
}

void record_copy(struct record *to, const struct record *from)
{
	*to = *from;
	to->id = xstrdup_null(from->id);
	to->scope = xstrdup_null(from->scope);
	for (int i = 0; i < RECORD_KEYS; i++) {
		char **field = record_field(to, (enum record_key)i);

		*field = xstrdup_null(*field);
	}
}

void record_lines_of(const char *text, struct record_lines *lines)
{
	memset(lines, 0, sizeof(*lines));
	*VECTOR_ADD(lines->items, lines->count, lines->cap) = text;
	for (; (text = strchr(text, '\n')); text++)
		*VECTOR_ADD(lines->items, lines->count, lines->cap) = text + 1;
}

void record_lines_release(struct record_lines *lines)
{
	free(lines->items);
	memset(lines, 0, sizeof(*lines));
}

static bool is_blank(char c)
{
	return c == ' ' || c == '\t' || c == '\r';
}

int record_take(struct record *record, const char *text, size_t len, int line)
{
	while (len && is_blank(*text)) {
		text++;
		len--;
	}
	while (len && is_blank(text[len - 1]))
		len--;
	for (int i = 0; i < RECORD_KEYS; i++) {
		size_t name = strlen(keys[i].name);
		char **field = record_field(record, (enum record_key)i);

		if (len <= name || text[name] != ':' ||
		    strncmp(text, keys[i].name, name) != 0)
			continue;
		if (record->lines[i])
			return -1;
		for (name++; name < len && is_blank(text[name]);)
			name++;
		*field = xstrndup(text + name, len - name);
		record->lines[i] = line;
		return 1;
	}
	return 0;
}

int record_above(const struct record_lines *lines, int line,
		 struct record *record)
{
	size_t left = COMMENTS_MOST;
	int result = 0;

	/* Of the lines that count from 1, the one above. */
	for (size_t at = (size_t)line - 1;
	     line > 1 && at <= lines->count && at > 0 && left > 0; left--) {
		const char *text = lines->items[--at];

		text += strspn(text, " \t");
		if (*text != '#')
			break;
		if (record_take(record, text + 1, strcspn(text + 1, "\n"),
				(int)at + 1) < 0)
			result = -1;
	}
	return result;
}

const char *record_reason_is_poor(const char *reason)
{
	static const char *const placeholders[] = {
		"none given",	    "accept the risk",	"false positive",
		"risk accepted",    "to be determined", "not applicable",
		"will fix later.",  "no reason given",	"false positives",
		"accepted the risk"};

	if (strlen(reason) < REASON_LEAST)
		return "a reason takes 15 characters or more";
	for (size_t i = 0; i < ARRAY_SIZE(placeholders); i++) {
		size_t len = strlen(placeholders[i]);

		if (strncasecmp(reason, placeholders[i], len) == 0 &&
		    strspn(reason + len, ".! -") == strlen(reason + len))
			return "that says no more than that there is one";
	}
	if (strspn(reason, "xX.-_?! ") == strlen(reason))
		return "that says no more than that there is one";
	return NULL;
}

/* A line of the file: no character of it ends it. */
static void add_line(struct str *out, const char *indent, const char *key,
		     const char *value)
{
	str_addf(out, "%s# %s:%s", indent, key, *value ? " " : "");
	for (; *value; value++)
		str_add_char(out, (unsigned char)*value < ' ' || *value == 127
					  ? ' '
					  : *value);
	str_add_char(out, '\n');
}

/* One word of the last line. */
static void add_word(struct str *out, const char *word)
{
	for (const char *at = word; *at; at++)
		str_add_char(out, (unsigned char)*at <= ' ' || *at == 127 ||
						  (at == word && *at == '#')
					  ? '?'
					  : *at);
}

char *record_header(const struct record *record, const char *indent)
{
	struct record copy = *record;
	struct str out = STR_INIT;

	for (int i = 0; i < RECORD_KEYS; i++) {
		enum record_key key = (enum record_key)i;
		const char *value = *record_field(&copy, key);

		if (value || key == RECORD_REVIEWER)
			add_line(&out, indent, keys[i].name,
				 value ? value : "");
	}
	return str_detach(&out);
}

char *record_text(const struct record *record)
{
	char *header = record_header(record, "");
	struct str out = STR_INIT;

	str_add(&out, header);
	free(header);
	add_word(&out, record->id);
	if (record->scope && *record->scope) {
		str_add_char(&out, ' ');
		add_word(&out, record->scope);
	}
	str_add_char(&out, '\n');
	return str_detach(&out);
}

static const char *last_line(const char *block)
{
	const char *line = block;

	for (const char *end; (end = strchr(line, '\n')) && end[1];)
		line = end + 1;
	return line;
}

static bool has_line(const char *text, const char *line)
{
	size_t len = strlen(line);

	for (const char *at = text; (at = strstr(at, line)); at += len)
		if (at == text || at[-1] == '\n')
			return true;
	return false;
}

bool record_add(struct str *file, const char *block)
{
	if (has_line(file->data, last_line(block)))
		return false;
	if (file->len && file->data[file->len - 1] != '\n')
		str_add_char(file, '\n');
	if (file->len)
		str_add_char(file, '\n');
	str_add(file, block);
	return true;
}

/* "1+ana@users.noreply.github.com" is "ana" there. */
static const char *local_part(const char *address, size_t *len)
{
	const char *at = strchr(address, '@');
	const char *plus = strchr(address, '+');

	if (at && plus && plus < at &&
	    strcasecmp(at, "@users.noreply.github.com") == 0)
		address = plus + 1;
	*len = at ? (size_t)(at - address) : strlen(address);
	return address;
}

bool record_same_person(const char *a, const char *b)
{
	size_t a_len, b_len;
	const char *left, *right;

	a += *a == '@';
	b += *b == '@';
	if (!*a || !*b)
		return false;
	/* Two addresses are two people; an address and a name may be one. */
	if (strcasecmp(a, b) == 0)
		return true;
	left = local_part(a, &a_len);
	right = local_part(b, &b_len);
	if (strchr(a, '@') && strchr(b, '@') && left == a && right == b)
		return false;
	return a_len && a_len == b_len && strncasecmp(left, right, a_len) == 0;
}
