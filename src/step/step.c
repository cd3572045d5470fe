/* SPDX-License-Identifier: MIT */
#include "step/step.h"

#include <errno.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "base/file.h"
#include "base/memory.h"

static const struct step_ops *const kinds[STEP_KIND_COUNT] = {
	[STEP_RUN] = &step_run_ops,
	[STEP_SCAN] = &step_scan_ops,
	[STEP_ARTIFACTS] = &step_artifacts_ops,
	[STEP_CHECK] = &step_check_ops,
	[STEP_GATE] = &step_gate_ops,
	[STEP_DEPLOY] = &step_deploy_ops,
	[STEP_CLEANUP] = &step_cleanup_ops,
	[STEP_BRANCHES] = &step_branches_ops,
};

struct step *step_new(enum step_kind kind, const struct step_options *options)
{
	struct step *step = xcalloc(1, kinds[kind]->size);

	step->options = *options;
	step->ops = kinds[kind];
	step->exit_status = -1;
	return step;
}

int step_start(struct step *step, struct error *err)
{
	return step->ops->start(step, err);
}

void step_cancel(struct step *step, enum state why)
{
	if (!step->is_done)
		step->ops->cancel(step, why);
}

int step_command(struct step *step, const struct command *command,
		 const struct sender *sender, struct error *err)
{
	if (step->ops->command)
		return step->ops->command(step, command, sender, err);
	return error_set(err, ERROR_REFUSED,
			 "%s is a %s stage, which knows no '%s'",
			 step->options.stage->name, step->ops->name,
			 command_name(command->kind));
}

void step_output(struct step *step, const char *bytes, size_t len)
{
	if (step->ops->output)
		step->ops->output(step, bytes, len);
}

void step_output_ended(struct step *step)
{
	if (step->ops->output_ended)
		step->ops->output_ended(step);
}

void step_moved(struct step *step, const char *text)
{
	if (step->ops->moved)
		step->ops->moved(step, text);
}

void step_operator_changed(struct step *step)
{
	if (step->ops->operator_changed)
		step->ops->operator_changed(step);
}

void step_free(struct step *step)
{
	if (!step)
		return;
	if (step->ops->release)
		step->ops->release(step);
	free(step->reason);
	free(step);
}

void step_done(struct step *step, enum state outcome, const char *reason)
{
	if (step->is_done)
		BUG("%s of %s ended twice", step->ops->name,
		    step->options.stage->name);
	step->is_done = true;
	step->outcome = outcome;
	step->reason = xstrdup_null(reason);
	step->options.done(step, step->options.data);
}

static bool is_below(const char *path, const char *folder)
{
	size_t len = strlen(folder);

	return strncmp(path, folder, len) == 0 &&
	       (path[len] == '/' || path[len] == '\0');
}

char *step_folder(const struct step *step, struct error *err)
{
	const char *workdir = step->options.stage->workdir;
	char *whole = workdir ? realpath(step->options.folder, NULL) : NULL;
	char *joined =
		workdir ? path_join(step->options.folder, workdir) : NULL;
	char *found = joined ? realpath(joined, NULL) : NULL;
	char *folder = NULL;

	if (!workdir)
		folder = xstrdup(step->options.folder);
	else if (!whole || !found)
		error_set(err, ERROR_FAILED, "its workdir %s: %s", workdir,
			  strerror(errno));
	else if (!is_below(found, whole))
		error_set(err, ERROR_FAILED,
			  "its workdir %s leads out of the work folder",
			  workdir);
	else
		folder = xstrdup(found);
	free(whole);
	free(joined);
	free(found);
	return folder;
}

struct event *step_event(const struct step *step, enum event_type type)
{
	return event_new(type, step->options.stage->name);
}

void step_emit(const struct step *step, struct event *event)
{
	step->options.host->emit(step->options.host->data, event);
}

/* They stand in the log; the first, and how many there are, is said. */
void step_tell_notes(const struct step *step, const char *file,
		     const struct strings *notes)
{
	char *more = notes->count > 1 ? xasprintf(", and %zu more in its log",
						  notes->count - 1)
				      : xstrdup("");

	for (size_t i = 0; i < notes->count; i++)
		stage_log_printf(step->options.log, "signalbox: %s: %s\n", file,
				 notes->items[i]);
	if (notes->count)
		step_warn(step, "%s: %s%s", file, notes->items[0], more);
	free(more);
}

void step_warn(const struct step *step, const char *format, ...)
{
	struct event *event = step_event(step, EVENT_NOTE_ADDED);
	va_list args;
	char *text;

	va_start(args, format);
	text = xvasprintf(format, args);
	va_end(args);
	event_set(event, "text", text);
	event_set(event, "level", "warning");
	step_emit(step, event);
	free(text);
}
