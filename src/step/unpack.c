/* SPDX-License-Identifier: MIT */
#include "step/unpack.h"

#include <stdlib.h>

#include "base/memory.h"
#include "source/release.h"

struct unpack {
	const char *state_folder;
	struct artifacts set; /* a copy: the run's may grow meanwhile */
	struct unpacked_release release;
	struct error err;
	unpack_done *done; /* NULL once cancelled */
	void *data;
};

static void work(void *data)
{
	struct unpack *unpack = data;

	if (release_unpack(unpack->state_folder, &unpack->set, &unpack->release,
			   &unpack->err) < 0)
		error_prefix(&unpack->err, "cannot unpack the release");
}

static void worked(void *data)
{
	struct unpack *unpack = data;

	if (unpack->done && unpack->err.code)
		unpack->done(NULL, NULL, &unpack->err, unpack->data);
	else if (unpack->done)
		unpack->done(unpack->release.digest, unpack->release.root, NULL,
			     unpack->data);
	unpacked_release_clear(&unpack->release);
	artifacts_release(&unpack->set);
	error_clear(&unpack->err);
	free(unpack);
}

struct unpack *unpack_start(const struct step_host *host, unpack_done *done,
			    void *data)
{
	struct unpack *unpack = xcalloc(1, sizeof(*unpack));

	unpack->state_folder = host->run->state_folder;
	unpack->done = done;
	unpack->data = data;
	for (size_t i = 0; i < host->artifacts->count; i++) {
		const struct artifact *item = &host->artifacts->items[i];

		artifacts_put(&unpack->set, item->path, item->digest,
			      item->bytes, item->mode);
	}
	helper_run(host->helper, work, worked, unpack);
	return unpack;
}

void unpack_cancel(struct unpack *unpack)
{
	if (unpack)
		unpack->done = NULL;
}
