libsignalbox_a_SOURCES += \
	%D%/capture.c \
	%D%/child.c \
	%D%/child.h \
	%D%/ending.c \
	%D%/ending.h \
	%D%/foreground.c \
	%D%/foreground.h \
	%D%/guard.c \
	%D%/guard.h \
	%D%/identity.h \
	%D%/launcher.c \
	%D%/launcher.h \
	%D%/sweep.c \
	%D%/terminal.c \
	%D%/terminal.h \
	%D%/tool.c \
	%D%/tool.h
if PLATFORM_LINUX
libsignalbox_a_SOURCES += %D%/identity-linux.c
else
libsignalbox_a_SOURCES += %D%/identity-posix.c
endif
EXTRA_DIST += %D%/identity-linux.c %D%/identity-posix.c
