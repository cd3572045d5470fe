libsignalbox_a_SOURCES += \
	%D%/export.c %D%/export.h \
	%D%/export-junit.c \
	%D%/export-markdown.c \
	%D%/export-sarif.c \
	%D%/freshness.c %D%/freshness.h \
	%D%/kept.c %D%/kept.h \
	%D%/kept-key.c \
	%D%/kept-path.h \
	%D%/kept-read.c \
	%D%/known.c %D%/known.h \
	%D%/policy.c %D%/policy.h \
	%D%/report-files.c %D%/report-files.h
