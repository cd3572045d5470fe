/* SPDX-License-Identifier: MIT */
/* The lines of EVENTS. */
#include <stdlib.h>
#include <string.h>

#include "base/vector.h"
#include "model/fold.h"

static bool is_warning(const struct event *event)
{
	const char *outcome = event_text(event, "outcome");

	switch (event->type) {
	case EVENT_RUN_FINISHED:
	case EVENT_STAGE_FINISHED:
	case EVENT_STEP_FINISHED:
	case EVENT_TEST_FINISHED:
		return state_is_bad(state_parse(outcome)) ||
		       state_parse(outcome) == STATE_ALLOWED;
	case EVENT_REPORT_READ:
		return !event_bool(event, "ok");
	case EVENT_GATE_CLOSED:
		return strcmp(outcome, "approved") != 0;
	case EVENT_ANALYSIS_JUDGED:
		return strcmp(event_text(event, "verdict"), "pass") != 0;
	case EVENT_ROLLBACK_READINESS:
		return !event_bool(event, "ready");
	case EVENT_TRAFFIC_CHANGED:
		return event_int(event, "failed", 0) > 0;
	case EVENT_TRAFFIC_OBSERVED:
		return event_bool(event, "enough") &&
		       !event_bool(event, "agrees");
	case EVENT_NOTE_ADDED:
		return strcmp(event_text(event, "level"), "warning") == 0;
	case EVENT_SERVICE_STOPPED:
		return event_has(event, "reason");
	case EVENT_STAGE_RETRYING:
	case EVENT_FINDING_FOUND:
	case EVENT_TARGET_FAILED:
	case EVENT_TRAFFIC_LEFT:
	case EVENT_ROLLBACK_STARTED:
	case EVENT_ROLLBACK_FINISHED:
	case EVENT_RELEASE_VETOED:
	case EVENT_DRILL_STARTED:
	case EVENT_DRILL_FINISHED:
	case EVENT_ENVIRONMENT_LOCKED:
	case EVENT_COMMAND_REFUSED:
		return true;
	default:
		return false;
	}
}

void fold_note(struct model *model, const struct event *event)
{
	char *text = event_sentence(event);
	struct note_model *note;

	if (!text)
		return;
	if (model->note_count == NOTES_KEPT) {
		free(model->notes[0].text);
		memmove(model->notes, model->notes + 1,
			--model->note_count * sizeof(*model->notes));
	}
	note = VECTOR_ADD(model->notes, model->note_count, model->note_cap);
	note->seq = event->seq;
	note->time = event->time_ms;
	note->text = text;
	note->warning = is_warning(event);
}
