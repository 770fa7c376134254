noinst_LIBRARIES += %D%/libhttp.a
%C%_libhttp_a_SOURCES = \
	%D%/cookie.c \
	%D%/html.c %D%/html.h \
	%D%/http.h %D%/inside.h \
	%D%/listen.c \
	%D%/loop.c \
	%D%/record.c \
	%D%/reply.c \
	%D%/request.c \
	%D%/serve.c

check_PROGRAMS += \
	tests/unit/test_http_cookie \
	tests/unit/test_http_form \
	tests/unit/test_http_html \
	tests/unit/test_http_libfcgi \
	tests/unit/test_http_listen \
	tests/unit/test_http_loop \
	tests/unit/test_http_request
tests_unit_test_http_cookie_SOURCES = tests/unit/test_http_cookie.c
tests_unit_test_http_cookie_LDADD = $(HTTP) $(CMOCKA_LIBS)
tests_unit_test_http_form_SOURCES = tests/unit/test_http_form.c
tests_unit_test_http_form_LDADD = $(HTTP) $(CMOCKA_LIBS)
tests_unit_test_http_html_SOURCES = tests/unit/test_http_html.c
tests_unit_test_http_html_LDADD = $(HTTP) $(CMOCKA_LIBS)
tests_unit_test_http_libfcgi_SOURCES = tests/unit/test_http_libfcgi.c tests/unit/test_http_client.h
tests_unit_test_http_libfcgi_LDADD = $(HTTP) $(CMOCKA_LIBS)
tests_unit_test_http_listen_SOURCES = tests/unit/test_http_listen.c tests/unit/test_http_client.h
tests_unit_test_http_listen_LDADD = $(HTTP) $(CMOCKA_LIBS)
tests_unit_test_http_loop_SOURCES = tests/unit/test_http_loop.c tests/unit/test_http_client.h
tests_unit_test_http_loop_LDADD = $(HTTP) $(CMOCKA_LIBS)
tests_unit_test_http_request_SOURCES = tests/unit/test_http_request.c tests/unit/test_http_client.h
tests_unit_test_http_request_LDADD = $(HTTP) $(CMOCKA_LIBS)

fuzz_targets += \
	tests/fuzz/fuzz_form \
	tests/fuzz/fuzz_http_cookie \
	tests/fuzz/fuzz_http_html \
	tests/fuzz/fuzz_http_record
tests_fuzz_fuzz_form_SOURCES = tests/fuzz/fuzz_form.c
tests_fuzz_fuzz_form_LDADD = $(FUZZ_MAIN) $(HTTP)
tests_fuzz_fuzz_http_cookie_SOURCES = tests/fuzz/fuzz_http_cookie.c
tests_fuzz_fuzz_http_cookie_LDADD = $(FUZZ_MAIN) $(HTTP)
tests_fuzz_fuzz_http_html_SOURCES = tests/fuzz/fuzz_http_html.c
tests_fuzz_fuzz_http_html_LDADD = $(FUZZ_MAIN) $(HTTP)
tests_fuzz_fuzz_http_record_SOURCES = tests/fuzz/fuzz_http_record.c
tests_fuzz_fuzz_http_record_LDADD = $(FUZZ_MAIN) $(HTTP)
