/* SPDX-License-Identifier: MIT */
/*
 * What has happened and could not be written to the journal in time, because
 * somebody who sleeps holds its lock: it is put aside into a file of its own,
 * and whoever has the lock next brings it home. A line that is not whole is
 * no record: each writer begins a new one.
 */
#include "delivery/ledger-internal.h"

#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/file.h"
#include "base/memory.h"
#include "base/vector.h"

#define LAST_TRY_MS 2000
#define ASIDE_LIMIT ((size_t)16 << 20)

static char *aside_path(const char *folder)
{
	return path_join(folder, "late.ndjson");
}

static void put_aside(const struct ledger *ledger)
{
	char *path = aside_path(ledger->folder);
	int fd = file_open(path, O_WRONLY | O_CREAT | O_APPEND, 0644, NULL);
	struct str lines = STR_INIT;

	str_add(&lines, "\n");
	for (size_t i = 0; i < ledger->late.count; i++) {
		ledger->late.items[i]->seq = 0; /* the journal will give one */
		event_encode(ledger->late.items[i], NULL, &lines);
	}
	/* Nothing is left to be done when this fails too. */
	if (fd >= 0 &&
	    file_write_all(fd, lines.data, lines.len, path, NULL) == 0 &&
	    fsync(fd) == 0)
		file_sync_entry(path);
	if (fd >= 0)
		close(fd);
	str_release(&lines);
	free(path);
}

/* The last chance of what could not be written before. */
static int write_now(struct ledger *ledger)
{
	if (ledger_take_up_journal(ledger, NULL) < 0)
		return -1;
	for (size_t i = 0; i < ledger->late.count; i++)
		journal_append(ledger->journal, ledger->late.items[i]);
	if (journal_sync(ledger->journal, NULL) == 0)
		return 0;
	journal_free(ledger->journal);
	ledger->journal = NULL;
	return -1;
}

void ledger_write_late(struct ledger *ledger)
{
	if (ledger_lock_now(ledger, LAST_TRY_MS, NULL) < 0 ||
	    write_now(ledger) < 0)
		put_aside(ledger);
	ledger_unlock(ledger);
}

static void add_line(struct events *events, const char *line, size_t len)
{
	struct event *event = len ? event_decode(line, len, NULL) : NULL;

	if (event)
		*VECTOR_ADD(events->items, events->count, events->cap) = event;
}

static bool is_same(const struct event *a, const struct event *b)
{
	return a->type == b->type && a->time_ms == b->time_ms &&
	       json_equal(a->fields, b->fields);
}

/* Drops the event from them; false when it is not there. */
static bool drop(struct events *events, const struct event *event)
{
	size_t at = 0;

	while (at < events->count && !is_same(events->items[at], event))
		at++;
	if (at == events->count)
		return false;
	event_free(events->items[at]);
	events->count--;
	memmove(events->items + at, events->items + at + 1,
		(events->count - at) * sizeof(*events->items));
	return true;
}

bool ledger_is_ahead(struct ledger *ledger, const struct event *event)
{
	return drop(&ledger->ahead, event);
}

static int strike(const struct event *event, void *data)
{
	drop(data, event);
	return 0;
}

/* Who brought it home may have died before the file was gone. */
static void strike_written(struct events *events, const char *folder)
{
	if (!events->count || !journal_is_there(folder) ||
	    journal_read(folder, 1, strike, events, NULL) == 0)
		return;
	/* A damaged journal is told of by who reads it. */
}

/* Adds what is put aside in the folder and is no record of its journal. */
static void read_aside(const char *folder, struct events *events)
{
	char *path = aside_path(folder);
	struct str lines = STR_INIT;

	if (file_exists(path) &&
	    file_read(path, &lines, ASIDE_LIMIT, NULL) == 0) {
		const char *line = lines.data, *end;

		for (; (end = strchr(line, '\n')); line = end + 1)
			add_line(events, line, (size_t)(end - line));
		strike_written(events, folder);
	}
	str_release(&lines);
	free(path);
}

bool ledger_has_aside(const struct ledger *ledger)
{
	char *path = aside_path(ledger->folder);
	bool there = file_exists(path);

	free(path);
	return there;
}

void ledger_tell_aside(struct ledger *ledger)
{
	struct events events = {NULL, 0, 0};

	read_aside(ledger->folder, &events);
	for (size_t i = 0; i < ledger->ahead.count; i++)
		drop(&events, ledger->ahead.items[i]);
	for (size_t i = 0; i < events.count; i++) {
		ledger->recorded(events.items[i], true, ledger->data);
		*VECTOR_ADD(ledger->ahead.items, ledger->ahead.count,
			    ledger->ahead.cap) = events.items[i];
	}
	free(events.items);
}

int ledger_bring_home(struct ledger *ledger)
{
	char *path = aside_path(ledger->folder);
	struct events events = {NULL, 0, 0};
	int result;

	read_aside(ledger->folder, &events);
	for (size_t i = 0; i < events.count; i++)
		journal_append(ledger->journal, events.items[i]);
	result = journal_sync(ledger->journal, NULL);
	if (result == 0)
		unlink(path);
	ledger_events_free(&events);
	free(path);
	return result;
}

int ledger_read_all(const char *folder,
		    int (*take)(const struct event *event, void *data),
		    void *data, struct error *err)
{
	struct events events = {NULL, 0, 0};
	int result = 0;

	if (journal_is_there(folder))
		result = journal_read(folder, 1, take, data, err);
	if (result == 0)
		read_aside(folder, &events);
	for (size_t i = 0; i < events.count && result == 0; i++)
		result = take(events.items[i], data);
	ledger_events_free(&events);
	return result;
}
