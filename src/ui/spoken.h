/* SPDX-License-Identifier: MIT */
/*
 * What is told in sentences instead of drawn: of an event, of how a run
 * stands, of what waits. A line each, raw: speak() makes them words, but of
 * those that begin with a tab, which are a log's. An
 * event's own sentence is event_sentence()'s, as in EVENTS and in headless
 * lines; here it is said which are worth hearing, and what more a stage's end
 * tells.
 */
#ifndef SIGNALBOX_UI_SPOKEN_H
#define SIGNALBOX_UI_SPOKEN_H

#include "base/strings.h"
#include "ui/shipment.h"
#include "ui/table-data.h"
#include "ui/view.h"

/* Held against the model before the event: what only goes on is no news.
 * person: who listens. */
bool spoken_is_news(const struct model *before, const struct event *event,
		    const char *person);
/* With the model after it. Adds one line, or none. */
void spoken_event(const struct model *model, const struct event *event,
		  struct strings *lines);

/* "Run 481. checkout v2.14.0 to production, delivery mode. Started ..." */
void spoken_begin(const struct model *model, struct strings *lines);
/* How the run ended, and what comes next. */
void spoken_end(const struct model *model, struct strings *lines);
/* Adds where a person is waited for: "production" at its gate, or at a step.
 * Borrowed by nobody: the caller frees it; "" when nobody is. */
char *spoken_waits(const struct model *model);
/* The open gate, and what the person cannot do at it. */
void spoken_gate(const struct view *view, const struct model *model,
		 struct strings *lines);
/* What moves, who serves which requests, the way back. */
void spoken_status(const struct view *view, const struct model *model,
		   struct strings *lines);
void spoken_environment(const struct view *view,
			const struct environment_model *it,
			struct strings *lines);
void spoken_way_back(const struct environment_model *it, int64_t now_ms,
		     struct strings *lines);

/* What was asked to be shown; false where there is nothing of it. */
bool spoken_has_failure(const struct model *model);
void spoken_failure(const struct view *view, const struct model *model,
		    struct strings *lines);
bool spoken_has_commits(const struct model *model);
void spoken_commits(const struct model *model, struct strings *lines);
void spoken_shipment(const struct shipment *it, struct strings *lines);
/* What else reports say: coverage and licences; whether there is any. */
bool spoken_evidence(const struct model *model, struct strings *lines);
void spoken_findings(const struct model *model, struct strings *lines);
/* The worst rows of a table. Reads what the run has kept. */
void spoken_table(struct view *view, const struct model *model,
		  enum table_kind kind, struct strings *lines);
/* The end of the log of the stage that matters. */
void spoken_log(const struct view *view, const struct model *model,
		struct strings *lines);

#endif
