libsignalbox_a_SOURCES += \
	%D%/analysis.c %D%/analysis.h \
	%D%/environment.h \
	%D%/keeper-client.c \
	%D%/keeper-folder.c %D%/keeper-folder.h \
	%D%/keeper.c %D%/keeper.h \
	%D%/plan.c %D%/plan.h \
	%D%/state.h \
	%D%/target/process.c \
	%D%/target/target.c %D%/target/target.h \
	%D%/words.c %D%/words.h
include %D%/traffic/local.mk
