/* SPDX-License-Identifier: MIT */
/* One report of a stage, read, and what came of it. */
#ifndef SIGNALBOX_STEP_READING_H
#define SIGNALBOX_STEP_READING_H

#include "event/event.h"
#include "report/report.h"

struct reading {
	char *path;
	char *why; /* red, in words; NULL: it is good */
	struct report report;
	enum report_kind kind; /* of the report, or of its format */
	bool is_read;
	/* Compared with what is live (step/require.h); -1: not. */
	int64_t newly_skipped;
	double lines_before, branches_before; /* percent */
};

/* One more reason why it is red. Takes why over. */
void reading_blame(struct reading *reading, char *why);
void reading_release(struct reading *reading);
/* What report.read tells of it, but for its path and what is kept. */
void reading_set(struct event *event, const struct reading *reading);
void reading_set_components(struct event *event, const struct report *report);
void reading_set_totals(struct event *event, const struct test_totals *totals);

#endif
