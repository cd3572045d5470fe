/* SPDX-License-Identifier: MIT */
/* What must stay: of runs that may go on, and of the way back. */
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/file.h"
#include "base/memory.h"
#include "base/vector.h"
#include "delivery/environment.h"
#include "delivery/ledger.h"
#include "engine/garbage.h"
#include "engine/recovery.h"
#include "engine/runs.h"
#include "event/journal.h"
#include "source/artifact.h"

/* The clocks of files and of journals do not tick together. */
#define SLACK_MS 60000

/* What one journal says. */
struct story {
	struct garbage_needs *needs;
	int64_t started;
	bool has_ended;
	struct artifacts artifacts;
	struct strings releases; /* of all sets it could have released */
};

static int tell(const struct event *event, void *data)
{
	struct story *story = data;
	char digest[DIGEST_TEXT_SIZE];

	story->has_ended = recovery_is_over(event, story->has_ended);
	if (event->type == EVENT_RUN_STARTED)
		story->started = event->time_ms;
	if (event->type == EVENT_REPORT_READ && event_has(event, "digest"))
		strings_add(&story->needs->artifacts,
			    event_text(event, "digest"));
	if (event->type != EVENT_ARTIFACT_STORED)
		return 0;
	artifacts_put(&story->artifacts, event_text(event, "path"),
		      event_text(event, "digest"), event_int(event, "bytes", 0),
		      0);
	artifacts_digest(&story->artifacts, digest);
	strings_add(&story->releases, digest);
	strings_add(&story->needs->artifacts, event_text(event, "digest"));
	return 0;
}

/* kept: among the newest, whatever became of it. */
static void read_run(struct garbage *garbage, int64_t run, bool kept)
{
	struct garbage_needs *needs = &garbage->needs;
	struct story story = {.needs = needs};
	size_t artifacts = needs->artifacts.count;
	char *folder = run_folder(garbage->options.state, run);
	bool live = run_is_live(garbage->options.state, run);
	struct error why = ERROR_INIT;

	if (journal_is_there(folder) &&
	    journal_read(folder, 1, tell, &story, &why) < 0) {
		needs->artifacts_unknown = needs->releases_unknown = true;
		strings_addf(&garbage->notes,
			     "run %lld cannot be read, so no artifact and no "
			     "release is freed: %s",
			     (long long)run, error_text(&why));
		error_clear(&why);
	}
	if (live && story.started && story.started - SLACK_MS < needs->before)
		needs->before = story.started - SLACK_MS;
	if (live || !story.has_ended)
		for (size_t i = 0; i < story.releases.count; i++)
			strings_add(&needs->releases, story.releases.items[i]);
	else if (!kept)
		while (needs->artifacts.count > artifacts)
			free(needs->artifacts.items[--needs->artifacts.count]);
	strings_release(&story.releases);
	artifacts_release(&story.artifacts);
	free(folder);
}

static void need_release(struct garbage_needs *needs,
			 const struct release *release)
{
	if (release->digest && *release->digest)
		strings_add(&needs->releases, release->digest);
	if (release->run > 0)
		*VECTOR_ADD(needs->runs, needs->run_count, needs->run_cap) =
			release->run;
}

static int fold(const struct event *event, void *data)
{
	environment_state_apply(data, event);
	return 0;
}

static void read_environment(struct garbage *garbage, const char *name)
{
	struct garbage_needs *needs = &garbage->needs;
	char *folder =
		xasprintf("%s/environments/%s", garbage->options.state, name);
	struct environment_state state;
	struct error why = ERROR_INIT;

	environment_state_init(&state);
	if (ledger_read_all(folder, fold, &state, &why) < 0) {
		needs->releases_unknown = true;
		strings_addf(&garbage->notes,
			     "%s cannot be read, so no release is freed: %s",
			     name, error_text(&why));
		error_clear(&why);
	}
	if (state.has_live)
		need_release(needs, &state.live);
	if (state.has_previous)
		need_release(needs, &state.previous);
	if (state.has_candidate)
		need_release(needs, &state.candidate);
	for (int i = 0; i < COLOUR_COUNT; i++)
		need_release(needs, &state.running[i]);
	environment_state_release(&state);
	free(folder);
}

static void read_environments(struct garbage *garbage)
{
	struct strings names = STRINGS_INIT;
	struct error why = ERROR_INIT;

	if (environment_list(garbage->options.state, &names, &why) < 0) {
		garbage->needs.releases_unknown = true;
		strings_addf(&garbage->notes, "no release is freed: %s",
			     error_text(&why));
		error_clear(&why);
	}
	for (size_t i = 0; i < names.count; i++)
		read_environment(garbage, names.items[i]);
	strings_release(&names);
}

/* Environments last: what a run has begun to deploy meanwhile shows there. */
void garbage_needs_read(struct garbage *garbage)
{
	int64_t newest = run_newest(garbage->options.state);
	int kept = 0;

	garbage->needs.before = clock_wall_ms() - SLACK_MS;
	for (int64_t run = newest; run > 0; run--) {
		char *folder = run_folder(garbage->options.state, run);

		if (file_exists(folder))
			read_run(garbage, run,
				 kept++ < garbage->options.keep_runs);
		free(folder);
	}
	read_environments(garbage);
}

void garbage_needs_release(struct garbage_needs *needs)
{
	strings_release(&needs->artifacts);
	strings_release(&needs->releases);
	free(needs->runs);
}

bool garbage_needs_run(const struct garbage_needs *needs, int64_t run)
{
	for (size_t i = 0; i < needs->run_count; i++)
		if (needs->runs[i] == run)
			return true;
	return false;
}
