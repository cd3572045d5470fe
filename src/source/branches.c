/* SPDX-License-Identifier: MIT */
#include "source/branches.h"

#include <fnmatch.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "source/command.h"

#define MOST_NAMED 3

/* The name behind "refs/heads/" or "refs/remotes/REMOTE/"; NULL for what is
 * no branch but points to one. */
static const char *branch_of(const char *reference)
{
	const char *name;

	if (starts_with(reference, "refs/heads/"))
		return reference + strlen("refs/heads/");
	if (!starts_with(reference, "refs/remotes/"))
		return NULL;
	name = strchr(reference + strlen("refs/remotes/"), '/');
	return name && strcmp(name, "/HEAD") != 0 ? name + 1 : NULL;
}

int branches_holding(struct repository *repository, const char *commit,
		     struct strings *branches, struct error *err)
{
	const char *const arguments[] = {
		"for-each-ref", "--contains",	commit, "--format=%(refname)",
		"refs/heads",	"refs/remotes", NULL};
	struct str output = STR_INIT;
	char *line, *rest;

	if (command_ask(repository, arguments, &output, COMMAND_ANSWER_LIMIT,
			err) < 0) {
		str_release(&output);
		return error_prefix(err, "cannot tell the branches of %.10s",
				    commit);
	}
	for (line = strtok_r(output.data, "\n", &rest); line;
	     line = strtok_r(NULL, "\n", &rest)) {
		const char *branch = branch_of(line);

		if (branch && !strings_has(branches, branch))
			strings_add(branches, branch);
	}
	str_release(&output);
	return 0;
}

/* How much of the branch has as many parts as the text. */
static size_t same_depth(const char *branch, const char *text)
{
	size_t parts = 1;
	size_t len = 0;

	for (; *text; text++)
		parts += *text == '/';
	for (; branch[len]; len++)
		if (branch[len] == '/' && --parts == 0)
			break;
	return len;
}

static bool matches(const char *pattern, const char *branch)
{
	size_t len = strlen(pattern);
	char *head, *part;
	bool found;

	if (strcmp(pattern, "**") == 0)
		return true;
	if (!ends_with(pattern, "/**"))
		return fnmatch(pattern, branch, FNM_PATHNAME) == 0;
	head = xstrndup(pattern, len - 3);
	len = same_depth(branch, head);
	part = xstrndup(branch, len);
	found = branch[len] == '/' && fnmatch(head, part, FNM_PATHNAME) == 0;
	free(head);
	free(part);
	return found;
}

const char *branches_match(const struct strings *branches,
			   const struct strings *patterns)
{
	for (size_t i = 0; i < patterns->count; i++)
		for (size_t j = 0; j < branches->count; j++)
			if (matches(patterns->items[i], branches->items[j]))
				return branches->items[j];
	return NULL;
}

static char *where(const struct strings *branches, const char *match)
{
	struct str text = STR_INIT;

	if (match)
		return xasprintf("on %s", match);
	str_add(&text, branches->count ? "on " : "on no branch");
	for (size_t i = 0; i < branches->count && i < MOST_NAMED; i++)
		str_addf(&text, "%s%s", i ? ", " : "", branches->items[i]);
	if (branches->count > MOST_NAMED)
		str_addf(&text, " and %zu more", branches->count - MOST_NAMED);
	if (branches->count)
		str_add(&text, " only");
	return str_detach(&text);
}

int branches_allow(struct repository *repository, const char *commit,
		   const struct strings *patterns, char **text,
		   struct error *err)
{
	struct strings branches = STRINGS_INIT;
	const char *match;
	int result = branches_holding(repository, commit, &branches, err);

	if (result == 0) {
		match = branches_match(&branches, patterns);
		*text = where(&branches, match);
		result = match != NULL;
	}
	strings_release(&branches);
	return result;
}
