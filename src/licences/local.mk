libsignalbox_a_SOURCES += \
	%D%/approvals.c %D%/approvals.h \
	%D%/licences.c %D%/licences.h \
	%D%/license-family.c %D%/license-family.h \
	%D%/spdx-expression.c %D%/spdx-expression.h
