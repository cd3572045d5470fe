/* SPDX-License-Identifier: MIT */
#include "step/live-evidence.h"

#include <stdlib.h>
#include <string.h>

#include "base/file.h"
#include "base/memory.h"
#include "delivery/ledger.h"
#include "delivery/state.h"
#include "event/journal.h"

static int fold(const struct event *event, void *data)
{
	environment_state_apply(data, event);
	return 0;
}

/* 0: none, or not one of ours. */
static int find_run(const char *state_folder, const char *environment,
		    int64_t *run, struct error *err)
{
	char *folder =
		xasprintf("%s/environments/%s", state_folder, environment);
	struct environment_state state;
	int result;

	environment_state_init(&state);
	result = ledger_read_all(folder, fold, &state, err);
	*run = state.has_live ? state.live.run : 0;
	environment_state_release(&state);
	free(folder);
	return result;
}

struct told { /* what the journal of a run says of a stage's evidence */
	const char *stage;
	char *digest; /* as of its last report; NULL: none */
	bool is_read; /* there were reports */
};

static int take(const struct event *event, void *data)
{
	struct told *told = data;
	bool is_read = event->type == EVENT_REPORT_READ;

	if ((!is_read && event->type != EVENT_STAGE_STARTED &&
	     event->type != EVENT_STAGE_RETRYING) ||
	    strcmp(event_stage(event), told->stage) != 0)
		return 0;
	free(told->digest);
	told->is_read = is_read;
	told->digest = is_read && event_has(event, "evidence")
			       ? xstrdup(event_text(event, "evidence"))
			       : NULL;
	return 0;
}

static int refuse(const char *path, struct error *err)
{
	return error_set(err, ERROR_CORRUPT,
			 "%s is not as its run kept it, so nothing can be "
			 "held against it; see signalbox verify",
			 path);
}

static int lost(int64_t run, const char *how, struct error *err)
{
	return error_set(err, ERROR_FAILED,
			 "run %lld, which is live, %s, so nothing can be held "
			 "against it: release once without that rule",
			 (long long)run, how);
}

static bool is_freed(const char *folder, const char *path)
{
	char *freed = path_join(folder, RUN_LOGS_FREED);
	bool is = file_exists(freed) && !file_exists(path);

	free(freed);
	return is;
}

/* 1, or 0 when the run kept nothing of the stage, or no longer does; *digest
 * is the caller's. */
static int find_evidence(const char *folder, const char *path,
			 const char *stage, int64_t run, char **digest,
			 struct error *err)
{
	struct told told = {.stage = stage};
	struct error why = ERROR_INIT;
	int result = journal_read(folder, 1, take, &told, &why);

	if (result < 0 && why.code == ERROR_NOT_FOUND)
		lost(run, "has no journal any more", err);
	else if (result < 0)
		error_move(err, &why);
	else if (is_freed(folder, path))
		result = 0;
	else if (told.is_read && !told.digest)
		result = lost(run, "could not keep its reports", err);
	else
		result = told.digest || file_exists(path);
	error_clear(&why);
	*digest = told.digest;
	return result;
}

static int load(const char *path, const char *digest, int64_t run,
		struct kept *kept, struct error *err)
{
	int result;

	if (kept_load(path, digest ? digest : "", kept, NULL) < 0)
		return refuse(path, err);
	if (kept->whole)
		return 1;
	result = error_set(err, ERROR_FAILED,
			   "what run %lld found, which is live, is not whole "
			   "(%s), so nothing can be held against it: release "
			   "once without that rule",
			   (long long)run,
			   kept->why ? kept->why : "no reason is told");
	kept_release(kept);
	return result;
}

int live_evidence(const char *state_folder, const char *environment,
		  const char *stage, struct kept *kept, int64_t *run,
		  struct strings *notes, struct error *err)
{
	char *folder, *path;
	char *digest = NULL;
	int result;

	if (find_run(state_folder, environment, run, err) < 0)
		return -1;
	if (!*run) {
		strings_addf(
			notes,
			"no run of signalbox is live in %s, so all of it is "
			"new",
			environment);
		return 0;
	}
	folder = xasprintf("%s/runs/%lld", state_folder, (long long)*run);
	path = evidence_path(folder, stage);
	result = find_evidence(folder, path, stage, *run, &digest, err);
	if (result > 0)
		result = load(path, digest, *run, kept, err);
	else if (result == 0)
		strings_addf(notes,
			     "run %lld, which is live in %s, keeps nothing of "
			     "%s, so all of it is new",
			     (long long)*run, environment, stage);
	free(digest);
	free(folder);
	free(path);
	return result;
}
