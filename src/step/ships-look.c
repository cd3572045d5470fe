/* SPDX-License-Identifier: MIT */
#include "step/ships-look.h"

#include <stdlib.h>

#include "base/memory.h"

struct ships_look { /* the helper's */
	char *folder, *live, *candidate;
	struct ships ships;
	struct error err;
	ships_found *found; /* NULL once dropped */
	void *data;
};

static void find(void *data)
{
	struct ships_look *look = data;
	struct repository *repository =
		repository_open(look->folder, &look->err);

	if (!repository)
		return;
	if (ships_find(repository, look->live, look->candidate, &look->ships,
		       &look->err) < 0)
		error_prefix(&look->err, "cannot tell what ships");
	repository_free(repository);
}

static void looked(void *data)
{
	struct ships_look *look = data;

	if (look->found)
		look->found(&look->ships, look->err.code ? &look->err : NULL,
			    look->data);
	ships_release(&look->ships);
	error_clear(&look->err);
	free(look->folder);
	free(look->live);
	free(look->candidate);
	free(look);
}

struct ships_look *ships_look_start(const struct step_host *host,
				    const char *live, ships_found *found,
				    void *data)
{
	struct ships_look *it = xcalloc(1, sizeof(*it));

	it->folder = xstrdup(host->run->repository_folder);
	it->live = *live ? xstrdup(live) : NULL;
	it->candidate = xstrdup(host->run->commit->id);
	it->ships.ask.pipeline = host->pipeline;
	it->found = found;
	it->data = data;
	helper_run(host->helper, find, looked, it);
	return it;
}

void ships_look_drop(struct ships_look *look)
{
	if (look)
		look->found = NULL;
}
