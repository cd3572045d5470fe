libsignalbox_a_SOURCES += \
	%D%/freshness.h \
	%D%/policy.h \
	%D%/report.h \
	%D%/stream.h
