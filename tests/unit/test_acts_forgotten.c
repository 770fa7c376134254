/* A lost password on a real store: the text to copy, the limits, whom a mail goes to. */
#include "acts/challenge.h"
#include "acts/forgotten.h"
#include "acts/who_throttle.h"
#include "tests/unit/test_acts_service.h"

static enum err use(struct stage *s, const struct challenge *c, const char *form, const char *typed, int64_t now)
{
	struct changeset *cs = changeset_new(s->a);
	bool right = false;
	enum err e = challenge_use(&s->app, s->a, cs, form, c->seal, typed, now, &right);

	if (!e)
		e = changeset_commit(s->app.store, cs, NULL);
	return e ? e : right ? ERR_OK : ERR_INVALID;
}

static void test_a_text_has_no_confusable_sign(void **state)
{
	struct stage *s = *state;

	for (int i = 0; i < 500; i++) {
		const char *text = challenge_new(&s->app, s->a, "form", 0).text;

		assert_true(strlen(text) >= 7 && strlen(text) <= 10);
		assert_int_equal(strspn(text, "ACDEFHJKMNPRTUVWXY34679"), strlen(text));
	}
}

static void test_a_text_is_good_once_for_its_form_and_ten_minutes(void **state)
{
	static const struct {
		const char *form;
		bool right;
		int64_t after;
		enum err want;
	} rows[] = {
		{ "mine", true, 0, ERR_OK },
		{ "mine", true, 10 * MINUTE_MS - 1, ERR_OK },
		{ "mine", true, 10 * MINUTE_MS, ERR_INVALID },
		{ "other", true, 0, ERR_INVALID },
		{ "", true, 0, ERR_INVALID },
		{ "mine", false, 0, ERR_INVALID },
	};
	struct stage *s = *state;
	int64_t now = clock_now();

	for (size_t i = 0; i < LENGTH(rows); i++) {
		struct challenge c = challenge_new(&s->app, s->a, "mine", now);

		print_message("row %zu\n", i);
		assert_int_equal(use(s, &c, rows[i].form, rows[i].right ? c.text : "PLUME7", now + rows[i].after),
				 rows[i].want);
		if (!rows[i].want)
			assert_int_equal(use(s, &c, rows[i].form, c.text, now), ERR_INVALID);
	}
}

static void test_a_wrong_copy_is_the_one_try(void **state)
{
	struct stage *s = *state;
	int64_t now = clock_now();
	struct challenge c = challenge_new(&s->app, s->a, "mine", now);

	assert_int_equal(use(s, &c, "another", c.text, now), ERR_INVALID);
	assert_int_equal(use(s, &c, "mine", "PLUME7", now), ERR_INVALID);
	assert_int_equal(use(s, &c, "mine", c.text, now), ERR_INVALID);
}

static void test_case_and_blanks_do_not_matter(void **state)
{
	struct stage *s = *state;
	int64_t now = clock_now();
	struct challenge c = challenge_new(&s->app, s->a, "mine", now);
	struct buf typed = buf_new(s->a);

	for (const char *p = c.text; *p; p++)
		buf_printf(&typed, " %c\u00a0", *p >= 'A' ? *p - 'A' + 'a' : *p);
	assert_int_equal(use(s, &c, "mine", buf_str(&typed), now), ERR_OK);
}

static void test_a_foreign_seal_is_nothing(void **state)
{
	struct stage *s = *state;
	struct challenge good = challenge_new(&s->app, s->a, "mine", clock_now());
	struct app other = s->app;
	char *changed = arena_strdup(s->a, good.seal);

	other.key[0] ^= 1;
	changed[30] = changed[30] == 'A' ? 'B' : 'A';
	struct challenge bad[] = {
		{ good.text, "" },
		{ good.text, "x" },
		{ good.text, changed },
		challenge_new(&other, s->a, "mine", clock_now()),
	};

	for (size_t i = 0; i < LENGTH(bad); i++)
		assert_int_equal(use(s, &bad[i], "mine", bad[i].text, clock_now()), ERR_INVALID);
}

static void test_mails_and_addresses_have_limits(void **state)
{
	struct throttle t = { 0 };
	int64_t now = 1000 * DAY_MS;
	int sent = 0;

	(void)state;
	for (int minute = 0; minute < 24 * 60; minute++)
		sent += throttle_ask_mail(&t, now + minute * MINUTE_MS);
	assert_int_equal(sent, 5);
	assert_true(throttle_ask_mail(&t, now + DAY_MS));
	assert_false(throttle_ask_mail(&t, now + DAY_MS + 5 * MINUTE_MS - 1));
	assert_true(throttle_ask_mail(&t, now + DAY_MS + 5 * MINUTE_MS));
	t = (struct throttle){ 0 };
	for (int i = 0; i < 10; i++) {
		assert_int_equal(throttle_until(&t, now + i), 0);
		throttle_ask_address(&t, now + i);
	}
	assert_int_equal(throttle_until(&t, now + 10), now + HOUR_MS);
	assert_int_equal(throttle_until(&t, now + HOUR_MS), 0);
	assert_true(throttle_is_over(&t, 'f', now + HOUR_MS));
}

/* --- asking --- */

static size_t mails(struct stage *s, const char *template)
{
	AUTO_TXN struct txn t = txn_read(s->app.store, STORE_MAIN);
	AUTO_SCAN struct scan scan = scan_prefix(&t, TABLE_MAIL, BYTES_NONE);
	size_t n = 0;

	while (scan_next(&scan)) {
		struct mail m;

		assert_int_equal(mail_decode(s->a, scan.record.payload, &m), ERR_OK);
		assert_string_equal(m.to, ""); /* the directory's, when it is sent */
		n += strcmp(m.template, template) == 0;
	}
	return n;
}

static enum err ask(struct stage *s, const char *address, const char *identifier)
{
	struct challenge c = challenge_new(&s->app, s->a, "mine", clock_now());
	struct forgotten_form form = { identifier, c.seal, c.text, "mine" };
	struct visitor from = s->from;
	struct faults faults = { 0 };
	int64_t retry_at;

	from.address = address;
	return password_ask(&s->app, s->a, &from, &form, &faults, &retry_at);
}

static void test_what_came_of_it_is_told_to_the_log_only(void **state)
{
	static const struct {
		const char *identifier, *cause, *number;
	} rows[] = {
		{ "pdurand", "", "A-000002" },
		{ " PDURAND ", "account_limit", "A-000002" },
		{ "A-000002", "account_limit", "A-000002" },
		{ "PDurand@ville.example", "account_limit", "A-000002" },
		{ "a.valideur", "", "921-0001" },
		{ "nobody", "unknown_account", "" },
		{ "*", "unknown_account", "" },
		{ "pdurand@ville example", "unknown_account", "" },
	};
	struct stage *s = *state;

	for (size_t i = 0; i < LENGTH(rows); i++) {
		print_message("%s\n", rows[i].identifier);
		assert_int_equal(ask(s, arena_printf(s->a, "198.51.100.%zu", i), rows[i].identifier), ERR_OK);
		struct audit_record r = last_record(s, EVENT_PASSWORD_ASKED);

		assert_string_equal(r.cause, rows[i].cause);
		assert_string_equal(r.number, rows[i].number);
		assert_int_equal(r.failed, *rows[i].cause != '\0');
	}
	assert_int_equal(mails(s, "password_reset"), 2);
}

static void test_a_closed_account_gets_none(void **state)
{
	struct stage *s = *state;

	slapd_change(MODIFY("uid=a.valideur," STAFF) "replace: habStatut\nhabStatut: suspendue\n\n");
	stage_poll(s);
	clock_test_offset(DAY_MS);
	assert_int_equal(ask(s, "198.51.100.50", "a.valideur"), ERR_OK);
	assert_string_equal(last_record(s, EVENT_PASSWORD_ASKED).cause, "suspended");
	assert_int_equal(mails(s, "password_reset"), 2);
}

static void test_an_address_that_asks_too_much_is_told_so(void **state)
{
	struct stage *s = *state;

	for (int i = 0; i < 10; i++)
		assert_int_equal(ask(s, "203.0.113.9", "nobody"), ERR_OK);
	assert_int_equal(ask(s, "203.0.113.9", "pdurand"), ERR_LIMIT);
	assert_string_equal(last_record(s, EVENT_PASSWORD_ASKED).cause, "address_limit");
	assert_int_equal(ask(s, "203.0.113.10", "pdurand"), ERR_OK);
}

static void test_a_form_sent_again_is_done_once(void **state)
{
	struct stage *s = *state;
	struct challenge c = challenge_new(&s->app, s->a, "mine", clock_now());
	struct forgotten_form form = { "nobody", c.seal, c.text, "mine" };
	struct visitor from = s->from;
	struct faults faults = { 0 };
	int64_t retry_at;
	size_t before = records_of(s, EVENT_PASSWORD_ASKED);

	from.resume = "00112233445566778899aabbccddeeff";
	for (int i = 0; i < 2; i++)
		assert_int_equal(password_ask(&s->app, s->a, &from, &form, &faults, &retry_at), ERR_OK);
	assert_int_equal(records_of(s, EVENT_PASSWORD_ASKED), before + 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_a_text_has_no_confusable_sign),
		cmocka_unit_test(test_a_text_is_good_once_for_its_form_and_ten_minutes),
		cmocka_unit_test(test_a_wrong_copy_is_the_one_try),
		cmocka_unit_test(test_case_and_blanks_do_not_matter),
		cmocka_unit_test(test_a_foreign_seal_is_nothing),
		cmocka_unit_test(test_mails_and_addresses_have_limits),
		cmocka_unit_test(test_what_came_of_it_is_told_to_the_log_only),
		cmocka_unit_test(test_a_closed_account_gets_none),
		cmocka_unit_test(test_an_address_that_asks_too_much_is_told_so),
		cmocka_unit_test(test_a_form_sent_again_is_done_once),
	};

	return cmocka_run_group_tests(tests, stage_set_up, stage_tear_down);
}
