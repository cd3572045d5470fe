/* SPDX-License-Identifier: MIT */
#include "report/pool.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"

#define CHUNK_SIZE 65536

struct chunk {
	struct chunk *next;
	char text[];
};

struct entry {
	const char *text; /* NULL: free */
	uint32_t hash;
	uint32_t len;
};

struct report_pool {
	struct chunk *chunks;
	size_t bytes; /* of all texts */
	size_t used;  /* of the first chunk */
	size_t size;  /* of the first chunk */
	struct entry *entries;
	size_t count;
	size_t slots; /* a power of two */
	uint32_t seed;
};

struct report_pool *report_pool_new(void)
{
	struct report_pool *pool = xcalloc(1, sizeof(*pool));

	pool->slots = 64;
	pool->seed = (uint32_t)((uintptr_t)pool >> 4) ^ 2166136261u;
	pool->entries = xcalloc(pool->slots, sizeof(*pool->entries));
	return pool;
}

void report_pool_free(struct report_pool *pool)
{
	if (!pool)
		return;
	while (pool->chunks) {
		struct chunk *next = pool->chunks->next;

		free(pool->chunks);
		pool->chunks = next;
	}
	free(pool->entries);
	free(pool);
}

/* FNV-1a from a start that nobody outside knows: no report can be made of
 * texts that all collide. */
static uint32_t hash_of(const struct report_pool *pool, const char *text,
			size_t len)
{
	uint32_t hash = pool->seed;

	for (size_t i = 0; i < len; i++)
		hash = (hash ^ (unsigned char)text[i]) * 16777619u;
	return hash;
}

static struct entry *find_slot(struct report_pool *pool, const char *text,
			       uint32_t len, uint32_t hash)
{
	size_t at = hash & (pool->slots - 1);

	for (;;) {
		struct entry *entry = &pool->entries[at];

		if (!entry->text || (entry->hash == hash && entry->len == len &&
				     memcmp(entry->text, text, len) == 0))
			return entry;
		at = (at + 1) & (pool->slots - 1);
	}
}

static void grow(struct report_pool *pool)
{
	struct entry *old = pool->entries;
	size_t slots = pool->slots;

	pool->slots *= 2;
	pool->entries = xcalloc(pool->slots, sizeof(*pool->entries));
	for (size_t i = 0; i < slots; i++) {
		size_t at = old[i].hash & (pool->slots - 1);

		if (!old[i].text)
			continue;
		while (pool->entries[at].text)
			at = (at + 1) & (pool->slots - 1);
		pool->entries[at] = old[i];
	}
	free(old);
}

static char *room_for(struct report_pool *pool, size_t len)
{
	char *room;

	if (!pool->chunks || pool->size - pool->used < len) {
		size_t size = len > CHUNK_SIZE ? len : CHUNK_SIZE;
		struct chunk *chunk = xmalloc(sizeof(*chunk) + size);

		chunk->next = pool->chunks;
		pool->chunks = chunk;
		pool->size = size;
		pool->used = 0;
	}
	room = pool->chunks->text + pool->used;
	pool->used += len;
	pool->bytes += len;
	return room;
}

size_t report_pool_bytes(const struct report_pool *pool)
{
	return pool->bytes;
}

/* A text's number stands before it. */
static uint32_t number_of(const char *text)
{
	uint32_t number;

	memcpy(&number, text - sizeof(number), sizeof(number));
	return number;
}

const char *report_pool_add(struct report_pool *pool, const char *text,
			    size_t len)
{
	const char *end = memchr(text, '\0', len);
	struct entry *entry;
	uint32_t number = (uint32_t)pool->count;
	uint32_t hash;
	char *copy;

	if (end)
		len = (size_t)(end - text);
	hash = hash_of(pool, text, len);
	entry = find_slot(pool, text, (uint32_t)len, hash);
	if (entry->text)
		return entry->text;
	copy = room_for(pool, sizeof(number) + len + 1);
	memcpy(copy, &number, sizeof(number));
	copy += sizeof(number);
	memcpy(copy, text, len);
	copy[len] = '\0';
	*entry = (struct entry){copy, hash, (uint32_t)len};
	if (++pool->count > pool->slots / 2)
		grow(pool);
	return copy;
}

size_t report_pool_number(struct report_pool *pool, const char *text,
			  size_t len)
{
	return number_of(report_pool_add(pool, text, len));
}

size_t report_pool_count(const struct report_pool *pool)
{
	return pool->count;
}
