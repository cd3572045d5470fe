/* SPDX-License-Identifier: MIT */
#include "support/cmocka.h"

#include <stdio.h>

#include "base/clock.h"
#include "base/memory.h"
#include "exceptions/exceptions.h"

#define FOUND(id, package, severity, more)                       \
	"{\"VulnerabilityID\":\"" id "\",\"PkgName\":\"" package \
	"\",\"InstalledVersion\":\"1\",\"Severity\":\"" severity "\"" more "}"
#define PURL ",\"PkgIdentifier\":{\"PURL\":\"pkg:npm/@org/x@1\"}"
#define REPORT                                                                 \
	"{\"SchemaVersion\":2,\"ArtifactName\":\"x\",\"Results\":["            \
	"{\"Target\":\"deps\",\"Class\":\"lang-pkgs\",\"Vulnerabilities\":"    \
	"[" FOUND("CVE-1", "zlib", "HIGH", "") "," FOUND(                      \
		"CVE-1", "other", "HIGH",                                      \
		"") "," FOUND("CVE-2", "zlib", "CRITICAL",                     \
			      ",\"FixedVersion\":\"2\"" PURL) "],"             \
							      "\"Experimental" \
							      "Modif"          \
							      "iedFindings\":" \
							      "[{"             \
							      "\"Type\":"      \
							      "\"vulnerabilit" \
							      "y\","           \
							      "\"Status\":"    \
							      "\"ignored\","   \
							      "\"Statement\":" \
							      "\"because\","   \
							      "\"Source\":"    \
							      "\"."            \
							      "trivyignore\"," \
							      "\"Finding\""    \
							      ":" FOUND(       \
								      "CVE-4", \
								      "zlib",  \
								      "LOW",   \
								      "") "}]" \
									  "}]" \
									  "}"

#define HEAD(reviewer, until)                                    \
	"# reason: minizip is not compiled in\n# owner: ana\n# " \
	"reviewer: " reviewer "\n# until: " until "\n"
#define BLOCK(reviewer, until, findings) HEAD(reviewer, until) findings "\n"
#define NOW "2026-11-21T10:00:00Z"

/* Who wrote what: lines from 1, an address each, and what was there when the
 * reviewer was. */
struct writers {
	const char *const *authors; /* NULL: ben all of it */
	const char *then;
	struct exceptions past;
	int unknown_line;
};

static struct exception_line line_of(const char *file, int line, void *data)
{
	const struct writers *writers = data;
	const char *who = "ben@example.org";

	(void)file;
	if (writers->authors)
		who = writers->authors[line - 1];
	return (struct exception_line){
		.author = who,
		.committer = "noreply@github.com",
		.unknown = line == writers->unknown_line,
	};
}

static const struct exceptions *then(const char *file, int line, void *data)
{
	struct writers *writers = data;
	const char *text = writers->then;

	assert_int_equal(line, 3);
	exceptions_release(&writers->past);
	if (!text)
		return NULL;
	assert_int_equal(
		exceptions_read(&writers->past, file, text, strlen(text), NULL),
		0);
	return &writers->past;
}

struct outcome {
	uint64_t open, excepted;
	bool held;
	char *why;
	struct strings notes;
	enum exception_state state; /* of the first one */
};

static int64_t moment(const char *text)
{
	int64_t ms;

	assert_int_equal(clock_parse_utc(text, &ms, NULL), 0);
	return ms;
}

static void apply(const char *name, const char *text, const char *now,
		  struct writers *writers, struct outcome *outcome)
{
	struct exceptions all = EXCEPTIONS_INIT;
	struct exception_facts facts = {
		.now_ms = moment(now), .line = line_of, .data = writers};
	struct report report;
	struct error err = ERROR_INIT;

	memset(outcome, 0, sizeof(*outcome));
	if (writers->then)
		facts.then = then;
	if (report_parse(REPORT, strlen(REPORT), "x", NULL, &report, &err) < 0)
		fail_msg("%s", error_text(&err));
	if (exceptions_read(&all, name, text, strlen(text), &err) < 0)
		fail_msg("%s", error_text(&err));
	exceptions_judge(&all, &facts);
	exceptions_apply(&all, &report);
	outcome->held =
		exceptions_hold(&all, false, &outcome->why, &outcome->notes);
	if (all.count)
		outcome->state = all.items[0].state;
	outcome->open = report.open;
	outcome->excepted = report.excepted;
	assert_int_equal(report.open + report.suppressed, 4);
	assert_int_equal(report.by_kind[FINDING_VULNERABILITY], report.open);
	exceptions_release(&all);
	exceptions_release(&writers->past);
	report_release(&report);
}

static void outcome_release(struct outcome *outcome)
{
	free(outcome->why);
	strings_release(&outcome->notes);
}

static void check(const char *text, const char *now, uint64_t open,
		  const char *note)
{
	struct writers writers = {0};
	struct outcome it;

	apply("let", text, now, &writers, &it);
	if (!it.held)
		fail_msg("%s: %s", text, it.why);
	assert_int_equal(it.open, open);
	/* The last one is the orphan. */
	assert_int_equal(it.notes.count, 1 + (note != NULL));
	if (note && !strstr(it.notes.items[0], note))
		fail_msg("%s", it.notes.items[0]);
	outcome_release(&it);
}

static void what_is_reviewed_and_in_time_is_hidden(void **state)
{
	(void)state;
	check(BLOCK("lee", "2026-12-01", "CVE-1 zlib"), NOW, 2, NULL);
	check(BLOCK("lee", "2026-12-01", "CVE-1"), NOW, 1, NULL);
	check("# a file of exceptions\n\n\n" BLOCK("lee", "2026-11-25",
						   "CVE-1\nCVE-2 zlib"),
	      NOW, 0, NULL);
	/* Its last day is one of them. */
	check(BLOCK("lee", "2026-11-21", "CVE-1 zlib"), "2026-11-21T23:59:59Z",
	      2, NULL);
}

static void all_others_hide_nothing_and_say_so(void **state)
{
	(void)state;
	check(BLOCK("", "2026-12-01", "CVE-1"), NOW, 3, "no reviewer");
	check(BLOCK("lee", "2026-11-20", "CVE-1"), "2026-11-21T00:00:00Z", 3,
	      "has ended");
	check(BLOCK("lee", "2026-12-22", "CVE-1"), NOW, 3,
	      "ends too late: what is high may stand until 2026-12-21");
	check(BLOCK("lee", "2026-12-21", "CVE-1"), NOW, 1, NULL);
	check(BLOCK("lee", "2026-12-01", "CVE-2"), NOW, 3,
	      "ends too late: what is critical may stand until 2026-11-28");
	check(BLOCK("lee", "2026-12-01", "CVE-3"), NOW, 3, "meets no finding");
	check(BLOCK("lee", "2026-12-01", "CVE-1 zlib2"), NOW, 3,
	      "meets no finding");
	check("# severity: medium\n" BLOCK("lee", "2026-12-01", "CVE-1"), NOW,
	      3, "when that was less bad");
	check("# severity: high\n" BLOCK("lee", "2026-12-01", "CVE-1"), NOW, 1,
	      NULL);
	check("# kind: no-fix\n" BLOCK("lee", "2026-11-22", "CVE-2"), NOW, 3,
	      "now something does");
	check("# kind: no-fix\n" BLOCK("lee", "2026-12-01", "CVE-1"), NOW, 1,
	      NULL);
}

static void check_state(const char *name, const char *text,
			struct writers *writers, enum exception_state state,
			bool held, uint64_t open)
{
	struct outcome it;

	apply(name, text, NOW, writers, &it);
	if (it.state != state || it.held != held || it.open != open)
		fail_msg("%s%s: %s, %s, %d open: %s", name, text,
			 exception_state_name(it.state),
			 it.held ? "held" : "red", (int)it.open,
			 it.why ? it.why : "");
	outcome_release(&it);
}

/* Lines of HEAD: reason, owner, reviewer, until, and then the entry. */
static void a_review_is_somebody_elses(void **state)
{
	static const char *const by_lee[] = {"ben@x", "ben@x", "ben@x", "ben@x",
					     "LEE@example.org"};
	static const char *const own_line[] = {
		"ben@x", "ben@x", "lee@example.org", "ben@x", "ben@x"};
	static const char *const own_reason[] = {"lee@example.org", "ben@x",
						 "lee@example.org", "ben@x",
						 "ben@x"};
	static const char *const own_until[] = {"ben@x", "ben@x",
						"lee@example.org",
						"lee@example.org", "ben@x"};
	struct writers cases[] = {
		{.authors = by_lee},
		{.unknown_line = 5},
		{.unknown_line = 1},
		{.then = BLOCK("lee", "2026-11-30", "CVE-1")},
		{.then = BLOCK("lee", "2026-12-01", "CVE-2\nCVE-1 zlib")},
		{.authors = own_line,
		 .then = "\n# x\n" BLOCK("lee", "2026-12-01", "CVE-1")},
		{.authors = own_reason},
		{.authors = own_until},
		{.then = ""},
		{.then = "# severity: low\n" BLOCK("lee", "2026-12-01",
						   "CVE-1")},
	};
	static const char text[] = BLOCK("lee", "2026-12-01", "CVE-1");

	(void)state;
	check_state("let", text, &cases[0], EXCEPTION_UNREVIEWED, true, 3);
	check_state("let", text, &cases[1], EXCEPTION_UNREVIEWED, true, 3);
	check_state("let", text, &cases[2], EXCEPTION_UNREVIEWED, true, 3);
	check_state("let", text, &cases[3], EXCEPTION_VOIDED, true, 3);
	check_state("let", text, &cases[4], EXCEPTION_VOIDED, true, 3);
	check_state("let", text, &cases[5], EXCEPTION_ACTIVE, true, 1);
	check_state("let", text, &cases[8], EXCEPTION_VOIDED, true, 3);
	check_state("let", text, &cases[9], EXCEPTION_VOIDED, true, 3);
	/* Nor is it the reviewer's to say why, or until when. */
	check_state("let", text, &cases[6], EXCEPTION_UNREVIEWED, true, 3);
	check_state("let", text, &cases[7], EXCEPTION_UNREVIEWED, true, 3);
	/* The scanner hid it already: red. */
	check_state(".trivyignore", text, &cases[0], EXCEPTION_UNREVIEWED,
		    false, 3);
	check_state(".trivyignore", text, &cases[3], EXCEPTION_VOIDED, false,
		    3);
	check_state(".trivyignore", text, &cases[5], EXCEPTION_ACTIVE, true, 1);
}

static void each_state_has_its_way(void **state)
{
	struct writers ben = {0};

	(void)state;
	check_state("let", BLOCK("lee", "2026-11-28", "CVE-1"), &ben,
		    EXCEPTION_ACTIVE, true, 1);
	check_state("let", BLOCK("lee", "2026-11-27", "CVE-1"), &ben,
		    EXCEPTION_EXPIRING, true, 1);
	check_state(".trivyignore", BLOCK("lee", "2026-11-20", "CVE-1"), &ben,
		    EXCEPTION_EXPIRED, false, 3);
	check_state(".trivyignore", BLOCK("", "2026-12-01", "CVE-1"), &ben,
		    EXCEPTION_UNREVIEWED, false, 3);
	check_state(".trivyignore", BLOCK("lee", "2027-12-01", "CVE-1"), &ben,
		    EXCEPTION_VOIDED, false, 3);
	check_state(".trivyignore", BLOCK("lee", "2026-12-01", "CVE-3"), &ben,
		    EXCEPTION_UNUSED, true, 3);
	check_state("let", "CVE-1\n", &ben, EXCEPTION_INVALID, false, 3);
	/* What the scanner itself suppressed has its record. */
	check_state(".trivyignore", BLOCK("lee", "2026-12-01", "CVE-4"), &ben,
		    EXCEPTION_ACTIVE, true, 3);
	/* Or a bad one, and is open again. */
	check_state(".trivyignore", BLOCK("lee", "2026-11-20", "CVE-4"), &ben,
		    EXCEPTION_EXPIRED, false, 4);
	check_state(".trivyignore", "CVE-4\n", &ben, EXCEPTION_INVALID, false,
		    4);
	check_state("x.yaml",
		    "ignore:\n# reason: nothing of it is shipped\n# owner: a\n"
		    "# reviewer: b\n# until: 2026-12-01\n"
		    "- fix-state: not-fixed\n",
		    &ben, EXCEPTION_BROAD, false, 3);
}

/* What OSV-Scanner takes for another licence is as vulnerable as before. */
static void a_license_override_hides_no_vulnerability(void **state)
{
	struct writers ben = {0};

	(void)state;
	check_state("osv-scanner.toml",
		    HEAD("lee", "2026-11-22") "[[PackageOverrides]]\n"
					      "name = 'zlib'\n"
					      "license.override = ['MIT']\n",
		    &ben, EXCEPTION_UNUSED, true, 3);
	check_state("osv-scanner.toml",
		    HEAD("lee", "2026-11-22") "[[PackageOverrides]]\n"
					      "name = 'zlib'\n"
					      "ignore = true\n",
		    &ben, EXCEPTION_EXPIRING, true, 1);
}

static void a_purl_without_a_name_meets_nothing(void **state)
{
	struct writers ben = {0};

	(void)state;
	check_state("a.yaml",
		    "vulnerabilities:\n" HEAD(
			    "lee", "2026-11-22") "- id: CVE-2\n  purls: "
						 "['pkg:npm/']\n",
		    &ben, EXCEPTION_UNUSED, true, 3);
	check_state("a.yaml",
		    "vulnerabilities:\n" HEAD(
			    "lee", "2026-11-22") "- id: CVE-2\n  purls: "
						 "['pkg:npm/@org/x']\n",
		    &ben, EXCEPTION_EXPIRING, true, 2);
}

static void a_mistake_is_told_with_its_line(void **state)
{
	static const struct {
		const char *text, *says;
	} wrong[] = {
		{BLOCK("Ana", "2026-12-01", "CVE-1"), "reviewer is the owner"},
		{BLOCK("ana@example.org", "2026-12-01", "CVE-1"),
		 "reviewer is the owner"},
		{BLOCK("lee", "soon", "CVE-1"), "no day"},
		{BLOCK("lee", "2026-13-01", "CVE-1"), "no day"},
		{BLOCK("lee", "2026-12-01 ", "CVE-1 a b"), "let:5: the"},
		{BLOCK("lee", "2026-12-01", ""), "names no finding"},
		{"CVE-1\n",
		 "let:1: the exception for CVE-1 lacks reason:, owner: and"},
		{"# reason: x\nCVE-1\n", "lacks owner: and until:"},
		{"# reason: x\n# owner: a\n# until: 2026-12-01\nCVE-1\n",
		 "15 characters"},
		{"# owner: a\n# owner: b\nCVE-1\n", "has a key twice"},
		{BLOCK("lee", "2026-12-01", "CVE-1\n# owner: c"), "let:6"},
		{"# kind: fun\n" BLOCK("lee", "2026-12-01", "CVE-1"), "kind:"},
		{"# severity: bad\n" BLOCK("lee", "2026-12-01", "CVE-1"),
		 "severity:"},
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(wrong); i++) {
		struct writers ben = {0};
		struct outcome it;

		apply("let", wrong[i].text, NOW, &ben, &it);
		assert_false(it.held);
		if (!strstr(it.why, wrong[i].says))
			fail_msg("%s: %s", wrong[i].text, it.why);
		outcome_release(&it);
	}
}

static void what_nobody_wrote_down_is_an_orphan(void **state)
{
	struct exceptions all = EXCEPTIONS_INIT;
	struct strings notes = STRINGS_INIT;
	struct report report;
	char *why = NULL;

	(void)state;
	assert_int_equal(
		report_parse(REPORT, strlen(REPORT), "x", NULL, &report, NULL),
		0);
	exceptions_apply(&all, &report);
	assert_int_equal(all.count, 1);
	assert_int_equal(all.items[0].state, EXCEPTION_ORPHAN);
	assert_string_equal(all.items[0].record.id, "CVE-4");
	assert_true(exceptions_hold(&all, false, &why, &notes));
	assert_int_equal(notes.count, 1);
	assert_false(exceptions_hold(&all, true, &why, &notes));
	assert_string_equal(why, "the report suppresses CVE-4 in zlib, of "
				 "which there is no record");
	free(why);
	strings_release(&notes);
	exceptions_release(&all);
	report_release(&report);
}

static void an_id_alone_that_hides_many_is_broad(void **state)
{
	struct exceptions all = EXCEPTIONS_INIT;
	struct writers ben = {0};
	const struct exception_facts facts = {
		.now_ms = moment(NOW), .line = line_of, .data = &ben};
	static const char text[] = BLOCK("lee", "2026-12-01", "CVE-1");
	struct strings notes = STRINGS_INIT;
	struct str json = STR_INIT;
	struct report report;
	char *why = NULL;

	(void)state;
	str_add(&json, "{\"SchemaVersion\":2,\"ArtifactName\":\"x\",\"Results\""
		       ":[{\"Target\":\"d\",\"Class\":\"lang-pkgs\","
		       "\"Vulnerabilities\":[");
	for (int i = 0; i < 6; i++)
		str_addf(&json,
			 "%s{\"VulnerabilityID\":\"CVE-1\",\"PkgName\":"
			 "\"p%d\",\"Severity\":\"HIGH\"}",
			 i ? "," : "", i);
	str_add(&json, "]}]}");
	assert_int_equal(
		report_parse(json.data, json.len, "x", NULL, &report, NULL), 0);
	assert_int_equal(exceptions_read(&all, "let", text, strlen(text), NULL),
			 0);
	exceptions_judge(&all, &facts);
	exceptions_apply(&all, &report);
	assert_true(exceptions_hold(&all, true, &why, &notes));
	assert_int_equal(all.items[0].state, EXCEPTION_BROAD);
	assert_int_equal(all.items[0].hides, 6);
	assert_int_equal(notes.count, 1);
	strings_release(&notes);
	exceptions_release(&all);
	report_release(&report);
	str_release(&json);
}

/* What stands first counts, whether it names more or less. */
static void the_first_that_covers_it_hides_it(void **state)
{
	struct writers ben = {0};

	(void)state;
	check_state("let", BLOCK("lee", "2026-12-01", "CVE-1\nCVE-1 zlib"),
		    &ben, EXCEPTION_ACTIVE, true, 1);
	check_state("let", BLOCK("lee", "2026-12-01", "CVE-1 zlib\nCVE-1"),
		    &ben, EXCEPTION_ACTIVE, true, 1);
}

static void a_person_has_several_names(void **state)
{
	(void)state;
	assert_true(record_same_person("ana", "Ana@example.org"));
	assert_true(record_same_person("@ana", "ANA"));
	assert_true(
		record_same_person("ana", "12+ana@users.noreply.github.com"));
	assert_false(record_same_person("ana@a.org", "ana@b.org"));
	assert_false(record_same_person("ana", "anabel@a.org"));
	assert_false(record_same_person("", "@"));
}

/* Cut anywhere, and with any one byte another: it is read or refused. */
static void no_bytes_break_it(void **state)
{
	static const char whole[] =
		"# a file\n\n" BLOCK("lee", "2026-12-01", "CVE-1 zlib\nCVE-2");
	static const char others[] = "\n#: \t\r\x1b\xff";

	(void)state;
	for (size_t i = 0; i + 1 < sizeof(whole); i++) {
		for (size_t j = 0; j < sizeof(others); j++) {
			char *text = xstrdup(whole);
			struct exceptions it = EXCEPTIONS_INIT;

			text[i] = others[j];
			assert_int_equal(exceptions_read(&it, "let", text,
							 strlen(text), NULL),
					 0);
			exceptions_release(&it);
			free(text);
		}
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_is_reviewed_and_in_time_is_hidden),
		cmocka_unit_test(all_others_hide_nothing_and_say_so),
		cmocka_unit_test(a_review_is_somebody_elses),
		cmocka_unit_test(each_state_has_its_way),
		cmocka_unit_test(a_license_override_hides_no_vulnerability),
		cmocka_unit_test(a_purl_without_a_name_meets_nothing),
		cmocka_unit_test(a_mistake_is_told_with_its_line),
		cmocka_unit_test(what_nobody_wrote_down_is_an_orphan),
		cmocka_unit_test(an_id_alone_that_hides_many_is_broad),
		cmocka_unit_test(the_first_that_covers_it_hides_it),
		cmocka_unit_test(a_person_has_several_names),
		cmocka_unit_test(no_bytes_break_it),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
