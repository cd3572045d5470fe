# A new test is a file and a line here.
check_PROGRAMS += %D%/base/clock-test
check_PROGRAMS += %D%/event/event-test
check_PROGRAMS += %D%/event/journal-test
check_PROGRAMS += %D%/loop/helper-test
check_PROGRAMS += %D%/loop/loop-test
check_PROGRAMS += %D%/net/http-test
check_PROGRAMS += %D%/net/line-test
check_PROGRAMS += %D%/net/server-test
check_PROGRAMS += %D%/proc/child-test
check_PROGRAMS += %D%/proc/identity-test
check_PROGRAMS += %D%/base/number-test
check_PROGRAMS += %D%/model/model-test
check_PROGRAMS += %D%/model/sentence-test
check_PROGRAMS += %D%/delivery/analysis-test
check_PROGRAMS += %D%/delivery/keeper-test
