libsignalbox_a_SOURCES += \
	%D%/allowances.c %D%/allowances.h \
	%D%/artifacts.c \
	%D%/branches.c \
	%D%/check.c \
	%D%/deploy-bake.c \
	%D%/deploy-gate.c \
	%D%/deploy-observe.c \
	%D%/deploy-operator.c \
	%D%/cleanup.c \
	%D%/deploy-past.c \
	%D%/deploy-plan.c \
	%D%/deploy-queue.c \
	%D%/deploy-run.c %D%/deploy-steer.c \
	%D%/deploy-gone.c %D%/deploy-watch.c %D%/deploy-window.c \
	%D%/deploy.c %D%/deploy.h \
	%D%/environ.c %D%/environ.h \
	%D%/file-facts.h \
	%D%/follow.c %D%/follow.h \
	%D%/gate.c \
	%D%/gatekeeper.c %D%/gatekeeper.h \
	%D%/job.c %D%/job.h \
	%D%/keep.c %D%/keep.h \
	%D%/live-evidence.c %D%/live-evidence.h \
	%D%/log.c %D%/log.h %D%/log-internal.h \
	%D%/log-tally.c %D%/log-tally.h \
	%D%/log-output.c \
	%D%/mask.c %D%/mask.h \
	%D%/past.c %D%/past.h \
	%D%/people.c %D%/people.h \
	%D%/reopen.h \
	%D%/reports.c %D%/reports.h \
	%D%/reading.c %D%/reading.h %D%/require.c %D%/require.h \
	%D%/reasons.c %D%/reasons.h \
	%D%/requests.c %D%/requests.h \
	%D%/run.c \
	%D%/scan.c %D%/scan.h \
	%D%/scan-files.c %D%/scan-files.h \
	%D%/scan-known.c %D%/scan-look.c %D%/scan-since.c \
	%D%/scan-licences.c %D%/scan-licences.h \
	%D%/scripts.c %D%/scripts.h \
	%D%/service.c %D%/service.h \
	%D%/ships-look.c %D%/ships-look.h \
	%D%/step.c %D%/step.h \
	%D%/test-names.c %D%/test-names.h \
	%D%/waivers.c %D%/waivers.h %D%/waivers-settings.c \
	%D%/unescape.c %D%/unescape.h \
	%D%/unpack.c %D%/unpack.h
if PLATFORM_LINUX
libsignalbox_a_SOURCES += %D%/file-facts-linux.c %D%/reopen-linux.c
else
libsignalbox_a_SOURCES += %D%/file-facts-posix.c %D%/reopen-posix.c
endif
EXTRA_DIST += %D%/file-facts-linux.c %D%/file-facts-posix.c \
	%D%/reopen-linux.c %D%/reopen-posix.c
