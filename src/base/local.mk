libsignalbox_a_SOURCES += \
	%D%/clock.c %D%/clock.h \
	%D%/digest.c %D%/digest.h \
	%D%/error.c %D%/error.h \
	%D%/file.c %D%/file.h \
	%D%/glob.c %D%/glob.h \
	%D%/memory.c %D%/memory.h \
	%D%/number.c %D%/number.h \
	%D%/printable.c %D%/printable.h \
	%D%/search.c %D%/search.h \
	%D%/str.c %D%/str.h \
	%D%/strings.c %D%/strings.h \
	%D%/vector.h \
	%D%/zone.c %D%/zone.h %D%/zone-names.c \
	%D%/zone-rule.c %D%/zone-rule.h
if MALLOC_TRIM
libsignalbox_a_SOURCES += %D%/memory-trim.c
else
libsignalbox_a_SOURCES += %D%/memory-keep.c
endif
EXTRA_DIST += %D%/memory-trim.c %D%/memory-keep.c
