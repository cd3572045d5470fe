libsignalbox_a_SOURCES += \
	%D%/changes.c \
	%D%/compare.c %D%/compare.h \
	%D%/dora.c %D%/dora.h \
	%D%/sentence-delivery.c \
	%D%/environment.c \
	%D%/estimate.c \
	%D%/evidence.c \
	%D%/fold.h \
	%D%/gate.c \
	%D%/model.c %D%/model.h \
	%D%/note.c \
	%D%/history.c %D%/history.h \
	%D%/history-run.c \
	%D%/run.c \
	%D%/sentence.c %D%/sentence.h \
	%D%/stage.c \
	%D%/since.c \
	%D%/state.c \
	%D%/test.c \
	%D%/traffic.c
