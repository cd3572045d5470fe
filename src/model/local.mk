libsignalbox_a_SOURCES += \
	%D%/model.h
