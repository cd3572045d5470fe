# Tests of this kind: a file and a line here.
# The dashboard with a played engine.
EXTRA_PROGRAMS += %D%/driver
%C%_driver_SOURCES = %D%/driver.c
