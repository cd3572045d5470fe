shopdir = $(pkgdatadir)/examples/shop
dist_shop_SCRIPTS = %D%/shop/make-repository
consumerdir = $(pkgdatadir)/examples
dist_consumer_SCRIPTS = %D%/consumer.py
EXTRA_DIST += %D%/shop/commits
# Repositories with pipelines of their own, which `make check-long` runs.
EXAMPLES = flask ansible c
EXTRA_DIST += %D%/flask %D%/ansible %D%/c
systemdexampledir = $(pkgdatadir)/examples/systemd
dist_systemdexample_DATA = %D%/systemd/signalbox-watch@.service
actionsdir = $(pkgdatadir)/examples/github-actions
dist_actions_DATA = %D%/github-actions/signalbox.yml
sshexampledir = $(pkgdatadir)/examples/ssh
dist_sshexample_SCRIPTS = %D%/ssh/colour
install-data-hook:
	cp -R $(srcdir)/%D%/shop/commits $(DESTDIR)$(shopdir)/
	for example in $(EXAMPLES); do \
		cp -R $(srcdir)/%D%/$$example $(DESTDIR)$(consumerdir)/ && \
		chmod -R u+w $(DESTDIR)$(consumerdir)/$$example || exit 1; \
	done
	chmod -R u+w $(DESTDIR)$(shopdir)/commits
uninstall-hook:
	rm -rf $(DESTDIR)$(shopdir)/commits
	for example in $(EXAMPLES); do \
		rm -rf $(DESTDIR)$(consumerdir)/$$example; \
	done
execexampledir = $(pkgdatadir)/examples/traffic-exec
dist_execexample_SCRIPTS = %D%/traffic-exec/haproxy-by-socat
