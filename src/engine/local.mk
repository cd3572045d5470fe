libsignalbox_a_SOURCES += \
	%D%/control.c \
	%D%/engine.c %D%/engine.h \
	%D%/internal.h \
	%D%/recovery.c %D%/recovery.h \
	%D%/runs.c %D%/runs.h \
	%D%/schedule.c %D%/schedule.h \
	%D%/selection.c %D%/selection.h \
	%D%/sites.c \
	%D%/stage.c %D%/stages.c %D%/stage-facts.c \
	%D%/stream.c %D%/stream.h
