/* SPDX-License-Identifier: MIT */
/* Without holes the whole log is dropped: the next line is its first. */
#include "delivery/log-bound.h"

#include <sys/stat.h>
#include <unistd.h>

void log_bound(int fd, off_t most, off_t keep)
{
	struct stat st;

	(void)keep;
	if (fstat(fd, &st) == 0 && st.st_size > most)
		(void)!ftruncate(fd, 0);
}
