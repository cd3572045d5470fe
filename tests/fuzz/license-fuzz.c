/* SPDX-License-Identifier: MIT */
/*
 * Any bytes as a licence in a report's words, as a list's entry, and as a
 * CSV of approvals. What nobody allowed is never allowed.
 */
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "licences/licences.h"
#include "licences/spdx-expression.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static int same(const char *id, const char *with, void *data)
{
	if (!*id || (with && !*with))
		BUG("a licence without a name");
	return *(int *)data;
}

static void try_expression(const char *text)
{
	struct spdx_expression expression;
	struct error err = ERROR_INIT;
	int value = 7;

	if (spdx_parse(&expression, text, &err) < 0) {
		if (err.code == ERROR_NONE || expression.nodes)
			BUG("refused without a reason");
		error_clear(&err);
		return;
	}
	if (spdx_judge(&expression, same, &value) != value)
		BUG("all the same, and not the whole");
	spdx_release(&expression);
}

static void expect(const struct license_policy *policy, const char *text,
		   enum license_verdict least, enum license_verdict most)
{
	struct component component = {.name = "plum", .license = text};
	char *why = NULL;
	enum license_verdict verdict = license_judge(policy, &component, &why);

	if (verdict < least || verdict > most)
		BUG("%s", license_verdict_name(verdict));
	if (!why != (verdict == LICENSE_ALLOWED))
		BUG("%s without a reason", license_verdict_name(verdict));
	free(why);
}

static void try_policies(char *text)
{
	char *all_items[] = {"*"}, *some_items[] = {"MIT", text};
	struct strings all = {all_items, 1, 0};
	struct strings some = {some_items, 2, 0};
	struct license_policy policy = {.deny = &some};

	expect(&policy, text, LICENSE_DENIED, LICENSE_REVIEW);
	policy = (struct license_policy){.unknown_fails = true};
	expect(&policy, text, LICENSE_DENIED, LICENSE_DENIED);
	policy = (struct license_policy){.allow = &some, .with_base = true};
	expect(&policy, text, LICENSE_REVIEW, LICENSE_ALLOWED);
	expect(&policy, "Zlib", LICENSE_REVIEW, LICENSE_ALLOWED);
	policy = (struct license_policy){.allow = &some, .deny = &all};
	expect(&policy, text, LICENSE_DENIED, LICENSE_ALLOWED);
	expect(&policy, "MIT AND Zlib", LICENSE_DENIED, LICENSE_DENIED);
}

static void try_approvals(const char *text)
{
	struct approvals approvals;
	struct error err = ERROR_INIT;
	struct license_policy policy = {.approvals = &approvals};

	if (approvals_parse(&approvals, text, "x", &err) < 0) {
		if (err.code == ERROR_NONE || approvals.items)
			BUG("refused without a reason");
		error_clear(&err);
		return;
	}
	for (size_t i = 0; i < approvals.count; i++)
		if (!*approvals.items[i].package ||
		    !*approvals.items[i].license)
			BUG("an approval of nothing");
	expect(&policy, text, LICENSE_REVIEW, LICENSE_APPROVED);
	approvals_release(&approvals);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *text = xstrndup((const char *)data, size);

	try_expression(text);
	try_policies(text);
	try_approvals(text);
	free(text);
	return 0;
}
