/* A job that cannot be read: it is told, those of the directory behind it wait until an operator sets it aside, others go on. */
#include "acts/edit.h"
#include "clerk/clerk.h"
#include "clerk/edit.h"
#include "tests/unit/test_clerk_stage.h"
#include "tests/unit/test_said.h"

static void add(struct stage *s, struct bytes payload)
{
	struct changeset *cs = changeset_new(s->a);
	struct audit_record r = act_record(s->a, &s->from, EVENT_SERVICE);

	changeset_append(cs, TABLE_JOB, payload);
	changeset_audit(cs, &r);
	assert_int_equal(changeset_commit(s->app.store, cs, NULL), ERR_OK);
}

static void add_edit(struct stage *s, const char *title)
{
	struct edits *x = edits_new(s->a);
	struct changeset *cs = changeset_new(s->a);

	edits_make(x, AGENT, "inetOrgPerson habAgent");
	edits_set(x, "title", title);
	edits_job(s->a, cs, x, "");
	assert_int_equal(changeset_commit(s->app.store, cs, NULL), ERR_OK);
}

static struct bytes job_of(struct stage *s, const char *kind, const char *state)
{
	struct job j;

	codec_default(&job_codec, &j);
	j.kind = kind;
	j.state = state;
	return job_encode(s->a, &j);
}

/* The same, with a tag behind it that has no value. */
static struct bytes broken_of(struct stage *s, const char *kind, const char *state)
{
	struct buf b = buf_new(s->a);
	struct bytes whole = job_of(s, kind, state);

	buf_add(&b, whole.p, whole.n);
	buf_byte(&b, 3);
	return buf_bytes(&b);
}

/* Each row's kind and state, once the clerk has done what it may: "directory done|". */
static const char *states(struct stage *s)
{
	struct buf b = buf_new(s->a);

	assert_int_equal(jobs_run(&clerk, s->a), ERR_OK);
	assert_int_equal(jobs_run(&clerk, s->a), ERR_OK);
	AUTO_TXN struct txn t = txn_read(s->app.store, STORE_MAIN);
	AUTO_SCAN struct scan scan = scan_prefix(&t, TABLE_JOB, BYTES_NONE);

	while (scan_next(&scan)) {
		struct job j;

		if (job_decode(s->a, scan.record.payload, &j))
			buf_text(&b, "?|");
		else
			buf_printf(&b, "%s %s|", j.kind, j.state);
	}
	return buf_str(&b);
}

static const char *title_now(struct stage *s)
{
	struct entry e;

	assert_int_equal(directory_read(s->app.web, s->a, AGENT, NULL, &e), ERR_OK);
	return entry_text(&e, "title");
}

/* What run says to the operators. */
static const char *said(struct stage *s, const char *(*run)(struct stage *s), const char **out)
{
	struct saying heard = said_begin(STDERR_FILENO);

	*out = run(s);
	return said_end(s->a, &heard);
}

static size_t times(const char *text, const char *what)
{
	size_t n = 0;

	while ((text = strstr(text, what)))
		n++, text++;
	return n;
}

static void test_those_of_the_directory_wait_behind_it(void **state)
{
	struct stage *s = *state;
	const char *now, *log;

	add_edit(s, "Directrice");
	add(s, bytes_of("unreadable"));
	add_edit(s, "Adjointe");
	add(s, job_of(s, "mirror.rebuild", "waiting"));
	log = said(s, states, &now);
	assert_string_equal(now, "directory done|?|directory waiting|mirror.rebuild done|");
	assert_int_equal(times(log, "a waiting row cannot be read"), 1);
	assert_non_null(strstr(log, "\"JOB\""));
	assert_string_equal(title_now(s), "Directrice");
	add_edit(s, "Secrétaire");
	log = said(s, states, &now);
	assert_string_equal(now, "directory done|?|directory waiting|mirror.rebuild done|directory waiting|");
	assert_int_equal(times(log, "a waiting row cannot be read"), 0);
}

static void test_an_operator_sets_it_aside(void **state)
{
	struct stage *s = *state;

	assert_int_equal(edits_resume(&s->app, s->a, &s->from), ERR_OK);
	struct audit_record r = last_record(s, EVENT_SERVICE);

	assert_string_equal(r.object_id, "resume");
	assert_string_not_equal(arg_of(&r.details, "job"), "");
	assert_string_equal(states(s),
			    "directory done|unreadable failed|directory done|mirror.rebuild done|directory done|");
	assert_string_equal(title_now(s), "Secrétaire");
	AUTO_TXN struct txn t = txn_read(s->app.store, STORE_MAIN);
	AUTO_SCAN struct scan scan = scan_prefix(&t, TABLE_JOB, BYTES_NONE);
	struct job j;

	assert_true(scan_next(&scan) && scan_next(&scan));
	assert_int_equal(job_decode(s->a, scan.record.payload, &j), ERR_OK);
	assert_string_equal(j.lines.v[0], text_hex(s->a, bytes_of("unreadable")));
	assert_int_equal(edits_resume(&s->app, s->a, &s->from), ERR_NOTFOUND);
}

/* Its kind can be read, or its state. */
static void test_one_of_another_kind_keeps_nobody_waiting(void **state)
{
	struct stage *s = *state;
	const char *now, *log;

	assert_false(job_may_edit(broken_of(s, "mirror.rebuild", "waiting")));
	assert_true(job_may_edit(broken_of(s, "directory", "waiting")));
	assert_false(job_may_edit(broken_of(s, "directory", "done")));
	assert_true(job_may_edit(BYTES_NONE));
	add(s, broken_of(s, "mirror.rebuild", "waiting"));
	add_edit(s, "Directrice");
	log = said(s, states, &now);
	assert_non_null(strstr(now, "|?|directory done|"));
	assert_int_equal(times(log, "a waiting row cannot be read"), 1);
	assert_int_equal(times(said(s, states, &now), "a waiting row cannot be read"), 0);
}

/* More than a record has room for. */
static void test_many_are_set_aside(void **state)
{
	struct stage *s = *state;
	struct changeset *cs = changeset_new(s->a);
	struct audit_record r = act_record(s->a, &s->from, EVENT_SERVICE);
	const char *now;

	for (int i = 0; i < 2000; i++)
		changeset_append(cs, TABLE_JOB, bytes_of("unreadable"));
	changeset_audit(cs, &r);
	assert_int_equal(changeset_commit(s->app.store, cs, NULL), ERR_OK);
	assert_int_equal(edits_resume(&s->app, s->a, &s->from), ERR_OK);
	(void)said(s, states, &now);
	assert_int_equal(times(now, "unreadable failed"), 2002);
	assert_null(strchr(now, '?'));
}

static int tear_down(void **state)
{
	jobs_done();
	return clerk_tear_down(state);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_those_of_the_directory_wait_behind_it),
		cmocka_unit_test(test_an_operator_sets_it_aside),
		cmocka_unit_test(test_one_of_another_kind_keeps_nobody_waiting),
		cmocka_unit_test(test_many_are_set_aside),
	};

	return cmocka_run_group_tests(tests, clerk_set_up, tear_down);
}
