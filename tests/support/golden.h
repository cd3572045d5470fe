/* SPDX-License-Identifier: MIT */
/* What a test draws against the text in a file below tests/data. With
 * SIGNALBOX_UPDATE=1 the files are written instead: look at the diff. */
#ifndef SIGNALBOX_TESTS_SUPPORT_GOLDEN_H
#define SIGNALBOX_TESTS_SUPPORT_GOLDEN_H

#include "support/cmocka.h"

#include "base/file.h"
#include "base/memory.h"

static inline char *source_path(const char *relative)
{
	const char *top = getenv("top_srcdir");

	return path_join(top ? top : ".", relative);
}

/* folder: "layout" or "golden"; name: of the file, without ".txt". */
static inline void golden_compare(const char *folder, const char *name,
				  const char *drawn)
{
	char *relative = xasprintf("tests/data/%s/%s.txt", folder, name);
	char *path = source_path(relative);
	struct str wanted = STR_INIT;
	struct error err = ERROR_INIT;

	if (getenv("SIGNALBOX_UPDATE") &&
	    file_replace(path, drawn, strlen(drawn), 0644, &err) < 0)
		fail_msg("%s", error_text(&err));
	if (file_read(path, &wanted, 1 << 20, &err) < 0)
		fail_msg("%s", error_text(&err));
	if (strcmp(wanted.data, drawn) != 0)
		fail_msg("%s is not as expected; drawn:\n%s", name, drawn);
	str_release(&wanted);
	free(path);
	free(relative);
}

#endif
