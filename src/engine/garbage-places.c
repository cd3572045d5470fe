/* SPDX-License-Identifier: MIT */
/* Work folders, sockets, and the colours that were kept warm long enough. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/file.h"
#include "base/memory.h"
#include "delivery/environment.h"
#include "delivery/words.h"
#include "engine/garbage.h"
#include "engine/sockets.h"
#include "source/shelf.h"

/* The next run takes a younger one over, which saves it a checkout. */
#define IDLE_S (24 * 60 * 60)

static void add_folder(struct garbage *garbage, const struct shelved *folder)
{
	char *git = xasprintf("%s.git", folder->path);
	struct garbage_item *item = garbage_add_owned(
		garbage, &garbage_work, xasprintf("folder %d", folder->number),
		xstrdup("no stage used it for a day"));

	item->number = folder->number;
	item->bytes = folder_bytes(folder->path) + folder_bytes(git);
	free(git);
}

static bool is_idle(const char *parent, const struct shelved *folder)
{
	int lock;

	if (folder->kept || folder->used.tv_sec > time(NULL) - IDLE_S)
		return false;
	lock = shelf_lock(parent, folder->number);
	if (lock >= 0)
		close(lock);
	return lock >= 0;
}

static int find_work(struct garbage *garbage, struct error *err)
{
	char *parent = path_join(garbage->options.state, "work");
	struct shelf shelf = {0};
	int result = shelf_read(parent, &shelf, err);

	for (size_t i = 0; i < shelf.count; i++)
		if (is_idle(parent, &shelf.items[i]))
			add_folder(garbage, &shelf.items[i]);
	shelf_release(&shelf);
	free(parent);
	return result;
}

static int free_work(struct garbage *garbage, const struct garbage_item *item,
		     struct error *err)
{
	char *parent = path_join(garbage->options.state, "work");
	struct shelf shelf = {0};
	int result = shelf_read(parent, &shelf, err);

	for (size_t i = 0; i < shelf.count && result == 0; i++)
		if (shelf.items[i].number == (int)item->number)
			result = is_idle(parent, &shelf.items[i])
					 ? shelf_remove(parent, &shelf.items[i],
							err)
					 : error_set(err, ERROR_REFUSED,
						     "it was used meanwhile");
	shelf_release(&shelf);
	free(parent);
	return result;
}

static int find_sockets(struct garbage *garbage, struct error *err)
{
	struct strings left = STRINGS_INIT, paths = STRINGS_INIT;

	(void)err;
	sockets_of_ended_runs(garbage->options.common, garbage->options.state,
			      &paths);
	sockets_deserted(&left);
	for (size_t i = 0; i < left.count; i++)
		if (!strings_has(&paths, left.items[i]))
			strings_add(&paths, left.items[i]);
	strings_release(&left);
	if (paths.count)
		garbage_add_owned(garbage, &garbage_sockets, xstrdup("files"),
				  xasprintf("%zu where nobody listens any more",
					    paths.count))
			->texts = paths;
	return 0;
}

static int free_sockets(struct garbage *garbage,
			const struct garbage_item *item, struct error *err)
{
	(void)garbage;
	for (size_t i = 0; i < item->texts.count; i++)
		if (unlink(item->texts.items[i]) < 0 && errno != ENOENT)
			return error_set(err, ERROR_IO, "cannot remove %s: %s",
					 item->texts.items[i], strerror(errno));
	return 0;
}

static struct environment *open_environment(struct garbage *garbage,
					    const char *name, struct error *err)
{
	struct environment_options options = {
		.loop = garbage->options.loop,
		.state = garbage->options.state,
		.name = name,
	};

	return environment_open(&options, err);
}

/* Runs still, though another serves, and could be started again. */
static bool is_old(const struct environment *environment)
{
	const struct environment_state *state = environment_state(environment);
	enum colour old = colour_other(state->live.colour);
	const struct release *release = &state->running[old];
	char *holder = environment_holder(environment);
	bool is = state->has_live && !state->has_candidate && !holder &&
		  !state->rolling_back && !state->changing &&
		  state->split[old] == 0 &&
		  environment_is_up(environment, state->live.colour) &&
		  environment_is_up(environment, old) && release->folder &&
		  file_exists(release->folder) &&
		  clock_wall_ms() - state->live.since >=
			  environment_config(environment)->keep_ms;

	free(holder);
	return is;
}

static void add_colour(struct garbage *garbage,
		       const struct environment *environment, const char *name)
{
	const struct environment_state *state = environment_state(environment);
	enum colour old = colour_other(state->live.colour);
	char kept[WORDS_SIZE];
	struct garbage_item *item = garbage_add_owned(
		garbage, &garbage_colours,
		xasprintf("%s %s", name, colour_name(old)),
		xasprintf(
			"%s still runs, its %s are over; a rollback would "
			"start it first",
			state->running[old].version,
			words_duration(environment_config(environment)->keep_ms,
				       kept)));

	strings_add(&item->texts, name);
}

static int find_colours(struct garbage *garbage, struct error *err)
{
	struct strings names = STRINGS_INIT;
	int result = environment_list(garbage->options.state, &names, err);

	for (size_t i = 0; i < names.count; i++) {
		struct error why = ERROR_INIT;
		struct environment *environment =
			open_environment(garbage, names.items[i], &why);

		if (environment && is_old(environment))
			add_colour(garbage, environment, names.items[i]);
		/* A damaged one was told of with what must stay. */
		if (!environment && why.code != ERROR_NOT_FOUND &&
		    !garbage->needs.releases_unknown)
			strings_addf(&garbage->notes, "%s: %s", names.items[i],
				     error_text(&why));
		error_clear(&why);
		environment_close(environment);
	}
	strings_release(&names);
	return result;
}

struct answer {
	bool came;
	struct error err;
};

static void answered(void *data, const struct error *err)
{
	struct answer *answer = data;

	if (err)
		error_set(&answer->err, err->code, "%s", error_text(err));
	answer->came = true;
}

static int await(struct garbage *garbage, struct answer *answer,
		 struct error *err)
{
	while (!answer->came)
		loop_turn(garbage->options.loop, -1);
	answer->came = false;
	return answer->err.code ? error_move(err, &answer->err) : 0;
}

static int retire(struct garbage *garbage, struct environment *environment,
		  struct error *err)
{
	struct answer answer = {0};

	environment_recover(environment, answered, &answer);
	if (await(garbage, &answer, err) < 0 ||
	    environment_acquire(environment, 0, garbage->options.person, err) <
		    0)
		return -1;
	environment_retire(environment, false, "gc", answered, &answer);
	return await(garbage, &answer, err);
}

static int free_colour(struct garbage *garbage, const struct garbage_item *item,
		       struct error *err)
{
	struct environment *environment =
		open_environment(garbage, item->texts.items[0], err);
	int result;

	if (!environment)
		return -1;
	result = is_old(environment)
			 ? retire(garbage, environment, err)
			 : error_set(err, ERROR_REFUSED,
				     "the environment has moved meanwhile");
	environment_close(environment);
	return result;
}

const struct garbage_kind garbage_work = {
	.name = "work",
	.find = find_work,
	.free_item = free_work,
};

const struct garbage_kind garbage_sockets = {
	.name = "sockets",
	.find = find_sockets,
	.free_item = free_sockets,
};

const struct garbage_kind garbage_colours = {
	.name = "colour",
	.find = find_colours,
	.free_item = free_colour,
};
