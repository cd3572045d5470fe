/* SPDX-License-Identifier: MIT */
/* Punches a hole at the beginning: the disk is given back, what is read of it
 * is NUL, and appending goes on undisturbed. */
#include "delivery/log-bound.h"

#include <fcntl.h>
#include <linux/falloc.h>
#include <sys/stat.h>

void log_bound(int fd, off_t most, off_t keep)
{
	struct stat st;

	if (fstat(fd, &st) < 0 || (off_t)st.st_blocks * 512 <= most ||
	    st.st_size <= keep)
		return;
	(void)!fallocate(fd, FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE, 0,
			 st.st_size - keep);
}
