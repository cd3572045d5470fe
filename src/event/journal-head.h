/* SPDX-License-Identifier: MIT */
/*
 * The head file beside a journal: which record is the last, and its digest,
 * so that a change of the last line shows too. One text line of fixed size,
 * rewritten in place:
 *
 *	signalbox-head 1 SEQ START END SYNCED DIGEST CHECK
 *
 * It is written after the journal and never synced, so that it may lag
 * behind the journal after a crash.
 */
#ifndef SIGNALBOX_EVENT_JOURNAL_HEAD_H
#define SIGNALBOX_EVENT_JOURNAL_HEAD_H

#include <stdint.h>

#include "base/digest.h"
#include "base/error.h"

#define JOURNAL_HEAD_SIZE 179

struct journal_head {
	int64_t seq;	/* of the last record; 0 for the first line alone */
	int64_t start;	/* offset of its line */
	int64_t end;	/* offset behind its '\n' */
	int64_t synced; /* up to this record the disk has promised to hold */
	char digest[DIGEST_TEXT_SIZE]; /* of its line, '\n' included */
};

void journal_head_encode(const struct journal_head *head,
			 char text[JOURNAL_HEAD_SIZE + 1]);
/* ERROR_NOT_FOUND when there is none, ERROR_CORRUPT when it is damaged. */
int journal_head_read(const char *folder, struct journal_head *head,
		      struct error *err) MUST_CHECK;

#endif
