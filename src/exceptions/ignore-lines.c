/* SPDX-License-Identifier: MIT */
/*
 * Ignore files of lines: our own, Trivy's and Gitleaks'. Comments are a
 * record that holds for all entries below it, up to an empty line.
 */
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "exceptions/ignore.h"

struct block {
	struct ignore_file *file;
	struct record header;
	bool any, twice; /* keys of it; one of them stands twice */
	bool has_entries;
	int line;
	/* Fills in what one line says. */
	void (*entry)(struct exception *it, char *line);
};

static void clear(struct block *block)
{
	record_release(&block->header);
	block->any = block->twice = block->has_entries = false;
}

static int complain(struct block *block, const char *why)
{
	struct exception *it =
		ignore_add(block->file, block->line, 0, &block->header);

	if (!it)
		return -1;
	ignore_wrong(it, why);
	ignore_finish(it);
	return 0;
}

static int end_block(struct block *block)
{
	int result = 0;

	if (block->any && !block->has_entries)
		result = complain(block, "names no finding");
	clear(block);
	return result;
}

static int read_comment(struct block *block, const char *line, size_t len)
{
	bool late = block->has_entries;
	struct record *header = &block->header;
	int taken;

	if (late && !block->file->native)
		return complain(block, "has a comment below its findings; an "
				       "empty line begins another block");
	if (late) {
		struct record begun = {0};

		/* A record of its own for what follows. */
		if (record_take(&begun, line, len, block->line) > 0)
			clear(block);
		record_release(&begun);
		if (block->has_entries)
			return 0;
	}
	taken = record_take(header, line, len, block->line);
	block->any = block->any || taken > 0;
	block->twice = block->twice || taken < 0;
	return 0;
}

static int read_entry(struct block *block, const char *line, size_t len)
{
	struct exception *it =
		ignore_add(block->file, block->line, 0, &block->header);
	char *text;

	if (!it)
		return -1;
	block->has_entries = true;
	if (block->twice)
		ignore_wrong(it, "has a key twice");
	text = xstrndup(line, len);
	while (len && strchr(" \t\r", text[len - 1]))
		text[--len] = '\0';
	block->entry(it, text);
	free(text);
	ignore_finish(it);
	return 0;
}

static int read_lines(struct ignore_file *file,
		      void (*entry)(struct exception *it, char *line))
{
	struct block block = {.file = file, .entry = entry};
	int result = 0;

	for (size_t i = 0; result == 0 && i < file->lines.count; i++) {
		const char *line = file->lines.items[i];

		block.line = (int)i + 1;
		line += strspn(line, " \t\r");
		if (!*line || *line == '\n')
			result = end_block(&block);
		else if (*line == '#')
			result = read_comment(&block, line + 1,
					      strcspn(line + 1, "\n"));
		else
			result = read_entry(&block, line, strcspn(line, "\n"));
	}
	if (result == 0)
		result = end_block(&block);
	clear(&block);
	return result;
}

/* The next word of the line, cut off from it, or NULL. */
static char *next_word(char **line)
{
	char *word = *line + strspn(*line, " \t\r");
	size_t len = strcspn(word, " \t\r");

	*line = word + len + (word[len] != '\0');
	word[len] = '\0';
	return len ? word : NULL;
}

/* "CVE-2023-45853 zlib" */
static void own_entry(struct exception *it, char *line)
{
	const char *id = next_word(&line);
	const char *scope = next_word(&line);

	it->record.id = xstrdup(id ? id : "");
	it->record.scope = xstrdup(scope ? scope : "");
	it->scoped = scope != NULL;
	if (next_word(&line))
		ignore_wrong(it, "says more than an id, and a package or path");
}

int ignore_own(struct ignore_file *file)
{
	return read_lines(file, own_entry);
}

/* "CVE-2023-45853 exp:2026-02-02": Trivy reads the first such day alone, and
 * nothing else behind the id. */
static void trivy_entry(struct exception *it, char *line)
{
	const char *id = next_word(&line);
	const char *word;

	it->record.id = xstrdup(id ? id : "");
	while ((word = next_word(&line)))
		if (starts_with(word, "exp:")) {
			ignore_ends(it, word + 4);
			return;
		}
}

int ignore_trivy(struct ignore_file *file)
{
	return read_lines(file, trivy_entry);
}

/* "COMMIT:FILE:RULE:LINE", of that commit alone, as the report names it; or
 * without the commit, of all. */
static void gitleaks_entry(struct exception *it, char *line)
{
	char *at = strrchr(line, ':');
	char *rule = NULL;
	size_t commit = strspn(line, "0123456789abcdef");
	char *whole = xstrdup(line);

	if (at) {
		*at = '\0';
		rule = strrchr(line, ':');
	}
	if (!rule || rule == line || !rule[1] || atoi(at + 1) <= 0 ||
	    strspn(at + 1, "0123456789") != strlen(at + 1)) {
		ignore_wrong(it, "is no fingerprint FILE:RULE:LINE");
		it->record.id = whole;
		return;
	}
	*rule++ = '\0';
	if ((commit == 40 || commit == 64) && line[commit] == ':') {
		it->record.id = whole;
		it->record.scope = xstrdup(line + commit + 1);
		return;
	}
	free(whole);
	it->record.id = xstrdup(rule);
	it->record.scope = xstrdup(line);
	it->scoped = true;
	it->at_line = atoi(at + 1);
}

int ignore_gitleaks(struct ignore_file *file)
{
	return read_lines(file, gitleaks_entry);
}
