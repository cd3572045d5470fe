/* SPDX-License-Identifier: MIT */
/* What is written to the journal under the lock, and what comes late. */
#include "delivery/ledger-internal.h"

#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "base/vector.h"

#define LATE_RETRY_MS 500

/* One commit under way. */
struct writing {
	struct ledger *ledger;
	struct journal_batch *batch;
	struct events events;
	size_t told; /* so many of the first were told already */
	struct ledger_commit how;
	struct error err;
	struct timer *patience;
	ledger_done *done; /* NULL: told, or nobody waits */
	void *data;
};

void ledger_events_free(struct events *events)
{
	for (size_t i = 0; i < events->count; i++)
		event_free(events->items[i]);
	free(events->items);
	memset(events, 0, sizeof(*events));
}

void ledger_append_owned(struct ledger *ledger, struct event *event)
{
	*VECTOR_ADD(ledger->queue.items, ledger->queue.count,
		    ledger->queue.cap) = event;
}

static void tell_writing(struct writing *writing, const struct error *err)
{
	ledger_done *done = writing->done;

	writing->done = NULL;
	if (done)
		done(err, writing->data);
}

static void patience_over(void *data)
{
	struct writing *writing = data;
	struct error err = ERROR_INIT;

	error_set(&err, ERROR_TIMEOUT, "the disk has not answered yet");
	tell_writing(writing, &err);
	error_clear(&err);
}

static void write_batch(void *data)
{
	struct writing *writing = data;

	if (writing->batch &&
	    journal_write(writing->batch, writing->how.sync, &writing->err) < 0)
		return;
}

static void tell_events(struct writing *writing)
{
	struct ledger *ledger = writing->ledger;
	bool failed = writing->err.code != ERROR_NONE;

	for (size_t i = 0; i < writing->events.count; i++) {
		struct event *event = writing->events.items[i];

		if (!failed && event->seq > ledger->seq)
			ledger->seq = event->seq;
		if (i >= writing->told && (!failed || writing->how.happened))
			ledger->recorded(event, false, ledger->data);
	}
}

/* What has happened is written as soon as it can be. */
static void keep_late(struct writing *writing)
{
	struct ledger *ledger = writing->ledger;
	size_t count =
		writing->how.happened ? writing->events.count : writing->told;

	for (size_t i = 0; i < count; i++)
		*VECTOR_ADD(ledger->late.items, ledger->late.count,
			    ledger->late.cap) = writing->events.items[i];
	for (size_t i = count; i < writing->events.count; i++)
		event_free(writing->events.items[i]);
	writing->events.count = 0;
	if (ledger->late.count)
		timer_set_in(ledger->retry, LATE_RETRY_MS);
}

static void writing_free(struct writing *writing)
{
	timer_free(writing->patience);
	journal_batch_free(writing->batch);
	ledger_events_free(&writing->events);
	error_clear(&writing->err);
	free(writing);
}

static void written(void *data)
{
	struct writing *writing = data;
	struct ledger *ledger = writing->ledger;
	bool failed = writing->err.code != ERROR_NONE;

	ledger->writings--;
	if (ledger->writing == writing)
		ledger->writing = NULL;
	/* What stands behind a hole is refused: start over from the file. */
	if (failed && !ledger->writings) {
		journal_free(ledger->journal);
		ledger->journal = NULL;
	}
	tell_events(writing);
	if (failed)
		keep_late(writing);
	tell_writing(writing, failed ? &writing->err : NULL);
	if (ledger->unlocking)
		ledger_unlock(ledger);
	writing_free(writing);
}

/* After a failed write the journal is taken up anew; the events that did not
 * reach the disk are gone from it. */
static int append_queue(struct ledger *ledger, struct writing *writing)
{
	if (!ledger_is_locked(ledger))
		return error_set(&writing->err, ERROR_REFUSED,
				 "the environment's journal is not ours");
	if (!ledger->journal &&
	    ledger_take_up_journal(ledger, &writing->err) < 0)
		return -1;
	for (size_t i = 0; i < writing->events.count; i++)
		journal_append(ledger->journal, writing->events.items[i]);
	writing->batch = journal_take(ledger->journal);
	return 0;
}

/* The late ones come first: they happened first. */
static void take_events(struct ledger *ledger, struct writing *writing)
{
	writing->events = ledger->late;
	writing->told = ledger->late.count;
	memset(&ledger->late, 0, sizeof(ledger->late));
	for (size_t i = 0; i < ledger->queue.count; i++)
		*VECTOR_ADD(writing->events.items, writing->events.count,
			    writing->events.cap) = ledger->queue.items[i];
	free(ledger->queue.items);
	memset(&ledger->queue, 0, sizeof(ledger->queue));
}

void ledger_commit(struct ledger *ledger, const struct ledger_commit *how,
		   ledger_done *done, void *data)
{
	struct writing *writing = xcalloc(1, sizeof(*writing));

	writing->ledger = ledger;
	writing->how = *how;
	writing->done = done;
	writing->data = data;
	take_events(ledger, writing);
	if (append_queue(ledger, writing) < 0)
		writing->batch = NULL;
	if (how->patience_ms >= 0) {
		writing->patience = loop_timer(ledger->loop, INT64_MAX,
					       patience_over, writing);
		timer_set_in(writing->patience, how->patience_ms);
	}
	if (!ledger->helper)
		ledger->helper = helper_new(ledger->loop, "ledger");
	ledger->writing = writing;
	ledger->writings++;
	helper_run(ledger->helper, write_batch, written, writing);
}

void ledger_retry_late(void *data)
{
	static const struct ledger_commit how = {
		.sync = true, .patience_ms = -1, .happened = true};
	struct ledger *ledger = data;

	if (!ledger->late.count)
		return;
	if (ledger_is_locked(ledger) || ledger->writings ||
	    ledger_try_lock(ledger, NULL) < 0) {
		timer_set_in(ledger->retry, LATE_RETRY_MS);
		return;
	}
	if (ledger_take_up_journal(ledger, NULL) == 0)
		ledger_commit(ledger, &how, NULL, NULL);
	else
		timer_set_in(ledger->retry, LATE_RETRY_MS);
	ledger_unlock(ledger);
}

void ledger_forget(struct ledger *ledger)
{
	ledger->locked = NULL;
	timer_stop(ledger->look);
	if (ledger->writing)
		ledger->writing->done = NULL;
}
