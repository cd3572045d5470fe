/* SPDX-License-Identifier: MIT */
/* What ships, out of real runs. */
#include "system/support.h"

#include <jansson.h>
#include <stdio.h>
#include <time.h>

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
	assert_int_equal(site_call(site, "ships", "prod", NULL), 2);
	assert_says(site->err, "no environment 'prod': it has production");
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

static void put_exception(struct site *site, const char *reviewer, int days)
{
	time_t day = time(NULL) + days * 24 * 60 * 60;
	char text[400], until[32];
	struct tm parts;

	strftime(until, sizeof(until), "%Y-%m-%d", gmtime_r(&day, &parts));
	snprintf(text, sizeof(text),
		 "# reason: minizip is not compiled in\n# owner: ana\n"
		 "# reviewer: %s\n# until: %s\nCVE-2026-0001 zlib\n",
		 reviewer, until);
	site_write(site, "let.txt", text);
	site_commit(site, "An exception");
}

static void an_exception_holds_once_reviewed_and_until_its_end(void **state)
{
	struct site *site = *state;
	char *folder = site_run_folder(site, 3);
	struct event *event;

	site_pipeline(site,
		      "name: shop\nstages:\n  scan:\n"
		      "    run: cp found.json report.json; echo >let.txt\n"
		      "    scan: {report: report.json, exceptions: "
		      "let.txt}\n");
	site_write(site, "found.json", TRIVY("CVE-2026-0001"));
	site_commit(site, "First");
	/* The file is missing: never green. */
	assert_int_equal(site_call(site, "run", NULL), 1);
	assert_says(site->out, "let.txt");
	put_exception(site, "", 5);
	assert_int_equal(site_call(site, "run", NULL), 1);
	assert_says(site->out, "has no reviewer");
	put_exception(site, "lee", 5);
	assert_int_equal(site_call(site, "run", NULL), 0);
	event = site_last_event(folder, EVENT_FINDING_FOUND, "scan");
	assert_true(event_bool(event, "suppressed"));
	assert_says(event_text(event, "exception"), "reviewer lee");
	event_free(event);
	event = site_last_event(folder, EVENT_REPORT_READ, "scan");
	assert_int_equal(event_int(event, "excepted", 0), 1);
	assert_says(event_text(event, "reason"), "1 under an exception");
	event_free(event);
	put_exception(site, "lee", -1);
	assert_int_equal(site_call(site, "run", NULL), 1);
	assert_says(site->out, "has ended");
	put_exception(site, "Ana", 5);
	assert_int_equal(site_call(site, "run", NULL), 1);
	assert_says(site->out, "the reviewer is the owner");
	free(folder);
}

#define TEST(name) \
	cmocka_unit_test_setup_teardown(name, site_set_up, site_tear_down)

static int tests(void)
{
	const struct CMUnitTest list[] = {
		TEST(ships_tells_all_that_is_new),
		TEST(a_run_that_is_live_tells_what_it_shipped),
		TEST(an_exception_holds_once_reviewed_and_until_its_end),
	};

	return cmocka_run_group_tests(list, NULL, NULL);
}

int main(int argc, char **argv)
{
	return site_main(argc, argv, tests);
}
