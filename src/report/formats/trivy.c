/* SPDX-License-Identifier: MIT */
/* Trivy's own JSON: schema 2, and the array of before 2021. What a secret
 * was, and the lines around it, are not read. */
#include <inttypes.h>
#include <string.h>

#include "base/memory.h"
#include "base/str.h"
#include "report/chains.h"
#include "report/entry.h"
#include "report/input.h"
#include "report/json.h"
#include "report/value.h"

/* What is being read, for messages and for the findings' place. */
struct trivy {
	const struct report_input *input;
	struct report *report;
	const char *target;   /* the report's own text */
	struct chains chains; /* of the packages of this target */
	uint64_t exceptions;  /* misconfigurations that do not count */
};

/* False: this entry is no finding. */
typedef bool add_callback(struct trivy *trivy, const json_t *entry,
			  struct finding *finding);

static bool is_old(const json_t *json)
{
	const json_t *result;
	size_t i;

	json_array_foreach(
		json, i,
		result) if (!member_word(result, "Target")) return false;
	return json_array_size(json) > 0;
}

static bool is_of_cluster(const json_t *json)
{
	return member(json, "ClusterName") &&
	       (member(json, "Resources") || member(json, "Findings"));
}

static bool is_of_operator(const json_t *json)
{
	const json_t *report = member(json, "report");

	return member(report, "scanner") && member(report, "vulnerabilities");
}

static bool matches(const struct report_input *input)
{
	const json_t *json = input->json;

	if (is_old(json) || is_of_operator(json) || is_of_cluster(json))
		return true;
	return member(json, "SchemaVersion") &&
	       (member(json, "ArtifactName") || member(json, "Results"));
}

/* Old Trivy wrote [] or null when there was nothing to scan. */
static bool accepts(const struct report_input *input)
{
	return matches(input) || json_is_null(input->json) ||
	       (json_is_array(input->json) &&
		json_array_size(input->json) == 0);
}

static const char *word(struct trivy *trivy, const json_t *entry,
			const char *key, size_t limit)
{
	return entry_word(trivy->report, entry, key, limit);
}

static const char *first_word(struct trivy *trivy, const json_t *entry,
			      const char *key, const char *other)
{
	const char *text = word(trivy, entry, key, REPORT_WORD_MAX);

	return text ? text : word(trivy, entry, other, REPORT_WORD_MAX);
}

/* --list-all-pkgs: which package needs which. */
static int read_packages(struct trivy *trivy, const json_t *result,
			 struct error *err)
{
	const struct report_input *input = trivy->input;
	const json_t *packages = member_array(result, "Packages");
	const json_t *package, *needed;
	size_t links = 0;
	size_t i, k;

	chains_release(&trivy->chains);
	json_array_foreach(packages, i, package) links +=
		json_array_size(member(package, "DependsOn"));
	if (check_memory(input->name, input->memory + links * CHAIN_LINK_COST,
			 input->len, err) < 0)
		return -1;
	json_array_foreach(packages, i, package)
	{
		const char *from = member_word(package, "ID");

		json_array_foreach(member_array(package, "DependsOn"), k,
				   needed)
		{
			const char *to = json_string_value(needed);

			if (from && to && *to)
				chains_link(&trivy->chains, from, to);
		}
	}
	chains_settle(&trivy->chains);
	return 0;
}

static const char *chain_of(struct trivy *trivy, const json_t *entry)
{
	const char *id = member_word(entry, "PkgID");
	struct str text = STR_INIT;
	const char *kept = NULL;

	if (id && chains_text(&trivy->chains, id, &text))
		kept = report_bytes(trivy->report, text.data, text.len,
				    REPORT_NAME_MAX);
	str_release(&text);
	return kept;
}

static bool add_vulnerability(struct trivy *trivy, const json_t *entry,
			      struct finding *finding)
{
	finding->kind = FINDING_VULNERABILITY;
	finding->id = word(trivy, entry, "VulnerabilityID", REPORT_WORD_MAX);
	finding->title = word(trivy, entry, "Title", REPORT_NAME_MAX);
	if (!finding->title)
		finding->title =
			entry_line(trivy->report, entry, "Description");
	finding->package = word(trivy, entry, "PkgName", REPORT_WORD_MAX);
	finding->installed =
		word(trivy, entry, "InstalledVersion", REPORT_WORD_MAX);
	finding->fixed = word(trivy, entry, "FixedVersion", REPORT_WORD_MAX);
	finding->path = word(trivy, entry, "PkgPath", REPORT_PATH_MAX);
	finding->purl = word(trivy, member(entry, "PkgIdentifier"), "PURL",
			     REPORT_NAME_MAX);
	finding->url = word(trivy, entry, "PrimaryURL", REPORT_NAME_MAX);
	finding->aliases =
		entry_words(trivy->report, member(entry, "VendorIDs"), " ");
	finding->chain = chain_of(trivy, entry);
	return true;
}

/* PASS is no finding, nor is EXCEPTION: a policy of Trivy's user excepts it,
 * and both are told with --include-non-failures alone. */
static bool add_misconfiguration(struct trivy *trivy, const json_t *entry,
				 struct finding *finding)
{
	const char *status = member_word(entry, "Status");
	const json_t *cause = member(entry, "CauseMetadata");

	trivy->exceptions += str_equal(status, "EXCEPTION");
	if (status && strcmp(status, "FAIL") != 0)
		return false;
	finding->kind = FINDING_MISCONFIGURATION;
	finding->id = first_word(trivy, entry, "ID", "AVDID");
	finding->title = word(trivy, entry, "Title", REPORT_NAME_MAX);
	if (!finding->title)
		finding->title = entry_line(trivy->report, entry, "Message");
	finding->line = member_int(cause, "StartLine", 0);
	/* Lines of source, which may hold secrets. */
	if (json_array_size(member(member(cause, "Code"), "Lines")))
		trivy->report->has_secrets = true;
	finding->url = word(trivy, entry, "PrimaryURL", REPORT_NAME_MAX);
	return true;
}

static bool add_secret(struct trivy *trivy, const json_t *entry,
		       struct finding *finding)
{
	finding->kind = FINDING_SECRET;
	finding->id = first_word(trivy, entry, "RuleID", "Category");
	finding->title = word(trivy, entry, "Title", REPORT_NAME_MAX);
	finding->line = member_int(entry, "StartLine", 0);
	trivy->report->has_secrets = true;
	return true;
}

static bool add_license(struct trivy *trivy, const json_t *entry,
			struct finding *finding)
{
	const char *category = member_word(entry, "Category");

	finding->kind = FINDING_LICENSE;
	finding->id = word(trivy, entry, "Name", REPORT_WORD_MAX);
	finding->package = word(trivy, entry, "PkgName", REPORT_WORD_MAX);
	finding->path = word(trivy, entry, "FilePath", REPORT_PATH_MAX);
	finding->title = report_text(trivy->report, category, REPORT_NAME_MAX);
	finding->url = word(trivy, entry, "Link", REPORT_NAME_MAX);
	return true;
}

static const struct {
	const char *list; /* in a result */
	const char *type; /* of a modified finding */
	add_callback *add;
} kinds[] = {
	{"Vulnerabilities", "vulnerability", add_vulnerability},
	{"Misconfigurations", "misconfiguration", add_misconfiguration},
	{"Secrets", "secret", add_secret},
	{"Licenses", "license", add_license},
};

static void finish_finding(struct trivy *trivy, const json_t *entry,
			   struct finding *finding)
{
	finding->severity = severity_of_word(member_text(entry, "Severity"));
	if (!finding->path)
		finding->path = trivy->target;
	entry_add(trivy->report, finding);
}

static int bad_list(const struct trivy *trivy, const char *key,
		    struct error *err)
{
	return error_set(err, ERROR_FAILED,
			 "%s: %s is no list of objects, so this is not as "
			 "Trivy writes it",
			 trivy->input->name, key);
}

static int read_list(struct trivy *trivy, const json_t *result, size_t kind,
		     struct error *err)
{
	json_t *list = member(result, kinds[kind].list);
	json_t *entry;
	size_t i;

	if (!list || json_is_null(list))
		return 0;
	if (!json_is_array(list))
		return bad_list(trivy, kinds[kind].list, err);
	json_array_foreach(list, i, entry)
	{
		struct finding finding = {0};

		if (!json_is_object(entry))
			return bad_list(trivy, kinds[kind].list, err);
		if (kinds[kind].add(trivy, entry, &finding))
			finish_finding(trivy, entry, &finding);
	}
	return 0;
}

/* "not_affected: not built in (.vex.json)" */
static const char *describe_ignore(struct trivy *trivy, const json_t *entry)
{
	const char *statement = member_word(entry, "Statement");
	const char *source = member_word(entry, "Source");
	const char *status = member_word(entry, "Status");
	struct str text = STR_INIT;
	const char *kept;

	str_add(&text, status ? status : "ignored");
	if (statement)
		str_addf(&text, ": %s", statement);
	if (source)
		str_addf(&text, " (%s)", source);
	kept = report_bytes(trivy->report, text.data, text.len,
			    REPORT_NAME_MAX);
	str_release(&text);
	return kept;
}

/* --show-suppressed: what an ignore file or VEX document took away. */
static int read_modified(struct trivy *trivy, const json_t *result,
			 struct error *err)
{
	const char *key = "ExperimentalModifiedFindings";
	json_t *list = member(result, key);
	json_t *entry;
	size_t i;

	if (list && !json_is_null(list) && !json_is_array(list))
		return bad_list(trivy, key, err);
	json_array_foreach(list, i, entry)
	{
		const char *type = member_word(entry, "Type");
		const json_t *inner = member(entry, "Finding");
		struct finding finding = {0};

		if (!json_is_object(entry))
			return bad_list(trivy, key, err);
		for (size_t k = 0; k < ARRAY_SIZE(kinds); k++)
			if (str_equal(type, kinds[k].type))
				kinds[k].add(trivy, inner, &finding);
		finding.suppressed = true;
		finding.suppression = describe_ignore(trivy, entry);
		finding.source = word(trivy, entry, "Source", REPORT_PATH_MAX);
		finish_finding(trivy, inner, &finding);
	}
	return 0;
}

static int read_results(struct trivy *trivy, const json_t *results,
			struct error *err)
{
	json_t *result;
	size_t i;

	json_array_foreach(results, i, result)
	{
		if (!json_is_object(result))
			return bad_list(trivy, "Results", err);
		trivy->report->targets++;
		trivy->target = word(trivy, result, "Target", REPORT_PATH_MAX);
		if (read_packages(trivy, result, err) < 0)
			return -1;
		for (size_t k = 0; k < ARRAY_SIZE(kinds); k++)
			if (read_list(trivy, result, k, err) < 0)
				return -1;
		if (read_modified(trivy, result, err) < 0)
			return -1;
	}
	return 0;
}

static int check_shape(const struct report_input *input, struct error *err)
{
	const json_t *json = input->json;
	const json_t *results = member(json, "Results");

	if (is_of_cluster(json))
		return error_set(err, ERROR_FAILED,
				 "%s is of `trivy k8s`, which has another "
				 "shape: scan the images and files one by one",
				 input->name);
	if (is_of_operator(json))
		return error_set(err, ERROR_FAILED,
				 "%s is of trivy-operator, which has another "
				 "shape: use `trivy image --format json`",
				 input->name);
	if (!json_is_object(json))
		return 0;
	if (member_int(json, "SchemaVersion", 0) != 2)
		return error_set(err, ERROR_FAILED,
				 "%s is of a Trivy schema other than 2, which "
				 "is not known here",
				 input->name);
	if (results && !json_is_null(results) && !json_is_array(results))
		return error_set(err, ERROR_FAILED, "%s: Results is no list",
				 input->name);
	return 0;
}

/* The configuration of an image has its environment, and so have the lines of
 * the file that made it. */
static bool has_environment(const json_t *json)
{
	const json_t *image = member(member(json, "Metadata"), "ImageConfig");

	return json_object_size(member(image, "config")) ||
	       json_array_size(member(image, "history"));
}

/* What it does not know of it could not look at. */
static void check_age(struct report *report, const json_t *json)
{
	const json_t *os = member(member(json, "Metadata"), "OS");
	const char *family = member_word(os, "Family");
	const char *name = member_word(os, "Name");

	if (!json_is_true(member(os, "EOSL")))
		return;
	family = family ? family : "the distribution";
	name = name ? name : "";
	report->tool_errors++;
	report_note(report,
		    "Trivy says that %.*s %.*s gets no advisories any more, so "
		    "that little is known of its packages",
		    (int)text_cut(family, strlen(family), REPORT_WORD_MAX),
		    family, (int)text_cut(name, strlen(name), REPORT_WORD_MAX),
		    name);
}

static int read_trivy(const struct report_input *input, struct report *report,
		      struct error *err)
{
	struct trivy trivy = {.input = input, .report = report};
	const json_t *results = input->json;
	int result;

	if (check_shape(input, err) < 0)
		return -1;
	if (json_is_object(results))
		results = member(results, "Results");
	report->tool = "Trivy";
	report->has_secrets = has_environment(input->json);
	check_age(report, input->json);
	result = read_results(&trivy, results, err);
	chains_release(&trivy.chains);
	if (result < 0)
		return -1;
	report->nothing_scanned = !report->targets;
	if (report->nothing_scanned)
		report_note(report, "Trivy found nothing to scan: the report "
				    "names no target");
	if (trivy.exceptions)
		report_note(report,
			    "misconfigurations that a policy of Trivy "
			    "excepts, not counted here: %" PRIu64,
			    trivy.exceptions);
	report_close(report);
	return 0;
}

const struct report_format_ops trivy_format = {
	.name = "trivy",
	.title = "Trivy JSON",
	.encoding = REPORT_JSON,
	.kind = REPORT_OF_FINDINGS,
	.matches = matches,
	.accepts = accepts,
	.read = read_trivy,
};
