/* SPDX-License-Identifier: MIT */
/* One readable line an event, by a table of what each type says. */
#include <ctype.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/memory.h"
#include "base/number.h"
#include "base/str.h"
#include "model/sentence.h"
#include "model/fold.h"

/* Of a test's message and a finding's title. */
#define SHORT_BYTES 200

/* "" when the event has no such text, else BEFORE TEXT. */
void say_text(struct str *out, const char *before, const char *text)
{
	if (*text) {
		str_add(out, before);
		str_add(out, text);
	}
}

void say_field(struct str *out, const char *before, const struct event *event,
	       const char *key)
{
	say_text(out, before, event_text(event, key));
}

/* Whole milliseconds while they matter, else as duration_format() has it. */
void say_duration(struct str *out, int64_t ms)
{
	char text[CLOCK_TEXT_SIZE];

	if (ms < 100)
		str_addf(out, "%lld ms", (long long)ms);
	else
		str_add(out, duration_format(ms, text));
}

void say_count(struct str *out, int64_t count, const char *one,
	       const char *many)
{
	char text[NUMBER_TEXT_SIZE];

	str_addf(out, "%s %s", number_grouped(count, text),
		 count == 1 ? one : many);
}

/* What it was told to leave out, as it was told. */
static void say_options(struct str *out, const json_t *options)
{
	static const char *const lists[] = {"skip", "only"};
	static const char *const names[] = {"from", "until"};

	for (size_t i = 0; i < ARRAY_SIZE(lists); i++) {
		const json_t *list = json_object_get(options, lists[i]);
		const json_t *name;
		size_t j;

		json_array_foreach(list, j, name)
		{
			str_addf(out, ", --%s ", lists[i]);
			say_text(out, "",
				 json_string_value(name)
					 ? json_string_value(name)
					 : "?");
		}
	}
	for (size_t i = 0; i < ARRAY_SIZE(names); i++)
		if (*json_text(options, names[i]))
			str_addf(out, ", --%s %s", names[i],
				 json_text(options, names[i]));
	say_text(out, ": ", json_text(options, "reason"));
}

static void say_run_started(struct str *out, const struct event *event)
{
	const char *version = event_text(event, "version");

	str_addf(out, "run %lld started: %s",
		 (long long)event_int(event, "run", 0),
		 event_text(event, "pipeline"));
	say_field(out, " ", event, "version");
	if (!*version || !starts_with(event_text(event, "commit"), version))
		str_addf(out, " at %.7s", event_text(event, "commit"));
	say_field(out, ", by ", event, "person");
	say_options(out, event_json(event, "options"));
}

static void say_run_resumed(struct str *out, const struct event *event)
{
	str_add(out, event_text(event, "text"));
}

static void say_run_finished(struct str *out, const struct event *event)
{
	if (*event_text(event, "text")) {
		str_add(out, event_text(event, "text"));
		return;
	}
	str_addf(out, "run finished: %s, ", event_text(event, "outcome"));
	say_duration(out, event_int(event, "ms", 0));
}

static void say_stage_ready(struct str *out, const struct event *event)
{
	if (*event_text(event, "reason"))
		str_add_named(out, event_stage(event),
			      event_text(event, "reason"));
}

static void say_stage_started(struct str *out, const struct event *event)
{
	int64_t attempt = event_int(event, "attempt", 1);

	str_addf(out, "%s started", event_stage(event));
	if (event_bool(event, "continues"))
		str_add(out, " where it was");
	else if (attempt > 1)
		str_addf(out, ", attempt %lld", (long long)attempt);
}

static void say_stage_finished(struct str *out, const struct event *event)
{
	str_addf(out, "%s finished: %s, ", event_stage(event),
		 event_text(event, "outcome"));
	say_duration(out, event_int(event, "ms", 0));
	/* "cancelled: cancelled" says nothing. */
	if (strcmp(event_text(event, "reason"), event_text(event, "outcome")) !=
	    0)
		say_field(out, ": ", event, "reason");
	say_field(out, "; its folder is kept: ", event, "kept");
}

static void say_stage_skipped(struct str *out, const struct event *event)
{
	str_addf(out, "%s skipped", event_stage(event));
	say_field(out, ": ", event, "reason");
}

static void say_stage_retrying(struct str *out, const struct event *event)
{
	str_addf(out, "%s %s", event_stage(event),
		 event_text(event, "outcome"));
	say_field(out, ": ", event, "reason");
	say_field(out, "; ", event, "text");
}

static void say_service_started(struct str *out, const struct event *event)
{
	str_addf(out, "service %s started on port %lld",
		 event_text(event, "service"),
		 (long long)event_int(event, "port", 0));
}

static void say_service_healthy(struct str *out, const struct event *event)
{
	str_addf(out, "service %s is healthy after ",
		 event_text(event, "service"));
	say_duration(out, event_int(event, "ms", 0));
}

static void say_service_stopped(struct str *out, const struct event *event)
{
	str_addf(out, "service %s stopped", event_text(event, "service"));
	say_field(out, ": ", event, "reason");
}

/* Only what takes its time on purpose is announced. */
static void say_step_started(struct str *out, const struct event *event)
{
	if (strcmp(event_text(event, "kind"), "pause") == 0)
		str_addf(out, "%s: %s", event_stage(event),
			 event_text(event, "label"));
}

static void say_step_finished(struct str *out, const struct event *event)
{
	const char *kind = event_text(event, "kind");
	bool passed = strcmp(event_text(event, "outcome"), "passed") == 0;

	if (passed && strcmp(kind, "check") != 0)
		return;
	if (!passed && strcmp(kind, "run") == 0)
		return; /* the stage's own end says so */
	str_addf(out, "%s: %s %s", event_stage(event),
		 *event_text(event, "step") ? event_text(event, "step") : kind,
		 event_text(event, "outcome"));
	say_field(out, ": ", event, "reason");
	str_add(out, ", ");
	say_duration(out, event_int(event, "ms", 0));
}

static void say_place(struct str *out, const struct event *event)
{
	int64_t line = event_int(event, "line", 0);

	if (!*event_text(event, "file"))
		return;
	str_addf(out, " (%s", event_text(event, "file"));
	if (line)
		str_addf(out, ":%lld", (long long)line);
	str_add_char(out, ')');
}

/* What is longer fills the screen; the tables have it whole. */
static void say_short(struct str *out, const char *before, const char *text)
{
	size_t len = strlen(text);

	if (len <= SHORT_BYTES) {
		say_text(out, before, text);
		return;
	}
	for (len = SHORT_BYTES; ((unsigned char)text[len] & 0xc0) == 0x80;)
		len--;
	str_add(out, before);
	str_add_bytes(out, text, len);
	str_add(out, "...");
}

static void say_test_finished(struct str *out, const struct event *event)
{
	char before[TEST_HISTORY_SIZE];

	if (event_bool(event, "newly-skipped"))
		str_addf(out, "%s: SKIPPED %s, newly: it ran in what is live",
			 event_stage(event), event_text(event, "name"));
	if (strcmp(event_text(event, "outcome"), "failed") != 0)
		return;
	str_addf(out, "%s: FAIL %s", event_stage(event),
		 event_text(event, "name"));
	say_short(out, ": ", event_text(event, "message"));
	say_place(out, event);
	if (test_history(event_int(event, "failed-before", -1),
			 event_int(event, "runs-before", -1), before))
		str_addf(out, ", %s", before);
}

static void add_severities(struct str *out, const struct event *event)
{
	static const char *const names[] = {"critical", "high", "medium",
					    "low",	"info", "unknown"};
	const char *between = " (";

	for (size_t i = 0; i < ARRAY_SIZE(names); i++) {
		int64_t count = event_int(event, names[i], 0);

		if (!count)
			continue;
		str_addf(out, "%s%lld %s", between, (long long)count, names[i]);
		between = ", ";
	}
	if (*between == ',')
		str_add_char(out, ')');
}

static void add_hidden(struct str *out, int64_t count, const char *why)
{
	if (count > 0)
		str_addf(out, ", %lld %s", (long long)count, why);
}

static void say_findings(struct str *out, const struct event *event)
{
	say_count(out, event_int(event, "open", 0), "open finding",
		  "open findings");
	add_severities(out, event);
	/* Its reason counts them too; what is suppressed is both. */
	if (*event_text(event, "reason"))
		return;
	add_hidden(out, event_int(event, "excepted", 0), "excepted");
	add_hidden(out,
		   event_int(event, "suppressed", 0) -
			   event_int(event, "excepted", 0),
		   "suppressed");
}

static void say_tests(struct str *out, const struct event *event)
{
	say_count(out, event_int(event, "passed", 0), "test passed",
		  "tests passed");
	str_addf(out, ", %lld failed",
		 (long long)event_int(event, "failed", 0));
	if (event_int(event, "skipped", 0))
		str_addf(out, ", %lld skipped",
			 (long long)event_int(event, "skipped", 0));
}

static void say_changes(struct str *out, const struct event *event)
{
	struct changes_model changes = {0};

	changes_add(&changes, event);
	if (!changes_sentence(&changes, out))
		str_add(out, event_text(event, "path"));
}

static void say_coverage(struct str *out, const struct event *event)
{
	char text[NUMBER_TEXT_SIZE];

	if (!event_has(event, "lines")) {
		str_add(out, event_text(event, "path"));
		return;
	}
	str_addf(out, "%lld of ", (long long)event_int(event, "covered", 0));
	str_addf(out, "%s lines covered",
		 number_grouped(event_int(event, "lines", 0), text));
}

static void say_components(struct str *out, const struct event *event)
{
	if (!event_has(event, "components")) {
		str_add(out, event_text(event, "path"));
		return;
	}
	say_count(out, event_int(event, "components", 0), "component",
		  "components");
	if (event_int(event, "license-unknown", 0))
		str_addf(out, ", %lld without a licence",
			 (long long)event_int(event, "license-unknown", 0));
}

static void say_report_read(struct str *out, const struct event *event)
{
	static const struct {
		const char *kind;
		void (*say)(struct str *out, const struct event *event);
	} kinds[] = {
		{"tests", say_tests},		{"findings", say_findings},
		{"coverage", say_coverage},	{"changes", say_changes},
		{"components", say_components},
	};

	str_addf(out, "%s: ", event_stage(event));
	/* What it says may name the file itself. */
	if (report_is_unread(event) && !starts_with(event_text(event, "reason"),
						    event_text(event, "path")))
		str_addf(out, "%s ", event_text(event, "path"));
	if (report_is_unread(event))
		str_add(out, "unread");
	for (size_t i = 0; !report_is_unread(event) && i < ARRAY_SIZE(kinds);
	     i++)
		if (strcmp(event_text(event, "kind"), kinds[i].kind) == 0)
			kinds[i].say(out, event);
	if (!event_bool(event, "ok"))
		str_add(out, ", does not hold");
	say_field(out, ": ", event, "reason");
}

/* The rest, and what does not count, is in the counts of the report. */
static void say_finding_found(struct str *out, const struct event *event)
{
	const char *severity = event_text(event, "severity");

	if (event_bool(event, "suppressed") || event_has(event, "state") ||
	    (strcmp(severity, "critical") != 0 &&
	     strcmp(severity, "high") != 0 && !event_bool(event, "blamed")))
		return;
	str_addf(out, "%s: ", event_stage(event));
	for (; *severity; severity++)
		str_add_char(out, (char)toupper((unsigned char)*severity));
	say_field(out, " ", event, "id");
	say_field(out, " ", event, "package");
	say_field(out, " ", event, "installed");
	say_field(out, ", fixed in ", event, "fixed");
	say_field(out, ", ", event, "path");
	if (event_int(event, "line", 0))
		str_addf(out, ":%lld", (long long)event_int(event, "line", 0));
	say_short(out, ": ", event_text(event, "title"));
}

static void say_artifact_stored(struct str *out, const struct event *event)
{
	char size[NUMBER_TEXT_SIZE];

	str_addf(out, "%s: kept %s, %s, %.12s", event_stage(event),
		 event_text(event, "path"),
		 number_bytes(event_int(event, "bytes", 0), size),
		 event_text(event, "digest"));
}

/* A vote has a sentence of its own. */
static bool is_vote(const char *command)
{
	return strcmp(command, "approve") == 0 ||
	       strcmp(command, "reject") == 0 ||
	       strcmp(command, "override") == 0;
}

static void say_command_received(struct str *out, const struct event *event)
{
	if (is_vote(event_text(event, "command")))
		return;
	str_addf(out, "%s: %s", event_text(event, "person"),
		 event_text(event, "command"));
	say_field(out, " ", event, "target");
	say_field(out, " ", event, "before");
	say_field(out, " -> ", event, "after");
	say_field(out, ": ", event, "reason");
}

static void say_command_refused(struct str *out, const struct event *event)
{
	str_addf(out, "%s: %s", event_text(event, "person"),
		 event_text(event, "command"));
	say_field(out, " ", event, "target");
	say_field(out, " refused: ", event, "why");
}

static void say_note(struct str *out, const struct event *event)
{
	str_add(out, event_text(event, "text"));
}

static say_function *const sentences[EVENT_TYPE_COUNT] = {
	[EVENT_RUN_STARTED] = say_run_started,
	[EVENT_RUN_RESUMED] = say_run_resumed,
	[EVENT_RUN_FINISHED] = say_run_finished,
	[EVENT_STAGE_READY] = say_stage_ready,
	[EVENT_STAGE_STARTED] = say_stage_started,
	[EVENT_STAGE_FINISHED] = say_stage_finished,
	[EVENT_STAGE_SKIPPED] = say_stage_skipped,
	[EVENT_STAGE_RETRYING] = say_stage_retrying,
	[EVENT_SERVICE_STARTED] = say_service_started,
	[EVENT_SERVICE_HEALTHY] = say_service_healthy,
	[EVENT_SERVICE_STOPPED] = say_service_stopped,
	[EVENT_STEP_STARTED] = say_step_started,
	[EVENT_STEP_FINISHED] = say_step_finished,
	[EVENT_TEST_FINISHED] = say_test_finished,
	[EVENT_REPORT_READ] = say_report_read,
	[EVENT_FINDING_FOUND] = say_finding_found,
	[EVENT_ARTIFACT_STORED] = say_artifact_stored,
	[EVENT_GATE_OPENED] = say_gate_opened,
	[EVENT_GATE_VOTED] = say_gate_voted,
	[EVENT_GATE_CLOSED] = say_gate_closed,
	[EVENT_WINDOW_OVERRIDDEN] = say_window_overridden,
	[EVENT_DEPLOY_PLANNED] = say_deploy_planned,
	[EVENT_DEPLOY_FINISHED] = say_deploy_finished,
	[EVENT_TARGET_STARTED] = say_target_started,
	[EVENT_TARGET_HEALTHY] = say_target_healthy,
	[EVENT_TARGET_FAILED] = say_target_failed,
	[EVENT_TARGET_STOPPED] = say_target_stopped,
	[EVENT_TARGET_RESTARTED] = say_target_restarted,
	[EVENT_PREVIEW_OPENED] = say_preview_opened,
	[EVENT_PREVIEW_CLOSED] = say_preview_closed,
	[EVENT_TRAFFIC_CHANGED] = say_traffic_changed,
	[EVENT_TRAFFIC_OBSERVED] = say_traffic_observed,
	[EVENT_TRAFFIC_LEFT] = say_traffic_left,
	[EVENT_ANALYSIS_JUDGED] = say_analysis_judged,
	[EVENT_ROLLBACK_READINESS] = say_readiness,
	[EVENT_ROLLBACK_STARTED] = say_rollback_started,
	[EVENT_ROLLBACK_FINISHED] = say_rollback_finished,
	[EVENT_RELEASE_VETOED] = say_vetoed,
	[EVENT_RELEASE_PARDONED] = say_pardoned,
	[EVENT_DRILL_STARTED] = say_drill_started,
	[EVENT_DRILL_FINISHED] = say_drill_finished,
	[EVENT_ENVIRONMENT_LOCKED] = say_locked,
	[EVENT_ENVIRONMENT_UNLOCKED] = say_unlocked,
	[EVENT_COMMAND_RECEIVED] = say_command_received,
	[EVENT_COMMAND_REFUSED] = say_command_refused,
	[EVENT_NOTE_ADDED] = say_note,
};

char *event_sentence(const struct event *event)
{
	struct str out = STR_INIT;

	if (!sentences[event->type])
		return NULL;
	sentences[event->type](&out, event);
	if (out.len)
		return str_detach(&out);
	str_release(&out);
	return NULL;
}
