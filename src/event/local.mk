libsignalbox_a_SOURCES += \
	%D%/channel.h \
	%D%/event.c \
	%D%/event.h \
	%D%/journal.h
