/* SPDX-License-Identifier: MIT */
/* OSV-Scanner's configuration: ignored vulnerabilities, and packages whose
 * findings are. */
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/memory.h"
#include "exceptions/ignore.h"
#include "exceptions/toml.h"

static const char *text_of(const struct toml_table *table, const char *key)
{
	const struct toml_value *value = toml_find(table, key);

	return value ? value->text : NULL;
}

static bool is_true(const struct toml_table *table, const char *key)
{
	const char *text = text_of(table, key);

	return text && strcmp(text, "true") == 0;
}

static int last_line(const struct toml_table *table)
{
	int last = table->line;

	for (size_t i = 0; i < table->count; i++)
		if (table->values[i].line > last)
			last = table->values[i].line;
	return last;
}

static void finish(struct exception *it, const struct toml_table *table,
		   const char *end_key)
{
	const char *ends = text_of(table, end_key);

	ignore_default(it, RECORD_REASON, text_of(table, "reason"));
	if (ends)
		ignore_ends(it, ends);
	ignore_finish(it);
}

static int read_vulnerability(struct ignore_file *file,
			      const struct toml_table *table)
{
	const char *id = text_of(table, "id");
	struct exception *it =
		ignore_add(file, table->line, last_line(table), NULL);

	if (!it)
		return -1;
	it->record.id = xstrdup(id ? id : "");
	if (!id || !*id)
		ignore_wrong(it, "has no id");
	finish(it, table, "ignoreUntil");
	return 0;
}

/* What of the package it lets stand, as exceptions have it; false: nothing. */
static bool read_kinds(const struct toml_table *table, unsigned *kinds)
{
	const unsigned license = 1u << FINDING_LICENSE;
	bool all = is_true(table, "ignore");
	bool vulnerabilities = all || is_true(table, "vulnerability.ignore");
	bool licenses = all || is_true(table, "license.ignore") ||
			toml_find(table, "license.override");

	*kinds = !vulnerabilities ? license : licenses ? 0 : ~license;
	return vulnerabilities || licenses;
}

/* Without a name it is for every package. */
static int read_override(struct ignore_file *file,
			 const struct toml_table *table)
{
	static const char *const narrower[] = {"ecosystem", "group"};
	const char *name = text_of(table, "name");
	struct exception *it;
	unsigned kinds;

	if (!read_kinds(table, &kinds))
		return 0;
	it = ignore_add(file, table->line, last_line(table), NULL);
	if (!it)
		return -1;
	it->kinds = kinds;
	it->package = xstrdup_null(name);
	it->version = xstrdup_null(text_of(table, "version"));
	it->record.scope = xstrdup(name ? name : "");
	for (size_t i = 0; i < ARRAY_SIZE(narrower); i++)
		it->scanner_only =
			it->scanner_only || toml_find(table, narrower[i]);
	it->blanket = is_true(table, "nameIsRegex");
	finish(it, table, "effectiveUntil");
	return 0;
}

int ignore_osv(struct ignore_file *file)
{
	struct toml toml;
	int result = toml_parse(&toml, file->text, file->name, file->err);

	if (result < 0)
		return error_prefix(file->err, "it hides nothing");
	for (size_t i = 0; result == 0 && i < toml.count; i++) {
		const struct toml_table *table = &toml.tables[i];

		if (strcasecmp(table->name, "IgnoredVulns") == 0)
			result = read_vulnerability(file, table);
		else if (strcasecmp(table->name, "PackageOverrides") == 0)
			result = read_override(file, table);
	}
	toml_release(&toml);
	return result;
}
