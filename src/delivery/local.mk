libsignalbox_a_SOURCES +=
