/* SPDX-License-Identifier: MIT */
/* Ignore files of each form, and what is read of them. */
#include "support/cmocka.h"

#include "base/memory.h"
#include "exceptions/exceptions.h"

#define RECORD(indent)                                         \
	indent "# reason: minizip is not compiled in\n" indent \
	       "# owner: ana\n" indent "# reviewer: lee\n"
#define UNTIL(indent) RECORD(indent) indent "# until: 2026-02-01\n"

static void add_words(struct str *out, char mark, const struct strings *words)
{
	for (size_t i = 0; i < words->count; i++)
		str_addf(out, " %c%s", mark, words->items[i]);
}

/* "LINE-LAST ID [SCOPE] REVIEWER UNTIL" and what else it says. */
static char *told(const struct exceptions *all)
{
	struct str out = STR_INIT;

	for (size_t i = 0; i < all->count; i++) {
		const struct exception *it = &all->items[i];

		str_addf(&out, "%s%d-%d %s [%s]", i ? "\n" : "", it->line,
			 it->last_line, it->record.id, it->record.scope);
		if (it->state == EXCEPTION_INVALID) {
			str_addf(&out, " invalid: %s", it->why);
			continue;
		}
		str_addf(&out, " %s %s",
			 it->record.reviewer ? it->record.reviewer : "-",
			 it->record.until);
		add_words(&out, '/', &it->paths);
		add_words(&out, '@', &it->purls);
		add_words(&out, '=', &it->aliases);
		if (it->package)
			str_addf(&out, " package %s", it->package);
		if (it->version)
			str_addf(&out, " version %s", it->version);
		if (it->chain)
			str_addf(&out, " chain %s", it->chain);
		if (it->at_line)
			str_addf(&out, " at %d", it->at_line);
		str_addf(&out, "%s%s%s%s", it->unfixed_only ? " unfixed" : "",
			 it->fixed_only ? " fixed" : "",
			 it->scanner_only ? " scanner" : "",
			 it->blanket ? " blanket" : "");
		for (int kind = 0; it->kinds && kind < FINDING_KIND_COUNT;
		     kind++)
			if (it->kinds & 1u << kind)
				str_addf(&out, " %.4s",
					 finding_kind_name(kind));
	}
	return str_detach(&out);
}

static const struct {
	const char *name, *text, *means;
} cases[] = {
	{".trivyignore", "", ""},
	{".trivyignore", "# a comment\n\n", ""},
	{".trivyignore", "\xef\xbb\xbf" UNTIL("") "CVE-1\n",
	 "5-5 CVE-1 [] lee 2026-02-01"},
	{".trivyignore", UNTIL("") "CVE-1 exp:2026-02-02 x:y\n",
	 "5-5 CVE-1 [] lee 2026-02-01"},
	{".trivyignore", RECORD("") "CVE-1 exp:2026-02-02\r\nCVE-2",
	 "4-4 CVE-1 [] lee 2026-02-01\n"
	 "5-5 CVE-2 [] invalid: lacks until:"},
	{".trivyignore", UNTIL("") "CVE-1 exp:2026-02-01\n",
	 "5-5 CVE-1 [] invalid: has an until: that is not the day before its "
	 "own end"},
	{".trivyignore", UNTIL("") "CVE-1 exp:tomorrow\n",
	 "5-5 CVE-1 [] invalid: ends at no such day; write it as 2026-12-31"},
	/* Another record begins without an empty line. */
	{"a/x.trivyignore", UNTIL("") "CVE-1\n# lovely\nCVE-2\n# owner: b\nC",
	 "5-5 CVE-1 [] lee 2026-02-01\n7-7 CVE-2 [] lee 2026-02-01\n"
	 "9-9 C [] invalid: lacks reason: and until:"},
	{".trivyignore", UNTIL("") "\nCVE-1\n",
	 "5-5  [] invalid: names no finding\n"
	 "6-6 CVE-1 [] invalid: lacks reason:, owner: and until:"},
	{".gitleaksignore",
	 UNTIL("") "0123456789012345678901234567890123456789:a/b.c:key:7\n"
		   "b:c.txt:rule:1\nrule:1\n",
	 "5-5 0123456789012345678901234567890123456789:a/b.c:key:7 [a/b.c] lee "
	 "2026-02-01\n"
	 "6-6 rule [b:c.txt] lee 2026-02-01 at 1\n"
	 "7-7 rule:1 [] invalid: is no fingerprint FILE:RULE:LINE"},
	{".trivyignore.yaml", "", ""},
	{".trivyignore.yaml",
	 "vulnerabilities:\n" UNTIL("  ") "  - id: CVE-1\n    paths:\n"
					  "      - a/**\n      - b\n"
					  "    expired_at: 2026-02-02\n"
					  "secrets:\n  - id: key\n"
					  "    statement: it is a test key\n",
	 "6-10 CVE-1 [a/** b] lee 2026-02-01 /a/** /b vuln code\n"
	 "12-13 key [] invalid: lacks owner: and until:"},
	{"t.yml",
	 "vulnerabilities:\n" UNTIL("") "- id: CVE-1\n"
					"  purls: ['pkg:npm/a@1']\n- x: 1\n",
	 "6-7 CVE-1 [pkg:npm/a@1] lee 2026-02-01 @pkg:npm/a@1 vuln code\n"
	 "8-8  [] invalid: has no id"},
	/* What is misspelt would hide everywhere. */
	{".trivyignore.yaml",
	 "misconfigurations:\n" UNTIL("") "- id: a\nsecrets:\n" UNTIL(
		 "") "- id: b\nlicenses:\n" UNTIL("") "- id: c\n" UNTIL("") "- "
									    "id"
									    ": "
									    "d"
									    "\n"
									    "  "
									    "pu"
									    "rl"
									    ": "
									    "pk"
									    "g:"
									    "np"
									    "m/"
									    "a"
									    "\n",
	 "6-6 a [] lee 2026-02-01 misc code\n"
	 "12-12 b [] lee 2026-02-01 secr code\n"
	 "18-18 c [] lee 2026-02-01 lice code\n"
	 "23-24 d [] invalid: has a key that is none of id, paths, purls, "
	 "statement, expired_at"},
	{".grype.yaml",
	 "ignore:\n" UNTIL("") "- vulnerability: a\n  package: other\n" UNTIL(
		 "") "- vulnerability: b\n  fix-state: fixxed\n" UNTIL("") "- "
									   "vul"
									   "ner"
									   "abi"
									   "lit"
									   "y: "
									   "c\n"
									   "  "
									   "fix"
									   "-st"
									   "ate"
									   ": "
									   "won"
									   "t-"
									   "fix"
									   "\n" UNTIL(
										   "") "- vulnerability: d\n  pakage: {name: x}\n",
	 "6-7 a [] invalid: has a package that is no map\n"
	 "12-13 b [] invalid: has a fix-state: that is none of fixed, "
	 "not-fixed, wont-fix, unknown\n"
	 "18-19 c [] lee 2026-02-01 unfixed scanner\n"
	 "24-25 d [] lee 2026-02-01 scanner"},
	{".grype.yaml", "ignore: []\n", ""},
	{".grype.yaml", "db:\n  auto-update: false\n", ""},
	{".grype.yaml",
	 "ignore:\n" UNTIL("  ") "  - vulnerability: CVE-1\n    package:\n"
				 "      name: libc\\+\\+\n"
				 "      version: 1.0\n" UNTIL(
					 "  ") "  - vulnerability: "
					       "CVE-2\n    package: "
					       "{name: "
					       "kernel-.*}\n" UNTIL(
						       "") "  - fix-state: "
							   "not-fixed\n" UNTIL(
								   "") "  - "
								       "packa"
								       "ge:"
								       " {"
								       "name:"
								       " "
								       "a, "
								       "type:"
								       " "
								       "deb}"
								       "\n  "
								       "  "
								       "fix-"
								       "state"
								       ": "
								       "fixed"
								       "\n",
	 "6-9 CVE-1 [libc\\+\\+] lee 2026-02-01 package libc++ version 1.0\n"
	 "14-15 CVE-2 [kernel-.*] lee 2026-02-01 scanner\n"
	 "20-20  [] lee 2026-02-01 unfixed blanket\n"
	 "25-26  [a] lee 2026-02-01 package a fixed scanner"},
	/* An id that is empty is none. */
	{".grype.yaml",
	 "ignore:\n" UNTIL("") "- vulnerability: ''\n" UNTIL(
		 "") "- vulnerability: ''\n  package: {name: "
		     "''}\n" UNTIL("") "- vulnerability: ''\n  package: "
				       "{name: a}\n",
	 "6-6  [] lee 2026-02-01 blanket\n"
	 "11-12  [] lee 2026-02-01 package  blanket\n"
	 "17-18  [a] lee 2026-02-01 package a"},
	{".snyk", "ignore:\n" UNTIL("  ") "  '':\n  - '*':\n      reason: x\n",
	 "7-8  [*] lee 2026-02-01 blanket"},
	{".snyk", "version: v1.25.0\npatch: {}\n", ""},
	{".snyk",
	 "ignore:\n  # owner: ana\n  # reviewer: lee\n  SNYK-1:\n"
	 "    - '*':\n        reason: None Given\n"
	 "        expires: 2026-02-02T00:00:00.000Z\n"
	 "    # reason: the parser is not called\n"
	 "    - shop > @a/b@1.2:\n"
	 "        expires: '2026-02-02T02:00:00+02:00'\n"
	 "        disregardIfFixable: true\n",
	 "5-7 SNYK-1 [*] invalid: has a reason of less than 15 characters, or "
	 "one that says no more than that there is one\n"
	 "9-11 SNYK-1 [shop > @a/b@1.2] lee 2026-02-01 package @a/b chain "
	 "shop > @a/b@1.2 unfixed"},
	{".snyk", "ignore:\n" UNTIL("  ") "  'npm:x':\n    path: [a, b]\n",
	 "6-7 npm:x [a > b] lee 2026-02-01 package b chain a > b"},
	{"osv-scanner.toml",
	 UNTIL("") "[[IgnoredVulns]]\nid = 'GO-1'\n"
		   "ignoreUntil = 2026-02-02\n\n"
		   "[[ignoredvulns]]\nID = 'GO-2'\nreason = 'short'\n",
	 "5-7 GO-1 [] lee 2026-02-01\n"
	 "9-11 GO-2 [] invalid: lacks owner: and until:"},
	{"osv-scanner.toml",
	 UNTIL("") "[[PackageOverrides]]\nname = 'lib'\nversion = '1'\n"
		   "ignore = true\n\n" UNTIL("") "[[PackageOverrides]]\n"
						 "ecosystem = 'Go'\n"
						 "vulnerability.ignore = "
						 "true\n\n"
						 "[[PackageOverrides]]\n"
						 "name = 'x'\n",
	 "5-8  [lib] lee 2026-02-01 package lib version 1\n"
	 "14-16  [] lee 2026-02-01 scanner blanket vuln misc secr code"},
	{"osv-scanner.toml",
	 UNTIL("") "[[PackageOverrides]]\nname = 'a'\n"
		   "license.override = ['MIT']\n" UNTIL(
			   "") "[[PackageOverrides]]\nname = 'b'\n"
			       "license.ignore = true\nvulnerability.ignore = "
			       "true\n" UNTIL("") "[[PackageOverrides]]\nname "
						  "= 'c'\n"
						  "license.ignore = true\n",
	 "5-7  [a] lee 2026-02-01 package a lice\n"
	 "12-15  [b] lee 2026-02-01 package b\n"
	 "20-22  [c] lee 2026-02-01 package c lice"},
	{"x.openvex.json",
	 "{\"@context\":\"https://openvex.dev/ns/v0.2.0\",\"author\":\"ana\",\n"
	 "\"statements\":[\n{\"vulnerability\":{\"name\":\"CVE-1\",\n"
	 "\"aliases\":[\"GHSA-1\"]},\"status\":\"not_affected\",\n"
	 "\"justification\":\"vulnerable_code_not_present\",\n"
	 "\"products\":[{\"@id\":\"pkg:oci/shop\",\"subcomponents\":"
	 "[{\"@id\":\"pkg:npm/a\"}]}],\n"
	 "\"status_notes\":\"reviewer: lee\\nuntil: 2026-02-01\"},\n"
	 "{\"vulnerability\":\"CVE-2\",\"status\":\"affected\"},\n"
	 "{\"vulnerability\":\"CVE-3\",\"status\":\"not_affected\"}]}",
	 "3-7 CVE-1 [pkg:npm/a] lee 2026-02-01 @pkg:npm/a =GHSA-1\n"
	 "9-9 CVE-3 [] invalid: is not_affected without a justification or an "
	 "impact_statement"},
};

#define VEX(doc, statements)                                              \
	"{\"@context\":\"https://openvex.dev/ns\",\"author\":\"ana\"" doc \
	",\n\"statements\":[" statements "]}"
#define HEALTHY(id, time, products)                                           \
	"{\"vulnerability\":\"" id "\"," time                                 \
	"\"status\":\"not_affected\",\"impact_statement\":\"it is not built " \
	"in here\",\"status_notes\":\"until: "                                \
	"2026-02-01\",\"products\":[" products "]}"
#define ILL(id, time, products)               \
	"{\"vulnerability\":\"" id "\"," time \
	"\"status\":\"affected\",\"products\":[" products "]}"
#define AT(time) "\"timestamp\":\"" time "T10:00:00.5Z\","
#define A "\"pkg:npm/a@1\""
#define B "\"pkg:npm/b\""
#define SHOP(part) "{\"@id\":\"pkg:oci/shop\",\"subcomponents\":[" part "]}"

/* Of one vulnerability of one product the last word counts. */
static void what_a_later_statement_takes_back_is_none(void **state)
{
	static const struct {
		const char *text, *means;
	} documents[] = {
		{VEX("", HEALTHY("C", AT("2025-01-01"),
				 A) "," ILL("C", AT("2026-01-01"), A)),
		 ""},
		{VEX("", ILL("C", AT("2026-01-01"),
			     A) "," HEALTHY("C", AT("2025-01-01"), A)),
		 ""},
		{VEX("", HEALTHY("C", AT("2026-01-01"),
				 A) "," ILL("C", AT("2025-01-01"), A)),
		 "2-2 C [pkg:npm/a@1] - 2026-02-01 @pkg:npm/a@1"},
		/* By their order, and the document's own time. */
		{VEX("", HEALTHY("C", "", A) "," ILL("C", "", A)), ""},
		{VEX("", ILL("C", "", A) "," HEALTHY("C", "", A)),
		 "2-2 C [pkg:npm/a@1] - 2026-02-01 @pkg:npm/a@1"},
		{VEX(",\"timestamp\":\"2026-01-01T00:00:00Z\"",
		     ILL("C", "", A) "," HEALTHY("C", AT("2025-01-01"), A)),
		 ""},
		/* Others are not touched. */
		{VEX("", HEALTHY("C", "", A "," B) "," ILL("C", "", A) "," ILL(
				 "D", "", B)),
		 "2-2 C [pkg:npm/b] - 2026-02-01 @pkg:npm/b"},
		{VEX("",
		     HEALTHY("C", "", A) "," ILL("C", "", "\"pkg:npm/a@12\"")),
		 "2-2 C [pkg:npm/a@1] - 2026-02-01 @pkg:npm/a@1"},
		{VEX("", HEALTHY("C", "", A) "," ILL("C", "", "\"pkg:npm/a\"")),
		 ""},
		{VEX("", HEALTHY("C", "", A) "," ILL("C", "", "")), ""},
		{VEX("", HEALTHY("C", "", "") "," ILL("C", "", A)), ""},
		{VEX("", HEALTHY("C", "", SHOP(A)) "," ILL("C", "",
							   "\"pkg:oci/shop\"")),
		 ""},
		{VEX("",
		     HEALTHY("C", "", SHOP(A "," B)) "," ILL("C", "", SHOP(A))),
		 "2-2 C [pkg:npm/b] - 2026-02-01 @pkg:npm/b"},
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(documents); i++) {
		struct exceptions all = EXCEPTIONS_INIT;
		const char *json = documents[i].text;
		char *text;

		assert_int_equal(exceptions_read(&all, "v.json", json,
						 strlen(json), NULL),
				 0);
		text = told(&all);
		if (strcmp(text, documents[i].means) != 0)
			fail_msg("%s\nis\n%s\nnot\n%s", json, text,
				 documents[i].means);
		free(text);
		exceptions_release(&all);
	}
}

static void each_form_is_read(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		struct exceptions all = EXCEPTIONS_INIT;
		struct error err = ERROR_INIT;
		char *text;

		if (exceptions_read(&all, cases[i].name, cases[i].text,
				    strlen(cases[i].text), &err) < 0)
			fail_msg("%s: %s", cases[i].text, error_text(&err));
		text = told(&all);
		if (strcmp(text, cases[i].means) != 0)
			fail_msg("%s:\n%s\nis\n%s\nnot\n%s", cases[i].name,
				 cases[i].text, text, cases[i].means);
		free(text);
		exceptions_release(&all);
	}
}

static void what_cannot_be_read_is_refused(void **state)
{
	static const struct {
		const char *name, *text, *says;
	} wrong[] = {
		{".trivyignore.yaml", "a: &b 1\n", ":1:"},
		{".trivyignore.yaml", "secrets:\r- id: a\n", "line ends"},
		{".snyk", "ignore: {}\xe2\x80\xa8", "line ends"},
		{".trivyignore.yaml", "a: 1\n", "it is no ignore file"},
		{".trivyignore.yaml", "secrets: {}\nlicenses: x\n",
		 ":2: its sections are lists"},
		{".trivyignore.yaml", "secrets: [a]\n", "an entry is a map"},
		{".trivyignore.yaml", "secrets: []\nsecrets: []\n", ":2:"},
		{".grype.yaml", "ignore:\n- x\n", ":2: an entry is a map"},
		{".snyk", "ignore:\n  A: 1\n", ":2: an id has a list"},
		{".snyk", "ignore:\n  A:\n  - x\n", ":3: an entry is a path"},
		{"osv-scanner.toml", "a = \n", "osv-scanner.toml:1: no value"},
		{"v.json", "{}", "it is no OpenVEX document"},
		{"v.json", "{", "v.json"},
		{"v.json", "{\"@context\":\"openvex\",\"statements\":[1]}",
		 "a statement is an object"},
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(wrong); i++) {
		struct exceptions all = EXCEPTIONS_INIT;
		struct error err = ERROR_INIT;

		assert_int_equal(exceptions_read(&all, wrong[i].name,
						 wrong[i].text,
						 strlen(wrong[i].text), &err),
				 -1);
		if (!strstr(error_text(&err), wrong[i].says))
			fail_msg("%s: %s", wrong[i].text, error_text(&err));
		error_clear(&err);
		exceptions_release(&all);
	}
	assert_int_equal(
		exceptions_read(&(struct exceptions){0}, "x", "a\0b", 3, NULL),
		-1);
}

/* Cut at each byte every form is read, in part or whole, or refused. */
static void no_cut_breaks_it(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		for (size_t len = 0; len < strlen(cases[i].text); len++) {
			char *text = xstrndup(cases[i].text, len);
			struct exceptions all = EXCEPTIONS_INIT;

			if (exceptions_read(&all, cases[i].name, text, len,
					    NULL) == 0)
				free(told(&all));
			exceptions_release(&all);
			free(text);
		}
	}
}

static void what_is_drafted_is_read_again(void **state)
{
	static const struct record record = {
		.id = "CVE-1\n\"CVE-2",
		.scope = "zlib",
		.reason = "minizip is not\ncompiled in",
		.kind = "not-reachable",
		.owner = "ana",
		.until = "2026-12-31",
		.severity = "high",
	};
	static const struct {
		const char *name, *means;
	} files[] = {
		{".signalbox-exceptions", "7-7 CVE-1?\"CVE-2 [zlib] - "
					  "2026-12-31"},
		{".trivyignore", "7-7 CVE-1??CVE-2 [] - 2026-12-31"},
		{"osv-scanner.toml", "7-9 CVE-1??CVE-2 [] - 2026-12-31"},
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(files); i++) {
		char *block = exceptions_block(files[i].name, &record);
		struct exceptions all = EXCEPTIONS_INIT;
		char *text;

		assert_true(exceptions_can_add(files[i].name));
		assert_int_equal(exceptions_read(&all, files[i].name, block,
						 strlen(block), NULL),
				 0);
		text = told(&all);
		assert_string_equal(text, files[i].means);
		assert_string_equal(all.items[0].record.kind, "not-reachable");
		assert_string_equal(all.items[0].record.reason,
				    "minizip is not compiled in");
		free(text);
		free(block);
		exceptions_release(&all);
	}
	assert_false(exceptions_can_add(".snyk"));
	assert_false(exceptions_can_add("x.openvex.json"));
}

/* Whichever file it stands in, and whichever is read first. */
static void what_another_file_takes_back_is_none(void **state)
{
	static const struct {
		const char *first, *second, *means;
	} pairs[] = {
		{VEX("", HEALTHY("C", AT("2025-01-01"), A)),
		 VEX("", ILL("C", AT("2026-01-01"), A)), ""},
		{VEX("", ILL("C", AT("2026-01-01"), A)),
		 VEX("", HEALTHY("C", AT("2025-01-01"), A)), ""},
		{VEX("", ILL("C", AT("2025-01-01"), A)),
		 VEX("", HEALTHY("C", AT("2026-01-01"), A)),
		 "2-2 C [pkg:npm/a@1] - 2026-02-01 @pkg:npm/a@1"},
		/* By the order of the files. */
		{VEX("", HEALTHY("C", "", A)), VEX("", ILL("C", "", A)), ""},
		{VEX("", ILL("C", "", A)), VEX("", HEALTHY("C", "", A)),
		 "2-2 C [pkg:npm/a@1] - 2026-02-01 @pkg:npm/a@1"},
		{VEX("", HEALTHY("C", "", A)), VEX("", ILL("D", "", A)),
		 "2-2 C [pkg:npm/a@1] - 2026-02-01 @pkg:npm/a@1"},
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(pairs); i++) {
		const char *const texts[] = {"", pairs[i].first,
					     pairs[i].second};
		static const char *const names[] = {"let", "a.json", "b.json"};
		struct exceptions all = EXCEPTIONS_INIT;
		char *means;

		for (size_t j = 0; j < ARRAY_SIZE(texts); j++)
			exceptions_warn(&all, names[j], texts[j],
					strlen(texts[j]));
		for (size_t j = 0; j < ARRAY_SIZE(texts); j++)
			assert_int_equal(
				exceptions_read(&all, names[j], texts[j],
						strlen(texts[j]), NULL),
				0);
		means = told(&all);
		assert_string_equal(means, pairs[i].means);
		free(means);
		exceptions_release(&all);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_form_is_read),
		cmocka_unit_test(what_a_later_statement_takes_back_is_none),
		cmocka_unit_test(what_another_file_takes_back_is_none),
		cmocka_unit_test(what_cannot_be_read_is_refused),
		cmocka_unit_test(no_cut_breaks_it),
		cmocka_unit_test(what_is_drafted_is_read_again),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
