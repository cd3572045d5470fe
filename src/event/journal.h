/* SPDX-License-Identifier: MIT */
/*
 * The record on disk of a run or an environment: one event a line, each with
 * the SHA-256 of the line before it, '\n' included (sed -n 3p | sha256sum
 * gives what record 3's "prev" says); a head file beside it holds the last
 * sequence number and digest, so that a change of the last line shows too.
 * First line ("record 0"):
 * {"journal":"signalbox","format":1,"version":...,"kind":...}; its digest is
 * the first event's "prev".
 *
 * One process appends at a time (the caller holds the run's or environment's
 * lock). journal_append() only queues; journal_flush() writes what is queued
 * with one write, the head after it; journal_sync() also fdatasyncs. While a
 * journal is open, or longer where that is asked for, a file `reserve` of
 * 1 MiB lies beside it, and is given up when the disk is full. What failed to
 * be written stays queued.
 */
#ifndef SIGNALBOX_EVENT_JOURNAL_H
#define SIGNALBOX_EVENT_JOURNAL_H

#include <stdbool.h>
#include <stdint.h>

#include "base/error.h"
#include "event/event.h"

struct journal;

/* Makes folder (and what is above it), folder/journal.ndjson and folder/head.
 * ERROR_REFUSED where there is a journal. */
struct journal *journal_create(const char *folder, const char *kind,
			       struct error *err) MUST_CHECK;
/* Opens for appending after the last whole record. A torn tail is cut;
 * *torn (may be NULL) tells how many bytes went. Reads only the tail when
 * the head agrees with the file, else the whole file. Damage elsewhere is
 * refused (ERROR_CORRUPT, naming the record). Records that the head names but
 * that were never synced may be gone after a power loss; they count as torn. */
struct journal *journal_open(const char *folder, size_t *torn,
			     struct error *err) MUST_CHECK;
void journal_free(struct journal *journal); /* flushes first */
/* The reserve stays: the next to open the journal need not write it, finds it
 * on a disk that is full by then, and takes it from nobody when it ends. */
void journal_leave_reserve(struct journal *journal);

int64_t journal_last_seq(const struct journal *journal);
/* False when another process has appended, or put another file there, since
 * it was opened: it must be opened anew. Not while a batch is being written. */
bool journal_is_current(const struct journal *journal);
/* Gives the event the next seq and queues its line. Never a transient one. */
void journal_append(struct journal *journal, struct event *event);
/* The same, and adds the line that others are shown, which has no "prev". */
void journal_append_shown(struct journal *journal, struct event *event,
			  struct str *shown);
int journal_flush(struct journal *journal, struct error *err) MUST_CHECK;
int journal_sync(struct journal *journal, struct error *err) MUST_CHECK;
/* For a caller that writes on another thread: takes the queued lines and the
 * new head out, to be written there by journal_write(), in the order they
 * were taken and before the journal is freed or flushed. One that failed may
 * be tried again; the ones after it fail until it is written. */
struct journal_batch;
struct journal_batch *journal_take(struct journal *journal); /* NULL: none */
int journal_write(struct journal_batch *batch, bool sync,
		  struct error *err) MUST_CHECK; /* any thread, in order */
void journal_batch_free(struct journal_batch *batch);

/* False: nothing was ever recorded there, at most a journal was begun. */
bool journal_is_there(const char *folder);

/* Reading: `take` gets each event from seq `from` (1 is the first) on; a
 * negative return of it ends the reading and is returned. A torn tail (also a
 * line that is just being written) ends it with 0; damage is found as in
 * journal_verify(), after the events before it were given. */
int journal_read(const char *folder, int64_t from,
		 int (*take)(const struct event *event, void *data), void *data,
		 struct error *err) MUST_CHECK;

/* Recomputes the whole chain against the head. 0: whole, *records counted;
 * *torn: bytes of a torn tail that the next opening would cut. Records past a
 * head that lags (after a crash) are held against each other only. -1 with
 * ERROR_CORRUPT names the first bad record ("record 12: ..."). */
int journal_verify(const char *folder, int64_t *records, size_t *torn,
		   struct error *err) MUST_CHECK;

#endif
