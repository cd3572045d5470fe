# A new test is a file and a line here.
check_PROGRAMS += %D%/base/clock-test
