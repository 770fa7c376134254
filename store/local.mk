# libstore.a reads and asks; libwriter.a writes, and only habilis-writer, tests and bench link it: $(WRITER).
WRITER = store/libwriter.a $(STORE)

noinst_LIBRARIES += %D%/libstore.a %D%/libwriter.a
sbin_PROGRAMS += %D%/habilis-writer

%C%_libstore_a_SOURCES = \
	%D%/audit.c %D%/audit.h \
	%D%/audit_query.c \
	%D%/audit_verify.c \
	%D%/backup.c \
	%D%/changeset.c %D%/changeset.h \
	%D%/changeset_wire.c \
	%D%/client.c \
	%D%/codec.c %D%/codec.h \
	%D%/env.c %D%/env.h \
	%D%/events.h \
	%D%/kinds.c %D%/kinds.h \
	%D%/log.h \
	%D%/ops.h \
	%D%/store.c %D%/store.h \
	%D%/tables.c %D%/tables.h \
	%D%/txn.c \
	%D%/wire.h

%C%_libwriter_a_SOURCES = \
	%D%/apply.c \
	%D%/log_write.c \
	%D%/peer.c %D%/peer.h \
	%D%/publish.c \
	%D%/restore.c \
	%D%/serve.c \
	%D%/writer.c %D%/writer.h \
	%D%/writer_state.h

%C%_habilis_writer_SOURCES = %D%/writer_main.c
%C%_habilis_writer_LDADD = $(WRITER)

# tests/unit/test_store_common.h, _sample.h and _server.h are theirs together
check_PROGRAMS += \
	tests/unit/test_store_apply \
	tests/unit/test_store_audit \
	tests/unit/test_store_backup \
	tests/unit/test_store_changeset \
	tests/unit/test_store_codec \
	tests/unit/test_store_golden \
	tests/unit/test_store_log \
	tests/unit/test_store_power \
	tests/unit/test_store_query \
	tests/unit/test_store_read \
	tests/unit/test_store_socket \
	tests/unit/test_store_writer
tests_unit_test_store_apply_SOURCES = tests/unit/test_store_apply.c tests/unit/test_store_common.h
tests_unit_test_store_apply_LDADD = $(WRITER) $(CMOCKA_LIBS)
tests_unit_test_store_audit_SOURCES = tests/unit/test_store_audit.c tests/unit/test_store_common.h
tests_unit_test_store_audit_LDADD = $(WRITER) $(CMOCKA_LIBS)
tests_unit_test_store_backup_SOURCES = tests/unit/test_store_backup.c tests/unit/test_store_common.h tests/unit/test_store_server.h
tests_unit_test_store_backup_LDADD = $(WRITER) $(CMOCKA_LIBS)
tests_unit_test_store_changeset_SOURCES = tests/unit/test_store_changeset.c tests/unit/test_store_common.h
tests_unit_test_store_changeset_LDADD = $(WRITER) $(CMOCKA_LIBS)
tests_unit_test_store_codec_SOURCES = tests/unit/test_store_codec.c tests/unit/test_store_common.h tests/unit/test_store_sample.h
tests_unit_test_store_codec_LDADD = $(WRITER) $(CMOCKA_LIBS)
tests_unit_test_store_golden_SOURCES = tests/unit/test_store_golden.c tests/unit/test_store_common.h tests/unit/test_store_sample.h
tests_unit_test_store_golden_LDADD = $(WRITER) $(CMOCKA_LIBS)
tests_unit_test_store_log_SOURCES = tests/unit/test_store_log.c tests/unit/test_store_common.h
tests_unit_test_store_log_LDADD = $(WRITER) $(CMOCKA_LIBS)
tests_unit_test_store_power_SOURCES = tests/unit/test_store_power.c tests/unit/test_store_common.h
tests_unit_test_store_power_LDADD = $(WRITER) $(CMOCKA_LIBS)
tests_unit_test_store_query_SOURCES = tests/unit/test_store_query.c tests/unit/test_store_common.h
tests_unit_test_store_query_LDADD = $(WRITER) $(CMOCKA_LIBS)
tests_unit_test_store_read_SOURCES = tests/unit/test_store_read.c tests/unit/test_store_common.h
tests_unit_test_store_read_LDADD = $(WRITER) $(CMOCKA_LIBS)
tests_unit_test_store_socket_SOURCES = tests/unit/test_store_socket.c tests/unit/test_store_common.h tests/unit/test_store_server.h
tests_unit_test_store_socket_LDADD = $(WRITER) $(CMOCKA_LIBS)
tests_unit_test_store_writer_SOURCES = tests/unit/test_store_writer.c tests/unit/test_store_common.h tests/unit/test_store_server.h
tests_unit_test_store_writer_LDADD = $(WRITER) $(CMOCKA_LIBS)

fuzz_targets += \
	tests/fuzz/fuzz_store_audit \
	tests/fuzz/fuzz_store_changeset \
	tests/fuzz/fuzz_store_codec
tests_fuzz_fuzz_store_audit_SOURCES = tests/fuzz/fuzz_store_audit.c
tests_fuzz_fuzz_store_audit_LDADD = $(FUZZ_MAIN) $(WRITER)
tests_fuzz_fuzz_store_changeset_SOURCES = tests/fuzz/fuzz_store_changeset.c
tests_fuzz_fuzz_store_changeset_LDADD = $(FUZZ_MAIN) $(STORE)
tests_fuzz_fuzz_store_codec_SOURCES = tests/fuzz/fuzz_store_codec.c
tests_fuzz_fuzz_store_codec_LDADD = $(FUZZ_MAIN) $(STORE)
