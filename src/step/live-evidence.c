/* SPDX-License-Identifier: MIT */
#include "step/live-evidence.h"

#include <stdlib.h>

#include "base/memory.h"
#include "delivery/ledger.h"
#include "delivery/state.h"

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

static int load(const char *path, int64_t run, struct kept *kept,
		struct error *err)
{
	int result = 0;

	if (kept_load(path, kept, err) < 0)
		return -1;
	if (kept->whole)
		return 0;
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
	struct error why = ERROR_INIT;
	char *folder, *path;
	int result = 1;

	if (find_run(state_folder, environment, run, err) < 0)
		return -1;
	if (!*run) {
		strings_addf(notes,
			     "nothing of ours is live in %s, so all of it is "
			     "new",
			     environment);
		return 0;
	}
	folder = xasprintf("%s/runs/%lld", state_folder, (long long)*run);
	path = evidence_path(folder, stage);
	if (load(path, *run, kept, &why) < 0) {
		result = why.code == ERROR_NOT_FOUND ? 0 : -1;
		if (result < 0)
			error_move(err, &why);
		else
			strings_addf(notes,
				     "run %lld, which is live in %s, kept "
				     "nothing of %s, so all of it is new",
				     (long long)*run, environment, stage);
		error_clear(&why);
	}
	free(folder);
	free(path);
	return result;
}
