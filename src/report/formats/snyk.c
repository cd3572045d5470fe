/* SPDX-License-Identifier: MIT */
/* `snyk test --json`: a project, or a list of them; the applications in a
 * container's image stand inside it. What could not be scanned is an object
 * with an error in the project's place. */
#include <string.h>

#include "base/memory.h"
#include "base/str.h"
#include "report/entry.h"
#include "report/json.h"
#include "report/value.h"

#define TITLE "Snyk JSON"
/* Applications hold none of their own; this is for who pretends so. */
#define DEPTH_MAX 4

static bool is_failure(const json_t *project)
{
	return json_is_false(member(project, "ok")) &&
	       member_word(project, "error");
}

static bool is_project(const json_t *project)
{
	if (is_failure(project))
		return true;
	return member_array(project, "vulnerabilities") &&
	       (member(project, "packageManager") || member(project, "ok"));
}

static bool matches(const struct report_input *input)
{
	const json_t *project;
	size_t i;

	if (!json_is_array(input->json))
		return is_project(input->json);
	json_array_foreach(input->json, i, project)
	{
		if (!is_project(project))
			return false;
	}
	return json_array_size(input->json) > 0;
}

/* "demo-shop@2.1.4" is version 2.1.4 of it; false is where no step is. */
static const char *upgrade_of(struct report *report, const json_t *entry)
{
	const json_t *path = member_array(entry, "upgradePath");
	size_t last = json_array_size(path);
	const char *text, *at;

	if (!json_is_true(member(entry, "isUpgradable")))
		return NULL;
	text = last ? json_string_value(json_array_get(path, last - 1)) : NULL;
	at = text ? strrchr(text, '@') : NULL;
	return report_text(report, at && at[1] ? at + 1 : "a later one",
			   REPORT_WORD_MAX);
}

static const char *fixed_version(struct report *report, const json_t *entry)
{
	const char *fixed = entry_words(report, member(entry, "fixedIn"), ", ");

	if (!fixed)
		fixed = entry_word(report, entry, "nearestFixedInVersion",
				   REPORT_WORD_MAX);
	return fixed ? fixed : upgrade_of(report, entry);
}

static void read_entry(struct report *report, const json_t *entry,
		       const char *path, struct finding *finding)
{
	const json_t *names = member(entry, "identifiers");
	bool license = str_equal(member_text(entry, "type"), "license");

	finding->kind = license ? FINDING_LICENSE : FINDING_VULNERABILITY;
	finding->id = entry_word(report, entry, "id", REPORT_WORD_MAX);
	finding->title = entry_line(report, entry, "title");
	finding->severity = severity_of_word(member_text(entry, "severity"));
	finding->aliases = entry_words(report, member(names, "CVE"), " ");
	finding->package =
		entry_word(report, entry, "packageName", REPORT_WORD_MAX);
	finding->installed =
		entry_word(report, entry, "version", REPORT_WORD_MAX);
	finding->chain = entry_words(report, member(entry, "from"), " > ");
	finding->fixed = fixed_version(report, entry);
	finding->path = path;
}

/* The reason is told in a list below, by `snyk test` of 2018 and later. */
static void read_ignore(struct report *report, const json_t *entry,
			struct finding *finding)
{
	const json_t *by = member_array(member(entry, "filtered"), "ignored");

	finding->suppressed = true;
	finding->source = ".snyk";
	finding->suppression = entry_word(report, json_array_get(by, 0),
					  "reason", REPORT_NAME_MAX);
	if (!finding->suppression)
		finding->suppression = report_text(
			report, "ignored without a reason", REPORT_NAME_MAX);
}

static int read_list(const struct report_input *input, const json_t *owner,
		     const char *key, const char *path, struct report *report,
		     struct error *err)
{
	bool open = strcmp(key, "vulnerabilities") == 0;
	json_t *list, *entry;
	size_t i;

	if (entry_list(input, TITLE, owner, key, &list, err) < 0)
		return -1;
	json_array_foreach(list, i, entry)
	{
		struct finding finding = {0};

		read_entry(report, entry, path, &finding);
		if (!open)
			read_ignore(report, entry, &finding);
		entry_add(report, &finding);
	}
	return 0;
}

static const char *name_of(const json_t *project)
{
	static const char *const keys[] = {"displayTargetFile", "targetFile",
					   "path", "projectName"};

	for (size_t i = 0; i < ARRAY_SIZE(keys); i++) {
		const char *name = member_word(project, keys[i]);

		if (name)
			return name;
	}
	return NULL;
}

static void fail_project(struct report *report, const json_t *project)
{
	const char *error = member_word(project, "error");
	const char *name = name_of(project);

	if (!name)
		name = "a project";
	report_fail(report, "Snyk did not scan %.*s: %.*s",
		    (int)text_cut(name, strlen(name), REPORT_WORD_MAX), name,
		    (int)text_cut(error, strlen(error), REPORT_WORD_MAX),
		    error);
}

/* It says that something is wrong and does not say what. */
static bool is_silent(const json_t *project)
{
	return json_is_false(member(project, "ok")) &&
	       !json_array_size(member(project, "vulnerabilities")) &&
	       !json_array_size(member(project, "applications"));
}

static int read_project(const struct report_input *input, const json_t *project,
			int depth, struct report *report, struct error *err)
{
	const json_t *filtered = member(project, "filtered");
	const char *path =
		report_text(report, name_of(project), REPORT_PATH_MAX);
	json_t *applications, *one;
	size_t i;

	if (is_failure(project)) {
		fail_project(report, project);
		return 0;
	}
	if (!member_array(project, "vulnerabilities") || depth > DEPTH_MAX)
		return error_set(err, ERROR_FAILED,
				 "%s: a project has no list of "
				 "vulnerabilities, so Snyk did not scan it",
				 input->name);
	if (is_silent(project))
		report_fail(report,
			    "Snyk says that %s is not ok, and lists "
			    "nothing of it",
			    path ? path : "a project");
	report->targets += member_int(project, "dependencyCount", 1) != 0;
	if (read_list(input, project, "vulnerabilities", path, report, err) <
		    0 ||
	    read_list(input, filtered, "ignore", path, report, err) < 0 ||
	    entry_list(input, TITLE, project, "applications", &applications,
		       err) < 0)
		return -1;
	json_array_foreach(applications, i, one)
	{
		if (read_project(input, one, depth + 1, report, err) < 0)
			return -1;
	}
	return 0;
}

static int read_snyk(const struct report_input *input, struct report *report,
		     struct error *err)
{
	const json_t *project;
	size_t i;

	report->tool = "Snyk";
	if (json_is_object(input->json) &&
	    read_project(input, input->json, 0, report, err) < 0)
		return -1;
	json_array_foreach(input->json, i, project)
	{
		if (read_project(input, project, 0, report, err) < 0)
			return -1;
	}
	report->nothing_scanned = !report->targets && !report->finding_count &&
				  report->verdict == REPORT_PASS;
	report_close(report);
	return 0;
}

const struct report_format_ops snyk_format = {
	.name = "snyk",
	.title = TITLE,
	.encoding = REPORT_JSON,
	.kind = REPORT_OF_FINDINGS,
	.matches = matches,
	.read = read_snyk,
};
