# Tests of this kind: a file and a line here.
check_PROGRAMS += %D%/haproxy-test
%C%_haproxy_test_SOURCES = %D%/haproxy-test.c %D%/web.c %D%/web.h
