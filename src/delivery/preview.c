/* SPDX-License-Identifier: MIT */
/*
 * Where people look at a candidate that has no traffic: open from when it is
 * healthy until it is promoted, left or taken away. It is written down before
 * it is opened and after it was closed, so that whoever finds one that is
 * recorded and reaches nobody's candidate knows that it is to be closed. What
 * cannot be opened or closed is told and stops nothing.
 */
#include "delivery/operation.h"

#include <stdlib.h>

#include "base/memory.h"

static void over(struct operation *operation, const struct error *err)
{
	operation_step *next = operation->previewed;

	ledger_unlock(operation->environment->ledger);
	next(operation, err);
}

static void settled(struct operation *operation, const struct error *err)
{
	if (err && err->code != ERROR_REFUSED)
		environment_note(operation->environment, true,
				 "a reload of the proxy may forget the "
				 "preview: %s",
				 error_text(err));
	over(operation, operation->preview < 0 ? NULL : err);
}

static void settle(struct operation *operation)
{
	/* Who only mends holds nothing that a rollback could take. */
	if (operation->environment->epoch >= 0)
		operation_settle_ours(operation, settled);
	else
		operation_settle(operation, settled);
}

static void close_recorded(struct operation *operation, const struct error *err)
{
	(void)err; /* the next recovery closes it once more */
	settle(operation);
}

static void append_closed(struct environment *environment)
{
	struct event *event =
		environment_event(environment, EVENT_PREVIEW_CLOSED);

	event_set(event, "colour",
		  colour_name((enum colour)environment->state.preview));
	environment_append_owned(environment, event);
}

static void closed(struct operation *operation, const struct error *err)
{
	struct environment *environment = operation->environment;

	if (err) {
		environment_note(environment, true,
				 "the preview may still be open: %s",
				 error_text(err));
		over(operation, NULL);
		return;
	}
	append_closed(environment);
	operation_commit(operation, true, close_recorded);
}

static bool has_provider(struct environment *environment)
{
	return environment_open_traffic(environment, NULL) == 0 &&
	       traffic_capabilities(environment->traffic).preview;
}

/* Somebody else may have closed it by now. */
static void close_locked(struct operation *operation, const struct error *err)
{
	struct environment *environment = operation->environment;

	if (err || environment->state.preview < 0)
		over(operation, NULL);
	else if (has_provider(environment))
		operation_preview(operation, -1, closed);
	else
		closed(operation, NULL);
}

void preview_close(struct operation *operation, operation_step *next)
{
	if (operation->environment->state.preview < 0) {
		next(operation, NULL);
		return;
	}
	operation->previewed = next;
	operation->preview = -1;
	operation_lock(operation, close_locked);
}

static void refused(struct operation *operation, const struct error *err)
{
	struct error moved = operation->preview_refused;

	(void)err;
	operation->preview_refused = (struct error)ERROR_INIT;
	over(operation, &moved);
	error_clear(&moved);
}

/* A rollback that did not wait for our lock came between. */
static void opened(struct operation *operation, const struct error *err)
{
	struct environment *environment = operation->environment;
	struct error *moved = &operation->preview_refused;

	if (err) {
		environment_note(environment, true,
				 "the preview is not open: %s",
				 error_text(err));
		operation->preview = -1;
		append_closed(environment);
		operation_commit(operation, true, close_recorded);
	} else if (environment_check_epoch(environment, moved) < 0) {
		operation_preview(operation, -1, refused);
	} else {
		settle(operation);
	}
}

static void open_recorded(struct operation *operation, const struct error *err)
{
	if (err) {
		environment_note(operation->environment, true,
				 "the preview is not open: %s",
				 error_text(err));
		over(operation, NULL);
		return;
	}
	operation_preview(operation, operation->preview, opened);
}

static void append_opened(struct environment *environment)
{
	const struct preview_config *preview = &environment->config->preview;
	const struct release *candidate = &environment->state.candidate;
	struct event *event =
		environment_event(environment, EVENT_PREVIEW_OPENED);

	event_set(event, "colour", colour_name(candidate->colour));
	event_set(event, "version", candidate->version);
	event_set(event, "header", preview->header);
	event_set(event, "listen", preview->listen);
	environment_append_owned(environment, event);
}

static void open_locked(struct operation *operation, const struct error *err)
{
	struct environment *environment = operation->environment;
	struct error moved = ERROR_INIT;

	if (err) {
		open_recorded(operation, err);
	} else if (environment_check_epoch(environment, &moved) < 0) {
		over(operation, &moved);
	} else if (environment->state.preview == operation->preview) {
		open_recorded(operation, NULL);
	} else {
		append_opened(environment);
		operation_commit(operation, false, open_recorded);
	}
	error_clear(&moved);
}

void preview_open(struct operation *operation, operation_step *next)
{
	struct environment *environment = operation->environment;
	const struct preview_config *preview = &environment->config->preview;
	const struct environment_state *state = &environment->state;

	if ((!preview->header && !preview->listen) || state->in_place ||
	    !has_provider(environment)) {
		next(operation, NULL);
		return;
	}
	operation->previewed = next;
	operation->preview = (int)state->candidate.colour;
	operation_lock(operation, open_locked);
}

bool preview_is_stale(const struct environment *environment)
{
	const struct environment_state *state = &environment->state;
	const struct release *candidate = &state->candidate;
	char *holder;
	bool is;

	if (state->preview < 0)
		return false;
	if (!state->has_candidate || (int)candidate->colour != state->preview)
		return true;
	if (environment_runs_partly(environment, candidate->colour, candidate))
		return false;
	holder = environment_holder(environment);
	is = holder == NULL; /* else it is minded */
	free(holder);
	return is;
}
