/* SPDX-License-Identifier: MIT */
/* The candidate's share of the traffic, and who may have one. */
#include "delivery/operation.h"

#include "base/memory.h"

static int check_runs(const struct environment *environment,
		      const struct release *release, struct error *err)
{
	if (environment_runs_partly(environment, release->colour, release))
		return 0;
	return error_set(err, ERROR_REFUSED,
			 "%s does not run on %s; it gets no traffic",
			 release->version, colour_name(release->colour));
}

static int check_candidate(const struct environment *environment,
			   struct error *err)
{
	const struct environment_state *state = &environment->state;
	const struct release *candidate = &state->candidate;

	if (check_runs(environment, candidate, err) < 0)
		return -1;
	if (!state->unproven[candidate->colour])
		return 0;
	return error_set(err, ERROR_REFUSED,
			 "%s was not healthy on %s since it was started; it "
			 "gets no traffic",
			 candidate->version, colour_name(candidate->colour));
}

/* What the candidate does not get goes to what is live, when that is more
 * than it has. */
static int check_shift(const struct environment *environment, double percent,
		       struct error *err)
{
	const struct environment_state *state = &environment->state;
	enum colour other = colour_other(state->candidate.colour);

	if (!(percent >= 0 && percent <= 100))
		return error_set(err, ERROR_USAGE,
				 "%g %% is no share of traffic; from 0 to 100",
				 percent);
	if (percent > 0 && check_candidate(environment, err) < 0)
		return -1;
	if (percent >= 100 || 100 - percent <= state->split[other])
		return 0;
	if (!state->has_live || state->live.colour != other)
		return error_set(err, ERROR_REFUSED,
				 "nothing is live on %s; %s has all of the "
				 "traffic or none is served",
				 colour_name(other), state->candidate.version);
	return check_runs(environment, &state->live, err);
}

void environment_shift(struct environment *environment, double percent,
		       const char *reason, const char *person,
		       environment_done *done, void *data)
{
	struct operation *operation =
		environment_deployment_operation(environment, done, data);
	const struct release *candidate = &environment->state.candidate;
	struct error err = ERROR_INIT;

	if (!operation)
		return;
	if (check_shift(environment, percent, &err) < 0 ||
	    environment_open_traffic(environment, &err) < 0) {
		operation_finish(operation, &err);
		error_clear(&err);
		return;
	}
	operation->reason = xstrdup(reason);
	operation->person = xstrdup_null(person);
	operation->move.reason = operation->reason;
	operation->move.person = operation->person;
	operation->move.to[candidate->colour] = percent;
	operation->move.to[colour_other(candidate->colour)] = 100 - percent;
	operation_move(operation, operation_finish);
}
