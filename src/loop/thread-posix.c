/* SPDX-License-Identifier: MIT */
#include "loop/thread.h"

void thread_name(const char *name)
{
	(void)name;
}
