/* SPDX-License-Identifier: MIT */
#include "pipeline/document.h"

#include <string.h>

#include "base/file.h"

#define COMPARISONS 1000000

static void read_root(const struct node *root, const struct schema *schema,
		      void *into, struct problems *problems)
{
	struct reader reader = {
		.problems = problems,
		.comparisons_left = COMPARISONS,
	};

	if (root->kind == NODE_MAP)
		read_map(&reader, root, schema, into);
	else if (root->kind != NODE_BROKEN)
		complain_about(&reader, root,
			       "%s is a map of keys; it begins with %s: ...",
			       schema->what, schema->keys[0].name);
}

int document_parse(const char *text, size_t len, const char *file,
		   const struct schema *schema, void *into,
		   struct problems *problems)
{
	size_t before = problems->count;
	struct node root;

	problems_begin(problems, file, &text, &len);
	if (tree_parse(text, len, problems, &root) == 0) {
		read_root(&root, schema, into, problems);
		node_release(&root);
	}
	return problems->count == before ? 0 : -1;
}

int document_read(const char *path, const struct schema *schema, void *into,
		  struct problems *problems, struct error *err)
{
	struct str text = STR_INIT;
	int result = file_read(path, &text, DOCUMENT_LIMIT, err);

	if (result == 0 && document_parse(text.data, text.len, path, schema,
					  into, problems) < 0)
		result = error_set(err, ERROR_CONFIG, "%s has %zu mistake%s",
				   path, problems->count,
				   problems->count == 1 ? "" : "s");
	str_release(&text);
	return result;
}
