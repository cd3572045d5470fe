/* SPDX-License-Identifier: MIT */
/*
 * The journal of an environment, which several processes append to in turn:
 * under the write lock, held for one write.
 *
 *	ledger_lock(ledger, 10000, locked, data);
 *	ledger_append_owned(ledger, event);
 *	ledger_commit(ledger, &how, committed, data);
 *	ledger_unlock(ledger);
 *
 * One lock and one commit under way at a time; callbacks come later, from
 * the loop. What blocks happens on a helper.
 */
#ifndef SIGNALBOX_DELIVERY_LEDGER_H
#define SIGNALBOX_DELIVERY_LEDGER_H

#include <stdbool.h>
#include <stdint.h>

#include "base/error.h"
#include "event/event.h"
#include "loop/loop.h"

struct ledger;

/* Each event once it is on disk (or, where the commit said so, could not be):
 * ours, and what other processes wrote, in order. */
typedef void ledger_recorded(const struct event *event, bool foreign,
			     void *data);
typedef void ledger_done(const struct error *err, void *data);

struct ledger *ledger_new(struct loop *loop, const char *folder,
			  ledger_recorded *recorded, void *data);
/* Waits for what is being written; gives the lock back. */
void ledger_free(struct ledger *ledger);

/* Reads what there is beyond what was read; no journal is nothing. */
int ledger_read(struct ledger *ledger, struct error *err) MUST_CHECK;
/* As ledger_read(), when the file has grown by someone else's hand. Cheap. */
int ledger_refresh(struct ledger *ledger, struct error *err) MUST_CHECK;

/* Every event in the folder, of its journal and then what is put aside until
 * somebody can write it there. As journal_read(); no journal is nothing. */
int ledger_read_all(const char *folder,
		    int (*take)(const struct event *event, void *data),
		    void *data, struct error *err) MUST_CHECK;

/* ERROR_REFUSED with the holder when it is not to be had in patience_ms. At
 * once when it is ours already. */
void ledger_lock(struct ledger *ledger, int64_t patience_ms, ledger_done *done,
		 void *data);
bool ledger_is_locked(const struct ledger *ledger);
/* After what is being written was written. */
void ledger_unlock(struct ledger *ledger);

/* Queued until the next commit. */
void ledger_append_owned(struct ledger *ledger, struct event *event);

struct ledger_commit {
	bool sync;
	/* done is called after so long though the disk has not answered;
	 * the writing goes on. -1: as long as it takes. */
	int64_t patience_ms;
	/* What cannot be written is told to `recorded` all the same: it has
	 * happened. Else it is dropped: it must not happen. */
	bool happened;
};
/* Under the lock. err: what could not be written; ERROR_TIMEOUT when the
 * patience was over first. */
void ledger_commit(struct ledger *ledger, const struct ledger_commit *how,
		   ledger_done *done, void *data);
/* Nobody waits any more: no done() will be called. The lock stays ours. */
void ledger_forget(struct ledger *ledger);

/* Blocking: lock, and read what there is. */
int ledger_take(struct ledger *ledger, struct error *err) MUST_CHECK;
/* Blocking: lock, append, write (and sync), unlock. */
int ledger_record_owned(struct ledger *ledger, struct event *event, bool sync,
			struct error *err) MUST_CHECK;

#endif
