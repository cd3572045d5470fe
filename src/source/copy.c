/* SPDX-License-Identifier: MIT */
#include "source/copy.h"

#include <errno.h>
#include <unistd.h>

#include "base/file.h"

int copy_by_hand(int from, int to)
{
	char buffer[65536];

	for (;;) {
		ssize_t len = read(from, buffer, sizeof(buffer));

		if (len == 0)
			return 0;
		if (len < 0 && errno != EINTR)
			return -1;
		if (len > 0 &&
		    file_write_all(to, buffer, (size_t)len, "", NULL) < 0)
			return -1;
	}
}
