libsignalbox_a_SOURCES += \
	%D%/artifact.h \
	%D%/backend.h \
	%D%/collector.h \
	%D%/command.c %D%/command.h \
	%D%/command-ships.c \
	%D%/git.c %D%/git.h \
	%D%/native.c %D%/native.h \
	%D%/native-ships.c \
	%D%/release.h \
	%D%/repository.c %D%/repository.h \
	%D%/ships.c %D%/ships.h \
	%D%/text.c %D%/text.h \
	%D%/work.h
