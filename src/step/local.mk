libsignalbox_a_SOURCES += \
	%D%/artifacts.c \
	%D%/branches.c \
	%D%/check.c \
	%D%/deploy-operator.c \
	%D%/cleanup.c \
	%D%/deploy-plan.c \
	%D%/deploy-queue.c \
	%D%/deploy-watch.c \
	%D%/deploy.c %D%/deploy.h \
	%D%/environ.c %D%/environ.h \
	%D%/gate.c \
	%D%/gatekeeper.c %D%/gatekeeper.h \
	%D%/job.c %D%/job.h \
	%D%/log.c %D%/log.h \
	%D%/mask.c %D%/mask.h \
	%D%/past.h \
	%D%/reports.c %D%/reports.h \
	%D%/requests.c %D%/requests.h \
	%D%/run.c \
	%D%/scan.c \
	%D%/step.c %D%/step.h \
	%D%/unpack.c %D%/unpack.h
