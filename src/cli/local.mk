libsignalbox_a_SOURCES += \
	%D%/cli.c %D%/cli.h
