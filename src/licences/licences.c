/* SPDX-License-Identifier: MIT */
#include "licences/licences.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "base/glob.h"
#include "base/memory.h"
#include "base/str.h"
#include "licences/license-family.h"
#include "licences/spdx-expression.h"
#include "report/collect.h"
#include "report/license-names.h"

#define GENERATED " [generated file]"
#define UNKNOWN_ID "unknown-licence"
#define NO_COPYRIGHT "*No copyright* "

/* Worst first; what a policy makes of UNLISTED is decided at the end. One that
 * no list names and that may be a denied one is a SUSPECT. */
enum rank { DENIED, SUSPECT, UNLISTED, REVIEW, ALLOWED };

/* How one component is being judged. */
struct judging {
	const struct license_policy *policy;
	struct str denied, others; /* the licences that were not allowed */
};

const char *license_verdict_name(enum license_verdict verdict)
{
	static const char *const names[] = {
		[LICENSE_DENIED] = "denied",
		[LICENSE_REVIEW] = "review",
		[LICENSE_ALLOWED] = "allowed",
		[LICENSE_APPROVED] = "approved",
	};

	return names[verdict];
}

static char *lowered(const char *text)
{
	char *copy = xstrdup(text);

	for (char *at = copy; *at; at++)
		*at = (char)tolower((unsigned char)*at);
	return copy;
}

/* What a list's entry means: GPL-2.0 is GPL-2.0-only there too. */
static char *pattern_of(const char *entry)
{
	struct spdx_expression expression;
	char *text, *pattern;

	if (spdx_parse(&expression, entry, NULL) < 0 || expression.count != 1)
		text = xstrdup(entry); /* a glob */
	else if (expression.nodes->with)
		text = xasprintf("%s WITH %s", expression.nodes->id,
				 expression.nodes->with);
	else
		text = xstrdup(expression.nodes->id);
	pattern = lowered(text);
	free(text);
	spdx_release(&expression);
	return pattern;
}

/* A glob without WITH is for licences without it: GPL-* names no
 * "GPL-2.0-only WITH Classpath-exception-2.0". */
static bool list_names(const struct strings *list, const char *license)
{
	bool found = false;

	for (size_t i = 0; list && !found && i < list->count; i++) {
		char *pattern = pattern_of(list->items[i]);

		found = !strstr(pattern, " with ") ==
				!strstr(license, " with ") &&
			path_matches_whole(pattern, license);
		free(pattern);
	}
	return found;
}

/* Who denies AGPL, or AGPL-3.0, means AGPL-3.0-or-later too. */
static bool list_names_family(const struct strings *list, const char *license)
{
	bool found = false;

	for (size_t i = 0; list && !found && i < list->count; i++) {
		char *family = lowered(list->items[i]);
		size_t len = strlen(family);

		found = !strpbrk(family, "*?[ ") &&
			starts_with(license, family) && license[len] == '-';
		free(family);
	}
	return found;
}

static enum rank listed(const struct license_policy *policy,
			const char *license)
{
	char *low = lowered(license);
	enum rank rank = UNLISTED;

	if (list_names(policy->deny, low) ||
	    list_names_family(policy->deny, low))
		rank = DENIED;
	else if (list_names(policy->review, low))
		rank = REVIEW;
	else if (list_names(policy->allow, low))
		rank = ALLOWED;
	free(low);
	return rank;
}

/* X+ is X or what came after it: what is said of X will do. */
static enum rank listed_base(const struct license_policy *policy,
			     const char *id)
{
	size_t len = strlen(id);
	enum rank rank = listed(policy, id);
	char *bare;

	if (rank != UNLISTED || !len || id[len - 1] != '+')
		return rank;
	bare = xstrndup(id, len - 1);
	rank = listed(policy, bare);
	free(bare);
	return rank;
}

static void add_name(struct str *list, const char *name)
{
	str_addf(list, "%s%s", list->len ? ", " : "", name);
}

static int judge_one(const char *id, const char *with, void *data)
{
	struct judging *judging = data;
	const struct license_policy *policy = judging->policy;
	const char *known = license_of_name(id);
	const char *base = known ? known : id;
	char *name = with ? xasprintf("%s WITH %s", base, with) : xstrdup(base);
	enum rank rank =
		with ? listed(policy, name) : listed_base(policy, name);

	/* An exception adds rights to a licence; who denies that has not said
	 * yes to them, nor does any word behind WITH make an exception. */
	if (rank == UNLISTED && with) {
		enum rank of_base = listed_base(policy, base);

		if (policy->with_base || of_base == DENIED)
			rank = of_base;
	}
	if (rank == UNLISTED && license_is_vague(base) &&
	    license_may_be(base, policy->deny))
		rank = SUSPECT;
	if (rank != ALLOWED)
		add_name(rank == DENIED ? &judging->denied : &judging->others,
			 name);
	free(name);
	return rank;
}

static char *trimmed(const char *text, size_t len)
{
	char *copy;

	while (len && isspace((unsigned char)*text))
		text++, len--;
	while (len && isspace((unsigned char)text[len - 1]))
		len--;
	copy = xstrndup(text, len);
	if (ends_with(copy, GENERATED))
		copy[strlen(copy) - strlen(GENERATED)] = '\0';
	return copy;
}

/* "License :: OSI Approved :: MIT License" is MIT License. */
static const char *bare_name(const char *name)
{
	static const char *const heads[] = {"License :: ", "OSI Approved :: ",
					    "DFSG approved :: ", NO_COPYRIGHT};

	for (size_t i = 0; i < ARRAY_SIZE(heads); i++)
		if (starts_with(name, heads[i]))
			name += strlen(heads[i]);
	return name;
}

/* One of the names that semicolons hold apart. */
static enum rank judge_name(struct judging *judging, const char *text,
			    size_t len)
{
	struct spdx_expression expression;
	char *whole = trimmed(text, len);
	const char *name = bare_name(whole);
	const char *known = license_of_name(name);
	enum rank rank = UNLISTED;

	if (known) {
		rank = judge_one(known, NULL, judging);
	} else if (spdx_parse(&expression, name, NULL) == 0) {
		rank = spdx_judge(&expression, judge_one, judging);
		spdx_release(&expression);
	} else {
		add_name(&judging->others, name);
		if (license_may_be(name, judging->policy->deny))
			rank = SUSPECT;
	}
	free(whole);
	return rank;
}

static enum rank judge_names(struct judging *judging, const char *license)
{
	enum rank worst = ALLOWED;

	for (size_t len;; license += len + 1) {
		enum rank rank;

		len = strcspn(license, ";");
		rank = judge_name(judging, license, len);
		worst = rank < worst ? rank : worst;
		if (!license[len])
			return worst;
	}
}

static char *reason(const struct judging *judging, enum rank rank,
		    const char *license)
{
	if (!license)
		return xstrdup("no licence is told");
	if (rank == DENIED)
		return xasprintf("%s is denied", judging->denied.data);
	return xasprintf("%s %s", judging->others.data,
			 rank == REVIEW	   ? "is to be looked at"
			 : rank == SUSPECT ? "may be one that is denied"
					   : "is in no list");
}

/* An approval never lifts what the deny list says. */
static enum license_verdict verdict_of(const struct license_policy *policy,
				       const struct component *component,
				       enum rank rank)
{
	const char *license = component->license;

	if (rank == ALLOWED)
		return LICENSE_ALLOWED;
	if (rank != DENIED && policy->approvals &&
	    approvals_have(policy->approvals, component->name, component->purl,
			   license ? license : "UNKNOWN"))
		return LICENSE_APPROVED;
	return rank <= SUSPECT || (rank == UNLISTED && policy->unknown_fails)
		       ? LICENSE_DENIED
		       : LICENSE_REVIEW;
}

enum license_verdict license_judge(const struct license_policy *policy,
				   const struct component *component,
				   char **why)
{
	struct judging judging = {policy, STR_INIT, STR_INIT};
	const char *license = component->license;
	enum rank rank = license ? judge_names(&judging, license) : UNLISTED;
	enum license_verdict verdict = verdict_of(policy, component, rank);

	if (why)
		*why = rank < ALLOWED ? reason(&judging, rank, license) : NULL;
	str_release(&judging.denied);
	str_release(&judging.others);
	return verdict;
}

/* An exception's line names it, so it is one word. */
static const char *id_of(struct report *report, const char *license)
{
	const char *text;
	char *id;

	if (!license)
		return report_text(report, UNKNOWN_ID, REPORT_WORD_MAX);
	id = xstrdup(license);
	for (char *at = id; *at; at++)
		if (isspace((unsigned char)*at))
			*at = '_';
	text = report_text(report, id, REPORT_WORD_MAX);
	free(id);
	return text;
}

static void add_finding(struct report *report,
			const struct component *component,
			enum license_verdict verdict, const char *why)
{
	struct finding finding = {
		.id = id_of(report, component->license),
		.title = report_text(report, why, REPORT_NAME_MAX),
		.kind = FINDING_LICENSE,
		/* Of a file alone the path says all. */
		.package = component->name == component->path ? NULL
							      : component->name,
		.installed = component->version,
		.purl = component->purl,
		.path = component->path,
		.chain = component->chain,
		.severity = verdict == LICENSE_DENIED ? REPORT_SEVERITY_HIGH
						      : REPORT_SEVERITY_MEDIUM,
	};

	report_add_finding(report, &finding);
}

void licences_apply(const struct license_policy *policy, struct report *report)
{
	for (size_t i = 0; i < report->component_count; i++) {
		struct component *component = &report->components[i];
		char *why;
		enum license_verdict verdict =
			license_judge(policy, component, &why);

		component->verdict = license_verdict_name(verdict);
		if (verdict < LICENSE_ALLOWED)
			add_finding(report, component, verdict, why);
		free(why);
	}
	report->has_findings = true;
	report_close(report);
}
