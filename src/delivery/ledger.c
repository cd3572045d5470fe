/* SPDX-License-Identifier: MIT */
#include "delivery/ledger.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/file.h"
#include "base/memory.h"
#include "base/vector.h"
#include "delivery/lock.h"
#include "event/journal.h"
#include "loop/helper.h"

#define LOCK_LOOK_MS 2
#define RECORD_PATIENCE_MS 5000
#define LATE_RETRY_MS 500
#define LATE_LAST_TRY_MS 2000
#define JOURNAL_KIND "environment"

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
	struct events late; /* happened, told, and not written yet */
	struct timer *retry;
	struct writing *writing; /* newest one */
	size_t writings;
};

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

static void events_free(struct events *events)
{
	for (size_t i = 0; i < events->count; i++)
		event_free(events->items[i]);
	free(events->items);
	memset(events, 0, sizeof(*events));
}

static int64_t journal_size(const struct ledger *ledger)
{
	char *path = path_join(ledger->folder, "journal.ndjson");
	struct stat st;
	int64_t size = stat(path, &st) == 0 ? (int64_t)st.st_size : -1;

	free(path);
	return size;
}

static void tell_lock(struct ledger *ledger, const struct error *err)
{
	ledger_done *done = ledger->locked;

	ledger->locked = NULL;
	if (done)
		done(err, ledger->locked_data);
}

static int take_event(const struct event *event, void *data)
{
	struct ledger *ledger = data;

	if (event->seq > ledger->seq) {
		ledger->seq = event->seq;
		ledger->recorded(event, true, ledger->data);
	}
	return 0;
}

/* Moves `why` to err; of damage, with the mend. */
static int explain(const struct ledger *ledger, struct error *why,
		   struct error *err)
{
	struct error damage = ERROR_INIT;

	if (why->code != ERROR_CORRUPT)
		return error_move(err, why);
	error_set(
		&damage, ERROR_CORRUPT,
		"the journal in %s is damaged: %s; what runs goes on serving; "
		"to begin a new record, move journal.ndjson and head away "
		"from there and release again",
		ledger->folder, error_text(why));
	error_clear(why);
	return error_move(err, &damage);
}

int ledger_read(struct ledger *ledger, struct error *err)
{
	int64_t size = journal_size(ledger);
	struct error why = ERROR_INIT;

	if (size < 0)
		return 0;
	if (journal_read(ledger->folder, ledger->seq + 1, take_event, ledger,
			 &why) < 0)
		return explain(ledger, &why, err);
	ledger->size = size;
	return 0;
}

int ledger_refresh(struct ledger *ledger, struct error *err)
{
	/* While we write, the file grows by our own hand. */
	if (ledger_is_locked(ledger) || journal_size(ledger) == ledger->size)
		return 0;
	return ledger_read(ledger, err);
}

/* Under the lock: the journal as the last holder left it. */
static int take_up_journal(struct ledger *ledger, struct error *err)
{
	int64_t size = journal_size(ledger);
	struct error why = ERROR_INIT;

	/* What we have read says nothing of where we would write. */
	if (ledger->journal && journal_is_current(ledger->journal))
		return 0;
	journal_free(ledger->journal);
	ledger->journal =
		size < 0 ? journal_create(ledger->folder, JOURNAL_KIND, &why)
			 : journal_open(ledger->folder, NULL, &why);
	if (!ledger->journal)
		return explain(ledger, &why, err);
	/* Opening may have cut a torn end. */
	return ledger_read(ledger, err);
}

static int try_lock(struct ledger *ledger, struct error *err)
{
	char *path = path_join(ledger->folder, "write.lock");
	char holder[48];

	snprintf(holder, sizeof(holder), "process %ld", (long)getpid());
	ledger->lock = lock_take(path, holder, err);
	free(path);
	return ledger->lock < 0 ? -1 : 0;
}

/* The lock's own message is its holder. */
static void name_holder(struct error *err)
{
	char *holder;

	if (err->code != ERROR_REFUSED)
		return;
	holder = xstrdup(error_text(err));
	error_clear(err);
	error_set(err, ERROR_REFUSED, "%s is writing to the environment",
		  holder);
	free(holder);
}

static void look_for_lock(void *data)
{
	struct ledger *ledger = data;
	struct error err = ERROR_INIT;

	ledger->unlocking = false;
	if (ledger->lock < 0 && try_lock(ledger, &err) < 0) {
		if (err.code == ERROR_REFUSED &&
		    clock_monotonic_us() < ledger->look_until_us) {
			error_clear(&err);
			timer_set_in(ledger->look, LOCK_LOOK_MS);
			return;
		}
		name_holder(&err);
		tell_lock(ledger, &err);
	} else if (!ledger->writings && take_up_journal(ledger, &err) < 0) {
		ledger_unlock(ledger);
		tell_lock(ledger, &err);
	} else {
		tell_lock(ledger, NULL);
	}
	error_clear(&err);
}

void ledger_lock(struct ledger *ledger, int64_t patience_ms, ledger_done *done,
		 void *data)
{
	if (ledger->locked)
		BUG("two wait for the same write lock");
	ledger->locked = done;
	ledger->locked_data = data;
	ledger->look_until_us = clock_monotonic_us() + patience_ms * 1000;
	timer_set(ledger->look, 0);
}

bool ledger_is_locked(const struct ledger *ledger)
{
	return ledger->lock >= 0;
}

void ledger_unlock(struct ledger *ledger)
{
	if (ledger->writings) {
		ledger->unlocking = true;
		return;
	}
	ledger->unlocking = false;
	if (ledger->lock < 0)
		return;
	ledger->size = journal_size(ledger);
	lock_release(ledger->lock);
	ledger->lock = -1;
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
	events_free(&writing->events);
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
	if (!ledger->journal && take_up_journal(ledger, &writing->err) < 0)
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

static void retry_late(void *data)
{
	static const struct ledger_commit how = {
		.sync = true, .patience_ms = -1, .happened = true};
	struct ledger *ledger = data;

	if (!ledger->late.count)
		return;
	if (ledger_is_locked(ledger) || ledger->writings ||
	    try_lock(ledger, NULL) < 0) {
		timer_set_in(ledger->retry, LATE_RETRY_MS);
		return;
	}
	if (take_up_journal(ledger, NULL) == 0)
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

static int lock_now(struct ledger *ledger, int64_t patience_ms,
		    struct error *err)
{
	const struct timespec moment = {.tv_nsec = 2000000};
	int64_t until = clock_monotonic_us() + patience_ms * 1000;
	struct error why = ERROR_INIT;

	while (try_lock(ledger, &why) < 0) {
		if (why.code != ERROR_REFUSED || clock_monotonic_us() > until)
			return error_move(err, &why);
		error_clear(&why);
		nanosleep(&moment, NULL);
	}
	return 0;
}

int ledger_record_owned(struct ledger *ledger, struct event *event, bool sync,
			struct error *err)
{
	bool was_locked;
	int result = -1;

	/* What is being written keeps its place before this one. */
	if (ledger->writings) {
		helper_free(ledger->helper);
		ledger->helper = NULL;
	}
	was_locked = ledger_is_locked(ledger);
	if (!was_locked && lock_now(ledger, RECORD_PATIENCE_MS, err) < 0)
		goto out;
	if (take_up_journal(ledger, err) < 0)
		goto unlock;
	journal_append(ledger->journal, event);
	if ((sync ? journal_sync(ledger->journal, err)
		  : journal_flush(ledger->journal, err)) < 0) {
		journal_free(ledger->journal);
		ledger->journal = NULL;
		goto unlock;
	}
	ledger->seq = event->seq;
	ledger->size = journal_size(ledger);
	result = 0;
unlock:
	if (!was_locked)
		ledger_unlock(ledger);
	if (result == 0)
		ledger->recorded(event, false, ledger->data);
out:
	event_free(event);
	return result;
}

struct ledger *ledger_new(struct loop *loop, const char *folder,
			  ledger_recorded *recorded, void *data)
{
	struct ledger *ledger = xcalloc(1, sizeof(*ledger));

	ledger->loop = loop;
	ledger->folder = xstrdup(folder);
	ledger->recorded = recorded;
	ledger->data = data;
	ledger->size = -1;
	ledger->lock = -1;
	ledger->look = loop_timer(loop, INT64_MAX, look_for_lock, ledger);
	ledger->retry = loop_timer(loop, INT64_MAX, retry_late, ledger);
	return ledger;
}

/* The last chance of what could not be written before. */
static void write_late(struct ledger *ledger)
{
	struct error err = ERROR_INIT;

	if (lock_now(ledger, LATE_LAST_TRY_MS, &err) == 0 &&
	    take_up_journal(ledger, &err) == 0) {
		for (size_t i = 0; i < ledger->late.count; i++)
			journal_append(ledger->journal, ledger->late.items[i]);
		if (journal_sync(ledger->journal, &err) < 0) {
			journal_free(ledger->journal);
			ledger->journal = NULL;
		}
	}
	error_clear(&err);
	ledger_unlock(ledger);
}

void ledger_free(struct ledger *ledger)
{
	if (!ledger)
		return;
	ledger_forget(ledger);
	if (ledger->helper)
		helper_free(ledger->helper);
	ledger_unlock(ledger);
	if (ledger->late.count)
		write_late(ledger);
	events_free(&ledger->late);
	timer_free(ledger->look);
	timer_free(ledger->retry);
	events_free(&ledger->queue);
	journal_free(ledger->journal);
	free(ledger->folder);
	free(ledger);
}
