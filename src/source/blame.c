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
#define IDS_AT_ONCE 500

/* "KEY VALUE", the line's end behind it. NULL: another key. */
static const char *value_of(const char *line, const char *key)
{
	size_t len = strlen(key);

	return strncmp(line, key, len) == 0 && line[len] == ' ' ? line + len + 1
								: NULL;
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

	if ((value = value_of(line, "filename"))) {
		free(it->path);
		it->path = xstrndup(value, strcspn(value, "\n"));
	} else if (shallow && strncmp(line, "boundary\n", 9) == 0) {
		it->unknown = true;
	}
}

static void add_line(struct blame *blame, const char *id, size_t len)
{
	struct blame_line *it =
		VECTOR_ADD(blame->lines, blame->count, blame->cap);

	it->commit = xstrndup(id, len);
	it->author = xstrdup("");
	it->committer = xstrdup("");
	it->unknown = strspn(id, "0") == len;
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
			if (!it->path)
				break;
			it = NULL;
		} else if (it) {
			read_header(text, shallow, it);
		} else if (id) {
			add_line(blame, text, id);
			it = &blame->lines[blame->count - 1];
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

static int by_commit(const void *a, const void *b)
{
	const struct blame_line *const *left = a;
	const struct blame_line *const *right = b;

	return strcmp((*left)->commit, (*right)->commit);
}

/* "commit ID", the author's address and the committer's, a line each. */
static bool take_person(const char **text, struct blame_line *line)
{
	const char *id = value_of(*text, "commit");
	size_t len = strlen(line->commit);
	char **const fields[] = {&line->author, &line->committer};

	if (!id || strncmp(id, line->commit, len) != 0 || id[len] != '\n')
		return false;
	id += len + 1;
	for (size_t i = 0; i < ARRAY_SIZE(fields); i++) {
		len = strcspn(id, "\n");
		if (!id[len])
			return false;
		free(*fields[i]);
		*fields[i] = xstrndup(id, len);
		id += len + 1;
	}
	*text = id;
	return true;
}

/* Those of some commits, of which each stands in a line of its own here. */
static int read_some(struct repository *repository, struct blame_line **lines,
		     size_t count, struct error *err)
{
	const char *arguments[6 + IDS_AT_ONCE + 1] = {
		"--git-dir",
		repository_common_folder(repository),
		"--no-replace-objects",
		"rev-list",
		"--no-walk=unsorted",
		"--format=%ae%n%ce"};
	struct str output = STR_INIT;
	const char *at;
	int result;

	for (size_t i = 0; i < count; i++)
		arguments[6 + i] = lines[i]->commit;
	result = git_run(arguments, &output, OUTPUT_LIMIT, err);
	at = output.data;
	for (size_t i = 0; result == 0 && i < count; i++)
		if (!take_person(&at, lines[i]))
			result = error_set(err, ERROR_GIT,
					   "git does not say who committed %s",
					   lines[i]->commit);
	str_release(&output);
	return result;
}

/* The first line of each commit, and then the others after it. */
static int read_people(struct repository *repository, struct blame *blame,
		       struct error *err)
{
	struct blame_line **all = xcalloc(blame->count + 1, sizeof(*all));
	struct blame_line **first = xcalloc(blame->count + 1, sizeof(*first));
	size_t count = 0, firsts = 0;
	int result = 0;

	for (size_t i = 0; i < blame->count; i++)
		if (!blame->lines[i].unknown)
			all[count++] = &blame->lines[i];
	if (count)
		qsort(all, count, sizeof(*all), by_commit);
	for (size_t i = 0; i < count; i++)
		if (!i || by_commit(&all[i - 1], &all[i]) != 0)
			first[firsts++] = all[i];
	for (size_t at = 0; result == 0 && at < firsts; at += IDS_AT_ONCE)
		result = read_some(repository, first + at,
				   firsts - at < IDS_AT_ONCE ? firsts - at
							     : IDS_AT_ONCE,
				   err);
	for (size_t i = 1; i < count; i++)
		if (by_commit(&all[i - 1], &all[i]) == 0) {
			free(all[i]->author);
			free(all[i]->committer);
			all[i]->author = xstrdup(all[i - 1]->author);
			all[i]->committer = xstrdup(all[i - 1]->committer);
		}
	free(first);
	free(all);
	return result;
}

int blame_read(struct repository *repository, const char *commit,
	       const char *path, struct blame *blame, struct error *err)
{
	const char *root = commit ? repository_common_folder(repository)
				  : repository_work_tree(repository);
	/* A commit's history alone, as if there were no work tree, which takes
	 * more than --bare: the repository's own core.bare=false undoes that.
	 * Without --root, so that what a shallow clone begins with is told
	 * from the rest; without a commit graph, which says without proof
	 * whose parents are whose. Its people are of no use, since a .mailmap
	 * may have made one another. */
	const char *const arguments[] = {commit ? "--git-dir" : "-C",
					 root,
					 "--no-replace-objects",
					 "-c",
					 commit ? "core.bare=true"
						: "core.quotePath=false",
					 "-c",
					 "core.quotePath=false",
					 "-c",
					 "blame.ignoreRevsFile=",
					 "-c",
					 "blame.showRoot=false",
					 "-c",
					 "core.commitGraph=false",
					 "blame",
					 "--line-porcelain",
					 "--no-textconv",
					 commit ? commit : "--",
					 commit ? "--" : path,
					 commit ? path : NULL,
					 NULL};
	struct str output = STR_INIT;
	int result;

	memset(blame, 0, sizeof(*blame));
	if (!root)
		return error_set(err, ERROR_GIT, "there is no work tree");
	result = git_run(arguments, &output, OUTPUT_LIMIT, err);
	if (result == 0)
		result = blame_parse(output.data, is_shallow(repository), blame,
				     err);
	if (result == 0)
		result = read_people(repository, blame, err);
	if (result < 0)
		blame_release(blame);
	str_release(&output);
	return result;
}

void blame_release(struct blame *blame)
{
	for (size_t i = 0; i < blame->count; i++) {
		free(blame->lines[i].commit);
		free(blame->lines[i].path);
		free(blame->lines[i].author);
		free(blame->lines[i].committer);
	}
	free(blame->lines);
	memset(blame, 0, sizeof(*blame));
}

const struct blame_line *blame_line(const struct blame *blame, int line)
{
	static const struct blame_line nobody = {.commit = (char *)"",
						 .path = (char *)"",
						 .author = (char *)"",
						 .committer = (char *)"",
						 .unknown = true};

	return line > 0 && (size_t)line <= blame->count
		       ? &blame->lines[line - 1]
		       : &nobody;
}
