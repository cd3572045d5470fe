/* SPDX-License-Identifier: MIT */

#include "evidence/kept.h"
#include "support/folder.h"
#include "support/reports.h"

static char *place(void **state)
{
	return evidence_path(*state, "scan");
}

static void keep(const char *path, const struct report *report, bool continues,
		 char digest[DIGEST_TEXT_SIZE])
{
	struct evidence_writer *writer = evidence_writer_new("scan");
	struct evidence_context context = {
		.path = "out.json", .bytes = 12, .fresh = true, .ok = true};
	struct error err = ERROR_INIT;

	if (continues)
		evidence_continue(writer, path);
	evidence_report(writer, report, &context);
	if (evidence_save(writer, path, digest, &err) < 0)
		fail_msg("%s", error_text(&err));
	evidence_writer_free(writer);
}

static struct kept load(const char *path)
{
	struct error err = ERROR_INIT;
	struct kept kept;

	if (kept_load(path, NULL, &kept, &err) < 0)
		fail_msg("%s", error_text(&err));
	return kept;
}

static void assert_same_text(const char *a, const char *b)
{
	if (!a || !*a)
		assert_null(b);
	else
		assert_string_equal(a, b);
}

static void findings_come_back_as_they_were(void **state)
{
	struct report report = report_of("trivy/everything.json");
	char digest[DIGEST_TEXT_SIZE], now[DIGEST_TEXT_SIZE];
	char *path = place(state);
	struct kept kept;

	keep(path, &report, false, digest);
	assert_int_equal(digest_file(path, now, NULL), 0);
	assert_string_equal(digest, now);
	kept = load(path);
	assert_true(kept.whole);
	assert_string_equal(kept.stage, "scan");
	assert_int_equal(kept.finding_count, report.finding_count);
	for (size_t i = 0; i < kept.finding_count; i++) {
		const struct finding *was = &report.findings[i];
		const struct kept_finding *is = &kept.findings[i];
		char key[FINDING_KEY_SIZE];

		finding_key(was, key);
		assert_string_equal(is->key, key);
		assert_same_text(was->id, is->id);
		assert_same_text(was->title, is->title);
		assert_same_text(was->package, is->package);
		assert_same_text(was->fixed, is->fixed);
		assert_same_text(was->path, is->path);
		assert_int_equal(was->line, is->line);
		assert_int_equal(was->severity, is->severity);
		assert_string_equal(finding_state_name(was->state), is->state);
	}
	kept_release(&kept);
	report_release(&report);
	free(path);
}

static void a_scan_goes_on_behind_the_tests(void **state)
{
	struct report tests = report_of("tap/mixed.tap");
	struct report findings = report_of("trivy/everything.json");
	char digest[DIGEST_TEXT_SIZE];
	char *path = place(state);
	struct kept kept;

	keep(path, &tests, false, digest);
	keep(path, &findings, true, digest);
	kept = load(path);
	assert_true(kept.whole);
	assert_int_equal(json_array_size(kept.reports), 2);
	assert_int_equal(kept.test_count, tests.case_count);
	assert_int_equal(kept.tests[0].report, 0);
	assert_int_equal(kept.findings[0].report, 1);
	kept_release(&kept);
	report_release(&tests);
	report_release(&findings);
	free(path);
}

static void a_report_that_cannot_be_read_is_told(void **state)
{
	struct evidence_writer *writer = evidence_writer_new("scan");
	struct evidence_context context = {.path = "a \"b\"\x1b\n",
					   .reason = "no \xff such report"};
	char digest[DIGEST_TEXT_SIZE];
	char *path = place(state);
	const json_t *report;
	struct kept kept;

	evidence_report(writer, NULL, &context);
	assert_int_equal(evidence_save(writer, path, digest, NULL), 0);
	evidence_writer_free(writer);
	kept = load(path);
	report = json_array_get(kept.reports, 0);
	assert_string_equal(json_string_value(json_object_get(report, "path")),
			    "a \"b\"\x1b\n");
	assert_string_equal(
		json_string_value(json_object_get(report, "reason")),
		"no \xef\xbf\xbd such report");
	assert_true(json_is_false(json_object_get(report, "fresh")));
	kept_release(&kept);
	free(path);
}

static void hide(void *data, const char *text, size_t len, struct str *out)
{
	const char *secret = strstr(text, data);

	if (!secret) {
		str_add_bytes(out, text, len);
		return;
	}
	str_add_bytes(out, text, (size_t)(secret - text));
	str_addf(out, "***%s", secret + strlen(data));
}

static void secrets_are_hidden_in_every_text(void **state)
{
	struct report report = report_of_text(
		"1..1\nnot ok 1 - a hush\"hush b\n# why hush\"hush\n", "tap");
	struct evidence_writer *writer = evidence_writer_new("scan");
	struct evidence_context context = {.path = "-", .reason = "hush\"hush"};
	char digest[DIGEST_TEXT_SIZE];
	char *path = place(state);
	struct kept kept;

	evidence_mask(writer, hide, (char[]){"hush\"hush"});
	evidence_report(writer, &report, &context);
	assert_int_equal(evidence_save(writer, path, digest, NULL), 0);
	evidence_writer_free(writer);
	kept = load(path);
	assert_null(memmem(kept.text.data, kept.text.len, "hush", 4));
	assert_string_equal(kept.tests[0].name, "a *** b");
	kept_release(&kept);
	report_release(&report);
	free(path);
}

/* Names of licences are a report's words: nobody reads their counts here. */
static void licences_are_told_by_component_alone(void **state)
{
	struct report report = report_of_text(
		"{\"bomFormat\":\"CycloneDX\",\"specVersion\":\"1.5\","
		"\"components\":[{\"type\":\"library\",\"name\":\"z\","
		"\"licenses\":[{\"license\":{\"name\":\"L hush\"}}]}]}",
		"cyclonedx");
	struct evidence_writer *writer = evidence_writer_new("scan");
	struct evidence_context context = {.path = "-"};
	char digest[DIGEST_TEXT_SIZE];
	char *path = place(state);
	struct kept kept;

	evidence_mask(writer, hide, (char[]){"hush"});
	evidence_report(writer, &report, &context);
	assert_int_equal(evidence_save(writer, path, digest, NULL), 0);
	evidence_writer_free(writer);
	kept = load(path);
	assert_int_equal(kept.component_count, 1);
	assert_null(strstr(kept.components[0].license, "hush"));
	assert_null(
		json_object_get(json_array_get(kept.reports, 0), "licenses"));
	kept_release(&kept);
	report_release(&report);
	free(path);
}

static void another_file_than_the_journal_tells_is_refused(void **state)
{
	struct report report = report_of_text("1..1\nok 1 - a\n", "tap");
	char digest[DIGEST_TEXT_SIZE];
	char *path = place(state);
	struct error err = ERROR_INIT;
	struct kept kept;

	keep(path, &report, false, digest);
	assert_int_equal(kept_load(path, digest, &kept, &err), 0);
	kept_release(&kept);
	assert_int_equal(kept_load(path, "", &kept, &err), -1);
	assert_int_equal(err.code, ERROR_CORRUPT);
	error_clear(&err);
	digest[0] = digest[0] == '0' ? '1' : '0';
	assert_int_equal(kept_load(path, digest, &kept, &err), -1);
	assert_int_equal(err.code, ERROR_CORRUPT);
	assert_non_null(strstr(error_text(&err), "not as its run kept it"));
	error_clear(&err);
	report_release(&report);
	free(path);
}

/* Without the syncing of file_replace(). */
static void write_bytes(const char *path, const char *bytes, size_t len)
{
	FILE *file = fopen(path, "w");

	assert_non_null(file);
	assert_int_equal(fwrite(bytes, 1, len, file), len);
	assert_int_equal(fclose(file), 0);
}

/* Cut at each byte: loaded up to there and not whole, or refused. */
static void a_cut_file_is_never_whole(void **state)
{
	struct report report = report_of("trivy/everything.json");
	char digest[DIGEST_TEXT_SIZE];
	struct str text = STR_INIT;
	char *path = place(state);

	keep(path, &report, false, digest);
	assert_int_equal(file_read(path, &text, SIZE_MAX, NULL), 0);
	for (size_t len = 0; len<text.len; len += len> 300 ? 37 : 1) {
		struct kept kept;

		assert_int_equal(file_replace(path, text.data, len, 0600, NULL),
				 0);
		if (kept_load(path, NULL, &kept, NULL) < 0)
			continue;
		assert_false(kept.whole);
		assert_non_null(kept.why);
		kept_release(&kept);
	}
	str_release(&text);
	report_release(&report);
	free(path);
}

static void refused(const char *path, const char *text, const char *part)
{
	struct error err = ERROR_INIT;
	struct kept kept;

	write_bytes(path, text, strlen(text));
	if (kept_load(path, NULL, &kept, &err) == 0)
		fail_msg("was read: %s", text);
	if (!strstr(error_text(&err), part))
		fail_msg("'%s' does not say '%s'", error_text(&err), part);
	error_clear(&err);
}

#define HEAD "{\"evidence\":{\"by\":\"x\",\"format\":1,\"stage\":\"s\"}}\n"
#define END "{\"end\":{\"whole\":true}}\n"

static void damage_is_refused_with_its_line(void **state)
{
	char *path = xasprintf("%s/e", (char *)*state);

	refused(path, "", "is empty");
	refused(path, "{}\n", "e:1:");
	refused(path, "{\"evidence\":{\"format\":2,\"stage\":\"s\"}}\n", ":1:");
	refused(path, HEAD "{\"finding\":{\"id\":\"a\"}}\n" END, ":2:");
	refused(path, HEAD "{\"test\":{\"name\":\"\\u0000\"}}\n" END, ":2:");
	refused(path, HEAD "{\"test\":{\"name\":[]}}\n" END, ":2:");
	refused(path, HEAD "{\"test\":{\"line\":\"1\"}}\n" END, ":2:");
	refused(path, HEAD "{\"test\":{\"line\":1234567890123456789}}\n" END,
		":2:");
	refused(path, HEAD END HEAD, ":2:");
	refused(path, HEAD "\n" END, ":2:");
	free(path);
}

static void a_newer_member_is_skipped(void **state)
{
	char *path = xasprintf("%s/e", (char *)*state);
	const char *text =
		HEAD "{\"test\":{\"name\":\"a\",\"mood\":\"good\",\"outcome\":"
		     "\"passed\",\"flaky\":true}}\n" END;
	struct kept kept;

	write_bytes(path, text, strlen(text));
	kept = load(path);
	assert_true(kept.whole);
	assert_true(kept.tests[0].flaky);
	assert_int_equal(kept.tests[0].ms, -1);
	kept_release(&kept);
	free(path);
}

static void past_its_bound_it_is_not_whole(void **state)
{
	struct report report = report_of("trivy/everything.json");
	struct evidence_writer *writer = evidence_writer_new("scan");
	struct evidence_context context = {.path = "r"};
	char digest[DIGEST_TEXT_SIZE];
	char *path = place(state);
	struct kept kept;

	evidence_bound(writer, 600);
	evidence_report(writer, &report, &context);
	assert_int_equal(evidence_save(writer, path, digest, NULL), 0);
	evidence_writer_free(writer);
	kept = load(path);
	assert_false(kept.whole);
	assert_string_equal(kept.why, "past 600 bytes");
	assert_in_range(kept.finding_count, 1, 5);
	kept_release(&kept);
	keep(path, &report, true, digest);
	kept = load(path);
	assert_false(kept.whole);
	kept_release(&kept);
	report_release(&report);
	free(path);
}

static void a_key_is_the_same_at_another_line_and_version(void **state)
{
	struct finding finding = {.id = "CVE-1",
				  .kind = FINDING_VULNERABILITY,
				  .package = "p",
				  .path = "a",
				  .line = 3,
				  .installed = "1"};
	char first[FINDING_KEY_SIZE], second[FINDING_KEY_SIZE];

	(void)state;
	finding_key(&finding, first);
	finding.line = 9;
	finding.installed = "2";
	finding_key(&finding, second);
	assert_string_equal(first, second);
	finding.package = NULL;
	finding.path = "pa";
	finding_key(&finding, second);
	assert_string_not_equal(first, second);
}

static void the_digest_of_findings_knows_no_order(void **state)
{
	struct report report = report_of("trivy/everything.json");
	char first[DIGEST_TEXT_SIZE], second[DIGEST_TEXT_SIZE];
	struct finding swap = report.findings[0];

	(void)state;
	findings_digest(&report, first);
	report.findings[0] = report.findings[3];
	report.findings[3] = swap;
	findings_digest(&report, second);
	assert_string_equal(first, second);
	report.findings[3].state = FINDING_SUPPRESSED;
	findings_digest(&report, second);
	assert_string_not_equal(first, second);
	report_release(&report);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		WITH_FOLDER(findings_come_back_as_they_were),
		WITH_FOLDER(a_scan_goes_on_behind_the_tests),
		WITH_FOLDER(a_report_that_cannot_be_read_is_told),
		WITH_FOLDER(secrets_are_hidden_in_every_text),
		WITH_FOLDER(licences_are_told_by_component_alone),
		WITH_FOLDER(another_file_than_the_journal_tells_is_refused),
		WITH_FOLDER(a_cut_file_is_never_whole),
		WITH_FOLDER(damage_is_refused_with_its_line),
		WITH_FOLDER(a_newer_member_is_skipped),
		WITH_FOLDER(past_its_bound_it_is_not_whole),
		cmocka_unit_test(a_key_is_the_same_at_another_line_and_version),
		cmocka_unit_test(the_digest_of_findings_knows_no_order),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
