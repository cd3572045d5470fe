/* SPDX-License-Identifier: MIT */
/*
 * TAP 13 and 14, a line at a time: only points at the left edge count, a
 * subtest is its parent's detail, whatever is no TAP is noise. Documents may
 * follow each other, as cmocka writes one for each group.
 */
#ifndef SIGNALBOX_REPORT_FORMATS_TAP_H
#define SIGNALBOX_REPORT_FORMATS_TAP_H

#include "report/sink.h"

struct tap_reader {
	struct test_sink *sink;
	bool plan_leads;    /* a point that no plan announced is noise */
	unsigned documents; /* closed ones */
	bool bailed;	    /* everything after it is noise */

	/* the document under way */
	bool begun;
	bool has_plan;
	bool plan_first;
	uint64_t plan;
	uint64_t points;
	uint64_t last_id;
	uint64_t highest_id;
	bool saw_first; /* id 1 */
	uint64_t *ids;	/* a bit each, for duplicates */
	size_t id_words;

	/* below the last point */
	bool in_yaml;
	size_t yaml_indent;
	bool in_text;	    /* of a YAML block scalar that explains */
	size_t text_indent; /* of its key */
	bool brace;	    /* the last point ended with " {" */
};

void tap_init(struct tap_reader *tap, struct test_sink *sink);
void tap_release(struct tap_reader *tap);
/* A line without its end. ended is false for a last line that has none. */
void tap_line(struct tap_reader *tap, const char *line, size_t len, bool ended);
/* The input ended; the pending test may be settled later. */
void tap_finish(struct tap_reader *tap);

/* Whether this line, by itself, shows that a text is TAP. */
bool tap_is_sign(const char *line, size_t len);

#endif
