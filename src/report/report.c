/* SPDX-License-Identifier: MIT */
#include "report/report.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/file.h"
#include "base/memory.h"
#include "base/str.h"
#include "report/input.h"
#include "report/refused.h"

/* Images with thousands of packages stay below 20 MiB. */
#define FILE_MIB 128
#define FILE_MAX ((size_t)FILE_MIB << 20)

/* A new format is a file of its own and a row here. */
#define FORMATS(X)                      \
	X(tap, "tap")                   \
	X(cmocka, "cmocka")             \
	X(gotest, "gotest")             \
	X(subunit, "subunit")           \
	X(junit, "junit")               \
	X(ctest, "ctest")               \
	X(cobertura, "cobertura")       \
	X(lcov, "lcov")                 \
	X(sarif, "sarif")               \
	X(grype, "grype")               \
	X(osv, "osv")                   \
	X(snyk, "snyk")                 \
	X(semgrep, "semgrep")           \
	X(gitleaks, "gitleaks")         \
	X(bandit, "bandit")             \
	X(npm_audit, "npm-audit")       \
	X(cppcheck, "cppcheck")         \
	X(openvex, "openvex")           \
	X(retire, "retire")             \
	X(yarn_audit, "yarn-audit")     \
	X(trivy, "trivy")               \
	X(cyclonedx, "cyclonedx")       \
	X(spdx, "spdx")                 \
	X(licensecheck, "licensecheck") \
	X(terraform, "terraform")       \
	X(ansible, "ansible")           \
	X(puppet, "puppet")

#define X(id, name) &id##_format,
static const struct report_format_ops *const formats[] = {FORMATS(X)};
#undef X

#define X(id, name) name,
static const char *const format_names[] = {FORMATS(X) NULL};
#undef X

const char *const *report_formats(void)
{
	return format_names;
}

const char *report_kind_name(enum report_kind kind)
{
	static const char *const names[] = {
		[REPORT_OF_TESTS] = "tests",
		[REPORT_OF_FINDINGS] = "findings",
		[REPORT_OF_COVERAGE] = "coverage",
		[REPORT_OF_COMPONENTS] = "components",
		[REPORT_OF_CHANGES] = "changes",
	};

	return names[kind];
}

const char *test_outcome_name(enum test_outcome outcome)
{
	static const char *const names[] = {
		[TEST_PASSED] = "passed", [TEST_FAILED] = "failed",
		[TEST_ERROR] = "error",	  [TEST_SKIPPED] = "skipped",
		[TEST_TODO] = "todo",	  [TEST_UNFINISHED] = "unfinished",
	};

	return names[outcome];
}

const char *report_verdict_name(enum report_verdict verdict)
{
	static const char *const names[] = {
		[REPORT_PASS] = "pass",
		[REPORT_FAIL] = "fail",
		[REPORT_EMPTY] = "empty",
	};

	return names[verdict];
}

enum report_kind report_format_kind(const char *name)
{
	for (size_t i = 0; i < ARRAY_SIZE(formats); i++)
		if (strcmp(formats[i]->name, name) == 0)
			return formats[i]->kind;
	return REPORT_OF_TESTS;
}

static char *known_formats(void)
{
	struct str list = STR_INIT;

	for (size_t i = 0; format_names[i]; i++)
		str_addf(&list, "%s%s", i ? ", " : "", format_names[i]);
	return str_detach(&list);
}

static const struct report_format_ops *find_format(const char *name,
						   struct error *err)
{
	char *known;

	for (size_t i = 0; i < ARRAY_SIZE(formats); i++)
		if (strcmp(formats[i]->name, name) == 0)
			return formats[i];
	known = known_formats();
	error_set(err, ERROR_USAGE,
		  "there is no report format '%s'; there are %s", name, known);
	free(known);
	return NULL;
}

/* The one format that the input is of; *count says how many claim it. */
static const struct report_format_ops *
matching(const struct report_input *input, size_t *count, struct str *claims)
{
	const struct report_format_ops *found = NULL;

	*count = 0;
	for (size_t i = 0; i < ARRAY_SIZE(formats); i++) {
		if (formats[i]->encoding != input->encoding ||
		    !formats[i]->matches(input))
			continue;
		found = formats[i];
		str_addf(claims, "%s%s", *count ? ", " : "", found->name);
		++*count;
	}
	return found;
}

/* What several write when they found nothing, as [] and null, is of none of
 * them until a person says of which. */
static int refuse_ambiguous(const struct report_input *input, struct error *err)
{
	struct str claims = STR_INIT;
	int status = 0;

	for (size_t i = 0; i < ARRAY_SIZE(formats); i++)
		if (input->encoding == REPORT_JSON &&
		    formats[i]->encoding == REPORT_JSON &&
		    formats[i]->accepts && formats[i]->accepts(input))
			str_addf(&claims, "%s%s", claims.len ? ", " : "",
				 formats[i]->name);
	if (claims.len)
		status = error_set(
			err, ERROR_FAILED,
			"%s may be of %s, and what it holds does "
			"not tell: say which with `format:`, or --format",
			input->name, claims.data);
	str_release(&claims);
	return status;
}

static int refuse_unknown(const struct report_input *input, struct error *err)
{
	char *known;

	if (input_refuse_answer(input, err) < 0 ||
	    refuse_unsupported(input, err) < 0 ||
	    input_refuse_log(input, err) < 0 ||
	    refuse_ambiguous(input, err) < 0)
		return -1;
	known = known_formats();
	error_set(err, ERROR_FAILED, "%s is in no format known here (%s)%s%s",
		  input->name, known, input->root[0] ? "; its root is " : "",
		  input->root);
	free(known);
	return -1;
}

/* Whether a format claims the input as text of this encoding. */
static bool is_claimed(struct report_input *input,
		       enum report_encoding encoding, struct error *err)
{
	struct str claims = STR_INIT;
	size_t count = 0;

	if (input_decode(input, encoding, err) == 0)
		matching(input, &count, &claims);
	str_release(&claims);
	return count > 0;
}

/* What looks like JSON may be lines, of JSON or after one that begins like
 * it; what is no known lines may be YAML. */
static int decode_unknown(struct report_input *input, struct error *err)
{
	enum report_encoding guess = input_guess(input);
	struct error problem = ERROR_INIT;

	if (is_claimed(input, guess, &problem))
		return 0;
	if ((guess == REPORT_JSON && is_claimed(input, REPORT_LINES, NULL)) ||
	    (guess == REPORT_LINES && is_claimed(input, REPORT_YAML, NULL))) {
		error_clear(&problem);
		return 0;
	}
	if (problem.code != ERROR_NONE && refuse_unsupported(input, err) < 0) {
		error_clear(&problem);
		return -1;
	}
	if (problem.code != ERROR_NONE)
		return error_move(err, &problem);
	input->encoding = guess;
	return 0;
}

static const struct report_format_ops *detect(struct report_input *input,
					      struct error *err)
{
	struct str claims = STR_INIT;
	const struct report_format_ops *found;
	size_t count;

	if (decode_unknown(input, err) < 0)
		return NULL;
	found = matching(input, &count, &claims);
	if (count == 0)
		refuse_unknown(input, err);
	else if (count > 1)
		error_set(err, ERROR_FAILED,
			  "%s could be any of %s: say which with `format:`, or "
			  "--format",
			  input->name, claims.data);
	str_release(&claims);
	return count == 1 ? found : NULL;
}

static int check_format(const struct report_input *input,
			const struct report_format_ops *ops, struct error *err)
{
	struct str claims = STR_INIT;
	size_t count;

	if (ops->accepts ? ops->accepts(input) : ops->matches(input))
		return 0;
	if (input_refuse_answer(input, err) < 0)
		return -1;
	matching(input, &count, &claims);
	if (!count && refuse_unsupported(input, err) < 0)
		return -1;
	error_set(err, ERROR_FAILED, "%s is no %s%s%s", input->name, ops->title,
		  count ? "; by its content it is " : "", claims.data);
	str_release(&claims);
	return -1;
}

static const struct report_format_ops *
choose(struct report_input *input, const char *format, struct error *err)
{
	const struct report_format_ops *ops;

	if (!format)
		return detect(input, err);
	ops = find_format(format, err);
	if (!ops || input_decode(input, ops->encoding, err) < 0 ||
	    check_format(input, ops, err) < 0)
		return NULL;
	return ops;
}

int report_parse(const char *text, size_t len, const char *name,
		 const char *format, struct report *report, struct error *err)
{
	const struct report_format_ops *ops;
	struct report_input input;
	int result = -1;

	*report = (struct report){0};
	if (input_init(&input, name, text, len, err) < 0)
		return -1;
	ops = choose(&input, format, err);
	if (!ops)
		goto out;
	report_begin(report, ops->kind, ops->name);
	result = ops->read(&input, report, err);
	if (result < 0)
		report_release(report);
out:
	input_release(&input);
	return result;
}

/* Told before any of it is read. */
static int check_size(const char *path, struct error *err)
{
	struct stat st;

	if (stat(path, &st) < 0 || (uintmax_t)st.st_size <= FILE_MAX)
		return 0;
	return error_set(err, ERROR_FAILED,
			 "%s is larger than %d MiB: have the tool report less, "
			 "or into several files",
			 path, FILE_MIB);
}

int report_read(const char *path, const char *format, struct report *report,
		struct error *err)
{
	struct error problem = ERROR_INIT;
	struct str text = STR_INIT;
	int result = -1;

	*report = (struct report){0};
	if (check_size(path, err) < 0)
		return -1;
	if (file_read(path, &text, FILE_MAX, &problem) == 0)
		result = report_parse(text.data, text.len, path, format, report,
				      err);
	else if (problem.code == ERROR_NOT_FOUND)
		error_set(err, ERROR_NOT_FOUND,
			  "there is no report %s: the stage did not write it, "
			  "or the pipeline file has another path",
			  path);
	else
		error_move(err, &problem);
	if (result == 0)
		digest_bytes(text.data, text.len, report->digest);
	error_clear(&problem);
	str_release(&text);
	return result;
}
