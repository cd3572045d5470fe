/* SPDX-License-Identifier: MIT */
/*
 * Any bytes as an ignore file of each form, and as CODEOWNERS. Whatever
 * stands there hides only what somebody reviewed, and the counts agree.
 */
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "exceptions/codeowners.h"
#include "exceptions/exceptions.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define REPORT                                                               \
	"{\"SchemaVersion\":2,\"ArtifactName\":\"x\",\"Results\":["          \
	"{\"Target\":\"deps\",\"Class\":\"lang-pkgs\",\"Vulnerabilities\":[" \
	"{\"VulnerabilityID\":\"CVE-1\",\"PkgName\":\"a\","                  \
	"\"InstalledVersion\":\"1\",\"Severity\":\"LOW\"}],"                 \
	"\"ExperimentalModifiedFindings\":[{\"Type\":\"vulnerability\","     \
	"\"Status\":\"ignored\",\"Finding\":{\"VulnerabilityID\":\"CVE-2\"," \
	"\"PkgName\":\"b\",\"Severity\":\"LOW\"}}]}]}"

static struct exception_line line_of(const char *file, int line, void *data)
{
	(void)file;
	(void)data;
	if (line < 1)
		BUG("a line before the first");
	return (struct exception_line){.author = "ben", .committer = "ben"};
}

static void check(const struct exception *it)
{
	if (exception_is_in_force(it) &&
	    (!it->record.reviewer || !it->record.owner || !it->record.reason ||
	     record_same_person(it->record.reviewer, it->record.owner)))
		BUG("in force without a review");
	if (it->hides && !exception_is_in_force(it) &&
	    it->state != EXCEPTION_ORPHAN)
		BUG("hides though it is %s", exception_state_name(it->state));
	if (it->state == EXCEPTION_INVALID && !it->why)
		BUG("wrong without a reason");
	if (it->last_line < it->line)
		BUG("ends before it begins");
}

static void apply(struct exceptions *all)
{
	/* 2026-01-01 */
	const struct exception_facts facts = {.now_ms = 1767225600000,
					      .line = line_of};
	struct strings notes = STRINGS_INIT;
	struct report report;
	char *why = NULL;
	bool held;

	if (report_parse(REPORT, strlen(REPORT), "x", NULL, &report, NULL) < 0)
		BUG("the report is refused");
	exceptions_judge(all, &facts);
	exceptions_apply(all, &report);
	held = exceptions_hold(all, false, &why, &notes);
	if (held == (why != NULL))
		BUG("red without a reason");
	if (report.open + report.suppressed != 2 ||
	    report.excepted > report.suppressed ||
	    report.by_severity[REPORT_SEVERITY_LOW] != report.open)
		BUG("the findings do not sum up");
	for (size_t i = 0; i < all->count; i++)
		check(&all->items[i]);
	free(why);
	strings_release(&notes);
	report_release(&report);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const char *const names[] = {
		".trivyignore", ".gitleaksignore", ".trivyignore.yaml",
		".snyk",	"osv.toml",	   "vex.json",
		"let"};
	struct strings owners = STRINGS_INIT;
	char *text = xmalloc(size + 1);

	if (size)
		memcpy(text, data, size);
	text[size] = '\0';
	for (size_t i = 0; i < ARRAY_SIZE(names); i++) {
		struct exceptions all = EXCEPTIONS_INIT;
		struct error err = ERROR_INIT;

		if (exceptions_read(&all, names[i], text, size, &err) == 0)
			apply(&all);
		else if (err.code == ERROR_NONE)
			BUG("refused without a reason");
		error_clear(&err);
		exceptions_release(&all);
	}
	codeowners_find(text, "src/a.c", &owners);
	strings_release(&owners);
	free(text);
	return 0;
}
