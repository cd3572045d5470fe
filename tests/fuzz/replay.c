/* SPDX-License-Identifier: MIT */
/*
 * Runs a fuzz target without a fuzzer: every file of the folders and files
 * given, or of $top_srcdir/tests/fuzz/corpus/NAME for a program NAME-fuzz,
 * is one input and one TAP point. A target that finds a fault aborts.
 */
#include <dirent.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/file.h"
#include "base/memory.h"
#include "base/str.h"
#include "base/strings.h"

#define INPUT_LIMIT (64u << 20)

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static int by_name(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

static void collect(const char *path, struct strings *files)
{
	DIR *dir = opendir(path);
	size_t first = files->count;
	struct dirent *entry;
	struct stat st;

	if (!dir) {
		strings_add(files, path);
		return;
	}
	while ((entry = readdir(dir))) {
		char *file = path_join(path, entry->d_name);

		if (stat(file, &st) == 0 && S_ISREG(st.st_mode))
			strings_add_owned(files, file);
		else
			free(file);
	}
	closedir(dir);
	if (files->count > first)
		qsort(files->items + first, files->count - first,
		      sizeof(*files->items), by_name);
}

static char *corpus_of(const char *program)
{
	const char *slash = strrchr(program, '/');
	const char *name = slash ? slash + 1 : program;
	const char *source = getenv("top_srcdir");
	size_t len = strlen(name);

	if (ends_with(name, "-fuzz"))
		len -= strlen("-fuzz");
	return xasprintf("%s/tests/fuzz/corpus/%.*s", source ? source : ".",
			 (int)len, name);
}

static int replay(const char *path)
{
	struct str text = STR_INIT;
	struct error err = ERROR_INIT;
	uint8_t *input;

	if (file_read(path, &text, INPUT_LIMIT, &err) < 0) {
		printf("# %s\n", error_text(&err));
		error_clear(&err);
		str_release(&text);
		return -1;
	}
	/* A copy of its exact size lets a sanitizer see one byte too far. */
	input = malloc(text.len);
	if (!input && text.len)
		BUG("no memory for %s", path);
	if (text.len)
		memcpy(input, text.data, text.len);
	LLVMFuzzerTestOneInput(input, text.len);
	free(input);
	str_release(&text);
	return 0;
}

int main(int argc, char **argv)
{
	struct strings files = STRINGS_INIT;
	int faults = 0;

	for (int i = 1; i < argc; i++)
		collect(argv[i], &files);
	if (argc < 2) {
		char *corpus = corpus_of(argv[0]);

		collect(corpus, &files);
		free(corpus);
	}
	if (!files.count) {
		printf("not ok 1 - no input to replay\n1..1\n");
		return 1;
	}
	for (size_t i = 0; i < files.count; i++) {
		const char *slash = strrchr(files.items[i], '/');
		int bad;

		printf("# %s\n", files.items[i]);
		fflush(stdout);
		bad = replay(files.items[i]) < 0;
		faults += bad;
		printf("%s %zu - %s\n", bad ? "not ok" : "ok", i + 1,
		       slash ? slash + 1 : files.items[i]);
	}
	printf("1..%zu\n", files.count);
	strings_release(&files);
	return faults > 0;
}
