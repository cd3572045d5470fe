/* SPDX-License-Identifier: MIT */
#include "source/risk.h"

#include <fnmatch.h>
#include <string.h>
#include <strings.h>

#include "base/glob.h"
#include "base/memory.h"
#include "base/str.h"

enum match {
	MATCH_NAME,   /* the last name of the path */
	MATCH_FOLDER, /* a folder anywhere in it, in any case */
	MATCH_PATH,   /* the whole path */
};

static const struct {
	enum match match;
	const char *pattern;
	enum risk risk;
} known[] = {
	{MATCH_FOLDER, "migration", RISK_MIGRATION},
	{MATCH_FOLDER, "migrations", RISK_MIGRATION},
	{MATCH_FOLDER, "migrate", RISK_MIGRATION},
	{MATCH_PATH, ".github/*", RISK_LOOK},
	{MATCH_PATH, ".gitlab-ci*", RISK_LOOK},
	{MATCH_PATH, ".gitlab/*", RISK_LOOK},
	{MATCH_PATH, ".circleci/*", RISK_LOOK},
	{MATCH_PATH, "azure-pipelines*", RISK_LOOK},
	{MATCH_NAME, "Jenkinsfile*", RISK_LOOK},
	{MATCH_NAME, "Dockerfile*", RISK_LOOK},
	{MATCH_NAME, "*.Dockerfile", RISK_LOOK},
	{MATCH_NAME, "Containerfile*", RISK_LOOK},
	{MATCH_NAME, "docker-compose*.y*ml", RISK_LOOK},
	{MATCH_NAME, "compose.y*ml", RISK_LOOK},
	{MATCH_NAME, "*.lock", RISK_LOOK},
	{MATCH_NAME, "*.lockfile", RISK_LOOK},
	{MATCH_NAME, "*.lockb", RISK_LOOK},
	{MATCH_NAME, "package-lock.json", RISK_LOOK},
	{MATCH_NAME, "npm-shrinkwrap.json", RISK_LOOK},
	{MATCH_NAME, "packages.lock.json", RISK_LOOK},
	{MATCH_NAME, "pnpm-lock.yaml", RISK_LOOK},
	{MATCH_NAME, "go.sum", RISK_LOOK},
};

static bool has_folder(const char *path, const char *folder)
{
	size_t len = strlen(folder);

	for (const char *slash; (slash = strchr(path, '/')); path = slash + 1)
		if ((size_t)(slash - path) == len &&
		    strncasecmp(path, folder, len) == 0)
			return true;
	return false;
}

static bool is_known(const char *path, enum risk risk)
{
	const char *slash = strrchr(path, '/');
	const char *name = slash ? slash + 1 : path;

	for (size_t i = 0; i < ARRAY_SIZE(known); i++) {
		const char *pattern = known[i].pattern;

		if (known[i].risk != risk)
			continue;
		if (known[i].match == MATCH_FOLDER
			    ? has_folder(path, pattern)
			    : fnmatch(pattern,
				      known[i].match == MATCH_NAME ? name
								   : path,
				      0) == 0)
			return true;
	}
	return false;
}

static bool is_named(const struct path_rule *rule, const char *path)
{
	for (size_t i = 0; i < rule->globs.count; i++)
		if (path_matches(rule->globs.items[i], path))
			return true;
	return false;
}

static bool is_of(const struct path_rule *rule, const char *path,
		  enum risk risk)
{
	return rule && rule->present ? is_named(rule, path)
				     : is_known(path, risk);
}

/* What lets findings stand, and who may say so. */
static bool lets_stand(const struct scan_config *scan, const char *path)
{
	const char *slash = strrchr(path, '/');

	return strings_has(&scan->exceptions, path) ||
	       str_equal(scan->baseline, path) ||
	       str_equal(scan->licences.approvals, path) ||
	       (scan->by_codeowners &&
		strcmp(slash ? slash + 1 : path, "CODEOWNERS") == 0);
}

static bool loosens_a_scan(const struct pipeline *pipeline, const char *path)
{
	for (size_t i = 0; pipeline && i < pipeline->stage_count; i++)
		if (lets_stand(&pipeline->stages[i].scan, path))
			return true;
	return false;
}

enum risk risk_of(const struct pipeline *pipeline, const char *path)
{
	if (is_of(pipeline ? &pipeline->migrations : NULL, path,
		  RISK_MIGRATION))
		return RISK_MIGRATION;
	/* Who could take this one off the list could hide that it did. */
	if (strcmp(path, PIPELINE_FILE) == 0 ||
	    loosens_a_scan(pipeline, path) ||
	    is_of(pipeline ? &pipeline->risky : NULL, path, RISK_LOOK))
		return RISK_LOOK;
	return RISK_NONE;
}
