# Where each shell looks by itself; `signalbox completion` prints the same
# files, which are built in. Installed by a rule for bash: there a script has
# the command's own name.
bashcompdir = $(datadir)/bash-completion/completions
zshcompdir = $(datadir)/zsh/site-functions
fishcompdir = $(datadir)/fish/vendor_completions.d
dist_zshcomp_DATA = %D%/_signalbox
dist_fishcomp_DATA = %D%/signalbox.fish
EXTRA_DIST += %D%/signalbox.bash
install-data-local:
	$(MKDIR_P) '$(DESTDIR)$(bashcompdir)'
	$(INSTALL_DATA) $(srcdir)/%D%/signalbox.bash \
		'$(DESTDIR)$(bashcompdir)/signalbox'
uninstall-local:
	rm -f '$(DESTDIR)$(bashcompdir)/signalbox'

COMPLETIONS = $(srcdir)/%D%/signalbox.bash $(srcdir)/%D%/_signalbox \
	$(srcdir)/%D%/signalbox.fish
nodist_libsignalbox_a_SOURCES += %D%/shell-scripts.c
CLEANFILES += %D%/shell-scripts.c
%D%/shell-scripts.c: $(COMPLETIONS) src/embed.awk
	$(AM_V_GEN)$(MKDIR_P) %D% && \
	set bash zsh fish && \
	for script in $(COMPLETIONS); do \
		echo "$$1 $$script"; shift; \
	done | LC_ALL=C awk -v header=cli/complete.h \
		-v array='struct shell_script shell_scripts' \
		-f $(srcdir)/src/embed.awk >$@.part && \
	mv $@.part $@
