/* jobs and mail list, retry: a row that cannot be read is told, and hides none behind it. */
#include "acts/edit.h"
#include "acts/mails.h"
#include "ctl/command.h"
#include "tests/unit/test_acts_store.h"
#include "tests/unit/test_said.h"

static const char *failure = "";

const char *ctl_option(const struct ctl *c, const char *name)
{
	(void)c, (void)name;
	return "";
}

int ctl_fail(const char *format, ...)
{
	static char text[200];
	va_list args;

	va_start(args, format);
	vsnprintf(text, sizeof text, format, args);
	va_end(args);
	failure = text;
	return 1;
}

int ctl_misuse(const char *format, ...)
{
	(void)format;
	return 2;
}

struct visitor ctl_visitor(void)
{
	return (struct visitor){ .address = "local", .user_agent = "test", .method = "", .path = "" };
}

static void add(struct world *w, enum table table, struct bytes payload)
{
	struct audit_record r = act_record(w->a, &w->agent, EVENT_SERVICE);
	struct changeset *cs = changeset_new(w->a);

	changeset_append(cs, table, payload);
	changeset_audit(cs, &r);
	assert_int_equal(changeset_commit(w->app.store, cs, NULL), ERR_OK);
}

static void add_job(struct world *w)
{
	struct edits *x = edits_new(w->a);
	struct changeset *cs = changeset_new(w->a);

	edits_on(x, w->nursery.uuid);
	edits_set(x, "l", "Valmoreau");
	edits_job(w->a, cs, x, "");
	assert_int_equal(changeset_commit(w->app.store, cs, NULL), ERR_OK);
}

static void add_mail(struct world *w, const char *to)
{
	struct changeset *cs = changeset_new(w->a);

	mail_add(&w->app, w->a, cs, "request_refused", UUID_NONE, to, "921", "numero", "H26-921-00001", NULL);
	assert_int_equal(changeset_commit(w->app.store, cs, NULL), ERR_OK);
}

/* What a command prints. */
static const char *said(struct world *w, int (*run)(struct ctl *c), const char *seq, int *code)
{
	struct ctl c = { .arena = w->a, .settings = w->settings, .app = w->app };

	if (*seq)
		strs_add(w->a, &c.arguments, seq);
	struct saying heard = said_begin(STDOUT_FILENO);

	*code = run(&c);
	return said_end(w->a, &heard);
}

/* The number before " unreadable". */
static const char *unreadable_of(struct world *w, const char *text)
{
	const char *at = strstr(text, " unreadable"), *from = at;

	assert_non_null(at);
	while (from > text && from[-1] != '\n')
		from--;
	return arena_memdup(w->a, from, (size_t)(at - from));
}

static void test_jobs(void **state)
{
	struct world *w = *state;
	const char *text, *seq;
	int code;

	add_job(w);
	assert_null(strstr(said(w, ctl_jobs_list, "", &code), "unreadable"));
	assert_int_equal(code, 0);
	add(w, TABLE_JOB, bytes_of("unreadable"));
	add_job(w);
	text = said(w, ctl_jobs_list, "", &code);
	assert_int_equal(code, 1);
	assert_non_null(strstr(text, " unreadable: the jobs of the directory behind it stand still"));
	assert_non_null(strstr(strstr(text, " unreadable"), " directory waiting "));
	seq = unreadable_of(w, text);
	assert_non_null(strstr(said(w, ctl_jobs_retry, "", &code), "2 jobs will be tried now"));
	assert_int_equal(code, 0);
	said(w, ctl_jobs_retry, seq, &code);
	assert_int_equal(code, 1);
	assert_string_equal(failure, arena_printf(w->a, "%s: this job cannot be read; jobs resume sets it aside", seq));
	said(w, ctl_jobs_resume, "", &code);
	assert_int_equal(code, 0);
	text = said(w, ctl_jobs_list, "", &code);
	assert_int_equal(code, 0);
	assert_non_null(strstr(text, arena_printf(w->a, "%s unreadable failed ", seq)));
}

static void test_mails(void **state)
{
	struct world *w = *state;
	const char *text, *seq;
	int code;

	add_mail(w, "first@courtebise.example");
	add(w, TABLE_MAIL, bytes_of("unreadable"));
	add_mail(w, "second@courtebise.example");
	text = said(w, ctl_mail_list, "", &code);
	assert_int_equal(code, 0);
	seq = unreadable_of(w, text);
	assert_non_null(strstr(text, "first@courtebise.example"));
	assert_non_null(strstr(text, "second@courtebise.example"));
	assert_non_null(strstr(said(w, ctl_mail_retry, "", &code), "2 mails will be tried now"));
	said(w, ctl_mail_retry, seq, &code);
	assert_int_equal(code, 1);
	assert_string_equal(failure, arena_printf(w->a, "%s: this mail cannot be read", seq));
}

int main(void)
{
	const struct CMUnitTest tests[] = { world_test(test_jobs), world_test(test_mails) };

	return cmocka_run_group_tests(tests, NULL, NULL);
}
