/* SPDX-License-Identifier: MIT */
/*
 * `npm audit --json`: version 2 of npm 7 and later lists packages, and with
 * each what makes it vulnerable, an advisory or another package; the version
 * before, which pnpm writes still, lists advisories. An answer that is an
 * error is refused as no report at all.
 */
#include "report/formats/npm.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/str.h"
#include "report/entry.h"
#include "report/json.h"
#include "report/value.h"

/* How far a package is followed to its advisories, and to who needs it. */
#define STEPS_MAX 32

static bool is_version_2(const json_t *json)
{
	return member_int(json, "auditReportVersion", 0) == 2 &&
	       member(json, "vulnerabilities");
}

static bool is_version_1(const json_t *json)
{
	return json_is_object(member(json, "advisories")) &&
	       json_is_object(member(json, "metadata"));
}

static bool matches(const struct report_input *input)
{
	return is_version_2(input->json) || is_version_1(input->json);
}

/* It stands in the address only: https://.../advisories/GHSA-... */
static const char *ghsa_of(const json_t *advisory)
{
	const char *url = member_text(advisory, "url");

	return url ? strstr(url, "GHSA-") : NULL;
}

static const char *advisory_of(const json_t *advisory)
{
	const char *id = ghsa_of(advisory);

	return id ? id : member_word(advisory, "url");
}

/* The one advisory behind a package, if it is one. */
struct search {
	const json_t *packages;
	const json_t *found;
	bool many;
	int steps;
};

static void follow(struct search *search, const json_t *package);

static void follow_via(struct search *search, const json_t *via)
{
	const char *name = json_string_value(via);

	if (name) {
		follow(search, member(search->packages, name));
		return;
	}
	if (search->found &&
	    !str_equal(advisory_of(search->found), advisory_of(via)))
		search->many = true;
	search->found = via;
}

static void follow(struct search *search, const json_t *package)
{
	const json_t *via;
	size_t i;

	json_array_foreach(member_array(package, "via"), i, via)
	{
		if (++search->steps > STEPS_MAX)
			search->many = true;
		if (search->many)
			return;
		follow_via(search, via);
	}
}

/* The advisory's where it is one alone: an exception for one of several must
 * not hide the others. */
static void name_package(struct report *report, const json_t *packages,
			 const char *name, const json_t *package,
			 struct finding *finding)
{
	struct search search = {.packages = packages};
	const char *id = name;

	follow(&search, package);
	if (search.found && !search.many) {
		finding->url = entry_word(report, search.found, "url",
					  REPORT_NAME_MAX);
		if (advisory_of(search.found))
			id = advisory_of(search.found);
	}
	finding->id = report_text(report, id, REPORT_WORD_MAX);
}

/* "Endless loop in gravel; Path of one's own in gravel", or by what other
 * packages. */
static const char *title_of(struct report *report, const json_t *package)
{
	struct str titles = STR_INIT;
	struct str others = STR_INIT;
	const json_t *via;
	size_t i;

	json_array_foreach(member_array(package, "via"), i, via)
	{
		words_add(&titles, "; ", member_text(via, "title"));
		words_add(&others, ", ", json_string_value(via));
	}
	if (!titles.len && others.len)
		str_addf(&titles, "needs a vulnerable %s", others.data);
	str_release(&others);
	return words_keep(report, &titles);
}

/* The first of those who need it, NULL for what the project itself needs. */
static const json_t *needed_by(const json_t *packages, const json_t *package)
{
	const json_t *effects = member_array(package, "effects");
	const char *name = json_string_value(json_array_get(effects, 0));

	if (!name || json_is_true(member(package, "isDirect")))
		return NULL;
	return member(packages, name);
}

/* "app > a > b": from what the project itself needs down to the package. */
static const char *chain_of(struct report *report, const json_t *packages,
			    const char *name, const json_t *package)
{
	const char *names[STEPS_MAX] = {name};
	struct str chain = STR_INIT;
	size_t count = 1;

	while (count < STEPS_MAX) {
		package = needed_by(packages, package);
		name = member_word(package, "name");
		if (!name)
			break;
		names[count++] = name;
	}
	if (count == 1)
		return NULL;
	while (count && chain.len < REPORT_NAME_MAX) {
		str_addf(&chain, "%s%s", chain.len ? " > " : "",
			 names[--count]);
	}
	name = report_bytes(report, chain.data, chain.len, REPORT_NAME_MAX);
	str_release(&chain);
	return name;
}

/* true is "by an update within the range", an object which. */
static const char *fixed_version(struct report *report, const json_t *package)
{
	const json_t *fix = member(package, "fixAvailable");
	const char *version = member_word(fix, "version");
	const char *name = member_word(fix, "name");
	struct str text = STR_INIT;

	if (json_is_true(fix))
		return report_text(report, "a later one", REPORT_WORD_MAX);
	if (!json_is_object(fix))
		return NULL;
	if (name && !str_equal(name, member_text(package, "name")))
		str_addf(&text, "%s ", name);
	str_add(&text, version ? version : "a later one");
	return words_keep(report, &text);
}

static void read_package(struct report *report, const json_t *packages,
			 const char *name, const json_t *package)
{
	const json_t *nodes = member_array(package, "nodes");
	struct finding finding = {.kind = FINDING_VULNERABILITY};

	name_package(report, packages, name, package, &finding);
	finding.title = title_of(report, package);
	finding.severity = severity_of_word(member_text(package, "severity"));
	finding.package = report_text(report, name, REPORT_WORD_MAX);
	finding.fixed = fixed_version(report, package);
	finding.chain = chain_of(report, packages, name, package);
	finding.path =
		report_text(report, json_string_value(json_array_get(nodes, 0)),
			    REPORT_PATH_MAX);
	entry_add(report, &finding);
}

static void remember(json_t *seen, const json_t *via)
{
	const json_t *source = member(via, "source");
	const char *text = json_string_value(source);
	char number[32];

	if (json_is_integer(source)) {
		snprintf(number, sizeof(number), "%" JSON_INTEGER_FORMAT,
			 json_integer_value(source));
		text = number;
	}
	if (!text)
		text = advisory_of(via);
	if (text)
		json_object_set_new(seen, text, json_true());
}

/* npm counts packages; an advisory behind ten of them is one trouble. */
static uint64_t count_advisories(json_t *packages)
{
	json_t *seen = json_object();
	json_t *package, *via;
	const char *name;
	uint64_t count;
	size_t i;

	json_object_foreach(packages, name, package)
	{
		json_array_foreach(member_array(package, "via"), i, via)
		{
			remember(seen, via);
		}
	}
	count = json_object_size(seen);
	json_decref(seen);
	return count;
}

/* Paths or advisories: none of many is all that can be told. */
void npm_check_listed(struct report *report, const json_t *counts,
		      const uint64_t *before)
{
	uint64_t declared = 0;
	const json_t *count;
	const char *word;

	json_object_foreach((json_t *)counts, word, count)
	{
		enum report_severity severity = severity_of_word(word);

		if (!json_is_integer(count))
			report_fail(report,
				    "what it declares of '%.20s' is no number",
				    word);
		if (json_integer_value(count) > 0 &&
		    strcmp(word, "total") != 0 &&
		    report->by_severity[severity] == before[severity])
			declared += (uint64_t)json_integer_value(count);
	}
	if (declared)
		report_fail(report,
			    "it declares %" PRIu64 " vulnerabilities of "
			    "severities of which it lists none: have the tool "
			    "list all, without --level or a list of what to "
			    "ignore",
			    declared);
}

/* What is there counts, what is declared is told; but a list that lacks all
 * of a kind that is declared is no list. */
static void check_declared(struct report *report, const json_t *json)
{
	const json_t *counts =
		member(member(json, "metadata"), "vulnerabilities");
	const uint64_t none[REPORT_SEVERITY_COUNT] = {0};
	int declared = member_int(counts, "total", -1);

	npm_check_listed(report, counts, none);
	if (declared < 0 || (uint64_t)declared == report->open)
		return;
	if (declared && !report->open)
		report_fail(report,
			    "it declares %d vulnerable packages and lists none",
			    declared);
	else
		report_note(report,
			    "it declares %d vulnerable packages and lists "
			    "%" PRIu64,
			    declared, report->open);
}

static bool looked_at_nothing(const json_t *json)
{
	const json_t *counts = member(member(json, "metadata"), "dependencies");

	return member_int(counts, "total", -1) == 0;
}

static int read_version_2(const struct report_input *input,
			  struct report *report, struct error *err)
{
	json_t *packages = member(input->json, "vulnerabilities");
	json_t *package;
	const char *name;

	if (!json_is_object(packages))
		return error_set(err, ERROR_FAILED,
				 "%s: vulnerabilities is no object, so this is "
				 "not as npm writes it",
				 input->name);
	json_object_foreach(packages, name, package)
	{
		if (!json_is_object(package))
			return error_set(err, ERROR_FAILED,
					 "%s: a package is no object, so this "
					 "is not as npm writes it",
					 input->name);
		read_package(report, packages, name, package);
	}
	check_declared(report, input->json);
	report->nothing_scanned =
		!report->open && looked_at_nothing(input->json);
	report->distinct = count_advisories(packages);
	/* Without one told it is still something. */
	if (!report->distinct && report->open)
		report->distinct = 1;
	report->distinct_is_set = true;
	return 0;
}

/* "<0.0.0" is npm's way to say that no version is. */
static const char *patched(struct report *report, const json_t *advisory)
{
	const char *versions = member_word(advisory, "patched_versions");

	if (str_equal(versions, "<0.0.0"))
		return NULL;
	return report_text(report, versions, REPORT_WORD_MAX);
}

void npm_add_advisory(struct report *report, const char *key,
		      const json_t *advisory)
{
	const json_t *first =
		json_array_get(member_array(advisory, "findings"), 0);
	const json_t *paths = member_array(first, "paths");
	const char *id = member_word(advisory, "github_advisory_id");
	struct finding finding = {.kind = FINDING_VULNERABILITY};

	if (!id)
		id = ghsa_of(advisory);
	if (!id)
		id = json_string_value(
			json_array_get(member_array(advisory, "cves"), 0));
	finding.id = report_text(report, id ? id : key, REPORT_WORD_MAX);
	finding.aliases = entry_words(report, member(advisory, "cves"), " ");
	finding.title = entry_line(report, advisory, "title");
	finding.severity = severity_of_word(member_text(advisory, "severity"));
	finding.package =
		entry_word(report, advisory, "module_name", REPORT_WORD_MAX);
	finding.installed =
		entry_word(report, first, "version", REPORT_WORD_MAX);
	finding.fixed = patched(report, advisory);
	finding.url = entry_word(report, advisory, "url", REPORT_NAME_MAX);
	finding.chain =
		report_text(report, json_string_value(json_array_get(paths, 0)),
			    REPORT_NAME_MAX);
	entry_add(report, &finding);
}

static int read_version_1(const struct report_input *input,
			  struct report *report, struct error *err)
{
	json_t *advisories = member(input->json, "advisories");
	json_t *advisory;
	const char *key;

	json_object_foreach(advisories, key, advisory)
	{
		if (!json_is_object(advisory))
			return error_set(err, ERROR_FAILED,
					 "%s: an advisory is no object, so "
					 "this is not as npm writes it",
					 input->name);
		npm_add_advisory(report, key, advisory);
	}
	check_declared(report, input->json);
	return 0;
}

static int read_npm(const struct report_input *input, struct report *report,
		    struct error *err)
{
	int status = is_version_2(input->json)
			     ? read_version_2(input, report, err)
			     : read_version_1(input, report, err);

	if (status < 0)
		return -1;
	report->tool = "npm";
	report_close(report);
	return 0;
}

const struct report_format_ops npm_audit_format = {
	.name = "npm-audit",
	.title = "JSON of npm audit",
	.encoding = REPORT_JSON,
	.kind = REPORT_OF_FINDINGS,
	.matches = matches,
	.read = read_npm,
};
