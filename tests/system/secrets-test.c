/* SPDX-License-Identifier: MIT */
/* What scanners found of secrets, and the lines of source that they quote,
 * stand in nothing that a run of the real program keeps. */
#include "system/support.h"

#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "base/str.h"

/* Each of these says the word, as a secret or in a line of source. */
static const char *const reports[] = {
	"gitleaks/version-8.json", "gitleaks/version-7.json",
	"semgrep/everything.json", "bandit/everything.json",
	"trivy/everything.json",
};

static void add_stage(struct str *text, size_t i)
{
	const char *top = getenv("top_srcdir");

	str_addf(text,
		 "  scan-%zu:\n"
		 "    needs: []\n"
		 "    run: cp %s/tests/data/reports/%s report\n"
		 "    scan: {report: report, fail-on: critical, unknown: "
		 "count}\n",
		 i, top ? top : ".", reports[i]);
}

/* The work folders of stages that failed are left as the tool left them. */
static bool anything_says(struct site *site, const char *word)
{
	char *command = xasprintf("grep -rqF --exclude-dir=work -- '%s' '%s'",
				  word, site->state);
	int status = system(command);

	free(command);
	return status == 0 || strstr(site->out, word);
}

static void no_secret_and_no_source_line_is_kept(void **state)
{
	struct site *site = *state;
	struct str text = STR_INIT;
	char *folder = site_run_folder(site, 1);

	str_add(&text, "name: shop\nstages:\n");
	for (size_t i = 0; i < ARRAY_SIZE(reports); i++)
		add_stage(&text, i);
	site_pipeline(site, text.data);
	site_commit(site, "a commit");
	site_call(site, "run", NULL);
	assert_int_equal(site_count_events(folder, EVENT_REPORT_READ, NULL),
			 ARRAY_SIZE(reports));
	assert_true(anything_says(site, "cloud-key"));
	assert_true(anything_says(site, "Possible hardcoded password"));
	assert_false(anything_says(site, "hunter2"));
	str_release(&text);
	free(folder);
}

#define SITE_TEST(name) \
	cmocka_unit_test_setup_teardown(name, site_set_up, site_tear_down)

static int tests(void)
{
	const struct CMUnitTest tests[] = {
		SITE_TEST(no_secret_and_no_source_line_is_kept),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

int main(int argc, char **argv)
{
	return site_main(argc, argv, tests);
}
