/* SPDX-License-Identifier: MIT */
#include "exceptions/codeowners.h"

#include <stdlib.h>
#include <string.h>

#include "base/glob.h"
#include "base/memory.h"
#include "base/str.h"

const char *const codeowners_places[] = {
	".github/CODEOWNERS", "CODEOWNERS", "docs/CODEOWNERS",
	".gitlab/CODEOWNERS", NULL,
};

/* The next word of a line, "\ " a blank in it, or NULL at its end or a
 * comment. The caller's. */
static char *next_word(const char **at, const char *end)
{
	struct str word = STR_INIT;

	while (*at < end && strchr(" \t\r", **at))
		++*at;
	if (*at == end || **at == '#')
		return NULL;
	for (; *at < end && !strchr(" \t\r", **at); ++*at) {
		if (**at == '\\' && *at + 1 < end)
			++*at;
		str_add_char(&word, **at);
	}
	return str_detach(&word);
}

/* "docs/" followed by a star alone: what lies right there. */
static bool is_shallow(const char *glob)
{
	return ends_with(glob, "/*") && !ends_with(glob, "**/*");
}

/* As .gitignore has it: a slash before the last character holds the pattern
 * to the root, one at the end means folders alone. */
static bool owns(const char *pattern, const char *path)
{
	size_t len = strlen(pattern);
	bool folder = len && pattern[len - 1] == '/';
	const char *slash = strchr(pattern, '/');
	bool rooted = slash && slash != pattern + len - 1;
	char *glob =
		xasprintf("%s%.*s", rooted ? "" : "**/",
			  (int)(len - (folder ? 1 : 0) - (*pattern == '/')),
			  pattern + (*pattern == '/'));
	char *within = xasprintf("%s/**", glob);
	bool met = !strpbrk(pattern, "![") && *glob &&
		   ((!folder && path_matches_whole(glob, path)) ||
		    (!is_shallow(glob) && path_matches_whole(within, path)));

	free(within);
	free(glob);
	return met;
}

static bool read_line(const char *line, const char *end, const char *path,
		      struct strings *owners)
{
	char *word = next_word(&line, end);
	bool met = word && owns(word, path);

	free(word);
	if (!met)
		return false;
	strings_release(owners);
	while ((word = next_word(&line, end)))
		strings_add_owned(owners, word);
	return true;
}

int codeowners_find(const char *text, const char *path, struct strings *owners)
{
	struct strings found = STRINGS_INIT;
	int line = 0, decides = 0;

	while (*text) {
		size_t len = strcspn(text, "\n");

		line++;
		if (read_line(text, text + len, path, &found))
			decides = line;
		text += len + (text[len] == '\n');
	}
	for (size_t i = 0; i < found.count; i++)
		strings_add(owners, found.items[i]);
	strings_release(&found);
	return decides;
}
