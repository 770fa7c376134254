# pages: the route table, the frame, one file of handlers a subject
noinst_LIBRARIES += %D%/libpage.a
%C%_libpage_a_SOURCES = \
	%D%/audit.c \
	%D%/audit.h \
	%D%/audit_integrity.c \
	%D%/audit_person.c \
	%D%/caf_agent.c \
	%D%/caf_agreement.c \
	%D%/caf_amendment.c \
	%D%/caf_annex.c \
	%D%/caf_establishment.c \
	%D%/caf_provider.c \
	%D%/caf_provider.h \
	%D%/caf_queue.c \
	%D%/caf_report.c \
	%D%/caf_request.c \
	%D%/caf_request.h \
	%D%/caf_request_activate.c \
	%D%/caf_request_beside.c \
	%D%/caf_request_close.c \
	%D%/caf_request_place.c \
	%D%/caf_request_print.c \
	%D%/caf_request_steps.c \
	%D%/caf_requests.c \
	%D%/caf_review.c \
	%D%/departure.c \
	%D%/dispatch.c \
	%D%/document.c \
	%D%/document.h \
	%D%/error.c \
	%D%/forgotten.c \
	%D%/frame.c \
	%D%/login.c \
	%D%/notices.c \
	%D%/page.h \
	%D%/page_cache.c \
	%D%/pdf.h \
	%D%/places_table.c \
	%D%/pro.c \
	%D%/pro_agreement.c \
	%D%/pro_listing.c \
	%D%/pro_listing.h \
	%D%/pro_listing_send.c \
	%D%/pro_places.c \
	%D%/pro_places_history.c \
	%D%/pro_revisions.c \
	%D%/public.c \
	%D%/report.c \
	%D%/request.c \
	%D%/request_lists.c \
	%D%/request_pages.h \
	%D%/request_people.c \
	%D%/request_send.c \
	%D%/request_sent.c \
	%D%/routes.c \
	%D%/search.c \
	%D%/search_plan.c \
	%D%/texts.c \
	%D%/ui.c

# the only files that see cairo and pango
noinst_LIBRARIES += %D%/libpdf.a
%C%_libpdf_a_SOURCES = %D%/pdf.c %D%/pdf_page.c %D%/pdf_page.h %D%/pdf_table.c %D%/pdf_table.h
%C%_libpdf_a_CPPFLAGS = $(AM_CPPFLAGS) $(PANGO_CFLAGS)

check_PROGRAMS += tests/unit/test_page_document
tests_unit_test_page_document_SOURCES = tests/unit/test_page_document.c
tests_unit_test_page_document_LDADD = $(PAGE) $(CMOCKA_LIBS)
check_PROGRAMS += tests/unit/test_page_pdf
tests_unit_test_page_pdf_SOURCES = tests/unit/test_page_pdf.c
tests_unit_test_page_pdf_LDADD = $(PAGE) $(CMOCKA_LIBS)
