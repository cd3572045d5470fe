libsignalbox_a_SOURCES += \
	%D%/bound.c %D%/bound.h \
	%D%/commands.c \
	%D%/control.c \
	%D%/engine.c %D%/engine.h \
	%D%/garbage.c %D%/garbage.h %D%/garbage-images.c \
	%D%/garbage-needs.c %D%/garbage-places.c %D%/garbage-reverts.c \
	%D%/garbage-runs.c %D%/garbage-store.c \
	%D%/internal.h \
	%D%/kept-logs.c %D%/kept-logs.h \
	%D%/message.c %D%/message.h \
	%D%/notices.c %D%/notices.h \
	%D%/recovery.c %D%/recovery.h %D%/recovery-fold.c \
	%D%/remember.c %D%/remember.h \
	%D%/restore.c \
	%D%/run-folder.c %D%/run-record.c \
	%D%/runs.c %D%/runs.h \
	%D%/schedule.c %D%/schedule.h \
	%D%/seen.c %D%/seen.h \
	%D%/selection.c %D%/selection.h \
	%D%/services.c \
	%D%/sites.c \
	%D%/sockets.c %D%/sockets.h \
	%D%/stage.c %D%/stage-end.c %D%/stage-facts.c \
	%D%/stage-prepare.c %D%/stages.c \
	%D%/stream.c %D%/stream.h
