# Tests of this kind: a file and a line here.
SITE_SOURCES = %D%/support.c %D%/support.h %D%/process.c %D%/process.h \
	%D%/colour.c %D%/colour.h %D%/web.c %D%/web.h \
	%D%/leftovers.c %D%/leftovers.h \
	tests/support/manual.c tests/support/manual.h
check_PROGRAMS += %D%/haproxy-test
%C%_haproxy_test_SOURCES = %D%/haproxy-test.c \
	%D%/leftovers.c %D%/leftovers.h %D%/web.c %D%/web.h
check_PROGRAMS += %D%/liar-test
%C%_liar_test_SOURCES = %D%/liar-test.c %D%/liar.c %D%/liar.h
check_PROGRAMS += %D%/nginx-test
%C%_nginx_test_SOURCES = %D%/nginx-test.c \
	%D%/leftovers.c %D%/leftovers.h %D%/web.c %D%/web.h
if PLATFORM_LINUX
check_PROGRAMS += %D%/faults-test
%C%_faults_test_SOURCES = %D%/faults-test.c $(SITE_SOURCES)
# Preloaded into the real program, never linked.
check_DATA += tests/support/faults.so
tests/support/faults.so: tests/support/faults.c tests/support/faults.h
	$(AM_V_CC)$(MKDIR_P) tests/support && \
		$(CC) $(AM_CPPFLAGS) -I. -D_GNU_SOURCE -std=gnu11 $(CFLAGS) \
		-fPIC -shared -o $@ $(top_srcdir)/tests/support/faults.c -ldl
CLEANFILES += tests/support/faults.so
endif
check_PROGRAMS += %D%/environment-test
%C%_environment_test_SOURCES = %D%/environment-test.c \
	%D%/colour.c %D%/colour.h %D%/web.c %D%/web.h \
	tests/support/environments.c tests/support/environments.h
check_PROGRAMS += %D%/container-test
%C%_container_test_SOURCES = %D%/container-test.c $(SITE_SOURCES)
EXTRA_DIST += tests/support/contained.c tests/support/dockerd.sh \
	tests/support/image.sh tests/support/registry.sh
check_PROGRAMS += %D%/drift-test
%C%_drift_test_SOURCES = %D%/drift-test.c \
	%D%/colour.c %D%/colour.h %D%/web.c %D%/web.h \
	tests/support/environments.c tests/support/environments.h
check_PROGRAMS += %D%/ssh-test
%C%_ssh_test_SOURCES = %D%/ssh-test.c $(SITE_SOURCES)
check_PROGRAMS += %D%/instances-test
%C%_instances_test_SOURCES = %D%/instances-test.c $(SITE_SOURCES)
check_PROGRAMS += %D%/report-test
%C%_report_test_SOURCES = %D%/report-test.c $(SITE_SOURCES)
check_PROGRAMS += %D%/evidence-test
%C%_evidence_test_SOURCES = %D%/evidence-test.c $(SITE_SOURCES)
check_PROGRAMS += %D%/tls-test
%C%_tls_test_SOURCES = %D%/tls-test.c $(SITE_SOURCES) \
	tests/support/secure.c tests/support/secure.h
check_PROGRAMS += %D%/licences-test
%C%_licences_test_SOURCES = %D%/licences-test.c $(SITE_SOURCES)
check_PROGRAMS += %D%/require-test
%C%_require_test_SOURCES = %D%/require-test.c $(SITE_SOURCES)
check_PROGRAMS += %D%/run-test
%C%_run_test_SOURCES = %D%/run-test.c $(SITE_SOURCES)
check_PROGRAMS += %D%/gates-test
%C%_gates_test_SOURCES = %D%/gates-test.c $(SITE_SOURCES)
check_PROGRAMS += %D%/actions-test
%C%_actions_test_SOURCES = %D%/actions-test.c $(SITE_SOURCES)
check_PROGRAMS += %D%/watch-test
%C%_watch_test_SOURCES = %D%/watch-test.c $(SITE_SOURCES)
check_PROGRAMS += %D%/notices-test
%C%_notices_test_SOURCES = %D%/notices-test.c $(SITE_SOURCES)
check_PROGRAMS += %D%/places-test
%C%_places_test_SOURCES = %D%/places-test.c $(SITE_SOURCES)
check_PROGRAMS += %D%/wayback-test
%C%_wayback_test_SOURCES = %D%/wayback-test.c $(SITE_SOURCES)
check_PROGRAMS += %D%/delivery-test
%C%_delivery_test_SOURCES = %D%/delivery-test.c $(SITE_SOURCES)
check_PROGRAMS += %D%/strategies-test
%C%_strategies_test_SOURCES = %D%/strategies-test.c $(SITE_SOURCES)
check_PROGRAMS += %D%/traffic-exec-test
%C%_traffic_exec_test_SOURCES = %D%/traffic-exec-test.c %D%/web.c %D%/web.h
check_PROGRAMS += %D%/nginx-delivery-test
%C%_nginx_delivery_test_SOURCES = %D%/nginx-delivery-test.c $(SITE_SOURCES)
check_PROGRAMS += %D%/preview-test
%C%_preview_test_SOURCES = %D%/preview-test.c $(SITE_SOURCES)
check_PROGRAMS += %D%/judged-test
%C%_judged_test_SOURCES = %D%/judged-test.c $(SITE_SOURCES)
check_PROGRAMS += %D%/windows-test
%C%_windows_test_SOURCES = %D%/windows-test.c $(SITE_SOURCES)
check_PROGRAMS += %D%/death-test
%C%_death_test_SOURCES = %D%/death-test.c $(SITE_SOURCES)
check_PROGRAMS += %D%/damage-test
%C%_damage_test_SOURCES = %D%/damage-test.c $(SITE_SOURCES)
check_PROGRAMS += %D%/server-test
%C%_server_test_SOURCES = %D%/server-test.c $(SITE_SOURCES)
check_PROGRAMS += %D%/gc-test
%C%_gc_test_SOURCES = %D%/gc-test.c $(SITE_SOURCES)
check_PROGRAMS += %D%/stages-test
%C%_stages_test_SOURCES = %D%/stages-test.c $(SITE_SOURCES)
check_PROGRAMS += %D%/follow-test
%C%_follow_test_SOURCES = %D%/follow-test.c $(SITE_SOURCES)
check_PROGRAMS += %D%/log-test
%C%_log_test_SOURCES = %D%/log-test.c $(SITE_SOURCES)
check_PROGRAMS += %D%/theme-test
%C%_theme_test_SOURCES = %D%/theme-test.c $(SITE_SOURCES)
check_PROGRAMS += %D%/history-test
%C%_history_test_SOURCES = %D%/history-test.c $(SITE_SOURCES)
check_PROGRAMS += %D%/resume-test
%C%_resume_test_SOURCES = %D%/resume-test.c $(SITE_SOURCES)
if PLATFORM_LINUX
check_PROGRAMS += %D%/anywhere-test
%C%_anywhere_test_SOURCES = %D%/anywhere-test.c \
	%D%/shares.c %D%/shares.h $(SITE_SOURCES)
# Preloaded into the real program, never linked.
check_DATA += tests/support/death.so
tests/support/death.so: tests/support/death.c tests/support/death.h
	$(AM_V_CC)$(MKDIR_P) tests/support && \
		$(CC) $(AM_CPPFLAGS) -I. -D_GNU_SOURCE -std=gnu11 $(CFLAGS) \
		-fPIC -shared -o $@ $(top_srcdir)/tests/support/death.c -ldl
CLEANFILES += tests/support/death.so
endif
# Those of check-long alone.
EXTRA_PROGRAMS += %D%/loud-test
%C%_loud_test_SOURCES = %D%/loud-test.c $(SITE_SOURCES)
if PLATFORM_LINUX
EXTRA_PROGRAMS += %D%/wrk-test
%C%_wrk_test_SOURCES = %D%/wrk-test.c $(SITE_SOURCES)
EXTRA_PROGRAMS += %D%/killed-test
%C%_killed_test_SOURCES = %D%/killed-test.c $(SITE_SOURCES)
endif
check_PROGRAMS += %D%/exceptions-test
%C%_exceptions_test_SOURCES = %D%/exceptions-test.c $(SITE_SOURCES)
check_PROGRAMS += %D%/ships-test
%C%_ships_test_SOURCES = %D%/ships-test.c $(SITE_SOURCES)
check_PROGRAMS += %D%/completion-test
%C%_completion_test_SOURCES = %D%/completion-test.c $(SITE_SOURCES)
check_PROGRAMS += %D%/secrets-test
%C%_secrets_test_SOURCES = %D%/secrets-test.c $(SITE_SOURCES)
check_PROGRAMS += %D%/kept-test
%C%_kept_test_SOURCES = %D%/kept-test.c $(SITE_SOURCES)
