/* SPDX-License-Identifier: MIT */
/* What runs keep of their reports, held against their journals. */
#ifndef SIGNALBOX_CLI_VERIFY_KEPT_H
#define SIGNALBOX_CLI_VERIFY_KEPT_H

#include <stdbool.h>
#include <stddef.h>

/* Of the run in folder, which messages call by name; *files were looked at.
 * False, and said which, when one is not as it was kept. */
bool verify_kept(const char *state, const char *folder, const char *name,
		 size_t *files);

#endif
