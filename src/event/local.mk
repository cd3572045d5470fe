libsignalbox_a_SOURCES += \
	%D%/channel.c %D%/channel.h \
	%D%/command.c %D%/command.h \
	%D%/compact.c %D%/compact.h \
	%D%/event.c \
	%D%/event.h \
	%D%/journal-chain.c \
	%D%/journal-chain.h \
	%D%/journal-head.c \
	%D%/journal-head.h \
	%D%/journal.c \
	%D%/journal.h \
	%D%/logindex.c %D%/logindex.h \
	%D%/replay.c %D%/replay.h
