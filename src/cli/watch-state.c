/* SPDX-License-Identifier: MIT */
#include "cli/watch-state.h"

#include <jansson.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/file.h"
#include "base/memory.h"
#include "delivery/lock.h"
#include "event/event.h"

#define STATE_LIMIT 4096

static char *file_of(const struct watch_state *watch)
{
	return path_join(watch->folder, "state.json");
}

static char *folder_of(const char *state, const char *remote,
		       const char *branch)
{
	char *name = xasprintf("%s%%%s", remote ? remote : "", branch);
	char *folder;

	for (char *at = name; *at; at++)
		if (*at == '/')
			*at = '%';
	folder = xasprintf("%s/watch/%s", state, name);
	free(name);
	return folder;
}

static int take_lock(struct watch_state *watch, struct error *err)
{
	char *path = path_join(watch->folder, "lock");
	char *holder = xasprintf("process %ld", (long)getpid());
	struct error why = ERROR_INIT;

	watch->lock = lock_take(path, holder, &why);
	free(holder);
	free(path);
	if (watch->lock >= 0)
		return 0;
	if (why.code != ERROR_REFUSED)
		return error_move(err, &why);
	error_set(err, ERROR_REFUSED, "%s watches it already; end that first",
		  error_text(&why));
	error_clear(&why);
	return -1;
}

static char *text_or_null(const json_t *object, const char *key)
{
	const char *text = json_text(object, key);

	return *text ? xstrdup(text) : NULL;
}

static int read_state(struct watch_state *watch, struct error *err)
{
	char *path = file_of(watch);
	struct str text = STR_INIT;
	json_t *object = NULL;
	int result = 0;

	if (file_exists(path)) {
		result = file_read(path, &text, STATE_LIMIT, err);
		object = json_loadb(text.data, text.len, 0, NULL);
		if (result == 0 && !json_is_object(object))
			result = error_set(err, ERROR_CORRUPT,
					   "%s cannot be read; remove it, and "
					   "the watch begins anew",
					   path);
	}
	watch->last = text_or_null(object, "last");
	watch->starting = text_or_null(object, "starting");
	watch->after = json_int(object, "after", 0);
	json_decref(object);
	str_release(&text);
	free(path);
	return result;
}

int watch_state_open(struct watch_state *watch, const char *state,
		     const char *remote, const char *branch, struct error *err)
{
	*watch = (struct watch_state){.lock = -1};
	watch->folder = folder_of(state, remote, branch);
	if (folder_make(watch->folder, 0700, err) == 0 &&
	    take_lock(watch, err) == 0 && read_state(watch, err) == 0)
		return 0;
	watch_state_close(watch);
	return -1;
}

void watch_state_close(struct watch_state *watch)
{
	lock_release(watch->lock);
	free(watch->folder);
	free(watch->last);
	free(watch->starting);
	*watch = (struct watch_state){.lock = -1};
}

static int save(const struct watch_state *watch, struct error *err)
{
	json_t *object =
		json_pack("{s:s*, s:s*, s:I}", "last", watch->last, "starting",
			  watch->starting, "after", (json_int_t)watch->after);
	char *text = json_dumps(object, JSON_COMPACT);
	char *path = file_of(watch);
	int result = file_replace(path, text, strlen(text), 0600, err);

	free(path);
	free(text);
	json_decref(object);
	return result;
}

int watch_state_starts(struct watch_state *watch, const char *commit,
		       int64_t after, struct error *err)
{
	free(watch->starting);
	watch->starting = xstrdup(commit);
	watch->after = after;
	return save(watch, err);
}

int watch_state_is_past(struct watch_state *watch, const char *commit,
			struct error *err)
{
	char *copy = xstrdup(commit); /* it may be our own */

	free(watch->last);
	watch->last = copy;
	free(watch->starting);
	watch->starting = NULL;
	return save(watch, err);
}
