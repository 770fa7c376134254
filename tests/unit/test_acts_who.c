/* Logging in against a real slapd and a real writer: outcomes, delays, sessions, the forced change. The tests follow one another on
   one store; the clock goes forward between them. */
#include "tests/unit/test_acts_service.h"

#include "acts/who_session.h"

#define NEW_PASSWORD "gravier-hamac-treille-27"
#define RESET_PASSWORD "faucille-brume-carillon-3"
#define OTHER_PASSWORD "cabestan-vitrail-oseille-5"

static int64_t ahead;

static void later(int64_t ms)
{
	ahead += ms;
	clock_test_offset(ahead);
}

static struct login_result try_from(struct stage *s, const char *address, const char *identifier, const char *password,
				    size_t n)
{
	struct login_result r = { 0 };
	struct visitor from = s->from;

	from.address = address;
	assert_int_equal(login(&s->app, s->a, &from, identifier, (struct bytes){ (const uint8_t *)password, n }, &r),
			 ERR_OK);
	return r;
}

static struct login_result try(struct stage *s, const char *identifier, const char *password)
{
	return try_from(s, "192.0.2.7", identifier, password, strlen(password));
}

static void told(struct stage *s, const char *cause, const char *number)
{
	struct audit_record r = last_record(s, EVENT_LOGIN);

	assert_string_equal(r.cause, cause);
	assert_int_equal(r.failed, *cause != '\0');
	assert_string_equal(r.number, number);
	assert_string_equal(r.user_agent, s->from.user_agent);
}

static struct visitor found(struct stage *s, const char *token)
{
	struct visitor who = s->from;
	bool expired = true;

	assert_int_equal(session_find(&s->app, s->a, token, &who, &expired), ERR_OK);
	assert_false(expired);
	return who;
}

static bool lost(struct stage *s, const char *token)
{
	struct visitor who = s->from;
	bool expired = true;

	assert_int_equal(session_find(&s->app, s->a, token, &who, &expired), ERR_LOGIN);
	return expired;
}

static void put_temporary(struct stage *s, const char *uid, const char *plain, const char *purpose, int64_t life)
{
	struct person p;
	struct visitor by = { .address = "", .user_agent = "" };

	{
		AUTO_TXN struct txn t = txn_read(s->app.store, STORE_MAIN);

		assert_int_equal(person_by_name(&t, s->a, 'u', uid, &p), ERR_OK);
	}
	assert_int_equal(temporary_password_put(&s->app, s->a, &by, p.uuid, plain, purpose, clock_now() + life), ERR_OK);
}

static bool has_temporary(struct stage *s, struct uuid person)
{
	AUTO_TXN struct txn t = txn_read(s->app.store, STORE_MAIN);
	struct temp_password p;

	return temp_password_get(&t, s->a, TABLE_TEMP_PASSWORD, key_bytes(person.b, sizeof person.b), &p) == ERR_OK;
}

static struct password_form form_of(const char *old, const char *fresh, const char *again)
{
	return (struct password_form){ bytes_of(old), bytes_of(fresh), bytes_of(again) };
}

/* --- */

static void test_unknown_and_broken_identifiers_are_nobody(void **state)
{
	static const char *const hostile[] = { "nobody",       "*",    "jmartin)(uid=*",
					       "(&(uid=*))",   "\\2a", "a\\",
					       "jmartin,ou=x", "é",    "" };
	struct stage *s = *state;

	for (size_t i = 0; i < LENGTH(hostile); i++) {
		struct login_result r = try_from(s, arena_printf(s->a, "198.51.100.%zu", i), hostile[i], OLD_PASSWORD,
						 strlen(OLD_PASSWORD));

		print_message("%s\n", hostile[i]);
		assert_int_equal(r.outcome, LOGIN_REFUSED);
		assert_null(r.token);
		told(s, "unknown_account", "");
	}
	assert_true(uuid_is_none(last_record(s, EVENT_LOGIN).person));
}

static void test_an_account_never_activated_is_refused(void **state)
{
	struct stage *s = *state;

	assert_int_equal(try(s, "jmartin", "whatever-it-is").outcome, LOGIN_REFUSED);
	told(s, "never_activated", "A-000001");
	later(DAY_MS);
}

static void test_a_temporary_password_leads_to_the_change_only(void **state)
{
	struct stage *s = *state;
	struct faults faults = { 0 };
	const char *token = NULL;

	put_temporary(s, "jmartin", "Ab3dEf7h", "activation", 7 * DAY_MS);
	assert_int_equal(try(s, "jmartin", "ab3dEf7h").outcome, LOGIN_REFUSED);
	told(s, "never_activated", "A-000001");
	struct login_result r = try(s, "JMARTIN", "Ab3dEf7h");

	assert_int_equal(r.outcome, LOGIN_MUST_CHANGE);
	told(s, "", "A-000001");
	struct visitor who = found(s, r.token);

	assert_true(who.session.must_change);
	assert_int_equal(who.roles, ROLE_AGENT);
	assert_string_equal(who.provider.id, "F001");
	assert_string_equal(who.caf.code, "921");
	assert_true(has_temporary(s, who.person.uuid));
	/* used, and still the same until a personal one is chosen */
	assert_int_equal(try(s, "A-000001", "Ab3dEf7h").outcome, LOGIN_MUST_CHANGE);

	struct password_form weak = form_of("", "jmartin2026", "jmartin2026"), same = form_of("", "Ab3dEf7h", "Ab3dEf7h"),
			     twice = form_of("", NEW_PASSWORD, OTHER_PASSWORD),
			     good = form_of("", NEW_PASSWORD, NEW_PASSWORD);

	assert_int_equal(password_change(&s->app, s->a, &who, &weak, &faults, &token), ERR_INVALID);
	assert_non_null(fault_of(&faults, "nouveau"));
	faults.n = 0;
	s->settings.password_bits = 20;
	assert_int_equal(password_change(&s->app, s->a, &who, &same, &faults, &token), ERR_INVALID);
	s->settings.password_bits = 50;
	assert_non_null(strstr(fault_of(&faults, "nouveau"), "reçu"));
	faults.n = 0;
	assert_int_equal(password_change(&s->app, s->a, &who, &twice, &faults, &token), ERR_INVALID);
	assert_non_null(fault_of(&faults, "confirmation"));
	faults.n = 0;
	assert_int_equal(password_change(&s->app, s->a, &who, &good, &faults, &token), ERR_OK);
	assert_int_equal(faults.n, 0);
	assert_false(found(s, token).session.must_change);
	assert_false(lost(s, r.token));
	assert_false(has_temporary(s, who.person.uuid));
	assert_false(last_record(s, EVENT_PASSWORD_CHANGE).failed);
	assert_int_equal(try(s, "jmartin", "Ab3dEf7h").outcome, LOGIN_REFUSED);
	told(s, "wrong_password", "A-000001");
	assert_int_equal(try(s, "jmartin", NEW_PASSWORD).outcome, LOGIN_DONE);
}

static void test_every_spelling_of_an_identifier_is_one_account(void **state)
{
	static const char *const spellings[] = { "pdurand",        "PDurand",  " pdurand ",
						 "ｐｄｕｒａｎｄ", "a-000002", "pdurand@ville.example" };
	struct stage *s = *state;

	for (size_t i = 0; i < LENGTH(spellings); i++) {
		print_message("%s\n", spellings[i]);
		assert_int_equal(try(s, spellings[i], OLD_PASSWORD).outcome, LOGIN_DONE);
		told(s, "", "A-000002");
	}
}

static void test_a_shared_mail_is_no_identifier(void **state)
{
	struct stage *s = *state;

	slapd_change("dn: " SECOND_AGENT "\nchangetype: modify\nreplace: mail\nmail: jmartin@ville.example\n\n"
		     "dn: " AGENT "\nchangetype: modify\nreplace: mail\nmail: jmartin@ville.example\n");
	assert_int_equal(try(s, "jmartin@ville.example", OLD_PASSWORD).outcome, LOGIN_REFUSED);
	told(s, "unknown_account", "");
	slapd_change("dn: " SECOND_AGENT "\nchangetype: modify\nreplace: mail\nmail: pdurand@ville.example\n");
	assert_int_equal(try(s, "jmartin@ville.example", NEW_PASSWORD).outcome, LOGIN_DONE);
}

/* Whom the lost password finds, in the mirror. */
static const char *named(struct stage *s, const char *identifier)
{
	struct person p;

	stage_poll(s);
	AUTO_TXN struct txn t = txn_read(s->app.store, STORE_MAIN);

	return person_by_identifier(&t, s->a, identifier, &p) ? "" : p.number;
}

#define RETURNED "uid=p.durand," PROVIDER
#define STATUS(dn, status) MODIFY(dn) "replace: habStatut\nhabStatut: " status "\n"
#define NAMED(dn, mail) MODIFY(dn) "replace: mail\nmail: " mail "\n\n"

/* Only those who left stand in nobody's way. */
static void test_whoever_is_back_logs_in_by_the_address_his_closed_entry_has_too(void **state)
{
	static const struct {
		const char *other;
		bool lets_in;
	} cases[] = { { "terminee", true }, { "suspendue", false }, { "demandee", false }, { "active", false } };
	struct stage *s = *state;

	slapd_change(PERSON(RETURNED, "habAgent", "p.durand", "Paul Durand", "A-000009") WITH_PASSWORD
		     "\n" NAMED(RETURNED, "pdurand@ville.example"));
	for (size_t i = 0; i < LENGTH(cases); i++) {
		print_message("%s\n", cases[i].other);
		slapd_change(arena_printf(s->a, STATUS(SECOND_AGENT, "%s"), cases[i].other));
		assert_int_equal(try(s, "pdurand@ville.example", OLD_PASSWORD).outcome,
				 cases[i].lets_in ? LOGIN_DONE : LOGIN_REFUSED);
		told(s, cases[i].lets_in ? "" : "unknown_account", cases[i].lets_in ? "A-000009" : "");
		assert_string_equal(named(s, "pdurand@ville.example"), cases[i].lets_in ? "A-000009" : "");
	}
	/* both left: nobody; alone he is told apart in the log, as ever */
	slapd_change(STATUS(SECOND_AGENT, "terminee") "\n" STATUS(RETURNED, "terminee"));
	assert_int_equal(try(s, "pdurand@ville.example", OLD_PASSWORD).outcome, LOGIN_REFUSED);
	told(s, "unknown_account", "");
	assert_string_equal(named(s, "pdurand@ville.example"), "");
	slapd_change(NAMED(RETURNED, "p.durand@ville.example"));
	assert_int_equal(try(s, "pdurand@ville.example", OLD_PASSWORD).outcome, LOGIN_REFUSED);
	told(s, "ended", "A-000002");
	slapd_change("dn: " RETURNED "\nchangetype: delete\n\n" STATUS(SECOND_AGENT, "active"));
	stage_poll(s);
}

static void test_failures_delay_the_account_whatever_was_typed(void **state)
{
	static const char *const spellings[] = { "pdurand", "PDURAND", "a-000002", "pdurand@ville.example" };
	static const int64_t delays[] = { 5, 15, 60, 300, 900, 900 };
	struct stage *s = *state;

	later(DAY_MS);
	for (size_t i = 0; i < LENGTH(spellings); i++)
		assert_int_equal(try(s, spellings[i], "wrong-wrong").outcome, LOGIN_REFUSED);
	for (size_t i = 0; i < LENGTH(delays); i++) {
		struct login_result r = try(s, "pdurand", OLD_PASSWORD);

		assert_int_equal(r.outcome, LOGIN_DELAYED);
		assert_true(r.retry_at - clock_now() <= delays[i] * SECOND_MS);
		assert_true(r.retry_at - clock_now() > delays[i] * SECOND_MS - 3 * SECOND_MS);
		told(s, "delayed", "A-000002");
		/* from elsewhere it is no better, and later it is over */
		assert_int_equal(try_from(s, "203.0.113.9", "pdurand", OLD_PASSWORD, strlen(OLD_PASSWORD)).outcome,
				 LOGIN_DELAYED);
		later(delays[i] * SECOND_MS + 1);
		assert_int_equal(try(s, "pdurand", "wrong-wrong").outcome, LOGIN_REFUSED);
	}
	later(900 * SECOND_MS + 1);
	assert_int_equal(try(s, "pdurand", OLD_PASSWORD).outcome, LOGIN_DONE);
	/* a success forgets */
	for (int i = 0; i < 3; i++)
		assert_int_equal(try(s, "pdurand", "wrong-wrong").outcome, LOGIN_REFUSED);
	assert_int_equal(try(s, "pdurand", OLD_PASSWORD).outcome, LOGIN_DONE);
}

static void test_unknown_identifiers_are_delayed_alike(void **state)
{
	struct stage *s = *state;

	for (int i = 0; i < 4; i++)
		assert_int_equal(try_from(s, "203.0.113.10", i % 2 ? "Ghost" : " ghost", "x-wrong-x", 9).outcome,
				 LOGIN_REFUSED);
	assert_int_equal(try_from(s, "203.0.113.11", "GHOST", "x-wrong-x", 9).outcome, LOGIN_DELAYED);
	assert_int_equal(try_from(s, "203.0.113.11", "ghost2", "x-wrong-x", 9).outcome, LOGIN_REFUSED);
}

/* In a process of its own: with a store and a directory of its own, once start is closed. */
static void begin_apart(struct stage *s, const int start[2])
{
	char c;

	close(start[1]);
	s->app.store = NULL;
	stage_open(s);
	s->app.web = slapd_open(SERVICE_WEB);
	(void)!read(start[0], &c, 1);
}

/* A login process of its own; its outcome, once start is closed. */
static pid_t try_apart(struct stage *s, const int start[2], const char *password)
{
	pid_t child = fork();

	if (child)
		return child;
	begin_apart(s, start);
	_exit((int)try(s, "pdurand", password).outcome);
}

static void test_many_tries_at_once_are_no_more_than_one_after_the_other(void **state)
{
	struct stage *s = *state;
	pid_t children[12];
	int start[2], refused = 0, status;

	later(DAY_MS);
	assert_int_equal(pipe(start), 0);
	for (size_t i = 0; i < LENGTH(children); i++)
		children[i] = try_apart(s, start, "wrong-wrong");
	usleep(300000);
	close(start[0]);
	close(start[1]);
	for (size_t i = 0; i < LENGTH(children); i++) {
		assert_int_equal(waitpid(children[i], &status, 0), children[i]);
		assert_true(WIFEXITED(status));
		assert_true(WEXITSTATUS(status) == LOGIN_REFUSED || WEXITSTATUS(status) == LOGIN_DELAYED);
		refused += WEXITSTATUS(status) == LOGIN_REFUSED;
	}
	assert_int_equal(refused, 4);
	later(6 * SECOND_MS);
	assert_int_equal(try(s, "pdurand", OLD_PASSWORD).outcome, LOGIN_DONE);
}

static void test_an_address_is_delayed_after_ten_accounts(void **state)
{
	struct stage *s = *state;

	later(DAY_MS);
	for (int i = 0; i < 10; i++)
		assert_int_equal(try_from(s, "2001:db8:1:2::1", arena_printf(s->a, "user%d", i), "x-wrong-x", 9).outcome,
				 LOGIN_REFUSED);
	/* the /64 is one visitor; the next one is not */
	assert_int_equal(try_from(s, "2001:db8:1:2:ffff::9", "pdurand", OLD_PASSWORD, strlen(OLD_PASSWORD)).outcome,
			 LOGIN_DELAYED);
	assert_int_equal(try_from(s, "2001:db8:1:3::1", "pdurand", OLD_PASSWORD, strlen(OLD_PASSWORD)).outcome, LOGIN_DONE);
	later(6 * SECOND_MS);
	assert_int_equal(try_from(s, "2001:db8:1:2::1", "pdurand", OLD_PASSWORD, strlen(OLD_PASSWORD)).outcome, LOGIN_DONE);
}

static void test_an_empty_or_cut_password_is_wrong(void **state)
{
	struct stage *s = *state;
	char cut[] = OLD_PASSWORD "\0x";

	later(DAY_MS);
	assert_int_equal(try_from(s, "192.0.2.7", "pdurand", "", 0).outcome, LOGIN_REFUSED);
	assert_int_equal(try_from(s, "192.0.2.7", "pdurand", "\0x", 2).outcome, LOGIN_REFUSED);
	assert_int_equal(try_from(s, "192.0.2.7", "pdurand", cut, sizeof cut - 1).outcome, LOGIN_REFUSED);
	told(s, "wrong_password", "A-000002");
	later(DAY_MS);
}

static void test_a_third_session_is_told(void **state)
{
	struct stage *s = *state;

	later(DAY_MS);
	assert_int_equal(try(s, "pdurand", OLD_PASSWORD).sessions, 1);
	assert_int_equal(try(s, "pdurand", OLD_PASSWORD).sessions, 2);
	assert_int_equal(try(s, "pdurand", OLD_PASSWORD).sessions, 3);
	struct audit_record r = last_record(s, EVENT_LOGIN);

	assert_string_equal(arg_of(&r.details, "sessions"), "3");
}

static void test_the_least_used_of_many_sessions_ends_for_one_more(void **state)
{
	struct stage *s = *state;

	later(DAY_MS);
	struct login_result used = try(s, "pdurand", OLD_PASSWORD), unused = try(s, "pdurand", OLD_PASSWORD);

	later(2 * MINUTE_MS);
	(void)found(s, used.token);
	for (int i = 2; i < SESSIONS_MAX; i++)
		(void)try(s, "pdurand", OLD_PASSWORD);
	assert_int_equal(try(s, "pdurand", OLD_PASSWORD).sessions, SESSIONS_MAX);
	(void)found(s, used.token);
	assert_false(lost(s, unused.token));
	struct audit_record r = last_record(s, EVENT_LOGIN);

	assert_string_equal(arg_of(&r.details, "sessions"), arena_printf(s->a, "%d", SESSIONS_MAX));
	assert_string_equal(arg_of(&r.details, "sessions_ended"), "1");
}

static void test_a_session_ends_by_idleness_by_age_and_by_logout(void **state)
{
	struct stage *s = *state;
	struct login_result r = try(s, "pdurand", OLD_PASSWORD);
	struct login_result old = try(s, "pdurand", OLD_PASSWORD);
	struct login_result gone = try(s, "pdurand", OLD_PASSWORD);
	struct visitor who = found(s, gone.token);

	assert_string_equal(who.person.uid, "pdurand");
	assert_string_not_equal(r.token, old.token);
	assert_int_equal(logout(&s->app, s->a, &who), ERR_OK);
	assert_false(lost(s, gone.token));
	assert_false(last_record(s, EVENT_LOGOUT).failed);
	/* touched each time, it lives ten hours and no more */
	for (int i = 0; i < 24; i++) {
		later(25 * MINUTE_MS);
		if (i < 23)
			(void)found(s, r.token);
	}
	assert_true(lost(s, r.token));
	later(20 * HOUR_MS);
	assert_false(lost(s, old.token));
	assert_false(lost(s, "no-token"));
	assert_false(lost(s, secret_token(s->a)));
}

static void test_a_form_of_an_expired_session_is_kept_for_its_owner(void **state)
{
	struct stage *s = *state;
	struct login_result r = try(s, "pdurand", OLD_PASSWORD), other = try(s, "jmartin", NEW_PASSWORD);
	struct visitor who = s->from;
	struct bytes body;
	bool expired;

	later(31 * MINUTE_MS);
	assert_int_equal(session_find(&s->app, s->a, r.token, &who, &expired), ERR_LOGIN);
	assert_true(expired);
	assert_int_equal(kept_put(&s->app, s->a, who.person.uuid, "/espace-pro/x",
				  bytes_of("csrf=a&texte=bonjour+%C3%A9&nouveau=secret")),
			 ERR_DENIED);
	assert_int_equal(kept_put(&s->app, s->a, who.person.uuid, "/espace-pro/x", bytes_of("csrf=a&texte=bonjour+%C3%A9")),
			 ERR_OK);
	assert_string_equal(kept_paths(&s->app, s->a, who.person.uuid).v[0], "/espace-pro/x");
	assert_int_equal(kept_take(&s->app, s->a, &other.who, "/espace-pro/x", &body), ERR_NOTFOUND);
	assert_int_equal(kept_take(&s->app, s->a, &r.who, "/espace-pro/y", &body), ERR_NOTFOUND);
	assert_int_equal(kept_take(&s->app, s->a, &r.who, "/espace-pro/x", &body), ERR_OK);
	assert_true(bytes_equal(body, bytes_of("texte=bonjour+%C3%A9")));
	assert_int_equal(kept_take(&s->app, s->a, &r.who, "/espace-pro/x", &body), ERR_NOTFOUND);
	assert_int_equal(kept_put(&s->app, s->a, who.person.uuid, "/espace-pro/x", bytes_of("texte=b")), ERR_OK);
	later(61 * MINUTE_MS);
	assert_int_equal(kept_take(&s->app, s->a, &r.who, "/espace-pro/x", &body), ERR_NOTFOUND);
	/* the newest of each path, of eight paths */
	for (size_t i = 0; i < 11; i++) {
		later(SECOND_MS);
		assert_int_equal(kept_put(&s->app, s->a, who.person.uuid, arena_printf(s->a, "/espace-pro/%zu", i % 10),
					  bytes_of(arena_printf(s->a, "texte=%zu", i))),
				 ERR_OK);
	}
	struct strs paths = kept_paths(&s->app, s->a, who.person.uuid);

	assert_int_equal(paths.n, 8);
	assert_string_equal(paths.v[0], "/espace-pro/0");
	assert_string_equal(paths.v[7], "/espace-pro/3");
	assert_int_equal(kept_take(&s->app, s->a, &r.who, "/espace-pro/0", &body), ERR_OK);
	assert_true(bytes_equal(body, bytes_of("texte=10")));
}

/* Looked at late, as after a night without the clerk, it is over for what came first. */
static void test_a_session_is_over_for_what_came_first(void **state)
{
	static const struct {
		int64_t seen, now; /* minutes after it began */
		const char *over;
	} cases[] = {
		{ 0, 29, NULL },          { 0, 30, "idle" },        { 0, 700, "idle" },   { 580, 599, NULL },
		{ 580, 600, "absolute" }, { 580, 900, "absolute" }, { 565, 596, "idle" }, { 565, 900, "idle" },
	};
	struct stage *s = *state;

	for (size_t i = 0; i < LENGTH(cases); i++) {
		struct session x = { .created = 1000, .seen = 1000 + cases[i].seen * MINUTE_MS };
		const char *over = session_over(s->app.settings, &x, 1000 + cases[i].now * MINUTE_MS);

		print_message("%d, %d\n", (int)cases[i].seen, (int)cases[i].now);
		assert_string_equal(over ? over : "", cases[i].over ? cases[i].over : "");
	}
}

static void test_ones_own_password_is_changed_with_the_old_one(void **state)
{
	struct stage *s = *state;
	struct login_result r = try(s, "pdurand", OLD_PASSWORD), elsewhere = try(s, "pdurand", OLD_PASSWORD);
	struct visitor who = found(s, r.token);
	struct password_form wrong = form_of("not-the-old-one", OTHER_PASSWORD, OTHER_PASSWORD),
			     none = form_of("", OTHER_PASSWORD, OTHER_PASSWORD),
			     same = form_of(OLD_PASSWORD, OLD_PASSWORD, OLD_PASSWORD),
			     good = form_of(OLD_PASSWORD, OTHER_PASSWORD, OTHER_PASSWORD),
			     back = form_of(OTHER_PASSWORD, OLD_PASSWORD, OLD_PASSWORD);
	struct faults faults = { 0 };
	const char *token = NULL;

	assert_int_equal(password_change(&s->app, s->a, &who, &none, &faults, &token), ERR_INVALID);
	assert_non_null(fault_of(&faults, "ancien"));
	faults.n = 0;
	assert_int_equal(password_change(&s->app, s->a, &who, &wrong, &faults, &token), ERR_INVALID);
	assert_non_null(fault_of(&faults, "ancien"));
	assert_string_equal(last_record(s, EVENT_PASSWORD_CHANGE).cause, "wrong_password");
	faults.n = 0;
	assert_int_equal(password_change(&s->app, s->a, &who, &same, &faults, &token), ERR_INVALID);
	assert_non_null(fault_of(&faults, "nouveau"));
	faults.n = 0;
	assert_int_equal(password_change(&s->app, s->a, &who, &good, &faults, &token), ERR_OK);
	assert_false(lost(s, elsewhere.token));
	assert_false(lost(s, r.token));
	who = found(s, token);
	assert_int_equal(password_change(&s->app, s->a, &who, &back, &faults, &token), ERR_INVALID);
	assert_non_null(fault_of(&faults, "nouveau")); /* slapd remembers three */
	assert_int_equal(try(s, "pdurand", OLD_PASSWORD).outcome, LOGIN_REFUSED);
	assert_int_equal(try(s, "pdurand", OTHER_PASSWORD).outcome, LOGIN_DONE);
}

static void test_guessing_the_old_password_is_delayed_too(void **state)
{
	struct stage *s = *state;
	struct login_result r = try(s, "pdurand", OTHER_PASSWORD);
	struct password_form wrong = form_of("not-the-old-one", NEW_PASSWORD, NEW_PASSWORD);
	struct faults faults = { 0 };
	const char *token = NULL;

	for (int i = 0; i < 4; i++) {
		faults.n = 0;
		assert_int_equal(password_change(&s->app, s->a, &r.who, &wrong, &faults, &token), ERR_INVALID);
		assert_non_null(strstr(fault_of(&faults, "ancien"), "actuel"));
	}
	faults.n = 0;
	assert_int_equal(password_change(&s->app, s->a, &r.who, &wrong, &faults, &token), ERR_INVALID);
	assert_non_null(strstr(fault_of(&faults, "ancien"), "réessayez"));
	assert_int_equal(try(s, "pdurand", OTHER_PASSWORD).outcome, LOGIN_DELAYED);
	later(6 * SECOND_MS);
	assert_int_equal(try(s, "pdurand", OTHER_PASSWORD).outcome, LOGIN_DONE);
}

/* A process of its own that changes the password, once start is closed; 1: the old one was told to be wrong. */
static pid_t change_apart(struct stage *s, const int start[2], const struct visitor *who)
{
	struct password_form wrong = form_of("not-the-old-one", NEW_PASSWORD, NEW_PASSWORD);
	struct faults faults = { 0 };
	const char *token;
	pid_t child = fork();

	if (child)
		return child;
	begin_apart(s, start);
	_exit(password_change(&s->app, s->a, who, &wrong, &faults, &token) != ERR_INVALID ? 2 :
	      strstr(fault_of(&faults, "ancien"), "actuel")                               ? 1 :
											    0);
}

static void test_guessing_the_old_password_many_times_at_once_is_no_better(void **state)
{
	struct stage *s = *state;
	struct login_result r = try(s, "pdurand", OTHER_PASSWORD);
	pid_t children[12];
	int start[2], wrong = 0, status;

	assert_int_equal(pipe(start), 0);
	for (size_t i = 0; i < LENGTH(children); i++)
		children[i] = change_apart(s, start, &r.who);
	usleep(300000);
	close(start[0]);
	close(start[1]);
	for (size_t i = 0; i < LENGTH(children); i++) {
		assert_int_equal(waitpid(children[i], &status, 0), children[i]);
		assert_true(WIFEXITED(status) && WEXITSTATUS(status) < 2);
		wrong += WEXITSTATUS(status);
	}
	assert_int_equal(wrong, 4);
	later(6 * SECOND_MS);
	assert_int_equal(try(s, "pdurand", OTHER_PASSWORD).outcome, LOGIN_DONE);
}

static void test_a_reset_holds_the_old_password_until_it_is_used(void **state)
{
	struct stage *s = *state;

	put_temporary(s, "pdurand", "Zz3kLm9q", "reset", DAY_MS);
	assert_int_equal(try(s, "pdurand", OTHER_PASSWORD).outcome, LOGIN_DONE);
	assert_int_equal(try(s, "pdurand", "Zz3kLm9q").outcome, LOGIN_MUST_CHANGE);
	assert_int_equal(try(s, "pdurand", OTHER_PASSWORD).outcome, LOGIN_REFUSED);
	later(DAY_MS + MINUTE_MS);
	assert_int_equal(try(s, "pdurand", "Zz3kLm9q").outcome, LOGIN_REFUSED);
	told(s, "temporary_expired", "A-000002");
	/* a newer one ends the former, used or not */
	put_temporary(s, "pdurand", "Yy4nPq8r", "reset", DAY_MS);
	assert_int_equal(try(s, "pdurand", "Zz3kLm9q").outcome, LOGIN_REFUSED);
	struct login_result r = try(s, "pdurand", "Yy4nPq8r");
	struct password_form good = form_of("", "treuil-canevas-absinthe-9", "treuil-canevas-absinthe-9");
	struct faults faults = { 0 };
	const char *token;

	assert_int_equal(r.outcome, LOGIN_MUST_CHANGE);
	assert_int_equal(password_change(&s->app, s->a, &r.who, &good, &faults, &token), ERR_OK);
	assert_int_equal(try(s, "pdurand", "Yy4nPq8r").outcome, LOGIN_REFUSED);
	assert_int_equal(try(s, "pdurand", "treuil-canevas-absinthe-9").outcome, LOGIN_DONE);
}

static void test_a_temporary_password_dies_after_five_tries(void **state)
{
	struct stage *s = *state;

	put_temporary(s, "jmartin", "Cc5dEe6f", "reset", 3 * DAY_MS);
	for (int i = 0; i < 5; i++) {
		later(16 * MINUTE_MS);
		assert_int_equal(try(s, "jmartin", "Cc5dEe6g").outcome, LOGIN_REFUSED);
	}
	later(16 * MINUTE_MS);
	assert_int_equal(try(s, "jmartin", "Cc5dEe6f").outcome, LOGIN_REFUSED);
	told(s, "temporary_expired", "A-000001");
	later(DAY_MS);
	assert_int_equal(try(s, "jmartin", NEW_PASSWORD).outcome, LOGIN_DONE);
}

/* Installed by its first use, it has no more tries than before. */
static void test_a_used_temporary_password_dies_after_five_tries_too(void **state)
{
	struct stage *s = *state;

	put_temporary(s, "jmartin", "Gg7hJj8k", "reset", 3 * DAY_MS);
	assert_int_equal(try(s, "jmartin", "Gg7hJj8k").outcome, LOGIN_MUST_CHANGE);
	for (int i = 0; i < 5; i++) {
		later(16 * MINUTE_MS);
		assert_int_equal(try(s, "jmartin", "Gg7hJj8m").outcome, LOGIN_REFUSED);
	}
	later(16 * MINUTE_MS);
	assert_int_equal(try(s, "jmartin", "Gg7hJj8k").outcome, LOGIN_REFUSED);
	told(s, "temporary_expired", "A-000001");
	put_temporary(s, "jmartin", "Nn2pQq3r", "reset", DAY_MS);
	later(DAY_MS - HOUR_MS);
	struct login_result r = try(s, "jmartin", "Nn2pQq3r");
	struct password_form good = form_of("", RESET_PASSWORD, RESET_PASSWORD);
	struct faults faults = { 0 };
	const char *token;

	assert_int_equal(r.outcome, LOGIN_MUST_CHANGE);
	assert_int_equal(password_change(&s->app, s->a, &r.who, &good, &faults, &token), ERR_OK);
}

static void test_a_closed_account_loses_its_sessions(void **state)
{
	struct stage *s = *state;
	struct login_result r = try(s, "jmartin", RESET_PASSWORD);

	slapd_change("dn: " AGENT "\nchangetype: modify\nreplace: habStatut\nhabStatut: suspendue\n");
	assert_int_equal(try(s, "jmartin", RESET_PASSWORD).outcome, LOGIN_REFUSED);
	told(s, "suspended", "A-000001");
	stage_poll(s);
	assert_false(lost(s, r.token));
	assert_string_equal(last_record(s, EVENT_SESSION_END).cause, "suspended");
	slapd_change("dn: " AGENT "\nchangetype: modify\nreplace: habStatut\nhabStatut: active\n");
	stage_poll(s);
	assert_false(lost(s, r.token)); /* it does not live again */
	assert_int_equal(try(s, "jmartin", RESET_PASSWORD).outcome, LOGIN_DONE);
}

static void test_roles_come_from_the_groups(void **state)
{
	struct stage *s = *state;
	struct login_result r = try(s, "a.valideur", OLD_PASSWORD);

	assert_int_equal(r.outcome, LOGIN_DONE);
	assert_int_equal(found(s, r.token).roles, ROLE_CAF_REVIEWER);
	assert_int_equal(role_confirm(&s->app, s->a, &r.who, ROLE_CAF_REVIEWER), ERR_OK);
	assert_int_equal(role_confirm(&s->app, s->a, &r.who, ROLE_CAF_ADMIN), ERR_DENIED);
	slapd_change("dn: cn=valideurs,ou=roles," CAF
		     "\nchangetype: modify\nreplace: member\nmember: uid=c.auditeur," STAFF "\n");
	assert_int_equal(role_confirm(&s->app, s->a, &r.who, ROLE_CAF_REVIEWER), ERR_DENIED);
	stage_poll(s);
	assert_int_equal(found(s, r.token).roles, 0);
}

static void test_without_directory_nothing_is_tried_and_it_is_told(void **state)
{
	struct stage *s = *state;
	struct login_result r = { 0 };

	slapd_stop(SIGTERM);
	assert_int_equal(login(&s->app, s->a, &s->from, "pdurand", bytes_of(OLD_PASSWORD), &r), ERR_UNAVAILABLE);
	told(s, "unavailable", "");
	slapd_start();
	assert_int_equal(try(s, "pdurand", "treuil-canevas-absinthe-9").outcome, LOGIN_DONE);
}

static void test_ones_logins_are_listed(void **state)
{
	struct stage *s = *state;
	struct login_result r = try(s, "pdurand", "treuil-canevas-absinthe-9");
	struct session_line *lines;
	size_t n;

	assert_int_equal(logins_recent(&s->app, s->a, &r.who, 5, &lines, &n), ERR_OK);
	assert_int_equal(n, 5);
	assert_true(lines[0].current);
	assert_false(lines[1].current);
	assert_true(lines[0].at >= lines[1].at);
}

static enum err refuse_from(struct stage *s, const struct visitor *from, const char *address)
{
	struct visitor who = *from;

	who.address = address;
	struct audit_record r = act_record(s->a, &who, EVENT_REFUSAL);

	return refusal_note(&s->app, s->a, &who, &r);
}

static size_t refusals(struct stage *s)
{
	AUTO_TXN struct txn t = txn_read(s->app.store, STORE_MAIN);
	struct audit_query q = { .event = event_code(EVENT_REFUSAL), .event_class = -1, .failed = -1, .limit = 1000 };
	struct audit_page page = { 0 };

	assert_int_equal(audit_find(&t, s->a, &q, &page), ERR_OK);
	return page.n;
}

static const char *counted(struct stage *s, const char *detail)
{
	struct audit_record r = last_record(s, EVENT_REFUSAL);

	return arg_of(&r.details, detail);
}

static void test_refusals_without_end_are_counted_for_whom_they_were(void **state)
{
	struct stage *s = *state;
	struct visitor agent = logged_in(s, "pdurand"), colleague = logged_in(s, "jmartin");
	size_t before = refusals(s);
	static int runs;

	/* neither shares the other's place */
	agent.person.uuid = (struct uuid){ { 1 } };
	colleague.person.uuid = (struct uuid){ { 2 } };
	later(++runs * HOUR_MS + MINUTE_MS - clock_now() % MINUTE_MS);
	for (int i = 0; i < 200; i++)
		assert_int_equal(refuse_from(s, &agent, "192.0.2.7"), ERR_OK);
	assert_int_equal(refusals(s) - before, 60);
	/* from elsewhere it is still the same person; somebody else is not */
	assert_int_equal(refuse_from(s, &agent, "203.0.113.9"), ERR_OK);
	assert_int_equal(refusals(s) - before, 60);
	assert_int_equal(refuse_from(s, &colleague, "192.0.2.7"), ERR_OK);
	assert_int_equal(refusals(s) - before, 61);
	assert_string_equal(counted(s, "unwritten"), "");
	/* one network is one asker */
	for (int i = 0; i < 200; i++)
		assert_int_equal(refuse_from(s, &s->from, arena_printf(s->a, "2001:db8:0:1::%x", i)), ERR_OK);
	assert_int_equal(refusals(s) - before, 121);
	assert_int_equal(refusals_unwritten(), 281);
	later(MINUTE_MS);
	assert_int_equal(refuse_from(s, &agent, "192.0.2.7"), ERR_OK);
	assert_string_equal(counted(s, "unwritten"), "141");
	assert_string_equal(counted(s, "unwritten_others"), "");
	assert_int_equal(refusals_unwritten(), 140);
	/* comers of many networks share the places, and none is forgotten */
	for (int i = 0; i < 1000; i++)
		assert_int_equal(refuse_from(s, &s->from, arena_printf(s->a, "2001:db8:1:%x::1", i)), ERR_OK);
	assert_int_equal(refuse_from(s, &agent, "192.0.2.7"), ERR_OK);
	assert_true(refusals_unwritten() == 0 || refusals_unwritten() == 140);
	assert_string_equal(counted(s, "unwritten"), "");
}

/* The same again with a mirror that is kept up: whom it knows is bound before he is searched. What it says may be out of date in
   these tests, and must not matter. */
static int fresh_set_up(void **state)
{
	int failed = stage_set_up(state);
	struct stage *s = *state;
	FILE *f = failed ? NULL : fopen(arena_printf(s->a, "%s/heartbeat", s->dir), "w");

	ahead = 0;
	return failed || !f || fclose(f) ? -1 : 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_unknown_and_broken_identifiers_are_nobody),
		cmocka_unit_test(test_an_account_never_activated_is_refused),
		cmocka_unit_test(test_a_temporary_password_leads_to_the_change_only),
		cmocka_unit_test(test_every_spelling_of_an_identifier_is_one_account),
		cmocka_unit_test(test_a_shared_mail_is_no_identifier),
		cmocka_unit_test(test_whoever_is_back_logs_in_by_the_address_his_closed_entry_has_too),
		cmocka_unit_test(test_failures_delay_the_account_whatever_was_typed),
		cmocka_unit_test(test_unknown_identifiers_are_delayed_alike),
		cmocka_unit_test(test_many_tries_at_once_are_no_more_than_one_after_the_other),
		cmocka_unit_test(test_an_address_is_delayed_after_ten_accounts),
		cmocka_unit_test(test_an_empty_or_cut_password_is_wrong),
		cmocka_unit_test(test_a_third_session_is_told),
		cmocka_unit_test(test_the_least_used_of_many_sessions_ends_for_one_more),
		cmocka_unit_test(test_a_session_ends_by_idleness_by_age_and_by_logout),
		cmocka_unit_test(test_a_form_of_an_expired_session_is_kept_for_its_owner),
		cmocka_unit_test(test_a_session_is_over_for_what_came_first),
		cmocka_unit_test(test_ones_own_password_is_changed_with_the_old_one),
		cmocka_unit_test(test_guessing_the_old_password_is_delayed_too),
		cmocka_unit_test(test_guessing_the_old_password_many_times_at_once_is_no_better),
		cmocka_unit_test(test_a_reset_holds_the_old_password_until_it_is_used),
		cmocka_unit_test(test_a_temporary_password_dies_after_five_tries),
		cmocka_unit_test(test_a_used_temporary_password_dies_after_five_tries_too),
		cmocka_unit_test(test_a_closed_account_loses_its_sessions),
		cmocka_unit_test(test_roles_come_from_the_groups),
		cmocka_unit_test(test_without_directory_nothing_is_tried_and_it_is_told),
		cmocka_unit_test(test_ones_logins_are_listed),
		cmocka_unit_test(test_refusals_without_end_are_counted_for_whom_they_were),
	};

	int failed = cmocka_run_group_tests(tests, stage_set_up, stage_tear_down);

	return failed + cmocka_run_group_tests(tests, fresh_set_up, stage_tear_down);
}
