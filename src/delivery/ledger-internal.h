/* SPDX-License-Identifier: MIT */
/* What the two files of the ledger share. ledger.c: the lock, the journal as
 * others left it; ledger-commit.c: what is written, and tried again;
 * ledger-late.c: what is still not written at the end. */
#ifndef SIGNALBOX_DELIVERY_LEDGER_INTERNAL_H
#define SIGNALBOX_DELIVERY_LEDGER_INTERNAL_H

#include "delivery/ledger.h"
#include "event/journal.h"
#include "loop/helper.h"

struct events {
	struct event **items;
	size_t count, cap;
};

struct ledger {
	struct loop *loop;
	char *folder;
	ledger_recorded *recorded;
	void *data;
	struct helper *helper; /* made when first needed */

	struct journal *journal; /* NULL until the lock was first had */
	int64_t seq;		 /* of the last event told */
	int64_t size;		 /* of the file when we last looked */
	int lock;		 /* write lock's descriptor, -1 */
	bool unlocking;		 /* once nothing is being written */

	struct timer *look; /* for the lock, or to tell of it */
	int64_t look_until_us;
	ledger_done *locked;
	void *locked_data;

	struct events queue;
	struct events late;  /* happened, told, and not written yet */
	struct events ahead; /* told of what is put aside, no record yet */
	struct timer *retry;
	struct writing *writing; /* newest one */
	size_t writings;
};

/* ledger.c */
int ledger_try_lock(struct ledger *ledger, struct error *err) MUST_CHECK;
/* Blocking, for so long at most. */
int ledger_lock_now(struct ledger *ledger, int64_t patience_ms,
		    struct error *err) MUST_CHECK;
/* Under the lock: the journal as the last holder left it. */
int ledger_take_up_journal(struct ledger *ledger, struct error *err) MUST_CHECK;

/* ledger-commit.c */
void ledger_events_free(struct events *events);
/* For its timer: once more what could not be written before. */
void ledger_retry_late(void *ledger);

/* ledger-late.c. The last chance of it, else it is put aside. Blocking. */
void ledger_write_late(struct ledger *ledger);
bool ledger_has_aside(const struct ledger *ledger);
/* What stands there has happened: told, once. */
void ledger_tell_aside(struct ledger *ledger);
/* Under the lock: makes records of it. -1: the journal is to be opened anew,
 * and all is as it was. */
int ledger_bring_home(struct ledger *ledger) MUST_CHECK;
/* That it is a record now: true when it was told before. */
bool ledger_is_ahead(struct ledger *ledger, const struct event *event);

#endif
