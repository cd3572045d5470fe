/* SPDX-License-Identifier: MIT */
#include "cli/runs.h"

#include <stdlib.h>

#include "base/file.h"
#include "engine/runs.h"
#include "event/journal.h"

int runs_parse_number(const char *text, int64_t *run, struct error *err)
{
	char *end;

	text += *text == '#';
	*run = strtoll(text, &end, 10);
	if (*end || end == text || *run < 1)
		return error_set(err, ERROR_USAGE,
				 "'%s' is no run; signalbox history lists them",
				 text);
	return 0;
}

static int fold(const struct event *event, void *data)
{
	model_apply(data, event);
	return 0;
}

struct model *runs_model(const char *state, int64_t run, struct error *err)
{
	char *folder = run_folder(state, run);
	struct model *model = NULL;

	if (!file_exists(folder)) {
		error_set(err, ERROR_NOT_FOUND,
			  "there is no run %lld; signalbox history lists them",
			  (long long)run);
	} else {
		model = model_new();
		if (journal_read(folder, 1, fold, model, err) < 0) {
			error_prefix(err, "run %lld", (long long)run);
			model_free(model);
			model = NULL;
		}
	}
	free(folder);
	return model;
}
