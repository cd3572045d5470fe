/* SPDX-License-Identifier: MIT */
/* `validate`: the pipeline file, every mistake at once. */
#include <stdio.h>

#include "base/file.h"
#include "cli/arguments.h"
#include "cli/cli.h"
#include "cli/listing.h"
#include "cli/project.h"

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
