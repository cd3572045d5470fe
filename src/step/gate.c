/* SPDX-License-Identifier: MIT */
/* `gate`: a stage that holds until people let it pass. */
#include <stdlib.h>

#include "base/memory.h"
#include "step/gatekeeper.h"
#include "step/step.h"

struct gate_step {
	struct step step;
	struct gatekeeper *keeper;
};

enum state gate_state(enum gate_outcome outcome)
{
	switch (outcome) {
	case GATE_APPROVED:
	case GATE_OVERRIDDEN:
		return STATE_PASSED;
	case GATE_REJECTED:
		return STATE_REJECTED;
	case GATE_EXPIRED:
		return STATE_EXPIRED;
	default:
		return STATE_FAILED;
	}
}

static void closed(enum gate_outcome outcome, const char *text,
		   const char *person, void *data)
{
	struct gate_step *gate = data;

	(void)person;
	step_done(&gate->step, gate_state(outcome), text);
}

static int gate_start(struct step *step, struct error *err)
{
	struct gate_step *gate = (struct gate_step *)step;
	const struct stage_past *past = step->options.past;
	char digest[DIGEST_TEXT_SIZE];
	struct gatekeeper_options options = {
		.step = step,
		.rule = &step->options.stage->gate,
		.artifacts = digest,
		.closed = closed,
		.data = gate,
	};

	(void)err;
	/* Those there were when people were first asked: more may have come. */
	if (past && past->artifacts)
		options.artifacts = past->artifacts;
	else
		artifacts_digest(step->options.host->artifacts, digest);
	gate->keeper = gatekeeper_open(&options);
	return 0;
}

static int gate_command(struct step *step, const struct command *command,
			const struct sender *sender, struct error *err)
{
	return gatekeeper_command(((struct gate_step *)step)->keeper, command,
				  sender, err);
}

static void gate_cancel(struct step *step, enum state why)
{
	gatekeeper_close(((struct gate_step *)step)->keeper, "cancelled", NULL);
	step_done(step, why, "cancelled");
}

static void gate_release(struct step *step)
{
	gatekeeper_free(((struct gate_step *)step)->keeper);
}

const struct step_ops step_gate_ops = {
	.name = "gate",
	.size = sizeof(struct gate_step),
	.start = gate_start,
	.cancel = gate_cancel,
	.release = gate_release,
	.command = gate_command,
};
