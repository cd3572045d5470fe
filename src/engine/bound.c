/* SPDX-License-Identifier: MIT */
#include "engine/bound.h"

#include <string.h>

#include "base/memory.h"
#include "base/str.h"

/* Two plans that come to other numbers are not the same plan. */
static void add_changes(struct strings *list, const struct event *event)
{
	static const char *const counts[] = {
		"adds",	   "changes", "replacements", "destroys",
		"changed", "failed",  "unreachable",  "hosts",
	};
	struct str text = STR_INIT;

	str_addf(&text, "%s %s", event_stage(event), event_text(event, "path"));
	for (size_t i = 0; i < ARRAY_SIZE(counts); i++)
		str_addf(&text, " %lld",
			 (long long)event_int(event, counts[i], -1));
	strings_add(list, text.data);
	str_release(&text);
}

static void add_report(struct strings *list, const struct event *event)
{
	if (strcmp(event_text(event, "kind"), "changes") == 0)
		add_changes(list, event);
	if (event_has(event, "findings"))
		strings_add(list, event_text(event, "findings"));
}

void bound_add(struct strings *list, const struct event *event)
{
	if (event->type == EVENT_REPORT_READ) {
		add_report(list, event);
	} else if (event->type == EVENT_FINDING_FOUND &&
		   !event_bool(event, "suppressed")) {
		strings_add(list, event_text(event, "id"));
		strings_add(list, event_text(event, "path"));
	}
}
