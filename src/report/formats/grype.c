/* SPDX-License-Identifier: MIT */
/* Grype's JSON, of today and of before 2021, when a match told its mending
 * version without a state. */
#include <string.h>

#include "base/clock.h"
#include "base/str.h"
#include "report/entry.h"
#include "report/json.h"
#include "report/value.h"

#define TITLE "Grype JSON"

static bool matches(const struct report_input *input)
{
	return member(input->json, "matches") &&
	       (json_is_object(member(input->json, "descriptor")) ||
		json_is_object(member(input->json, "source")));
}

static bool accepts(const struct report_input *input)
{
	return member(input->json, "matches") != NULL;
}

/* Versions are told for what will not be fixed, too; they do not count. */
static const char *fixed_version(struct report *report, const json_t *about)
{
	const json_t *fix = member(about, "fix");
	const char *state = member_text(fix, "state");
	const char *text;

	if (!fix)
		return entry_word(report, about, "fixedInVersion",
				  REPORT_WORD_MAX);
	if (!str_equal(state, "fixed"))
		return NULL;
	text = entry_words(report, member(fix, "versions"), ", ");
	return text ? text : report_text(report, "a later one", 16);
}

/* The CVEs of a GHSA; Grype names the id itself among them. */
static const char *aliases_of(struct report *report, const json_t *match,
			      const char *id)
{
	struct str words = STR_INIT;
	const json_t *related;
	size_t i;

	json_array_foreach(member_array(match, "relatedVulnerabilities"), i,
			   related)
	{
		const char *other = member_text(related, "id");

		if (!str_equal(other, id))
			words_add(&words, " ", other);
	}
	return words_keep(report, &words);
}

static void read_match(struct report *report, const json_t *match,
		       struct finding *finding)
{
	const json_t *about = member(match, "vulnerability");
	const json_t *artifact = member(match, "artifact");
	const json_t *place =
		json_array_get(member_array(artifact, "locations"), 0);

	finding->kind = FINDING_VULNERABILITY;
	finding->id = entry_word(report, about, "id", REPORT_WORD_MAX);
	finding->title = entry_line(report, about, "description");
	finding->severity = severity_of_word(member_text(about, "severity"));
	finding->aliases = aliases_of(report, match, member_text(about, "id"));
	finding->url = entry_word(report, about, "dataSource", REPORT_NAME_MAX);
	finding->package =
		entry_word(report, artifact, "name", REPORT_WORD_MAX);
	finding->installed =
		entry_word(report, artifact, "version", REPORT_WORD_MAX);
	finding->purl = entry_word(report, artifact, "purl", REPORT_NAME_MAX);
	finding->fixed = fixed_version(report, about);
	finding->path = entry_word(report, place, "path", REPORT_PATH_MAX);
}

/* By its rules; one without a reason is as Grype's file has it. */
static void read_ignored(struct report *report, const json_t *match,
			 struct finding *finding)
{
	const json_t *rules = member_array(match, "appliedIgnoreRules");
	const json_t *rule = json_array_get(rules, 0);
	const char *reason =
		entry_word(report, rule, "reason", REPORT_NAME_MAX);

	finding->suppressed = true;
	if (!reason)
		reason = entry_word(report, rule, "vex-justification",
				    REPORT_NAME_MAX);
	if (!reason)
		reason = report_text(report, "ignored without a reason",
				     REPORT_NAME_MAX);
	finding->suppression = reason;
	finding->source =
		member_word(rule, "vex-status") ? "vex" : ".grype.yaml";
}

static int read_list(const struct report_input *input, const char *key,
		     struct report *report, struct error *err)
{
	bool ignored = strcmp(key, "ignoredMatches") == 0;
	json_t *match;
	json_t *list;
	size_t i;

	if (entry_list(input, TITLE, input->json, key, &list, err) < 0)
		return -1;
	json_array_foreach(list, i, match)
	{
		struct finding finding = {0};

		read_match(report, match, &finding);
		if (ignored)
			read_ignored(report, match, &finding);
		entry_add(report, &finding);
	}
	return 0;
}

/* When its list of vulnerabilities was built: an old one finds little, and
 * one that is not whole finds nothing. */
static void read_database(struct report *report, const json_t *json)
{
	const json_t *db = member(member(json, "descriptor"), "db");
	const json_t *status = member(db, "status");
	const char *built = member_word(db, "built");
	int64_t ms;

	if (!built)
		built = member_word(status, "built");
	if (built && clock_parse_utc(built, &ms, NULL) == 0)
		report->data_ms = ms;
	if (member_word(db, "error") || member_word(status, "error") ||
	    json_is_false(member(status, "valid")))
		report_fail(report, "Grype says that its database is not "
				    "valid: have it fetched anew with `grype "
				    "db update`");
}

/* Of a distribution that gets no updates any more, mostly. */
static void note_alerts(struct report *report, const json_t *json)
{
	size_t count = json_array_size(member_array(json, "alertsByPackage"));

	if (count)
		report_note(report,
			    "Grype alerts of %zu packages beside its matches; "
			    "see its own output",
			    count);
}

static int read_grype(const struct report_input *input, struct report *report,
		      struct error *err)
{
	if (!member_array(input->json, "matches"))
		return error_set(err, ERROR_FAILED,
				 "%s has no list of matches: Grype did not "
				 "scan; see its own output",
				 input->name);
	report->tool = "Grype";
	/* The configuration of an image, in base64: with its environment. */
	report->has_secrets = member_word(
		member(member(input->json, "source"), "target"), "config");
	if (read_list(input, "matches", report, err) < 0 ||
	    read_list(input, "ignoredMatches", report, err) < 0)
		return -1;
	read_database(report, input->json);
	note_alerts(report, input->json);
	report_close(report);
	return 0;
}

const struct report_format_ops grype_format = {
	.name = "grype",
	.title = TITLE,
	.encoding = REPORT_JSON,
	.kind = REPORT_OF_FINDINGS,
	.matches = matches,
	.accepts = accepts,
	.read = read_grype,
};
