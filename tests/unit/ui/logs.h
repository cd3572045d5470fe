/* SPDX-License-Identifier: MIT */
/* A log of a test's own in a file. */
#ifndef SIGNALBOX_TESTS_UNIT_UI_LOGS_H
#define SIGNALBOX_TESTS_UNIT_UI_LOGS_H

#include "support/cmocka.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/file.h"
#include "base/memory.h"

static inline char *logs_write(const char *text, size_t len)
{
	const char *base = getenv("TMPDIR");
	char *path = xasprintf("%s/signalbox-XXXXXX", base ? base : "/tmp");
	struct error err = ERROR_INIT;
	int fd = mkstemp(path);

	assert_true(fd >= 0);
	if (file_write_all(fd, text, len, path, &err) < 0)
		fail_msg("%s", error_text(&err));
	close(fd);
	return path;
}

static inline void logs_append(const char *path, const char *text)
{
	FILE *file = fopen(path, "ae");

	assert_non_null(file);
	fputs(text, file);
	fclose(file);
}

static inline void logs_remove(char *path)
{
	unlink(path);
	free(path);
}

#endif
