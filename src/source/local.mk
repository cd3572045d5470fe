libsignalbox_a_SOURCES += \
	%D%/artifact.h \
	%D%/release.h \
	%D%/repository.h \
	%D%/ships.h \
	%D%/work.h
