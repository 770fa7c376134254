sbin_PROGRAMS += %D%/habilisctl
%C%_habilisctl_SOURCES = \
	%D%/agreement.c \
	%D%/audit.c \
	%D%/calendar.c \
	%D%/command.h \
	%D%/commands.c \
	%D%/demo.c \
	%D%/demo.h \
	%D%/demo_activation.c \
	%D%/demo_mails.c \
	%D%/demo_plan.c \
	%D%/demo_requests.c \
	%D%/demo_texts.c \
	%D%/directory.c \
	%D%/main.c \
	%D%/register.c \
	%D%/status.c \
	%D%/store.c \
	%D%/waiting.c
%C%_habilisctl_LDADD = store/libwriter.a $(ACTS)

check_PROGRAMS += tests/unit/test_ctl_waiting
tests_unit_test_ctl_waiting_SOURCES = tests/unit/test_ctl_waiting.c %D%/waiting.c
tests_unit_test_ctl_waiting_LDADD = store/libwriter.a $(ACTS) $(CMOCKA_LIBS)

EXTRA_DIST += %D%/packages.sh %D%/demo
