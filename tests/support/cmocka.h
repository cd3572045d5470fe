/* SPDX-License-Identifier: MIT */
/* cmocka with the headers it wants before it, and what most tests use. */
#ifndef SIGNALBOX_TESTS_SUPPORT_CMOCKA_H
#define SIGNALBOX_TESTS_SUPPORT_CMOCKA_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#endif
