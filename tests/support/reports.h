/* SPDX-License-Identifier: MIT */
/* Reports in tests/data/reports, for the tests of report/. */
#ifndef SIGNALBOX_TESTS_SUPPORT_REPORTS_H
#define SIGNALBOX_TESTS_SUPPORT_REPORTS_H

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "base/str.h"
#include "report/report.h"
#include "support/cmocka.h"

/* The whole path of a fixture, the caller's to free. */
static inline char *report_fixture(const char *name)
{
	const char *top = getenv("top_srcdir");

	return xasprintf("%s/tests/data/reports/%s", top ? top : ".", name);
}

/* Reads it, or fails the test. */
static inline struct report report_of(const char *name)
{
	char *path = report_fixture(name);
	struct error err = ERROR_INIT;
	struct report report;

	if (report_read(path, NULL, &report, &err) < 0)
		fail_msg("%s", err.message);
	free(path);
	return report;
}

/* The same of a text that is in a format, or in the one it shows. */
static inline struct report report_of_text(const char *text, const char *format)
{
	struct error err = ERROR_INIT;
	struct report report;

	if (report_parse(text, strlen(text), "r", format, &report, &err) < 0)
		fail_msg("%s", err.message);
	return report;
}

/* That the fixture is refused, with a message that says `part`. */
static inline void assert_file_refused(const char *name, const char *part)
{
	char *path = report_fixture(name);
	struct error err = ERROR_INIT;
	struct report report;

	assert_int_equal(report_read(path, NULL, &report, &err), -1);
	if (!strstr(err.message, part))
		fail_msg("'%s' does not say '%s'", err.message, part);
	error_clear(&err);
	free(path);
}

/* That the bytes are refused, with a message that says `part`. */
static inline void assert_refused(const char *text, size_t len,
				  const char *format, const char *part)
{
	struct error err = ERROR_INIT;
	struct report report;

	if (report_parse(text, len, "r", format, &report, &err) == 0)
		fail_msg("was read: %.60s", text);
	if (!strstr(err.message, part))
		fail_msg("'%s' does not say '%s'", err.message, part);
	assert_null(report.pool);
	error_clear(&err);
}

static inline void assert_text_refused(const char *text, const char *format,
				       const char *part)
{
	assert_refused(text, strlen(text), format, part);
}

/* What a scanner saw of secrets must stand in no text that is kept. */
static inline void assert_no_finding_says(const struct report *report,
					  const char *secret)
{
	for (size_t i = 0; i < report->finding_count; i++) {
		const struct finding *f = &report->findings[i];
		const char *const texts[] = {
			f->id,	      f->title, f->aliases,	f->package,
			f->installed, f->fixed, f->path,	f->purl,
			f->url,	      f->chain, f->suppression, f->source};

		for (size_t t = 0; t < ARRAY_SIZE(texts); t++)
			assert_null(texts[t] ? strstr(texts[t], secret) : NULL);
	}
	for (size_t i = 0; i < report->notes.count; i++)
		assert_null(strstr(report->notes.items[i], secret));
	assert_null(report->why ? strstr(report->why, secret) : NULL);
}

#endif
