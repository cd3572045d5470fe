/* SPDX-License-Identifier: MIT */
/*
 * The record on disk of a run or an environment: one event a line, each with
 * the SHA-256 of the line before it; a head file beside it holds the last
 * sequence number and digest, so that a change of the last line shows too.
 * First line: {"journal":"signalbox","format":1,"version":...,"kind":...}.
 *
 * One process appends at a time (the caller holds the run's or environment's
 * lock). journal_append() only queues; journal_flush() writes what is queued
 * with one write, the head after it; journal_sync() also fdatasyncs.
 */
#ifndef SIGNALBOX_EVENT_JOURNAL_H
#define SIGNALBOX_EVENT_JOURNAL_H

#include <stdbool.h>
#include <stdint.h>

#include "base/error.h"
#include "event/event.h"

struct journal;

/* Makes folder/journal.ndjson and folder/head. */
struct journal *journal_create(const char *folder, const char *kind,
			       struct error *err) MUST_CHECK;
/* Opens for appending after the last whole record. A torn tail is cut;
 * *torn (may be NULL) tells how many bytes went. Reads only the tail when
 * the head agrees with the file, else the whole file. Damage elsewhere is
 * refused (ERROR_CORRUPT, naming the record). */
struct journal *journal_open(const char *folder, size_t *torn,
			     struct error *err) MUST_CHECK;
void journal_free(struct journal *journal); /* flushes first */

int64_t journal_last_seq(const struct journal *journal);
/* Gives the event the next seq and queues its line. */
void journal_append(struct journal *journal, struct event *event);
int journal_flush(struct journal *journal, struct error *err) MUST_CHECK;
int journal_sync(struct journal *journal, struct error *err) MUST_CHECK;
/* For a caller that writes on another thread: takes the queued lines and the
 * new head out, to be written there by journal_write(). */
struct journal_batch;
struct journal_batch *journal_take(struct journal *journal); /* NULL: none */
int journal_write(struct journal_batch *batch, bool sync,
		  struct error *err) MUST_CHECK; /* any thread, in order */
void journal_batch_free(struct journal_batch *batch);

/* Reading: `take` gets each event from seq `from` (1 is the first) on; a
 * negative return of it ends the reading and is returned. *torn as above. */
int journal_read(const char *folder, int64_t from,
		 int (*take)(const struct event *event, void *data), void *data,
		 struct error *err) MUST_CHECK;

/* Recomputes the whole chain against the head. 0: whole, *records counted;
 * *torn: bytes of a torn tail that the next opening would cut. -1 with
 * ERROR_CORRUPT names the first bad record ("record 12: ..."). */
int journal_verify(const char *folder, int64_t *records, size_t *torn,
		   struct error *err) MUST_CHECK;

#endif
