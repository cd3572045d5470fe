/* SPDX-License-Identifier: MIT */
#include "base/error.h"

#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"

int error_set(struct error *err, enum error_code code, const char *format, ...)
{
	va_list args;

	if (!err || err->code != ERROR_NONE)
		return -1;
	va_start(args, format);
	err->message = xvasprintf(format, args);
	va_end(args);
	err->code = code;
	return -1;
}

int error_prefix(struct error *err, const char *format, ...)
{
	va_list args;
	char *context;
	char *whole;
	size_t len;

	if (!err || err->code == ERROR_NONE)
		return -1;
	va_start(args, format);
	context = xvasprintf(format, args);
	va_end(args);
	/* Who is below may have said it: once is enough. */
	len = strlen(context);
	whole = strncmp(err->message, context, len) == 0 &&
				strncmp(err->message + len, ": ", 2) == 0
			? xstrdup(err->message)
			: xasprintf("%s: %s", context, err->message);
	free(context);
	free(err->message);
	err->message = whole;
	return -1;
}

void error_clear(struct error *err)
{
	free(err->message);
	err->message = NULL;
	err->code = ERROR_NONE;
}

int error_move(struct error *to, struct error *from)
{
	if (to && to->code == ERROR_NONE) {
		*to = *from;
		*from = (struct error)ERROR_INIT;
	} else {
		error_clear(from);
	}
	return -1;
}

const char *error_text(const struct error *err)
{
	return err->message ? err->message : "";
}

int error_exit_status(enum error_code code)
{
	static const int status[] = {
		[ERROR_NONE] = 0,    [ERROR_USAGE] = 2,
		[ERROR_CONFIG] = 2,  [ERROR_NOT_FOUND] = 2,
		[ERROR_IO] = 7,	     [ERROR_GIT] = 7,
		[ERROR_NETWORK] = 7, [ERROR_PROVIDER] = 7,
		[ERROR_CORRUPT] = 7, [ERROR_REFUSED] = 8,
		[ERROR_TIMEOUT] = 7, [ERROR_FAILED] = 1,
	};

	return status[code];
}
