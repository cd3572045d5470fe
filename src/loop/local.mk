libsignalbox_a_SOURCES += \
	%D%/helper.h \
	%D%/loop.h
