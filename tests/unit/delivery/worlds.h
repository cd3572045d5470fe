/* SPDX-License-Identifier: MIT */
/* An environment over the fakes, for the tests of what is done to it. */
#ifndef SIGNALBOX_TESTS_UNIT_DELIVERY_WORLDS_H
#define SIGNALBOX_TESTS_UNIT_DELIVERY_WORLDS_H

#include "support/environments.h"
#include "unit/delivery/fakes.h"

#define PATIENCE_US (20 * 1000000)

/* cmocka's; the state is a struct world. */
int worlds_set_up(void **state);
int worlds_set_up_with(void **state, const char *pipeline_text);
int worlds_tear_down(void **state);
/* Of the fakes, since the last time. */
void assert_asked(const char *expected);

#define TEST(name) \
	cmocka_unit_test_setup_teardown(name, worlds_set_up, worlds_tear_down)

#endif
