noinst_LIBRARIES += %D%/libacts.a
%C%_libacts_a_SOURCES = \
	%D%/acknowledgement.c \
	%D%/activated.c \
	%D%/activation.c \
	%D%/agent.c \
	%D%/agent_caf.c \
	%D%/agent_new.c \
	%D%/agent_purge.c \
	%D%/agent_state.c \
	%D%/agreement.c \
	%D%/agreement_template.c \
	%D%/agreement_text.c \
	%D%/amendment.c \
	%D%/amendment_natures.c \
	%D%/annex.c \
	%D%/annex_text.c \
	%D%/app.c \
	%D%/caf_texts.c \
	%D%/calendar.c \
	%D%/calendar_agreement.c \
	%D%/calendar_reminders.c \
	%D%/challenge.c \
	%D%/codes.c \
	%D%/commune.c \
	%D%/commune_load.c \
	%D%/commune_place.c \
	%D%/departure.c \
	%D%/departure_link.c \
	%D%/deeds.c \
	%D%/deeds_amendment.c \
	%D%/deeds_change.c \
	%D%/deeds_passed.c \
	%D%/deeds_rights.c \
	%D%/diff.c \
	%D%/directory_lint.c \
	%D%/directory_lint_gone.c \
	%D%/directory_lint_people.c \
	%D%/directory_lint_rights.c \
	%D%/edit.c \
	%D%/erased.c \
	%D%/forgotten.c \
	%D%/hours.c \
	%D%/listing_check.c \
	%D%/listing_file.c \
	%D%/listing_form.c \
	%D%/listing_input.c \
	%D%/listing_state.c \
	%D%/listing_withdraw.c \
	%D%/log.c \
	%D%/log_alerts.c \
	%D%/log_check.c \
	%D%/log_criteria.c \
	%D%/log_details.c \
	%D%/log_labels.c \
	%D%/log_person.c \
	%D%/mail_templates.c \
	%D%/mails.c \
	%D%/mirror.c \
	%D%/mirror_batch.c \
	%D%/mirror_entry.c \
	%D%/mirror_history.c \
	%D%/mirror_keys.c \
	%D%/mirror_record.c \
	%D%/mirror_sweep.c \
	%D%/mirror_takeover.c \
	%D%/password.c \
	%D%/password_judge.c \
	%D%/numbers.c \
	%D%/outcome.c \
	%D%/handover.c \
	%D%/places.c \
	%D%/places_act.c \
	%D%/places_text.c \
	%D%/provider.c \
	%D%/publish.c \
	%D%/publish_all.c \
	%D%/queue.c \
	%D%/refusals.c \
	%D%/register_edits.c \
	%D%/register_file.c \
	%D%/register_gone.c \
	%D%/register_handover.c \
	%D%/register_import.c \
	%D%/register_rows.c \
	%D%/register_rows_agreement.c \
	%D%/register_rows_right.c \
	%D%/register_things.c \
	%D%/reminders.c \
	%D%/report.c \
	%D%/request.c \
	%D%/request_check.c \
	%D%/request_compare.c \
	%D%/request_draft.c \
	%D%/request_lists.c \
	%D%/request_people.c \
	%D%/request_place.c \
	%D%/request_read.c \
	%D%/request_review.c \
	%D%/request_seen.c \
	%D%/request_send.c \
	%D%/request_steps.c \
	%D%/revision.c \
	%D%/revision_decide.c \
	%D%/right_history.c \
	%D%/rights.c \
	%D%/rights_confirm.c \
	%D%/rights_lists.c \
	%D%/search.c \
	%D%/section.c \
	%D%/section_ages.c \
	%D%/termination.c \
	%D%/who.c \
	%D%/who_kept.c \
	%D%/who_login.c \
	%D%/who_throttle.c \
	%D%/acknowledgement.h \
	%D%/activated.h \
	%D%/activation.h \
	%D%/agent.h \
	%D%/agent_new.h \
	%D%/agent_purge.h \
	%D%/agreement.h \
	%D%/agreement_text.h \
	%D%/agreement_words.h \
	%D%/amendment.h \
	%D%/amendment_parts.h \
	%D%/annex.h \
	%D%/annex_text.h \
	%D%/app.h \
	%D%/caf_texts.h \
	%D%/calendar.h \
	%D%/challenge.h \
	%D%/codes.h \
	%D%/commune.h \
	%D%/directory_lint.h \
	%D%/erased.h \
	%D%/departure.h \
	%D%/deeds.h \
	%D%/edit.h \
	%D%/forgotten.h \
	%D%/listing.h \
	%D%/listing_rules.h \
	%D%/log.h \
	%D%/log_alerts.h \
	%D%/log_reading.h \
	%D%/mails.h \
	%D%/mirror.h \
	%D%/mirror_batch.h \
	%D%/mirror_keys.h \
	%D%/mirror_record.h \
	%D%/numbers.h \
	%D%/outcome.h \
	%D%/handover.h \
	%D%/places.h \
	%D%/provider.h \
	%D%/publish.h \
	%D%/queue.h \
	%D%/register_import.h \
	%D%/register_rows.h \
	%D%/reminders.h \
	%D%/report.h \
	%D%/request.h \
	%D%/request_draft.h \
	%D%/request_rules.h \
	%D%/request_review.h \
	%D%/request_review_step.h \
	%D%/right_history.h \
	%D%/rights.h \
	%D%/search.h \
	%D%/termination.h \
	%D%/who.h \
	%D%/who_session.h \
	%D%/who_throttle.h

dist_pkgdata_DATA += %D%/data/communes.csv %D%/data/convention.txt
EXTRA_DIST += %D%/data/README.md

EXTRA_DIST += \
	tests/unit/test_acts_service.h \
	tests/unit/test_said.h \
	tests/unit/test_acts_store.h
check_PROGRAMS += tests/unit/test_acts_agreement_days
tests_unit_test_acts_agreement_days_SOURCES = tests/unit/test_acts_agreement_days.c
tests_unit_test_acts_agreement_days_LDADD = $(ACTS) $(CMOCKA_LIBS)
check_PROGRAMS += tests/unit/test_acts_diff
tests_unit_test_acts_diff_SOURCES = tests/unit/test_acts_diff.c
tests_unit_test_acts_diff_LDADD = $(ACTS) $(CMOCKA_LIBS)
check_PROGRAMS += tests/unit/test_acts_directory_lint
tests_unit_test_acts_directory_lint_SOURCES = tests/unit/test_acts_directory_lint.c
tests_unit_test_acts_directory_lint_LDADD = $(ACTS) $(CMOCKA_LIBS)
check_PROGRAMS += tests/unit/test_acts_password
tests_unit_test_acts_password_SOURCES = tests/unit/test_acts_password.c
tests_unit_test_acts_password_LDADD = store/libwriter.a $(ACTS) $(CMOCKA_LIBS)
check_PROGRAMS += tests/unit/test_acts_register_import
tests_unit_test_acts_register_import_SOURCES = tests/unit/test_acts_register_import.c
tests_unit_test_acts_register_import_LDADD = $(ACTS) $(CMOCKA_LIBS)
check_PROGRAMS += tests/unit/test_acts_rights
tests_unit_test_acts_rights_SOURCES = tests/unit/test_acts_rights.c
tests_unit_test_acts_rights_LDADD = $(ACTS) $(CMOCKA_LIBS)
# These run a writer in a child.
check_PROGRAMS += tests/unit/test_acts_agent_new
tests_unit_test_acts_agent_new_SOURCES = tests/unit/test_acts_agent_new.c
tests_unit_test_acts_agent_new_LDADD = store/libwriter.a $(ACTS) $(CMOCKA_LIBS)
check_PROGRAMS += tests/unit/test_acts_agreement_text
tests_unit_test_acts_agreement_text_SOURCES = tests/unit/test_acts_agreement_text.c
tests_unit_test_acts_agreement_text_LDADD = store/libwriter.a $(ACTS) $(CMOCKA_LIBS)
check_PROGRAMS += tests/unit/test_acts_listing
tests_unit_test_acts_listing_SOURCES = tests/unit/test_acts_listing.c
tests_unit_test_acts_listing_LDADD = store/libwriter.a $(ACTS) $(CMOCKA_LIBS)
check_PROGRAMS += tests/unit/test_acts_places
tests_unit_test_acts_places_SOURCES = tests/unit/test_acts_places.c
tests_unit_test_acts_places_LDADD = store/libwriter.a $(ACTS) $(CMOCKA_LIBS)
check_PROGRAMS += tests/unit/test_acts_publish
tests_unit_test_acts_publish_SOURCES = tests/unit/test_acts_publish.c
tests_unit_test_acts_publish_LDADD = store/libwriter.a $(ACTS) $(CMOCKA_LIBS)
check_PROGRAMS += tests/unit/test_acts_calendar
tests_unit_test_acts_calendar_SOURCES = tests/unit/test_acts_calendar.c
tests_unit_test_acts_calendar_LDADD = store/libwriter.a $(ACTS) $(CMOCKA_LIBS)
check_PROGRAMS += tests/unit/test_acts_queue
tests_unit_test_acts_queue_SOURCES = tests/unit/test_acts_queue.c
tests_unit_test_acts_queue_LDADD = store/libwriter.a $(ACTS) $(CMOCKA_LIBS)
check_PROGRAMS += tests/unit/test_acts_request_form
tests_unit_test_acts_request_form_SOURCES = tests/unit/test_acts_request_form.c
tests_unit_test_acts_request_form_LDADD = store/libwriter.a $(ACTS) $(CMOCKA_LIBS)
check_PROGRAMS += tests/unit/test_acts_request_review
tests_unit_test_acts_request_review_SOURCES = tests/unit/test_acts_request_review.c
tests_unit_test_acts_request_review_LDADD = store/libwriter.a $(ACTS) $(CMOCKA_LIBS)
check_PROGRAMS += tests/unit/test_acts_search
tests_unit_test_acts_search_SOURCES = tests/unit/test_acts_search.c
tests_unit_test_acts_search_LDADD = store/libwriter.a $(ACTS) $(CMOCKA_LIBS)
# And these a private slapd besides (ldap/local.mk).
check_PROGRAMS += tests/unit/test_acts_agent
tests_unit_test_acts_agent_SOURCES = tests/unit/test_acts_agent.c $(slapd_fixture)
tests_unit_test_acts_agent_LDADD = store/libwriter.a $(ACTS) $(CMOCKA_LIBS)
check_PROGRAMS += tests/unit/test_acts_departure
tests_unit_test_acts_departure_SOURCES = tests/unit/test_acts_departure.c $(slapd_fixture)
tests_unit_test_acts_departure_LDADD = store/libwriter.a $(ACTS) $(CMOCKA_LIBS)
check_PROGRAMS += tests/unit/test_acts_forgotten
tests_unit_test_acts_forgotten_SOURCES = tests/unit/test_acts_forgotten.c $(slapd_fixture)
tests_unit_test_acts_forgotten_LDADD = store/libwriter.a $(ACTS) $(CMOCKA_LIBS)
check_PROGRAMS += tests/unit/test_acts_amendment
tests_unit_test_acts_amendment_SOURCES = tests/unit/test_acts_amendment.c $(slapd_fixture)
tests_unit_test_acts_amendment_LDADD = store/libwriter.a $(ACTS) $(CMOCKA_LIBS)
check_PROGRAMS += tests/unit/test_acts_register_handover
tests_unit_test_acts_register_handover_SOURCES = tests/unit/test_acts_register_handover.c $(slapd_fixture)
tests_unit_test_acts_register_handover_LDADD = store/libwriter.a $(ACTS) $(CMOCKA_LIBS)
check_PROGRAMS += tests/unit/test_acts_log
tests_unit_test_acts_log_SOURCES = tests/unit/test_acts_log.c $(slapd_fixture)
tests_unit_test_acts_log_LDADD = store/libwriter.a $(ACTS) $(CMOCKA_LIBS)
check_PROGRAMS += tests/unit/test_acts_mails
tests_unit_test_acts_mails_SOURCES = tests/unit/test_acts_mails.c $(slapd_fixture)
tests_unit_test_acts_mails_LDADD = store/libwriter.a $(ACTS) $(CMOCKA_LIBS)
check_PROGRAMS += tests/unit/test_acts_mirror
tests_unit_test_acts_mirror_SOURCES = tests/unit/test_acts_mirror.c $(slapd_fixture)
tests_unit_test_acts_mirror_LDADD = store/libwriter.a $(ACTS) $(CMOCKA_LIBS)
check_PROGRAMS += tests/unit/test_acts_report
tests_unit_test_acts_report_SOURCES = tests/unit/test_acts_report.c $(slapd_fixture)
tests_unit_test_acts_report_LDADD = store/libwriter.a $(ACTS) $(CMOCKA_LIBS)
check_PROGRAMS += tests/unit/test_acts_right_history
tests_unit_test_acts_right_history_SOURCES = tests/unit/test_acts_right_history.c $(slapd_fixture)
tests_unit_test_acts_right_history_LDADD = store/libwriter.a $(ACTS) $(CMOCKA_LIBS)
check_PROGRAMS += tests/unit/test_acts_who
tests_unit_test_acts_who_SOURCES = tests/unit/test_acts_who.c $(slapd_fixture)
tests_unit_test_acts_who_LDADD = store/libwriter.a $(ACTS) $(CMOCKA_LIBS)
