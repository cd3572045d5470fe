libsignalbox_a_SOURCES += \
	%D%/codeowners.c %D%/codeowners.h \
	%D%/exceptions.c %D%/exceptions.h \
	%D%/exceptions-apply.c \
	%D%/exceptions-index.c %D%/exceptions-index.h \
	%D%/exceptions-same.c \
	%D%/ignore.c %D%/ignore.h \
	%D%/ignore-lines.c \
	%D%/ignore-openvex.c \
	%D%/ignore-osv.c \
	%D%/ignore-snyk.c \
	%D%/ignore-write.c \
	%D%/ignore-yaml.c \
	%D%/record.c %D%/record.h \
	%D%/toml.c %D%/toml.h \
	%D%/toml-text.c %D%/toml-text.h \
	%D%/vex-warnings.c %D%/vex-warnings.h
