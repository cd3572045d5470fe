/* SPDX-License-Identifier: MIT */
/*
 * A test that mostly waits, done by copies of its program side by side, each
 * with a site, and so ports and a folder, of its own:
 *
 *	if (share_own() < 0) {
 *		shares_run(site, __func__, SHARES);
 *		return;
 *	}
 *	for (int i = share_own(); i < ALL; i += SHARES) ...
 */
#ifndef SIGNALBOX_TESTS_SYSTEM_SHARES_H
#define SIGNALBOX_TESTS_SYSTEM_SHARES_H

#include "system/support.h"

/* Which of the copies this is, from 0; -1 when it is none. */
int share_own(void);

/* Returns when each has passed; fails with what one that failed printed. */
void shares_run(struct site *site, const char *test, int count);

#endif
