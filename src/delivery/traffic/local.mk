libsignalbox_a_SOURCES += \
	%D%/exec.c \
	%D%/exec-answers.c %D%/exec-answers.h \
	%D%/haproxy-answers.c %D%/haproxy-answers.h \
	%D%/haproxy-attached.c \
	%D%/haproxy-config.c %D%/haproxy-config.h \
	%D%/haproxy-drain.c \
	%D%/haproxy-lines.c %D%/haproxy-lines.h \
	%D%/haproxy-managed.c \
	%D%/haproxy-preview.c \
	%D%/haproxy-sample.c \
	%D%/haproxy-settle.c \
	%D%/haproxy-settled.c \
	%D%/haproxy-shift.c \
	%D%/haproxy-verify.c \
	%D%/haproxy-work.c \
	%D%/haproxy.c %D%/haproxy.h \
	%D%/latencies.c %D%/latencies.h \
	%D%/nginx-attached.c \
	%D%/nginx-config.c %D%/nginx-config.h \
	%D%/nginx-log.c %D%/nginx-log.h \
	%D%/nginx-managed.c \
	%D%/nginx-probe.c \
	%D%/nginx-sample.c \
	%D%/nginx-shift.c \
	%D%/nginx-steer.c %D%/nginx-steer.h \
	%D%/nginx-tail.c %D%/nginx-tail.h \
	%D%/nginx-work.c \
	%D%/nginx.c %D%/nginx.h \
	%D%/program.c %D%/program.h \
	%D%/provider.h \
	%D%/sessions.h \
	%D%/traffic.c %D%/traffic.h
if PLATFORM_LINUX
libsignalbox_a_SOURCES += %D%/sessions-linux.c
else
libsignalbox_a_SOURCES += %D%/sessions-posix.c
endif
EXTRA_DIST += %D%/sessions-linux.c %D%/sessions-posix.c
