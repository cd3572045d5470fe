libsignalbox_a_SOURCES += \
	%D%/archive.c %D%/archive.h \
	%D%/artifact.c %D%/artifact.h \
	%D%/backend.h \
	%D%/blame.c %D%/blame.h \
	%D%/branches.c %D%/branches.h \
	%D%/checkout.c %D%/checkout.h \
	%D%/collector.h \
	%D%/command.c %D%/command.h \
	%D%/command-ships.c \
	%D%/copy.c %D%/copy.h \
	%D%/dotgit.c %D%/dotgit.h \
	%D%/git.c %D%/git.h \
	%D%/gitchild.c %D%/gitchild.h \
	%D%/gitfolder.c %D%/gitfolder.h \
	%D%/mainline.c %D%/mainline.h \
	%D%/manifest.c %D%/manifest.h \
	%D%/native.c %D%/native.h \
	%D%/native-ships.c \
	%D%/prepare.c \
	%D%/release.c %D%/release.h \
	%D%/remote.c %D%/remote.h \
	%D%/repository.c %D%/repository.h \
	%D%/revert.c %D%/revert.h \
	%D%/risk.c %D%/risk.h \
	%D%/shelf.c %D%/shelf.h \
	%D%/ships.c %D%/ships.h \
	%D%/text.c %D%/text.h \
	%D%/work.c %D%/work.h %D%/work-note.c %D%/workpool.h
if PLATFORM_LINUX
libsignalbox_a_SOURCES += %D%/copy-linux.c
else
libsignalbox_a_SOURCES += %D%/copy-posix.c
endif
EXTRA_DIST += %D%/copy-linux.c %D%/copy-posix.c
