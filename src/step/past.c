/* SPDX-License-Identifier: MIT */
#include "step/past.h"

#include <stdlib.h>
#include <string.h>

void past_gate_release(struct past_gate *gate)
{
	for (size_t i = 0; i < gate->vote_count; i++) {
		free(gate->votes[i].vote);
		free(gate->votes[i].person);
		free(gate->votes[i].reason);
	}
	free(gate->votes);
	free(gate->step);
	free(gate->binds);
	free(gate->outcome);
	free(gate->reason);
	free(gate->person);
	*gate = (struct past_gate){.step = NULL};
}

void past_steps_clear(struct stage_past *past)
{
	for (size_t i = 0; i < past->step_count; i++)
		free(past->steps[i].name);
	past->step_count = 0;
}

void past_release(struct stage_past *past)
{
	past_steps_clear(past);
	for (size_t i = 0; i < past->gate_count; i++)
		past_gate_release(&past->gates[i]);
	free(past->artifacts);
	free(past->steps);
	free(past->gates);
	free(past->leaver);
	free(past->leaving_reason);
	*past = (struct stage_past){.steps = NULL};
}

struct past_gate *past_take_gate(struct stage_past *past, const char *step)
{
	for (size_t i = 0; past && i < past->gate_count; i++) {
		struct past_gate *gate = &past->gates[i];

		if (gate->is_used || strcmp(gate->step, step) != 0)
			continue;
		gate->is_used = true;
		return gate;
	}
	return NULL;
}
