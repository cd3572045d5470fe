/* SPDX-License-Identifier: MIT */
#include "source/remote.h"

#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "source/command.h"
#include "source/gitchild.h"

struct fetch {
	struct gitchild *child;
	struct timer *deadline;
	bool is_late;
	int64_t timeout_ms;
	char *remote, *branch;
	fetch_done *done;
	void *data;
};

bool remote_is_known(const struct repository *repository, const char *remote)
{
	char *key = xasprintf("remote.%s.url", remote);
	const char *const arguments[] = {"config", "--get", key, NULL};
	char *url = command_ask_line(repository, arguments, NULL);
	bool known = url && *url;

	free(url);
	free(key);
	return known;
}

char *branch_reference(const char *remote, const char *branch)
{
	return remote ? xasprintf("refs/remotes/%s/%s", remote, branch)
		      : xasprintf("refs/heads/%s", branch);
}

/* In whatever language git speaks: what it could not find it names. */
static bool is_absent(const struct fetch *fetch, const char *errors)
{
	char *name = xasprintf("refs/heads/%s", fetch->branch);
	const char *at = strstr(errors, name);
	bool is = at && strlen(at) == strlen(name);

	free(name);
	return is;
}

static void fetched(const struct gitchild_end *end, void *data)
{
	struct fetch *fetch = data;
	struct error err = ERROR_INIT;

	if (fetch->is_late)
		error_set(&err, ERROR_TIMEOUT,
			  "%s did not answer within %lld s", fetch->remote,
			  (long long)(fetch->timeout_ms / 1000));
	else if (end->status && is_absent(fetch, end->errors))
		error_set(&err, ERROR_NOT_FOUND, "%s has no branch %s",
			  fetch->remote, fetch->branch);
	else if (end->status)
		error_set(&err, ERROR_GIT, "cannot fetch %s from %s: %s",
			  fetch->branch, fetch->remote,
			  *end->errors ? end->errors : "git failed");
	fetch->done(err.code ? &err : NULL, fetch->data);
	error_clear(&err);
	timer_free(fetch->deadline);
	free(fetch->remote);
	free(fetch->branch);
	free(fetch);
}

static void is_late(void *data)
{
	struct fetch *fetch = data;

	fetch->is_late = true;
	gitchild_end(fetch->child);
}

struct fetch *fetch_start(struct loop *loop,
			  const struct repository *repository,
			  const char *remote, const char *branch,
			  int64_t timeout_ms, fetch_done *done, void *data,
			  struct error *err)
{
	struct fetch *fetch = xcalloc(1, sizeof(*fetch));
	struct strings arguments = STRINGS_INIT;
	char *to = branch_reference(remote, branch);

	strings_addf(&arguments, "--git-dir=%s",
		     repository_common_folder(repository));
	strings_add(&arguments, "fetch");
	strings_add(&arguments, "--quiet");
	strings_add(&arguments, "--no-tags");
	strings_add(&arguments, "--no-write-fetch-head");
	strings_add(&arguments, remote);
	strings_addf(&arguments, "+refs/heads/%s:%s", branch, to);
	fetch->done = done;
	fetch->data = data;
	fetch->timeout_ms = timeout_ms;
	fetch->remote = xstrdup(remote);
	fetch->branch = xstrdup(branch);
	fetch->child = gitchild_start(loop, &arguments, fetched, fetch, err);
	strings_release(&arguments);
	free(to);
	if (!fetch->child) {
		free(fetch->remote);
		free(fetch->branch);
		free(fetch);
		return NULL;
	}
	fetch->deadline = loop_timer(loop, INT64_MAX, is_late, fetch);
	timer_set_in(fetch->deadline, timeout_ms);
	return fetch;
}

void fetch_end(struct fetch *fetch)
{
	gitchild_end(fetch->child);
}

/* Nor is a commit that is gone. */
static bool is_ancestor(struct repository *repository, const char *ancestor,
			const char *commit)
{
	const char *const arguments[] = {"merge-base", "--is-ancestor",
					 ancestor, commit, NULL};
	struct str output = STR_INIT;
	bool is = command_ask(repository, arguments, &output,
			      COMMAND_ANSWER_LIMIT, NULL) == 0;

	str_release(&output);
	return is;
}

int branch_news(struct repository *repository, const char *last,
		const char *tip, struct strings *commits, bool *rewritten,
		struct error *err)
{
	char *range = xasprintf("%s..%s", last, tip);
	const char *const arguments[] = {"rev-list", "--first-parent",
					 "--reverse", range, NULL};
	struct str output = STR_INIT;
	char *line, *rest;
	int result;

	*rewritten = !is_ancestor(repository, last, tip);
	if (*rewritten) {
		strings_add(commits, tip);
		free(range);
		return 0;
	}
	result = command_ask(repository, arguments, &output,
			     COMMAND_ANSWER_LIMIT, err);
	for (line = strtok_r(output.data, "\n", &rest); result == 0 && line;
	     line = strtok_r(NULL, "\n", &rest))
		strings_add(commits, line);
	str_release(&output);
	free(range);
	return result;
}
