/* SPDX-License-Identifier: MIT */
/*
 * Which stage may start: a graph of needs, pure, linear in stages and needs.
 * Stages that are `finally` start when no other is left.
 *
 *	while ((i = schedule_next(schedule, false)) >= 0) start(i);
 *	schedule_finished(schedule, i, passed, blocked, data);
 */
#ifndef SIGNALBOX_ENGINE_SCHEDULE_H
#define SIGNALBOX_ENGINE_SCHEDULE_H

#include <stdbool.h>
#include <stddef.h>

#include "pipeline/pipeline.h"

struct schedule;

struct schedule *schedule_new(const struct stage_config *stages, size_t count);
void schedule_free(struct schedule *schedule);
/* A stage that holds one of --jobs: a gate's wait costs nobody a place. */
bool schedule_is_job(const struct stage_config *stage);
/* Takes the next stage whose needs have all passed, in the order in which
 * they became ready: one that holds a job, or one that does not. -1: none. */
long schedule_next(struct schedule *schedule, bool job);
/*
 * The stage has ended. When it passed, those that waited for it come nearer;
 * when not, each stage that can now never start is told to blocked() once,
 * with the need that failed it.
 */
void schedule_finished(struct schedule *schedule, size_t stage, bool passed,
		       void (*blocked)(size_t stage, size_t need, void *data),
		       void *data);
/*
 * The stage, which has ended badly, is to run once more: it, each stage that
 * was blocked by nothing else, and those of the end if they were over, are
 * told to armed() and may start again.
 */
void schedule_again(struct schedule *schedule, size_t stage,
		    void (*armed)(size_t stage, void *data), void *data);
/* Stages neither finished nor blocked. */
size_t schedule_left(const struct schedule *schedule);

#endif
