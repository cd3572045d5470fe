libsignalbox_a_SOURCES += \
	%D%/adopt.c \
	%D%/arguments.c %D%/arguments.h \
	%D%/attach.c \
	%D%/board.c %D%/board.h %D%/board-deed.c %D%/board-deed.h \
	%D%/board-read.c %D%/board-read.h \
	%D%/cli.c %D%/cli.h \
	%D%/complete.c %D%/complete.h %D%/completion.c \
	%D%/complete-values.c %D%/complete-values.h \
	%D%/demo.c \
	%D%/doctor.c \
	%D%/drill.c \
	%D%/errand.c %D%/errand.h \
	%D%/exceptions.c \
	%D%/exceptions-print.c %D%/exceptions-print.h \
	%D%/execution.c %D%/execution.h \
	%D%/follow.c %D%/follow.h \
	%D%/gc.c \
	%D%/help.c %D%/help.h \
	%D%/export.c \
	%D%/figures.c %D%/figures.h %D%/history-environment.c %D%/history.c %D%/history.h \
	%D%/init.c \
	%D%/load.c %D%/load.h \
	%D%/listing.c %D%/listing.h \
	%D%/log.c \
	%D%/logprint.c %D%/logprint.h \
	%D%/output.c %D%/output.h \
	%D%/place.c \
	%D%/plan.c %D%/plan.h \
	%D%/printer.c %D%/printer.h \
	%D%/project.c %D%/project.h \
	%D%/replay.c \
	%D%/report.c %D%/report-print.c %D%/report-print.h \
	%D%/resume.c %D%/resume.h \
	%D%/run.c \
	%D%/runs.c %D%/runs.h \
	%D%/screen.c %D%/screen.h \
	%D%/ships.c \
	%D%/ships-print.c %D%/ships-print.h \
	%D%/status-environment.c %D%/status.c %D%/status.h \
	%D%/steer.c %D%/steer.h \
	%D%/tail.c %D%/tail.h \
	%D%/tell.c %D%/tell.h \
	%D%/usual.c %D%/usual.h \
	%D%/until.c %D%/until.h \
	%D%/validate.c \
	%D%/verify.c \
	%D%/verify-kept.c %D%/verify-kept.h \
	%D%/watch.c \
	%D%/watch-run.c %D%/watch-run.h \
	%D%/watch-state.c %D%/watch-state.h
# What a person wants of the screen.
libsignalbox_a_SOURCES += \
	%D%/reset-terminal.c \
	%D%/settings.c %D%/settings.h \
	%D%/theme.c
