libsignalbox_a_SOURCES += \
	%D%/channel.h \
	%D%/event.h \
	%D%/journal.h
