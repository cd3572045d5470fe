/* SPDX-License-Identifier: MIT */
/* Texts kept once: findings repeat their rules, cases their files. */
#ifndef SIGNALBOX_REPORT_POOL_H
#define SIGNALBOX_REPORT_POOL_H

#include <stddef.h>

struct report_pool;

struct report_pool *report_pool_new(void);
void report_pool_free(struct report_pool *pool);
/* The same pointer for the same bytes, until the pool is freed. A NUL byte
 * ends the text. */
const char *report_pool_add(struct report_pool *pool, const char *text,
			    size_t len);
/* How many texts were there before this one, when it was first added: 0 for
 * the first. */
size_t report_pool_number(struct report_pool *pool, const char *text,
			  size_t len);
size_t report_pool_count(const struct report_pool *pool);
/* Of all its texts. */
size_t report_pool_bytes(const struct report_pool *pool);

#endif
