/* SPDX-License-Identifier: MIT */
/*
 * The record of an exception: why a finding may stand, who answers for it,
 * who has looked at that, and until when. A file of them is a block a
 * finding, blocks apart by empty lines:
 *
 *	# reason: zlib's minizip is not compiled in
 *	# owner: ana
 *	# reviewer: lee
 *	# until: 2026-02-01
 *	CVE-2023-45853 zlib
 *
 * The last line is the finding's id and where it holds: a package or a path.
 */
#ifndef SIGNALBOX_EVIDENCE_RECORD_H
#define SIGNALBOX_EVIDENCE_RECORD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"
#include "base/str.h"

#define RECORD_FILE ".signalbox-exceptions"

struct record {
	char *id, *scope; /* scope "": anywhere */
	char *reason, *owner, *reviewer, *until;
};

/* NULL, or why it says too little. */
const char *record_reason_is_poor(const char *reason);
/* A block as it stands in the file, without a reviewer when there is none.
 * Foreign bytes in it can make no further line. The caller's. */
char *record_text(const struct record *record);
/* The file with the block at its end; false: it has one for that finding. */
bool record_add(struct str *file, const char *block);

#endif
