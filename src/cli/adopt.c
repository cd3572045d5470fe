/* SPDX-License-Identifier: MIT */
/* What serves already becomes what is live, without a request that notices. */
#include "base/memory.h"
#include "cli/arguments.h"
#include "cli/cli.h"
#include "cli/errand.h"

static int adopt(struct errand *errand, const char *version,
		 const char *revision, struct error *err)
{
	const char *person = errand->project.person;
	struct commit commit = {.id = NULL};
	int result = -1;

	if (revision && repository_commit(errand->project.repository, revision,
					  &commit, err) < 0)
		return -1;
	if (environment_acquire(errand->environment, 0, person, err) == 0) {
		environment_adopt(errand->environment, version, commit.id,
				  person, errand_done, errand);
		result = errand_finish(errand);
	}
	if (commit.id)
		commit_release(&commit);
	return result;
}

int cli_adopt(int argc, char **argv)
{
	const char *words[1] = {NULL}, *version = NULL, *commit = NULL;
	const struct cli_option options[] = {
		{"--version", &version, NULL, NULL, "TEXT",
		 "what to call what serves; adopted"},
		{"--commit", &commit, NULL, NULL, "COMMIT",
		 "what it was made of"},
		CLI_OPTIONS_END,
	};
	const struct cli_arguments arguments = {options, words, 1, 1};
	struct error err = ERROR_INIT;
	struct errand errand;
	int result;

	if (cli_parse(argc, argv, &arguments, &err) < 0 ||
	    errand_open_by_head(&errand, words[0], &err) < 0)
		return cli_fail(&err);
	result = adopt(&errand, version ? version : "adopted", commit, &err);
	errand_close(&errand);
	return result < 0 ? cli_fail(&err) : 0;
}
