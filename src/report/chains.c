/* SPDX-License-Identifier: MIT */
#include "report/chains.h"

#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "base/vector.h"
#include "report/collect.h"

#define NOWHERE UINT32_MAX

struct chain_node {
	const char *name, *label; /* label NULL: the name */
	uint32_t parent;	  /* towards the root; NOWHERE: not reached */
	uint32_t depth;		  /* of a root 0 */
	uint32_t end;		  /* of its links, once settled */
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
	if (chains->count >= chains->slot_count / 4 * 3)
		grow(chains);
	found = (uint32_t)chains->count;
	chains->slots[slot_of(chains, name)] = found;
	node = VECTOR_ADD(chains->nodes, chains->count, chains->cap);
	node->name = name;
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

	chains->nodes[node].label = label;
}

/* Where the links lead, those of a node together and in their order: they
 * begin where those of the node before end. The caller's. */
static uint32_t *sort_links(struct chains *chains)
{
	uint32_t *targets = xcalloc(chains->link_count + 1, sizeof(*targets));
	uint32_t before = 0;

	for (size_t i = 0; i < chains->link_count; i++)
		chains->nodes[chains->links[i].from].end++;
	for (size_t i = 0; i < chains->count; i++) {
		uint32_t links = chains->nodes[i].end;

		chains->nodes[i].end = before;
		before += links;
	}
	for (size_t i = 0; i < chains->link_count; i++)
		targets[chains->nodes[chains->links[i].from].end++] =
			chains->links[i].to;
	return targets;
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
	uint32_t *targets = sort_links(chains);
	uint32_t *queue = xcalloc(chains->count + 1, sizeof(*queue));
	size_t count = add_roots(chains, queue);

	for (size_t at = 0; at < count; at++) {
		const struct chain_node *node = &chains->nodes[queue[at]];

		for (uint32_t i = queue[at] ? node[-1].end : 0; i < node->end;
		     i++) {
			struct chain_node *next = &chains->nodes[targets[i]];

			if (next->parent != NOWHERE)
				continue;
			next->parent = queue[at];
			next->depth = node->depth + 1;
			queue[count++] = targets[i];
		}
	}
	free(targets);
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
	free(chains->nodes);
	free(chains->links);
	free(chains->slots);
	*chains = (struct chains){0};
}
