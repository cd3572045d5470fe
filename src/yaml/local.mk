libsignalbox_a_SOURCES += \
	%D%/problems.c %D%/problems.h \
	%D%/tree.c %D%/tree.h
