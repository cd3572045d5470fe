/* SPDX-License-Identifier: MIT */
/* Sentences of gates, deployments, traffic and the way back. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/number.h"
#include "model/sentence.h"

void say_gate_opened(struct str *out, const struct event *event)
{
	const json_t *approvers = event_json(event, "approvers");
	const json_t *ships = event_json(event, "ships");
	const json_t *name;
	size_t i;

	str_addf(out, "%s waits %sfor ", event_stage(event),
		 event_bool(event, "resumed") ? "on " : "");
	say_count(out, event_int(event, "required", 1), "approval",
		  "approvals");
	json_array_foreach(approvers, i, name) if (json_is_string(name))
		say_text(out, i ? ", " : " of ", json_string_value(name));
	say_field(out, "; VETOED: ", event, "veto");
	if (json_int(ships, "commits", 0)) {
		str_add(out, "; ");
		say_count(out, json_int(ships, "commits", 0), "commit ships",
			  "commits ship");
	}
}

void say_gate_voted(struct str *out, const struct event *event)
{
	const char *vote = event_text(event, "vote");
	bool approve = strcmp(vote, "approve") == 0;

	str_addf(out, "%s %s %s", event_text(event, "person"),
		 approve			 ? "approved"
		 : strcmp(vote, "override") == 0 ? "overrode the gate of"
						 : "rejected",
		 event_stage(event));
	if (approve)
		str_addf(out, " (%lld of %lld)",
			 (long long)event_int(event, "approvals", 0),
			 (long long)event_int(event, "required", 0));
	say_field(out, ": ", event, "reason");
}

void say_gate_closed(struct str *out, const struct event *event)
{
	str_addf(out, "%s: gate %s%s", event_stage(event),
		 event_bool(event, "resumed") ? "was " : "",
		 event_text(event, "outcome"));
	say_field(out, " by ", event, "person");
	say_field(out, ": ", event, "reason");
}

static void add_release(struct str *out, const char *before,
			const json_t *release)
{
	if (!json_is_object(release))
		return;
	say_text(out, before, json_text(release, "version"));
	say_text(out, " on ", json_text(release, "colour"));
}

void say_deploy_planned(struct str *out, const struct event *event)
{
	str_addf(out, "%s: %s of", event_text(event, "environment"),
		 event_text(event, "strategy"));
	say_text(out, " ",
		 json_text(event_json(event, "candidate"), "version"));
	say_field(out, " on ", event, "colour");
	str_add(out, ", ");
	say_count(out, (int64_t)json_array_size(event_json(event, "steps")),
		  "step", "steps");
	add_release(out, ", beside ", event_json(event, "live"));
	say_field(out, "; ", event, "note");
}

void say_deploy_finished(struct str *out, const struct event *event)
{
	str_addf(out, "%s: ", event_text(event, "environment"));
	if (*event_text(event, "text")) {
		str_add(out, event_text(event, "text"));
		return;
	}
	str_addf(out, "deployment %s", event_text(event, "outcome"));
	add_release(out, ", live: ", event_json(event, "live"));
}

static void begin_target(struct str *out, const struct event *event,
			 const char *verb)
{
	str_addf(out, "%s: %s %s", event_text(event, "environment"),
		 event_text(event, "colour"), verb);
}

void say_target_started(struct str *out, const struct event *event)
{
	begin_target(out, event, "started");
	say_field(out, " ", event, "version");
	if (event_int(event, "port", 0))
		str_addf(out, " on port %lld",
			 (long long)event_int(event, "port", 0));
}

void say_target_healthy(struct str *out, const struct event *event)
{
	begin_target(out, event, "is healthy after ");
	say_duration(out, event_int(event, "ms", 0));
}

void say_target_failed(struct str *out, const struct event *event)
{
	begin_target(out, event, "FAILED");
	say_field(out, ": ", event, "reason");
}

void say_target_stopped(struct str *out, const struct event *event)
{
	begin_target(out, event, "stopped");
	say_field(out, ": ", event, "reason");
}

void say_target_restarted(struct str *out, const struct event *event)
{
	long long instance = event_int(event, "instance", 1);

	begin_target(out, event, "");
	if (instance > 1)
		str_addf(out, "(instance %lld) ", instance);
	str_addf(out, "was started again, %lld so far",
		 (long long)event_int(event, "restarts", 0));
	say_field(out, ": ", event, "ended");
}

void event_preview_where(const struct event *event, struct str *out)
{
	const char *listen = event_text(event, "listen");
	bool everywhere = *listen == '*';

	if (*listen)
		str_addf(out, "http://%s%s", everywhere ? "127.0.0.1" : "",
			 listen + everywhere);
	say_field(out, *listen ? ", or with header " : "with header ", event,
		  "header");
}

void say_preview_opened(struct str *out, const struct event *event)
{
	begin_target(out, event, "can be looked at");
	say_field(out, ", ", event, "version");
	str_add(out, ": ");
	event_preview_where(event, out);
}

void say_preview_closed(struct str *out, const struct event *event)
{
	begin_target(out, event, "");
	str_add(out, "can not be looked at any more");
}

/* The colour that gained; without knowing what was before, the one with a
 * share between none and all, else the one that has all. */
static enum colour gaining(const json_t *from, const json_t *to)
{
	double before = json_number(from, "green", NAN);
	double after = json_number(to, "green", 0);

	if (!isnan(before))
		return after > before ? COLOUR_GREEN : COLOUR_BLUE;
	return after > 0 ? COLOUR_GREEN : COLOUR_BLUE;
}

/* "(asked 5 %, 13 of 256)" when what was set is not what was asked. */
static void add_units(struct str *out, double asked, const json_t *units,
		      const char *colour)
{
	char text[NUMBER_TEXT_SIZE];
	int64_t sum = json_int(units, "blue", 0) + json_int(units, "green", 0);
	int64_t mine = json_int(units, colour, 0);

	if (!sum || fabs(100.0 * (double)mine / (double)sum - asked) < 0.01)
		return;
	str_addf(out, " (asked %s %%, %lld of %lld)",
		 number_real(asked, 1, text), (long long)mine, (long long)sum);
}

static double got(double asked, const json_t *units, const char *colour)
{
	int64_t sum = json_int(units, "blue", 0) + json_int(units, "green", 0);

	return sum ? 100.0 * (double)json_int(units, colour, 0) / (double)sum
		   : asked;
}

void say_traffic_changed(struct str *out, const struct event *event)
{
	const json_t *from = event_json(event, "from");
	const json_t *to = event_json(event, "to");
	const json_t *units = event_json(event, "units");
	const char *colour = colour_name(gaining(from, to));
	double asked = json_number(to, colour, NAN);
	char text[NUMBER_TEXT_SIZE];

	str_addf(out, "%s: traffic %s ", event_text(event, "environment"),
		 colour);
	if (json_is_object(from))
		str_addf(out, "%s -> ",
			 number_real(json_number(from, colour, NAN), 1, text));
	str_addf(out, "%s %%", number_real(got(asked, units, colour), 1, text));
	add_units(out, asked, units, colour);
	str_add(out, " in ");
	say_duration(out, event_int(event, "ms", 0));
	if (event_int(event, "failed", 0)) {
		str_add(out, ", ");
		say_count(out, event_int(event, "failed", 0),
			  "request FAILED by it", "requests FAILED by it");
	}
}

void say_traffic_observed(struct str *out, const struct event *event)
{
	str_addf(out, "%s: ", event_text(event, "environment"));
	if (event_bool(event, "enough") && !event_bool(event, "agrees"))
		str_add(out, "traffic DISAGREES: ");
	str_add(out, event_text(event, "text"));
}

void say_traffic_left(struct str *out, const struct event *event)
{
	char text[NUMBER_TEXT_SIZE];

	str_addf(out, "%s: %s stopped answering at %s %% of the traffic; ",
		 event_text(event, "environment"), event_text(event, "colour"),
		 number_real(event_real(event, "asked", NAN), 1, text));
	if (!event_has(event, "failed"))
		str_add(out, "what failed by it is not known");
	else if (!event_int(event, "failed", 0))
		str_add(out, "no request failed");
	else
		say_count(out, event_int(event, "failed", 0), "request FAILED",
			  "requests FAILED");
	if (event_int(event, "retried", 0))
		str_addf(out, ", %lld sent again",
			 (long long)event_int(event, "retried", 0));
}

/* What is good is not told every few seconds. */
void say_analysis_judged(struct str *out, const struct event *event)
{
	const char *verdict = event_text(event, "verdict");

	if (strcmp(verdict, "fail") != 0 && strcmp(verdict, "error") != 0)
		return;
	str_addf(out, "%s: analysis ", event_text(event, "environment"));
	str_add(out, strcmp(verdict, "fail") == 0 ? "fails" : "could not tell");
	say_field(out, ": ", event, "text");
	/* The text of a failure counts it. */
	if (strcmp(verdict, "fail") != 0 && event_int(event, "allowed", 0))
		str_addf(out, " (%lld of %lld)",
			 (long long)event_int(event, "failures", 0),
			 (long long)event_int(event, "allowed", 0));
}

void say_readiness(struct str *out, const struct event *event)
{
	str_addf(out, "%s: way back ", event_text(event, "environment"));
	str_add(out, event_bool(event, "ready") ? "READY" : "NOT READY");
	say_field(out, ": ", event, "text");
}

void say_rollback_started(struct str *out, const struct event *event)
{
	str_addf(out, "%s: ROLLING BACK", event_text(event, "environment"));
	say_field(out, " ", event, "from");
	say_field(out, " -> ", event, "to");
	say_field(out, " on ", event, "colour");
	if (*event_text(event, "person"))
		say_field(out, ", by ", event, "person");
	else
		say_field(out, ", by the ", event, "by");
	say_field(out, ": ", event, "reason");
}

void say_rollback_finished(struct str *out, const struct event *event)
{
	str_addf(out, "%s: ", event_text(event, "environment"));
	if (*event_text(event, "text")) {
		str_add(out, event_text(event, "text"));
		return;
	}
	str_addf(out, "rollback %s, ", event_text(event, "outcome"));
	say_duration(out, event_int(event, "ms", 0));
}

void say_vetoed(struct str *out, const struct event *event)
{
	str_addf(out, "%s: %s is not released again without an override",
		 event_text(event, "environment"),
		 event_text(event, "version"));
}

void say_pardoned(struct str *out, const struct event *event)
{
	str_addf(out, "%s: %s may be released again",
		 event_text(event, "environment"),
		 event_text(event, "version"));
	say_field(out, ", by ", event, "person");
	say_field(out, ": ", event, "reason");
}

void say_window_overridden(struct str *out, const struct event *event)
{
	str_addf(out, "%s: %s overrides its windows",
		 event_text(event, "environment"), event_text(event, "person"));
	say_field(out, ": ", event, "reason");
}

void say_drill_started(struct str *out, const struct event *event)
{
	str_addf(out, "%s: DRILL of the way back",
		 event_text(event, "environment"));
	say_field(out, " ", event, "from");
	say_field(out, " -> ", event, "to");
	say_field(out, " on ", event, "colour");
	say_field(out, ", by ", event, "person");
}

void say_drill_finished(struct str *out, const struct event *event)
{
	str_addf(out, "%s: %s", event_text(event, "environment"),
		 event_text(event, "text"));
}

/* The time of the day alone where that is today. */
static void say_until(struct str *out, int64_t until_ms, int64_t now_ms)
{
	char until[CLOCK_TEXT_SIZE], now[CLOCK_TEXT_SIZE];
	const size_t day = strlen("2026-11-20");

	clock_format_minute(until_ms, until);
	clock_format_minute(now_ms, now);
	if (strncmp(until, now, day) == 0)
		clock_format_local(until_ms, until);
	str_addf(out, " until %s", until);
}

void say_locked(struct str *out, const struct event *event)
{
	str_addf(out, "%s locked by %s", event_text(event, "environment"),
		 event_text(event, "person"));
	if (event_time(event, "until"))
		say_until(out, event_time(event, "until"), event->time_ms);
	say_field(out, ": ", event, "reason");
}

void say_unlocked(struct str *out, const struct event *event)
{
	str_addf(out, "%s unlocked by %s", event_text(event, "environment"),
		 event_text(event, "person"));
}
