libsignalbox_a_SOURCES += \
	%D%/pipeline.h \
	%D%/problems.h
