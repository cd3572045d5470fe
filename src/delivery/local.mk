libsignalbox_a_SOURCES += \
	%D%/analysis.h \
	%D%/environment.h \
	%D%/keeper.h \
	%D%/plan.h \
	%D%/state.h \
	%D%/target/target.h
include %D%/traffic/local.mk
