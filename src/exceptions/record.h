/* SPDX-License-Identifier: MIT */
/*
 * The record of an exception: why a finding may stand, who answers for it,
 * who has looked at that, and until when. It is written as comments above
 * what lets the finding stand, wherever that is:
 *
 *	# reason: zlib's minizip is not compiled in
 *	# kind: not-reachable
 *	# owner: ana
 *	# reviewer: lee
 *	# until: 2026-02-01
 *	# severity: high
 *	CVE-2023-45853 zlib
 *
 * kind and severity may be left out. The last line is that of our own file:
 * the finding's id and where it holds, a package or a path.
 */
#ifndef SIGNALBOX_EXCEPTIONS_RECORD_H
#define SIGNALBOX_EXCEPTIONS_RECORD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"
#include "base/str.h"

#define RECORD_FILE ".signalbox-exceptions"

enum record_key {
	RECORD_REASON,
	RECORD_KIND,
	RECORD_OWNER,
	RECORD_REVIEWER,
	RECORD_UNTIL,
	RECORD_SEVERITY,
	RECORD_KEYS
};

struct record {
	char *id, *scope; /* scope "": anywhere */
	/* NULL where it is not told: */
	char *reason, *kind, *owner, *reviewer, *until, *severity;
	int lines[RECORD_KEYS]; /* where each stands; 0: nowhere */
};

/* The lines of a text, so that each is found at once. */
struct record_lines {
	const char **items; /* their first bytes, and where the text ends */
	size_t count, cap;
};

void record_lines_of(const char *text, struct record_lines *lines);
void record_lines_release(struct record_lines *lines);

void record_release(struct record *record);
void record_copy(struct record *to, const struct record *from);
/* Their owned texts, by key. */
char **record_field(struct record *record, enum record_key key);
/* Ends with NULL; the first one is meant where none is told. */
extern const char *const record_kinds[];

/* Takes "KEY: VALUE" of one line (its '#' behind it). 1: taken; 0: no key of
 * a record; -1: it stands twice, and the first is kept. */
int record_take(struct record *record, const char *text, size_t len, int line);
/* Takes the comments right above a line. -1: a key of them stands twice. */
int record_above(const struct record_lines *lines, int line,
		 struct record *record) MUST_CHECK;

/* NULL, or why it says too little. */
const char *record_reason_is_poor(const char *reason);
/* "ana", "@Ana", "ana@example.org", "1+ana@users.noreply.github.com". */
bool record_same_person(const char *a, const char *b);
/* A block as it stands in our own file, without a reviewer when there is
 * none. Foreign bytes in it can make no further line. The caller's. */
char *record_text(const struct record *record);
/* The comments alone, each line behind the indent. */
char *record_header(const struct record *record, const char *indent);
/* The file with the block at its end; false: it has one for that finding. */
bool record_add(struct str *file, const char *block);

#endif
