/* SPDX-License-Identifier: MIT */
/* Who may move an environment: the run lock, the provider's lock beside it,
 * and the lock a person puts on it. */
#include "delivery/operation.h"

#include <stdlib.h>

#include "base/clock.h"
#include "base/file.h"
#include "base/memory.h"
#include "delivery/epoch.h"
#include "delivery/lock.h"
#include "delivery/words.h"

static char *lock_path(const struct environment *environment, const char *name)
{
	return path_join(environment->folder, name);
}

char *environment_holder(const struct environment *environment)
{
	char *path = lock_path(environment, "run.lock");
	char *text = environment->run_lock >= 0 ? NULL : lock_holder(path);

	free(path);
	return text;
}

static int refuse_locked(const struct environment *environment,
			 struct error *err)
{
	const struct environment_state *state = &environment->state;
	char *text = environment_lock_text(state, clock_wall_ms());

	error_set(err, ERROR_REFUSED, "%s is %s; `signalbox unlock %s`",
		  environment->name, text, environment->name);
	free(text);
	return -1;
}

static int refuse_when_held(const struct environment *environment,
			    struct error *err)
{
	const struct environment_state *state = &environment->state;
	char *path = lock_path(environment, "rollback.lock");
	char *rolling =
		environment->rollback_lock >= 0 ? NULL : lock_holder(path);

	free(path);
	if (rolling) {
		error_set(err, ERROR_REFUSED, "%s is being %s",
			  environment->name, rolling);
		free(rolling);
		return -1;
	}
	if (!environment_state_is_held(state, clock_wall_ms()))
		return 0;
	return refuse_locked(environment, err);
}

static int refuse_now(struct environment *environment, struct error *err)
{
	if (ledger_refresh(environment->ledger, err) < 0)
		return -1;
	return refuse_when_held(environment, err);
}

char *environment_obstacle(struct environment *environment)
{
	struct error why = ERROR_INIT;
	char *holder = environment_holder(environment);
	char *text = NULL;

	if (holder)
		text = xasprintf("%s is held by %s", environment->name, holder);
	else if (refuse_now(environment, &why) < 0)
		text = xstrdup(error_text(&why));
	error_clear(&why);
	free(holder);
	return text;
}

const char *environment_folder(const struct environment *environment)
{
	return environment->folder;
}

static int take_run_lock(struct environment *environment, const char *holder,
			 struct error *err)
{
	char *path = lock_path(environment, "run.lock");
	struct error why = ERROR_INIT;

	environment->run_lock = lock_take(path, holder, &why);
	free(path);
	if (environment->run_lock >= 0)
		return 0;
	if (why.code != ERROR_REFUSED)
		return error_move(err, &why);
	error_set(err, ERROR_REFUSED, "%s is held by %s", environment->name,
		  error_text(&why));
	error_clear(&why);
	return -1;
}

static int take_traffic_lock(struct environment *environment,
			     const char *holder, struct error *err)
{
	if (environment->options.traffic)
		return 0;
	environment->traffic_lock =
		traffic_lock(environment->config, holder, err);
	return environment->traffic_lock ? 0 : -1;
}

/* The fence first: a rollback that is not in it shows in what is read after
 * it. */
static int take_epoch(struct environment *environment, struct error *err)
{
	epoch_prepare(environment->folder);
	environment->epoch = epoch_read(environment->folder);
	environment->moved = false;
	if (environment->epoch < 0)
		return environment_no_epoch(environment, err);
	return refuse_now(environment, err);
}

int environment_acquire(struct environment *environment, int64_t run,
			const char *person, struct error *err)
{
	char time[WORDS_SIZE], *holder;
	int result = -1;

	if (folder_make(environment->folder, 0700, err) < 0 ||
	    refuse_now(environment, err) < 0)
		return -1;
	words_time(clock_wall_ms(), time);
	holder = run ? xasprintf("run %lld by %s since %s", (long long)run,
				 person, time)
		     : xasprintf("%s since %s", person, time);
	if (take_run_lock(environment, holder, err) == 0) {
		result = take_traffic_lock(environment, holder, err) < 0 ||
					 take_epoch(environment, err) < 0
				 ? -1
				 : 0;
		if (result < 0)
			environment_release(environment);
	}
	free(holder);
	return result;
}

int environment_acquire_to_mend(struct environment *environment,
				struct error *err)
{
	const char *holder = "the end of a drill that was cut off";

	if (take_run_lock(environment, holder, err) < 0)
		return -1;
	epoch_prepare(environment->folder);
	environment->epoch = epoch_read(environment->folder);
	environment->moved = false;
	if (take_traffic_lock(environment, holder, err) == 0 &&
	    ledger_refresh(environment->ledger, err) == 0)
		return 0;
	environment_release(environment);
	return -1;
}

void environment_release(struct environment *environment)
{
	traffic_unlock(environment->traffic_lock);
	environment->traffic_lock = NULL;
	lock_release(environment->run_lock);
	lock_release(environment->rollback_lock);
	environment->run_lock = environment->rollback_lock = -1;
	environment->epoch = -1;
}

/* Under the write lock: what is checked still holds when it is recorded. */
static int record_if(struct environment *environment, struct event *event,
		     int (*check)(const struct environment *environment,
				  const char *person, struct error *err),
		     struct error *err)
{
	struct ledger *ledger = environment->ledger;
	bool was_locked = ledger_is_locked(ledger);
	int result = ledger_take(ledger, err);

	if (result < 0) {
		event_free(event);
		return -1;
	}
	result = check(environment, event_text(event, "person"), err);
	if (result == 0)
		result = ledger_record_owned(ledger, event, true, err);
	else
		event_free(event);
	if (!was_locked)
		ledger_unlock(ledger);
	return result;
}

static int check_others_lock(const struct environment *environment,
			     const char *person, struct error *err)
{
	const struct environment_state *state = &environment->state;

	if (!environment_state_is_held(state, clock_wall_ms()) ||
	    str_equal(state->lock_person, person))
		return 0;
	return refuse_locked(environment, err);
}

int environment_lock(struct environment *environment, const char *person,
		     const char *reason, int64_t until, struct error *err)
{
	struct event *event;

	if (folder_make(environment->folder, 0700, err) < 0)
		return -1;
	event = environment_event(environment, EVENT_ENVIRONMENT_LOCKED);
	event_set(event, "person", person);
	event_set(event, "reason", reason);
	if (until)
		event_set_time(event, "until", until);
	return record_if(environment, event, check_others_lock, err);
}

static int check_locked(const struct environment *environment,
			const char *person, struct error *err)
{
	(void)person;
	if (environment->state.locked)
		return 0;
	return error_set(err, ERROR_REFUSED, "%s is not locked",
			 environment->name);
}

int environment_unlock(struct environment *environment, const char *person,
		       struct error *err)
{
	struct event *event =
		environment_event(environment, EVENT_ENVIRONMENT_UNLOCKED);

	event_set(event, "person", person);
	return record_if(environment, event, check_locked, err);
}

int environment_pardon(struct environment *environment, const char *commit,
		       const char *person, const char *reason,
		       struct error *err)
{
	const struct veto *veto =
		environment_state_veto(&environment->state, commit);
	struct event *event;

	if (!veto)
		return 0;
	event = environment_event(environment, EVENT_RELEASE_PARDONED);
	event_set(event, "commit", commit);
	event_set(event, "version", veto->version);
	event_set(event, "person", person);
	event_set(event, "reason", reason);
	return ledger_record_owned(environment->ledger, event, true, err);
}

int environment_remark(struct environment *environment, const char *person,
		       const char *text, struct error *err)
{
	struct event *event = environment_event(environment, EVENT_NOTE_ADDED);

	event_set(event, "level", "info");
	event_setf(event, "text", "%s: %s", person, text);
	return ledger_record_owned(environment->ledger, event, true, err);
}
