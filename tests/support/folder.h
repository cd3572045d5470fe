/* SPDX-License-Identifier: MIT */
/* cmocka's set-up and tear-down of tests that need a folder of their own:
 * *state is its path. */
#ifndef SIGNALBOX_TESTS_SUPPORT_FOLDER_H
#define SIGNALBOX_TESTS_SUPPORT_FOLDER_H

#include "base/file.h"
#include "base/memory.h"
#include "support/cmocka.h"

static inline int folder_set_up(void **state)
{
	*state = xstrdup("/tmp/signalbox-test-XXXXXX");
	return mkdtemp(*state) ? 0 : -1;
}

static inline int folder_tear_down(void **state)
{
	int result = folder_remove(*state, NULL);

	free(*state);
	return result;
}

#define WITH_FOLDER(test) \
	cmocka_unit_test_setup_teardown(test, folder_set_up, folder_tear_down)

#endif
