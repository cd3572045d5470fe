/* SPDX-License-Identifier: MIT */
/* SPDX 2.2 and 2.3 as JSON: packages, their licences, and who brought them
 * in. */
#include <string.h>

#include "base/memory.h"
#include "base/str.h"
#include "report/chains.h"
#include "report/entry.h"
#include "report/json.h"

#define TITLE "SPDX JSON"

struct reader {
	const struct report_input *input;
	struct report *report;
	struct chains chains;
	const json_t *packages; /* in the order of the components */
};

static bool matches(const struct report_input *input)
{
	const char *version = member_text(input->json, "spdxVersion");

	return version && starts_with(version, "SPDX-");
}

static int check_version(const struct report_input *input, struct error *err)
{
	const char *version = member_text(input->json, "spdxVersion");

	if (strcmp(version, "SPDX-2.2") == 0 ||
	    strcmp(version, "SPDX-2.3") == 0)
		return 0;
	return error_set(err, ERROR_FAILED,
			 "%s is %.16s, which is not known here: have the tool "
			 "write SPDX 2.3",
			 input->name, version);
}

/* What the standard has for it; another word is a licence of an unknown name,
 * and is looked at as one. */
static bool is_told(const char *license)
{
	return license && *license && !str_equal(license, "NONE") &&
	       !str_equal(license, "NOASSERTION");
}

/* Concluded by who looked, else declared by who made it. */
static const char *license_of(struct report *report, const json_t *package)
{
	const char *license = member_text(package, "licenseConcluded");

	if (!is_told(license))
		license = member_text(package, "licenseDeclared");
	return is_told(license) ? report_text(report, license, REPORT_NAME_MAX)
				: NULL;
}

static const char *purl_of(struct report *report, const json_t *package)
{
	const json_t *other;
	size_t i;

	json_array_foreach(member(package, "externalRefs"), i, other)
	{
		if (str_equal(member_text(other, "referenceType"), "purl"))
			return entry_word(report, other, "referenceLocator",
					  REPORT_NAME_MAX);
	}
	return NULL;
}

static int read_packages(struct reader *reader, struct error *err)
{
	struct report *report = reader->report;
	json_t *list;
	json_t *entry;
	size_t i;

	if (entry_list(reader->input, TITLE, reader->input->json, "packages",
		       &list, err) < 0)
		return -1;
	reader->packages = list;
	json_array_foreach(list, i, entry)
	{
		const char *id = member_word(entry, "SPDXID");
		struct component component = {
			.name = entry_word(report, entry, "name",
					   REPORT_WORD_MAX),
			.version = entry_word(report, entry, "versionInfo",
					      REPORT_WORD_MAX),
			.purl = purl_of(report, entry),
			.license = license_of(report, entry),
			.path = entry_word(report, entry, "packageFileName",
					   REPORT_PATH_MAX),
		};

		if (!component.name)
			component.name = report_text(report, "(no name)", 16);
		if (id)
			chains_label(&reader->chains, id, component.name);
		report_add_component(report, &component);
	}
	return 0;
}

static void add_relation(struct reader *reader, const char *type,
			 const char *one, const char *other)
{
	if (strcmp(type, "DESCRIBES") == 0)
		chains_root(&reader->chains, other);
	else if (strcmp(type, "DESCRIBED_BY") == 0)
		chains_root(&reader->chains, one);
	else if (strcmp(type, "DEPENDS_ON") == 0 ||
		 strcmp(type, "CONTAINS") == 0)
		chains_link(&reader->chains, one, other);
	else if (strcmp(type, "CONTAINED_BY") == 0 ||
		 ends_with(type, "DEPENDENCY_OF"))
		chains_link(&reader->chains, other, one);
}

static int read_relations(struct reader *reader, struct error *err)
{
	const json_t *json = reader->input->json;
	json_t *list;
	const json_t *entry;
	size_t i;

	if (entry_list(reader->input, TITLE, json, "relationships", &list,
		       err) < 0)
		return -1;
	json_array_foreach(list, i, entry)
	{
		const char *type = member_word(entry, "relationshipType");
		const char *one = member_word(entry, "spdxElementId");
		const char *other = member_word(entry, "relatedSpdxElement");

		if (type && one && other)
			add_relation(reader, type, one, other);
	}
	json_array_foreach(member(json, "documentDescribes"), i,
			   entry) if (json_string_length(entry) > 0)
		chains_root(&reader->chains, json_string_value(entry));
	return 0;
}

static void tell_chains(struct reader *reader)
{
	struct report *report = reader->report;
	struct str text = STR_INIT;

	chains_settle(&reader->chains);
	for (size_t i = 0; i < report->component_count; i++) {
		const char *id = member_word(
			json_array_get(reader->packages, i), "SPDXID");

		str_clear(&text);
		if (id && chains_text(&reader->chains, id, &text))
			report->components[i].chain = report_bytes(
				report, text.data, text.len, REPORT_NAME_MAX);
	}
	str_release(&text);
}

static int read_spdx(const struct report_input *input, struct report *report,
		     struct error *err)
{
	struct reader reader = {.input = input, .report = report};
	int result = -1;

	if (check_version(input, err) < 0)
		return -1;
	report->has_components = true;
	if (read_packages(&reader, err) == 0 &&
	    read_relations(&reader, err) == 0) {
		tell_chains(&reader);
		report_close(report);
		result = 0;
	}
	chains_release(&reader.chains);
	return result;
}

const struct report_format_ops spdx_format = {
	.name = "spdx",
	.title = TITLE,
	.encoding = REPORT_JSON,
	.kind = REPORT_OF_COMPONENTS,
	.matches = matches,
	.read = read_spdx,
};
