/* SPDX-License-Identifier: MIT */
/*
 * What `terraform show -json PLAN` and OpenTofu's write: how many resources
 * a plan makes, changes and destroys. The values of a plan are private: they
 * are not read, and the file is not copied.
 */
#include <inttypes.h>
#include <string.h>

#include "base/memory.h"
#include "base/str.h"
#include "report/entry.h"
#include "report/json.h"

#define TITLE "Terraform plan JSON"

struct reader {
	const struct report_input *input;
	struct report *report;
	uint64_t forgotten, imported;
};

static bool matches(const struct report_input *input)
{
	const json_t *json = input->json;

	return member_word(json, "format_version") &&
	       (member(json, "resource_changes") ||
		member(json, "planned_values"));
}

static int check_version(const struct report_input *input, struct error *err)
{
	const char *version = member_word(input->json, "format_version");

	if (starts_with(version, "0.") || starts_with(version, "1."))
		return 0;
	return error_set(err, ERROR_FAILED,
			 "%s is of plan format %.16s, which is not known here: "
			 "0.x and 1.x are",
			 input->name, version);
}

struct actions {
	bool create, update, delete, forget;
};

static int bad_actions(const struct reader *reader, const char *what,
		       struct error *err)
{
	return error_set(err, ERROR_FAILED,
			 "%s: a change has %s, so what the plan does is not "
			 "known here",
			 reader->input->name, what);
}

static int read_actions(const struct reader *reader, const json_t *list,
			struct actions *actions, struct error *err)
{
	struct {
		const char *word;
		bool *flag;
	} words[] = {
		{"create", &actions->create},
		{"update", &actions->update},
		{"delete", &actions->delete},
		{"forget", &actions->forget},
		{"no-op", NULL},
		{"read", NULL},
	};
	const json_t *entry;
	size_t i;

	if (!json_array_size(list))
		return bad_actions(reader, "no actions", err);
	json_array_foreach(list, i, entry)
	{
		const char *text = json_string_value(entry);
		size_t k = 0;

		while (k < ARRAY_SIZE(words) && !str_equal(text, words[k].word))
			k++;
		if (k == ARRAY_SIZE(words))
			return bad_actions(reader, "an unknown action", err);
		if (words[k].flag)
			*words[k].flag = true;
	}
	return 0;
}

static int count_change(struct reader *reader, const json_t *entry,
			struct error *err)
{
	struct report_changes *changes = &reader->report->changes;
	const json_t *list = member(member(entry, "change"), "actions");
	struct actions actions = {0};

	if (read_actions(reader, list, &actions, err) < 0)
		return -1;
	if (str_equal(member_text(entry, "mode"), "data"))
		return 0; /* it is read, nothing is changed */
	reader->imported +=
		json_is_object(member(member(entry, "change"), "importing"));
	if (actions.create && (actions.delete || actions.forget))
		changes->replacements++;
	else if (actions.create)
		changes->adds++;
	else if (actions.update)
		changes->changes++;
	else if (actions.delete)
		changes->destroys++;
	else
		reader->forgotten += actions.forget;
	return 0;
}

/* What the plan says of itself: the numbers may not be all. */
static void judge(struct reader *reader)
{
	const json_t *json = reader->input->json;
	const json_t *complete = member(json, "complete");

	if (json_is_true(member(json, "errored")))
		report_fail(reader->report,
			    "planning ended in an error: this is not the "
			    "whole plan");
	if (complete && !json_is_true(complete))
		report_fail(reader->report,
			    "the plan says that it is not complete: more "
			    "changes will follow it");
	if (reader->forgotten)
		report_note(reader->report,
			    "%" PRIu64 " resource%s will be forgotten, and "
			    "stay where they are",
			    reader->forgotten,
			    reader->forgotten == 1 ? "" : "s");
	if (reader->imported)
		report_note(reader->report,
			    "%" PRIu64 " resource%s will be imported: what is "
			    "there already is taken over",
			    reader->imported, reader->imported == 1 ? "" : "s");
	if (json_array_size(member(json, "resource_drift")))
		report_note(reader->report,
			    "%zu resources were changed outside of it",
			    json_array_size(member(json, "resource_drift")));
}

static int read_terraform(const struct report_input *input,
			  struct report *report, struct error *err)
{
	struct reader reader = {.input = input, .report = report};
	json_t *list;
	json_t *entry;
	size_t i;

	if (check_version(input, err) < 0 ||
	    entry_list(input, TITLE, input->json, "resource_changes", &list,
		       err) < 0)
		return -1;
	report->changes.is_plan = true;
	report->has_secrets = true;
	json_array_foreach(list, i, entry)
	{
		if (count_change(&reader, entry, err) < 0)
			return -1;
	}
	judge(&reader);
	report_close(report);
	return 0;
}

const struct report_format_ops terraform_format = {
	.name = "terraform",
	.title = TITLE,
	.encoding = REPORT_JSON,
	.kind = REPORT_OF_CHANGES,
	.matches = matches,
	.read = read_terraform,
};
