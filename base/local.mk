noinst_LIBRARIES += %D%/libbase.a
%C%_libbase_a_SOURCES = \
	%D%/arena.c %D%/arena.h \
	%D%/base.c %D%/base.h \
	%D%/clock.c %D%/clock.h %D%/clock_text.c \
	%D%/csv.c %D%/csv.h \
	%D%/french.c %D%/french.h \
	%D%/input.c %D%/input.h \
	%D%/json.c %D%/json.h \
	%D%/log.c %D%/log.h \
	%D%/procs.c %D%/procs.h \
	%D%/sandbox.c %D%/sandbox.h \
	%D%/secret.c %D%/secret.h \
	%D%/settings.c %D%/settings.h \
	%D%/text.c %D%/text.h %D%/text_rules.c \
	%D%/uuid.c %D%/uuid.h

check_PROGRAMS += \
	tests/unit/test_base_arena \
	tests/unit/test_base_clock \
	tests/unit/test_base_clock_text \
	tests/unit/test_base_csv \
	tests/unit/test_base_french \
	tests/unit/test_base_input \
	tests/unit/test_base_json \
	tests/unit/test_base_log \
	tests/unit/test_base_procs \
	tests/unit/test_base_sandbox \
	tests/unit/test_base_secret \
	tests/unit/test_base_settings \
	tests/unit/test_base_text \
	tests/unit/test_base_text_rules
tests_unit_test_base_arena_SOURCES = tests/unit/test_base_arena.c
tests_unit_test_base_arena_LDADD = $(BASE) $(CMOCKA_LIBS)
tests_unit_test_base_clock_SOURCES = tests/unit/test_base_clock.c tests/unit/test_base_clock.h
tests_unit_test_base_clock_LDADD = $(BASE) $(CMOCKA_LIBS)
tests_unit_test_base_csv_SOURCES = tests/unit/test_base_csv.c
tests_unit_test_base_csv_LDADD = $(BASE) $(CMOCKA_LIBS)
tests_unit_test_base_french_SOURCES = tests/unit/test_base_french.c
tests_unit_test_base_french_LDADD = $(BASE) $(CMOCKA_LIBS)
tests_unit_test_base_json_SOURCES = tests/unit/test_base_json.c
tests_unit_test_base_json_LDADD = $(BASE) $(CMOCKA_LIBS)
tests_unit_test_base_log_SOURCES = tests/unit/test_base_log.c
tests_unit_test_base_log_LDADD = $(BASE) $(CMOCKA_LIBS)
tests_unit_test_base_procs_SOURCES = tests/unit/test_base_procs.c
tests_unit_test_base_procs_LDADD = $(BASE) $(CMOCKA_LIBS)
tests_unit_test_base_sandbox_SOURCES = tests/unit/test_base_sandbox.c
tests_unit_test_base_sandbox_LDADD = $(BASE) $(CMOCKA_LIBS)
tests_unit_test_base_secret_SOURCES = tests/unit/test_base_secret.c
tests_unit_test_base_secret_LDADD = $(BASE) $(CMOCKA_LIBS)
tests_unit_test_base_settings_SOURCES = tests/unit/test_base_settings.c
tests_unit_test_base_settings_LDADD = $(BASE) $(CMOCKA_LIBS)
tests_unit_test_base_text_SOURCES = tests/unit/test_base_text.c tests/unit/test_base_text.h
tests_unit_test_base_text_LDADD = $(BASE) $(CMOCKA_LIBS)
tests_unit_test_base_clock_text_SOURCES = tests/unit/test_base_clock_text.c tests/unit/test_base_clock.h
tests_unit_test_base_clock_text_LDADD = $(BASE) $(CMOCKA_LIBS)
tests_unit_test_base_text_rules_SOURCES = tests/unit/test_base_text_rules.c tests/unit/test_base_text.h \
	tests/unit/test_mail_addresses.h
tests_unit_test_base_text_rules_LDADD = $(BASE) $(CMOCKA_LIBS)
tests_unit_test_base_input_SOURCES = tests/unit/test_base_input.c
tests_unit_test_base_input_LDADD = $(BASE) $(CMOCKA_LIBS)

fuzz_targets += tests/fuzz/fuzz_base_csv
tests_fuzz_fuzz_base_csv_SOURCES = tests/fuzz/fuzz_base_csv.c
tests_fuzz_fuzz_base_csv_LDADD = $(FUZZ_MAIN) $(BASE)

fuzz_targets += tests/fuzz/fuzz_base_json
tests_fuzz_fuzz_base_json_SOURCES = tests/fuzz/fuzz_base_json.c
tests_fuzz_fuzz_base_json_LDADD = $(FUZZ_MAIN) $(BASE)

fuzz_targets += tests/fuzz/fuzz_base_text
tests_fuzz_fuzz_base_text_SOURCES = tests/fuzz/fuzz_base_text.c
tests_fuzz_fuzz_base_text_LDADD = $(FUZZ_MAIN) $(BASE)
