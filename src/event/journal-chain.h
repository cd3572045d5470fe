/* SPDX-License-Identifier: MIT */
/*
 * A walk over a journal's records, each held against the record before it
 * and the head: what reading, verifying and opening have in common.
 */
#ifndef SIGNALBOX_EVENT_JOURNAL_CHAIN_H
#define SIGNALBOX_EVENT_JOURNAL_CHAIN_H

#include <stdbool.h>

#include "base/str.h"
#include "event/event.h"
#include "event/journal-head.h"

struct journal_chain {
	struct journal_head last; /* the last good record; synced unused */
	struct journal_head head;
	bool has_head;
	int64_t required; /* records up to this one must be there and whole */
	int64_t lost;	  /* at the end: bytes that are not whole, or missing */
	int fd;
	struct str buffer;
	size_t at; /* in the buffer: where the next line starts */
	char *folder;
	struct digest *digest; /* of one line after the other */
};

/* required, from what the head says: all it names, or (after a power loss
 * the rest may never have reached the disk) all that was synced. */
enum journal_strictness { JOURNAL_NAMED, JOURNAL_SYNCED };

/* Reads the head (which may be absent) and the journal's first line. */
int journal_chain_begin(struct journal_chain *chain, const char *folder,
			enum journal_strictness strictness,
			struct error *err) MUST_CHECK;
/* Goes on behind the head's record, when that is whole. False when not: the
 * walk from the beginning will say why. */
bool journal_chain_skip_to_head(struct journal_chain *chain);
/* 1 and the next event, the caller's; 0 at the end; -1 with ERROR_CORRUPT
 * naming the record. */
int journal_chain_next(struct journal_chain *chain, struct event **event,
		       struct error *err) MUST_CHECK;
void journal_chain_end(struct journal_chain *chain);

#endif
