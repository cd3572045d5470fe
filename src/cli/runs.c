/* SPDX-License-Identifier: MIT */
#include "cli/runs.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "base/file.h"
#include "base/memory.h"
#include "engine/runs.h"
#include "event/journal.h"
#include "proc/identity.h"
#include "source/shelf.h"

/* Two seconds. */
#define END_PAUSES 400
#define END_PAUSE_NS 5000000

int runs_parse_number(const char *text, int64_t *run, struct error *err)
{
	char *end;

	text += *text == '#';
	*run = strtoll(text, &end, 10);
	if (*end || end == text || *run < 1)
		return error_set(err, ERROR_USAGE,
				 "'%s' is no run; signalbox history lists them",
				 text);
	return 0;
}

struct holder {
	pid_t pid;
	uint64_t start;
};

static int note_holder(const struct event *event, void *data)
{
	struct holder *holder = data;

	if (event->type != EVENT_RUN_STARTED &&
	    event->type != EVENT_RUN_RESUMED)
		return 0;
	holder->pid = (pid_t)event_int(event, "pid", 0);
	holder->start = (uint64_t)event_int(event, "pid-start", 0);
	return 0;
}

static struct holder holder_of(const char *state, int64_t run)
{
	char *folder = run_folder(state, run);
	struct holder holder = {0, 0};

	if (journal_read(folder, 1, note_holder, &holder, NULL) < 0)
		holder.pid = 0;
	free(folder);
	return holder;
}

pid_t runs_pid(const char *state, int64_t run)
{
	return holder_of(state, run).pid;
}

/* Its main thread is gone before what other threads have is closed, and the
 * kernel takes its time with some of that. */
static bool is_dying(const struct holder *holder)
{
	return !process_is(holder->pid, holder->start) ||
	       process_is_ending(holder->pid);
}

void runs_await_end(const char *state, int64_t run)
{
	const struct timespec pause = {.tv_nsec = END_PAUSE_NS};
	struct holder holder;

	if (!run_is_live(state, run))
		return;
	holder = holder_of(state, run);
	for (int i = 0; i < END_PAUSES && holder.pid && is_dying(&holder) &&
			run_is_live(state, run);
	     i++)
		nanosleep(&pause, NULL);
}

static int fold(const struct event *event, void *data)
{
	model_apply(data, event);
	return 0;
}

static struct model *read_model(const char *folder, int64_t run,
				struct error *err)
{
	struct model *model = model_new();
	struct error why = ERROR_INIT;

	if (journal_read(folder, 1, fold, model, &why) == 0)
		return model;
	model_free(model);
	if (why.code == ERROR_CORRUPT)
		error_set(err, ERROR_CORRUPT,
			  "the journal of run %lld is damaged: %s; to leave "
			  "the run out, move %s away",
			  (long long)run, error_text(&why), folder);
	else
		error_set(err, why.code, "run %lld: %s", (long long)run,
			  error_text(&why));
	error_clear(&why);
	return NULL;
}

int runs_check(const char *state, struct error *err)
{
	char *folder = path_join(state, "runs");
	int result = 0;

	if (access(folder, R_OK | X_OK) < 0 && errno != ENOENT)
		result = error_set(err, ERROR_REFUSED,
				   "the runs here are not yours to see: cannot "
				   "read %s: %s; whoever owns them may let you",
				   folder, strerror(errno));
	free(folder);
	return result;
}

struct model *runs_model(const char *state, int64_t run, struct error *err)
{
	char *folder;
	struct model *model = NULL;

	if (runs_check(state, err) < 0)
		return NULL;
	folder = run_folder(state, run);
	if (!file_exists(folder))
		error_set(err, ERROR_NOT_FOUND,
			  "there is no run %lld; signalbox history lists them",
			  (long long)run);
	else if (!journal_is_there(folder))
		error_set(err, ERROR_NOT_FOUND,
			  "run %lld was cut off before it had written anything "
			  "down; signalbox history lists the others",
			  (long long)run);
	else
		model = read_model(folder, run, err);
	free(folder);
	return model;
}

const char *runs_kept_folder(const struct model *model,
			     const struct stage_model *stage)
{
	char *what =
		xasprintf("run %lld %s", (long long)model->run, stage->name);
	bool is_kept = *stage->kept && shelf_keeps(stage->kept, what);

	free(what);
	return is_kept ? stage->kept : NULL;
}
