/* SPDX-License-Identifier: MIT */
/* SHA-256, as 64 lower-case hexadecimal digits. */
#ifndef SIGNALBOX_BASE_DIGEST_H
#define SIGNALBOX_BASE_DIGEST_H

#include <stddef.h>

#include "base/error.h"

#define DIGEST_TEXT_SIZE 65

struct digest;

struct digest *digest_new(void);
void digest_add(struct digest *digest, const void *data, size_t len);
/* Writes the text, frees the digest. */
void digest_finish(struct digest *digest, char text[DIGEST_TEXT_SIZE]);
/* The text of what was added so far; more may be added. */
void digest_peek(const struct digest *digest, char text[DIGEST_TEXT_SIZE]);
void digest_bytes(const void *data, size_t len, char text[DIGEST_TEXT_SIZE]);
/* The same, for many: to make a digest costs more than to use it. What was
 * added to it before is forgotten, and it stays the caller's. */
void digest_bytes_with(struct digest *digest, const void *data, size_t len,
		       char text[DIGEST_TEXT_SIZE]);
void digest_free(struct digest *digest);
int digest_file(const char *path, char text[DIGEST_TEXT_SIZE],
		struct error *err) MUST_CHECK;

#endif
