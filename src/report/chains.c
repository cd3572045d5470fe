/* SPDX-License-Identifier: MIT */
#include "report/chains.h"

#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "base/vector.h"
#include "report/collect.h"

#define NOWHERE UINT32_MAX

struct chain_node {
	char *name, *label; /* label NULL: the name; bounded */
	uint32_t parent;    /* towards the root; NOWHERE: not reached */
	uint32_t depth;	    /* of a root 0 */
	size_t first_link;  /* of those from here, once settled */
	bool is_root, is_needed;
};

/* FNV-1a from a start that nobody outside knows: no report can be made of
 * names that all collide. */
static size_t hash_of(const struct chains *chains, const char *name)
{
	uint64_t hash = chains->seed;

	for (; *name; name++)
		hash = (hash ^ (unsigned char)*name) * 1099511628211u;
	return (size_t)(hash ^ hash >> 32);
}

/* Of the name, or the free one where it belongs. */
static size_t slot_of(const struct chains *chains, const char *name)
{
	size_t at = hash_of(chains, name) & (chains->slot_count - 1);

	while (chains->slots[at] != NOWHERE &&
	       strcmp(chains->nodes[chains->slots[at]].name, name) != 0)
		at = (at + 1) & (chains->slot_count - 1);
	return at;
}

static void grow(struct chains *chains)
{
	chains->slot_count = chains->slot_count ? chains->slot_count * 2 : 64;
	chains->slots = xreallocarray(chains->slots, chains->slot_count,
				      sizeof(*chains->slots));
	if (!chains->seed)
		chains->seed = ((uint64_t)(uintptr_t)chains->slots >> 4) ^
			       14695981039346656037u;
	memset(chains->slots, 0xff,
	       chains->slot_count * sizeof(*chains->slots));
	for (size_t i = 0; i < chains->count; i++)
		chains->slots[slot_of(chains, chains->nodes[i].name)] =
			(uint32_t)i;
}

static uint32_t find(const struct chains *chains, const char *name)
{
	return chains->slot_count ? chains->slots[slot_of(chains, name)]
				  : NOWHERE;
}

static uint32_t node_of(struct chains *chains, const char *name)
{
	uint32_t found = find(chains, name);
	struct chain_node *node;

	if (found != NOWHERE)
		return found;
	if (chains->count * 2 >= chains->slot_count)
		grow(chains);
	found = (uint32_t)chains->count;
	chains->slots[slot_of(chains, name)] = found;
	node = VECTOR_ADD(chains->nodes, chains->count, chains->cap);
	node->name = xstrdup(name);
	node->parent = NOWHERE;
	return found;
}

void chains_link(struct chains *chains, const char *from, const char *to)
{
	struct chain_link link = {.from = node_of(chains, from)};

	link.to = node_of(chains, to);
	chains->nodes[link.to].is_needed = true;
	*VECTOR_ADD(chains->links, chains->link_count, chains->link_cap) = link;
}

void chains_root(struct chains *chains, const char *name)
{
	uint32_t node = node_of(chains, name); /* moves the nodes */

	chains->nodes[node].is_root = true;
}

/* What of a name is shown: an id of a megabyte is no more than its begin, and
 * is not gone through for each package that it brings in. */
static size_t bounded(const char *name)
{
	return text_cut(name, strnlen(name, REPORT_WORD_MAX + 1),
			REPORT_WORD_MAX);
}

void chains_label(struct chains *chains, const char *name, const char *label)
{
	uint32_t node = node_of(chains, name);

	free(chains->nodes[node].label);
	chains->nodes[node].label = xstrndup(label, bounded(label));
}

static int by_origin(const void *left, const void *right)
{
	const struct chain_link *a = left, *b = right;

	if (a->from != b->from)
		return a->from < b->from ? -1 : 1;
	return a->to < b->to ? -1 : a->to > b->to;
}

static void sort_links(struct chains *chains)
{
	size_t link = 0;

	if (chains->link_count)
		qsort(chains->links, chains->link_count, sizeof(*chains->links),
		      by_origin);
	for (size_t i = 0; i < chains->count; i++) {
		while (link < chains->link_count &&
		       chains->links[link].from < i)
			link++;
		chains->nodes[i].first_link = link;
	}
}

static size_t add_roots(struct chains *chains, uint32_t *queue)
{
	bool told = false;
	size_t count = 0;

	for (size_t i = 0; i < chains->count; i++)
		told = told || chains->nodes[i].is_root;
	for (size_t i = 0; i < chains->count; i++) {
		struct chain_node *node = &chains->nodes[i];

		node->is_root = told ? node->is_root : !node->is_needed;
		if (!node->is_root)
			continue;
		node->parent = (uint32_t)i;
		queue[count++] = (uint32_t)i;
	}
	return count;
}

void chains_settle(struct chains *chains)
{
	uint32_t *queue = xcalloc(chains->count + 1, sizeof(*queue));
	size_t count;

	sort_links(chains);
	count = add_roots(chains, queue);
	for (size_t at = 0; at < count; at++) {
		const struct chain_node *node = &chains->nodes[queue[at]];

		for (size_t i = node->first_link;
		     i < chains->link_count &&
		     chains->links[i].from == queue[at];
		     i++) {
			struct chain_node *next =
				&chains->nodes[chains->links[i].to];

			if (next->parent != NOWHERE)
				continue;
			next->parent = queue[at];
			next->depth = node->depth + 1;
			queue[count++] = chains->links[i].to;
		}
	}
	free(queue);
}

bool chains_text(const struct chains *chains, const char *name,
		 struct str *text)
{
	uint32_t path[CHAIN_MAX];
	uint32_t at = find(chains, name);
	size_t count = 0;

	if (at == NOWHERE || chains->nodes[at].parent == NOWHERE ||
	    !chains->nodes[at].depth || chains->nodes[at].depth >= CHAIN_MAX)
		return false;
	for (path[count++] = at; chains->nodes[at].depth; path[count++] = at)
		at = chains->nodes[at].parent;
	while (count-- && text->len <= REPORT_NAME_MAX) {
		const struct chain_node *node = &chains->nodes[path[count]];
		const char *shown = node->label ? node->label : node->name;

		str_add_bytes(text, shown, bounded(shown));
		str_add(text, count ? " > " : "");
	}
	return true;
}

void chains_release(struct chains *chains)
{
	for (size_t i = 0; i < chains->count; i++) {
		free(chains->nodes[i].name);
		free(chains->nodes[i].label);
	}
	free(chains->nodes);
	free(chains->links);
	free(chains->slots);
	*chains = (struct chains){0};
}
