/* SPDX-License-Identifier: MIT */
#include "engine/remember.h"

#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/file.h"
#include "base/vector.h"
#include "engine/runs.h"

#define RUNS_KEPT 500
#define MOST_BYTES (64 << 20)
/* The first line; other text there is thrown away. */
#define HEADING "{\"history\":\"signalbox\",\"format\":1}\n"

struct memory {
	const char *state;
	char *path;
	struct history known; /* as the file says, in its order */
	size_t lines;
	struct str news; /* to be appended */
	bool is_bad;	 /* not ours to append to */
};

static int64_t journal_bytes(const char *folder)
{
	char *path = path_join(folder, "journal.ndjson");
	struct stat st;
	int64_t bytes = stat(path, &st) == 0 ? (int64_t)st.st_size : -1;

	free(path);
	return bytes;
}

static void take_line(struct memory *memory, const char *line, size_t len)
{
	struct history *known = &memory->known;
	struct history_run run;

	memory->lines++;
	if (history_run_decode(&run, line, len))
		*VECTOR_ADD(known->runs, known->count, known->cap) = run;
}

static void load(struct memory *memory)
{
	struct str text = STR_INIT;
	const char *at;
	const char *end;

	if (!file_exists(memory->path) ||
	    file_read(memory->path, &text, MOST_BYTES, NULL) < 0 ||
	    !starts_with(text.data, HEADING)) {
		memory->is_bad = true;
		str_release(&text);
		return;
	}
	for (at = text.data + strlen(HEADING); (end = strchr(at, '\n'));
	     at = end + 1)
		take_line(memory, at, (size_t)(end - at));
	memory->is_bad = *at != '\0'; /* the last line was cut off */
	str_release(&text);
}

/* The newest line of a run counts. It is given away. */
static bool recall(struct memory *memory, int64_t run, int64_t bytes,
		   struct history_run *to)
{
	for (size_t i = memory->known.count; i-- > 0;) {
		struct history_run *it = &memory->known.runs[i];

		if (it->run != run)
			continue;
		if (it->bytes != bytes)
			return false;
		*to = *it;
		*it = (struct history_run){.run = 0};
		return true;
	}
	return false;
}

static bool read_run(const char *state, int64_t number, bool live,
		     struct history_run *run)
{
	char *folder = run_folder(state, number);
	int64_t bytes = journal_bytes(folder);
	bool is_read;

	*run = (struct history_run){.run = 0};
	is_read = bytes > 0 && history_run_read(run, folder, live, NULL) == 0 &&
		  run->started;
	run->run = number;
	run->bytes = bytes;
	free(folder);
	if (!is_read)
		history_run_release(run);
	return is_read;
}

static void add_run(struct memory *memory, int64_t number, struct history *past)
{
	char *folder = run_folder(memory->state, number);
	int64_t bytes = journal_bytes(folder);
	struct history_run run;
	bool live;

	free(folder);
	if (bytes < 0)
		return;
	if (!recall(memory, number, bytes, &run)) {
		live = run_is_live(memory->state, number);
		if (!read_run(memory->state, number, live, &run))
			return;
		if (!live)
			history_run_encode(&run, &memory->news);
	} else if (!run.finished) {
		run.live = run_is_live(memory->state, number);
	}
	*VECTOR_ADD(past->runs, past->count, past->cap) = run;
}

/* Whoever cannot get it leaves the file as it is. */
static int lock(const char *state)
{
	char *path = path_join(state, "history.lock");
	int fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);

	free(path);
	if (fd >= 0 && flock(fd, LOCK_EX) == 0)
		return fd;
	if (fd >= 0)
		close(fd);
	return -1;
}

static void append(const char *path, const struct str *text)
{
	int fd = open(path, O_WRONLY | O_APPEND | O_CLOEXEC);

	if (fd < 0)
		return;
	/* A line cut off is noticed, and written anew. */
	(void)!file_write_all(fd, text->data, text->len, path, NULL);
	close(fd);
}

static void rewrite(const char *path, const struct history *past)
{
	struct str text = STR_INIT;

	str_add(&text, HEADING);
	for (size_t i = past->count; i-- > 0;)
		if (!past->runs[i].live)
			history_run_encode(&past->runs[i], &text);
	(void)!file_replace(path, text.data, text.len, 0600, NULL);
	str_release(&text);
}

static void save(const struct memory *memory, const struct history *past)
{
	bool anew = memory->is_bad || memory->lines >= 2 * RUNS_KEPT;
	int fd;

	if (!past->count || (!anew && !memory->news.len))
		return;
	fd = lock(memory->state);
	if (fd < 0)
		return;
	if (anew)
		rewrite(memory->path, past);
	else
		append(memory->path, &memory->news);
	close(fd);
}

void remember_runs(const char *state, int64_t except, struct history *past)
{
	struct memory memory = {.state = state, .news = STR_INIT};
	int64_t newest = run_newest(state);

	*past = (struct history){.count = 0};
	if (!newest)
		return;
	memory.path = path_join(state, "history.ndjson");
	load(&memory);
	for (int64_t run = newest; run > 0 && run > newest - RUNS_KEPT; run--)
		if (run != except)
			add_run(&memory, run, past);
	save(&memory, past);
	history_release(&memory.known);
	str_release(&memory.news);
	free(memory.path);
}

void remember_run(const char *state, int64_t run)
{
	char *path = path_join(state, "history.ndjson");
	struct history_run past;
	struct str line = STR_INIT;
	int fd;

	/* Where there is no file, whoever reads next makes one. */
	if (file_exists(path) && read_run(state, run, false, &past)) {
		history_run_encode(&past, &line);
		history_run_release(&past);
		fd = lock(state);
		if (fd >= 0) {
			append(path, &line);
			close(fd);
		}
	}
	str_release(&line);
	free(path);
}
