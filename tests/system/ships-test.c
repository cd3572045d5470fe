/* SPDX-License-Identifier: MIT */
/* What ships, out of real runs. */
#include "system/support.h"

#include <jansson.h>

#include "base/file.h"
#include "base/memory.h"
#include "system/colour.h"

#define PIPELINE                                                          \
	"name: shop\n"                                                    \
	"migrations: [\"*.sql\"]\n"                                       \
	"environments:\n" SITE_PRODUCTION "stages:\n"                     \
	"  unit: {run: cat tests.tap, reports: {tap: \"-\"}}\n"           \
	"  scan:\n"                                                       \
	"    run: cp found.json report.json\n"                            \
	"    scan: {report: report.json, fail-on: critical}\n" SITE_BUILD \
	"  production: {deploy: {environment: production}}\n"

#define TRIVY(id)                                                           \
	"{\"SchemaVersion\":2,\"ArtifactName\":\"x\",\"Results\":["         \
	"{\"Target\":\"deps\",\"Class\":\"lang-pkgs\",\"Vulnerabilities\":" \
	"[{\"VulnerabilityID\":\"" id "\",\"PkgName\":\"zlib\","            \
	"\"InstalledVersion\":\"1.0\",\"Severity\":\"HIGH\"}]}]}\n"

static void release_first(struct site *site)
{
	site_pipeline(site, PIPELINE);
	site_write(site, "bug", "none");
	site_write(site, "tests.tap",
		   "1..3\nok 1 - kept\nok 2 - weak\nok 3 - gone\n");
	site_write(site, "found.json", TRIVY("CVE-2026-0001"));
	site_commit(site, "First");
	assert_int_equal(site_call(site, "run", NULL), 0);
}

static void change(struct site *site)
{
	site_write(site, "tests.tap",
		   "1..3\nok 1 - kept\nok 2 - weak # SKIP later\n"
		   "ok 3 - came\n");
	site_write(site, "found.json", TRIVY("CVE-2026-0002"));
	site_write(site, "db/7.sql", "alter table\n");
	site_commit(site, "Second \033[31mthing");
}

static void ships_tells_all_that_is_new(void **state)
{
	struct site *site = *state;
	json_t *json;

	release_first(site);
	assert_int_equal(site_call(site, "ships", NULL), 0);
	assert_says(site->out, "nothing to ship");
	change(site);
	assert_int_equal(site_call(site, "ships", "production", NULL), 0);
	assert_says(site->out, "1 commit by 1 person, 3 files");
	assert_says(site->out, "(run 1, live since");
	assert_says(site->out, "migrations: 1 file; the way back does not");
	assert_says(site->out, "Second ^[[31mthing");
	assert_says(site->out, "tests: not compared: this commit was not run");
	/* Up to the deployment: what is live stays. */
	assert_int_equal(site_call(site, "run", "--skip", "production",
				   "--reason", "a look", NULL),
			 0);
	assert_int_equal(site_call(site, "ships", NULL), 0);
	assert_says(site->out, "tests: 1 added, 1 removed, 1 newly skipped");
	assert_says(site->out, "newly-skipped  weak");
	assert_says(site->out, "findings: 1 new, 1 gone");
	assert_says(site->out, "CVE-2026-0002 zlib");
	assert_int_equal(
		site_call(site, "ships", "2", "--output", "json", NULL), 0);
	json = json_loads(site->out, 0, NULL);
	assert_non_null(json);
	assert_int_equal(json_int(json, "migrations", 0), 1);
	assert_int_equal(json_int(json_object_get(json, "candidate"), "run", 0),
			 2);
	assert_int_equal(json_int(json_object_get(json, "live"), "run", 0), 1);
	assert_int_equal(json_array_size(json_object_get(
				 json_object_get(json, "tests"), "removed")),
			 1);
	assert_int_equal(json_array_size(json_object_get(
				 json_object_get(json, "findings"), "new")),
			 1);
	json_decref(json);
}

static void a_run_that_is_live_tells_what_it_shipped(void **state)
{
	struct site *site = *state;

	release_first(site);
	change(site);
	assert_int_equal(site_call(site, "run", NULL), 0);
	assert_int_equal(site_call(site, "status", NULL), 0);
	assert_says(site->out, "it does not undo the migrations since (1 file");
	assert_int_equal(site_call(site, "ships", "2", NULL), 0);
	assert_says(site->out, "in production: 1 commit");
	assert_says(site->out, "over ");
	assert_says(site->out, "(run 1)");
	assert_says(site->out, "tests: 1 added, 1 removed, 1 newly skipped");
	assert_int_equal(site_call(site, "ships", "nowhere", NULL), 2);
	assert_says(site->err, "no environment 'nowhere'");
	assert_int_equal(site_call(site, "ships", "9", NULL), 2);
	assert_says(site->err, "there is no run 9");
	/* What is left by going back has brought none. */
	assert_int_equal(site_call(site, "rollback", "production", NULL), 0);
	assert_int_equal(site_call(site, "status", NULL), 0);
	assert_says_not(site->out, "migrations");
}

#define TEST(name) \
	cmocka_unit_test_setup_teardown(name, site_set_up, site_tear_down)

static int tests(void)
{
	const struct CMUnitTest list[] = {
		TEST(ships_tells_all_that_is_new),
		TEST(a_run_that_is_live_tells_what_it_shipped),
	};

	return cmocka_run_group_tests(list, NULL, NULL);
}

int main(int argc, char **argv)
{
	return site_main(argc, argv, tests);
}
