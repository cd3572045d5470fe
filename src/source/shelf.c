/* SPDX-License-Identifier: MIT */
#include "source/shelf.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/file.h"
#include "base/memory.h"
#include "base/str.h"
#include "base/vector.h"

#define NOTE_LIMIT 4096

static char *name_of(const char *parent, int number, const char *suffix)
{
	return xasprintf("%s/%d%s", parent, number, suffix);
}

int shelf_lock(const char *parent, int number)
{
	char *path = name_of(parent, number, ".lock");
	int fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);

	free(path);
	if (fd >= 0 && flock(fd, LOCK_EX | LOCK_NB) < 0) {
		int why = errno;

		close(fd);
		errno = why;
		return -1;
	}
	return fd;
}

bool shelf_is_kept(const char *parent, int number)
{
	char *path = name_of(parent, number, ".kept");
	bool is = file_exists(path);

	free(path);
	return is;
}

/* NULL when there is none. */
static char *read_note(const char *path)
{
	struct str text = STR_INIT;

	if (file_read(path, &text, NOTE_LIMIT, NULL) < 0) {
		str_release(&text);
		return NULL;
	}
	while (text.len && text.data[text.len - 1] == '\n')
		text.data[--text.len] = '\0';
	return str_detach(&text);
}

bool shelf_keeps(const char *path, const char *what)
{
	char *note_path = xasprintf("%s.kept", path);
	char *note = read_note(note_path);
	bool is = note && strcmp(note, what) == 0;

	free(note);
	free(note_path);
	return is;
}

static struct timespec time_of(const char *parent, int number,
			       const char *suffix)
{
	char *path = name_of(parent, number, suffix);
	struct stat info = {0};

	if (stat(path, &info) < 0)
		info.st_mtim = (struct timespec){0, 0};
	free(path);
	return info.st_mtim;
}

static void add(struct shelf *shelf, const char *parent, int number)
{
	struct shelved *item =
		VECTOR_ADD(shelf->items, shelf->count, shelf->cap);
	char *note = name_of(parent, number, ".kept");

	item->number = number;
	item->path = name_of(parent, number, "");
	item->kept = read_note(note);
	item->used = time_of(parent, number, item->kept ? ".kept" : ".lock");
	free(note);
}

static int last_used_first(const void *a, const void *b)
{
	const struct timespec *x = &((const struct shelved *)a)->used;
	const struct timespec *y = &((const struct shelved *)b)->used;

	if (x->tv_sec != y->tv_sec)
		return x->tv_sec < y->tv_sec ? 1 : -1;
	return (x->tv_nsec < y->tv_nsec) - (x->tv_nsec > y->tv_nsec);
}

int shelf_read(const char *parent, struct shelf *shelf, struct error *err)
{
	DIR *dir = opendir(parent);
	struct dirent *each;

	if (!dir && errno == ENOENT)
		return 0;
	if (!dir)
		return error_set(err, ERROR_IO, "cannot read %s: %s", parent,
				 strerror(errno));
	while ((each = readdir(dir))) {
		char *end;
		long number = strtol(each->d_name, &end, 10);

		if (number > 0 && !*end)
			add(shelf, parent, (int)number);
	}
	closedir(dir);
	if (shelf->count > 1)
		qsort(shelf->items, shelf->count, sizeof(*shelf->items),
		      last_used_first);
	return 0;
}

void shelf_release(struct shelf *shelf)
{
	for (size_t i = 0; i < shelf->count; i++) {
		free(shelf->items[i].path);
		free(shelf->items[i].kept);
	}
	free(shelf->items);
	memset(shelf, 0, sizeof(*shelf));
}

/* The next stage may have what is no longer kept. */
static void let_go(const char *parent, int most)
{
	struct shelf shelf = {0};

	if (shelf_read(parent, &shelf, NULL) < 0)
		return;
	for (size_t i = 0; i < shelf.count; i++) {
		char *note;

		if (!shelf.items[i].kept || most-- > 0)
			continue;
		note = name_of(parent, shelf.items[i].number, ".kept");
		unlink(note);
		free(note);
	}
	shelf_release(&shelf);
}

int shelf_keep(const char *parent, int number, const char *what, int most,
	       struct error *err)
{
	char *note = name_of(parent, number, ".kept");
	char *text = xasprintf("%s\n", what);
	int result = file_replace(note, text, strlen(text), 0600, err);

	if (result == 0)
		let_go(parent, most);
	free(text);
	free(note);
	return result;
}

static int remove_all(const char *parent, int number, struct error *err)
{
	static const char *const suffixes[] = {"", ".git", ".note"};
	char *note = name_of(parent, number, ".kept");
	int result = 0;

	for (size_t i = 0; result == 0 && i < ARRAY_SIZE(suffixes); i++) {
		char *path = name_of(parent, number, suffixes[i]);

		result = folder_remove(path, err);
		free(path);
	}
	if (result == 0)
		unlink(note);
	free(note);
	return result;
}

int shelf_remove(const char *parent, const struct shelved *item,
		 struct error *err)
{
	int lock = shelf_lock(parent, item->number);
	struct timespec used;
	int result;

	if (lock < 0)
		return error_set(err, ERROR_REFUSED, "%s is in use",
				 item->path);
	used = time_of(parent, item->number, item->kept ? ".kept" : ".lock");
	if (used.tv_sec != item->used.tv_sec ||
	    used.tv_nsec != item->used.tv_nsec ||
	    shelf_is_kept(parent, item->number) != (item->kept != NULL))
		result = error_set(err, ERROR_REFUSED, "%s was used meanwhile",
				   item->path);
	else
		result = remove_all(parent, item->number, err);
	close(lock); /* the file stays: others may hold it open to lock it */
	return result;
}
