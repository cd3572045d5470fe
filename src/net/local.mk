libsignalbox_a_SOURCES += \
	%D%/http.h \
	%D%/line.h \
	%D%/server.h
