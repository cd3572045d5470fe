/* SPDX-License-Identifier: MIT */
/* What old runs printed. Their journals stay: they are the record. */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/file.h"
#include "base/memory.h"
#include "engine/garbage.h"
#include "engine/recovery.h"
#include "engine/runs.h"
#include "event/journal.h"

static int look_for_end(const struct event *event, void *data)
{
	bool *has_ended = data;

	*has_ended = recovery_is_over(event, *has_ended);
	return 0;
}

/* One that was cut off may be taken up again. */
static bool has_ended(const char *folder)
{
	bool is = false;

	return journal_read(folder, 1, look_for_end, &is, NULL) == 0 && is;
}

static void look_at(struct garbage *garbage, int64_t run)
{
	const char *state = garbage->options.state;
	char *folder = run_folder(state, run);
	char *logs = path_join(folder, "logs");
	struct garbage_item *item;

	if (file_exists(logs) && !run_is_live(state, run) &&
	    !garbage_needs_run(&garbage->needs, run) && has_ended(folder)) {
		item = garbage_add_owned(
			garbage, &garbage_logs,
			xasprintf("run %lld", (long long)run),
			xasprintf("what the stages printed; the newest %d "
				  "runs keep it",
				  garbage->options.keep_runs));
		item->number = run;
		item->bytes = folder_bytes(logs);
	}
	free(logs);
	free(folder);
}

static int find(struct garbage *garbage, struct error *err)
{
	int kept = 0;

	(void)err;
	for (int64_t run = run_newest(garbage->options.state); run > 0; run--) {
		char *folder = run_folder(garbage->options.state, run);

		if (file_exists(folder) && kept++ >= garbage->options.keep_runs)
			look_at(garbage, run);
		free(folder);
	}
	return 0;
}

/* Said from then on, so that nobody takes them for empty. */
static int mark(const char *folder, struct error *err)
{
	char *path = path_join(folder, RUN_LOGS_FREED);
	int fd = file_open(path, O_WRONLY | O_CREAT, 0600, err);

	free(path);
	if (fd >= 0)
		close(fd);
	return fd < 0 ? -1 : 0;
}

static int free_logs(struct garbage *garbage, const struct garbage_item *item,
		     struct error *err)
{
	char *folder = run_folder(garbage->options.state, item->number);
	char *logs = path_join(folder, "logs");
	char *old = path_join(folder, ".logs-freed");
	int lock = run_take(garbage->options.state, item->number, err);
	int result = -1;

	if (lock >= 0 && !has_ended(folder))
		error_set(err, ERROR_REFUSED, "the run goes on");
	else if (lock >= 0 && mark(folder, err) == 0)
		result = rename(logs, old) < 0 && errno != ENOENT
				 ? error_set(err, ERROR_IO,
					     "cannot remove %s: %s", logs,
					     strerror(errno))
				 : folder_remove(old, err);
	if (lock >= 0)
		close(lock);
	free(old);
	free(logs);
	free(folder);
	return result;
}

const struct garbage_kind garbage_logs = {
	.name = "logs",
	.find = find,
	.free_item = free_logs,
};
