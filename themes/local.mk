# What a person copies and changes; the same files are built in.
themedir = $(pkgdatadir)/themes
dist_theme_DATA = \
	%D%/colour-blind.yaml \
	%D%/colour-blind-light.yaml \
	%D%/dark.yaml \
	%D%/high-contrast.yaml \
	%D%/high-contrast-light.yaml \
	%D%/light.yaml \
	%D%/monochrome.yaml \
	%D%/terminal.yaml

EXTRA_DIST += src/embed.awk
nodist_libsignalbox_a_SOURCES = %D%/shipped-themes.c
CLEANFILES += %D%/shipped-themes.c
%D%/shipped-themes.c: $(dist_theme_DATA) src/embed.awk
	$(AM_V_GEN)$(MKDIR_P) %D% && \
	for theme in $(dist_theme_DATA); do \
		test -f $$theme || theme=$(srcdir)/$$theme; \
		echo "`basename $$theme .yaml` $$theme"; \
	done | LC_ALL=C awk -v header=ui/theme.h \
		-v array='struct shipped_theme shipped_themes' \
		-f $(srcdir)/src/embed.awk >$@.part && \
	mv $@.part $@
