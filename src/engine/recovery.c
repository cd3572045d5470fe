/* SPDX-License-Identifier: MIT */
#include "engine/recovery.h"

#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/file.h"
#include "base/memory.h"
#include "engine/runs.h"
#include "event/journal-head.h"
#include "pipeline/pipeline.h"

struct stage_recovery *recovery_stage(const struct recovery *past,
				      const char *name)
{
	for (size_t i = 0; i < past->stage_count; i++)
		if (strcmp(past->stages[i].name, name) == 0)
			return &past->stages[i];
	return NULL;
}

/* Where it is gone or half written, the commit has it. */
static void read_pipeline(struct recovery *past)
{
	char *path = path_join(past->folder, PIPELINE_FILE);

	if (file_read(path, &past->pipeline_text, PIPELINE_FILE_LIMIT, NULL) <
	    0)
		str_clear(&past->pipeline_text);
	free(path);
}

static struct recovery *recovery_new(const char *state, int64_t run)
{
	struct recovery *past = xcalloc(1, sizeof(*past));

	past->run = run;
	past->lock = -1;
	past->folder = run_folder(state, run);
	str_init(&past->pipeline_text);
	return past;
}

struct recovery *recovery_open(const char *state, int64_t run,
			       struct error *err)
{
	struct recovery *past = recovery_new(state, run);

	past->lock = run_take(state, run, err);
	if (past->lock < 0 || recovery_fold(past, err) < 0) {
		recovery_free(past);
		return NULL;
	}
	read_pipeline(past);
	return past;
}

const struct past_gate *recovery_gate(const struct stage_recovery *stage)
{
	for (size_t i = 0; i < stage->past.gate_count; i++)
		if (!*stage->past.gates[i].outcome)
			return &stage->past.gates[i];
	return NULL;
}

/* What the head names is the end of the run. */
static bool ends_well(const char *folder)
{
	char *path = path_join(folder, "journal.ndjson");
	struct journal_head head;
	struct event *event = NULL;
	char line[4096];
	bool ended = false;
	int fd = -1;

	if (journal_head_read(folder, &head, NULL) == 0 &&
	    head.end - head.start < (int64_t)sizeof(line))
		fd = file_open(path, O_RDONLY, 0, NULL);
	if (fd >= 0 &&
	    pread(fd, line, sizeof(line), head.start) == head.end - head.start)
		event = event_decode(line, (size_t)(head.end - head.start),
				     NULL);
	if (event)
		ended = event->type == EVENT_RUN_FINISHED;
	event_free(event);
	if (fd >= 0)
		close(fd);
	free(path);
	return ended;
}

/* NULL when it is over. */
static struct recovery *look(const char *state, int64_t run)
{
	struct recovery *past = recovery_new(state, run);

	if (!ends_well(past->folder) && recovery_fold(past, NULL) == 0 &&
	    !past->is_finished)
		return past;
	recovery_free(past);
	return NULL;
}

bool recovery_is_wanted(const char *state, int64_t run)
{
	struct recovery *past = look(state, run);
	bool wanted = past != NULL;

	recovery_free(past);
	return wanted;
}

/* Without an engine: nothing was begun behind it. */
static bool is_decided(const struct stage_recovery *stage)
{
	return stage->past.gate_count && !stage->past.step_count;
}

static const char *how_it_stands(const struct recovery *past, const char **gate)
{
	bool is_cut_off = false;

	*gate = "";
	for (size_t i = 0; i < past->stage_count; i++) {
		const struct stage_recovery *stage = &past->stages[i];

		if (stage->state != STATE_RUNNING)
			continue;
		if (recovery_gate(stage)) {
			*gate = stage->name;
			return "waits at the gate of ";
		}
		if (is_decided(stage))
			*gate = stage->name;
		else
			is_cut_off = true;
	}
	if (!is_cut_off && **gate)
		return "was decided at the gate of ";
	*gate = "";
	return "was cut off";
}

char *recovery_offer(const char *state, int64_t run)
{
	struct recovery *past = look(state, run);
	const char *how, *gate;
	char *text;

	if (!past)
		return NULL;
	how = how_it_stands(past, &gate);
	text = xasprintf("run %lld %s%s; signalbox resume %lld goes on with it",
			 (long long)run, how, gate, (long long)run);
	recovery_free(past);
	return text;
}

int stage_check_retry(const char *name, enum state state, bool started,
		      struct error *err)
{
	switch (state) {
	case STATE_FAILED:
	case STATE_TIMED_OUT:
	case STATE_CANCELLED:
	case STATE_EXPIRED:
	case STATE_ROLLED_BACK:
		return 0;
	case STATE_PASSED:
		return error_set(err, ERROR_REFUSED,
				 "%s has passed; nothing to retry", name);
	case STATE_REJECTED:
		return error_set(err, ERROR_REFUSED,
				 "%s was rejected, and that holds for this "
				 "run; start a new one with signalbox run",
				 name);
	case STATE_SKIPPED:
		return error_set(err, ERROR_REFUSED,
				 "%s was skipped; retry the stage that failed "
				 "before it",
				 name);
	default:
		return error_set(err, ERROR_REFUSED,
				 started ? "%s is %s; nothing to retry"
					 : "%s has not started; it is %s",
				 name, state_name(state));
	}
}

static void stage_release(struct stage_recovery *stage)
{
	past_release(&stage->past);
	free(stage->name);
	free(stage->kind);
	free(stage->environment);
	free(stage->reason);
	free(stage->let_through);
}

void recovery_free(struct recovery *past)
{
	if (!past)
		return;
	if (past->lock >= 0)
		close(past->lock);
	for (size_t i = 0; i < past->stage_count; i++)
		stage_release(&past->stages[i]);
	for (size_t i = 0; i < past->maker_count; i++) {
		free(past->makers[i].path);
		free(past->makers[i].stage);
	}
	free(past->makers);
	free(past->stages);
	free(past->folder);
	free(past->commit);
	free(past->branch);
	free(past->version);
	free(past->person);
	free(past->file_digest);
	free(past->from);
	free(past->until);
	free(past->reason);
	strings_release(&past->selection.skip);
	strings_release(&past->selection.only);
	strings_release(&past->findings);
	artifacts_release(&past->artifacts);
	str_release(&past->pipeline_text);
	free(past);
}
