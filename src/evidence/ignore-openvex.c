/* SPDX-License-Identifier: MIT */
/*
 * OpenVEX: statements that a vulnerability does not affect a product. JSON
 * has no comments; what of the record the statement does not say stands in
 * its status_notes, a line each: "owner: ana\nreviewer: lee\nuntil: ...".
 */
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "evidence/ignore.h"
#include "evidence/input.h"
#include "evidence/json.h"

static const struct {
	const char *justification, *kind;
} kinds[] = {
	{"component_not_present", "not-reachable"},
	{"vulnerable_code_not_present", "not-reachable"},
	{"vulnerable_code_not_in_execute_path", "not-reachable"},
	{"vulnerable_code_cannot_be_controlled_by_adversary", "not-reachable"},
	{"inline_mitigations_already_exist", "mitigated"},
};

/* Where the statements stand, since jansson does not say. */
struct walk {
	const char *at, *begin; /* of the statement, which ends at `at` */
	int line, depth;
	bool inside; /* of "statements" */
};

/* Over a string, its first quote behind us. */
static void pass_string(struct walk *walk)
{
	for (; *walk->at && *walk->at != '"'; walk->at++)
		walk->at += *walk->at == '\\' && walk->at[1];
	walk->at += *walk->at == '"';
}

/* A key of the document, its first quote behind us. */
static void read_key(struct walk *walk)
{
	bool named = strncmp(walk->at, "statements\"", 11) == 0;

	pass_string(walk);
	if (named && walk->depth == 1 &&
	    walk->at[strspn(walk->at, " \t\r\n")] == ':')
		walk->inside = true;
}

/* To the next statement; false: there is none. The text is valid JSON. */
static bool next_statement(struct walk *walk, int *first)
{
	for (*first = 0; *walk->at;) {
		char c = *walk->at++;

		walk->line += c == '\n';
		if (c == '"')
			read_key(walk);
		if (c == '{' || c == '[')
			walk->depth++;
		if (c == '{' && walk->inside && walk->depth == 3) {
			*first = walk->line;
			walk->begin = walk->at;
		}
		if (c != '}' && c != ']')
			continue;
		walk->depth--;
		if (*first && walk->depth == 2)
			return true;
		if (walk->depth == 1)
			walk->inside = false;
	}
	return false;
}

/* The line of a key of the record within the statement, or its first. */
static int line_of(const struct walk *walk, int first, const char *key)
{
	size_t len = strlen(key);
	int line = first;

	for (const char *at = walk->begin; at + len <= walk->at; at++) {
		if (strncmp(at, key, len) == 0)
			return line;
		line += *at == '\n';
	}
	return first;
}

static void take_notes(const struct walk *walk, struct exception *it,
		       const char *notes)
{
	for (; notes && *notes; notes += *notes == '\n') {
		size_t len = strcspn(notes, "\n");

		if (record_take(&it->record, notes, len, it->line) < 0)
			ignore_wrong(it, "has a key twice");
		notes += len;
	}
	if (it->record.reviewer)
		it->record.lines[RECORD_REVIEWER] =
			line_of(walk, it->line, "reviewer:");
}

static void add_id(struct exception *it, const char *text)
{
	if (!text || !*text)
		return;
	if (it->record.id)
		strings_add(&it->aliases, text);
	else
		it->record.id = xstrdup(text);
}

/* "https://nvd.nist.gov/vuln/detail/CVE-2023-1": the last part. */
static const char *after_slash(const char *id)
{
	const char *slash = id ? strrchr(id, '/') : NULL;

	return slash ? slash + 1 : id;
}

static void read_ids(struct exception *it, const json_t *statement)
{
	const json_t *value = member(statement, "vulnerability");
	json_t *alias;
	size_t i;

	if (json_is_string(value)) {
		add_id(it, json_string_value(value));
		return;
	}
	add_id(it, member_word(value, "name"));
	json_array_foreach(member_array(value, "aliases"), i, alias)
		add_id(it, json_string_value(alias));
	if (!it->record.id)
		add_id(it, after_slash(member_word(value, "@id")));
}

static void add_purl(struct exception *it, const json_t *product)
{
	const char *id = json_is_string(product) ? json_string_value(product)
						 : member_word(product, "@id");
	const char *purl = member_word(member(product, "identifiers"), "purl");

	if (purl || id)
		strings_add(&it->purls, purl ? purl : id);
}

/* The parts, where the statement names them, else the products. */
static void read_products(struct exception *it, const json_t *statement)
{
	json_t *product, *part;
	size_t i, j;
	struct str scope = STR_INIT;

	json_array_foreach(member_array(statement, "products"), i, product)
	{
		const json_t *parts = member_array(product, "subcomponents");

		json_array_foreach(parts, j, part) add_purl(it, part);
		if (!json_array_size(parts))
			add_purl(it, product);
	}
	for (i = 0; i < it->purls.count; i++)
		str_addf(&scope, "%s%s", i ? " " : "", it->purls.items[i]);
	it->record.scope = str_detach(&scope);
	if (!it->purls.count)
		it->scanner_only = true;
}

static void read_reason(struct exception *it, const json_t *statement,
			const char *status)
{
	const char *why = member_word(statement, "justification");
	const char *impact = member_word(statement, "impact_statement");

	if (strcmp(status, "not_affected") == 0 && !why && !impact)
		ignore_wrong(it, "is not_affected without a justification or "
				 "an impact_statement");
	for (size_t i = 0; why && i < ARRAY_SIZE(kinds); i++)
		if (strcmp(kinds[i].justification, why) == 0)
			ignore_default(it, RECORD_KIND, kinds[i].kind);
	ignore_default(it, RECORD_REASON, impact ? impact : why);
}

static int read_statement(struct ignore_file *file, const json_t *root,
			  const json_t *statement, const struct walk *walk,
			  int first)
{
	static const struct record none;
	const char *status = member_word(statement, "status");
	struct exception *it;

	if (!status || strcmp(status, "affected") == 0 ||
	    strcmp(status, "under_investigation") == 0)
		return 0;
	it = ignore_add(file, first, walk->line, &none);
	if (!it)
		return -1;
	if (strcmp(status, "not_affected") != 0 && strcmp(status, "fixed") != 0)
		ignore_wrong(it, "has a status that OpenVEX has not");
	take_notes(walk, it, member_word(statement, "status_notes"));
	read_ids(it, statement);
	if (!it->record.id)
		ignore_wrong(it, "names no vulnerability");
	read_products(it, statement);
	read_reason(it, statement, status);
	ignore_default(it, RECORD_OWNER, member_word(root, "author"));
	ignore_finish(it);
	return 0;
}

static int read_statements(struct ignore_file *file, const json_t *root)
{
	const char *context = member_word(root, "@context");
	json_t *list = member_array(root, "statements");
	struct walk walk = {.at = file->text, .line = 1};
	json_t *statement;
	int first;
	size_t i;

	if (!context || !strstr(context, "openvex") || !list)
		return ignore_refuse(file, 1, "it is no OpenVEX document");
	json_array_foreach(list, i, statement)
	{
		if (!json_is_object(statement) ||
		    !next_statement(&walk, &first))
			return ignore_refuse(file, 1,
					     "a statement is an object");
		if (read_statement(file, root, statement, &walk, first) < 0)
			return -1;
	}
	return 0;
}

int ignore_openvex(struct ignore_file *file)
{
	struct report_input input;
	json_t *root;
	int result = -1;

	if (input_init(&input, file->name, file->text, file->len, file->err) <
	    0)
		return -1;
	root = report_json_load(&input, file->err);
	if (root)
		result = read_statements(file, root);
	json_decref(root);
	return result;
}
