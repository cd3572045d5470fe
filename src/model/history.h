/* SPDX-License-Identifier: MIT */
/*
 * What is remembered of runs: how each ended, how long its stages took and
 * which tests failed; and what that teaches about the next one. Where it is
 * kept is engine/remember.h's.
 */
#ifndef SIGNALBOX_MODEL_HISTORY_H
#define SIGNALBOX_MODEL_HISTORY_H

#include "model/model.h"

/* Of more stages, and of longer names, nothing is remembered. */
#define HISTORY_STAGES 1000
#define HISTORY_NAME 500

struct history_stage {
	char *name;
	enum state state;
	int64_t ms; /* without waiting for people; 0 not known */
	bool has_tests;
};

struct history_test { /* that failed, in whatever try */
	char *stage, *name;
};

struct history_run {
	int64_t run;
	int64_t bytes;		   /* of its journal when it was read */
	int64_t started, finished; /* finished 0: not, as far as is known */
	char *pipeline, *version, *commit, *subject, *person;
	enum state state;
	char *gate;   /* the stage whose gate is open, "" none */
	bool decided; /* or was, and nothing was done since */
	bool live;    /* an engine has it; only its beginning was read */
	struct history_stage *stages;
	size_t stage_count, stage_cap;
	struct history_test *failed; /* at most 100 */
	size_t failed_count, failed_cap;
};

struct history {
	struct history_run *runs; /* newest first */
	size_t count, cap;
	/* Numbers of those that are there and cannot be read, likewise. */
	int64_t *unread;
	size_t unread_count, unread_cap;
};

struct history_reader;

void history_run_release(struct history_run *run);
/* Takes the events of a run in their order; live: all but the first is left
 * aside. End it once; it is freed by that. */
struct history_reader *history_reader_new(bool live);
void history_reader_take(struct history_reader *it, const struct event *event);
void history_reader_end(struct history_reader *it, struct history_run *run);
/* From its journal. live: no more than its beginning is read. */
int history_run_read(struct history_run *run, const char *folder, bool live,
		     struct error *err) MUST_CHECK;
/* One line, '\n' included; decoding is false where that is none. */
void history_run_encode(const struct history_run *run, struct str *line);
bool history_run_decode(struct history_run *run, const char *line, size_t len);

void history_release(struct history *past);
/* The median of the newest 20 times that it passed, of the newest 60 runs of
 * the pipeline; 0 never. place: where the stage stands in the pipeline, and
 * so probably in what its runs remember. */
int64_t history_usual_ms(const struct history *past, const char *pipeline,
			 const char *stage, size_t place);
/* In how many runs the stage had tests, and in how many of those the test
 * failed. */
void history_test(const struct history *past, const char *pipeline,
		  const char *stage, const char *name, int64_t *runs,
		  int64_t *failed);

#endif
