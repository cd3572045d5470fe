libsignalbox_a_SOURCES += \
	%D%/artifact.h \
	%D%/backend.h \
	%D%/checkout.c %D%/checkout.h \
	%D%/collector.h \
	%D%/command.c %D%/command.h \
	%D%/command-ships.c \
	%D%/git.c %D%/git.h \
	%D%/gitchild.c %D%/gitchild.h \
	%D%/gitfolder.c %D%/gitfolder.h \
	%D%/manifest.c %D%/manifest.h \
	%D%/native.c %D%/native.h \
	%D%/native-ships.c \
	%D%/prepare.c \
	%D%/release.h \
	%D%/repository.c %D%/repository.h \
	%D%/ships.c %D%/ships.h \
	%D%/text.c %D%/text.h \
	%D%/work.c %D%/work.h %D%/workpool.h
