/* SPDX-License-Identifier: MIT */
/* `verify`: recomputes the chains of runs' and environments' journals. */
#include <stdlib.h>

#include "base/file.h"
#include "base/memory.h"
#include "cli/arguments.h"
#include "cli/cli.h"
#include "cli/listing.h"
#include "cli/project.h"
#include "cli/runs.h"
#include "cli/verify-kept.h"
#include "delivery/environment.h"
#include "engine/runs.h"
#include "event/journal.h"

/* Returns 0 whole, 1 damaged. state NULL: no run, which keeps no reports. */
static int verify_one(const char *state, const char *folder, const char *name)
{
	struct error err = ERROR_INIT;
	int64_t records = 0;
	size_t torn = 0, files = 0;

	if (!journal_is_there(folder)) {
		listing_print("%s: nothing was recorded\n", name);
		return 0;
	}
	if (journal_verify(folder, &records, &torn, &err) < 0) {
		listing_print("%s: DAMAGED: %s\n", name, error_text(&err));
		error_clear(&err);
		return 1;
	}
	if (state && !verify_kept(state, folder, name, &files))
		return 1;
	listing_print("%s: whole, %lld records", name, (long long)records);
	if (files)
		listing_print(" and %zu file%s of logs and reports", files,
			      files == 1 ? "" : "s");
	if (torn)
		listing_print("; a torn tail of %zu bytes would be cut", torn);
	listing_print("\n");
	return 0;
}

static int verify_run(const char *state, int64_t run, struct error *err)
{
	char *folder = run_folder(state, run);
	char *name = xasprintf("run %lld", (long long)run);
	int result;

	if (file_exists(folder))
		result = verify_one(state, folder, name);
	else
		result = error_set(err, ERROR_NOT_FOUND,
				   "there is no run %lld; signalbox history "
				   "lists them",
				   (long long)run);
	free(folder);
	free(name);
	return result;
}

static int verify_environments(const char *state, struct error *err)
{
	struct strings names = STRINGS_INIT;
	int damaged = environment_list(state, &names, err);

	for (size_t i = 0; i < names.count && damaged >= 0; i++) {
		char *folder =
			xasprintf("%s/environments/%s", state, names.items[i]);

		damaged |= verify_one(NULL, folder, names.items[i]);
		free(folder);
	}
	strings_release(&names);
	return damaged;
}

static int verify_all(const char *state, struct error *err)
{
	int damaged = 0;
	int64_t newest = run_newest(state);

	for (int64_t run = 1; run <= newest; run++) {
		char *folder = run_folder(state, run);

		if (file_exists(folder))
			damaged |= verify_run(state, run, err);
		free(folder);
	}
	return damaged | verify_environments(state, err);
}

int cli_verify(int argc, char **argv)
{
	const char *words[1] = {NULL};
	const struct cli_option options[] = {CLI_OPTIONS_END};
	const struct cli_arguments arguments = {options, words, 1, 0};
	struct error err = ERROR_INIT;
	struct project project;
	const char *state;
	int64_t run = 0;
	int damaged;

	if (cli_parse(argc, argv, &arguments, &err) < 0 ||
	    (words[0] && runs_parse_number(words[0], &run, &err) < 0) ||
	    project_open(&project, &err) < 0)
		return cli_fail(&err);
	state = repository_state_folder(project.repository);
	damaged = run ? verify_run(state, run, &err) : verify_all(state, &err);
	project_close(&project);
	return damaged < 0 ? cli_fail(&err) : damaged;
}
