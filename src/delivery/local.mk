libsignalbox_a_SOURCES += \
	%D%/analysis.c %D%/analysis.h \
	%D%/environment.h \
	%D%/keeper.h \
	%D%/plan.c %D%/plan.h \
	%D%/state.h \
	%D%/target/target.h \
	%D%/words.c %D%/words.h
include %D%/traffic/local.mk
