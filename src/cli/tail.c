/* SPDX-License-Identifier: MIT */
#include "cli/tail.h"

#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "base/file.h"
#include "base/printable.h"
#include "base/str.h"

#define TAIL_BYTES (64 << 10)
#define LINE_BYTES 500

static void add_line(struct strings *lines, const char *text, size_t len)
{
	struct str out = STR_INIT;

	text = line_last_state(text, &len);
	str_add_printable(&out, text, len < LINE_BYTES ? len : LINE_BYTES,
			  false);
	strings_add_owned(lines, str_detach(&out));
}

int file_tail(const char *path, size_t count, struct strings *lines)
{
	char bytes[TAIL_BYTES];
	int fd = file_open(path, O_RDONLY, 0, NULL);
	off_t size;
	ssize_t len;
	size_t starts = 0;
	char *at;

	if (fd < 0)
		return -1;
	size = lseek(fd, 0, SEEK_END);
	len = pread(fd, bytes, sizeof(bytes),
		    size > TAIL_BYTES ? size - TAIL_BYTES : 0);
	close(fd);
	if (len < 0)
		return -1;
	if (len && bytes[len - 1] == '\n')
		len--;
	for (at = bytes + len; at > bytes && starts < count; at--)
		starts += at[-1] == '\n';
	at += starts == count && count > 0 && len > 0;
	while (len > 0 && at < bytes + len) {
		char *end = memchr(at, '\n', (size_t)(bytes + len - at));

		end = end ? end : bytes + len;
		add_line(lines, at, (size_t)(end - at));
		at = end + 1;
	}
	return 0;
}
