/* An end of mission: who may tell it, what it does at once, the contact's link. */
#include "acts/agent.h"
#include "acts/departure.h"
#include "acts/mails.h"
#include "acts/outcome.h"
#include "acts/queue.h"
#include "tests/unit/test_acts_service.h"

static struct person person(struct stage *s, const char *uid)
{
	AUTO_TXN struct txn t = txn_read(s->app.store, STORE_MAIN);
	struct person p;

	assert_int_equal(person_by_name(&t, s->a, 'u', uid, &p), ERR_OK);
	return p;
}

static struct departure_form form_of(struct stage *s, const char *number, const char *end)
{
	struct departure_form f = { .end = end };

	if (number)
		strs_add(s->a, &f.numbers, number);
	return f;
}

static const char *today(struct stage *s, int ahead)
{
	return day_slashes(s->a, day_today() + ahead);
}

static size_t jobs(struct stage *s)
{
	AUTO_TXN struct txn t = txn_read(s->app.store, STORE_MAIN);

	return txn_count(&t, TABLE_JOB);
}

/* The newest mail of a template; its rev is 0 when there is none. */
static struct mail last_mail(struct stage *s, const char *template)
{
	AUTO_TXN struct txn t = txn_read(s->app.store, STORE_MAIN);
	AUTO_SCAN struct scan scan = scan_prefix(&t, TABLE_MAIL, BYTES_NONE);
	struct mail m, last = { 0 };

	while (scan_next(&scan)) {
		assert_int_equal(mail_decode(s->a, scan.record.payload, &m), ERR_OK);
		m.rev = scan.record.rev;
		if (strcmp(m.template, template) == 0)
			last = m;
	}
	return last;
}

static void test_wrong_reports_are_told_and_change_nothing(void **state)
{
	const struct {
		const char *number, *end;
		enum err want;
		const char *field;
	} rows[] = {
		{ "A-000001", "", ERR_INVALID, "fin" },
		{ "A-000001", "hier", ERR_INVALID, "fin" },
		{ "A-000001", "+", ERR_INVALID, "fin" },
		{ NULL, "0", ERR_INVALID, "personne" },
		{ "921-0001", "0", ERR_NOTFOUND, NULL },
		{ "A-009999", "0", ERR_NOTFOUND, NULL },
		{ "", "0", ERR_NOTFOUND, NULL },
		{ "A-000001", "31/12/2023", ERR_INVALID, "fin" }, /* the first convention is of the next day */
	};
	struct stage *s = *state;
	struct visitor who = logged_in(s, "pdurand");

	for (size_t i = 0; i < LENGTH(rows); i++) {
		struct faults faults = { 0 };
		const char *end = *rows[i].end == '+' ? today(s, 1) : *rows[i].end == '0' ? today(s, 0) : rows[i].end;
		struct departure_form form = form_of(s, rows[i].number, end);

		print_message("row %zu\n", i);
		assert_int_equal(departure_report(&s->app, s->a, &who, &form, &faults), rows[i].want);
		if (rows[i].field)
			assert_string_equal(faults.v[0].name, rows[i].field);
	}
	assert_int_equal(jobs(s), 0);
	assert_int_equal(records_of(s, EVENT_DEPARTURE_REPORTED), 0);
}

/* Whoever was there when the mirror looked first may have left before it did; who came later did not. */
static void test_nobody_left_before_he_came(void **state)
{
	struct stage *s = *state;
	struct visitor who = logged_in(s, "pdurand");
	struct faults faults = { 0 };

	/* on the very day on which the mirror looked first */
	slapd_change(PERSON("uid=recente," PROVIDER, "habAgent", "recente", "Rose Récente", "A-000778") "\n");
	stage_poll(s);
	struct person recent = person(s, "recente");

	assert_int_equal(agent_end_check(&s->app, s->a, &recent, day_today() - 1, day_today(), &faults), ERR_OK);
	assert_int_equal(faults.n, 1);
	assert_non_null(strstr(faults.v[0].value, day_slashes(s->a, day_today())));
	faults = (struct faults){ 0 };
	slapd_change("dn: uid=recente," PROVIDER "\nchangetype: delete\n\n");
	clock_test_offset(10 * DAY_MS);
	slapd_change(PERSON("uid=nouveau," PROVIDER, "habAgent", "nouveau", "Nina Nouveau", "A-000777") "\n");
	stage_poll(s);
	struct person p = person(s, "nouveau");

	assert_int_equal(agent_end_check(&s->app, s->a, &p, day_today() - 1, day_today(), &faults), ERR_OK);
	assert_int_equal(faults.n, 1);
	assert_non_null(strstr(faults.v[0].value, "Nina Nouveau"));
	faults = (struct faults){ 0 };
	assert_int_equal(agent_end_check(&s->app, s->a, &p, day_today(), day_today(), &faults), ERR_OK);
	assert_int_equal(agent_end_check(&s->app, s->a, &who.person, day_today() - 300, day_today(), &faults), ERR_OK);
	assert_int_equal(faults.n, 0);
	slapd_change("dn: uid=nouveau," PROVIDER "\nchangetype: delete\n\n");
	stage_poll(s);
	clock_test_offset(0);
}

static void test_who_is_no_agent_any_more_reports_nobody(void **state)
{
	struct stage *s = *state;
	struct visitor who = logged_in(s, "pdurand");
	struct departure_form form = form_of(s, "A-000001", today(s, 0));
	struct directory *web = s->app.web;
	struct faults faults = { 0 };

	slapd_change(MODIFY(SECOND_AGENT) "replace: habStatut\nhabStatut: suspendue\n\n");
	assert_int_equal(departure_report(&s->app, s->a, &who, &form, &faults), ERR_DENIED);
	slapd_change(MODIFY(SECOND_AGENT) "replace: habStatut\nhabStatut: active\n\n");
	s->app.web = NULL;
	assert_int_equal(departure_report(&s->app, s->a, &who, &form, &faults), ERR_UNAVAILABLE);
	s->app.web = web;
	stage_poll(s);
}

static void put_access(struct stage *s, const char *number, const char *state)
{
	struct changeset *cs = changeset_new(s->a);
	struct outcome o = { .state = state };

	outcome_put(s->a, cs, outcome_key(s->a, "agent", number, "acces"), &o);
	assert_int_equal(changeset_commit(s->app.store, cs, NULL), ERR_OK);
}

static void test_a_report_suspends_and_waits_for_the_caf(void **state)
{
	struct stage *s = *state;
	struct visitor who = logged_in(s, "pdurand");
	struct person leaver = person(s, "jmartin");
	struct departure_form form = form_of(s, "A-000001", today(s, -1));
	struct faults faults = { 0 };
	struct todo t;

	assert_int_equal(departure_report(&s->app, s->a, &who, &form, &faults), ERR_OK);
	assert_int_equal(jobs(s), 1);
	assert_int_equal(queue_find(&s->app, s->a, "921", DEPARTURE_TODO, leaver.uuid, &t), ERR_OK);
	assert_string_equal(t.path, "/caf/fournisseurs/F001/agents/A-000001");
	assert_non_null(strstr(t.detail, "Paul Durand"));
	struct audit_record r = last_record(s, EVENT_DEPARTURE_REPORTED);

	assert_string_equal(r.number, "A-000002");
	assert_string_equal(r.object_id, "A-000001");
	assert_string_equal(r.caf, "921");
	assert_int_equal(records_of(s, EVENT_AGENT_SUSPENDED), 1);
	assert_string_equal(last_mail(s, "departure_reported").to, "partenaires@caf921.example");
	assert_true(uuid_equal(last_mail(s, "access_suspended").person, leaver.uuid));
	/* the directory, and then the mirror, still say that his access is open: the file stays */
	for (int i = 0; i < 2; i++) {
		faults = (struct faults){ 0 };
		assert_int_equal(departure_report(&s->app, s->a, &who, &form, &faults), ERR_INVALID);
		assert_int_equal(jobs(s), 1);
		assert_int_equal(faults.n, 1);
		assert_string_equal(faults.v[0].name, "personne");
		assert_non_null(strstr(faults.v[0].value, leaver.name));
		assert_non_null(strstr(faults.v[0].value, "est déjà signalée"));
		put_access(s, "A-000001", "done");
	}
	put_access(s, "A-000001", "waiting");
}

/* The Caf suspends or reopens him: what is on its way to the directory is not undone. */
static void test_whose_access_is_changing_is_named(void **state)
{
	struct stage *s = *state;
	struct visitor who = logged_in(s, "pdurand");
	struct departure_form form = form_of(s, "A-000002", today(s, 0));
	struct faults faults = { 0 };

	put_access(s, "A-000002", "waiting");
	assert_int_equal(departure_report(&s->app, s->a, &who, &form, &faults), ERR_CONFLICT);
	assert_int_equal(faults.n, 1);
	assert_non_null(strstr(faults.v[0].value, "Paul Durand est en train de changer"));
	put_access(s, "A-000002", "done");
}

/* --- the contact's link --- */

static enum err ask(struct stage *s, const char *address, const char *mail)
{
	struct visitor from = s->from;
	int64_t retry_at;

	from.address = address;
	return departure_link_ask(&s->app, s->a, &from, mail, &retry_at);
}

static const char *issue(struct stage *s)
{
	struct mail m = last_mail(s, "departure_link");
	const char *path;
	int64_t until;

	assert_true(m.rev != 0);
	assert_int_equal(departure_link_issue(&s->app, s->a, &m, &path, &until), ERR_OK);
	assert_int_equal(strncmp(path, "/fin-de-mission/", 16), 0);
	assert_true(until > clock_now() + DAY_MS - MINUTE_MS);
	return path + 16;
}

static void test_a_link_is_mailed_to_the_contact_alone(void **state)
{
	struct stage *s = *state;

	slapd_change(MODIFY(PROVIDER) "replace: mail\nmail: contact@ville.example\n\n");
	stage_poll(s);
	assert_int_equal(ask(s, "198.51.100.1", "personne@ville.example"), ERR_OK);
	assert_string_equal(last_record(s, EVENT_DEPARTURE_LINK).cause, "unknown_account");
	assert_int_equal(last_mail(s, "departure_link").rev, 0);
	/* folded alike, another address all the same */
	assert_int_equal(ask(s, "198.51.100.1", "contact.ville@example"), ERR_OK);
	assert_int_equal(last_mail(s, "departure_link").rev, 0);
	assert_int_equal(ask(s, "198.51.100.2", " Contact@Ville.example"), ERR_OK);
	assert_string_equal(last_record(s, EVENT_DEPARTURE_LINK).object_id, "F001");
	struct mail m = last_mail(s, "departure_link");

	assert_string_equal(m.to, "contact@ville.example");
	assert_int_equal(ask(s, "198.51.100.3", "contact@ville.example"), ERR_OK);
	assert_string_equal(last_record(s, EVENT_DEPARTURE_LINK).cause, "account_limit");
	assert_int_equal(last_mail(s, "departure_link").rev, m.rev);
	for (int i = 0; i < 10; i++)
		assert_int_equal(ask(s, "203.0.113.4", "personne@ville.example"), ERR_OK);
	assert_int_equal(ask(s, "203.0.113.4", "contact@ville.example"), ERR_LIMIT);
}

static void test_a_link_serves_once_and_for_a_day(void **state)
{
	struct stage *s = *state;
	const char *token = issue(s);
	struct departure_link link, late;
	struct departure_form form = form_of(s, "A-000002", today(s, 0));
	struct faults faults = { 0 };

	assert_int_equal(departure_link_find(&s->app, s->a, token, clock_now() + DAY_MS, &late), ERR_NOTFOUND);
	assert_int_equal(departure_link_find(&s->app, s->a, "x", clock_now(), &late), ERR_NOTFOUND);
	assert_int_equal(departure_link_find(&s->app, s->a, secret_token(s->a), clock_now(), &late), ERR_NOTFOUND);
	for (int i = 0; i < 3; i++)
		assert_int_equal(departure_link_find(&s->app, s->a, token, clock_now(), &link), ERR_OK);
	assert_string_equal(link.provider.id, "F001");
	assert_int_equal(link.n, 2);
	/* one of two is reported already: nobody is recorded, the link serves on */
	struct departure_form both = form_of(s, "A-000002", today(s, 0));
	struct faults busy = { 0 };

	strs_add(s->a, &both.numbers, "A-000001");
	assert_int_equal(departure_link_report(&s->app, s->a, &s->from, &link, &both, &busy), ERR_INVALID);
	assert_int_equal(busy.n, 1);
	assert_int_equal(jobs(s), 1);
	assert_int_equal(departure_link_find(&s->app, s->a, token, clock_now(), &link), ERR_OK);
	assert_int_equal(departure_link_report(&s->app, s->a, &s->from, &link, &form, &faults), ERR_OK);
	struct audit_record r = last_record(s, EVENT_DEPARTURE_REPORTED);

	assert_string_equal(r.role, "provider_contact");
	assert_string_equal(r.provider, "F001");
	assert_string_equal(r.object_id, "A-000002");
	assert_true(uuid_is_none(r.person));
	assert_int_equal(departure_link_find(&s->app, s->a, token, clock_now(), &late), ERR_NOTFOUND);
}

static void test_a_link_ends_with_the_contacts_address(void **state)
{
	struct stage *s = *state;
	struct departure_link link;
	const char *token = issue(s);

	slapd_change(MODIFY(PROVIDER) "replace: mail\nmail: mairie@ville.example\n\n");
	stage_poll(s);
	assert_int_equal(departure_link_find(&s->app, s->a, token, clock_now(), &link), ERR_NOTFOUND);
	slapd_change(MODIFY(PROVIDER) "replace: mail\nmail: Contact@ville.example\n\n");
	stage_poll(s);
	assert_int_equal(departure_link_find(&s->app, s->a, token, clock_now(), &link), ERR_OK);
	assert_string_equal(link.link.mail, "contact@ville.example");
}

/* His file leaves the queue, as when the Caf decides. */
static void settle(struct stage *s, const char *uid)
{
	struct audit_record r = act_record(s->a, &s->from, EVENT_SERVICE);
	struct changeset *cs = changeset_new(s->a);
	struct person p = person(s, uid);
	struct todo t;

	assert_int_equal(queue_find(&s->app, s->a, "921", DEPARTURE_TODO, p.uuid, &t), ERR_OK);
	changeset_delete(cs, TABLE_TODO, todo_key(s->a, "921", t.since, DEPARTURE_TODO, p.uuid));
	changeset_audit(cs, &r);
	assert_int_equal(changeset_commit(s->app.store, cs, NULL), ERR_OK);
}

static void test_a_used_link_reports_nobody(void **state)
{
	struct stage *s = *state;
	struct departure_link link;
	struct departure_form form = form_of(s, "A-000002", today(s, 0));
	struct faults faults = { 0 };
	size_t before = jobs(s);
	const char *token = issue(s);

	settle(s, "pdurand");
	assert_int_equal(departure_link_find(&s->app, s->a, token, clock_now(), &link), ERR_OK);
	link.link.rev--;
	assert_int_equal(departure_link_report(&s->app, s->a, &s->from, &link, &form, &faults), ERR_CONFLICT);
	assert_int_equal(jobs(s), before);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_wrong_reports_are_told_and_change_nothing),
		cmocka_unit_test(test_nobody_left_before_he_came),
		cmocka_unit_test(test_who_is_no_agent_any_more_reports_nobody),
		cmocka_unit_test(test_a_report_suspends_and_waits_for_the_caf),
		cmocka_unit_test(test_whose_access_is_changing_is_named),
		cmocka_unit_test(test_a_link_is_mailed_to_the_contact_alone),
		cmocka_unit_test(test_a_link_serves_once_and_for_a_day),
		cmocka_unit_test(test_a_link_ends_with_the_contacts_address),
		cmocka_unit_test(test_a_used_link_reports_nobody),
	};

	return cmocka_run_group_tests(tests, stage_set_up, stage_tear_down);
}
