libsignalbox_a_SOURCES += \
	%D%/address.c %D%/address.h \
	%D%/http.c %D%/http.h \
	%D%/line.c %D%/line.h \
	%D%/port.c %D%/port.h \
	%D%/server.c %D%/server.h \
	%D%/wire.c %D%/wire.h
if PLATFORM_LINUX
libsignalbox_a_SOURCES += %D%/peer-linux.c
EXTRA_DIST += %D%/peer-posix.c
else
libsignalbox_a_SOURCES += %D%/peer-posix.c
EXTRA_DIST += %D%/peer-linux.c
endif
