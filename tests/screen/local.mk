# Tests of this kind: a file and two lines here. All share the pty.
check_LIBRARIES += %D%/libscreen.a
%C%_libscreen_a_SOURCES = \
	%D%/pty.c %D%/pty.h \
	%D%/stage.c %D%/stage.h

# The dashboard with a played engine, which the tests run.
EXTRA_PROGRAMS += %D%/driver
%C%_driver_SOURCES = %D%/driver.c
EXTRA_DIST += tests/data/golden

check_PROGRAMS += %D%/dashboard-test
EXTRA_%C%_dashboard_test_DEPENDENCIES = %D%/driver$(EXEEXT)
check_PROGRAMS += %D%/terms-test
EXTRA_%C%_terms_test_DEPENDENCIES = %D%/driver$(EXEEXT)
check_PROGRAMS += %D%/life-test
EXTRA_%C%_life_test_DEPENDENCIES = %D%/driver$(EXEEXT)
check_PROGRAMS += %D%/safety-test
EXTRA_%C%_safety_test_DEPENDENCIES = %D%/driver$(EXEEXT)
check_PROGRAMS += %D%/log-test
EXTRA_%C%_log_test_DEPENDENCIES = %D%/driver$(EXEEXT)
check_PROGRAMS += %D%/ships-test
EXTRA_%C%_ships_test_DEPENDENCIES = %D%/driver$(EXEEXT)
check_PROGRAMS += %D%/table-test
EXTRA_%C%_table_test_DEPENDENCIES = %D%/driver$(EXEEXT)
check_PROGRAMS += %D%/replay-test
EXTRA_%C%_replay_test_DEPENDENCIES = %D%/driver$(EXEEXT)
# Those that run the real program in a repository.
STAND_SOURCES = %D%/stand.c %D%/stand.h $(SITE_SOURCES)
check_PROGRAMS += %D%/attach-test
%C%_attach_test_SOURCES = %D%/attach-test.c $(STAND_SOURCES)

# Takes the README's pictures; needs two minutes and the demo's ports.
EXTRA_PROGRAMS += %D%/pictures
%C%_pictures_SOURCES = %D%/pictures.c %D%/svg.c %D%/svg.h
pictures: signalbox %D%/pictures
	@$(AM_TESTS_ENVIRONMENT) SIGNALBOX_EXAMPLES=$(abs_top_srcdir)/examples ./%D%/pictures
check_PROGRAMS += %D%/ways-out-test
%C%_ways_out_test_SOURCES = %D%/ways-out-test.c $(STAND_SOURCES)
check_PROGRAMS += %D%/terminal-test
EXTRA_%C%_terminal_test_DEPENDENCIES = %D%/driver$(EXEEXT)
check_PROGRAMS += %D%/board-test
%C%_board_test_SOURCES = %D%/board-test.c $(STAND_SOURCES)
check_PROGRAMS += %D%/plain-test
EXTRA_%C%_plain_test_DEPENDENCIES = %D%/driver$(EXEEXT)
check_PROGRAMS += %D%/plain-run-test
%C%_plain_run_test_SOURCES = %D%/plain-run-test.c $(SITE_SOURCES)
