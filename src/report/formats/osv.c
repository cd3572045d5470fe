/* SPDX-License-Identifier: MIT */
/* OSV-Scanner's JSON. A group is one trouble under all its names; its records
 * tell how bad it is where the group does not. */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "base/str.h"
#include "base/vector.h"
#include "report/cvss.h"
#include "report/entry.h"
#include "report/json.h"
#include "report/pool.h"
#include "report/value.h"

#define TITLE "OSV-Scanner JSON"

struct record {
	const char *id;
	const char *title;
	const char *fixed;
	enum report_severity database; /* by its database's word */
	enum report_severity vector;   /* by its score */
	bool grouped;
};

/* The package that is read. */
struct osv {
	const struct report_input *input;
	struct report *report;
	const char *path;
	const char *package, *version;
	struct record *records;
	size_t record_count, record_cap;
	uint32_t *by_id; /* records, by the number of their id in the pool */
	size_t id_count;
	uint64_t uncalled;
	uint64_t violations;
};

static bool has_packages(const json_t *json)
{
	const json_t *result;
	size_t i;

	json_array_foreach(member_array(json, "results"), i, result)
	{
		if (json_is_object(member(result, "source")) &&
		    json_is_array(member(result, "packages")))
			return true;
	}
	return false;
}

static bool matches(const struct report_input *input)
{
	return member_array(input->json, "results") &&
	       (member(input->json, "experimental_config") ||
		has_packages(input->json));
}

/* One that found nothing may be no more than an empty list. */
static bool accepts(const struct report_input *input)
{
	const json_t *results = member_array(input->json, "results");

	return matches(input) || (results && json_array_size(results) == 0 &&
				  json_object_size(input->json) == 1);
}

static enum report_severity worse(enum report_severity a,
				  enum report_severity b)
{
	return a > b ? a : b;
}

/* A vector, or with some distributions a word. */
static enum report_severity severity_of_vector(const json_t *record)
{
	enum report_severity worst = REPORT_SEVERITY_UNKNOWN;
	const json_t *rating;
	double score;
	size_t i;

	json_array_foreach(member_array(record, "severity"), i, rating)
	{
		const char *text = member_word(rating, "score");

		worst = worse(worst, cvss_score(text, &score)
					     ? severity_of_score(score)
					     : severity_of_word(text));
	}
	return worst;
}

static void add_fixed(const json_t *affected, struct str *words)
{
	const json_t *range, *event;
	size_t i, k;

	json_array_foreach(member_array(affected, "ranges"), i, range)
	{
		json_array_foreach(member_array(range, "events"), k, event)
		{
			words_add(words, ", ", member_text(event, "fixed"));
		}
	}
}

/* Of this package; but a distribution's record may have it by the name of
 * its source, so that what mends any is better than nothing. */
static const char *fixed_version(const struct osv *osv, const json_t *record)
{
	struct str words = STR_INIT;
	const json_t *affected;
	size_t i;

	for (int any = 0; any <= 1 && !words.len; any++) {
		json_array_foreach(member_array(record, "affected"), i,
				   affected)
		{
			const char *name = member_text(
				member(affected, "package"), "name");

			if (any || str_equal(name, osv->package))
				add_fixed(affected, &words);
		}
	}
	return words_keep(osv->report, &words);
}

static size_t number_of(const struct osv *osv, const char *id)
{
	return report_pool_number(osv->report->pool, id,
				  text_cut(id, strlen(id), REPORT_WORD_MAX));
}

static void add_id(struct osv *osv, const char *id)
{
	size_t number = number_of(osv, id);

	if (number >= osv->id_count) {
		size_t count = 2 * number + 64;

		osv->by_id =
			xreallocarray(osv->by_id, count, sizeof(*osv->by_id));
		memset(osv->by_id + osv->id_count, 0,
		       (count - osv->id_count) * sizeof(*osv->by_id));
		osv->id_count = count;
	}
	osv->by_id[number] = (uint32_t)osv->record_count - 1;
}

static void add_record(struct osv *osv, const json_t *entry)
{
	const char *id = member_word(entry, "id");
	struct record *record =
		VECTOR_ADD(osv->records, osv->record_count, osv->record_cap);

	record->id = report_text(osv->report, id, REPORT_WORD_MAX);
	record->title = entry_line(osv->report, entry, "summary");
	if (!record->title)
		record->title = entry_line(osv->report, entry, "details");
	record->database = severity_of_word(
		member_text(member(entry, "database_specific"), "severity"));
	record->vector = severity_of_vector(entry);
	record->fixed = fixed_version(osv, entry);
	if (id)
		add_id(osv, id);
}

/* NULL when the group names a record that is not there. What the table says
 * may be of another package: the record itself knows. */
static struct record *find_record(const struct osv *osv, const json_t *id)
{
	const char *text = json_string_value(id);
	size_t number = text && *text ? number_of(osv, text) : osv->id_count;
	struct record *record;

	if (number >= osv->id_count || osv->by_id[number] >= osv->record_count)
		return NULL;
	record = &osv->records[osv->by_id[number]];
	return record->id == report_text(osv->report, text, REPORT_WORD_MAX)
		       ? record
		       : NULL;
}

static bool is_malicious(const char *id)
{
	return id && strncmp(id, "MAL-", 4) == 0;
}

static bool any_malicious(const json_t *ids)
{
	const json_t *id;
	size_t i;

	json_array_foreach(ids, i, id)
	{
		if (is_malicious(json_string_value(id)))
			return true;
	}
	return false;
}

/* A package made to do harm has no score; else the group's own word comes
 * before those of its records. */
static enum report_severity severity_of_group(const json_t *group,
					      enum report_severity database,
					      enum report_severity vector)
{
	const char *most = member_word(group, "max_severity");
	enum report_severity severity = severity_of_word(most);
	double score;

	if (any_malicious(member_array(group, "ids")) ||
	    any_malicious(member_array(group, "aliases")))
		return REPORT_SEVERITY_CRITICAL;
	if (most && text_number(most, strlen(most), &score))
		return severity_of_score(score);
	if (severity)
		return severity;
	return database ? database : vector;
}

/* The other names; the aliases repeat the ids. */
static const char *aliases_of(struct osv *osv, const json_t *group,
			      const char *id)
{
	static const char *const keys[] = {"ids", "aliases"};
	struct str words = STR_INIT;
	const json_t *other;
	size_t i;

	for (size_t k = 0; k < ARRAY_SIZE(keys); k++) {
		json_array_foreach(member_array(group, keys[k]), i, other)
		{
			const char *name = json_string_value(other);

			if (!str_equal(name, id))
				words_add(&words, " ", name);
		}
	}
	return words_keep(osv->report, &words);
}

static void add_finding(struct osv *osv, struct finding *finding)
{
	finding->kind = FINDING_VULNERABILITY;
	finding->package = osv->package;
	finding->installed = osv->version;
	finding->path = osv->path;
	entry_add(osv->report, finding);
}

/* "called": false says that the code of it is not reached, for one id. */
static bool is_uncalled(const json_t *group)
{
	json_t *analysis = member(group, "experimental_analysis");
	const char *id;
	json_t *of;

	json_object_foreach(analysis, id, of)
	{
		if (json_is_false(member(of, "called")))
			return true;
	}
	return false;
}

static void read_group(struct osv *osv, const json_t *group)
{
	enum report_severity database = REPORT_SEVERITY_UNKNOWN;
	enum report_severity vector = REPORT_SEVERITY_UNKNOWN;
	const json_t *ids = member_array(group, "ids");
	const char *first = json_string_value(json_array_get(ids, 0));
	struct finding finding = {0};
	const json_t *id;
	size_t i;

	json_array_foreach(ids, i, id)
	{
		struct record *record = find_record(osv, id);

		if (!record)
			continue;
		record->grouped = true;
		database = worse(database, record->database);
		vector = worse(vector, record->vector);
		if (!finding.title)
			finding.title = record->title;
		if (!finding.fixed)
			finding.fixed = record->fixed;
	}
	finding.id = report_text(osv->report, first, REPORT_WORD_MAX);
	finding.aliases = aliases_of(osv, group, first);
	finding.severity = severity_of_group(group, database, vector);
	osv->uncalled += is_uncalled(group);
	add_finding(osv, &finding);
}

/* What is in no group counts by itself: none may get lost. */
static void add_ungrouped(struct osv *osv)
{
	for (size_t i = 0; i < osv->record_count; i++) {
		const struct record *record = &osv->records[i];
		struct finding finding = {.id = record->id,
					  .title = record->title,
					  .fixed = record->fixed};

		if (record->grouped)
			continue;
		finding.severity =
			record->database ? record->database : record->vector;
		if (is_malicious(record->id))
			finding.severity = REPORT_SEVERITY_CRITICAL;
		add_finding(osv, &finding);
	}
}

static int read_package(struct osv *osv, const json_t *entry, struct error *err)
{
	const json_t *package = member(entry, "package");
	json_t *groups, *records, *one;
	size_t i;

	if (entry_list(osv->input, TITLE, entry, "groups", &groups, err) < 0 ||
	    entry_list(osv->input, TITLE, entry, "vulnerabilities", &records,
		       err) < 0)
		return -1;
	osv->package =
		entry_word(osv->report, package, "name", REPORT_WORD_MAX);
	osv->version =
		entry_word(osv->report, package, "version", REPORT_WORD_MAX);
	if (!osv->version)
		osv->version = entry_word(osv->report, package, "commit",
					  REPORT_WORD_MAX);
	osv->violations +=
		json_array_size(member_array(entry, "license_violations"));
	osv->record_count = 0;
	json_array_foreach(records, i, one) add_record(osv, one);
	/* Their findings take the room of what was read of them. */
	json_array_clear(records);
	json_array_foreach(groups, i, one) read_group(osv, one);
	add_ungrouped(osv);
	return 0;
}

static int read_results(struct osv *osv, struct error *err)
{
	json_t *results, *result, *packages, *package;
	size_t i, k;

	if (entry_list(osv->input, TITLE, osv->input->json, "results", &results,
		       err) < 0)
		return -1;
	json_array_foreach(results, i, result)
	{
		osv->path = entry_word(osv->report, member(result, "source"),
				       "path", REPORT_PATH_MAX);
		osv->report->targets++;
		if (entry_list(osv->input, TITLE, result, "packages", &packages,
			       err) < 0)
			return -1;
		json_array_foreach(packages, k, package)
		{
			if (read_package(osv, package, err) < 0)
				return -1;
		}
	}
	return 0;
}

static int read_osv(const struct report_input *input, struct report *report,
		    struct error *err)
{
	struct osv osv = {.input = input, .report = report};
	int status = read_results(&osv, err);

	free(osv.records);
	free(osv.by_id);
	if (status < 0)
		return -1;
	report->tool = "OSV-Scanner";
	if (osv.uncalled)
		report_note(report,
			    "of %" PRIu64 " findings the report says that the "
			    "code is not called; they count all the same",
			    osv.uncalled);
	if (osv.violations)
		report_note(report,
			    "%" PRIu64 " licences are not as OSV-Scanner was "
			    "told to allow; they are not counted here",
			    osv.violations);
	report_close(report);
	return 0;
}

const struct report_format_ops osv_format = {
	.name = "osv",
	.title = TITLE,
	.encoding = REPORT_JSON,
	.kind = REPORT_OF_FINDINGS,
	.matches = matches,
	.accepts = accepts,
	.read = read_osv,
};
