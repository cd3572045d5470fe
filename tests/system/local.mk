# Tests of this kind: a file and a line here.
check_PROGRAMS += %D%/haproxy-test
%C%_haproxy_test_SOURCES = %D%/haproxy-test.c %D%/web.c %D%/web.h
check_PROGRAMS += %D%/environment-test
%C%_environment_test_SOURCES = %D%/environment-test.c \
	%D%/colour.c %D%/colour.h %D%/web.c %D%/web.h \
	tests/support/environments.c tests/support/environments.h
