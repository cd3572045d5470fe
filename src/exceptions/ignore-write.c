/* SPDX-License-Identifier: MIT */
/* A new exception, in the words of the file it goes into. */
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/memory.h"
#include "exceptions/exceptions.h"

static bool is_toml(const char *name)
{
	return ends_with(name, ".toml");
}

static bool is_trivy(const char *name)
{
	return ends_with(name, ".trivyignore");
}

bool exceptions_can_add(const char *name)
{
	return is_toml(name) || is_trivy(name) || !exceptions_is_native(name);
}

/* The day that ends it for a scanner, or "". */
static const char *day_after(const char *until, char text[CLOCK_TEXT_SIZE])
{
	char *moment = xasprintf("%sT00:00:00Z", until);
	int64_t ms;

	*text = '\0';
	if (clock_parse_utc(moment, &ms, NULL) == 0) {
		clock_format_utc(ms + DAY_MS, text);
		text[strlen("2026-12-01")] = '\0';
	}
	free(moment);
	return text;
}

/* One word in the file: no byte of it ends a line or a text. */
static char *word(const char *text)
{
	char *copy = xstrdup(text);

	for (char *c = copy; *c; c++)
		if ((unsigned char)*c <= ' ' || *c == 127 ||
		    strchr("\"'\\", *c))
			*c = '?';
	if (*copy == '#')
		*copy = '?';
	return copy;
}

char *exceptions_block(const char *name, const struct record *record)
{
	char end[CLOCK_TEXT_SIZE];
	char *header, *id, *block;

	if (!exceptions_is_native(name))
		return record_text(record);
	header = record_header(record, "");
	id = word(record->id);
	day_after(record->until, end);
	/* The line that is looked for is the last one. */
	if (is_toml(name))
		block = xasprintf("%s[[IgnoredVulns]]\nignoreUntil = %s\n"
				  "id = \"%s\"\n",
				  header, end, id);
	else
		block = xasprintf("%s%s exp:%s\n", header, id, end);
	free(id);
	free(header);
	return block;
}
