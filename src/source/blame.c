/* SPDX-License-Identifier: MIT */
#include "source/blame.h"

#include <stdlib.h>
#include <string.h>

#include "base/file.h"
#include "base/memory.h"
#include "base/str.h"
#include "base/vector.h"
#include "source/git.h"
#include "source/repository.h"

#define OUTPUT_LIMIT ((size_t)64 << 20)

/* "KEY VALUE", the line's end behind it. NULL: another key. */
static const char *value_of(const char *line, const char *key)
{
	size_t len = strlen(key);

	return strncmp(line, key, len) == 0 && line[len] == ' ' ? line + len + 1
								: NULL;
}

/* "<ana@example.org>" */
static char *address(const char *value)
{
	size_t len = strcspn(value, "\n");

	if (len >= 2 && value[0] == '<' && value[len - 1] == '>')
		return xstrndup(value + 1, len - 2);
	return xstrndup(value, len);
}

static void set_once(char **field, const char *value)
{
	if (!*field)
		*field = address(value);
}

/* "ID ORIGINAL FINAL": the id's digits, or 0. */
static size_t id_length(const char *line)
{
	size_t len = strspn(line, "0123456789abcdef");

	return (len == 40 || len == 64) && line[len] == ' ' ? len : 0;
}

static void read_header(const char *line, bool shallow, struct blame_line *it)
{
	const char *value;

	if ((value = value_of(line, "author-mail")))
		set_once(&it->author, value);
	else if ((value = value_of(line, "committer-mail")))
		set_once(&it->committer, value);
	else if ((value = value_of(line, "committer-time")))
		it->time = strtoll(value, NULL, 10);
	else if (shallow && strncmp(line, "boundary\n", 9) == 0)
		it->unknown = true;
}

int blame_parse(const char *text, bool shallow, struct blame *blame,
		struct error *err)
{
	struct blame_line *it = NULL; /* whose text is still to come */

	memset(blame, 0, sizeof(*blame));
	while (*text) {
		size_t len = strcspn(text, "\n");
		size_t id = it ? 0 : id_length(text);

		if (it && *text == '\t') {
			if (!it->author || !it->committer)
				break;
			it = NULL;
		} else if (it) {
			read_header(text, shallow, it);
		} else if (id) {
			it = VECTOR_ADD(blame->lines, blame->count, blame->cap);
			it->unknown = strspn(text, "0") == id;
		} else {
			break;
		}
		text += len + (text[len] == '\n');
	}
	if (!*text && !it)
		return 0;
	blame_release(blame);
	return error_set(err, ERROR_GIT, "git blame says what is not known");
}

static bool is_shallow(const struct repository *repository)
{
	char *path = path_join(repository_common_folder(repository), "shallow");
	bool there = file_exists(path);

	free(path);
	return there;
}

int blame_read(struct repository *repository, const char *commit,
	       const char *path, struct blame *blame, struct error *err)
{
	/* A commit's history alone, as if there were no work tree: its
	 * .mailmap could make one person another. Without --root, so that
	 * what a shallow clone begins with is told from the rest. */
	const char *const of_commit[] = {
		"--git-dir", repository_common_folder(repository),
		"--bare",    "--no-replace-objects",
		"-c",	     "mailmap.file=",
		"-c",	     "mailmap.blob=",
		"-c",	     "blame.ignoreRevsFile=",
		"-c",	     "blame.showRoot=false",
		"blame",     "--line-porcelain",
		commit,	     "--",
		path,	     NULL};
	const char *const of_tree[] = {"-C",
				       repository_work_tree(repository),
				       "--no-replace-objects",
				       "-c",
				       "blame.ignoreRevsFile=",
				       "-c",
				       "blame.showRoot=false",
				       "blame",
				       "--line-porcelain",
				       "--",
				       path,
				       NULL};
	struct str output = STR_INIT;
	int result;

	memset(blame, 0, sizeof(*blame));
	if (!commit && !repository_work_tree(repository))
		return error_set(err, ERROR_GIT, "there is no work tree");
	result = git_run(commit ? of_commit : of_tree, &output, OUTPUT_LIMIT,
			 err);
	if (result == 0)
		result = blame_parse(output.data, is_shallow(repository), blame,
				     err);
	str_release(&output);
	return result;
}

void blame_release(struct blame *blame)
{
	for (size_t i = 0; i < blame->count; i++) {
		free(blame->lines[i].author);
		free(blame->lines[i].committer);
	}
	free(blame->lines);
	memset(blame, 0, sizeof(*blame));
}

const struct blame_line *blame_line(const struct blame *blame, int line)
{
	static const struct blame_line nobody = {
		.author = (char *)"", .committer = (char *)"", .unknown = true};

	return line > 0 && (size_t)line <= blame->count
		       ? &blame->lines[line - 1]
		       : &nobody;
}
