/* SPDX-License-Identifier: MIT */
/*
 * Allocation that cannot fail: out of memory ends the program, which the
 * journal makes safe. BUG() ends it for a mistake of ours, never for input.
 */
#ifndef SIGNALBOX_BASE_MEMORY_H
#define SIGNALBOX_BASE_MEMORY_H

#include <stdarg.h>
#include <stddef.h>

#include "base/error.h"

void *xmalloc(size_t size);
void *xcalloc(size_t count, size_t size);
void *xreallocarray(void *old, size_t count, size_t size);
char *xstrdup(const char *text);
/* NULL stays NULL. */
char *xstrdup_null(const char *text);
char *xstrndup(const char *text, size_t len);
void *xmemdup(const void *data, size_t size);
char *xasprintf(const char *format, ...) PRINTF_LIKE(1, 2);
char *xvasprintf(const char *format, va_list args) PRINTF_LIKE(1, 0);

/* Gives back to the system what was freed, as far as can be: before a fork,
 * after which more than one process would hold it. */
void memory_give_back(void);

#define BUG(...) bug(__FILE__, __LINE__, __VA_ARGS__)
_Noreturn void bug(const char *file, int line, const char *format, ...)
	PRINTF_LIKE(3, 4);

#define ARRAY_SIZE(a) (sizeof(a) / sizeof((a)[0]))

#endif
