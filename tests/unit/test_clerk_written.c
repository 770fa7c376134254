/* What a job changed is looked for in the directory's log: found, nothing happens; missing after ten seconds, the jobs of the
   directory stop until an operator resumes. */
#include "acts/edit.h"
#include "clerk/edit.h"
#include "tests/unit/test_clerk_stage.h"

/* A job that gives somebody another title. */
static void change(struct stage *s, const char *title)
{
	AUTO_DIRECTORY struct directory *d = slapd_open(SERVICE_CLERK);
	struct edits *x = edits_new(s->a);
	struct strs csns = { 0 };
	const char *reason = "";

	edits_make(x, AGENT, "inetOrgPerson habAgent");
	edits_set(x, "title", title);
	assert_int_equal(edit_run(d, s->a, SUFFIX, edits_lines(x), &csns, &reason), ERR_OK);
	assert_int_equal(csns.n, 1);
	written_expect(&csns);
}

static bool is_stopped(struct stage *s)
{
	struct edits_stop stop;

	assert_int_equal(written_run(&clerk, s->a), ERR_OK);
	assert_int_equal(edits_stop_read(&s->app, s->a, &stop), ERR_OK);
	return stop.since != 0;
}

static void add_job(struct stage *s)
{
	struct edits *x = edits_new(s->a);
	struct changeset *cs = changeset_new(s->a);

	edits_make(x, AGENT, "inetOrgPerson habAgent");
	edits_set(x, "title", "Secrétaire");
	edits_job(s->a, cs, x, "");
	assert_int_equal(changeset_commit(s->app.store, cs, NULL), ERR_OK);
}

/* Once the clerk has done what it may. */
static const char *job_state(struct stage *s)
{
	struct job j = { .state = "" };

	assert_int_equal(jobs_run(&clerk, s->a), ERR_OK);
	AUTO_TXN struct txn t = txn_read(s->app.store, STORE_MAIN);
	AUTO_SCAN struct scan scan = scan_prefix(&t, TABLE_JOB, BYTES_NONE);

	assert_true(scan_next(&scan));
	assert_int_equal(job_decode(s->a, scan.record.payload, &j), ERR_OK);
	return j.state;
}

static void later(int64_t ms)
{
	clock_test_offset(clock_now() + ms - (int64_t)time(NULL) * 1000);
}

static void test_what_is_in_the_log_stops_nothing(void **state)
{
	struct stage *s = *state;

	change(s, "Directrice");
	later(MINUTE_MS);
	assert_false(is_stopped(s));
}

static void test_what_is_missing_stops_the_jobs_until_somebody_resumes(void **state)
{
	struct stage *s = *state;

	slapd_change("dn: olcOverlay={1}accesslog,olcDatabase={2}mdb,cn=config\nchangetype: modify\n"
		     "replace: olcAccessLogOps\nolcAccessLogOps: bind\n");
	change(s, "Adjointe");
	assert_false(is_stopped(s)); /* not yet */
	later(MINUTE_MS);
	assert_true(is_stopped(s));
	struct audit_record r = last_record(s, EVENT_SERVICE);

	assert_string_equal(r.object_id, "stop");
	change(s, "Directrice");
	later(MINUTE_MS);
	assert_true(is_stopped(s));
	assert_int_equal(records_of(s, EVENT_SERVICE), 1);
	add_job(s);
	assert_string_equal(job_state(s), "waiting");
	assert_int_equal(edits_resume(&s->app, s->a, &s->from), ERR_OK);
	assert_false(is_stopped(s));
	assert_int_equal(edits_resume(&s->app, s->a, &s->from), ERR_NOTFOUND);
	assert_int_equal(records_of(s, EVENT_SERVICE), 2);
	assert_string_equal(job_state(s), "done");
}

static int tear_down(void **state)
{
	jobs_done();
	return clerk_tear_down(state);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_what_is_in_the_log_stops_nothing),
		cmocka_unit_test(test_what_is_missing_stops_the_jobs_until_somebody_resumes),
	};

	return cmocka_run_group_tests(tests, clerk_set_up, tear_down);
}
