/* SPDX-License-Identifier: MIT */
/* Exceptions in a repository of two committers, and in a shallow clone. */
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/file.h"
#include "base/memory.h"
#include "system/support.h"

#define TRIVY                                                               \
	"{\"SchemaVersion\":2,\"ArtifactName\":\"x\",\"Results\":["         \
	"{\"Target\":\"deps\",\"Class\":\"lang-pkgs\",\"Vulnerabilities\":" \
	"[{\"VulnerabilityID\":\"CVE-1\",\"PkgName\":\"zlib\","             \
	"\"InstalledVersion\":\"1.0\",\"Severity\":\"HIGH\"}]}]}\n"

#define PIPELINE                                                      \
	"name: shop\npeople:\n  rev: {name: Lee, email: lee@x.org}\n" \
	"stages:\n  scan:\n    run: cp found.json report.json\n"      \
	"    scan: {report: report.json, exceptions: .trivyignore}\n" \
	"  lint:\n    allow-failure: {reason: flaky, owner: ana, "    \
	"reviewer: lee@x.org, until: 2999-12-31}\n    run: 'false'\n"

static void write_exception(struct site *site, const char *reason,
			    const char *entry)
{
	time_t day = time(NULL) + 20 * 24 * 60 * 60;
	char until[32];
	struct tm parts;
	char *text;

	strftime(until, sizeof(until), "%Y-%m-%d", gmtime_r(&day, &parts));
	text = xasprintf("# reason: %s\n# owner: ana\n# reviewer: rev\n"
			 "# until: %s\n%s\n",
			 reason, until, entry);
	site_write(site, ".trivyignore", text);
	free(text);
}

static void commit_as(struct site *site, const char *person, int year)
{
	char *text = xasprintf("export GIT_COMMITTER_DATE=%d-01-01T00:00:00Z; "
			       "git add -A && git -c user.name=X -c "
			       "user.email=%s@x.org commit -q -m more",
			       year, person);

	site_shell(site, site->repository, text);
	free(text);
}

static void prepare(struct site *site)
{
	site_pipeline(site, PIPELINE);
	site_write(site, "found.json", TRIVY);
	write_exception(site, "minizip is not compiled in", "CVE-1");
	commit_as(site, "ana", 2020);
}

static void what_another_reviewed_holds_and_is_listed(void **state)
{
	struct site *site = *state;

	prepare(site);
	assert_int_equal(site_call(site, "run", NULL), 0);
	assert_int_equal(site_call(site, "exceptions", NULL), 0);
	assert_says(site->out, "active     .trivyignore:5 CVE-1 (scan): owner "
			       "ana, reviewer rev, until ");
	assert_says(site->out, ", hides 1\n           risk-accepted: "
			       "minizip is not compiled in\n");
	assert_says(site->out, "active     signalbox.yaml:9 allow-failure in "
			       "lint: owner ana, reviewer lee@x.org, until "
			       "2999-12-31\n");
	assert_int_equal(
		site_call(site, "exceptions", "--output", "json", "1", NULL),
		0);
	assert_says(site->out, "\"id\": \"CVE-1\"");
	assert_says(site->out, "\"state\": \"active\"");
	assert_says(site->out, "\"hides\": [\n      \"");
	assert_int_equal(site_call(site, "run", "--skip", "lint", "--reason",
				   "its server is down", NULL),
			 0);
	assert_int_equal(site_call(site, "exceptions", NULL), 0);
	assert_says(site->out, "active     skip in lint: owner ");
	assert_says(site->out, "; it is of run 2 alone\n");
}

static void who_wrote_it_reviews_nothing(void **state)
{
	struct site *site = *state;

	prepare(site);
	write_exception(site, "minizip is not compiled in", "CVE-1 a:b");
	/* By another name of the same person. */
	commit_as(site, "lee", 2020);
	assert_int_equal(site_call(site, "run", NULL), 1);
	assert_says(site->out, "the exception for CVE-1 was written by its "
			       "reviewer");
	assert_int_equal(site_call(site, "exceptions", NULL), 1);
	assert_says(site->out, "unreviewed .trivyignore:5 CVE-1 (scan)");
}

static void what_is_edited_after_its_review_is_void(void **state)
{
	struct site *site = *state;

	prepare(site);
	write_exception(site, "nobody will ever look here", "CVE-1");
	commit_as(site, "ana", 2021);
	assert_int_equal(site_call(site, "exceptions", NULL), 1);
	assert_says(site->out, "voided     .trivyignore:5 CVE-1 (scan)");
	assert_says(site->out, "it was edited after its review");
	/* One that no scan names hides all the same. */
	site_pipeline(site, "name: shop\nstages:\n  scan: {run: x}\n");
	commit_as(site, "ana", 2022);
	assert_int_equal(site_call(site, "exceptions", NULL), 1);
	assert_says(site->out, "voided     .trivyignore:5 CVE-1: owner");
}

/* The clock is not asked. */
static void what_is_dated_back_is_void_too(void **state)
{
	struct site *site = *state;

	prepare(site);
	write_exception(site, "nobody will ever look here", "CVE-1");
	commit_as(site, "ana", 2010);
	assert_int_equal(site_call(site, "exceptions", NULL), 1);
	assert_says(site->out, "voided     .trivyignore:5 CVE-1 (scan)");
	/* As it was reviewed it holds again, whatever the file is called. */
	write_exception(site, "minizip is not compiled in", "CVE-1\n");
	site_shell(site, site->repository,
		   "git mv .trivyignore x.trivyignore && "
		   "sed -i s/[.]trivy/x.trivy/ signalbox.yaml");
	commit_as(site, "ana", 2011);
	assert_int_equal(site_call(site, "exceptions", NULL), 0);
	assert_says(site->out, "unused     x.trivyignore:5 CVE-1 (scan)");
	assert_says(site->out, "active     signalbox.yaml:9 allow-failure");
}

/* No line that is left says that others were taken out. */
static void what_a_record_came_to_cover_is_void(void **state)
{
	struct site *site = *state;

	site_pipeline(site, PIPELINE);
	site_write(site, "found.json", TRIVY);
	write_exception(site, "minizip is not compiled in",
			"CVE-9\n\n# owner: ben\nCVE-1");
	commit_as(site, "ana", 2020);
	site_shell(site, site->repository,
		   "sed -i '/^$/d;/ben/d' .trivyignore");
	commit_as(site, "ana", 2021);
	assert_int_equal(site_call(site, "exceptions", NULL), 1);
	assert_says(site->out, "voided     .trivyignore:6 CVE-1 (scan)");
	assert_says(site->out, "it was edited after its review");
}

#define ALLOWED                                                       \
	"name: shop\npeople:\n  rev: {name: Lee, email: lee@x.org}\n" \
	"stages:\n  lint:\n    allow-failure:\n      reason: %s\n"    \
	"      owner: ana\n      until: 2999-12-31\n"                 \
	"      reviewer: rev\n    run: exit 3\n"

static void commit_allowance(struct site *site, const char *reason,
			     const char *person, int year)
{
	char *text = xasprintf(ALLOWED, reason);

	site_pipeline(site, text);
	commit_as(site, person, year);
	free(text);
}

static void who_wrote_it_allows_no_stage_to_fail(void **state)
{
	struct site *site = *state;

	commit_allowance(site, "flaky", "ana", 2020);
	assert_int_equal(site_call(site, "run", NULL), 0);
	assert_says(site->out, "exit status 3; allowed by ana until "
			       "2999-12-31, reviewed by rev: flaky");
	commit_allowance(site, "whatever it says", "ana", 2021);
	assert_int_equal(site_call(site, "run", NULL), 1);
	assert_says(site->out, "exit status 3; ana allowed it to fail, but "
			       "that was edited after its review");
	commit_allowance(site, "it is slow", "lee", 2022);
	assert_int_equal(site_call(site, "run", NULL), 1);
	assert_says(site->out, "exit status 3; ana allowed it to fail, but "
			       "that was written by its reviewer");
}

static void what_is_not_committed_allows_no_stage_to_fail(void **state)
{
	struct site *site = *state;
	char *text = xasprintf(ALLOWED, "of no commit");

	commit_allowance(site, "flaky", "ana", 2020);
	site_pipeline(site, text);
	assert_int_equal(site_call(site, "run", "--worktree", NULL), 1);
	assert_says(site->out, "exit status 3; ana allowed it to fail, but "
			       "that stands on a line of which is not known "
			       "who wrote it: not committed");
	free(text);
}

static void a_shallow_clone_knows_of_no_review(void **state)
{
	struct site *site = *state;
	char *clone = path_join(site->folder, "clone");
	char *text = xasprintf("git clone -q --depth 1 \"file://%s\" clone",
			       site->repository);
	struct process *process;

	prepare(site);
	site_write(site, "more", "x");
	commit_as(site, "ana", 2021);
	site_shell(site, site->folder, text);
	process = site_start(site, clone, "exceptions", NULL);
	assert_int_equal(process_await(process), 1);
	assert_says(process->out.data, "unreviewed .trivyignore:5 CVE-1");
	assert_says(process->out.data, "beyond a shallow clone");
	assert_says(process->out.data, "unreviewed signalbox.yaml:9");
	free(text);
	free(clone);
}

#define TEST(name) \
	cmocka_unit_test_setup_teardown(name, site_set_up, site_tear_down)

static int tests(void)
{
	const struct CMUnitTest list[] = {
		TEST(what_another_reviewed_holds_and_is_listed),
		TEST(who_wrote_it_reviews_nothing),
		TEST(what_is_edited_after_its_review_is_void),
		TEST(what_is_dated_back_is_void_too),
		TEST(what_a_record_came_to_cover_is_void),
		TEST(who_wrote_it_allows_no_stage_to_fail),
		TEST(what_is_not_committed_allows_no_stage_to_fail),
		TEST(a_shallow_clone_knows_of_no_review),
	};

	return cmocka_run_group_tests(list, NULL, NULL);
}

int main(int argc, char **argv)
{
	return site_main(argc, argv, tests);
}
