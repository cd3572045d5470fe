libsignalbox_a_SOURCES += \
	%D%/command.c %D%/command.h \
	%D%/channel.h \
	%D%/event.c \
	%D%/event.h \
	%D%/journal.h
