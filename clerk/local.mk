sbin_PROGRAMS += %D%/habilis-clerk
%C%_habilis_clerk_SOURCES = \
	%D%/asked.c \
	%D%/backlog.c \
	%D%/clerk.h \
	%D%/days.c \
	%D%/edit.c \
	%D%/edit.h \
	%D%/headers.c \
	%D%/jobs.c \
	%D%/journal.c \
	%D%/journal.h \
	%D%/journal_rights.c \
	%D%/journal_tell.c \
	%D%/main.c \
	%D%/mirror_loop.c \
	%D%/post.c \
	%D%/post.h \
	%D%/purge.c \
	%D%/republish.c \
	%D%/room.c \
	%D%/room.h \
	%D%/seal.c \
	%D%/seen.c \
	%D%/seen.h \
	%D%/smtp.c \
	%D%/state.c \
	%D%/sweep.c \
	%D%/texts.c \
	%D%/verify.c \
	%D%/work_loop.c \
	%D%/written.c
%C%_habilis_clerk_LDADD = $(ACTS) $(CURL_LIBS)

# what a clerk on the acts' stage is linked with
clerk_stage = tests/unit/test_clerk_stage.h %D%/journal.c %D%/journal_rights.c %D%/journal_tell.c %D%/seen.c

check_PROGRAMS += tests/unit/test_clerk_days
tests_unit_test_clerk_days_SOURCES = tests/unit/test_clerk_days.c $(clerk_stage) %D%/days.c $(slapd_fixture)
tests_unit_test_clerk_days_LDADD = store/libwriter.a $(ACTS) $(CMOCKA_LIBS)
check_PROGRAMS += tests/unit/test_clerk_edit
tests_unit_test_clerk_edit_SOURCES = tests/unit/test_clerk_edit.c %D%/edit.c $(slapd_fixture)
tests_unit_test_clerk_edit_LDADD = $(ACTS) $(CMOCKA_LIBS)
check_PROGRAMS += tests/unit/test_clerk_headers
tests_unit_test_clerk_headers_SOURCES = tests/unit/test_clerk_headers.c %D%/headers.c
tests_unit_test_clerk_headers_LDADD = $(BASE) $(CMOCKA_LIBS)
check_PROGRAMS += tests/unit/test_clerk_jobs
tests_unit_test_clerk_jobs_SOURCES = tests/unit/test_clerk_jobs.c $(clerk_stage) %D%/backlog.c %D%/edit.c \
	%D%/jobs.c %D%/written.c $(slapd_fixture)
tests_unit_test_clerk_jobs_LDADD = store/libwriter.a $(ACTS) $(CMOCKA_LIBS)
check_PROGRAMS += tests/unit/test_clerk_journal
tests_unit_test_clerk_journal_SOURCES = tests/unit/test_clerk_journal.c $(clerk_stage) $(slapd_fixture)
tests_unit_test_clerk_journal_LDADD = store/libwriter.a $(ACTS) $(CMOCKA_LIBS)
check_PROGRAMS += tests/unit/test_clerk_room
tests_unit_test_clerk_room_SOURCES = tests/unit/test_clerk_room.c $(clerk_stage) %D%/room.c $(slapd_fixture)
tests_unit_test_clerk_room_LDADD = store/libwriter.a $(ACTS) $(CMOCKA_LIBS)
check_PROGRAMS += tests/unit/test_clerk_written
tests_unit_test_clerk_written_SOURCES = tests/unit/test_clerk_written.c $(clerk_stage) %D%/backlog.c %D%/edit.c \
	%D%/jobs.c %D%/written.c $(slapd_fixture)
tests_unit_test_clerk_written_LDADD = store/libwriter.a $(ACTS) $(CMOCKA_LIBS)
