# `make bench`: programs that time ours beside a peer's, in the same run. A
# new one is NAME-bench.c and a name in BENCHES; bench.h tells how it prints.
BENCHES = %D%/stages-bench %D%/checkout-bench %D%/log-bench %D%/report-bench
if HAVE_CMOCKA
BENCHES += %D%/sample-bench
if HAVE_VTERM
BENCHES += %D%/rollback-bench %D%/screen-bench
BENCHES += %D%/logview-bench
endif
endif
EXTRA_PROGRAMS += $(BENCHES) %D%/writer
bench_common = %D%/bench.c %D%/bench.h
%C%_stages_bench_SOURCES = %D%/stages-bench.c $(bench_common)
%C%_checkout_bench_SOURCES = %D%/checkout-bench.c $(bench_common)
%C%_log_bench_SOURCES = %D%/log-bench.c $(bench_common)
%C%_report_bench_SOURCES = %D%/report-bench.c $(bench_common)
%C%_rollback_bench_SOURCES = %D%/rollback-bench.c $(SITE_SOURCES) \
	$(bench_common)
%C%_sample_bench_SOURCES = %D%/sample-bench.c \
	tests/system/colour.c tests/system/colour.h \
	tests/system/web.c tests/system/web.h \
	tests/system/leftovers.c tests/system/leftovers.h \
	tests/support/environments.c tests/support/environments.h \
	$(bench_common)
%C%_screen_bench_SOURCES = %D%/screen-bench.c %D%/terminal.c %D%/terminal.h \
	$(bench_common)
%C%_logview_bench_SOURCES = %D%/logview-bench.c %D%/terminal.c \
	%D%/terminal.h $(bench_common)
%C%_writer_SOURCES = %D%/writer.c
%C%_writer_LDADD =
CLEANFILES += $(EXTRA_PROGRAMS)

bench: signalbox $(BENCHES) %D%/writer
	@$(AM_TESTS_ENVIRONMENT) \
	for bench in $(BENCHES); do ./$$bench || exit 1; done
.PHONY: bench
