/* SPDX-License-Identifier: MIT */
/* What a test and the library that it preloads (death.c) share. */
#ifndef SIGNALBOX_TESTS_SUPPORT_DEATH_H
#define SIGNALBOX_TESTS_SUPPORT_DEATH_H

#include <stdatomic.h>

struct death {
	atomic_int left; /* records until it strikes, once; 0: never */
	atomic_int met;	 /* records written in all */
	atomic_int torn; /* so many bytes of the record after it, too */
};

#endif
