libsignalbox_a_SOURCES += \
	%D%/folders.h \
	%D%/helper.c \
	%D%/helper.h \
	%D%/loop.c \
	%D%/loop.h \
	%D%/thread.h \
	%D%/timers.c \
	%D%/timers.h \
	%D%/wake.c \
	%D%/wake.h
if PLATFORM_LINUX
libsignalbox_a_SOURCES += %D%/folders-linux.c %D%/thread-linux.c
else
libsignalbox_a_SOURCES += %D%/folders-posix.c %D%/thread-posix.c
endif
EXTRA_DIST += %D%/folders-linux.c %D%/folders-posix.c
EXTRA_DIST += %D%/thread-linux.c %D%/thread-posix.c
