/* SPDX-License-Identifier: MIT */
/* Gitleaks' JSON, versions 7 and 8. The secret, the line that it stands in
 * and who committed it are not read. */
#include <string.h>

#include "base/str.h"
#include "report/entry.h"
#include "report/json.h"

/* How the two versions call the same. */
struct words {
	const char *rule, *file, *line, *title, *commit;
};

static const struct words version_8 = {"RuleID", "File", "StartLine",
				       "Description", "Commit"};
static const struct words version_7 = {"rule", "file", "lineNumber", "rule",
				       "commit"};

static const struct words *words_of(const json_t *entry)
{
	if (member_text(entry, "RuleID") && member_text(entry, "File"))
		return &version_8;
	if (member_text(entry, "rule") && member_text(entry, "file"))
		return &version_7;
	return NULL;
}

static bool are_leaks(const json_t *json)
{
	const json_t *entry;
	size_t i;

	json_array_foreach(json, i, entry)
	{
		if (!words_of(entry))
			return false;
	}
	return true;
}

static bool matches(const struct report_input *input)
{
	return json_array_size(input->json) > 0 && are_leaks(input->json);
}

/* Nothing found is an empty list, or null from older ones; so it is of many
 * others, wherefore a person must have named the format. */
static bool accepts(const struct report_input *input)
{
	return json_is_null(input->json) ||
	       (json_is_array(input->json) && are_leaks(input->json));
}

/* What .gitleaksignore has: "commit:file:rule:line", without the commit
 * where files were scanned. */
static const char *fingerprint_of(struct report *report, const json_t *entry,
				  const struct words *words, int line)
{
	const char *told = member_word(entry, "Fingerprint");
	const char *commit = member_word(entry, words->commit);
	struct str text = STR_INIT;
	const char *kept;

	if (told)
		return report_text(report, told, REPORT_PATH_MAX);
	if (commit)
		str_addf(&text, "%s:", commit);
	str_addf(&text, "%s:%s:%d", member_text(entry, words->file),
		 member_text(entry, words->rule), line);
	kept = report_bytes(report, text.data, text.len, REPORT_PATH_MAX);
	str_release(&text);
	return kept;
}

static int read_gitleaks(const struct report_input *input,
			 struct report *report, struct error *err)
{
	const json_t *entry;
	size_t i;

	(void)err; /* what is no list of leaks is not accepted */
	report->tool = "Gitleaks";
	report->has_secrets = json_array_size(input->json) > 0;
	json_array_foreach(input->json, i, entry)
	{
		const struct words *words = words_of(entry);
		struct finding finding = {.kind = FINDING_SECRET,
					  .severity = REPORT_SEVERITY_HIGH};

		finding.id =
			entry_word(report, entry, words->rule, REPORT_WORD_MAX);
		finding.title = entry_line(report, entry, words->title);
		finding.path =
			entry_word(report, entry, words->file, REPORT_PATH_MAX);
		finding.line = member_int(entry, words->line, 0);
		finding.aliases =
			fingerprint_of(report, entry, words, finding.line);
		entry_add(report, &finding);
	}
	report_close(report);
	return 0;
}

const struct report_format_ops gitleaks_format = {
	.name = "gitleaks",
	.title = "Gitleaks JSON",
	.encoding = REPORT_JSON,
	.kind = REPORT_OF_FINDINGS,
	.matches = matches,
	.accepts = accepts,
	.read = read_gitleaks,
};
