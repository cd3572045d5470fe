/* SPDX-License-Identifier: MIT */
/* Ignore files in YAML: Trivy's, Grype's and Snyk's, told apart by their
 * shape. */
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "exceptions/ignore.h"
#include "yaml/tree.h"

static const struct {
	const char *name;
	enum finding_kind kind;
} trivy_sections[] = {
	{"vulnerabilities", FINDING_VULNERABILITY},
	{"misconfigurations", FINDING_MISCONFIGURATION},
	{"secrets", FINDING_SECRET},
	{"licenses", FINDING_LICENSE},
};

static bool has_sections(const struct node *root)
{
	for (size_t i = 0; i < ARRAY_SIZE(trivy_sections); i++)
		if (node_find(root, trivy_sections[i].name))
			return true;
	return false;
}

static bool is_empty(const struct node *root)
{
	/* A text without a document is broken, and nobody's mistake. */
	if (root->kind != NODE_TEXT)
		return root->kind == NODE_BROKEN ||
		       (root->kind == NODE_MAP && !root->count);
	return (root->plain &&
		(!*root->text || strcmp(root->text, "null") == 0));
}

static int read_shape(struct ignore_file *file, const struct node *root)
{
	const struct node *ignore = node_find(root, "ignore");

	if (ignore && ignore->kind == NODE_LIST)
		return ignore_grype(file, ignore);
	if (ignore && ignore->kind == NODE_MAP)
		return ignore_snyk(file, ignore);
	if (has_sections(root))
		return ignore_trivy_yaml(file, root);
	/* Settings of Grype, or a .snyk without any. */
	if (is_empty(root) || (!ignore && ends_with(file->name, ".snyk")) ||
	    (!ignore && strstr(file->name, "grype")))
		return 0;
	return ignore_refuse(file, 1,
			     "it is no ignore file of Trivy, Grype or "
			     "Snyk");
}

/* What keys stand twice: which one the scanner takes is not known. */
static const struct node *find_repeated(const struct node *node)
{
	for (size_t i = 0; i < node->count; i++) {
		const struct node *child = &node->children[i];
		const struct node *found =
			child->repeated ? child : find_repeated(child);

		if (found)
			return found;
	}
	return NULL;
}

/* What ends a line in YAML and not in git: comments and who wrote them would
 * be looked for in other lines than they are. */
static bool has_odd_lines(const char *text)
{
	for (const char *at = text; (at = strchr(at, '\r')); at++)
		if (at[1] != '\n')
			return true;
	return strstr(text, "\xc2\x85") || strstr(text, "\xe2\x80\xa8") ||
	       strstr(text, "\xe2\x80\xa9");
}

int ignore_yaml(struct ignore_file *file)
{
	struct problems problems = PROBLEMS_INIT;
	const char *text = file->text;
	size_t len = file->len;
	const struct node *repeated;
	struct node root = {0};
	int result;

	if (has_odd_lines(text))
		return ignore_refuse(file, 1,
				     "it has line ends other than LF "
				     "and CRLF");
	problems_begin(&problems, file->name, &text, &len);
	if (tree_parse(text, len, &problems, &root) < 0 || problems.count) {
		result = ignore_refuse(
			file, problems.count ? problems.items[0].line : 1,
			problems.count ? problems.items[0].text
				       : "it is no YAML");
	} else {
		repeated = find_repeated(&root);
		result = repeated ? ignore_refuse(file, repeated->place.line,
						  "a key stands twice")
				  : read_shape(file, &root);
	}
	node_release(&root);
	problems_release(&problems);
	return result;
}

static void set_scope(struct exception *it, const struct strings *words)
{
	struct str scope = STR_INIT;

	for (size_t i = 0; i < words->count; i++)
		str_addf(&scope, "%s%s", i ? " " : "", words->items[i]);
	it->record.scope = str_detach(&scope);
}

static bool has_other_keys(const struct node *map, const char *const *known)
{
	for (size_t i = 0; i < map->count; i++) {
		const char *const *key = known;

		while (*key && !str_equal(map->children[i].key, *key))
			key++;
		if (!*key)
			return true;
	}
	return false;
}

/* What a report does not tell the kind of may be of each. */
static int read_trivy_entry(struct ignore_file *file, enum finding_kind kind,
			    const struct node *entry)
{
	static const char *const known[] = {"id",	 "paths",      "purls",
					    "statement", "expired_at", NULL};
	const char *ends;
	struct exception *it = ignore_add(file, entry->place.line,
					  ignore_last_line(entry), NULL);

	if (!it)
		return -1;
	it->record.id = xstrdup_null(ignore_text(it, node_find(entry, "id")));
	if (!it->record.id || !*it->record.id)
		ignore_wrong(it, "has no id");
	if (has_other_keys(entry, known))
		ignore_wrong(it, "has a key that is none of id, paths, purls, "
				 "statement, expired_at");
	it->kinds = 1u << kind | 1u << FINDING_CODE;
	ignore_words(it, node_find(entry, "paths"), &it->paths);
	ignore_words(it, node_find(entry, "purls"), &it->purls);
	set_scope(it, it->paths.count ? &it->paths : &it->purls);
	ignore_default(it, RECORD_REASON,
		       ignore_text(it, node_find(entry, "statement")));
	ends = ignore_text(it, node_find(entry, "expired_at"));
	if (ends)
		ignore_ends(it, ends);
	ignore_finish(it);
	return 0;
}

int ignore_trivy_yaml(struct ignore_file *file, const struct node *root)
{
	for (size_t i = 0; i < ARRAY_SIZE(trivy_sections); i++) {
		const struct node *list =
			node_find(root, trivy_sections[i].name);

		if (!list || is_empty(list))
			continue;
		if (list->kind != NODE_LIST)
			return ignore_refuse(file, list->place.line,
					     "its sections are lists");
		for (size_t j = 0; j < list->count; j++) {
			const struct node *entry = &list->children[j];

			if (entry->kind != NODE_MAP)
				return ignore_refuse(file, entry->place.line,
						     "an entry is a map");
			if (read_trivy_entry(file, trivy_sections[i].kind,
					     entry) < 0)
				return -1;
		}
	}
	return 0;
}

/* Grype takes it as an expression; of one that is no plain name nothing can
 * be told: NULL. The caller's. */
static char *plain_name(struct exception *it, const char *text)
{
	struct str name = STR_INIT;

	for (; text && *text; text++) {
		if (*text == '\\' && text[1])
			text++;
		else if (strchr("*+?[](){}|^$", *text))
			it->scanner_only = true;
		str_add_char(&name, *text);
	}
	if (!it->scanner_only)
		return str_detach(&name);
	str_release(&name);
	return NULL;
}

static void read_package(struct exception *it, const struct node *package)
{
	static const char *const known[] = {"name", "version", "location",
					    NULL};
	const struct node *name = node_find(package, "name");

	if (package->kind != NODE_MAP)
		ignore_wrong(it, "has a package that is no map");
	if (name)
		it->package = plain_name(it, ignore_text(it, name));
	if (has_other_keys(package, known))
		it->scanner_only = true;
	if (node_find(package, "version"))
		it->version = xstrdup_null(
			ignore_text(it, node_find(package, "version")));
	ignore_words(it, node_find(package, "location"), &it->paths);
}

/* Of a report is known whether something mends it, and not why nothing does.
 */
static void read_fix_state(struct exception *it, const char *state)
{
	it->fixed_only = str_equal(state, "fixed");
	it->unfixed_only = state && !it->fixed_only;
	if (str_equal(state, "wont-fix") || str_equal(state, "unknown"))
		it->scanner_only = true;
	else if (it->unfixed_only && strcmp(state, "not-fixed") != 0)
		ignore_wrong(it, "has a fix-state: that is none of fixed, "
				 "not-fixed, wont-fix, unknown");
}

static int read_grype_entry(struct ignore_file *file, const struct node *entry)
{
	static const char *const known[] = {"vulnerability", "include-aliases",
					    "reason",	     "fix-state",
					    "package",	     NULL};
	const struct node *package = node_find(entry, "package");
	const char *name;
	struct exception *it = ignore_add(file, entry->place.line,
					  ignore_last_line(entry), NULL);

	if (!it)
		return -1;
	it->record.id = xstrdup_null(
		ignore_text(it, node_find(entry, "vulnerability")));
	if (package)
		read_package(it, package);
	if (has_other_keys(entry, known))
		it->scanner_only = true;
	name = package ? ignore_text(it, node_find(package, "name")) : NULL;
	it->record.scope = xstrdup(name ? name : "");
	read_fix_state(it, ignore_text(it, node_find(entry, "fix-state")));
	ignore_default(it, RECORD_REASON,
		       ignore_text(it, node_find(entry, "reason")));
	ignore_finish(it);
	return 0;
}

int ignore_grype(struct ignore_file *file, const struct node *ignore)
{
	for (size_t i = 0; i < ignore->count; i++) {
		const struct node *entry = &ignore->children[i];

		if (entry->kind != NODE_MAP)
			return ignore_refuse(file, entry->place.line,
					     "an entry is a map");
		if (read_grype_entry(file, entry) < 0)
			return -1;
	}
	return 0;
}
