/* SPDX-License-Identifier: MIT */
/* What reports of tests and of scanners do to a run of the real program. */
#include "system/support.h"

#include <stdio.h>
#include <stdlib.h>

#include "base/file.h"
#include "base/memory.h"

#define HEAD "name: shop\nstages:\n"

static void prepare(struct site *site, const char *text)
{
	site_pipeline(site, text);
	site_commit(site, "a commit");
}

/* Beside the repository, so that runs of one commit find different ones. */
static void write_beside(struct site *site, const char *name,
			 const struct str *text)
{
	char *path = path_join(site->folder, name);

	assert_int_equal(file_replace(path, text->data, text->len, 0600, NULL),
			 0);
	free(path);
}

/* So many findings of the compiler, the last of another rule. */
static void write_findings(struct site *site, int count, const char *last)
{
	struct str text = STR_INIT;

	str_add(&text, "{\"version\":\"2.1.0\",\"runs\":[{\"results\":[");
	for (int i = 0; i < count; i++)
		str_addf(&text,
			 "%s{\"ruleId\":\"%s\",\"level\":\"note\","
			 "\"locations\":[{\"physicalLocation\":{"
			 "\"artifactLocation\":{\"uri\":\"%d.c\"}}}]}",
			 i ? "," : "", i + 1 < count ? "rule" : last, i);
	str_add(&text, "]}]}\n");
	write_beside(site, "scan.sarif", &text);
	str_release(&text);
}

/* What an approval of that run would bind; the caller's. */
static char *binds_of(struct site *site, int run)
{
	char *folder = site_run_folder(site, run);
	struct event *opened;
	char *binds;

	site_call(site, "run", NULL);
	opened = site_last_event(folder, EVENT_GATE_OPENED, NULL);
	if (!opened)
		fail_msg("no gate: %s%s", site->out, site->err);
	binds = xstrdup(event_text(opened, "binds"));
	event_free(opened);
	free(folder);
	return binds;
}

static void an_approval_binds_every_open_finding(void **state)
{
	struct site *site = *state;
	char *first, *same, *other;

	prepare(site, "name: shop\nenvironments:\n" SITE_PRODUCTION
		      "    gate: {required: 1, not: [author]}\n"
		      "stages:\n" SITE_BUILD
		      "  scan: {run: cat @FOLDER@/scan.sarif > scan.sarif, "
		      "scan: {report: scan.sarif, fail-on: high}}\n"
		      "  production: {deploy: {environment: production}}\n");
	write_findings(site, 230, "one");
	first = binds_of(site, 1);
	same = binds_of(site, 2);
	write_findings(site, 230, "two");
	other = binds_of(site, 3);
	assert_string_equal(first, same);
	assert_string_not_equal(first, other);
	free(first);
	free(same);
	free(other);
}

#define SITE_TEST(name) \
	cmocka_unit_test_setup_teardown(name, site_set_up, site_tear_down)

static int tests(void)
{
	const struct CMUnitTest tests[] = {
		SITE_TEST(an_approval_binds_every_open_finding),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

int main(int argc, char **argv)
{
	return site_main(argc, argv, tests);
}
