/* SPDX-License-Identifier: MIT */
/*
 * What a report format is: one file, and one row in the table of report.c.
 * A reader gets the whole input, already decoded as far as its encoding
 * goes, and fills a report that report_begin() has prepared.
 */
#ifndef SIGNALBOX_REPORT_FORMAT_H
#define SIGNALBOX_REPORT_FORMAT_H

#include <jansson.h>

#include "report/collect.h"

enum report_encoding { REPORT_LINES, REPORT_JSON, REPORT_XML, REPORT_YAML };

struct node;
struct json_parts;

struct report_input {
	const char *name; /* for messages */
	const char *text; /* NUL-terminated, without a byte order mark */
	size_t len;
	enum report_encoding encoding;
	json_t *json;		  /* REPORT_JSON: the whole tree; borrowed */
	struct json_parts *parts; /* lists of it: see json-list.h */
	size_t memory;		  /* that reading it takes, about */
	struct node *yaml;	  /* REPORT_YAML: the same (yaml/tree.h) */
	char root[64]; /* REPORT_XML: the root element, without prefix */
};

struct report_format_ops {
	const char *name;  /* as in the pipeline file; required */
	const char *title; /* for messages; required */
	enum report_encoding encoding;
	enum report_kind kind; /* a reader may set another in the report */
	/* Whether the input is of this format, by its content; required. */
	bool (*matches)(const struct report_input *input);
	/* The same when a person named the format; optional, else matches. */
	bool (*accepts)(const struct report_input *input);
	/* Required. A failure is of the whole report. */
	int (*read)(const struct report_input *input, struct report *report,
		    struct error *err);
};

extern const struct report_format_ops tap_format;
extern const struct report_format_ops gotest_format;
extern const struct report_format_ops subunit_format;
extern const struct report_format_ops cobertura_format;
extern const struct report_format_ops lcov_format;
extern const struct report_format_ops cmocka_format;
extern const struct report_format_ops junit_format;
extern const struct report_format_ops ctest_format;
extern const struct report_format_ops sarif_format;
extern const struct report_format_ops trivy_format;
extern const struct report_format_ops grype_format;
extern const struct report_format_ops osv_format;
extern const struct report_format_ops cyclonedx_format;
extern const struct report_format_ops spdx_format;
extern const struct report_format_ops licensecheck_format;
extern const struct report_format_ops snyk_format;
extern const struct report_format_ops semgrep_format;
extern const struct report_format_ops gitleaks_format;
extern const struct report_format_ops bandit_format;
extern const struct report_format_ops terraform_format;
extern const struct report_format_ops ansible_format;
extern const struct report_format_ops puppet_format;
extern const struct report_format_ops npm_audit_format;
extern const struct report_format_ops cppcheck_format;
extern const struct report_format_ops openvex_format;
extern const struct report_format_ops retire_format;
extern const struct report_format_ops yarn_audit_format;

#endif
