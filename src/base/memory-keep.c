/* SPDX-License-Identifier: MIT */
/* Where the C library decides by itself. */
#include "base/memory.h"

void memory_give_back(void)
{
}
