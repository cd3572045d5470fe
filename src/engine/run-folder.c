/* SPDX-License-Identifier: MIT */
/* Where a run has its journal, its logs and the file it goes by. */
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/file.h"
#include "base/memory.h"
#include "engine/internal.h"
#include "engine/recovery.h"
#include "engine/runs.h"

static int make_folders(struct engine *engine, struct error *err)
{
	char *logs;
	int result;

	engine->run =
		run_create(engine->options.state_folder, &engine->lock, err);
	if (engine->run < 0)
		return -1;
	engine->folder = run_folder(engine->options.state_folder, engine->run);
	logs = path_join(engine->folder, "logs");
	result = folder_make(logs, 0700, err);
	free(logs);
	return result;
}

/* The file the run goes by, for who resumes it. The commit has it too, so
 * that only the working tree's needs to be on the disk at once. */
static int keep_pipeline(const struct engine *engine, struct error *err)
{
	const char *text = engine->options.pipeline_text;
	char *path = path_join(engine->folder, PIPELINE_FILE);
	int result;
	int fd;

	if (engine->options.worktree) {
		result = file_replace(path, text, strlen(text), 0600, err);
		free(path);
		return result;
	}
	fd = file_open(path, O_WRONLY | O_CREAT | O_TRUNC, 0600, err);
	result =
		fd < 0 ? -1 : file_write_all(fd, text, strlen(text), path, err);
	if (fd >= 0)
		close(fd);
	free(path);
	return result;
}

/* The run's, as another engine left it. */
static int open_past(struct engine *engine, struct journal **journal,
		     struct error *err)
{
	struct recovery *past = engine->options.past;

	engine->run = past->run;
	engine->lock = past->lock;
	past->lock = -1;
	engine->folder = xstrdup(past->folder);
	*journal = journal_open(engine->folder, &engine->torn, err);
	return *journal ? 0 : -1;
}

int engine_open_folder(struct engine *engine, struct journal **journal,
		       struct error *err)
{
	if (engine->options.past)
		return open_past(engine, journal, err);
	if (make_folders(engine, err) < 0 || keep_pipeline(engine, err) < 0)
		return -1;
	*journal = journal_create(engine->folder, "run", err);
	return *journal ? 0 : -1;
}
