/* SPDX-License-Identifier: MIT */
#include "step/unpack.h"

#include <stdlib.h>

#include "base/memory.h"
#include "base/str.h"
#include "source/release.h"
#include "source/ships.h"

struct unpack {
	const char *state_folder;
	struct artifacts set; /* a copy: the run's may grow meanwhile */
	struct unpacked_release release;
	struct error err;
	const char *repository, *candidate;
	const struct pipeline *pipeline;
	char *live; /* NULL: nothing is */
	size_t migrations;
	struct error unknown; /* why they are */
	unpack_done *done;    /* NULL once cancelled */
	void *data;
};

static void find_migrations(struct unpack *unpack)
{
	struct repository *repository;

	if (!unpack->live)
		return;
	repository = repository_open(unpack->repository, &unpack->unknown);
	if (!repository)
		return;
	if (ships_migrations(repository, unpack->live, unpack->candidate,
			     unpack->pipeline, &unpack->migrations,
			     &unpack->unknown) < 0)
		error_prefix(&unpack->unknown,
			     "cannot tell whether it carries migrations");
	repository_free(repository);
}

static void work(void *data)
{
	struct unpack *unpack = data;

	if (release_unpack(unpack->state_folder, &unpack->set, &unpack->release,
			   &unpack->err) < 0)
		error_prefix(&unpack->err, "cannot unpack the release");
	else
		find_migrations(unpack);
}

static void worked(void *data)
{
	struct unpack *unpack = data;
	struct unpacked unpacked = {
		.digest = unpack->release.digest,
		.folder = unpack->release.root,
		.migrations = unpack->migrations,
		.migrations_why = unpack->unknown.code
					  ? error_text(&unpack->unknown)
					  : NULL,
	};

	if (unpack->done && unpack->err.code)
		unpack->done(NULL, &unpack->err, unpack->data);
	else if (unpack->done)
		unpack->done(&unpacked, NULL, unpack->data);
	unpacked_release_clear(&unpack->release);
	artifacts_release(&unpack->set);
	error_clear(&unpack->err);
	error_clear(&unpack->unknown);
	free(unpack->live);
	free(unpack);
}

/* A container's image is for its engine to read. */
static bool is_image(const struct pipeline *pipeline, const char *path)
{
	for (size_t i = 0; i < pipeline->environment_count; i++) {
		const struct target_config *target =
			&pipeline->environments[i].target;

		if (target->kind == TARGET_CONTAINER &&
		    str_equal(target->container.archive, path))
			return true;
	}
	return false;
}

struct unpack *unpack_start(const struct step_host *host, const char *live,
			    unpack_done *done, void *data)
{
	struct unpack *unpack = xcalloc(1, sizeof(*unpack));

	unpack->state_folder = host->run->state_folder;
	unpack->repository = host->run->repository_folder;
	unpack->candidate = host->run->commit->id;
	unpack->pipeline = host->pipeline;
	unpack->live = live && *live ? xstrdup(live) : NULL;
	unpack->done = done;
	unpack->data = data;
	for (size_t i = 0; i < host->artifacts->count; i++) {
		const struct artifact *item = &host->artifacts->items[i];

		artifacts_put(&unpack->set, item->path, item->digest,
			      item->bytes, item->mode);
		unpack->set.items[unpack->set.count - 1].whole =
			is_image(host->pipeline, item->path);
	}
	helper_run(host->helper, work, worked, unpack);
	return unpack;
}

void unpack_cancel(struct unpack *unpack)
{
	if (unpack)
		unpack->done = NULL;
}
