/* SPDX-License-Identifier: MIT */
/*
 * JSON reports are mostly what nobody reads: references, vectors, snippets,
 * white space. This leaves it out before a tree is made of the rest, which is
 * faster and smaller; what must not be kept, such as a secret that was found,
 * is not even in the tree.
 */
#ifndef SIGNALBOX_REPORT_JSON_SIEVE_H
#define SIGNALBOX_REPORT_JSON_SIEVE_H

#include <stddef.h>

/*
 * Text with the same meaning but without members which no reader looks for,
 * NUL-terminated and the caller's to free; *kept is its length. NULL
 * when something in what would be left out is odd: then the whole has to be
 * judged. What is no JSON stays no JSON.
 */
char *json_sieve(const char *text, size_t len, size_t *kept);

/* The keys that are left out, with which values; ends with NULL. */
enum sieved_shape { SIEVED_ANY, SIEVED_LIST, SIEVED_STRING, SIEVED_TEXT };
struct json_sieved {
	const char *key;
	enum sieved_shape shape;
};
extern const struct json_sieved json_sieved[];

#endif
