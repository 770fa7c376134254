# nginx's site and the units. ./start fills the site's template by itself; an operator fills it by hand (see its head).
sitedir = $(pkgdatadir)/nginx
sitestaticdir = $(sitedir)/static
siteerrordir = $(sitestaticdir)/erreur
dist_site_DATA = %D%/habilis.conf.in %D%/redirect.conf.in %D%/fastcgi.conf %D%/security.conf
dist_sitestatic_DATA = %D%/static/style.css %D%/static/favicon.svg
dist_siteerror_DATA = \
	%D%/static/erreur/400.html \
	%D%/static/erreur/404.html \
	%D%/static/erreur/405.html \
	%D%/static/erreur/413.html \
	%D%/static/erreur/429.html \
	%D%/static/erreur/500.html \
	%D%/static/erreur/503.html \
	%D%/static/erreur/foot.html \
	%D%/static/erreur/head.html

systemdsystemunit_DATA = \
	%D%/units/habilis-clerk.service \
	%D%/units/habilis-web-login.service \
	%D%/units/habilis-web-private.service \
	%D%/units/habilis-web-public.service \
	%D%/units/habilis-writer.service
unitdropindir = $(systemdsystemunitdir)/habilis-.service.d
unitdropin_DATA = %D%/units/hardening.conf
sysusersdir = $(prefix)/lib/sysusers.d
tmpfilesdir = $(prefix)/lib/tmpfiles.d
sysusers_DATA = %D%/units/sysusers/habilis.conf
tmpfiles_DATA = %D%/units/tmpfiles/habilis.conf
unit_files = $(systemdsystemunit_DATA) $(unitdropin_DATA) $(sysusers_DATA) $(tmpfiles_DATA)
CLEANFILES += $(unit_files)

FILL_UNIT = $(AM_V_GEN)$(MKDIR_P) $(@D) && $(SED) -e 's|@sbindir[@]|$(sbindir)|g' -e 's|@sysconfdir[@]|$(sysconfdir)|g' \
	-e 's|@localstatedir[@]|$(localstatedir)|g' -e 's|@runstatedir[@]|$(runstatedir)|g' $< >$@
$(systemdsystemunit_DATA): Makefile
%D%/units/habilis-clerk.service: %D%/units/habilis-clerk.service.in
	$(FILL_UNIT)
%D%/units/habilis-web-login.service: %D%/units/habilis-web-login.service.in
	$(FILL_UNIT)
%D%/units/habilis-web-private.service: %D%/units/habilis-web-private.service.in
	$(FILL_UNIT)
%D%/units/habilis-web-public.service: %D%/units/habilis-web-public.service.in
	$(FILL_UNIT)
%D%/units/habilis-writer.service: %D%/units/habilis-writer.service.in
	$(FILL_UNIT)
%D%/units/hardening.conf: %D%/units/hardening.conf.in Makefile
	$(FILL_UNIT)
%D%/units/sysusers/habilis.conf: %D%/units/habilis.sysusers.in Makefile
	$(FILL_UNIT)
%D%/units/tmpfiles/habilis.conf: %D%/units/habilis.tmpfiles.in Makefile
	$(FILL_UNIT)

EXTRA_DIST += %D%/units %D%/demo.conf.in
# brings it all up for a demonstration
EXTRA_DIST += start
