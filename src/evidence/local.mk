libsignalbox_a_SOURCES += \
	%D%/ansible.c \
	%D%/approvals.c %D%/approvals.h \
	%D%/chains.c %D%/chains.h \
	%D%/cmocka.c %D%/cmocka.h \
	%D%/codeowners.c %D%/codeowners.h \
	%D%/cobertura.c \
	%D%/collect.c %D%/collect.h \
	%D%/cvss.c %D%/cvss.h \
	%D%/cyclonedx.c \
	%D%/describe.c %D%/describe.h \
	%D%/entry.c %D%/entry.h \
	%D%/export.c %D%/export.h \
	%D%/export-junit.c \
	%D%/export-markdown.c \
	%D%/export-sarif.c \
	%D%/finding.c %D%/finding.h \
	%D%/format.h %D%/formats.h \
	%D%/ctest.c \
	%D%/freshness.c %D%/freshness.h \
	%D%/gotest.c %D%/gotest.h \
	%D%/grype.c \
	%D%/osv.c \
	%D%/snyk.c \
	%D%/semgrep.c \
	%D%/gitleaks.c \
	%D%/bandit.c \
	%D%/npm.c %D%/npm.h \
	%D%/cppcheck.c \
	%D%/openvex.c \
	%D%/retire.c \
	%D%/yarn.c \
	%D%/input.c %D%/input.h \
	%D%/json.c %D%/json.h %D%/json-sieve.c %D%/json-sieve.h \
	%D%/junit.c \
	%D%/kept.c %D%/kept.h \
	%D%/kept-key.c %D%/kept-path.h \
	%D%/kept-read.c \
	%D%/licensecheck.c \
	%D%/licences.c %D%/licences.h \
	%D%/license-family.c %D%/license-family.h \
	%D%/license-names.c %D%/license-names.h \
	%D%/known.c %D%/known.h \
	%D%/coverage.c %D%/coverage.h \
	%D%/lcov.c \
	%D%/lines.c \
	%D%/policy.c %D%/policy.h \
	%D%/pool.c %D%/pool.h \
	%D%/puppet.c \
	%D%/exceptions.c %D%/exceptions.h %D%/exceptions-apply.c \
	%D%/exceptions-index.c %D%/exceptions-index.h \
	%D%/exceptions-same.c \
	%D%/ignore.c %D%/ignore.h %D%/ignore-lines.c \
	%D%/ignore-openvex.c %D%/ignore-osv.c %D%/ignore-write.c \
	%D%/ignore-snyk.c %D%/ignore-yaml.c \
	%D%/record.c %D%/record.h \
	%D%/relative.c \
	%D%/refused.c %D%/refused.h \
	%D%/report-files.c %D%/report-files.h \
	%D%/report.c %D%/report.h \
	%D%/sarif.c \
	%D%/sarif-message.c %D%/sarif-message.h \
	%D%/sarif-rules.c %D%/sarif-rules.h \
	%D%/sink.c %D%/sink.h \
	%D%/spdx.c \
	%D%/spdx-expression.c %D%/spdx-expression.h \
	%D%/stream.c %D%/stream.h \
	%D%/subunit.c %D%/subunit.h \
	%D%/tap.c %D%/tap.h \
	%D%/tap-yaml.c %D%/tap-yaml.h \
	%D%/toml.c %D%/toml.h %D%/toml-text.c %D%/toml-text.h \
	%D%/terraform.c \
	%D%/trivy.c \
	%D%/value.c %D%/value.h \
	%D%/vex-warnings.c %D%/vex-warnings.h \
	%D%/xml.c %D%/xml.h
