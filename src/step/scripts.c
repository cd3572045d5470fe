/* SPDX-License-Identifier: MIT */
#include "step/scripts.h"

#include <stdlib.h>
#include <string.h>

#include "base/file.h"
#include "base/memory.h"
#include "base/strings.h"

/* So that to look costs little beside the start of a shell. */
enum {
	FILES_MOST = 32,
	FILE_BYTES = 64 << 10,
	WORDS_MOST = 500,
	WORD_LONGEST = 255,
};
#define SEPARATORS " \t\r\n;&|()<>\"'`=,{}$@:"

struct scan {
	const char *folder;
	struct strings files; /* looked at, or to be */
	int words;
};

static bool names_its_output(const char *text)
{
	return strstr(text, "/dev/std") || strstr(text, "/dev/fd/") ||
	       strstr(text, "/proc/self/fd");
}

static void add_file(struct scan *scan, const char *name)
{
	char *path;

	if (scan->files.count >= FILES_MOST || scan->words >= WORDS_MOST)
		return;
	for (size_t i = 0; i < scan->files.count; i++)
		if (strcmp(scan->files.items[i], name) == 0)
			return;
	scan->words++;
	path = path_join(scan->folder, name);
	if (file_exists(path))
		strings_add(&scan->files, name);
	free(path);
}

/* In a file only what looks like a path: most of its words are no names. */
static void add_word(struct scan *scan, const char *word, bool in_file)
{
	static const char *const makefiles[] = {"GNUmakefile", "makefile",
						"Makefile"};

	if (strcmp(word, "make") == 0)
		for (size_t i = 0; i < ARRAY_SIZE(makefiles); i++)
			add_file(scan, makefiles[i]);
	if (word[0] != '/' && word[0] != '-' &&
	    (!in_file || strpbrk(word, "./")))
		add_file(scan, word);
}

static bool look_at(struct scan *scan, const char *text, bool in_file)
{
	char word[WORD_LONGEST + 1];

	if (names_its_output(text))
		return true;
	for (text += strspn(text, SEPARATORS); *text;
	     text += strspn(text, SEPARATORS)) {
		size_t len = strcspn(text, SEPARATORS);

		if (len <= WORD_LONGEST) {
			memcpy(word, text, len);
			word[len] = '\0';
			add_word(scan, word, in_file);
		}
		text += len;
	}
	return false;
}

static bool look_into(struct scan *scan, const char *name)
{
	char *path = path_join(scan->folder, name);
	struct str text = STR_INIT;
	bool opens = file_read(path, &text, FILE_BYTES, NULL) == 0 &&
		     look_at(scan, text.data, true);

	str_release(&text);
	free(path);
	return opens;
}

bool scripts_open_output_anew(const char *text, const char *folder)
{
	struct scan scan = {.folder = folder, .files = STRINGS_INIT};
	bool opens;

	if (!folder)
		return names_its_output(text);
	opens = look_at(&scan, text, false);
	for (size_t i = 0; i < scan.files.count && !opens; i++)
		opens = look_into(&scan, scan.files.items[i]);
	strings_release(&scan.files);
	return opens;
}
