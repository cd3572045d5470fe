/* SPDX-License-Identifier: MIT */
/* `validate`: the pipeline file, every mistake at once. */
#include <stdio.h>
#include <string.h>

#include "base/file.h"
#include "cli/arguments.h"
#include "cli/cli.h"
#include "cli/listing.h"
#include "cli/project.h"
#include "source/repository.h"
#include "step/scan-files.h"

/* What is valid may name files that are not there yet. */
static void tell_missing(const struct pipeline *pipeline)
{
	struct repository *repository = repository_open(".", NULL);

	for (size_t i = 0; repository && i < pipeline->stage_count; i++) {
		const struct stage_config *stage = &pipeline->stages[i];
		struct strings missing = STRINGS_INIT;

		if (stage->scan.present)
			scan_files_missing(repository, NULL, &stage->scan,
					   &missing);
		for (size_t j = 0; j < missing.count; j++)
			listing_print("! %s: %s\n", stage->name,
				      missing.items[j]);
		strings_release(&missing);
	}
	repository_free(repository);
}

static int validate(const char *path, struct error *err)
{
	struct str text = STR_INIT;
	struct pipeline *pipeline = NULL;

	if (!file_exists(path))
		error_set(err, ERROR_USAGE,
			  "there is no %s here; signalbox init writes a first "
			  "one",
			  path);
	else if (file_read(path, &text, PIPELINE_FILE_LIMIT, err) == 0)
		pipeline = project_parse(text.data, text.len, path, err);
	if (pipeline)
		listing_print("%s is valid: %zu stage%s, %zu environment%s, "
			      "mode %s\n",
			      path, pipeline->stage_count,
			      pipeline->stage_count == 1 ? "" : "s",
			      pipeline->environment_count,
			      pipeline->environment_count == 1 ? "" : "s",
			      mode_name(pipeline->mode));
	if (pipeline && strcmp(path, PIPELINE_FILE) == 0)
		tell_missing(pipeline);
	str_release(&text);
	pipeline_free(pipeline);
	return pipeline ? 0 : -1;
}

int cli_validate(int argc, char **argv)
{
	const char *words[1] = {NULL};
	const struct cli_option options[] = {CLI_OPTIONS_END};
	const struct cli_arguments arguments = {options, words, 1, 0};
	struct error err = ERROR_INIT;

	if (cli_parse(argc, argv, &arguments, &err) < 0 ||
	    validate(words[0] ? words[0] : PIPELINE_FILE, &err) < 0)
		return cli_fail(&err);
	return 0;
}
