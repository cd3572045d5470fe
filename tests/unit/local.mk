# A new test is a file and a line here.
check_PROGRAMS += %D%/base/clock-test
check_PROGRAMS += %D%/base/file-test
check_PROGRAMS += %D%/event/channel-test
check_PROGRAMS += %D%/event/compact-test
check_PROGRAMS += %D%/event/event-test
check_PROGRAMS += %D%/event/journal-test
check_PROGRAMS += %D%/event/logindex-test
check_PROGRAMS += %D%/event/replay-test
check_PROGRAMS += %D%/event/man-test
%C%_event_man_test_SOURCES = %D%/event/man-test.c \
	tests/support/manual.c tests/support/manual.h
check_PROGRAMS += %D%/loop/folders-test
check_PROGRAMS += %D%/loop/helper-test
check_PROGRAMS += %D%/loop/loop-test
check_PROGRAMS += %D%/net/http-test
check_PROGRAMS += %D%/net/https-test
%C%_net_https_test_SOURCES = %D%/net/https-test.c \
	tests/support/secure.c tests/support/secure.h
check_PROGRAMS += %D%/net/line-test
check_PROGRAMS += %D%/net/server-test
check_PROGRAMS += %D%/delivery/haproxy-test
check_PROGRAMS += %D%/delivery/nginx-test
check_PROGRAMS += %D%/proc/child-test
check_PROGRAMS += %D%/proc/identity-test
check_PROGRAMS += %D%/proc/tool-test
check_PROGRAMS += %D%/source/artifact-test
check_PROGRAMS += %D%/source/blame-test
check_PROGRAMS += %D%/source/branches-test
check_PROGRAMS += %D%/source/mainline-test
check_PROGRAMS += %D%/source/repository-test
check_PROGRAMS += %D%/source/ships-test
check_PROGRAMS += %D%/source/work-test
EXTRA_DIST += %D%/source/scratch.h
check_PROGRAMS += %D%/base/glob-test
check_PROGRAMS += %D%/base/number-test
check_PROGRAMS += %D%/base/zone-test
check_PROGRAMS += %D%/model/compare-test
check_PROGRAMS += %D%/model/dora-test
check_PROGRAMS += %D%/model/model-test
check_PROGRAMS += %D%/model/history-test
check_PROGRAMS += %D%/model/sentence-test
check_PROGRAMS += %D%/delivery/analysis-test
check_PROGRAMS += %D%/delivery/interval-test
%C%_delivery_interval_test_SOURCES = %D%/delivery/interval-test.c
check_PROGRAMS += %D%/delivery/judge-test
check_PROGRAMS += %D%/delivery/metric-test
check_PROGRAMS += %D%/delivery/metric-tls-test
%C%_delivery_metric_tls_test_SOURCES = %D%/delivery/metric-tls-test.c \
	tests/support/secure.c tests/support/secure.h
check_PROGRAMS += %D%/delivery/window-test
check_PROGRAMS += %D%/delivery/ledger-test
check_PROGRAMS += %D%/delivery/queue-test
check_PROGRAMS += %D%/delivery/keeper-test
check_PROGRAMS += %D%/licences/approvals-test
check_PROGRAMS += %D%/report/bounds-test
check_PROGRAMS += %D%/report/chains-test
check_PROGRAMS += %D%/report/cvss-test
check_PROGRAMS += %D%/exceptions/codeowners-test
check_PROGRAMS += %D%/evidence/changes-test
check_PROGRAMS += %D%/report/cyclonedx-test
check_PROGRAMS += %D%/report/coverage-test
check_PROGRAMS += %D%/report/ctest-test
check_PROGRAMS += %D%/exceptions/exceptions-test
check_PROGRAMS += %D%/exceptions/exceptions-index-test
check_PROGRAMS += %D%/evidence/export-test
check_PROGRAMS += %D%/evidence/freshness-test
check_PROGRAMS += %D%/report/gotest-test
check_PROGRAMS += %D%/report/grype-test
check_PROGRAMS += %D%/report/osv-test
check_PROGRAMS += %D%/report/snyk-test
check_PROGRAMS += %D%/report/semgrep-test
check_PROGRAMS += %D%/report/gitleaks-test
check_PROGRAMS += %D%/report/bandit-test
check_PROGRAMS += %D%/report/npm-audit-test
check_PROGRAMS += %D%/exceptions/ignore-test
check_PROGRAMS += %D%/report/cppcheck-test
check_PROGRAMS += %D%/report/openvex-test
check_PROGRAMS += %D%/report/retire-test
check_PROGRAMS += %D%/report/hostile-test
check_PROGRAMS += %D%/report/yarn-audit-test
check_PROGRAMS += %D%/report/input-test
check_PROGRAMS += %D%/report/junit-test
check_PROGRAMS += %D%/evidence/kept-test
check_PROGRAMS += %D%/licences/licences-test
check_PROGRAMS += %D%/report/lines-test
check_PROGRAMS += %D%/evidence/policy-test
REAL_REPORTS = tests/support/real-reports.c tests/support/real-reports.h
check_PROGRAMS += %D%/report/real-test
%C%_report_real_test_SOURCES = %D%/report/real-test.c $(REAL_REPORTS)
check_PROGRAMS += %D%/report/real-components-test
%C%_report_real_components_test_SOURCES = \
	%D%/report/real-components-test.c $(REAL_REPORTS)
check_PROGRAMS += %D%/report/real-findings-test
%C%_report_real_findings_test_SOURCES = \
	%D%/report/real-findings-test.c $(REAL_REPORTS)
check_PROGRAMS += %D%/report/real-tools-test
check_PROGRAMS += %D%/exceptions/record-test
check_PROGRAMS += %D%/report/sarif-test
check_PROGRAMS += %D%/licences/spdx-expression-test
check_PROGRAMS += %D%/report/spdx-test
check_PROGRAMS += %D%/report/sieve-test
check_PROGRAMS += %D%/report/stream-test
check_PROGRAMS += %D%/report/time-test
check_PROGRAMS += %D%/exceptions/toml-test
check_PROGRAMS += %D%/report/trivy-test
check_PROGRAMS += %D%/pipeline/cases-test
check_PROGRAMS += %D%/pipeline/notify-test
check_PROGRAMS += %D%/pipeline/man-test
check_PROGRAMS += %D%/pipeline/pipeline-test
EXTRA_DIST += tests/data/pipeline
check_PROGRAMS += %D%/proc/guard-test
check_PROGRAMS += %D%/proc/launcher-test
proc_rig = %D%/proc/rig.c %D%/proc/rig.h
%C%_proc_guard_test_SOURCES = %D%/proc/guard-test.c $(proc_rig)
%C%_proc_launcher_test_SOURCES = %D%/proc/launcher-test.c $(proc_rig)
check_PROGRAMS += %D%/pipeline/template-test
check_PROGRAMS += %D%/delivery/log-bound-test
check_PROGRAMS += %D%/gate/gate-test
check_PROGRAMS += %D%/step/mask-test
check_PROGRAMS += %D%/step/log-test
check_PROGRAMS += %D%/engine/schedule-test
check_PROGRAMS += %D%/engine/selection-test
check_PROGRAMS += %D%/engine/stream-test
check_PROGRAMS += %D%/engine/recovery-test
check_PROGRAMS += %D%/engine/remember-test
check_PROGRAMS += %D%/engine/runs-test
check_PROGRAMS += %D%/delivery/plan-test
check_PROGRAMS += %D%/delivery/environment-test
tests_unit_delivery_environment_test_SOURCES = %D%/delivery/environment-test.c \
	%D%/delivery/fakes.c %D%/delivery/fakes.h \
	%D%/delivery/worlds.c %D%/delivery/worlds.h \
	tests/support/environments.c tests/support/environments.h
check_PROGRAMS += %D%/delivery/container-test
check_PROGRAMS += %D%/delivery/target-test
check_PROGRAMS += %D%/delivery/drill-test
tests_unit_delivery_drill_test_SOURCES = %D%/delivery/drill-test.c \
	%D%/delivery/fakes.c %D%/delivery/fakes.h \
	%D%/delivery/worlds.c %D%/delivery/worlds.h \
	tests/support/environments.c tests/support/environments.h
check_PROGRAMS += %D%/delivery/preview-test
tests_unit_delivery_preview_test_SOURCES = %D%/delivery/preview-test.c \
	%D%/delivery/fakes.c %D%/delivery/fakes.h \
	%D%/delivery/worlds.c %D%/delivery/worlds.h \
	tests/support/environments.c tests/support/environments.h
check_PROGRAMS += %D%/delivery/rollback-test
tests_unit_delivery_rollback_test_SOURCES = %D%/delivery/rollback-test.c \
	%D%/delivery/fakes.c %D%/delivery/fakes.h \
	%D%/delivery/worlds.c %D%/delivery/worlds.h \
	tests/support/environments.c tests/support/environments.h
check_PROGRAMS += %D%/delivery/invariants-test
tests_unit_delivery_invariants_test_SOURCES = %D%/delivery/invariants-test.c \
	%D%/delivery/simulator.c %D%/delivery/simulator.h \
	%D%/delivery/simulator-host.c
tests_unit_delivery_invariants_test_LDFLAGS = $(AM_LDFLAGS) \
	-Wl,--wrap=clock_monotonic_us -Wl,--wrap=nanosleep \
	-Wl,--wrap=helper_new -Wl,--wrap=helper_run -Wl,--wrap=helper_free
check_PROGRAMS += %D%/ui/draw-test
check_PROGRAMS += %D%/ui/board-test
check_PROGRAMS += %D%/ui/chart-test
check_PROGRAMS += %D%/ui/layout-test
check_PROGRAMS += %D%/ui/logfile-test
check_PROGRAMS += %D%/ui/logview-test
check_PROGRAMS += %D%/ui/pattern-test
check_PROGRAMS += %D%/ui/search-test
check_PROGRAMS += %D%/ui/speak-test
check_PROGRAMS += %D%/ui/testline-test
EXTRA_DIST += %D%/ui/logs.h
check_PROGRAMS += %D%/ui/ships-test
check_PROGRAMS += %D%/ui/table-test
check_PROGRAMS += %D%/ui/theme-test
check_PROGRAMS += %D%/ui/painter-test
check_PROGRAMS += %D%/ui/tint-test
check_PROGRAMS += %D%/ui/view-test
EXTRA_DIST += %D%/ui/story.h tests/data/layout tests/data/screen
step_rig = %D%/step/rig.c %D%/step/rig.h
check_PROGRAMS += %D%/step/gatekeeper-test
%C%_step_gatekeeper_test_SOURCES = %D%/step/gatekeeper-test.c $(step_rig)
deploy_rig = %D%/step/deploy-rig.c %D%/step/deploy-rig.h $(step_rig) \
	%D%/delivery/fakes.c %D%/delivery/fakes.h
check_PROGRAMS += %D%/step/deploy-test
%C%_step_deploy_test_SOURCES = %D%/step/deploy-test.c $(deploy_rig)
check_PROGRAMS += %D%/step/strategies-test
%C%_step_strategies_test_SOURCES = %D%/step/strategies-test.c $(deploy_rig)
check_PROGRAMS += %D%/step/run-test
%C%_step_run_test_SOURCES = %D%/step/run-test.c $(step_rig)
check_PROGRAMS += %D%/step/environ-test
%C%_step_environ_test_SOURCES = %D%/step/environ-test.c $(step_rig)
check_PROGRAMS += %D%/step/reports-test
%C%_step_reports_test_SOURCES = %D%/step/reports-test.c $(step_rig)
check_PROGRAMS += %D%/cli/arguments-test
check_PROGRAMS += %D%/cli/output-test
check_PROGRAMS += %D%/cli/load-test
check_PROGRAMS += %D%/cli/tail-test
check_PROGRAMS += %D%/step/requests-test
%C%_step_requests_test_SOURCES = %D%/step/requests-test.c $(step_rig)
