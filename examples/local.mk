shopdir = $(pkgdatadir)/examples/shop
dist_shop_SCRIPTS = %D%/shop/make-repository
EXTRA_DIST += %D%/shop/commits
install-data-hook:
	cp -R $(srcdir)/%D%/shop/commits $(DESTDIR)$(shopdir)/
	chmod -R u+w $(DESTDIR)$(shopdir)/commits
uninstall-hook:
	rm -rf $(DESTDIR)$(shopdir)/commits
