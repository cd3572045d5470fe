/* SPDX-License-Identifier: MIT */
/* A host for one step: a real loop, helpers, logs and HTTP, with the events
 * kept as text and the disk as slow as a test wants it. */
#ifndef SIGNALBOX_TESTS_UNIT_STEP_RIG_H
#define SIGNALBOX_TESTS_UNIT_STEP_RIG_H

#include "support/cmocka.h"

#include "step/step.h"

struct rig_waiter {
	void (*then)(void *argument);
	void *argument;
};

struct rig {
	char *folder;
	struct loop *loop;
	struct helper *writer, *helper, *judge;
	struct log_pool *logs;
	struct http *http;
	struct pipeline *pipeline;
	struct commit commit;
	struct artifacts artifacts;
	struct run_facts facts;
	struct step_host host;
	struct environment *environment; /* the test's */
	struct step *claimed;
	struct stage_log *log;
	struct str events; /* one line of JSON each */
	struct rig_waiter waiters[8];
	size_t waiter_count;
	bool disk_is_slow; /* waiters stay until rig_sync() */
	const char *findings;
	const char *stage; /* NULL: the first of the pipeline */
	struct step *step;
	bool done;
	enum state outcome;
	char reason[400];
	char *log_failure;
};

/* An empty folder, and the pipeline of the text. */
void rig_init(struct rig *rig, const char *pipeline_text);
void rig_release(struct rig *rig);
/* Makes the stage's step. */
struct step *rig_step(struct rig *rig, enum step_kind kind);
/* And starts it; the test fails when it does. */
void rig_start(struct rig *rig, enum step_kind kind);
/* Calls those who wait for the disk. */
void rig_sync(struct rig *rig);
/* Turns the loop until the text was told in an event / the step ended. */
void rig_until_told(struct rig *rig, const char *text);
void rig_until_done(struct rig *rig);
/* Turns it until the flag is set. */
void rig_until(struct rig *rig, const bool *flag);
/* How often the text is in the events. */
int rig_told(const struct rig *rig, const char *text);
/* A command from `login`; returns its result. */
int rig_command(struct rig *rig, enum command_kind kind, const char *login,
		uid_t uid, const char *reason);

#endif
