/* SPDX-License-Identifier: MIT */
#include "delivery/queue.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/file.h"
#include "base/memory.h"
#include "base/vector.h"
#include "delivery/lock.h"
#include "event/event.h"

#define ENTRY_LIMIT 4096

/* The state stands in the name: rename() changes it at once for all. */
struct queue_place {
	char *folder; /* ENVIRONMENT/queue */
	char *path;
	int64_t ticket;
	int fd; /* held */
};

static const char *const names[QUEUE_STATE_COUNT] = {
	[QUEUE_AT_GATE] = "at-gate",
	[QUEUE_WAITS] = "waits",
	[QUEUE_HOLDS] = "holds",
};

const char *queue_state_name(enum queue_state state)
{
	return names[state];
}

static char *path_of(const char *folder, int64_t ticket, enum queue_state state)
{
	return xasprintf("%s/%012" PRId64 ".%s", folder, ticket, names[state]);
}

/* False for what is no place in line, such as the lock of the folder. */
static bool parse_name(const char *name, struct queue_entry *entry)
{
	char *end;

	entry->ticket = strtoll(name, &end, 10);
	if (end != name + 12 || *end++ != '.')
		return false;
	for (int i = 0; i < QUEUE_STATE_COUNT; i++) {
		if (strcmp(end, names[i]) != 0)
			continue;
		entry->state = (enum queue_state)i;
		return true;
	}
	return false;
}

/* Its owner lives as long as it holds it. */
static bool is_held(const char *path)
{
	int fd = file_open(path, O_RDONLY, 0, NULL);
	bool held;

	if (fd < 0)
		return false;
	held = flock(fd, LOCK_SH | LOCK_NB) < 0 && errno == EWOULDBLOCK;
	close(fd);
	return held;
}

/* Under the lock of the folder nobody is just arriving: what nobody holds is
 * left over. */
static void sweep(const char *folder, int64_t *last)
{
	DIR *stream = opendir(folder);
	struct dirent *file;

	while (stream && (file = readdir(stream))) {
		struct queue_entry entry;
		char *path;

		if (!parse_name(file->d_name, &entry))
			continue;
		if (entry.ticket > *last)
			*last = entry.ticket;
		path = path_join(folder, file->d_name);
		if (!is_held(path))
			unlink(path);
		free(path);
	}
	if (stream)
		closedir(stream);
}

static int write_entry(int fd, const char *path, const struct queue_entry *who,
		       struct error *err)
{
	json_t *object = json_pack(
		"{s:I, s:o, s:o, s:I}", "run", (json_int_t)who->run, "person",
		json_foreign(who->person), "commit", json_foreign(who->commit),
		"since", (json_int_t)clock_wall_ms());
	char *text = json_dumps(object, JSON_COMPACT);
	int result = file_write_all(fd, text, strlen(text), path, err);

	free(text);
	json_decref(object);
	return result;
}

/* Held before it has its name: what has one and is not held is left over. */
static int make_file(struct queue_place *place, const struct queue_entry *who,
		     struct error *err)
{
	char *fresh = xasprintf("%s/arriving", place->folder);
	int result = -1;

	unlink(fresh);
	place->fd = file_open(fresh, O_RDWR | O_CREAT | O_EXCL, 0600, err);
	if (place->fd < 0)
		goto out;
	if (flock(place->fd, LOCK_EX | LOCK_NB) < 0)
		error_set(err, ERROR_IO, "cannot lock %s: %s", fresh,
			  strerror(errno));
	else if (write_entry(place->fd, fresh, who, err) < 0)
		unlink(fresh);
	else if (rename(fresh, place->path) < 0)
		error_set(err, ERROR_IO, "cannot rename %s: %s", fresh,
			  strerror(errno));
	else
		result = 0;
out:
	free(fresh);
	return result;
}

static void place_free(struct queue_place *place)
{
	if (place->fd >= 0)
		close(place->fd);
	free(place->folder);
	free(place->path);
	free(place);
}

struct queue_place *queue_enter(const char *folder,
				const struct queue_entry *who,
				struct error *err)
{
	struct queue_place *place = xcalloc(1, sizeof(*place));
	char *lock_path;
	int lock;
	int result = -1;

	place->fd = -1;
	place->folder = path_join(folder, "queue");
	lock_path = path_join(place->folder, "lock");
	if (folder_make(place->folder, 0700, err) == 0 &&
	    (lock = lock_take(lock_path, "", err)) >= 0) {
		sweep(place->folder, &place->ticket);
		place->ticket++;
		place->path = path_of(place->folder, place->ticket, who->state);
		result = make_file(place, who, err);
		lock_release(lock);
	}
	free(lock_path);
	if (result == 0)
		return place;
	place_free(place);
	return NULL;
}

int64_t queue_ticket(const struct queue_place *place)
{
	return place->ticket;
}

int queue_move(struct queue_place *place, enum queue_state state,
	       struct error *err)
{
	char *path = path_of(place->folder, place->ticket, state);

	if (rename(place->path, path) < 0) {
		error_set(err, ERROR_IO, "cannot rename %s: %s", place->path,
			  strerror(errno));
		free(path);
		return -1;
	}
	free(place->path);
	place->path = path;
	return 0;
}

void queue_leave(struct queue_place *place)
{
	if (!place)
		return;
	unlink(place->path);
	place_free(place);
}

static void read_entry(const char *path, struct queue_entry *entry)
{
	struct str text = STR_INIT;
	json_t *object = NULL;

	if (file_read(path, &text, ENTRY_LIMIT, NULL) == 0)
		object = json_loadb(text.data, text.len, 0, NULL);
	entry->run = json_int(object, "run", 0);
	entry->person = xstrdup(json_text(object, "person"));
	entry->commit = xstrdup(json_text(object, "commit"));
	entry->since = json_int(object, "since", 0);
	json_decref(object);
	str_release(&text);
}

static int earlier(const void *a, const void *b)
{
	const struct queue_entry *one = a;
	const struct queue_entry *other = b;

	return (one->ticket > other->ticket) - (one->ticket < other->ticket);
}

static void add_entry(struct queue_line *line, const char *folder,
		      const char *name)
{
	struct queue_entry entry = {0};
	char *path;

	if (!parse_name(name, &entry))
		return;
	path = path_join(folder, name);
	if (is_held(path)) {
		read_entry(path, &entry);
		*VECTOR_ADD(line->items, line->count, line->cap) = entry;
	}
	free(path);
}

int queue_read(const char *folder, struct queue_line *line, struct error *err)
{
	char *path = path_join(folder, "queue");
	DIR *stream = opendir(path);
	struct dirent *file;
	int result = 0;

	if (!stream && errno != ENOENT)
		result = error_set(err, ERROR_IO, "cannot read %s: %s", path,
				   strerror(errno));
	while (stream && (file = readdir(stream)))
		add_entry(line, path, file->d_name);
	if (stream)
		closedir(stream);
	if (line->count)
		qsort(line->items, line->count, sizeof(*line->items), earlier);
	free(path);
	return result;
}

void queue_line_release(struct queue_line *line)
{
	for (size_t i = 0; i < line->count; i++) {
		free(line->items[i].person);
		free(line->items[i].commit);
	}
	free(line->items);
	*line = (struct queue_line){0};
}
