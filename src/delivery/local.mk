libsignalbox_a_SOURCES +=
include %D%/traffic/local.mk
