# How tests run: every program speaks TAP through tests/tap, which turns
# cmocka's dialect into what the driver expects.
LOG_DRIVER = $(SHELL) $(top_srcdir)/build-aux/tap-driver.sh
LOG_COMPILER = $(SHELL) $(top_srcdir)/tests/tap
AM_LOG_FLAGS =
SH_LOG_DRIVER = $(LOG_DRIVER)
SH_LOG_COMPILER = $(SHELL)
TEST_EXTENSIONS = .sh
AM_TESTS_ENVIRONMENT = \
	top_srcdir='$(abs_top_srcdir)'; export top_srcdir; \
	top_builddir='$(abs_top_builddir)'; export top_builddir; \
	SIGNALBOX='$(abs_top_builddir)/signalbox'; export SIGNALBOX;

CHECKS = %D%/check-layers.sh %D%/check-size.sh %D%/check-format.sh \
	%D%/check-man.sh %D%/check-examples.sh
EXTRA_DIST += %D%/tap %D%/long %D%/example $(CHECKS) src/layers
EXTRA_DIST += %D%/data %D%/support

if HAVE_CMOCKA
include tests/unit/local.mk
include tests/system/local.mk
include tests/fuzz/local.mk
if HAVE_VTERM
include tests/screen/local.mk
endif
endif
include tests/bench/local.mk

TESTS += $(check_PROGRAMS) $(CHECKS)

# What takes minutes: sanitizers and the distribution. More jobs than a small
# machine has processors: most tests wait.
check-long:
	srcdir='$(abs_top_srcdir)' builddir='$(abs_top_builddir)' \
		make='$(MAKE)' jobs=3 programs='$(check_PROGRAMS)' \
		$(SHELL) $(top_srcdir)/tests/long
.PHONY: check-long pictures
