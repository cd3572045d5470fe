/* SPDX-License-Identifier: MIT */
#include "evidence/record.h"

#include <string.h>
#include <strings.h>

#include "base/memory.h"

#define REASON_LEAST 15

const char *record_reason_is_poor(const char *reason)
{
	static const char *const placeholders[] = {
		"none given",	   "accept the risk",  "false positive",
		"risk accepted",   "to be determined", "not applicable",
		"will fix later.", "no reason given"};

	if (strlen(reason) < REASON_LEAST)
		return "a reason takes 15 characters or more";
	for (size_t i = 0; i < ARRAY_SIZE(placeholders); i++)
		if (strcasecmp(reason, placeholders[i]) == 0)
			return "that says no more than that there is one";
	return NULL;
}

/* A line of the file: no character of it ends it. */
static void add_line(struct str *out, const char *key, const char *value)
{
	str_addf(out, "# %s:%s", key, *value ? " " : "");
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

char *record_text(const struct record *record)
{
	struct str out = STR_INIT;

	add_line(&out, "reason", record->reason);
	add_line(&out, "owner", record->owner);
	add_line(&out, "reviewer", record->reviewer ? record->reviewer : "");
	add_line(&out, "until", record->until);
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
