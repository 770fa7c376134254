/* A family's report: what is taken, what the Caf makes of it, what is left a year later. */
#include "acts/commune.h"
#include "acts/queue.h"
#include "acts/report.h"
#include "tests/unit/test_acts_service.h"

static struct input typed(struct stage *s, const char *text, const char *mail)
{
	struct input in = { 0 };

	in = input_with(s->a, &in, "erreur", text);
	return input_with(s->a, &in, "adresse", mail);
}

static struct input answer_of(struct stage *s, const char *text)
{
	struct input in = { 0 };

	return input_with(s->a, &in, "reponse", text);
}

static const char *repeated(struct stage *s, size_t n)
{
	struct buf b = buf_new(s->a);

	for (size_t i = 0; i < n; i++)
		buf_text(&b, "é");
	return buf_str(&b);
}

/* The only open file of the Caf. */
static struct report waiting(struct stage *s)
{
	struct visitor who = logged_in(s, "a.valideur");
	struct report r;
	struct todo file;

	assert_int_equal(queue_next(&s->app, s->a, &who, REPORT_TODO, &file), ERR_OK);
	assert_int_equal(report_read(&s->app, s->a, uuid_text(s->a, file.establishment), &r), ERR_OK);
	return r;
}

static struct report sent(struct stage *s, const char *address, const char *mail)
{
	struct visitor from = s->from;
	struct input in = typed(s, "Le téléphone\nn’est plus le bon.", mail);
	struct faults faults = { 0 };

	from.address = address;
	assert_int_equal(report_send(&s->app, s->a, &from, "E0001", &in, &faults), ERR_OK);
	return waiting(s);
}

static struct mail last_mail(struct stage *s)
{
	AUTO_TXN struct txn t = txn_read(s->app.store, STORE_MAIN);
	AUTO_SCAN struct scan scan = scan_prefix(&t, TABLE_MAIL, BYTES_NONE);
	struct mail m = { 0 };

	while (scan_next(&scan))
		assert_int_equal(mail_decode(s->a, scan.record.payload, &m), ERR_OK);
	return m;
}

static void test_what_the_form_takes(void **state)
{
	struct stage *s = *state;
	const struct {
		const char *text, *mail;
		const char *field; /* NULL: good */
		const char *says;
	} rows[] = {
		{ "", "", "erreur", "Décrivez l’erreur" },
		{ " \n ", "a@b.example", "erreur", "Décrivez l’erreur" },
		{ repeated(s, 2001), "", "erreur", NULL },
		{ "Fermé le mardi", "personne", "adresse", NULL },
		{ "Fermé le mardi", "a@b@c.example", "adresse", NULL },
		{ repeated(s, 2000), "", NULL, NULL },
		{ "Fermé le mardi", "l.amrani@famille.example", NULL, NULL },
	};

	for (size_t i = 0; i < LENGTH(rows); i++) {
		const struct pair raw[] = { { "erreur", rows[i].text }, { "adresse", rows[i].mail } };
		struct input in;
		struct faults faults = { 0 };

		print_message("%.20s %s\n", rows[i].text, rows[i].mail);
		assert_int_equal(input_take(s->a, report_form(), raw, LENGTH(raw), &in), ERR_OK);
		input_check(s->a, report_form(), &in, &faults);
		assert_int_equal(faults.n, rows[i].field ? 1 : 0);
		if (rows[i].field)
			assert_string_equal(faults.v[0].name, rows[i].field);
		if (rows[i].says)
			assert_string_equal(faults.v[0].value, rows[i].says);
	}
}

static void test_what_is_refused_leaves_nothing(void **state)
{
	struct stage *s = *state;
	struct visitor caf = logged_in(s, "a.valideur");
	struct input empty = typed(s, "", ""), good = typed(s, "Fermé le mardi", "");
	struct faults faults = { 0 };
	struct changeset *cs = changeset_new(s->a);
	struct commune c;
	struct todo file;

	assert_int_equal(report_send(&s->app, s->a, &s->from, "E0001", &empty, &faults), ERR_INVALID);
	assert_int_equal(report_send(&s->app, s->a, &s->from, "E9999", &good, &faults), ERR_UNAVAILABLE);
	codec_default(&commune_codec, &c);
	c.insee = "92036";
	commune_publish(s->a, cs, &c);
	assert_int_equal(changeset_commit(s->app.store, cs, NULL), ERR_OK);
	assert_int_equal(report_send(&s->app, s->a, &s->from, "E9999", &good, &faults), ERR_NOTFOUND);
	assert_int_equal(report_send(&s->app, s->a, &s->from, "", &good, &faults), ERR_NOTFOUND);
	assert_int_equal(queue_next(&s->app, s->a, &caf, REPORT_TODO, &file), ERR_NOTFOUND);
	assert_int_equal(records_of(s, EVENT_REPORT_SENT), 0);
}

static void test_answered_once_and_the_address_forgotten(void **state)
{
	struct stage *s = *state;
	struct visitor caf = logged_in(s, "a.valideur"), agent = logged_in(s, "jmartin"), other = caf;
	struct report r = sent(s, "192.0.2.7", "l.amrani@famille.example"), late = r, foreign = r;
	struct input in = answer_of(s, "C’est corrigé, merci."), again = answer_of(s, "Trop tard.");
	struct faults faults = { 0 };
	struct todo file;

	struct audit_record told = last_record(s, EVENT_REPORT_SENT);

	assert_true(uuid_is_none(told.person));
	assert_string_equal(told.object_id, "E0001");
	assert_string_equal(told.caf, "921");
	assert_int_equal(told.details.n, 1);
	assert_int_equal(queue_next(&s->app, s->a, &caf, REPORT_TODO, &file), ERR_OK);
	assert_string_equal(file.detail, "« Le téléphone, n’est plus le bon. », une famille");

	other.person.caf = "931";
	assert_int_equal(report_close(&s->app, s->a, &other, &in, &foreign, &faults), ERR_NOTFOUND);
	agent.person.caf = "921";
	assert_int_equal(report_close(&s->app, s->a, &agent, &in, &foreign, &faults), ERR_DENIED);
	again = answer_of(s, repeated(s, 2001));
	assert_int_equal(report_close(&s->app, s->a, &caf, &again, &foreign, &faults), ERR_INVALID);
	faults = (struct faults){ 0 };

	assert_int_equal(report_close(&s->app, s->a, &caf, &in, &r, &faults), ERR_OK);
	assert_int_equal(report_read(&s->app, s->a, uuid_text(s->a, r.id), &r), ERR_OK);
	assert_string_equal(r.mail, "");
	assert_string_equal(r.answer, "C’est corrigé, merci.");
	assert_true(r.mailed && r.closed_at);
	assert_string_equal(r.closer_name, "Anne Valideur");
	assert_int_equal(queue_next(&s->app, s->a, &caf, REPORT_TODO, &file), ERR_NOTFOUND);
	struct mail m = last_mail(s);

	assert_string_equal(m.template, "report_answered");
	assert_string_equal(m.to, "l.amrani@famille.example");
	struct audit_record closed = last_record(s, EVENT_REPORT_CLOSED);

	assert_string_equal(closed.details.v[1], "state=answered");
	for (size_t i = 0; i < closed.details.n; i++)
		assert_null(strstr(closed.details.v[i], "corrigé"));

	/* two had it open: the second learns who closed it, and nothing is sent twice */
	again = answer_of(s, "Trop tard.");
	assert_int_equal(report_close(&s->app, s->a, &caf, &again, &late, &faults), ERR_CONFLICT);
	assert_string_equal(late.closer_name, "Anne Valideur");
	assert_string_equal(late.answer, "C’est corrigé, merci.");
	assert_int_equal(report_close(&s->app, s->a, &caf, &again, &late, &faults), ERR_CONFLICT);
	assert_int_equal(records_of(s, EVENT_REPORT_CLOSED), 1);
}

static void test_without_address_nothing_is_mailed(void **state)
{
	struct stage *s = *state;
	struct visitor caf = logged_in(s, "a.valideur");
	struct report r = sent(s, "192.0.2.8", "");
	struct input in = answer_of(s, "Vu avec la directrice.");
	struct faults faults = { 0 };
	size_t before;
	{
		AUTO_TXN struct txn t = txn_read(s->app.store, STORE_MAIN);

		before = txn_count(&t, TABLE_MAIL);
	}
	assert_int_equal(report_close(&s->app, s->a, &caf, &in, &r, &faults), ERR_OK);
	AUTO_TXN struct txn t = txn_read(s->app.store, STORE_MAIN);

	assert_int_equal(txn_count(&t, TABLE_MAIL), before);
	assert_string_equal(last_record(s, EVENT_REPORT_CLOSED).details.v[1], "state=unanswered");
}

static void test_an_address_tells_twenty_times_a_day(void **state)
{
	struct stage *s = *state;
	struct visitor from = s->from;
	struct input in = typed(s, "Fermé le mardi", "");
	struct faults faults = { 0 };

	from.address = "203.0.113.9";
	for (int i = 0; i < 20; i++)
		assert_int_equal(report_send(&s->app, s->a, &from, "E0001", &in, &faults), ERR_OK);
	assert_int_equal(report_send(&s->app, s->a, &from, "E0001", &in, &faults), ERR_LIMIT);
	from.address = "203.0.113.10";
	assert_int_equal(report_send(&s->app, s->a, &from, "E0001", &in, &faults), ERR_OK);
}

static void test_a_year_later_nothing_is_left(void **state)
{
	struct stage *s = *state;
	struct visitor caf = logged_in(s, "a.valideur");
	struct report r = waiting(s);
	struct changeset *cs = changeset_new(s->a);
	struct todo file;

	assert_false(report_is_over(&r, r.sent_at + 365 * DAY_MS));
	assert_true(report_is_over(&r, r.sent_at + 366 * DAY_MS));
	report_purge_add(s->a, cs, &r);
	assert_int_equal(changeset_commit(s->app.store, cs, NULL), ERR_OK);
	assert_int_equal(report_read(&s->app, s->a, uuid_text(s->a, r.id), &r), ERR_NOTFOUND);
	assert_int_equal(queue_find(&s->app, s->a, "921", REPORT_TODO, r.id, &file), ERR_NOTFOUND);
	assert_string_equal(last_record(s, EVENT_SERVICE).object_id, "E0001");
	assert_int_equal(queue_next(&s->app, s->a, &caf, REPORT_TODO, &file), ERR_OK);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_what_the_form_takes),
		cmocka_unit_test(test_what_is_refused_leaves_nothing),
		cmocka_unit_test(test_answered_once_and_the_address_forgotten),
		cmocka_unit_test(test_without_address_nothing_is_mailed),
		cmocka_unit_test(test_an_address_tells_twenty_times_a_day),
		cmocka_unit_test(test_a_year_later_nothing_is_left),
	};

	return cmocka_run_group_tests(tests, stage_set_up, stage_tear_down);
}
