/* SPDX-License-Identifier: MIT */
/*
 * base/ is what every room stands on: errors with words, strings, vectors,
 * time, files, digests. This file: how a function says why it failed.
 *
 * A function that can fail takes a `struct error *err` last, returns -1 or
 * NULL on failure, and leaves err untouched on success. NULL is allowed.
 *
 *	struct error err = ERROR_INIT;
 *	if (file_read(path, &text, limit, &err) < 0)
 *		return error_prefix(&err, "reading the pipeline file");
 *	...
 *	error_clear(&err);
 */
#ifndef SIGNALBOX_BASE_ERROR_H
#define SIGNALBOX_BASE_ERROR_H

enum error_code {
	ERROR_NONE,
	ERROR_USAGE,	 /* the caller's words are wrong: exit 2 */
	ERROR_CONFIG,	 /* a pipeline or configuration file is wrong: exit 2 */
	ERROR_NOT_FOUND, /* what was named does not exist: exit 2 */
	ERROR_IO,	 /* the system refused: disk, socket, process: exit 7 */
	ERROR_GIT,	 /* exit 7 */
	ERROR_NETWORK,	 /* exit 7 */
	ERROR_PROVIDER,	 /* the proxy or target refused or lied: exit 7 */
	ERROR_CORRUPT,	 /* a record is damaged: exit 1 in verify, else 7 */
	ERROR_REFUSED,	 /* locked, moved on, or not allowed: exit 8 */
	ERROR_TIMEOUT,	 /* exit 7 */
	ERROR_FAILED,	 /* a check, test or policy said no: exit 1 */
};

struct error {
	enum error_code code;
	char *message; /* owned; NULL when code is ERROR_NONE */
};

#define ERROR_INIT            \
	{                     \
		ERROR_NONE, 0 \
	}
#define MUST_CHECK __attribute__((warn_unused_result))
#define PRINTF_LIKE(f, a) __attribute__((format(printf, f, a)))

/* Sets err unless it already holds a cause. Always returns -1. */
int error_set(struct error *err, enum error_code code, const char *format, ...)
	PRINTF_LIKE(3, 4);

/* Puts "CONTEXT: " before the message. Always returns -1. */
int error_prefix(struct error *err, const char *format, ...) PRINTF_LIKE(2, 3);

/* Frees the message; err may be used again. */
void error_clear(struct error *err);

/* Moves `from` into `to` (when `to` is empty; else frees it). Returns -1. */
int error_move(struct error *to, struct error *from);

/* "" when there is none. Borrowed. */
const char *error_text(const struct error *err);

/* The process exit status that DESIGN's table gives the code. */
int error_exit_status(enum error_code code);

#endif
