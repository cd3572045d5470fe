/* SPDX-License-Identifier: MIT */
/* Since which run a finding is there. */
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "event/journal.h"
#include "model/compare.h"

/* So far back is looked. */
#define RUNS_LOOKED_AT 50

struct look {
	const struct finding_key *key;
	bool is_scanned, is_found;
	int64_t total, told; /* findings: a journal has the worst of them */
	int64_t started;
};

static bool is_meant(const struct event *event, const struct finding_key *key)
{
	return strcmp(event_text(event, "id"), key->id) == 0 &&
	       strcmp(event_text(event, "path"), key->path) == 0 &&
	       strcmp(event_text(event, "package"), key->package) == 0;
}

static bool is_of_findings(const struct event *event)
{
	return strcmp(event_text(event, "kind"), "findings") == 0 &&
	       !report_is_unread(event);
}

static int look_at(const struct event *event, void *data)
{
	struct look *look = data;

	if (event->type == EVENT_RUN_STARTED) {
		look->started = event->time_ms;
	} else if (event->type == EVENT_REPORT_READ && is_of_findings(event)) {
		look->is_scanned = true;
		look->total += event_int(event, "total", 0);
	} else if (event->type == EVENT_FINDING_FOUND) {
		look->told++;
		look->is_found = look->is_found || is_meant(event, look->key);
	}
	return 0;
}

struct since comparison_since(const char *runs, int64_t run,
			      const struct finding_key *key)
{
	struct since since = {.run = run};
	int64_t last = run > RUNS_LOOKED_AT ? run - RUNS_LOOKED_AT : 0;

	for (int64_t at = run - 1; at > last; at--) {
		struct look look = {.key = key};
		char *folder = xasprintf("%s/%lld", runs, (long long)at);
		int read = journal_read(folder, 1, look_at, &look, NULL);

		free(folder);
		if (read < 0 || !look.is_scanned)
			continue; /* it says nothing of it */
		/* It may be among those that were not told. */
		since.is_least = !look.is_found && look.told < look.total;
		if (!look.is_found)
			return since;
		since.run = at;
		since.time_ms = look.started;
	}
	since.is_least = last > 0;
	return since;
}
