/* SPDX-License-Identifier: MIT */
/*
 * An evidence file of any bytes: reading never harms, what is not read to its
 * end is not whole, and what is read is exported in forms that our own
 * readers read back.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "evidence/export.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void must_read(const struct str *text, const char *format)
{
	struct error err = ERROR_INIT;
	struct report report;

	if (report_parse(text->data, text->len, "out", format, &report, &err) <
	    0)
		BUG("%s: %s", format, error_text(&err));
	report_release(&report);
}

static void export_all(const struct export_run *run)
{
	struct str text = STR_INIT;

	export_junit(run, &text);
	must_read(&text, "junit");
	str_clear(&text);
	if (export_sarif(run, &text))
		must_read(&text, "sarif");
	str_clear(&text);
	export_markdown(run, &text);
	if (text.len > EXPORT_MARKDOWN_MAX)
		BUG("%zu bytes of Markdown", text.len);
	str_release(&text);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct export_stage stage = {.name = "scan",
				     .state = "failed",
				     .reason = "",
				     .fail_on = "high",
				     .bad = true,
				     .is_kept = true};
	const struct export_run run = {.number = 1,
				       .pipeline = "shop",
				       .commit = "9f3c2e1",
				       .version = "",
				       .branch = "",
				       .subject = "",
				       .state = "failed",
				       .text = "",
				       .stages = &stage,
				       .count = 1};
	struct str text = STR_INIT;

	str_add_bytes(&text, data, size);
	if (kept_parse_owned(&text, "fuzz", &stage.kept, NULL) < 0)
		return 0;
	if (stage.kept.whole != !stage.kept.why)
		BUG("whole, and a reason why not");
	export_all(&run);
	kept_release(&stage.kept);
	return 0;
}
