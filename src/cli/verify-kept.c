/* SPDX-License-Identifier: MIT */
/* Whether what a run keeps of its reports is what its journal tells. */
#include "cli/verify-kept.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/digest.h"
#include "base/file.h"
#include "base/memory.h"
#include "base/vector.h"
#include "cli/listing.h"
#include "engine/kept-logs.h"
#include "engine/runs.h"
#include "event/journal.h"
#include "evidence/kept.h"
#include "source/artifact.h"

struct told { /* of a stage, as of its last report */
	char *stage;
	char *evidence;
};

struct kept_check {
	const char *state, *name;
	struct told *told;
	size_t count, cap;
	struct strings raws, paths;  /* digests, and what they are of */
	char logs[DIGEST_TEXT_SIZE]; /* of their list, "" none */
	size_t files;
	bool damaged;
};

static struct told *told_of(struct kept_check *check, const char *stage)
{
	struct told *it;

	for (size_t i = 0; i < check->count; i++)
		if (strcmp(check->told[i].stage, stage) == 0)
			return &check->told[i];
	it = VECTOR_ADD(check->told, check->count, check->cap);
	it->stage = xstrdup(stage);
	return it;
}

static int take(const struct event *event, void *data)
{
	struct kept_check *check = data;
	struct told *told;

	if (event->type == EVENT_RUN_FINISHED)
		snprintf(check->logs, sizeof(check->logs), "%s",
			 event_text(event, "logs"));
	if (event->type != EVENT_REPORT_READ &&
	    event->type != EVENT_STAGE_RETRYING &&
	    event->type != EVENT_STAGE_STARTED)
		return 0;
	told = told_of(check, event_stage(event));
	free(told->evidence);
	told->evidence = NULL;
	if (event->type != EVENT_REPORT_READ)
		return 0;
	if (event_has(event, "evidence"))
		told->evidence = xstrdup(event_text(event, "evidence"));
	if (event_has(event, "digest")) {
		strings_add(&check->raws, event_text(event, "digest"));
		strings_add(&check->paths, event_text(event, "path"));
	}
	return 0;
}

static void compare(struct kept_check *check, const char *path,
		    const char *digest, const char *what)
{
	char now[DIGEST_TEXT_SIZE];
	struct error err = ERROR_INIT;

	check->files++;
	if (digest_file(path, now, &err) < 0) {
		listing_print("%s: DAMAGED: %s: %s\n", check->name, what,
			      error_text(&err));
		check->damaged = true;
	} else if (strcmp(now, digest) != 0) {
		listing_print("%s: DAMAGED: %s was changed since it was "
			      "kept: %s\n",
			      check->name, what, path);
		check->damaged = true;
	}
	error_clear(&err);
}

static void compare_evidence(struct kept_check *check, const char *folder,
			     const struct told *told)
{
	char *path = evidence_path(folder, told->stage);
	char *what = xasprintf("the evidence of %s", told->stage);

	if (told->evidence)
		compare(check, path, told->evidence, what);
	free(what);
	free(path);
}

/* gc may have freed it. */
static void compare_raw(struct kept_check *check, size_t i)
{
	char *path = artifact_object_path(check->state, check->raws.items[i]);
	char *what = xasprintf("the report %s", check->paths.items[i]);

	if (file_exists(path))
		compare(check, path, check->raws.items[i], what);
	free(what);
	free(path);
}

static void compare_logs(struct kept_check *check, const char *folder)
{
	struct strings damage = STRINGS_INIT;

	if (*check->logs)
		check->files += kept_logs_check(folder, check->logs, &damage);
	for (size_t i = 0; i < damage.count; i++)
		listing_print("%s: DAMAGED: %s\n", check->name,
			      damage.items[i]);
	check->damaged |= damage.count > 0;
	strings_release(&damage);
}

bool verify_kept(const char *state, const char *folder, const char *name,
		 size_t *files)
{
	struct kept_check check = {.state = state, .name = name};
	char *freed = path_join(folder, RUN_LOGS_FREED);

	/* What is damaged in the journal is told by who verifies that. */
	(void)!journal_read(folder, 1, take, &check, NULL);
	if (!file_exists(freed))
		compare_logs(&check, folder);
	for (size_t i = 0; !file_exists(freed) && i < check.count; i++)
		compare_evidence(&check, folder, &check.told[i]);
	for (size_t i = 0; i < check.raws.count; i++)
		compare_raw(&check, i);
	for (size_t i = 0; i < check.count; i++) {
		free(check.told[i].stage);
		free(check.told[i].evidence);
	}
	free(check.told);
	strings_release(&check.raws);
	strings_release(&check.paths);
	free(freed);
	*files = check.files;
	return !check.damaged;
}
