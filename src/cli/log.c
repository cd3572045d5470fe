/* SPDX-License-Identifier: MIT */
/* `log`: what a stage printed. Raw bytes into a file or pipe, made printable
 * on a terminal. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/file.h"
#include "base/memory.h"
#include "base/printable.h"
#include "cli/arguments.h"
#include "cli/cli.h"
#include "cli/listing.h"
#include "cli/project.h"
#include "cli/runs.h"
#include "engine/runs.h"

static int copy_raw(int fd, const char *path, struct error *err)
{
	char buffer[65536];
	ssize_t n;

	while ((n = read(fd, buffer, sizeof(buffer))) > 0)
		if (file_write_all(STDOUT_FILENO, buffer, (size_t)n,
				   "standard output", err) < 0)
			return -1;
	return n < 0 ? error_set(err, ERROR_IO, "cannot read %s: %s", path,
				 strerror(errno))
		     : 0;
}

static int copy_printable(int fd, struct error *err)
{
	FILE *file = fdopen(dup(fd), "r");
	char *line = NULL;
	size_t size = 0;
	ssize_t n;

	if (!file)
		return error_set(err, ERROR_IO, "cannot read the log: %s",
				 strerror(errno));
	while ((n = getline(&line, &size, file)) > 0) {
		struct str out = STR_INIT;

		str_add_printable(&out, line, (size_t)n - (line[n - 1] == '\n'),
				  true);
		puts(out.data);
		str_release(&out);
	}
	if (isatty(STDOUT_FILENO))
		fputs("\033[0m", stdout);
	free(line);
	fclose(file);
	return 0;
}

/* Not to the standard output: that is what the stage printed. */
static void tell_kept(const struct model *model,
		      const struct stage_model *stage)
{
	const char *kept = runs_kept_folder(model, stage);

	fflush(stdout);
	if (kept)
		fprintf(stderr, "signalbox: the folder of %s is kept: %s\n",
			stage->name, kept);
}

/* A stage without a log printed nothing, or gc has freed it. */
static void tell_freed(const char *folder, const struct stage_model *stage)
{
	char *path = path_join(folder, RUN_LOGS_FREED);

	fflush(stdout);
	if (*stage->log && file_exists(path))
		fprintf(stderr,
			"signalbox: what %s printed is no longer kept; "
			"signalbox gc has freed it\n",
			stage->name);
	free(path);
}

static int print_stage(const char *folder, const struct stage_model *stage,
		       struct error *err)
{
	char *path = xasprintf("%s/%s", folder, stage->log);
	int fd;
	int result = 0;

	if (!*stage->log || !file_exists(path)) {
		tell_freed(folder, stage);
		free(path);
		return 0;
	}
	fd = file_open(path, O_RDONLY, 0, err);
	if (fd < 0)
		result = -1;
	else if (isatty(STDOUT_FILENO))
		result = copy_printable(fd, err);
	else
		result = copy_raw(fd, path, err);
	if (fd >= 0)
		close(fd);
	free(path);
	return result;
}

static int print_all(const char *folder, const struct model *model,
		     struct error *err)
{
	for (size_t i = 0; i < model->stage_count; i++) {
		const struct stage_model *stage = &model->stages[i];

		listing_print("== %s: %s\n", stage->name,
			      state_name(stage->state));
		fflush(stdout);
		if (print_stage(folder, stage, err) < 0)
			return -1;
		tell_kept(model, stage);
	}
	return 0;
}

static int print_log(const char **words, struct error *err)
{
	struct project project;
	struct model *model;
	const struct stage_model *stage;
	const char *state;
	char *folder;
	int64_t run;
	int result = -1;

	if (runs_parse_number(words[0], &run, err) < 0 ||
	    project_open(&project, err) < 0)
		return -1;
	state = repository_state_folder(project.repository);
	model = runs_model(state, run, err);
	folder = run_folder(state, run);
	stage = model && words[1] ? model_stage(model, words[1]) : NULL;
	if (model && words[1] && !stage)
		error_set(err, ERROR_NOT_FOUND, "run %lld has no stage '%s'",
			  (long long)run, words[1]);
	else if (stage)
		result = print_stage(folder, stage, err);
	else if (model)
		result = print_all(folder, model, err);
	if (result == 0 && stage)
		tell_kept(model, stage);
	free(folder);
	model_free(model);
	project_close(&project);
	return result;
}

int cli_log(int argc, char **argv)
{
	const char *words[2] = {NULL, NULL};
	const struct cli_option options[] = {{NULL, NULL, NULL, NULL}};
	const struct cli_arguments arguments = {options, words, 2, 1};
	struct error err = ERROR_INIT;

	if (cli_parse(argc, argv, &arguments, &err) < 0 ||
	    print_log(words, &err) < 0)
		return cli_fail(&err);
	return 0;
}
