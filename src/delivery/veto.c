/* SPDX-License-Identifier: MIT */
/* What was rolled back does not come again by itself. */
#include "delivery/veto.h"

#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "base/vector.h"
#include "delivery/words.h"

static void veto_clear(struct veto *veto)
{
	free(veto->commit);
	free(veto->version);
	free(veto->by);
	free(veto->person);
	free(veto->reason);
}

static void forget(struct environment_state *state, const char *commit)
{
	struct veto *veto =
		(struct veto *)environment_state_veto(state, commit);

	if (!veto)
		return;
	veto_clear(veto);
	*veto = state->vetoes[--state->veto_count];
}

void vetoes_apply(struct environment_state *state, const struct event *event)
{
	const char *commit = event_text(event, "commit");
	struct veto *veto;

	forget(state, commit);
	if (event->type == EVENT_RELEASE_PARDONED || !*commit)
		return;
	veto = VECTOR_ADD(state->vetoes, state->veto_count, state->veto_cap);
	veto->commit = xstrdup(commit);
	veto->version = xstrdup(event_text(event, "version"));
	veto->by = xstrdup(event_text(event, "by"));
	veto->person = xstrdup(event_text(event, "person"));
	veto->reason = xstrdup(event_text(event, "reason"));
	veto->since = event->time_ms;
}

void vetoes_release(struct environment_state *state)
{
	for (size_t i = 0; i < state->veto_count; i++)
		veto_clear(&state->vetoes[i]);
	free(state->vetoes);
}

const struct veto *environment_state_veto(const struct environment_state *state,
					  const char *commit)
{
	for (size_t i = 0; i < state->veto_count; i++)
		if (str_equal(state->vetoes[i].commit, commit))
			return &state->vetoes[i];
	return NULL;
}

char *environment_veto_text(const struct veto *veto, int64_t now_ms)
{
	char time[WORDS_SIZE];

	return xasprintf("%s was rolled back by %s at %s%s%s", veto->version,
			 words_roller(veto->by, veto->person),
			 words_day_time(veto->since, now_ms, time),
			 *veto->reason ? ": " : "", veto->reason);
}
