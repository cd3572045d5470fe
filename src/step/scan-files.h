/* SPDX-License-Identifier: MIT */
/* The files that a scan names and the commit holds. Blocks. */
#ifndef SIGNALBOX_STEP_SCAN_FILES_H
#define SIGNALBOX_STEP_SCAN_FILES_H

#include "base/str.h"
#include "base/strings.h"
#include "pipeline/pipeline.h"

struct repository;

/* repository_read_file(), but one that is not there is told with the key that
 * names it, and the mend. */
int scan_file_read(struct repository *repository, const char *commit,
		   const char *name, const char *key, size_t limit,
		   struct str *text, struct error *err) MUST_CHECK;
/* Adds a sentence for each that is missing, as the stage will tell it. commit
 * NULL: the work tree. */
void scan_files_missing(struct repository *repository, const char *commit,
			const struct scan_config *config,
			struct strings *missing);

#endif
