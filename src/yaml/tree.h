/* SPDX-License-Identifier: MIT */
/*
 * yaml/ is YAML read strictly, and the list of what is wrong with one file
 * (yaml/problems.h). This file: the text as a tree of plain values with
 * their places, and nothing else: aliases, anchors, tags, further documents
 * and control characters are problems here, so that no reader above needs
 * to know of them.
 */
#ifndef SIGNALBOX_YAML_TREE_H
#define SIGNALBOX_YAML_TREE_H

#include <stdbool.h>
#include <stddef.h>

#include "yaml/problems.h"

enum node_kind {
	NODE_TEXT,
	NODE_LIST,
	NODE_MAP,
	NODE_BROKEN, /* complained about already; readers pass it by */
};

struct node {
	enum node_kind kind;
	bool plain;    /* text without quotes */
	bool repeated; /* its key stands above it already: complained about */
	struct place place;
	char *text; /* of NODE_TEXT */
	char *key;  /* in a map, else NULL */
	struct place key_place;
	struct node *children;
	size_t count, cap;
};

/* Deepest nesting and greatest number of values that are read. */
#define TREE_DEPTH_LIMIT 32
#define TREE_NODE_LIMIT 500000

/* 0, or -1 after a mistake of syntax, told as the one problem that is sure. */
int tree_parse(const char *text, size_t len, struct problems *problems,
	       struct node *root) MUST_CHECK;
void node_release(struct node *node);

/* The value of the first such key of a map, or NULL. */
const struct node *node_find(const struct node *map, const char *key);
/* Where to complain about the node as a whole: its key, else itself. */
struct place node_place(const struct node *node);

#endif
