# Built by bench/run only: make bench-programs
EXTRA_PROGRAMS += %D%/trivial %D%/changesets %D%/sqlite %D%/render
%C%_trivial_SOURCES = %D%/trivial.c
%C%_trivial_LDADD = $(HTTP)
%C%_changesets_SOURCES = %D%/changesets.c %D%/samples.h
%C%_changesets_LDADD = store/libwriter.a $(STORE)
%C%_sqlite_SOURCES = %D%/sqlite.c %D%/samples.h
%C%_sqlite_LDADD = -lsqlite3
%C%_render_SOURCES = %D%/render.c
%C%_render_LDADD = $(PAGE)

.PHONY: bench-programs
bench-programs: %D%/trivial %D%/changesets %D%/sqlite %D%/render

EXTRA_DIST += %D%/run %D%/README.md
