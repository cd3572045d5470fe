libsignalbox_a_SOURCES += \
	%D%/provider.h \
	%D%/traffic.h
