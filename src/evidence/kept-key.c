/* SPDX-License-Identifier: MIT */
/* Findings by what they are. */
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "evidence/kept.h"

static void add_part(struct digest *digest, const char *text)
{
	/* The NUL parts it from the next one. */
	digest_add(digest, text ? text : "", text ? strlen(text) + 1 : 1);
}

void finding_key(const struct finding *finding, char text[FINDING_KEY_SIZE])
{
	struct digest *digest = digest_new();
	char whole[DIGEST_TEXT_SIZE];

	add_part(digest, finding_kind_name(finding->kind));
	add_part(digest, finding->id);
	add_part(digest, finding->package);
	add_part(digest, finding->path);
	digest_finish(digest, whole);
	memcpy(text, whole, FINDING_KEY_SIZE - 1);
	text[FINDING_KEY_SIZE - 1] = '\0';
}

static int compare_keys(const void *a, const void *b)
{
	return memcmp(a, b, FINDING_KEY_SIZE);
}

void findings_digest(const struct report *report, char text[DIGEST_TEXT_SIZE])
{
	char(*keys)[FINDING_KEY_SIZE] =
		xcalloc(report->open ? report->open : 1, sizeof(*keys));
	size_t count = 0;

	for (size_t i = 0; i < report->finding_count; i++)
		if (report->findings[i].state == FINDING_OPEN &&
		    count < report->open)
			finding_key(&report->findings[i], keys[count++]);
	if (count)
		qsort(keys, count, sizeof(*keys), compare_keys);
	digest_bytes(keys, count * sizeof(*keys), text);
	free(keys);
}
