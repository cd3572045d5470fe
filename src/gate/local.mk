libsignalbox_a_SOURCES += \
	%D%/gate.c %D%/gate.h
