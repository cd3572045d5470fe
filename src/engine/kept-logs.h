/* SPDX-License-Identifier: MIT */
/*
 * The digests of a run's logs, as of its end: RUN/logs/digests, a line
 * "DIGEST BYTES NAME" each, of the first so many bytes: of all, but at most
 * 256 MiB. What processes that outlive the run write into a
 * log after that is not of it. Everything here blocks.
 */
#ifndef SIGNALBOX_ENGINE_KEPT_LOGS_H
#define SIGNALBOX_ENGINE_KEPT_LOGS_H

#include "base/digest.h"
#include "base/strings.h"

/* Writes the list; digest is the list's own. */
int kept_logs_write(const char *run_folder, char digest[DIGEST_TEXT_SIZE],
		    struct error *err) MUST_CHECK;
/* Holds the list against its digest, and the logs against it: sentences of
 * what is not as it was. Returns how many logs there are. */
size_t kept_logs_check(const char *run_folder, const char *digest,
		       struct strings *damage);

#endif
