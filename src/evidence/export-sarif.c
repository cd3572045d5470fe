/* SPDX-License-Identifier: MIT */
/* SARIF 2.1.0: what code hosts and auditors' programs read of findings. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "base/vector.h"
#include "evidence/export.h"
#include "report/json.h"

struct rule_slot { /* of a table by the id's bytes; rule 0: free */
	const char *id;
	size_t rule; /* from 1 */
};

struct rules {
	json_t *list;
	struct rule_slot *slots;
	size_t size; /* a power of two, at least twice what comes in */
};

static void set_text(json_t *object, const char *key, const char *text)
{
	char *shown = export_text(text);

	if (*shown)
		json_object_set_new(object, key, json_string(shown));
	free(shown);
}

static json_t *message_of(const char *text)
{
	json_t *message = json_object();

	set_text(message, "text", text && *text ? text : "?");
	return message;
}

/* A score within each severity's band, and a level for who reads no score. */
static const struct {
	const char *level, *score;
} severities[REPORT_SEVERITY_COUNT] = {
	[REPORT_SEVERITY_UNKNOWN] = {"error", NULL},
	[REPORT_SEVERITY_INFO] = {"none", NULL},
	[REPORT_SEVERITY_LOW] = {"note", "2.0"},
	[REPORT_SEVERITY_MEDIUM] = {"warning", "5.0"},
	[REPORT_SEVERITY_HIGH] = {"error", "8.0"},
	[REPORT_SEVERITY_CRITICAL] = {"error", "9.5"},
};

static size_t hash_of(const char *text)
{
	size_t hash = 5381;

	while (*text)
		hash = hash * 33 + (unsigned char)*text++;
	return hash;
}

static size_t rule_of(struct rules *rules, const struct kept_finding *finding)
{
	const char *id = finding->id ? finding->id : "?";
	size_t at = hash_of(id) & (rules->size - 1);
	json_t *rule;

	while (rules->slots[at].rule && strcmp(rules->slots[at].id, id) != 0)
		at = (at + 1) & (rules->size - 1);
	if (rules->slots[at].rule)
		return rules->slots[at].rule - 1;
	rule = json_object();
	set_text(rule, "id", id);
	json_object_set_new(rule, "shortDescription",
			    message_of(finding->title ? finding->title : id));
	if (finding->url && strncmp(finding->url, "https://", 8) == 0)
		set_text(rule, "helpUri", finding->url);
	json_array_append_new(rules->list, rule);
	rules->slots[at] = (struct rule_slot){id, json_array_size(rules->list)};
	return rules->slots[at].rule - 1;
}

/* A path as a reference: what is no letter of a path is %XX. */
static char *uri_of(const char *path)
{
	struct str uri = STR_INIT;

	for (const char *at = path; *at; at++)
		if (strchr("-._~/+@,=", *at) || (*at >= '0' && *at <= '9') ||
		    (*at >= 'a' && *at <= 'z') || (*at >= 'A' && *at <= 'Z'))
			str_add_char(&uri, *at);
		else
			str_addf(&uri, "%%%02X", (unsigned)(unsigned char)*at);
	return str_detach(&uri);
}

static json_t *locations_of(const struct kept_finding *finding)
{
	char *uri = uri_of(finding->path);
	json_t *place = json_pack("{s:{s:s}}", "artifactLocation", "uri", uri);
	json_t *region = json_object();

	if (finding->line)
		json_object_set_new(region, "startLine",
				    json_integer(finding->line));
	if (finding->line && finding->column)
		json_object_set_new(region, "startColumn",
				    json_integer(finding->column));
	if (json_object_size(region))
		json_object_set(place, "region", region);
	json_decref(region);
	free(uri);
	return json_pack("[{s:o}]", "physicalLocation", place);
}

static json_t *properties_of(const struct kept_finding *finding)
{
	json_t *properties = json_object();

	set_text(properties, "kind", finding->kind);
	set_text(properties, "severity",
		 report_severity_name(finding->severity));
	if (severities[finding->severity].score)
		set_text(properties, "security-severity",
			 severities[finding->severity].score);
	set_text(properties, "package", finding->package);
	set_text(properties, "installed", finding->installed);
	set_text(properties, "fixed", finding->fixed);
	set_text(properties, "purl", finding->purl);
	set_text(properties, "state", finding->state);
	return properties;
}

static json_t *suppressions_of(const struct kept_finding *finding)
{
	bool is_ours = strcmp(finding->state, "excepted") == 0;
	json_t *it = json_object();

	set_text(it, "kind", is_ours ? "external" : "inSource");
	/* What the report took away itself nobody here has accepted. */
	if (is_ours)
		set_text(it, "status", "accepted");
	set_text(it, "justification",
		 is_ours ? finding->exception : finding->suppression);
	return json_pack("[o]", it);
}

static json_t *result_of(struct rules *rules,
			 const struct kept_finding *finding)
{
	json_t *result = json_object();
	bool is_info = finding->severity == REPORT_SEVERITY_INFO;

	set_text(result, "ruleId", finding->id ? finding->id : "?");
	json_object_set_new(result, "ruleIndex",
			    json_integer((json_int_t)rule_of(rules, finding)));
	/* Of what fails there is no level "none". */
	if (is_info)
		set_text(result, "kind", "review");
	set_text(result, "level", severities[finding->severity].level);
	json_object_set_new(
		result, "message",
		message_of(finding->title ? finding->title : finding->id));
	if (finding->path)
		json_object_set_new(result, "locations", locations_of(finding));
	json_object_set_new(result, "partialFingerprints",
			    json_pack("{s:s}", "signalbox/v1", finding->key));
	json_object_set_new(result, "properties", properties_of(finding));
	if (finding->is_new)
		set_text(result, "baselineState", "new");
	else if (strcmp(finding->state, "known") == 0)
		set_text(result, "baselineState", "unchanged");
	if (strcmp(finding->state, "suppressed") == 0 ||
	    strcmp(finding->state, "excepted") == 0)
		json_object_set_new(result, "suppressions",
				    suppressions_of(finding));
	return result;
}

/* What was found is not all there is to find. */
static json_t *invocations_of(const char *why)
{
	json_t *it = json_pack("{s:b}", "executionSuccessful", !why);

	if (why)
		json_object_set_new(it, "toolExecutionNotifications",
				    json_pack("[{s:s, s:o}]", "level", "error",
					      "message", message_of(why)));
	return json_pack("[o]", it);
}

static const char *why_not(const struct export_stage *stage,
			   const json_t *report)
{
	const char *why = member_text(report, "why");

	if (stage->why)
		return stage->why;
	if (!member(report, "kind"))
		why = member_text(report, "reason");
	return why || member(report, "kind") ? why : "it was not read";
}

static json_t *driver_of(const json_t *report, json_t *rules)
{
	const char *tool = member_text(report, "tool");
	const char *format = member_text(report, "format");
	json_t *driver = json_object();

	set_text(driver, "name", tool ? tool : format ? format : "signalbox");
	json_object_set_new(driver, "rules", rules);
	return driver;
}

/* report NULL: of a stage of which nothing is kept. */
static json_t *run_of(const struct export_run *run,
		      const struct export_stage *stage, const json_t *report,
		      size_t which)
{
	const struct kept *kept = &stage->kept;
	const char *path = member_text(report, "path");
	struct rules rules = {.list = json_array(), .size = 16};
	json_t *results = json_array();
	char *id = xasprintf("%s/%" PRId64 "/%s/%s", run->pipeline, run->number,
			     stage->name, path ? path : "");
	json_t *it = json_object(), *details = json_object();

	while (rules.size < 2 * kept->finding_count)
		rules.size *= 2;
	rules.slots = xcalloc(rules.size, sizeof(*rules.slots));
	for (size_t i = 0; i < kept->finding_count; i++)
		if (kept->findings[i].report == which)
			json_array_append_new(
				results, result_of(&rules, &kept->findings[i]));
	json_object_set_new(
		it, "tool",
		json_pack("{s:o}", "driver", driver_of(report, rules.list)));
	set_text(details, "id", id);
	json_object_set_new(it, "automationDetails", details);
	json_object_set_new(it, "invocations",
			    invocations_of(why_not(stage, report)));
	json_object_set_new(it, "results", results);
	free(rules.slots);
	free(id);
	return it;
}

static bool is_scan(const json_t *report)
{
	return member(report, "open") || !member(report, "kind");
}

bool export_sarif(const struct export_run *run, struct str *out)
{
	json_t *runs = json_array();
	json_t *root =
		json_pack("{s:s, s:s, s:o}", "$schema",
			  "https://json.schemastore.org/sarif-2.1.0.json",
			  "version", "2.1.0", "runs", runs);
	char *text;
	bool any;

	for (size_t i = 0; i < run->count; i++) {
		const struct export_stage *stage = &run->stages[i];
		const json_t *report;
		size_t j;

		if (!stage->is_kept && stage->why)
			json_array_append_new(runs,
					      run_of(run, stage, NULL, 0));
		json_array_foreach(stage->kept.reports, j,
				   report) if (is_scan(report))
			json_array_append_new(runs,
					      run_of(run, stage, report, j));
	}
	any = json_array_size(runs) > 0;
	text = any ? json_dumps(root, JSON_INDENT(1)) : NULL;
	if (any)
		str_addf(out, "%s\n", text);
	json_decref(root);
	free(text);
	return any;
}
