/* SPDX-License-Identifier: MIT */
/* What is told of each event, and of the run's two ends. */
#include "ui/spoken.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/number.h"
#include "ui/format.h"
#include "ui/speak.h"

/* The first tests that fail are told singly; its end counts them all. */
#define FAILURES_TOLD 5

/* How it is at first, status tells. */
static bool is_readiness_news(const struct model *before,
			      const struct event *event)
{
	const struct environment_model *it =
		model_environment(before, event_text(event, "environment"));

	return it && it->way_back.known &&
	       it->way_back.ready != event_bool(event, "ready");
}

bool spoken_is_news(const struct model *before, const struct event *event,
		    const char *person)
{
	switch (event->type) {
	case EVENT_LOG_GREW:
	case EVENT_TRAFFIC_SAMPLED:
	case EVENT_REPLY:
	case EVENT_REPORT_READ:	  /* the stage's end counts it */
	case EVENT_FINDING_FOUND: /* likewise */
	case EVENT_ARTIFACT_STORED:
	case EVENT_SERVICE_STARTED:
	case EVENT_SERVICE_HEALTHY:
	case EVENT_SERVICE_STOPPED:
	case EVENT_TARGET_STARTED:
	case EVENT_GATE_OPENED:	 /* told as what waits */
	case EVENT_RUN_FINISHED: /* the last sentence */
		return false;
	case EVENT_STAGE_STARTED:
		return event_int(event, "attempt", 1) > 1 ||
		       event_bool(event, "continues");
	case EVENT_STEP_FINISHED:
		/* What ends others' steps too is told of their stage. */
		return state_parse(event_text(event, "outcome")) ==
			       STATE_FAILED ||
		       state_parse(event_text(event, "outcome")) ==
			       STATE_TIMED_OUT;
	case EVENT_TEST_FINISHED:
		/* Those newly skipped are in what the stage's end says. */
		return event_int(event, "failed", 0) <= FAILURES_TOLD &&
		       !event_bool(event, "newly-skipped");
	case EVENT_ROLLBACK_READINESS:
		return is_readiness_news(before, event);
	case EVENT_GATE_CLOSED: /* by a vote, which is told */
		return !*event_text(event, "person");
	case EVENT_COMMAND_REFUSED: /* who asked is answered */
		return !str_equal(person, event_text(event, "person"));
	default:
		return true;
	}
}

static void add_count(struct str *out, int64_t count, const char *after)
{
	char text[NUMBER_TEXT_SIZE];

	if (count)
		str_addf(out, "%s%s%s", out->len ? ", " : "",
			 number_grouped(count, text), after);
}

/* "126 tests passed, 2 skipped", "" when it had none. */
static void add_tests(struct str *out, const struct stage_model *stage)
{
	struct str text = STR_INIT;
	bool fails = stage->tests_failed > 0;

	if (!stage->has_tests && stage->tests_unread)
		str_add(out, ". Tests: unread");
	if (!stage->has_tests)
		return;
	add_count(&text, stage->tests_failed,
		  stage->tests_failed == 1 ? " test FAILED" : " tests FAILED");
	add_count(&text, stage->tests_passed,
		  fails			     ? " passed"
		  : stage->tests_passed == 1 ? " test passed"
					     : " tests passed");
	add_count(&text, stage->tests_skipped, " skipped");
	add_count(&text, stage->tests_flaky, " flaky");
	str_addf(out, ". %s%s", text.len ? text.data : "no tests",
		 stage->tests_unread ? ", and a report that could not be read"
				     : "");
	str_release(&text);
}

static void add_findings(struct str *out, const struct stage_model *stage)
{
	const struct severity_counts *counts = &stage->severities;
	struct str text = STR_INIT;

	if (!stage->scanned)
		return;
	add_count(&text, counts->critical, " CRITICAL");
	add_count(&text, counts->high, " HIGH");
	add_count(&text, counts->medium, " medium");
	add_count(&text, counts->low, " low");
	add_count(&text, counts->info, " info");
	add_count(&text, counts->unknown, " of unknown severity");
	str_addf(out, ". Findings: %s",
		 text.len	 ? text.data
		 : stage->unread ? "unread"
				 : "none");
	if (text.len && stage->unread)
		str_add(out, ", and a report that could not be read");
	add_count(out, stage->suppressed, " excepted or suppressed");
	if (text.len)
		str_add(out, stage->scan_ok ? ", not blocking" : ", BLOCKING");
	str_release(&text);
}

/* "finished", "FAILED", "timed out", "was rolled back". */
static const char *verb_of(enum state state)
{
	switch (state) {
	case STATE_PASSED:
		return "finished";
	case STATE_FAILED:
		return "FAILED";
	case STATE_TIMED_OUT:
		return "TIMED OUT";
	case STATE_EXPIRED:
		return "EXPIRED";
	case STATE_CANCELLED:
		return "was cancelled";
	case STATE_REJECTED:
		return "was REJECTED";
	case STATE_ROLLED_BACK:
		return "was ROLLED BACK";
	case STATE_ALLOWED:
		return "failed, as it may";
	default:
		return state_name(state);
	}
}

static void add_stage_end(struct str *out, const struct stage_model *stage,
			  const struct event *event)
{
	const char *reason = event_text(event, "reason");

	str_addf(out, "%s %s, ", stage->name, verb_of(stage->state));
	speak_duration(event_int(event, "ms", 0), out);
	/* A rollback's own end has told it. */
	if (*reason && strcmp(reason, event_text(event, "outcome")) != 0 &&
	    stage->state != STATE_ROLLED_BACK)
		str_addf(out, ". %s", reason);
	add_tests(out, stage);
	add_findings(out, stage);
	if (*event_text(event, "kept"))
		str_addf(out, ". Its folder is kept: %s",
			 event_text(event, "kept"));
}

/* The sentence that all have, which names the stage where that is not said. */
static void add_shared(struct str *out, const struct event *event)
{
	char *text = event_sentence(event);
	const char *stage = event_stage(event);
	const char *person = event_text(event, "person");

	if (!text)
		return;
	if (*stage && !strstr(text, stage) &&
	    !(*person && starts_with(text, person)))
		str_addf(out, "%s: ", stage);
	str_add(out, text);
	free(text);
}

void spoken_event(const struct model *model, const struct event *event,
		  struct strings *lines)
{
	const struct stage_model *stage =
		model_stage(model, event_stage(event));
	struct str out = STR_INIT;
	char clock[CLOCK_TEXT_SIZE];

	if (event->type == EVENT_RUN_STARTED) {
		spoken_begin(model, lines);
		return;
	}
	if (event->type == EVENT_STAGE_FINISHED && stage)
		add_stage_end(&out, stage, event);
	else
		add_shared(&out, event);
	if (out.len)
		strings_addf(lines, "%s %s",
			     clock_format_local(event->time_ms, clock),
			     out.data);
	str_release(&out);
}

/* Where the run leads to: the last of its deployments. */
static const char *goal(const struct model *model)
{
	for (size_t i = model->stage_count; i > 0; i--)
		if (*model->stages[i - 1].environment)
			return model->stages[i - 1].environment;
	return "";
}

void spoken_begin(const struct model *model, struct strings *lines)
{
	struct str out = STR_INIT;
	char clock[CLOCK_TEXT_SIZE];

	str_addf(&out, "Run %lld. %s", (long long)model->run, model->pipeline);
	if (*model->version)
		str_addf(&out, " %s", model->version);
	if (*goal(model))
		str_addf(&out, " to %s", goal(model));
	if (*model->mode)
		str_addf(&out, ", %s mode", model->mode);
	str_addf(&out, ". Started at %s",
		 clock_format_local(model->started, clock));
	if (*model->subject)
		str_addf(&out, ". %.7s by %s: %s", model->commit, model->author,
			 model->subject);
	strings_add_owned(lines, str_detach(&out));
}

void spoken_end(const struct model *model, struct strings *lines)
{
	if (*model->text)
		strings_addf(lines, "%c%s%s%s",
			     toupper((unsigned char)*model->text),
			     model->text + 1, *model->next ? ". Next: " : "",
			     model->next);
}
