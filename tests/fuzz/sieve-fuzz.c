/* SPDX-License-Identifier: MIT */
/*
 * The sieve of JSON beside the parser alone: what is no JSON stays none, and
 * of what is JSON nothing but members of its own keys is gone.
 */
#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "report/json-sieve.h"

#define FLAGS (JSON_REJECT_DUPLICATES | JSON_DECODE_ANY | JSON_ALLOW_NUL)

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static bool is_key(const char *key)
{
	for (const struct json_sieved *it = json_sieved; it->key; it++)
		if (strcmp(it->key, key) == 0)
			return true;
	return false;
}

static void compare(const json_t *whole, const json_t *kept)
{
	const char *key;
	json_t *value;
	size_t i;

	if (json_typeof(whole) != json_typeof(kept))
		BUG("a value of another kind");
	if (json_is_object(whole)) {
		if (json_object_size(whole) < json_object_size(kept))
			BUG("a member more");
		json_object_foreach((json_t *)whole, key, value)
		{
			json_t *other = json_object_get(kept, key);

			if (!other && !is_key(key))
				BUG("a member is gone");
			if (other)
				compare(value, other);
		}
	} else if (json_is_array(whole)) {
		if (json_array_size(whole) != json_array_size(kept))
			BUG("an element is gone");
		json_array_foreach(whole, i, value)
			compare(value, json_array_get(kept, i));
	} else if (!json_equal(whole, kept)) {
		BUG("another value");
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *text = xmalloc(size + 1);
	json_error_t why;
	json_t *whole;
	json_t *tree = NULL;
	size_t len = 0;
	char *kept;

	if (size)
		memcpy(text, data, size);
	text[size] = '\0';
	if (strlen(text) != size) { /* is refused before */
		free(text);
		return 0;
	}
	kept = json_sieve(text, size, &len);
	whole = json_loadb(text, size, FLAGS, &why);
	if (kept && strlen(kept) != len)
		BUG("another length");
	if (kept)
		tree = json_loadb(kept, len, FLAGS, NULL);
	if (kept && whole && !tree)
		BUG("JSON became none");
	/* A key twice in what is left out harms nobody. */
	if (tree && !whole && json_error_code(&why) != json_error_duplicate_key)
		BUG("it became JSON: %s", why.text);
	if (tree && whole)
		compare(whole, tree);
	json_decref(whole);
	json_decref(tree);
	free(kept);
	free(text);
	return 0;
}
