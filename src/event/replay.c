/* SPDX-License-Identifier: MIT */
#include "event/replay.h"

#include <fcntl.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/file.h"
#include "base/memory.h"
#include "base/vector.h"
#include "event/journal.h"
#include "event/logindex.h"

/* More often no screen needs to know. */
#define GREW_MS 250
/* The index has a mark at least so often while there is output. */
#define INDEX_MS 100
#define FASTEST 1000000.0

struct item {
	struct event *event;
	int64_t ms;
};

/* The log of a stage that is under way where the reading is. */
struct growing {
	char *stage, *path;
	struct log_index index;
	size_t next;	 /* mark to be told; the first tells nothing */
	int64_t told_ms; /* of the last one */
};

struct replay {
	char *folder;
	struct item *items;
	size_t count, cap, next;
	struct growing *growing;
	size_t growing_count, growing_cap;
	int64_t newest_ms, seq; /* of the journal as far as it is read */
};

static void add_owned(struct replay *replay, struct event *event, int64_t ms)
{
	if (replay->count && ms < replay->items[replay->count - 1].ms)
		ms = replay->items[replay->count - 1].ms;
	*VECTOR_ADD(replay->items, replay->count, replay->cap) =
		(struct item){event, ms};
}

static void add_grew(struct replay *replay, const struct growing *growing,
		     const struct log_mark *mark)
{
	struct event *event = event_new(EVENT_LOG_GREW, growing->stage);

	event->seq = replay->seq;
	event->time_ms = mark->ms;
	event_set_int(event, "bytes", mark->offset);
	event_set_int(event, "lines", mark->lines);
	add_owned(replay, event, mark->ms);
}

/* When the log was as long as that mark says: output that begins at a mark is
 * over before the next one, and soon. */
static int64_t reached_ms(const struct log_index *index, size_t mark)
{
	int64_t soon = index->marks[mark - 1].ms + INDEX_MS;

	return soon < index->marks[mark].ms ? soon : index->marks[mark].ms;
}

/* The log's next length that is worth telling; false: none before `ms`. */
static bool next_length(struct growing *growing, int64_t ms,
			struct log_mark *length)
{
	const struct log_index *index = &growing->index;

	for (;; growing->next++) {
		size_t at = growing->next;

		if (at >= index->count || reached_ms(index, at) >= ms)
			return false;
		*length = index->marks[at];
		length->ms = reached_ms(index, at);
		if (at + 1 == index->count ||
		    reached_ms(index, at + 1) - growing->told_ms >= GREW_MS)
			return true;
	}
}

/* What all logs had grown to before `ms`, in the order of time. */
static void tell_growth(struct replay *replay, int64_t ms)
{
	for (;;) {
		struct growing *first = NULL;
		struct log_mark length;

		for (size_t i = 0; i < replay->growing_count; i++) {
			struct log_mark its;

			if (!next_length(&replay->growing[i], ms, &its) ||
			    (first && its.ms >= length.ms))
				continue;
			first = &replay->growing[i];
			length = its;
		}
		if (!first)
			return;
		add_grew(replay, first, &length);
		first->told_ms = length.ms;
		first->next++;
	}
}

/* Past the last mark there are at most 64 KiB and a piece. */
static void add_end(struct growing *growing)
{
	struct log_index *index = &growing->index;
	int fd = file_open(growing->path, O_RDONLY, 0, NULL);
	char buffer[65536];
	struct log_mark end;
	ssize_t n;

	if (index->count) {
		end = index->marks[index->count - 1];
		end.ms += INDEX_MS;
		while (fd >= 0 && (n = pread(fd, buffer, sizeof(buffer),
					     (off_t)end.offset)) > 0) {
			for (ssize_t i = 0; i < n; i++)
				end.lines += buffer[i] == '\n';
			end.offset += n;
		}
		*VECTOR_ADD(index->marks, index->count, index->cap) = end;
	}
	if (fd >= 0)
		close(fd);
}

static void growing_release(struct growing *growing)
{
	free(growing->stage);
	free(growing->path);
	log_index_release(&growing->index);
}

/* The log is whole by now. */
static void end_growth(struct replay *replay, size_t i, int64_t ms)
{
	struct growing *growing = &replay->growing[i];
	const struct log_index *index = &growing->index;

	if (growing->next < index->count) {
		struct log_mark length = index->marks[index->count - 1];

		if (length.ms > ms)
			length.ms = ms;
		add_grew(replay, growing, &length);
	}
	growing_release(growing);
	*growing = replay->growing[--replay->growing_count];
}

static void end_growth_of(struct replay *replay, const char *stage, int64_t ms)
{
	for (size_t i = replay->growing_count; i > 0; i--)
		if (strcmp(replay->growing[i - 1].stage, stage) == 0)
			end_growth(replay, i - 1, ms);
}

static void begin_growth(struct replay *replay, const struct event *event)
{
	struct growing growing = {
		.stage = xstrdup(event_stage(event)),
		.next = 1,
	};

	growing.path = path_join(replay->folder, event_text(event, "log"));
	log_index_open(&growing.index, growing.path);
	add_end(&growing);
	*VECTOR_ADD(replay->growing, replay->growing_count,
		    replay->growing_cap) = growing;
}

static int take(const struct event *event, void *data)
{
	struct replay *replay = data;
	struct event *copy = event_new(event->type, NULL);

	if (event->time_ms > replay->newest_ms)
		replay->newest_ms = event->time_ms;
	tell_growth(replay, replay->newest_ms);
	if (event->type == EVENT_STAGE_FINISHED ||
	    event->type == EVENT_STAGE_STARTED)
		end_growth_of(replay, event_stage(event), replay->newest_ms);
	json_decref(copy->fields);
	copy->fields = json_incref(event->fields);
	copy->seq = replay->seq = event->seq;
	copy->time_ms = event->time_ms;
	add_owned(replay, copy, replay->newest_ms);
	if (event->type == EVENT_STAGE_STARTED && *event_text(event, "log"))
		begin_growth(replay, event);
	return 0;
}

struct replay *replay_open(const char *run_folder, struct error *err)
{
	struct replay *replay = xcalloc(1, sizeof(*replay));

	replay->folder = xstrdup(run_folder);
	if (journal_read(run_folder, 1, take, replay, err) < 0) {
		replay_free(replay);
		return NULL;
	}
	tell_growth(replay, INT64_MAX);
	while (replay->growing_count)
		end_growth(replay, 0, INT64_MAX);
	return replay;
}

void replay_free(struct replay *replay)
{
	if (!replay)
		return;
	for (size_t i = 0; i < replay->count; i++)
		event_free(replay->items[i].event);
	for (size_t i = 0; i < replay->growing_count; i++)
		growing_release(&replay->growing[i]);
	free(replay->items);
	free(replay->growing);
	free(replay->folder);
	free(replay);
}

const struct event *replay_peek(const struct replay *replay, int64_t *ms)
{
	if (replay->next >= replay->count)
		return NULL;
	*ms = replay->items[replay->next].ms;
	return replay->items[replay->next].event;
}

void replay_next(struct replay *replay)
{
	replay->next++;
}

void replay_rewind(struct replay *replay)
{
	replay->next = 0;
}

int64_t replay_began(const struct replay *replay)
{
	return replay->count ? replay->items[0].ms : 0;
}

int64_t replay_ends(const struct replay *replay)
{
	return replay->count ? replay->items[replay->count - 1].ms : 0;
}

int64_t pace_now(const struct pace *pace, int64_t now_us)
{
	double passed = (double)(now_us - pace->since_us) / 1000;

	return pace->paused ? pace->at_ms
			    : pace->at_ms + (int64_t)(passed * pace->speed);
}

int64_t pace_due(const struct pace *pace, int64_t ms)
{
	double wait = (double)(ms - pace->at_ms) * 1000;

	if (pace->paused)
		return INT64_MAX;
	if (wait <= 0 || pace->speed == 0)
		return pace->since_us;
	/* Rounded up: then it is time. */
	return pace->since_us + (int64_t)ceil(wait / pace->speed) + 1;
}

void pace_set(struct pace *pace, int64_t now_us, double speed, bool paused)
{
	pace->at_ms = pace_now(pace, now_us);
	pace->since_us = now_us;
	pace->speed = speed;
	pace->paused = paused;
}

int pace_parse_speed(const char *text, double *speed, struct error *err)
{
	char *end;

	if (strcmp(text, "max") == 0) {
		*speed = 0;
		return 0;
	}
	*speed = strtod(text, &end);
	if (*end || end == text || !(*speed >= 0) || *speed > FASTEST ||
	    (*speed > 0 && *speed < 0.001))
		return error_set(err, ERROR_USAGE,
				 "--speed is how many times as fast, as 4 or "
				 "0.5, or max; not '%s'",
				 text);
	return 0;
}
