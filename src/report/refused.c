/* SPDX-License-Identifier: MIT */
#include "report/refused.h"

#include <string.h>

#include "base/memory.h"
#include "report/json.h"

#define KEYS_MAX 3
#define AS_SARIF "have the tool write SARIF"
#define AS_JUNIT "have the tool write JUnit XML"
#define AS_CYCLONEDX "have the tool write CycloneDX in JSON"
#define AS_COBERTURA "have it written as Cobertura XML or LCOV"
#define IS_IGNORES "it says what is ignored, and is no report"

/* A JSON object, or the first object of an array, has all the keys. */
static const struct {
	const char *what, *mend;
	const char *keys[KEYS_MAX];
	bool in_array;
} of_json[] = {
	{"SPDX 3",
	 "have the tool write SPDX 2.3 in JSON",
	 {"@context", "@graph"},
	 false},
	{"the state of Terraform",
	 "write a plan with `terraform show -json PLAN`",
	 {"terraform_version", "serial", "lineage"},
	 false},
	{"the state of Terraform",
	 "write a plan with `terraform show -json PLAN`",
	 {"format_version", "terraform_version", "values"},
	 false},
	{"GCC's own JSON",
	 "from GCC 13 on use -fdiagnostics-format=sarif-file",
	 {"kind", "locations", "message"},
	 true},
	{"ShellCheck's JSON", "use its exit status", {"comments"}, false},
	{"ShellCheck's JSON",
	 "use its exit status",
	 {"file", "level", "code"},
	 true},
	{"secretlint's own JSON",
	 "use its formatter for SARIF",
	 {"filePath", "messages", "sourceContent"},
	 true},
	{"ESLint's own JSON",
	 "use its formatter for SARIF or JUnit",
	 {"filePath", "messages"},
	 true},
	{"dependency-check's own JSON",
	 "use its format SARIF",
	 {"reportSchema", "scanInfo"},
	 false},
	{"pip-audit's own JSON",
	 "use --format cyclonedx-json",
	 {"dependencies", "fixes"},
	 false},
	{"Syft's own JSON",
	 "use -o cyclonedx-json",
	 {"artifacts", "artifactRelationships"},
	 false},
	{"Checkov's own JSON",
	 "use -o sarif",
	 {"check_type", "results"},
	 false},
	{"Checkov's own JSON", "use -o sarif", {"check_type", "results"}, true},
	{"mocha's own JSON",
	 "use its reporter xunit or tap",
	 {"stats", "tests", "passes"},
	 false},
	{"Jest's own JSON",
	 "use the reporter jest-junit",
	 {"numTotalTests", "testResults"},
	 false},
	{"coverage.py's own JSON",
	 "use `coverage xml`",
	 {"meta", "files", "totals"},
	 false},
	{"gcovr's own JSON",
	 "use --cobertura",
	 {"gcovr/format_version"},
	 false},
	{"npm ls",
	 "use `npm audit --json` or `npm sbom`",
	 {"lockfileVersion", "packages"},
	 false},
};

/* A root element, and what is in the text besides. */
static const struct {
	const char *what, *mend;
	const char *root, *part;
} of_xml[] = {
	{"CycloneDX in XML", AS_CYCLONEDX, "bom", ""},
	{"JaCoCo's XML", AS_COBERTURA, "report", "<counter"},
	{"Clover's XML", AS_COBERTURA, "coverage", "<project"},
	{"SonarQube's generic coverage", AS_COBERTURA, "coverage",
	 "<lineToCover"},
	{"TRX of .NET", AS_JUNIT, "TestRun", ""},
	{"NUnit's XML", AS_JUNIT, "test-run", ""},
	{"NUnit's XML", AS_JUNIT, "test-results", ""},
	{"xUnit.net's XML", AS_JUNIT, "assemblies", ""},
	{"TestNG's own XML", AS_JUNIT, "testng-results", ""},
	{"Boost.Test's own XML", AS_JUNIT, "TestLog", ""},
	{"CTest's XML, but not that of its tests", "name its Test.xml", "Site",
	 ""},
	{"Valgrind's XML",
	 "use --error-exitcode, so that its exit status tells",
	 "valgrindoutput", ""},
	{"Checkstyle's XML", AS_SARIF, "checkstyle", ""},
	{"PMD's XML", AS_SARIF, "pmd", ""},
	{"SpotBugs' XML", "use its -sarif", "BugCollection", ""},
	{"dependency-check's XML", "use its format SARIF", "analysis",
	 "dependency-check"},
	{"Nmap's XML", "it is no report of findings", "nmaprun", ""},
};

/* Lines that begin with these words, all of them. */
static const struct {
	const char *what, *mend;
	const char *lines[KEYS_MAX];
} of_lines[] = {
	{"SPDX in tags and values",
	 "have the tool write SPDX 2.3 in JSON",
	 {"SPDXVersion:"}},
	{"the log of `terraform -json`",
	 "write a plan with `terraform show -json PLAN`",
	 {"{\"@level\""}},
	{"what cmocka writes to the standard error",
	 "keep its standard output, too",
	 {"[  PASSED  ] "}},
	{"a profile of go test", AS_COBERTURA, {"mode: "}},
	{"an ignore file of Trivy",
	 IS_IGNORES,
	 {"vulnerabilities:", "  - id:"}},
	{"an ignore file of Trivy",
	 IS_IGNORES,
	 {"misconfigurations:", "  - id:"}},
	{"an ignore file of Trivy", IS_IGNORES, {"secrets:", "  - id:"}},
	{"an ignore file of Trivy", IS_IGNORES, {"licenses:", "  - id:"}},
	{"an ignore file of Grype", IS_IGNORES, {"ignore:", "  - vulnerab"}},
	{"a policy of Snyk", IS_IGNORES, {"version: v1", "ignore:"}},
	{"an ignore file of OSV-Scanner", IS_IGNORES, {"[[IgnoredVulns]]"}},
	{"an ignore file of OSV-Scanner", IS_IGNORES, {"[[PackageOverrides]]"}},
	{"a table of Trivy", "use --format json", {"Total: ", "\xe2\x94\x8c"}},
	{"a table of OSV-Scanner", "use --format json", {"\xe2\x95\xad"}},
};

static int refuse(const struct report_input *input, const char *what,
		  const char *mend, struct error *err)
{
	return error_set(err, ERROR_FAILED,
			 "%s is %s, which is not read here: %s", input->name,
			 what, mend);
}

static bool has_keys(const json_t *json, const char *const *keys)
{
	for (size_t i = 0; i < KEYS_MAX && keys[i]; i++)
		if (!member(json, keys[i]))
			return false;
	return json_is_object(json);
}

static int refuse_json(const struct report_input *input, struct error *err)
{
	const json_t *first = json_array_get(input->json, 0);

	for (size_t i = 0; i < ARRAY_SIZE(of_json); i++)
		if (has_keys(of_json[i].in_array ? first : input->json,
			     of_json[i].keys))
			return refuse(input, of_json[i].what, of_json[i].mend,
				      err);
	return 0;
}

static int refuse_xml(const struct report_input *input, struct error *err)
{
	for (size_t i = 0; i < ARRAY_SIZE(of_xml); i++)
		if (strcmp(of_xml[i].root, input->root) == 0 &&
		    strstr(input->text, of_xml[i].part))
			return refuse(input, of_xml[i].what, of_xml[i].mend,
				      err);
	return 0;
}

static bool has_line(const struct report_input *input, const char *start)
{
	size_t len = strlen(start);

	for (const char *at = input->text; at; at = strchr(at, '\n')) {
		at += *at == '\n';
		if (strncmp(at, start, len) == 0)
			return true;
	}
	return false;
}

static bool has_lines(const struct report_input *input,
		      const char *const *starts)
{
	for (size_t i = 0; i < KEYS_MAX && starts[i]; i++)
		if (!has_line(input, starts[i]))
			return false;
	return true;
}

static int refuse_lines(const struct report_input *input, struct error *err)
{
	for (size_t i = 0; i < ARRAY_SIZE(of_lines); i++)
		if (has_lines(input, of_lines[i].lines))
			return refuse(input, of_lines[i].what, of_lines[i].mend,
				      err);
	return 0;
}

int refuse_unsupported(const struct report_input *input, struct error *err)
{
	if (input->root[0])
		return refuse_xml(input, err);
	return input->json ? refuse_json(input, err) : refuse_lines(input, err);
}
