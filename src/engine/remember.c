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
/* What the start of a run may cost, however many there were. */
#define NEWEST_BYTES (128 << 10)
#define NEWEST_JOURNALS 20
/* From here on it is read whole, and made anew, by whoever comes. */
#define LONG_BYTES (48 << 20)
/* The first line; other text there is thrown away. */
#define HEADING "{\"history\":\"signalbox\",\"format\":2}\n"

struct memory {
	const char *state;
	char *path;
	struct history known; /* as the file says, in its order */
	size_t lines;
	int64_t highest; /* of the runs known */
	struct str news; /* to be appended */
	bool is_bad;	 /* not ours to append to */
	bool is_end;	 /* of the file, the rest was not read */
	size_t journals; /* that may yet be read */
};

#define ABSENT (-1)
#define HIDDEN (-2) /* it may not be looked at */

static int64_t journal_bytes(const char *folder)
{
	char *path = path_join(folder, "journal.ndjson");
	struct stat st;
	int64_t bytes = ABSENT;

	if (stat(path, &st) == 0)
		bytes = (int64_t)st.st_size;
	else if (!file_is_absent(path))
		bytes = HIDDEN;
	free(path);
	return bytes;
}

static void take_line(struct memory *memory, const char *line, size_t len)
{
	struct history *known = &memory->known;
	struct history_run run;

	memory->lines++;
	if (!history_run_decode(&run, line, len))
		return;
	if (run.run > memory->highest)
		memory->highest = run.run;
	*VECTOR_ADD(known->runs, known->count, known->cap) = run;
}

/* The lines after the heading: of a long file from the middle of one on. */
static bool read_lines(struct memory *memory, size_t most, struct str *text)
{
	char heading[sizeof(HEADING)] = "";
	size_t first = strlen(HEADING);
	int fd = file_open(memory->path, O_RDONLY, 0, NULL);
	struct stat st;
	bool is_read;

	if (fd < 0)
		return false;
	if (fstat(fd, &st) == 0 && st.st_size < LONG_BYTES &&
	    (uintmax_t)st.st_size > most) {
		memory->is_end = true;
		first = (size_t)st.st_size - most;
	}
	is_read = pread(fd, heading, strlen(HEADING), 0) > 0 &&
		  strcmp(heading, HEADING) == 0 &&
		  lseek(fd, (off_t)first, SEEK_SET) >= 0 &&
		  file_read_all(fd, text, MOST_BYTES, memory->path, NULL) == 0;
	close(fd);
	return is_read;
}

static void load(struct memory *memory, size_t most)
{
	struct str text = STR_INIT;
	const char *at;
	const char *end;

	memory->is_bad = !read_lines(memory, most, &text);
	at = text.data;
	if (memory->is_end)
		at = (end = strchr(at, '\n')) ? end + 1 : at + text.len;
	for (; !memory->is_bad && (end = strchr(at, '\n')); at = end + 1)
		take_line(memory, at, (size_t)(end - at));
	memory->is_bad |= *at != '\0'; /* the last line was cut off */
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

/* reader: what took all its events already, taken over; or NULL. 1, 0 when
 * there is nothing of it yet, -1. */
static int read_run(const char *state, int64_t number, bool live,
		    struct history_reader *reader, struct history_run *run)
{
	char *folder = run_folder(state, number);
	int64_t bytes = journal_bytes(folder);
	int result = 0;

	if (reader)
		history_reader_end(reader, run);
	else if (history_run_read(run, folder, live, NULL) < 0)
		result = bytes > 0 ? -1 : 0;
	if (result == 0 && bytes > 0 && run->started)
		result = 1;
	run->run = number;
	run->bytes = bytes;
	free(folder);
	if (result <= 0)
		history_run_release(run);
	return result;
}

/* Where only the end of the file was read, an older run may stand before. */
static bool is_new(const struct memory *memory, int64_t number)
{
	return !memory->is_end || number > memory->highest;
}

static void add_unread(struct history *past, int64_t number)
{
	*VECTOR_ADD(past->unread, past->unread_count, past->unread_cap) =
		number;
}

static void add_run(struct memory *memory, int64_t number, struct history *past)
{
	char *folder = run_folder(memory->state, number);
	int64_t bytes = journal_bytes(folder);
	struct history_run run;
	bool live;
	int result;

	free(folder);
	if (bytes == HIDDEN)
		add_unread(past, number);
	if (bytes < 0)
		return;
	if (!recall(memory, number, bytes, &run)) {
		if (!is_new(memory, number) || !memory->journals)
			return;
		memory->journals--;
		live = run_is_live(memory->state, number);
		result = read_run(memory->state, number, live, NULL, &run);
		if (result < 0 && !live)
			add_unread(past, number);
		if (result <= 0)
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

static void remember(const char *state, int64_t except, size_t most,
		     size_t journals, struct history *past)
{
	struct memory memory = {
		.state = state, .journals = journals, .news = STR_INIT};
	int64_t newest = run_newest(state);

	*past = (struct history){.count = 0};
	if (!newest)
		return;
	memory.path = path_join(state, "history.ndjson");
	load(&memory, most);
	if (memory.is_bad && memory.is_end) { /* it is made anew from all */
		history_release(&memory.known);
		memory.is_end = false;
		memory.highest = 0;
		load(&memory, MOST_BYTES);
	}
	for (int64_t run = newest; run > 0 && run > newest - RUNS_KEPT; run--)
		if (run != except)
			add_run(&memory, run, past);
	save(&memory, past);
	history_release(&memory.known);
	str_release(&memory.news);
	free(memory.path);
}

void remember_runs(const char *state, struct history *past)
{
	remember(state, 0, MOST_BYTES, RUNS_KEPT, past);
}

void remember_newest(const char *state, int64_t except, struct history *past)
{
	remember(state, except, NEWEST_BYTES, NEWEST_JOURNALS, past);
}

void remember_run(const char *state, int64_t run, struct history_reader *reader)
{
	char *path = path_join(state, "history.ndjson");
	struct history_run past;
	struct str line = STR_INIT;
	int fd;

	if (read_run(state, run, false, reader, &past) > 0) {
		history_run_encode(&past, &line);
		history_run_release(&past);
		/* Where there is no file, whoever reads next makes one. */
		fd = file_exists(path) ? lock(state) : -1;
		if (fd >= 0) {
			append(path, &line);
			close(fd);
		}
	}
	str_release(&line);
	free(path);
}
