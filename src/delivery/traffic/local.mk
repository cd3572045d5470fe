libsignalbox_a_SOURCES += \
	%D%/haproxy-answers.c %D%/haproxy-answers.h \
	%D%/haproxy-attached.c \
	%D%/haproxy-config.c %D%/haproxy-config.h \
	%D%/haproxy-lines.c %D%/haproxy-lines.h \
	%D%/haproxy-managed.c \
	%D%/haproxy-sample.c \
	%D%/haproxy-settle.c \
	%D%/haproxy-settled.c \
	%D%/haproxy-shift.c \
	%D%/haproxy-verify.c \
	%D%/haproxy-work.c \
	%D%/haproxy.c %D%/haproxy.h \
	%D%/latencies.c %D%/latencies.h \
	%D%/provider.h \
	%D%/traffic.c %D%/traffic.h
