/* SPDX-License-Identifier: MIT */
#include "source/checkout.h"

#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>

#include "base/file.h"
#include "base/memory.h"
#include "proc/child.h"
#include "source/gitchild.h"

#define ATTRIBUTES_LIMIT ((size_t)1 << 20)

enum checkout_step {
	STEP_LIST,	 /* the commit's files */
	STEP_ATTRIBUTES, /* filters its attributes name */
	STEP_SETTINGS,	 /* which of them have settings */
	STEP_WRITE,	 /* the files */
	STEP_UNKNOWN,	 /* files that want a filter without a setting */
	STEP_DONE,
};

struct checkout {
	struct checkout_options options;
	checkout_done *done;
	void *data;
	enum checkout_step step;
	size_t unknown; /* index of the filter STEP_UNKNOWN asks about */
	struct gitchild *child;
	bool killed;
};

struct plan *plan_new(const char *commit)
{
	struct plan *plan = xcalloc(1, sizeof(*plan));

	plan->users = 1;
	plan->commit = xstrdup(commit);
	return plan;
}

struct plan *plan_share(struct plan *plan)
{
	plan->users++;
	return plan;
}

void plan_drop(struct plan *plan)
{
	if (!plan || --plan->users > 0)
		return;
	free(plan->commit);
	strings_release(&plan->paths);
	strings_release(&plan->filters);
	strings_release(&plan->unknown);
	strings_release(&plan->required);
	free(plan);
}

/* Nothing of the person's settings may change what is checked out, but for
 * line ends and filters, which are meant to. */
static void add_settings(const struct checkout *checkout,
			 struct strings *arguments)
{
	static const char *const settings[] = {
		"core.fsmonitor=false",	      "core.untrackedCache=false",
		"core.sparseCheckout=false",  "core.splitIndex=false",
		"core.hooksPath=/dev/null",   "core.trustctime=true",
		"core.checkStat=default",     "index.sparse=false",
		"submodule.recurse=false",    "advice.detachedHead=false",
		"core.logAllRefUpdates=false"};
	const struct strings *required = &checkout->options.plan->required;

	for (size_t i = 0; i < ARRAY_SIZE(settings); i++) {
		strings_add(arguments, "-c");
		strings_add(arguments, settings[i]);
	}
	/* Else git passes the pointer through when the filter cannot run. */
	for (size_t i = 0; i < required->count; i++) {
		strings_add(arguments, "-c");
		strings_addf(arguments, "filter.%s.required=true",
			     required->items[i]);
	}
}

static void add_step(const struct checkout *checkout, struct strings *arguments)
{
	static const char *const words[STEP_DONE][7] = {
		[STEP_LIST] = {"ls-tree", "-r", "-z", "--full-tree"},
		[STEP_ATTRIBUTES] = {"grep", "-a", "-h", "-o", "-E",
				     "filter=[^[:space:]]+"},
		[STEP_SETTINGS] = {"config", "-z", "--name-only",
				   "--get-regexp", "^filter[.]"},
		[STEP_WRITE] = {"read-tree", "--reset", "-u"},
		[STEP_UNKNOWN] = {"ls-files", "-z"},
	};
	const struct plan *plan = checkout->options.plan;

	for (size_t i = 0; words[checkout->step][i]; i++)
		strings_add(arguments, words[checkout->step][i]);
	if (checkout->step <= STEP_ATTRIBUTES || checkout->step == STEP_WRITE)
		strings_add(arguments, plan->commit);
	if (checkout->step == STEP_ATTRIBUTES) {
		strings_add(arguments, "--");
		strings_add(arguments, ":(top,glob)**/.gitattributes");
	}
	if (checkout->step == STEP_UNKNOWN)
		strings_addf(arguments, ":(attr:filter=%s)",
			     plan->unknown.items[checkout->unknown]);
}

static void ended(const struct gitchild_end *end, void *data);

static int start_step(struct checkout *checkout, struct error *err)
{
	const struct checkout_options *options = &checkout->options;
	struct strings arguments = STRINGS_INIT;

	strings_add(&arguments, "-C");
	strings_add(&arguments, options->folder->work);
	strings_addf(&arguments, "--git-dir=%s", options->folder->path);
	strings_addf(&arguments, "--work-tree=%s", options->folder->work);
	strings_add(&arguments, "--no-pager");
	add_settings(checkout, &arguments);
	add_step(checkout, &arguments);
	checkout->child =
		gitchild_start(options->loop, &arguments, ended, checkout, err);
	strings_release(&arguments);
	if (!checkout->child)
		return -1;
	(*options->git_count)++;
	return 0;
}

static int refuse_submodule(const struct plan *plan, const char *path,
			    struct error *err)
{
	return error_set(err, ERROR_GIT,
			 "cannot check out %.12s: %s is a submodule, and "
			 "submodules are not fetched into work folders; bring "
			 "its files into the repository, or run with "
			 "--worktree",
			 plan->commit, path);
}

/* Records "MODE TYPE ID\tPATH", each ended by NUL. */
static int take_list(struct plan *plan, const struct str *output,
		     struct error *err)
{
	const char *end = output->data + output->len;

	for (const char *at = output->data; at < end; at += strlen(at) + 1) {
		const char *tab = strchr(at, '\t');

		if (!tab)
			return error_set(err, ERROR_GIT,
					 "git ls-tree is not understood");
		if (starts_with(at, "160000 "))
			return refuse_submodule(plan, tab + 1, err);
		strings_add(&plan->paths, tab + 1);
		if (strcmp(tab + 1, ".gitattributes") == 0 ||
		    ends_with(tab + 1, "/.gitattributes"))
			plan->attributes = true;
	}
	return 0;
}

static void take_filters(struct plan *plan, char *text)
{
	static const char word[] = "filter=";
	char *rest = text;

	for (char *at; (at = strsep(&rest, " \t\r\n"));)
		if (starts_with(at, word) && at[strlen(word)] &&
		    !strings_has(&plan->filters, at + strlen(word)))
			strings_add(&plan->filters, at + strlen(word));
}

/* The repository's own attributes, beside those of the commit. */
static void take_info_attributes(const struct checkout *checkout)
{
	char *path =
		path_join(checkout->options.folder->common, "info/attributes");
	struct str text = STR_INIT;

	if (file_read(path, &text, ATTRIBUTES_LIMIT, NULL) == 0)
		take_filters(checkout->options.plan, text.data);
	str_release(&text);
	free(path);
}

/* Names "filter.NAME.KEY", each ended by NUL. */
static bool has_setting(const struct str *names, const char *filter,
			const char *key)
{
	char *whole = xasprintf("filter.%s.%s", filter, key);
	const char *end = names->data + names->len;
	bool has = false;

	for (const char *at = names->data; !has && at < end;
	     at += strlen(at) + 1)
		has = *key ? strcmp(at, whole) == 0 : starts_with(at, whole);
	free(whole);
	return has;
}

static void take_settings(struct plan *plan, const struct str *names)
{
	for (size_t i = 0; i < plan->filters.count; i++) {
		const char *filter = plan->filters.items[i];

		if (has_setting(names, filter, "smudge") ||
		    has_setting(names, filter, "process"))
			strings_add(&plan->required, filter);
		else if (!has_setting(names, filter, ""))
			strings_add(&plan->unknown, filter);
	}
}

static int refuse_filter(struct plan *plan, const char *filter,
			 const char *path, struct error *err)
{
	const char *mend =
		strcmp(filter, "lfs") == 0
			? "install git-lfs and run 'git lfs install'"
			: "install what sets it up (git config filter.NAME...)";

	plan->refused = true;
	return error_set(err, ERROR_GIT,
			 "cannot check out %.12s: %s needs the filter '%s', "
			 "which is not set up here; %s",
			 plan->commit, path, filter, mend);
}

/* What the finished step said. */
static int take_answer(struct checkout *checkout,
		       const struct gitchild_end *end, struct error *err)
{
	struct plan *plan = checkout->options.plan;

	switch (checkout->step) {
	case STEP_LIST:
		return take_list(plan, end->output, err);
	case STEP_ATTRIBUTES:
		take_filters(plan, end->output->data);
		return 0;
	case STEP_SETTINGS:
		take_settings(plan, end->output);
		plan->listed = true;
		return 0;
	case STEP_UNKNOWN:
		if (end->output->len == 0)
			return 0;
		return refuse_filter(plan,
				     plan->unknown.items[checkout->unknown],
				     end->output->data, err);
	case STEP_WRITE:
	case STEP_DONE:
		break;
	}
	return 0;
}

static enum checkout_step next_step(struct checkout *checkout)
{
	struct plan *plan = checkout->options.plan;

	switch (checkout->step) {
	case STEP_LIST:
		take_info_attributes(checkout);
		if (plan->attributes)
			return STEP_ATTRIBUTES;
		/* fall through */
	case STEP_ATTRIBUTES:
		if (plan->filters.count > 0)
			return STEP_SETTINGS;
		plan->listed = true;
		/* fall through */
	case STEP_SETTINGS:
		return STEP_WRITE;
	case STEP_WRITE:
		return plan->unknown.count > 0 ? STEP_UNKNOWN : STEP_DONE;
	case STEP_UNKNOWN:
		return ++checkout->unknown < plan->unknown.count ? STEP_UNKNOWN
								 : STEP_DONE;
	case STEP_DONE:
		break;
	}
	return STEP_DONE;
}

/* Finding nothing is 1 for grep and config. */
static bool went_well(const struct checkout *checkout, int status)
{
	bool may_find_nothing = checkout->step == STEP_ATTRIBUTES ||
				checkout->step == STEP_SETTINGS;

	return WIFEXITED(status) &&
	       (WEXITSTATUS(status) == 0 ||
		(may_find_nothing && WEXITSTATUS(status) == 1));
}

static int fail(const struct checkout *checkout, const struct gitchild_end *end,
		struct error *err)
{
	char *how = child_status_text(end->status);

	error_set(err, ERROR_GIT, "cannot check out %.12s: git: %s",
		  checkout->options.plan->commit,
		  *end->errors ? end->errors : how);
	free(how);
	return -1;
}

static void ended(const struct gitchild_end *end, void *data)
{
	struct checkout *checkout = data;
	struct error err = ERROR_INIT;
	int result;

	checkout->child = NULL;
	if (checkout->killed)
		result = error_set(&err, ERROR_GIT, "ended");
	else if (!went_well(checkout, end->status))
		result = fail(checkout, end, &err);
	else
		result = take_answer(checkout, end, &err);
	if (result == 0) {
		checkout->step = next_step(checkout);
		if (checkout->step != STEP_DONE) {
			result = start_step(checkout, &err);
			if (result == 0)
				return;
		}
	}
	checkout->done(result < 0 ? &err : NULL, checkout->data);
	error_clear(&err);
	free(checkout);
}

struct checkout *checkout_start(const struct checkout_options *options,
				checkout_done *done, void *data,
				struct error *err)
{
	struct checkout *checkout = xcalloc(1, sizeof(*checkout));

	checkout->options = *options;
	checkout->done = done;
	checkout->data = data;
	checkout->step = options->plan->listed ? STEP_WRITE : STEP_LIST;
	if (start_step(checkout, err) < 0) {
		free(checkout);
		return NULL;
	}
	return checkout;
}

void checkout_kill(struct checkout *checkout)
{
	checkout->killed = true;
	gitchild_kill(checkout->child);
}
