# libstore.a reads and asks; libwriter.a writes, and only habilis-writer, tests and bench link it.
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
%C%_habilis_writer_LDADD = %D%/libwriter.a $(STORE)
