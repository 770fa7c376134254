noinst_LIBRARIES += %D%/libdirectory.a
%C%_libdirectory_a_SOURCES = \
	%D%/bind.c \
	%D%/connection.c %D%/connection.h \
	%D%/controls.c %D%/controls.h \
	%D%/directory.h \
	%D%/dn.c \
	%D%/entry.c %D%/entry.h \
	%D%/filter.c \
	%D%/handle.c \
	%D%/modify.c \
	%D%/search.c \
	%D%/sync.c \
	%D%/wire.c %D%/wire.h

EXTRA_DIST += %D%/directory

check_PROGRAMS += \
	tests/unit/test_ldap_filter \
	tests/unit/test_ldap_dn \
	tests/unit/test_ldap_server \
	tests/unit/test_ldap_sync
tests_unit_test_ldap_filter_SOURCES = tests/unit/test_ldap_filter.c
tests_unit_test_ldap_filter_LDADD = $(DIRECTORY) $(CMOCKA_LIBS)
tests_unit_test_ldap_dn_SOURCES = tests/unit/test_ldap_dn.c
tests_unit_test_ldap_dn_LDADD = $(DIRECTORY) $(CMOCKA_LIBS)
# test_ldap_slapd is no program: it runs a private slapd for these two, and for whoever else needs one.
slapd_fixture = tests/unit/test_ldap_slapd.c tests/unit/test_ldap_slapd.h
tests_unit_test_ldap_server_SOURCES = tests/unit/test_ldap_server.c tests/unit/test_mail_addresses.h $(slapd_fixture)
tests_unit_test_ldap_server_LDADD = $(DIRECTORY) $(CMOCKA_LIBS)
tests_unit_test_ldap_sync_SOURCES = tests/unit/test_ldap_sync.c $(slapd_fixture)
tests_unit_test_ldap_sync_LDADD = $(DIRECTORY) $(CMOCKA_LIBS)

fuzz_targets += tests/fuzz/fuzz_ldap_escape
tests_fuzz_fuzz_ldap_escape_SOURCES = tests/fuzz/fuzz_ldap_escape.c
tests_fuzz_fuzz_ldap_escape_LDADD = $(FUZZ_MAIN) $(DIRECTORY)
