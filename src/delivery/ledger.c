/* SPDX-License-Identifier: MIT */
#include "delivery/ledger-internal.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/file.h"
#include "base/memory.h"
#include "delivery/lock.h"

#define LOCK_LOOK_MS 2
#define RECORD_PATIENCE_MS 5000
#define JOURNAL_KIND "environment"

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
		if (!ledger_is_ahead(ledger, event))
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

	if (!journal_is_there(ledger->folder))
		return 0;
	if (journal_read(ledger->folder, ledger->seq + 1, take_event, ledger,
			 &why) < 0)
		return explain(ledger, &why, err);
	ledger->size = size;
	ledger_tell_aside(ledger);
	return 0;
}

int ledger_refresh(struct ledger *ledger, struct error *err)
{
	/* While we write, the file grows by our own hand. */
	if (ledger_is_locked(ledger) ||
	    (journal_size(ledger) == ledger->size && !ledger_has_aside(ledger)))
		return 0;
	return ledger_read(ledger, err);
}

static int open_journal(struct ledger *ledger, struct error *err)
{
	journal_free(ledger->journal);
	ledger->journal =
		journal_is_there(ledger->folder)
			? journal_open(ledger->folder, NULL, err)
			: journal_create(ledger->folder, JOURNAL_KIND, err);
	if (!ledger->journal)
		return -1;
	journal_leave_reserve(ledger->journal);
	return 0;
}

int ledger_take_up_journal(struct ledger *ledger, struct error *err)
{
	struct error why = ERROR_INIT;

	bool has_aside = ledger_has_aside(ledger);

	/* What we have read says nothing of where we would write. */
	if (ledger->journal && journal_is_current(ledger->journal) &&
	    !has_aside)
		return 0;
	if (open_journal(ledger, &why) < 0 ||
	    (has_aside && ledger_bring_home(ledger) < 0 &&
	     open_journal(ledger, &why) < 0))
		return explain(ledger, &why, err);
	if (!has_aside && journal_last_seq(ledger->journal) == ledger->seq) {
		ledger->size = journal_size(ledger);
		return 0;
	}
	return ledger_read(ledger, err);
}

int ledger_try_lock(struct ledger *ledger, struct error *err)
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
	if (ledger->lock < 0 && ledger_try_lock(ledger, &err) < 0) {
		if (err.code == ERROR_REFUSED &&
		    clock_monotonic_us() < ledger->look_until_us) {
			error_clear(&err);
			timer_set_in(ledger->look, LOCK_LOOK_MS);
			return;
		}
		name_holder(&err);
		tell_lock(ledger, &err);
	} else if (!ledger->writings &&
		   ledger_take_up_journal(ledger, &err) < 0) {
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

int ledger_lock_now(struct ledger *ledger, int64_t patience_ms,
		    struct error *err)
{
	const struct timespec moment = {.tv_nsec = 2000000};
	int64_t until = clock_monotonic_us() + patience_ms * 1000;
	struct error why = ERROR_INIT;

	while (ledger_try_lock(ledger, &why) < 0) {
		if (why.code != ERROR_REFUSED || clock_monotonic_us() > until) {
			name_holder(&why);
			return error_move(err, &why);
		}
		error_clear(&why);
		nanosleep(&moment, NULL);
	}
	return 0;
}

int ledger_take(struct ledger *ledger, struct error *err)
{
	bool was_locked = ledger_is_locked(ledger);

	/* What is being written keeps its place before what comes now. */
	if (ledger->writings) {
		helper_free(ledger->helper);
		ledger->helper = NULL;
	}
	if (!was_locked && ledger_lock_now(ledger, RECORD_PATIENCE_MS, err) < 0)
		return -1;
	if (ledger_take_up_journal(ledger, err) == 0)
		return 0;
	if (!was_locked)
		ledger_unlock(ledger);
	return -1;
}

int ledger_record_owned(struct ledger *ledger, struct event *event, bool sync,
			struct error *err)
{
	bool was_locked = ledger_is_locked(ledger);
	int result = -1;

	if (ledger_take(ledger, err) < 0)
		goto out;
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
	ledger->retry = loop_timer(loop, INT64_MAX, ledger_retry_late, ledger);
	return ledger;
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
		ledger_write_late(ledger);
	ledger_events_free(&ledger->late);
	timer_free(ledger->look);
	timer_free(ledger->retry);
	ledger_events_free(&ledger->queue);
	ledger_events_free(&ledger->ahead);
	journal_free(ledger->journal);
	free(ledger->folder);
	free(ledger);
}
