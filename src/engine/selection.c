/* SPDX-License-Identifier: MIT */
#include "engine/selection.h"

#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "base/str.h"
#include "event/event.h"

struct choice {
	const struct pipeline *pipeline;
	const struct selection *selection;
	const char *person;
	char **left_out;
};

static long index_of(const struct pipeline *pipeline, const char *name)
{
	const struct stage_config *stage = pipeline_stage(pipeline, name);

	return stage ? (long)(stage - pipeline->stages) : -1;
}

static int no_stage(const struct pipeline *pipeline, const char *option,
		    const char *name, struct error *err)
{
	const char **names = xcalloc(pipeline->stage_count, sizeof(*names));
	const char *near;

	for (size_t i = 0; i < pipeline->stage_count; i++)
		names[i] = pipeline->stages[i].name;
	near = strings_nearest(name, names, pipeline->stage_count);
	error_set(err, ERROR_USAGE, "%s %s: there is no such stage%s%s%s",
		  option, name, near ? "; did you mean '" : "",
		  near ? near : "", near ? "'?" : "");
	free(names);
	return -1;
}

static int check_names(const struct pipeline *pipeline, const char *option,
		       const struct strings *names, struct error *err)
{
	for (size_t i = 0; i < names->count; i++)
		if (index_of(pipeline, names->items[i]) < 0)
			return no_stage(pipeline, option, names->items[i], err);
	return 0;
}

static bool is_until_gate(const struct choice *choice)
{
	const char *until = choice->selection->until;

	return until && strcmp(until, "gate") == 0 &&
	       index_of(choice->pipeline, until) < 0;
}

static int check(const struct choice *choice, struct error *err)
{
	const struct pipeline *pipeline = choice->pipeline;
	const struct selection *selection = choice->selection;

	if (selection->skip.count &&
	    (!selection->reason || !*selection->reason))
		return error_set(err, ERROR_USAGE,
				 "--skip loosens a check and needs --reason "
				 "TEXT");
	if (check_names(pipeline, "--skip", &selection->skip, err) < 0 ||
	    check_names(pipeline, "--only", &selection->only, err) < 0)
		return -1;
	if (selection->from && index_of(pipeline, selection->from) < 0)
		return no_stage(pipeline, "--from", selection->from, err);
	if (selection->until && !is_until_gate(choice) &&
	    index_of(pipeline, selection->until) < 0)
		return no_stage(pipeline, "--until", selection->until, err);
	return 0;
}

static void PRINTF_LIKE(3, 4)
	leave_out(struct choice *choice, size_t stage, const char *format, ...)
{
	const char *reason = choice->selection->reason;
	struct str text = STR_INIT;
	va_list args;

	if (choice->left_out[stage] || choice->pipeline->stages[stage].finally)
		return;
	str_addf(&text, "left out by %s: ", choice->person);
	va_start(args, format);
	str_vaddf(&text, format, args);
	va_end(args);
	if (reason && *reason)
		str_addf(&text, ": %s", reason);
	choice->left_out[stage] = str_detach(&text);
}

/* Marks what the stage needs, directly and through others, and not itself. */
static bool *needs_of(const struct pipeline *pipeline, const char *name)
{
	bool *marks = xcalloc(pipeline->stage_count, sizeof(*marks));
	size_t *list = xcalloc(pipeline->stage_count + 1, sizeof(*list));
	size_t count = 0;

	list[count++] = (size_t)index_of(pipeline, name);
	for (size_t at = 0; at < count; at++) {
		const struct stage_config *stage = &pipeline->stages[list[at]];

		for (size_t i = 0; i < stage->need_count; i++)
			if (!marks[stage->needs[i]]) {
				marks[stage->needs[i]] = true;
				list[count++] = stage->needs[i];
			}
	}
	free(list);
	return marks;
}

/* Marks what needs a marked stage, directly or through others. Stages mostly
 * need what stands above them, so that this goes round twice. */
static void spread(const struct pipeline *pipeline, bool *marks)
{
	bool again = true;

	while (again) {
		again = false;
		for (size_t i = 0; i < pipeline->stage_count; i++) {
			const struct stage_config *stage = &pipeline->stages[i];

			for (size_t j = 0; !marks[i] && j < stage->need_count;
			     j++)
				if (marks[stage->needs[j]])
					marks[i] = again = true;
		}
	}
}

static bool has_gate(const struct pipeline *pipeline,
		     const struct stage_config *stage)
{
	if (stage->kind == STAGE_KIND_GATE)
		return true;
	return stage->kind == STAGE_KIND_DEPLOY &&
	       pipeline_environment(pipeline, stage->deploy.environment)
		       ->gate.present;
}

static void choose_until(struct choice *choice)
{
	const struct pipeline *pipeline = choice->pipeline;
	const char *until = choice->selection->until;
	bool gate = is_until_gate(choice);
	bool *marks;

	if (!until)
		return;
	if (gate) {
		marks = xcalloc(pipeline->stage_count, sizeof(*marks));
		for (size_t i = 0; i < pipeline->stage_count; i++)
			marks[i] = has_gate(pipeline, &pipeline->stages[i]);
		spread(pipeline, marks);
	} else {
		marks = needs_of(pipeline, until);
		marks[index_of(pipeline, until)] = true;
	}
	for (size_t i = 0; i < pipeline->stage_count; i++)
		if (marks[i] == gate)
			leave_out(choice, i, "--until %s", until);
	free(marks);
}

/* A run may begin in the middle, but not behind a gate that it never saw. */
static int choose_from(struct choice *choice, struct error *err)
{
	const struct pipeline *pipeline = choice->pipeline;
	const char *from = choice->selection->from;
	int result = 0;
	bool *marks;

	if (!from)
		return 0;
	marks = needs_of(pipeline, from);
	for (size_t i = 0; result == 0 && i < pipeline->stage_count; i++) {
		if (!marks[i])
			continue;
		if (has_gate(pipeline, &pipeline->stages[i]))
			result = error_set(err, ERROR_USAGE,
					   "--from %s begins behind the gate "
					   "of %s; begin there, or before",
					   from, pipeline->stages[i].name);
		leave_out(choice, i, "--from %s", from);
	}
	free(marks);
	return result;
}

static void choose_only(struct choice *choice)
{
	const struct pipeline *pipeline = choice->pipeline;
	const struct strings *only = &choice->selection->only;
	struct str text = STR_INIT;

	for (size_t i = 0; i < only->count; i++)
		str_addf(&text, "%s--only %s", i ? " " : "", only->items[i]);
	for (size_t i = 0; only->count && i < pipeline->stage_count; i++)
		if (!strings_has(only, pipeline->stages[i].name))
			leave_out(choice, i, "%s", text.data);
	str_release(&text);
}

/* The reason alone, for every skip has one; `finally` stages go too. */
static void choose_skip(struct choice *choice)
{
	const struct selection *selection = choice->selection;

	for (size_t i = 0; i < selection->skip.count; i++) {
		long stage =
			index_of(choice->pipeline, selection->skip.items[i]);

		if (!choice->left_out[stage])
			choice->left_out[stage] =
				xasprintf("left out by %s: %s", choice->person,
					  selection->reason);
	}
}

static int check_deployments(const struct choice *choice, struct error *err)
{
	const struct pipeline *pipeline = choice->pipeline;
	const char *reason = choice->selection->reason;
	const struct stage_config *risk = NULL;
	bool *marks = xcalloc(pipeline->stage_count, sizeof(*marks));
	size_t left = 0;

	for (size_t i = 0; i < pipeline->stage_count; i++) {
		marks[i] = choice->left_out[i] != NULL;
		left += !choice->left_out[i] && !pipeline->stages[i].finally;
	}
	spread(pipeline, marks);
	for (size_t i = 0; !risk && i < pipeline->stage_count; i++)
		if (marks[i] && !choice->left_out[i] &&
		    pipeline->stages[i].kind == STAGE_KIND_DEPLOY)
			risk = &pipeline->stages[i];
	free(marks);
	if (!left)
		return error_set(err, ERROR_USAGE,
				 "no stage is left to run with these options");
	if (risk && (!reason || !*reason))
		return error_set(err, ERROR_USAGE,
				 "%s would deploy without stages that it "
				 "needs; say why with --reason TEXT, or run "
				 "them",
				 risk->name);
	return 0;
}

/* What a deployment releases is what its own run has kept. */
static int check_artifacts(const struct choice *choice, size_t deploy,
			   struct error *err)
{
	const struct pipeline *pipeline = choice->pipeline;
	bool *after = xcalloc(pipeline->stage_count, sizeof(*after));
	const char *missing = NULL;
	bool is_kept = false;

	after[deploy] = true;
	spread(pipeline, after);
	for (size_t i = 0; i < pipeline->stage_count; i++) {
		if (after[i] || !pipeline->stages[i].artifacts.count)
			continue;
		is_kept = is_kept || !choice->left_out[i];
		missing = pipeline->stages[i].name;
	}
	free(after);
	if (is_kept || !missing)
		return 0;
	return error_set(err, ERROR_USAGE,
			 "%s would have nothing to release: %s, which keeps "
			 "`artifacts`, is left out; run it too",
			 pipeline->stages[deploy].name, missing);
}

static int check_releases(const struct choice *choice, struct error *err)
{
	const struct pipeline *pipeline = choice->pipeline;

	for (size_t i = 0; i < pipeline->stage_count; i++)
		if (!choice->left_out[i] &&
		    pipeline->stages[i].kind == STAGE_KIND_DEPLOY &&
		    check_artifacts(choice, i, err) < 0)
			return -1;
	return 0;
}

char **selection_make(const struct pipeline *pipeline,
		      const struct selection *selection, const char *person,
		      struct error *err)
{
	struct choice choice = {
		.pipeline = pipeline,
		.selection = selection,
		.person = person,
	};

	if (selection && check(&choice, err) < 0)
		return NULL;
	choice.left_out =
		xcalloc(pipeline->stage_count + 1, sizeof(*choice.left_out));
	if (!selection)
		return choice.left_out;
	choose_skip(&choice);
	choose_only(&choice);
	choose_until(&choice);
	if (choose_from(&choice, err) == 0 &&
	    check_deployments(&choice, err) == 0 &&
	    check_releases(&choice, err) == 0)
		return choice.left_out;
	selection_free(choice.left_out, pipeline);
	return NULL;
}

void selection_free(char **left_out, const struct pipeline *pipeline)
{
	for (size_t i = 0; left_out && i < pipeline->stage_count; i++)
		free(left_out[i]);
	free(left_out);
}

static json_t *list(const struct strings *names)
{
	return names->count ? json_strings(names) : NULL;
}

json_t *selection_json(const struct selection *selection)
{
	const struct selection none = {.reason = NULL};

	if (!selection)
		selection = &none;
	return json_pack(
		"{s:o*, s:o*, s:s*, s:s*, s:o*}", "skip",
		list(&selection->skip), "only", list(&selection->only), "from",
		selection->from, "until", selection->until, "reason",
		selection->reason ? json_foreign(selection->reason) : NULL);
}
