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

/* Of a run that left the stage out nothing is known. */
static void what_it_hides_is_told_by_the_run_that_scanned(void **state)
{
	struct site *site = *state;

	prepare(site);
	assert_int_equal(site_call(site, "exceptions", NULL), 0);
	assert_says(site->out, "active     .trivyignore:5 CVE-1 (scan)");
	assert_says(site->out, ", hides what no report tells\n");
	assert_int_equal(site_call(site, "run", NULL), 0);
	assert_int_equal(site_call(site, "run", "--only", "lint", NULL), 0);
	assert_int_equal(site_call(site, "exceptions", NULL), 0);
	assert_says(site->out, "active     .trivyignore:5 CVE-1 (scan)");
	assert_says(site->out, ", hides 1 in run 1\n");
	assert_int_equal(
		site_call(site, "exceptions", "2", "--output", "json", NULL),
		0);
	assert_says(site->out, "\"hides\": null,\n    \"run\": null");
}

/* The others are listed all the same. */
static void a_file_that_is_missing_is_told_with_its_mend(void **state)
{
	struct site *site = *state;

	site_pipeline(site, PIPELINE);
	site_shell(site, site->repository,
		   "sed -i 's/: .trivyignore}/: [gone, .trivyignore]}/' "
		   "signalbox.yaml");
	site_write(site, "found.json", TRIVY);
	write_exception(site, "minizip is not compiled in", "CVE-1");
	commit_as(site, "ana", 2020);
	assert_int_equal(site_call(site, "run", NULL), 1);
	assert_says(site->out, "there is no gone in the commit, and "
			       "'exceptions' names it: commit it, or take it "
			       "out there; 1 high; the policy fails on high");
	assert_int_equal(site_call(site, "exceptions", NULL), 1);
	assert_says(site->out, ".trivyignore:5 CVE-1 (scan)");
	assert_says(site->out, "signalbox.yaml:9 allow-failure in lint");
	assert_says(site->err, "scan: there is no gone in the commit");
	assert_int_equal(site_call(site, "plan", NULL), 0);
	assert_says(site->out, "  MISSING      there is no gone in the commit");
	assert_null(strstr(site->out, "no .trivyignore"));
	assert_int_equal(site_call(site, "validate", NULL), 0);
	assert_says(site->out, "! scan: there is no gone, and 'exceptions'");
	assert_int_equal(site_call(site, "doctor", NULL), 1);
	assert_says(site->out, "x scan           there is no gone in the ");
}

static void who_wrote_it_reviews_nothing(void **state)
{
	struct site *site = *state;
	struct event *found;
	char *folder;

	prepare(site);
	write_exception(site, "minizip is not compiled in", "CVE-1 a:b");
	/* By another name of the same person. */
	commit_as(site, "lee", 2020);
	assert_int_equal(site_call(site, "run", NULL), 1);
	assert_says(site->out, "the exception for CVE-1 was written by its "
			       "reviewer");
	folder = site_run_folder(site, 1);
	found = site_last_event(folder, EVENT_FINDING_FOUND, NULL);
	assert_string_equal(event_text(found, "lapsed"),
			    ".trivyignore:5: the exception for CVE-1 was "
			    "written by its reviewer");
	event_free(found);
	free(folder);
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
	assert_says(site->out, "active     x.trivyignore:5 CVE-1 (scan)");
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

/* One exception for each reviewer, who is told to be whoever it is. */
static void review_by(struct site *site, const char *const *reviewers)
{
	struct str text = STR_INIT;

	for (int i = 0; reviewers[i]; i++)
		str_addf(&text,
			 "# reason: minizip is not compiled in\n# owner: "
			 "ana\n# reviewer: %s\n# until: 2999-12-31\n"
			 "CVE-%d zlib\n\n",
			 reviewers[i], i);
	site_write(site, ".signalbox-exceptions", text.data);
	str_release(&text);
	commit_as(site, "ana", 2020);
	(void)site_call(site, "exceptions", NULL);
}

static void assert_reviewed(struct site *site, int which, const char *state,
			    const char *why)
{
	char *head = xasprintf("%-10s .signalbox-exceptions:%d CVE-%d", state,
			       6 * which + 5, which);
	const char *line = strstr(site->out, head);
	char *text;

	if (!line)
		fail_msg("no %s in %s", head, site->out);
	text = xstrndup(line, strcspn(line, "\n"));
	assert_says(text, why);
	free(text);
	free(head);
}

#define SCAN(more)                                                         \
	"stages:\n  scan:\n    run: x\n    scan: {report: r, exceptions: " \
	".signalbox-exceptions" more "}\n"

static void a_reviewer_is_somebody_whom_people_names(void **state)
{
	static const char *const reviewers[] = {"lee",
						"Lee Ray",
						"Any Name <lee@x.org>",
						"ana <ana@x.org>",
						"ana.",
						"ana, lee",
						"bob",
						"lee@evil.org",
						NULL};

	site_pipeline(*state,
		      "name: shop\npeople:\n  ana: {email: ana@x.org}\n"
		      "  lee: {name: Lee Ray, email: lee@x.org}\n" SCAN(""));
	review_by(*state, reviewers);
	for (int i = 0; i < 3; i++)
		assert_reviewed(*state, i, "active",
				"hides what no report tells");
	assert_reviewed(*state, 3, "invalid", "is its own review");
	for (int i = 4; i < 8; i++)
		assert_reviewed(*state, i, "unreviewed",
				"has a reviewer who is none of 'people'");
}

static void a_reviewer_is_one_person(void **state)
{
	static const char *const reviewers[] = {
		"bob",	      "ana.",	       "ana, lee", "ana\xe2\x80\x8b",
		"\xd0\xb0na", "X <ana@x.org>", NULL};

	site_pipeline(*state, "name: shop\n" SCAN(""));
	review_by(*state, reviewers);
	assert_reviewed(*state, 0, "active", "hides what no report tells");
	for (int i = 1; i < 5; i++)
		assert_reviewed(*state, i, "unreviewed",
				"has a reviewer who is no one person");
	assert_reviewed(*state, 5, "invalid", "is its own review");
}

static void a_reviewer_is_one_of_reviewers(void **state)
{
	static const char *const reviewers[] = {"lee", "lee@evil.org", "bob",
						NULL};
	static const char none[] = "has a reviewer who is none of 'reviewers'";

	site_pipeline(*state, "name: shop\n" SCAN(", reviewers: [lee]"));
	review_by(*state, reviewers);
	assert_reviewed(*state, 0, "active", "hides what no report tells");
	assert_reviewed(*state, 1, "unreviewed", none);
	assert_reviewed(*state, 2, "unreviewed", none);
}

static void the_line_of_codeowners_that_decides_is_told(void **state)
{
	static const char *const reviewers[] = {"lee", "bob", NULL};

	site_pipeline(*state, "name: shop\n" SCAN(", reviewers: codeowners"));
	review_by(*state, reviewers);
	assert_reviewed(*state, 0, "unreviewed", "there is no CODEOWNERS");
	site_write(*state, "CODEOWNERS", "/src @lee\n");
	review_by(*state, reviewers);
	assert_reviewed(*state, 0, "unreviewed",
			"no line of CODEOWNERS is for that file");
	site_write(*state, "CODEOWNERS", "/src @root\n* @lee\n");
	review_by(*state, reviewers);
	assert_reviewed(*state, 0, "active", "hides what no report tells");
	assert_reviewed(*state, 1, "unreviewed",
			"whom line 2 of CODEOWNERS, which decides, does not");
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
			       "2999-12-31, reviewer rev: flaky");
	commit_allowance(site, "whatever it says", "ana", 2021);
	assert_int_equal(site_call(site, "run", NULL), 1);
	assert_says(site->out, "exit status 3; ana allowed it to fail, but "
			       "that was edited after its review");
	commit_allowance(site, "it is slow", "lee", 2022);
	assert_int_equal(site_call(site, "run", NULL), 1);
	assert_says(site->out, "exit status 3; ana allowed it to fail, but "
			       "that was written by its reviewer");
}

/* What stands behind the reviewer is written by whoever wrote that line. */
static void a_line_with_more_than_the_reviewer_is_no_review(void **state)
{
	struct site *site = *state;
	static const char text[] =
		"name: shop\nstages:\n  lint:\n    allow-failure: {reason: "
		"flaky, owner: ana,\n      reviewer: ben, until: "
		"2998-12-31}\n    run: exit 3\n";

	site_pipeline(site, text);
	commit_as(site, "ana", 2020);
	assert_int_equal(site_call(site, "exceptions", NULL), 0);
	site_shell(site, site->repository,
		   "sed -i 's/reviewer: ben, until: 2998/reviewer: lee, until: "
		   "2999/' signalbox.yaml");
	commit_as(site, "lee", 2021);
	assert_int_equal(site_call(site, "exceptions", NULL), 1);
	assert_says(site->out, "was written by its reviewer");
	/* In braces, but in a line of its own. */
	site_shell(site, site->repository,
		   "sed -i 's/reviewer: lee, /reviewer: ana@x.org,\\n      /;"
		   "s/owner: ana/owner: kim/' signalbox.yaml");
	commit_as(site, "lee", 2022);
	site_shell(site, site->repository,
		   "sed -i 's/ana@x.org/bob/' signalbox.yaml");
	commit_as(site, "bob", 2023);
	assert_int_equal(site_call(site, "exceptions", NULL), 0);
}

/* Whoever sets the clock back is seen to. */
static void an_ended_allowance_holds_by_no_silent_clock(void **state)
{
	struct site *site = *state;
	char *text = xasprintf(ALLOWED, "flaky");

	memcpy(strstr(text, "2999"), "1999", 4);
	site_pipeline(site, text);
	commit_as(site, "ana", 1998);
	assert_int_equal(site_call(site, "run", NULL), 1);
	assert_null(strstr(site->out, "SIGNALBOX_NOW"));
	setenv("SIGNALBOX_NOW", "1999-10-01T00:00:00Z", 1);
	assert_int_equal(site_call(site, "run", NULL), 0);
	unsetenv("SIGNALBOX_NOW");
	assert_says(site->out, "the clock stands at 1999-10-01T00:00:00.000Z, "
			       "as SIGNALBOX_NOW says");
	free(text);
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
		TEST(what_it_hides_is_told_by_the_run_that_scanned),
		TEST(a_file_that_is_missing_is_told_with_its_mend),
		TEST(who_wrote_it_reviews_nothing),
		TEST(what_is_edited_after_its_review_is_void),
		TEST(what_is_dated_back_is_void_too),
		TEST(what_a_record_came_to_cover_is_void),
		TEST(a_reviewer_is_somebody_whom_people_names),
		TEST(a_reviewer_is_one_person),
		TEST(a_reviewer_is_one_of_reviewers),
		TEST(the_line_of_codeowners_that_decides_is_told),
		TEST(who_wrote_it_allows_no_stage_to_fail),
		TEST(a_line_with_more_than_the_reviewer_is_no_review),
		TEST(an_ended_allowance_holds_by_no_silent_clock),
		TEST(what_is_not_committed_allows_no_stage_to_fail),
		TEST(a_shallow_clone_knows_of_no_review),
	};

	return cmocka_run_group_tests(list, NULL, NULL);
}

int main(int argc, char **argv)
{
	return site_main(argc, argv, tests);
}
