/* SPDX-License-Identifier: MIT */
/* A folder of its own for each test, with real git repositories in it made
 * by the git command, and nothing of the person's configuration. */
#ifndef SIGNALBOX_TESTS_SOURCE_SCRATCH_H
#define SIGNALBOX_TESTS_SOURCE_SCRATCH_H

#include "support/folder.h"

#include <stdio.h>
#include <unistd.h>

#include "base/str.h"

/* libgit2 1.5 with PCRE2 loses its match data when it opens a repository of
 * format 1, as SHA-256 ones are. Read by the leak sanitizer. */
const char *__lsan_default_suppressions(void);
const char *__lsan_default_suppressions(void)
{
	return "leak:libpcre2\n";
}

/* Who commits, whoever runs the test. */
static inline void scratch_git(void)
{
	setenv("GIT_CONFIG_GLOBAL", "/dev/null", 1);
	setenv("GIT_CONFIG_NOSYSTEM", "1", 1);
	setenv("GIT_AUTHOR_NAME", "Ana", 1);
	setenv("GIT_AUTHOR_EMAIL", "ana@example.org", 1);
	setenv("GIT_COMMITTER_NAME", "Lee", 1);
	setenv("GIT_COMMITTER_EMAIL", "lee@example.org", 1);
	setenv("GIT_AUTHOR_DATE", "1700000000 +0100", 1);
	setenv("GIT_COMMITTER_DATE", "1700000100 +0100", 1);
	unsetenv("GIT_DIR");
}

/* cmocka set-up: *state is the folder's path. */
static inline int scratch_make(void **state)
{
	scratch_git();
	return folder_set_up(state);
}

#define scratch_test(test) \
	cmocka_unit_test_setup_teardown(test, scratch_make, folder_tear_down)

/* Runs shell text in the folder; the test fails when it does. */
static inline void scratch_run(const char *root, const char *format, ...)
	PRINTF_LIKE(2, 3);
static inline void scratch_run(const char *root, const char *format, ...)
{
	va_list args;
	char *text, *line;
	int status;

	va_start(args, format);
	text = xvasprintf(format, args);
	va_end(args);
	line = xasprintf("cd '%s' && { %s\n} >/dev/null 2>&1", root, text);
	status = system(line);
	if (status != 0)
		fail_msg("%s: status %d", text, status);
	free(line);
	free(text);
}

/* The output of shell text run in the folder, without the last newline.
 * Owned by the caller. */
static inline char *scratch_ask(const char *root, const char *format, ...)
	PRINTF_LIKE(2, 3);
static inline char *scratch_ask(const char *root, const char *format, ...)
{
	struct str out = STR_INIT;
	char *text, *line;
	va_list args;
	FILE *pipe;
	int c;

	va_start(args, format);
	text = xvasprintf(format, args);
	va_end(args);
	line = xasprintf("cd '%s' && %s", root, text);
	pipe = popen(line, "r");
	assert_non_null(pipe);
	while ((c = getc(pipe)) != EOF)
		str_add_char(&out, (char)c);
	assert_int_equal(pclose(pipe), 0);
	while (out.len > 0 && out.data[out.len - 1] == '\n')
		str_truncate(&out, out.len - 1);
	free(line);
	free(text);
	return str_detach(&out);
}

/* Asserts that text (freed here) is what shell text prints. */
#define assert_same_as_git(owned, root, ...)                    \
	do {                                                    \
		char *ours_ = (owned);                          \
		char *theirs_ = scratch_ask(root, __VA_ARGS__); \
                                                                \
		assert_non_null(ours_);                         \
		assert_string_equal(ours_, theirs_);            \
		free(ours_);                                    \
		free(theirs_);                                  \
	} while (0)

#endif
