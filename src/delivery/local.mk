libsignalbox_a_SOURCES += \
	%D%/adopt.c \
	%D%/analysis.c %D%/analysis.h \
	%D%/compare.c %D%/compare.h \
	%D%/begin.c \
	%D%/deploy.c \
	%D%/drill.c \
	%D%/drift.c \
	%D%/environment.c %D%/environment.h \
	%D%/environment-pipeline.c \
	%D%/epoch.c %D%/epoch.h \
	%D%/hold.c \
	%D%/interval.c %D%/interval.h \
	%D%/judge.c %D%/judge.h \
	%D%/keeper-client.c \
	%D%/keeper-liveness.c %D%/keeper-liveness.h \
	%D%/keeper-folder.c %D%/keeper-folder.h \
	%D%/keeper-session.c %D%/keeper-session.h \
	%D%/keeper.c %D%/keeper.h \
	%D%/ledger.c %D%/ledger.h \
	%D%/ledger-commit.c %D%/ledger-internal.h \
	%D%/ledger-late.c \
	%D%/lock.c %D%/lock.h \
	%D%/log-bound.h \
	%D%/look.c \
	%D%/metric.c %D%/metric.h %D%/metric-source.h \
	%D%/metric-command.c %D%/metric-prometheus.c \
	%D%/move.c \
	%D%/observe.c \
	%D%/outage.c \
	%D%/operation.c %D%/operation.h \
	%D%/part.c \
	%D%/plan.c %D%/plan.h \
	%D%/plan-check.c %D%/plan-describe.c %D%/plan-parts.h \
	%D%/plan-steps.c %D%/plan-time.c \
	%D%/preview.c \
	%D%/queue.c %D%/queue.h \
	%D%/readiness.c \
	%D%/restarts.c \
	%D%/rollback.c %D%/rollback-record.c \
	%D%/rolling.c \
	%D%/sampler.c \
	%D%/shift.c \
	%D%/state.c %D%/state.h \
	%D%/target/container.c %D%/target/container.h \
	%D%/target/container-start.c \
	%D%/target/exec.c \
	%D%/target/docker.c %D%/target/docker.h %D%/target/docker-pull.c \
	%D%/target/kind.c %D%/target/kind.h \
	%D%/take-up.c \
	%D%/target/adopted.c \
	%D%/target/health.c %D%/target/health.h \
	%D%/target/process.c \
	%D%/target/target.c %D%/target/target.h \
	%D%/upkeep.c \
	%D%/veto.c %D%/veto.h \
	%D%/window.c %D%/window.h \
	%D%/words.c %D%/words.h
if PLATFORM_LINUX
libsignalbox_a_SOURCES += %D%/log-bound-linux.c
else
libsignalbox_a_SOURCES += %D%/log-bound-posix.c
endif
EXTRA_DIST += %D%/log-bound-linux.c %D%/log-bound-posix.c
include %D%/traffic/local.mk
