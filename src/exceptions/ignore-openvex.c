/* SPDX-License-Identifier: MIT */
/*
 * OpenVEX: statements that a vulnerability does not affect a product. JSON
 * has no comments; what of the record the statement does not say stands in
 * its status_notes, a line each: "owner: ana\nreviewer: lee\nuntil: ...".
 */
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "exceptions/ignore.h"
#include "exceptions/vex-warnings.h"
#include "report/input.h"
#include "report/json.h"

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
	/* All of them stand in the one line. */
	for (int i = 0; it->record.reviewer && i < RECORD_KEYS; i++)
		if (it->record.lines[i])
			it->record.lines[i] =
				line_of(walk, it->line, "reviewer:");
}

/* A statement that lets something stand. */
struct verdict {
	const struct vex_warnings *warnings;
	const json_t *statement;
	struct vex_turn turn;
	struct strings ids, purls;
	bool taken_back; /* a later one warns of some of it */
};

static bool still_holds(struct verdict *verdict, const json_t *product,
			const json_t *part)
{
	for (size_t i = 0; i < verdict->ids.count; i++)
		if (vex_is_warned_of(verdict->warnings, verdict->ids.items[i],
				     &verdict->turn, product, part)) {
			verdict->taken_back = true;
			return false;
		}
	return true;
}

static void add_purl(struct verdict *verdict, const json_t *product,
		     const json_t *part)
{
	const json_t *it = part ? part : product;
	const char *id = json_is_string(it) ? json_string_value(it)
					    : member_word(it, "@id");
	const char *purl = member_word(member(it, "identifiers"), "purl");

	if ((purl || id) && still_holds(verdict, product, part))
		strings_add(&verdict->purls, purl ? purl : id);
}

/* The parts, where the statement names them, else the products. */
static void read_products(struct verdict *verdict)
{
	json_t *products = member_array(verdict->statement, "products");
	json_t *product, *part;
	size_t i, j;

	json_array_foreach(products, i, product)
	{
		const json_t *parts = member_array(product, "subcomponents");

		json_array_foreach(parts, j, part)
			add_purl(verdict, product, part);
		if (!json_array_size(parts))
			add_purl(verdict, product, NULL);
	}
	if (!verdict->purls.count)
		still_holds(verdict, NULL, NULL);
}

static void set_place(struct exception *it, struct verdict *verdict)
{
	struct str scope = STR_INIT;

	for (size_t i = 0; i < verdict->ids.count; i++)
		if (i)
			strings_add(&it->aliases, verdict->ids.items[i]);
		else
			it->record.id = xstrdup(verdict->ids.items[i]);
	if (!it->record.id)
		ignore_wrong(it, "names no vulnerability");
	strings_copy(&it->purls, &verdict->purls);
	for (size_t i = 0; i < it->purls.count; i++)
		str_addf(&scope, "%s%s", i ? " " : "", it->purls.items[i]);
	it->record.scope = str_detach(&scope);
	it->scanner_only = !it->purls.count;
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

static int add_statement(struct ignore_file *file, const json_t *root,
			 struct verdict *verdict, const struct walk *walk,
			 int first)
{
	static const struct record none;
	const json_t *statement = verdict->statement;
	const char *status = member_word(statement, "status");
	struct exception *it = ignore_add(file, first, walk->line, &none);

	if (!it)
		return -1;
	if (strcmp(status, "not_affected") != 0 && strcmp(status, "fixed") != 0)
		ignore_wrong(it, "has a status that OpenVEX has not");
	take_notes(walk, it, member_word(statement, "status_notes"));
	set_place(it, verdict);
	read_reason(it, statement, status);
	ignore_default(it, RECORD_OWNER, member_word(root, "author"));
	ignore_finish(it);
	return 0;
}

static int read_statement(struct ignore_file *file, const json_t *root,
			  struct verdict *verdict, const struct walk *walk,
			  int first)
{
	int result = 0;

	if (vex_is_warning(verdict->statement))
		return 0;
	vex_read_ids(verdict->statement, &verdict->ids);
	read_products(verdict);
	if (!verdict->taken_back || verdict->purls.count)
		result = add_statement(file, root, verdict, walk, first);
	strings_release(&verdict->ids);
	strings_release(&verdict->purls);
	return result;
}

static int read_list(struct ignore_file *file, const json_t *root, json_t *list,
		     const struct vex_warnings *warnings)
{
	size_t order = (file->all->files.count - 1) * VEX_DOCUMENT;
	struct walk walk = {.at = file->text, .line = 1};
	json_t *statement;
	int first;
	size_t i;

	json_array_foreach(list, i, statement)
	{
		struct verdict verdict = {
			.warnings = warnings,
			.statement = statement,
			.turn = vex_turn_of(root, statement, order + i),
		};

		if (!json_is_object(statement) ||
		    !next_statement(&walk, &first))
			return ignore_refuse(file, 1,
					     "a statement is an object");
		if (read_statement(file, root, &verdict, &walk, first) < 0)
			return -1;
	}
	return 0;
}

/* NULL: it is no such document. */
static json_t *statements_of(const json_t *root)
{
	const char *context = member_word(root, "@context");

	return context && strstr(context, "openvex")
		       ? member_array(root, "statements")
		       : NULL;
}

static int read_statements(struct ignore_file *file, const json_t *root)
{
	json_t *list = statements_of(root);
	struct vex_warnings own = {0};
	int result;

	if (!list)
		return ignore_refuse(file, 1, "it is no OpenVEX document");
	if (!file->all->warnings)
		vex_warnings_read(root, list,
				  (file->all->files.count - 1) * VEX_DOCUMENT,
				  &own);
	result = read_list(file, root, list,
			   file->all->warnings ? file->all->warnings : &own);
	vex_warnings_release(&own);
	return result;
}

static json_t *load(const char *name, const char *text, size_t len,
		    struct error *err)
{
	struct report_input input;

	return input_init(&input, name, text, len, err) < 0
		       ? NULL
		       : report_json_load(&input, err);
}

int ignore_openvex(struct ignore_file *file)
{
	json_t *root = load(file->name, file->text, file->len, file->err);
	int result = root ? read_statements(file, root) : -1;

	json_decref(root);
	return result;
}

void openvex_warn(struct exceptions *all, const char *name, const char *text,
		  size_t len)
{
	json_t *root = load(name, text, len, NULL);
	json_t *list = root ? statements_of(root) : NULL;

	if (!all->warnings)
		all->warnings = xcalloc(1, sizeof(*all->warnings));
	if (list)
		vex_warnings_read(root, list, all->warned * VEX_DOCUMENT,
				  all->warnings);
	json_decref(root);
}

void openvex_release(struct exceptions *all)
{
	if (all->warnings)
		vex_warnings_release(all->warnings);
	free(all->warnings);
}
