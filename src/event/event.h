/* SPDX-License-Identifier: MIT */
/*
 * event/ is the one stream: what happens is an event, one JSON object a
 * line. The dashboard, the headless output, journals, second terminals and
 * replays read the same events. This file: the types and their one codec.
 *
 * Every event has seq (from 1, no gaps in its journal), time (UTC), event;
 * stage and step where they apply. A transient type is on the pipe only, with
 * the seq of the last journaled one. The fields of each type stand in
 * man/signalbox-events.5; the tests hold what real runs wrote to it.
 */
#ifndef SIGNALBOX_EVENT_EVENT_H
#define SIGNALBOX_EVENT_EVENT_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"
#include "base/str.h"
#include "base/strings.h"

/* identifier, name on the wire, transient */
#define EVENT_TYPES(X)                                     \
	X(RUN_STARTED, "run.started", 0)                   \
	X(RUN_RESUMED, "run.resumed", 0)                   \
	X(RUN_FINISHED, "run.finished", 0)                 \
	X(STAGE_READY, "stage.ready", 0)                   \
	X(STAGE_STARTED, "stage.started", 0)               \
	X(STAGE_FINISHED, "stage.finished", 0)             \
	X(STAGE_SKIPPED, "stage.skipped", 0)               \
	X(STAGE_RETRYING, "stage.retrying", 0)             \
	X(STEP_STARTED, "step.started", 0)                 \
	X(STEP_FINISHED, "step.finished", 0)               \
	X(SERVICE_STARTED, "service.started", 0)           \
	X(SERVICE_HEALTHY, "service.healthy", 0)           \
	X(SERVICE_STOPPED, "service.stopped", 0)           \
	X(LOG_GREW, "log.grew", 1)                         \
	X(TEST_FINISHED, "test.finished", 0)               \
	X(REPORT_READ, "report.read", 0)                   \
	X(FINDING_FOUND, "finding.found", 0)               \
	X(ARTIFACT_STORED, "artifact.stored", 0)           \
	X(GATE_OPENED, "gate.opened", 0)                   \
	X(GATE_VOTED, "gate.voted", 0)                     \
	X(GATE_CLOSED, "gate.closed", 0)                   \
	X(WINDOW_OVERRIDDEN, "window.overridden", 0)       \
	X(DEPLOY_PLANNED, "deploy.planned", 0)             \
	X(DEPLOY_FINISHED, "deploy.finished", 0)           \
	X(TARGET_STARTED, "target.started", 0)             \
	X(TARGET_HEALTHY, "target.healthy", 0)             \
	X(TARGET_FAILED, "target.failed", 0)               \
	X(TARGET_STOPPED, "target.stopped", 0)             \
	X(TARGET_RESTARTED, "target.restarted", 0)         \
	X(PREVIEW_OPENED, "preview.opened", 0)             \
	X(PREVIEW_CLOSED, "preview.closed", 0)             \
	X(TRAFFIC_CHANGING, "traffic.changing", 0)         \
	X(TRAFFIC_CHANGED, "traffic.changed", 0)           \
	X(TRAFFIC_OBSERVED, "traffic.observed", 0)         \
	X(TRAFFIC_SAMPLED, "traffic.sampled", 0)           \
	X(TRAFFIC_LEFT, "traffic.left", 0)                 \
	X(ANALYSIS_JUDGED, "analysis.judged", 0)           \
	X(ROLLBACK_READINESS, "rollback.readiness", 0)     \
	X(ROLLBACK_STARTED, "rollback.started", 0)         \
	X(ROLLBACK_FINISHED, "rollback.finished", 0)       \
	X(RELEASE_VETOED, "release.vetoed", 0)             \
	X(RELEASE_PARDONED, "release.pardoned", 0)         \
	X(DRILL_STARTED, "drill.started", 0)               \
	X(DRILL_FINISHED, "drill.finished", 0)             \
	X(ENVIRONMENT_SEEN, "environment.seen", 0)         \
	X(ENVIRONMENT_LOCKED, "environment.locked", 0)     \
	X(ENVIRONMENT_UNLOCKED, "environment.unlocked", 0) \
	X(COMMAND_RECEIVED, "command.received", 0)         \
	X(COMMAND_REFUSED, "command.refused", 0)           \
	X(NOTE_ADDED, "note.added", 0)                     \
	X(REPLY, "reply", 1)                               \
	X(BEHIND, "behind", 1)

enum event_type {
	EVENT_UNKNOWN,
#define X(id, name, transient) EVENT_##id,
	EVENT_TYPES(X)
#undef X
		EVENT_TYPE_COUNT
};

struct event {
	enum event_type type;
	int64_t seq;	 /* 0 until a journal or stream gives one */
	int64_t time_ms; /* wall clock */
	/* Owned object: all fields but seq, time, event and prev. Of an
	 * unknown type it keeps "event", its name, too. */
	json_t *fields;
};

const char *event_type_name(enum event_type type);
bool event_is_transient(enum event_type type);

/* Stamped with the wall clock; stage may be NULL. */
struct event *event_new(enum event_type type, const char *stage);
void event_free(struct event *event);

/* Setting NULL text is a no-op, so that optional fields need no branch. What
 * is no valid UTF-8 in text becomes U+FFFD: foreign bytes lose no event. A
 * real that is no number (NaN, infinite, over 1e300) is left out. */
void event_set(struct event *event, const char *key, const char *text);
void event_setf(struct event *event, const char *key, const char *format, ...)
	PRINTF_LIKE(3, 4);
void event_set_int(struct event *event, const char *key, int64_t value);
void event_set_real(struct event *event, const char *key, double value);
void event_set_bool(struct event *event, const char *key, bool value);
void event_set_time(struct event *event, const char *key, int64_t wall_ms);
/* Takes value over. NULL is a no-op. */
void event_set_json_owned(struct event *event, const char *key, json_t *value);

/* Borrowed; "" when absent or of another type. */
const char *event_text(const struct event *event, const char *key);
const char *event_stage(const struct event *event);
bool event_has(const struct event *event, const char *key);
int64_t event_int(const struct event *event, const char *key, int64_t absent);
double event_real(const struct event *event, const char *key, double absent);
bool event_bool(const struct event *event, const char *key);
int64_t event_time(const struct event *event, const char *key); /* 0 absent */
/* Borrowed; NULL when absent. */
json_t *event_json(const struct event *event, const char *key);

/* The same reads on any JSON object, for nested ones. An integer is at most
 * 2^53 either way, as I-JSON has it: as milliseconds it may be made micro-. */
const char *json_text(const json_t *object, const char *key);
int64_t json_int(const json_t *object, const char *key, int64_t absent);
double json_number(const json_t *object, const char *key, double absent);

/* A new JSON string of foreign bytes, made valid as event_set() does; for
 * nested objects, where json_string() would refuse them. NULL gives null. */
json_t *json_foreign(const char *text);
/* A new JSON array of them. */
json_t *json_strings(const struct strings *list);

/* Appends one line, '\n' included: {"seq":..,"time":..,"event":..,...}. With
 * prev (64 hex digits) the member "prev" comes last. */
void event_encode(const struct event *event, const char *prev,
		  struct str *line);
/* Unknown types decode as EVENT_UNKNOWN with their fields: newer writers are
 * read, not refused. */
struct event *event_decode(const char *line, size_t len,
			   struct error *err) MUST_CHECK;

#endif
