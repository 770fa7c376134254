# What all tests share. Unit tests stand in their layer's local.mk:
#   check_PROGRAMS += tests/unit/test_base_text
#   tests_unit_test_base_text_SOURCES = tests/unit/test_base_text.c
#   tests_unit_test_base_text_LDADD = $(BASE) $(CMOCKA_LIBS)
# and so do fuzz targets:
#   fuzz_targets += tests/fuzz/fuzz_form
#   tests_fuzz_fuzz_form_SOURCES = tests/fuzz/fuzz_form.c
#   tests_fuzz_fuzz_form_LDADD = $(FUZZ_MAIN) $(HTTP)
EXTRA_DIST += \
	%D%/fuzz/floors \
	%D%/layers.py \
	%D%/lsan.supp \
	%D%/lint.sh \
	%D%/lint \
	%D%/flow \
	%D%/corpus \
	%D%/long \
	%D%/browser \
	%D%/fault
