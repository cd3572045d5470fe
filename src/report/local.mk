libsignalbox_a_SOURCES += \
	%D%/chains.c %D%/chains.h \
	%D%/collect.c %D%/collect.h \
	%D%/coverage.c %D%/coverage.h \
	%D%/cvss.c %D%/cvss.h \
	%D%/describe.c %D%/describe.h \
	%D%/entry.c %D%/entry.h \
	%D%/finding.c %D%/finding.h \
	%D%/format.h \
	%D%/input.c %D%/input.h \
	%D%/json.c %D%/json.h \
	%D%/json-list.c %D%/json-list.h \
	%D%/json-sieve.c %D%/json-sieve.h \
	%D%/license-names.c %D%/license-names.h \
	%D%/lines.c \
	%D%/pool.c %D%/pool.h \
	%D%/refused.c %D%/refused.h \
	%D%/relative.c \
	%D%/report.c %D%/report.h \
	%D%/sink.c %D%/sink.h \
	%D%/stream.c %D%/stream.h \
	%D%/value.c %D%/value.h \
	%D%/xml.c %D%/xml.h \
	%D%/formats/ansible.c \
	%D%/formats/bandit.c \
	%D%/formats/cmocka.c %D%/formats/cmocka.h \
	%D%/formats/cobertura.c \
	%D%/formats/cppcheck.c \
	%D%/formats/ctest.c \
	%D%/formats/cyclonedx.c \
	%D%/formats/formats.h \
	%D%/formats/gitleaks.c \
	%D%/formats/gotest.c %D%/formats/gotest.h \
	%D%/formats/grype.c \
	%D%/formats/junit.c \
	%D%/formats/lcov.c \
	%D%/formats/licensecheck.c \
	%D%/formats/npm.c %D%/formats/npm.h \
	%D%/formats/openvex.c \
	%D%/formats/osv.c \
	%D%/formats/puppet.c \
	%D%/formats/retire.c \
	%D%/formats/sarif.c \
	%D%/formats/sarif-message.c %D%/formats/sarif-message.h \
	%D%/formats/sarif-rules.c %D%/formats/sarif-rules.h \
	%D%/formats/semgrep.c \
	%D%/formats/snyk.c \
	%D%/formats/spdx.c \
	%D%/formats/subunit.c %D%/formats/subunit.h \
	%D%/formats/tap.c %D%/formats/tap.h \
	%D%/formats/tap-yaml.c %D%/formats/tap-yaml.h \
	%D%/formats/terraform.c \
	%D%/formats/trivy.c \
	%D%/formats/yarn.c
