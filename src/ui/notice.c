/* SPDX-License-Identifier: MIT */
#include "ui/notice.h"

#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "base/printable.h"

static void add_run(const struct model *model, struct str *out)
{
	if (model->run)
		str_addf(out, "#%lld ", (long long)model->run);
	str_add(out, model->pipeline && *model->pipeline ? model->pipeline
							 : "signalbox");
}

static void make_printable(struct str *text, struct str *out)
{
	str_add_printable(out, text->data, text->len, false);
	str_release(text);
}

void title_of(const struct model *model, bool replayed, struct str *out)
{
	const struct stage_model *gate = model_open_gate(model);
	struct str text = STR_INIT;

	if (replayed)
		str_add(&text, "replay ");
	else if (model_waits(model) && !model->finished)
		str_add(&text, "? ");
	add_run(model, &text);
	if (gate && !model->finished)
		str_addf(&text, ": gate %s", gate->name);
	else if (model->started)
		str_addf(&text, ": %s", state_name(model->state));
	make_printable(&text, out);
}

bool notice_of(const struct model *model, const struct event *event,
	       struct str *out)
{
	struct str text = STR_INIT;
	char *sentence;

	if (event->type != EVENT_GATE_OPENED &&
	    event->type != EVENT_RUN_FINISHED &&
	    event->type != EVENT_ROLLBACK_STARTED)
		return false;
	sentence = event_sentence(event);
	add_run(model, &text);
	str_addf(&text, ": %s", sentence ? sentence : "");
	free(sentence);
	make_printable(&text, out);
	return true;
}
