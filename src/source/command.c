/* SPDX-License-Identifier: MIT */
/*
 * The git command answers for a repository that libgit2 cannot read: SHA-256
 * objects, a shallow history, a partial clone, an extension newer than it.
 */
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "source/command.h"
#include "source/git.h"
#include "source/text.h"

static void cut_newline(struct str *text)
{
	while (text->len > 0 && text->data[text->len - 1] == '\n')
		str_truncate(text, text->len - 1);
}

/* What git answered, where it went well, without its newline; else NULL. */
static char *line_of(struct str *output, int result)
{
	if (result == 0) {
		cut_newline(output);
		return str_detach(output);
	}
	str_release(output);
	return NULL;
}

int command_ask(const struct repository *repository,
		const char *const *arguments, struct str *output, size_t limit,
		struct error *err)
{
	struct strings all = STRINGS_INIT;
	int result;

	strings_addf(&all, "--git-dir=%s", repository->git_folder);
	strings_add(&all, "--no-pager");
	for (; *arguments; arguments++)
		strings_add(&all, *arguments);
	result = git_run((const char *const *)all.items, output, limit, err);
	strings_release(&all);
	return result;
}

char *command_ask_line(const struct repository *repository,
		       const char *const *arguments, struct error *err)
{
	struct str output = STR_INIT;

	return line_of(&output, command_ask(repository, arguments, &output,
					    COMMAND_ANSWER_LIMIT, err));
}

static char *folder_answer(const char *folder, const char *question,
			   struct error *err)
{
	const char *const arguments[] = {"-C",	      folder,
					 "rev-parse", "--path-format=absolute",
					 question,    NULL};
	struct str output = STR_INIT;

	return line_of(&output,
		       git_run(arguments, &output, COMMAND_ANSWER_LIMIT, err));
}

int command_open(struct repository *repository, struct error *err)
{
	const char *folder = repository->folder;
	char *found = folder_answer(folder, "--git-dir", err);

	if (found) {
		free(repository->git_folder);
		repository->git_folder = found;
	}
	if (found && !repository->common)
		repository->common =
			folder_answer(folder, "--git-common-dir", err);
	if (!found || !repository->common)
		return error_prefix(err, "cannot open the repository of %s",
				    folder);
	/* A bare repository has none. */
	repository->work_tree = folder_answer(folder, "--show-toplevel", NULL);
	return 0;
}

static void close_command(struct repository *repository)
{
	(void)repository;
}

static char *verify(struct repository *repository, const char *revision)
{
	const char *const arguments[] = {"rev-parse", "--verify",
					 "--quiet",   "--end-of-options",
					 revision,    NULL};

	return command_ask_line(repository, arguments, NULL);
}

char *command_resolve(struct repository *repository, const char *revision,
		      struct error *err)
{
	/* In two steps: ":/TEXT" would take the suffix for its own. */
	char *object = verify(repository, revision);
	char *peeled = object ? xasprintf("%s^{commit}", object) : NULL;
	char *id = peeled ? verify(repository, peeled) : NULL;

	if (!id)
		repository_no_commit(revision, err);
	free(peeled);
	free(object);
	return id;
}

bool command_fields(char **from, const char *end, char **fields, size_t count)
{
	char *at = *from;

	for (size_t i = 0; i < count; i++) {
		if (at > end)
			return false;
		fields[i] = at;
		at += strlen(at) + 1;
	}
	*from = at;
	return true;
}

void command_each_co_author(char *field,
			    void (*take)(const char *person, void *data),
			    void *data)
{
	char *rest = field;

	for (char *person; (person = strsep(&rest, "\001"));)
		if (*person)
			take(person, data);
}

/* What is behind "refs/heads/"; takes name over, which may be NULL. */
static char *branch_named(char *name)
{
	static const char heads[] = "refs/heads/";
	const char *plain = name ? name : "";
	char *branch = NULL;

	/* Some versions repeat the option itself. */
	if (starts_with(plain, "--end-of-options\n"))
		plain += strlen("--end-of-options\n");
	if (starts_with(plain, heads))
		branch = text_utf8(plain + strlen(heads), NULL);
	free(name);
	return branch;
}

static char *branch_of(struct repository *repository, const char *revision)
{
	const char *const arguments[] = {"rev-parse", "--symbolic-full-name",
					 "--end-of-options", revision, NULL};

	return branch_named(command_ask_line(repository, arguments, NULL));
}

static char *head_branch(struct repository *repository)
{
	const char *const arguments[] = {"symbolic-ref", "--quiet", "HEAD",
					 NULL};

	return branch_named(command_ask_line(repository, arguments, NULL));
}

static int read_commit(struct repository *repository, const char *revision,
		       struct commit *commit, struct error *err)
{
	char *id = command_resolve(repository, revision, err);
	const char *const arguments[] = {
		"log",
		"-1",
		"--no-show-signature",
		"--encoding=UTF-8",
		"--format=%H%x00%h%x00%s%x00%an%x00%ae%x00%cn%x00%ce%x00%ct"
		"%x00" COMMAND_CO_AUTHORS,
		id,
		"--",
		NULL};
	struct str output = STR_INIT;
	char *field[COMMAND_FIELDS_MAX];
	char *at;
	int result = -1;

	if (!id || command_ask(repository, arguments, &output,
			       COMMAND_ANSWER_LIMIT, err) < 0)
		goto out;
	cut_newline(&output);
	at = output.data;
	if (!command_fields(&at, output.data + output.len, field, 9)) {
		error_set(err, ERROR_GIT, "git log gave no commit for %s", id);
		goto out;
	}
	commit->id = xstrdup(field[0]);
	commit->short_id = xstrdup(field[1]);
	commit->subject = text_utf8(field[2], NULL);
	commit->author_name = text_utf8(field[3], NULL);
	commit->author_email = text_utf8(field[4], NULL);
	commit->committer_name = text_utf8(field[5], NULL);
	commit->committer_email = text_utf8(field[6], NULL);
	commit->time_ms = (int64_t)strtoll(field[7], NULL, 10) * 1000;
	command_each_co_author(field[8], commit_add_co_author, commit);
	commit->branch = branch_of(repository, revision);
	result = 0;
out:
	str_release(&output);
	free(id);
	return result;
}

static char *describe(struct repository *repository, const char *revision,
		      struct error *err)
{
	char *id = command_resolve(repository, revision, err);
	const char *const arguments[] = {"describe", "--tags", "--always", id,
					 NULL};
	char *raw = id ? command_ask_line(repository, arguments, err) : NULL;
	char *version = raw ? text_utf8(raw, NULL) : NULL;

	free(raw);
	free(id);
	return version;
}

/* "100644 blob ID     SIZE\tPATH": the id and size of a regular file. */
static int parse_entry(char *line, const char *path, char **id, size_t *size,
		       struct error *err)
{
	char *field[4];
	char *rest = line;

	for (size_t i = 0; i < ARRAY_SIZE(field);) {
		field[i] = strsep(&rest, " \t");
		if (!field[i])
			return error_set(err, ERROR_GIT,
					 "git ls-tree is not understood");
		if (*field[i])
			i++;
	}
	if (!starts_with(field[0], "100"))
		return error_set(err, ERROR_NOT_FOUND,
				 "%s is no regular file in the commit", path);
	*id = field[2];
	*size = (size_t)strtoull(field[3], NULL, 10);
	return 0;
}

static int read_blob(struct repository *repository, const char *id,
		     size_t limit, struct str *text, struct error *err)
{
	const char *const arguments[] = {"cat-file", "blob", id, NULL};

	return command_ask(repository, arguments, text, limit, err);
}

static int read_file_at(struct repository *repository, const char *revision,
			const char *path, size_t limit, struct str *text,
			struct error *err)
{
	char *commit = command_resolve(repository, revision, err);
	const char *const arguments[] = {"--literal-pathspecs",
					 "ls-tree",
					 "-l",
					 "-z",
					 "--full-tree",
					 commit,
					 "--",
					 path,
					 NULL};
	struct str entry = STR_INIT;
	size_t size = 0;
	int result = -1;
	char *id = NULL;

	if (!commit || command_ask(repository, arguments, &entry,
				   COMMAND_ANSWER_LIMIT, err) < 0)
		goto out;
	if (entry.len == 0)
		error_set(err, ERROR_NOT_FOUND, "there is no %s in commit %s",
			  path, revision);
	else if (parse_entry(entry.data, path, &id, &size, err) < 0)
		result = -1;
	else if (size > limit)
		error_set(err, ERROR_IO, "%s is larger than %zu bytes", path,
			  limit);
	else
		result = read_blob(repository, id, limit, text, err);
out:
	str_release(&entry);
	free(commit);
	return result;
}

int command_count(struct repository *repository, const char *range,
		  size_t *count, struct error *err)
{
	const char *const arguments[] = {"rev-list", "--count", range, "--",
					 NULL};
	char *text = command_ask_line(repository, arguments, err);

	if (!text)
		return -1;
	*count = (size_t)strtoull(text, NULL, 10);
	free(text);
	return 0;
}

const struct backend_ops command_backend = {
	.close = close_command,
	.commit = read_commit,
	.version = describe,
	.read_file = read_file_at,
	.head_branch = head_branch,
	.ships = command_ships,
	.paths = command_paths,
	.diff = command_diff,
	.show = command_show,
};
