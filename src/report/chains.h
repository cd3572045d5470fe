/* SPDX-License-Identifier: MIT */
/*
 * Who brought a package in: the shortest way to it through the dependencies
 * that a report lists.
 *
 *	struct chains chains = {0};
 *	chains_root(&chains, "app");
 *	chains_link(&chains, "app", "a");
 *	chains_link(&chains, "a", "b");
 *	chains_label(&chains, "b", "left-pad");
 *	chains_settle(&chains);
 *	chains_text(&chains, "b", &text)	... "app > a > left-pad"
 *	chains_release(&chains);
 *
 * Names and labels are borrowed, may be anything, and are cut where they are
 * very long; circles and links to what is nowhere else are fine.
 */
#ifndef SIGNALBOX_REPORT_CHAINS_H
#define SIGNALBOX_REPORT_CHAINS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/str.h"

/* Of a chain; a longer one is not told. */
#define CHAIN_MAX 32
/* Bytes that a link to what no other names takes, for check_memory(). */
#define CHAIN_LINK_COST 72

struct chain_node;
struct chain_link {
	uint32_t from, to;
};

struct chains {
	struct chain_node *nodes;
	size_t count, cap;
	struct chain_link *links;
	size_t link_count, link_cap;
	uint32_t *slots; /* a hash table of nodes, by name */
	size_t slot_count;
	uint64_t seed;
};

void chains_release(struct chains *chains);

void chains_link(struct chains *chains, const char *from, const char *to);
/* Where chains begin. Without one they begin at all that nothing needs. */
void chains_root(struct chains *chains, const char *name);
/* What to call it in a chain; else its name. */
void chains_label(struct chains *chains, const char *name, const char *label);

/* Call once, when all is known. */
void chains_settle(struct chains *chains);
/* False, and nothing added, for a root and for what no root leads to. */
bool chains_text(const struct chains *chains, const char *name,
		 struct str *text);

#endif
