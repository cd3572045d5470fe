/* SPDX-License-Identifier: MIT */
/*
 * Large reports: a 100 MB one of Trivy and one of SARIF beside jq that counts
 * the same, a million JUnit cases beside xmllint that only parses them, a
 * million lines of TAP live. Memory of each. A million findings are refused.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>

#include "base/clock.h"
#include "base/file.h"
#include "base/memory.h"
#include "base/str.h"
#include "bench/bench.h"
#include "report/stream.h"

#define ROUNDS 5
#define SIZE ((long)100 << 20)
#define CASES 1000000
#define LINES 1000000
#define FINDINGS 1000000

static FILE *create(const char *path)
{
	FILE *file = fopen(path, "w");

	if (!file)
		bench_fail("cannot write %s: %s", path, strerror(errno));
	return file;
}

static const char *severity_of(int i)
{
	static const char *const names[] = {"CRITICAL", "HIGH", "MEDIUM", "LOW",
					    "UNKNOWN"};

	return names[i % 5];
}

/* As long and as wide as what `trivy image --format json` writes of one. */
static void write_vulnerability(FILE *file, int i)
{
	fprintf(file,
		"%s        {\n"
		"          \"VulnerabilityID\": \"CVE-2026-%d\",\n"
		"          \"PkgID\": \"libdrawer%d@1.%d.0-r1\",\n"
		"          \"PkgName\": \"libdrawer%d\",\n"
		"          \"PkgIdentifier\": {\n"
		"            \"PURL\": "
		"\"pkg:apk/till/libdrawer%d@1.%d.0-r1\",\n"
		"            \"UID\": \"c4e1%08x\"\n          },\n"
		"          \"InstalledVersion\": \"1.%d.0-r1\",\n"
		"          \"FixedVersion\": \"1.%d.1-r0\",\n"
		"          \"Status\": \"fixed\",\n"
		"          \"Layer\": {\n            \"DiffID\": "
		"\"sha256:%064x\"\n          },\n"
		"          \"SeveritySource\": \"nvd\",\n"
		"          \"PrimaryURL\": \"https://example.org/cve-%d\",\n"
		"          \"Title\": \"libdrawer: out-of-bounds read\",\n",
		i ? ",\n" : "", i, i % 900, i % 40, i % 900, i % 900, i % 40, i,
		i % 40, i % 40, i % 30, i);
	fprintf(file,
		"          \"Description\": \"A drawer that is opened twice "
		"within one sale reads behind the end of its table of coins, "
		"so that a \\\"customer\\\" may learn what the one before "
		"paid. The table is kept for as long as the till is open; "
		"closing it in between is a way around, and so is a till "
		"without a drawer. Versions before 1.%d.1 are affected.\",\n"
		"          \"Severity\": \"%s\",\n"
		"          \"CweIDs\": [\n            \"CWE-125\"\n"
		"          ],\n"
		"          \"CVSS\": {\n            \"nvd\": {\n"
		"              \"V3Vector\": \"CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U"
		"/C:H/I:H/A:H\",\n              \"V3Score\": 9.8\n"
		"            }\n          },\n"
		"          \"References\": [\n",
		i % 40, severity_of(i));
	for (int r = 0; r < 8; r++)
		fprintf(file,
			"            "
			"\"https://example.org/advisories/%d/%d.html\""
			"%s\n",
			i, r, r < 7 ? "," : "");
	fputs("          ],\n"
	      "          \"PublishedDate\": \"2026-03-14T20:29:00.27Z\",\n"
	      "          \"LastModifiedDate\": \"2026-03-17T15:15:00.3Z\"\n"
	      "        }",
	      file);
}

static void write_trivy(const char *path)
{
	FILE *file = create(path);

	fputs("{\n  \"SchemaVersion\": 2,\n  \"ArtifactName\": \"till:3\",\n"
	      "  \"Results\": [\n    {\n      \"Target\": \"till:3\",\n"
	      "      \"Class\": \"os-pkgs\",\n"
	      "      \"Vulnerabilities\": [\n",
	      file);
	for (int i = 0; ftell(file) < SIZE; i++)
		write_vulnerability(file, i);
	fputs("\n      ]\n    }\n  ]\n}\n", file);
	fclose(file);
}

static void write_result(FILE *file, int i)
{
	static const char *const levels[] = {"error", "warning", "note"};

	fprintf(file,
		"%s        {\n"
		"          \"ruleId\": \"till/%d\",\n"
		"          \"ruleIndex\": %d,\n"
		"          \"level\": \"%s\",\n"
		"          \"message\": {\n            \"text\": \"The drawer "
		"%d is opened twice within one sale, which reads behind the "
		"end of its table of coins.\"\n          },\n"
		"          \"locations\": [\n            {\n"
		"              \"physicalLocation\": {\n"
		"                \"artifactLocation\": {\n"
		"                  \"uri\": \"src/till/drawer-%d.c\",\n"
		"                  \"uriBaseId\": \"SRCROOT\"\n"
		"                },\n"
		"                \"region\": {\n"
		"                  \"startLine\": %d,\n"
		"                  \"startColumn\": 7,\n"
		"                  \"endColumn\": 19,\n"
		"                  \"snippet\": {\n"
		"                    \"text\": \"\\tdrawer_open(till, "
		"&till->coins[sale->count]);\"\n                  }\n"
		"                }\n              }\n            }\n"
		"          ],\n"
		"          \"partialFingerprints\": {\n"
		"            \"primaryLocationLineHash\": \"%016x:1\"\n"
		"          }\n        }",
		i ? ",\n" : "", i % 50, i % 50, levels[i % 3], i, i % 700,
		i % 2000 + 1, i);
}

static void write_sarif(const char *path)
{
	FILE *file = create(path);

	fputs("{\n  \"version\": \"2.1.0\",\n  \"runs\": [\n    {\n"
	      "      \"tool\": {\n        \"driver\": {\n"
	      "          \"name\": \"till-scan\",\n          \"rules\": [\n",
	      file);
	for (int i = 0; i < 50; i++)
		fprintf(file,
			"%s            {\n              \"id\": \"till/%d\",\n"
			"              \"help\": {\n                \"text\": "
			"\"Close the drawer.\"\n              }\n"
			"            }",
			i ? ",\n" : "", i);
	fputs("\n          ]\n        }\n      },\n      \"results\": [\n",
	      file);
	for (int i = 0; ftell(file) < SIZE; i++)
		write_result(file, i);
	fputs("\n      ]\n    }\n  ]\n}\n", file);
	fclose(file);
}

static void write_findings(const char *path)
{
	FILE *file = create(path);

	fputs("{\"SchemaVersion\":2,\"ArtifactName\":\"till:3\",\"Results\":["
	      "{\"Target\":\"till:3\",\"Vulnerabilities\":[",
	      file);
	for (int i = 0; i < FINDINGS; i++)
		fprintf(file,
			"%s{\"VulnerabilityID\":\"CVE-2026-%d\",\"PkgName\":"
			"\"drawer%d\",\"InstalledVersion\":\"1.%d\","
			"\"SeveritySource\":\"nvd\",\"References\":["
			"\"https://example.org/advisories/%d.html\"],"
			"\"Severity\":\"%s\",\"Title\":\"a drawer\"}",
			i ? "," : "", i, i % 900, i % 40, i, severity_of(i));
	fputs("]}]}", file);
	fclose(file);
}

static void write_junit(const char *path)
{
	FILE *file = create(path);

	fprintf(file, "<testsuites>\n<testsuite name=\"till\" tests=\"%d\">\n",
		CASES);
	for (int i = 0; i < CASES; i++)
		fprintf(file,
			"<testcase classname=\"till.Drawer%d\" "
			"name=\"opens %d\" time=\"0.00%d\"/>\n",
			i / 100, i, i % 10);
	fputs("</testsuite>\n</testsuites>\n", file);
	fclose(file);
}

/* A row of both, where the peer is here, and the memory of ours. */
static void race(const struct bench *bench, const char *what, const char *file,
		 const char *const *peer, double limit)
{
	const char *const argv[] = {bench->signalbox, "report", "--output",
				    "json",	      file,	NULL};
	char *there = bench_find(peer[0]);
	double ours[ROUNDS], theirs[ROUNDS];
	char *memory = xasprintf("%s, MiB", what);

	for (int i = 0; i < ROUNDS; i++) {
		ours[i] = bench_time(argv, "ours.txt");
		theirs[i] = there ? bench_time(peer, "peer.txt") : 0;
	}
	if (there)
		bench_row(what, ours, theirs, ROUNDS, limit);
	else
		bench_measure(what, bench_median(ours, ROUNDS), 0);
	bench_measure(memory, bench_anonymous(argv, NULL),
		      64 + 12.0 * SIZE / (1 << 20));
	free(memory);
	free(there);
}

static void race_json(const struct bench *bench)
{
	const char *const trivy[] = {
		"jq",
		"[.Results[].Vulnerabilities[].Severity] | group_by(.) | "
		"map({(.[0]): length}) | add",
		"trivy.json", NULL};
	const char *const sarif[] = {
		"jq",
		"[.runs[].results[] | .level // \"warning\"] | group_by(.) | "
		"map({(.[0]): length}) | add",
		"scan.sarif", NULL};

	write_trivy("trivy.json");
	race(bench, "100 MB of Trivy, beside jq, ms", "trivy.json", trivy, 0.5);
	write_sarif("scan.sarif");
	race(bench, "100 MB of SARIF, beside jq, ms", "scan.sarif", sarif, 0.5);
}

static void race_junit(const struct bench *bench)
{
	const char *const peer[] = {"xmllint", "--stream", "--noout",
				    "junit.xml", NULL};

	write_junit("junit.xml");
	race(bench, "1,000,000 JUnit cases, beside xmllint, ms", "junit.xml",
	     peer, 1.5);
}

/* More than is read: it is refused, at once. */
static void measure_findings(const struct bench *bench)
{
	char *refused = xasprintf("%s report findings.json 2>&1; [ $? -eq 7 ]",
				  bench->signalbox);
	const char *const argv[] = {"sh", "-c", refused, NULL};
	double ours[ROUNDS];

	write_findings("findings.json");
	for (int i = 0; i < ROUNDS; i++)
		ours[i] = bench_time(argv, "ours.txt");
	bench_measure("1,000,000 findings (207 MB), refused, ms",
		      bench_median(ours, ROUNDS), 1000);
	free(refused);
}

static void count(const struct test_case *test,
		  const struct test_totals *totals, void *data)
{
	(void)test;
	(void)totals;
	++*(long *)data;
}

/* As it comes out of a pipe: in parts that end anywhere. */
static void measure_tap(void)
{
	long told = 0;
	struct report_stream *stream = report_stream_new("tap", count, &told);
	struct str text = STR_INIT;
	struct report report;
	struct rusage usage;
	int64_t begun;

	str_addf(&text, "1..%d\n", LINES);
	for (int i = 1; i <= LINES; i++)
		str_addf(&text, "ok %d - opens the drawer %d\n", i, i);
	begun = clock_monotonic_us();
	for (size_t at = 0; at < text.len; at += 4096)
		report_stream_feed(stream, text.data + at,
				   text.len - at < 4096 ? text.len - at : 4096);
	report_stream_finish(stream, &report);
	if (told != LINES || report.verdict != REPORT_PASS)
		bench_fail("%ld of %d lines were told", told, LINES);
	bench_measure("1,000,000 lines of TAP live, ms",
		      (double)(clock_monotonic_us() - begun) / 1000, 1000);
	getrusage(RUSAGE_SELF, &usage);
	bench_measure("1,000,000 lines of TAP live, MiB",
		      (double)usage.ru_maxrss / 1024 -
			      (double)text.len / (1 << 20),
		      100);
	report_release(&report);
	report_stream_free(stream);
	str_release(&text);
}

int main(void)
{
	struct bench bench;

	bench_open(&bench, "report");
	measure_tap();
	race_json(&bench);
	race_junit(&bench);
	measure_findings(&bench);
	return bench_close(&bench);
}
