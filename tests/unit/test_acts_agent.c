/* The Caf decides about somebody of a provider: what each status allows, what is asked for, two at once, what follows from it. */
#include "tests/unit/test_acts_service.h"

#include "acts/agent.h"
#include "acts/edit.h"
#include "acts/queue.h"

static struct person person_now(struct stage *s, const char *uid)
{
	AUTO_TXN struct txn t = txn_read(s->app.store, STORE_MAIN);
	struct person p;

	assert_int_equal(person_by_name(&t, s->a, 'u', uid, &p), ERR_OK);
	return p;
}

static struct visitor visitor_of(struct stage *s, const char *uid)
{
	struct visitor who = s->from;
	struct person p = person_now(s, uid);

	assert_int_equal(visitor_fill(&s->app, s->a, &p, &who), ERR_OK);
	who.known = true;
	return who;
}

static int set_up(void **state)
{
	if (stage_set_up(state))
		return -1;
	slapd_change(PERSON("uid=b.admin," STAFF, "habPersonnel", "b.admin", "Berthe Admin", "921-0003") "\n" GROUP(
		"cn=administrateurs,ou=roles," CAF, "administrateurs", "uid=b.admin," STAFF));
	stage_poll(*state);
	return 0;
}

/* All jobs of the directory in the order they were asked for. */
static size_t jobs(struct stage *s, struct job **out)
{
	AUTO_TXN struct txn t = txn_read(s->app.store, STORE_MAIN);
	AUTO_SCAN struct scan scan = scan_prefix(&t, TABLE_JOB, BYTES_NONE);
	size_t n = 0;

	*out = arena_array(s->a, 100, struct job);
	while (scan_next(&scan)) {
		assert_int_equal(job_decode(s->a, scan.record.payload, &(*out)[n]), ERR_OK);
		n += strcmp((*out)[n].kind, "directory") == 0;
	}
	return n;
}

static const char *last_lines(struct stage *s)
{
	struct job *v;
	size_t n = jobs(s, &v);
	struct buf b = buf_new(s->a);

	assert_true(n > 0);
	for (size_t i = 0; i < v[n - 1].lines.n; i++)
		buf_printf(&b, "%s|", v[n - 1].lines.v[i]);
	return buf_str(&b);
}

/* What the clerk does in the end. */
static void settle_outcome(struct stage *s, const char *number, const char *what)
{
	struct changeset *cs = changeset_new(s->a);

	outcome_put(s->a, cs, outcome_key(s->a, "agent", number, what), &(struct outcome){ .state = "done" });
	assert_int_equal(changeset_commit(s->app.store, cs, NULL), ERR_OK);
}

static void set_status(struct stage *s, const char *status)
{
	slapd_change(arena_printf(s->a, MODIFY(SECOND_AGENT) "replace: habStatut\nhabStatut: %s\n", status));
	stage_poll(s);
}

static const struct {
	const char *what, *status;
	enum agent_change change;
	struct agent_order order;
	enum err answer;
	const char *fault;
	const char *lines; /* what must stand in the job */
} orders[] = {
	{ "suspend", "active", AGENT_SUSPEND, { "", "Absence" }, ERR_OK, NULL, "=habStatut: suspendue|" },
	{ "suspend without a word", "active", AGENT_SUSPEND, { "", " " }, ERR_INVALID, "motif", NULL },
	{ "suspend one who is", "suspendue", AGENT_SUSPEND, { "", "Absence" }, ERR_CONFLICT, NULL, NULL },
	{ "suspend one who left", "terminee", AGENT_SUSPEND, { "", "Absence" }, ERR_CONFLICT, NULL, NULL },
	{ "reopen", "suspendue", AGENT_REOPEN, { "", "" }, ERR_OK, NULL, "=habStatut: active|=habFinMission: |=habMotifRetrait: |" },
	{ "reopen one who is in", "active", AGENT_REOPEN, { "", "" }, ERR_CONFLICT, NULL, NULL },
	{ "reopen one who left", "terminee", AGENT_REOPEN, { "", "" }, ERR_CONFLICT, NULL, NULL },
	{ "end without a day", "active", AGENT_END, { "", "" }, ERR_INVALID, "fin", NULL },
	{ "end on no day", "active", AGENT_END, { "31/02/2026", "" }, ERR_INVALID, "fin", NULL },
	{ "end to come", "active", AGENT_END, { "31/12/2999", "" }, ERR_INVALID, "fin", NULL },
	{ "end before any convention", "active", AGENT_END, { "31/12/2023", "" }, ERR_INVALID, "fin", NULL },
	{ "end of one who left", "terminee", AGENT_END, { "01/02/2026", "" }, ERR_CONFLICT, NULL, NULL },
	{ "end of a suspended one", "suspendue", AGENT_END, { "01/02/2026", "" }, ERR_OK, NULL, "=habFinMission: 20260201" },
	{ "end", "active", AGENT_END, { "01/02/2026", "Mutation" }, ERR_OK, NULL, "=habStatut: terminee|" },
};

static void test_what_each_status_allows(void **state)
{
	struct stage *s = *state;
	struct visitor who = visitor_of(s, "b.admin");

	for (size_t i = 0; i < LENGTH(orders); i++) {
		struct faults faults = { 0 };
		struct job *v;
		size_t before = jobs(s, &v);

		print_message("%s\n", orders[i].what);
		set_status(s, orders[i].status);
		struct person p = person_now(s, "pdurand");

		assert_int_equal(agent_decide(&s->app, s->a, &who, &p, orders[i].change, &orders[i].order, &faults),
				 orders[i].answer);
		assert_int_equal(jobs(s, &v), before + (orders[i].answer == ERR_OK));
		if (orders[i].fault)
			assert_non_null(fault_of(&faults, orders[i].fault));
		if (orders[i].lines)
			assert_non_null(strstr(last_lines(s), orders[i].lines));
		settle_outcome(s, "A-000002", "acces");
	}
	assert_int_equal(records_of(s, EVENT_AGENT_SUSPENDED), 1);
	assert_int_equal(records_of(s, EVENT_AGENT_ENDED), 2);
	struct audit_record r = last_record(s, EVENT_AGENT_ENDED);

	assert_string_equal(r.number, "921-0003");
	assert_string_equal(r.object_id, "A-000002");
	assert_string_equal(arg_of(&r.details, "end"), "2026-02-01");
	set_status(s, "active");
}

static void test_who_left_has_no_right_any_more(void **state)
{
	struct stage *s = *state;
	struct visitor who = visitor_of(s, "b.admin");
	struct person p = person_now(s, "jmartin");
	struct agent_order o = { "01/02/2026", "" };
	struct faults faults = { 0 };
	struct deed ev;

	assert_int_equal(agent_decide(&s->app, s->a, &who, &p, AGENT_END, &o, &faults), ERR_OK);
	assert_non_null(strstr(last_lines(s), "-habDroitFonctionnement: " AGENT "|"));
	assert_null(strstr(last_lines(s), "habDroitDisponibilites"));
	/* the job is not done yet: whoever comes now is told by whom */
	assert_int_equal(agent_decide(&s->app, s->a, &who, &p, AGENT_END, &o, &faults), ERR_CONFLICT);
	assert_int_equal(agent_last_act(&s->app, s->a, &p, &ev), ERR_OK);
	assert_string_equal(ev.code, "agent_ended");
	assert_string_equal(ev.by, "Berthe Admin");
	assert_string_equal(ev.what, "fin de mission le 1er février 2026");
	settle_outcome(s, "A-000001", "acces");
}

static void test_only_the_caf_s_administrators(void **state)
{
	struct stage *s = *state;
	struct person p = person_now(s, "pdurand");
	struct agent_order o = { "", "Absence" };
	struct visitor reviewer = visitor_of(s, "a.valideur"), admin = visitor_of(s, "b.admin");
	struct faults faults = { 0 };

	assert_int_equal(agent_decide(&s->app, s->a, &reviewer, &p, AGENT_SUSPEND, &o, &faults), ERR_DENIED);
	admin.person.caf = "751";
	assert_int_equal(agent_decide(&s->app, s->a, &admin, &p, AGENT_SUSPEND, &o, &faults), ERR_NOTFOUND);
	assert_int_equal(agent_mail_change(&s->app, s->a, &admin, &p, "x@ville.example", false, &faults), ERR_NOTFOUND);
	assert_int_equal(agent_password_ask(&s->app, s->a, &admin, &p), ERR_NOTFOUND);
	p = person_now(s, "a.valideur");
	admin.person.caf = "921";
	assert_int_equal(agent_decide(&s->app, s->a, &admin, &p, AGENT_SUSPEND, &o, &faults), ERR_NOTFOUND);
}

/* --- departures reported by a provider --- */

static void report(struct stage *s, const struct person *p)
{
	struct changeset *cs = changeset_new(s->a);
	struct audit_record r = act_record(s->a, &s->from, EVENT_DEPARTURE_REPORTED);
	struct todo t;

	todo_default(&t);
	t.kind = "depart";
	t.establishment = p->uuid;
	t.title = p->name;
	t.since = clock_now();
	r.object_kind = "person";
	r.object_id = p->number;
	r.caf = p->caf;
	changeset_put(cs, TABLE_TODO, todo_key(s->a, p->caf, t.since, t.kind, t.establishment), todo_encode(s->a, &t));
	changeset_audit(cs, &r);
	assert_int_equal(changeset_commit(s->app.store, cs, NULL), ERR_OK);
}

static void test_a_reported_departure_is_settled_with_the_decision(void **state)
{
	static const enum agent_change changes[] = { AGENT_REOPEN, AGENT_END };
	struct stage *s = *state;
	struct visitor who = visitor_of(s, "b.admin");
	struct agent_order o = { "01/02/2026", "" };
	struct faults faults = { 0 };
	struct agent_state st;

	for (size_t i = 0; i < LENGTH(changes); i++) {
		set_status(s, "suspendue");
		struct person p = person_now(s, "pdurand");

		report(s, &p);
		assert_int_equal(agent_state_read(&s->app, s->a, &p, &st), ERR_OK);
		assert_true(st.departure.rev > 0);
		assert_false(agent_is_busy(&st));
		assert_int_equal(agent_decide(&s->app, s->a, &who, &p, changes[i], &o, &faults), ERR_OK);
		assert_int_equal(agent_state_read(&s->app, s->a, &p, &st), ERR_OK);
		assert_int_equal(st.departure.rev, 0);
		assert_true(agent_is_busy(&st));
		settle_outcome(s, "A-000002", "acces");
	}
	set_status(s, "active");
}

/* --- addresses --- */

static const struct {
	const char *mail;
	bool shared;
	enum err answer;
	const char *fault;
} addresses[] = {
	{ "", false, ERR_INVALID, "courriel" },
	{ "paul.durand", false, ERR_INVALID, "courriel" },
	{ "paul durand@ville.example", false, ERR_INVALID, "courriel" },
	{ "paul@ville.example\nBcc: x@y.example", false, ERR_INVALID, "courriel" },
	{ "pdurand@ville.example", false, ERR_INVALID, "courriel" }, /* the one he has */
	{ "a.valideur@ville.example", false, ERR_INVALID, "partage" },
	{ "A.Valideur@ville.example", false, ERR_INVALID, "partage" },
	{ "avalideur@ville.example", false, ERR_OK, NULL }, /* only folding makes them alike */
	{ "a.valideur@ville.example", true, ERR_OK, NULL },
	{ "paul.durand@ville.example", false, ERR_OK, NULL },
};

static size_t mails_to(struct stage *s, const char *to)
{
	AUTO_TXN struct txn t = txn_read(s->app.store, STORE_MAIN);
	AUTO_SCAN struct scan scan = scan_prefix(&t, TABLE_MAIL, BYTES_NONE);
	size_t n = 0;

	while (scan_next(&scan)) {
		struct mail m;

		assert_int_equal(mail_decode(s->a, scan.record.payload, &m), ERR_OK);
		n += strcmp(m.template, "mail_changed") == 0 && strcmp(m.to, to) == 0;
	}
	return n;
}

static void test_an_address_is_checked_and_both_are_told(void **state)
{
	struct stage *s = *state;
	struct visitor who = visitor_of(s, "b.admin");
	struct person p = person_now(s, "pdurand");

	for (size_t i = 0; i < LENGTH(addresses); i++) {
		struct faults faults = { 0 };

		print_message("%s\n", addresses[i].mail);
		assert_int_equal(agent_mail_change(&s->app, s->a, &who, &p, addresses[i].mail, addresses[i].shared, &faults),
				 addresses[i].answer);
		if (addresses[i].fault)
			assert_non_null(fault_of(&faults, addresses[i].fault));
		settle_outcome(s, "A-000002", "courriel");
	}
	assert_non_null(strstr(last_lines(s), "=mail: paul.durand@ville.example|"));
	assert_int_equal(mails_to(s, "paul.durand@ville.example"), 1);
	assert_int_equal(mails_to(s, "pdurand@ville.example"), 3);
	struct audit_record r = last_record(s, EVENT_AGENT_MAIL_CHANGED);

	assert_string_equal(arg_of(&r.details, "old"), "pdurand@ville.example");
	assert_string_equal(arg_of(&r.details, "new"), "paul.durand@ville.example");
	struct faults faults = { 0 };

	/* who left keeps his address */
	slapd_change(MODIFY(AGENT) "replace: habStatut\nhabStatut: terminee\n");
	stage_poll(s);
	assert_int_equal(agent_mail_change(&s->app, s->a, &who, &p, person_now(s, "jmartin").mail, false, &faults),
			 ERR_INVALID);
	assert_non_null(strstr(fault_of(&faults, "partage"), "(A-000001, accès terminé). Cochez"));
	slapd_change(MODIFY(AGENT) "replace: habStatut\nhabStatut: active\n");
	stage_poll(s);
	/* an LDAP tool was quicker */
	slapd_change(MODIFY(SECOND_AGENT) "replace: mail\nmail: autre@ville.example\n");
	assert_int_equal(agent_mail_change(&s->app, s->a, &who, &p, "encore@ville.example", false, &faults), ERR_CONFLICT);
	stage_poll(s);
}

/* --- passwords --- */

static void test_a_password_is_asked_for_once(void **state)
{
	struct stage *s = *state;
	struct visitor who = visitor_of(s, "b.admin");
	struct person p = person_now(s, "pdurand");

	assert_int_equal(agent_password_ask(&s->app, s->a, &who, &p), ERR_OK);
	assert_non_null(strstr(last_lines(s), "=habDemandeMotDePasse: TRUE|"));
	assert_int_equal(agent_password_ask(&s->app, s->a, &who, &p), ERR_CONFLICT);
	settle_outcome(s, "A-000002", "renvoi");
	slapd_change(MODIFY(SECOND_AGENT) "replace: habDemandeMotDePasse\nhabDemandeMotDePasse: TRUE\n");
	assert_int_equal(agent_password_ask(&s->app, s->a, &who, &p), ERR_CONFLICT);
	slapd_change(MODIFY(SECOND_AGENT) "delete: habDemandeMotDePasse\n");
	set_status(s, "suspendue");
	assert_int_equal(agent_password_ask(&s->app, s->a, &who, &p), ERR_CONFLICT);
	set_status(s, "active");
	assert_int_equal(agent_password_ask(&s->app, s->a, &who, &p), ERR_OK);
	assert_int_equal(records_of(s, EVENT_PASSWORD_ASKED), 2);
}

static void test_his_history_is_newest_first(void **state)
{
	struct stage *s = *state;
	struct person p = person_now(s, "pdurand");
	struct deed *v;
	size_t n;

	assert_int_equal(agent_history(&s->app, s->a, &p, 4, &v, &n), ERR_OK);
	assert_int_equal(n, 4);
	assert_string_equal(v[0].code, "password_asked");
	for (size_t i = 1; i < n; i++)
		assert_true(v[i - 1].at >= v[i].at);
}

/* Copied into the log after it, as the clerk does seconds later. */
static void test_an_ldap_tool_s_change_stands_where_it_was_made(void **state)
{
	struct stage *s = *state;
	struct person p = person_now(s, "pdurand");
	struct visitor who = visitor_of(s, "b.admin");
	struct audit_record r = act_record(s->a, &who, EVENT_DIRECTORY_CHANGE);
	struct changeset *cs = changeset_new(s->a);
	struct deed last, *v;
	size_t n;

	act_on_person(&r, &p, "F001");
	act_detail(s->a, &r, "at", "2026-01-02T03:04:05.678Z");
	changeset_audit(cs, &r);
	assert_int_equal(changeset_commit(s->app.store, cs, NULL), ERR_OK);
	assert_int_equal(agent_last_act(&s->app, s->a, &p, &last), ERR_OK);
	assert_string_equal(last.code, "password_asked");
	assert_int_equal(agent_history(&s->app, s->a, &p, 100, &v, &n), ERR_OK);
	assert_string_equal(v[n - 1].code, "directory_change");
	assert_string_equal(time_iso(s->a, v[n - 1].at), "2026-01-02T03:04:05.678Z");
}

/* Nobody was quicker with his account. */
static void test_a_right_given_with_an_ldap_tool_is_in_his_history_and_no_change_of_his_access(void **state)
{
	struct stage *s = *state;
	struct person p = person_now(s, "pdurand");
	struct visitor who = visitor_of(s, "b.admin");
	struct audit_record r = act_record(s->a, &who, EVENT_DIRECTORY_CHANGE);
	struct changeset *cs = changeset_new(s->a);
	struct deed last, *v;
	size_t n;

	r.object_kind = "establishment";
	r.object_id = "E0001";
	r.caf = p.caf;
	r.provider = "F001";
	act_detail(s->a, &r, "right_given", "A-000002 E0001 2");
	changeset_audit(cs, &r);
	assert_int_equal(changeset_commit(s->app.store, cs, NULL), ERR_OK);
	assert_int_equal(agent_history(&s->app, s->a, &p, 1, &v, &n), ERR_OK);
	assert_string_equal(v[0].what, "droit donné : places libres sur Lucioles (E0001)");
	assert_string_equal(v[0].by, "Berthe Admin");
	assert_int_equal(agent_last_act(&s->app, s->a, &p, &last), ERR_OK);
	assert_string_equal(last.code, "password_asked");
}

/* A year later, with all that was done to others of his Caf since. */
static void test_his_history_is_whole_however_much_came_after(void **state)
{
	struct stage *s = *state;
	struct person p = person_now(s, "pdurand");
	struct visitor who = visitor_of(s, "b.admin");
	struct changeset *cs = changeset_new(s->a);
	struct deed *v;
	size_t n, before;

	assert_int_equal(agent_history(&s->app, s->a, &p, SIZE_MAX, &v, &before), ERR_OK);
	for (size_t i = 0; i < 400; i++) {
		struct audit_record r = act_record(s->a, &who, EVENT_AGENT_SUSPENDED);
		struct person other = { .number = arena_printf(s->a, "921-9%03zu", i), .caf = p.caf };

		act_on_person(&r, &other, i % 2 ? "F002" : "F001");
		changeset_audit(cs, &r);
	}
	assert_int_equal(changeset_commit(s->app.store, cs, NULL), ERR_OK);
	assert_int_equal(agent_history(&s->app, s->a, &p, SIZE_MAX, &v, &n), ERR_OK);
	assert_int_equal(n, before);
	assert_int_equal(agent_history(&s->app, s->a, &p, 2, &v, &n), ERR_OK);
	assert_int_equal(n, 2);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_what_each_status_allows),
		cmocka_unit_test(test_who_left_has_no_right_any_more),
		cmocka_unit_test(test_only_the_caf_s_administrators),
		cmocka_unit_test(test_a_reported_departure_is_settled_with_the_decision),
		cmocka_unit_test(test_an_address_is_checked_and_both_are_told),
		cmocka_unit_test(test_a_password_is_asked_for_once),
		cmocka_unit_test(test_his_history_is_newest_first),
		cmocka_unit_test(test_an_ldap_tool_s_change_stands_where_it_was_made),
		cmocka_unit_test(test_a_right_given_with_an_ldap_tool_is_in_his_history_and_no_change_of_his_access),
		cmocka_unit_test(test_his_history_is_whole_however_much_came_after),
	};

	return cmocka_run_group_tests(tests, set_up, stage_tear_down);
}
