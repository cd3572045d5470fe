/* SPDX-License-Identifier: MIT */
#include "loop/thread.h"

#include <sys/prctl.h>

void thread_name(const char *name)
{
	prctl(PR_SET_NAME, name);
}
