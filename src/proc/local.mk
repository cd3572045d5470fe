libsignalbox_a_SOURCES += \
	%D%/child.h \
	%D%/guard.h \
	%D%/identity.h \
	%D%/launcher.h
