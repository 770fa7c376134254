/* Which operations of the directory's log are the portal's own: by the identifier in the session tracking control. Each other is
   copied once, however long it took, whatever the directory's clock, and also when the clerk starts again. */
#include "acts/agent.h"
#include "acts/mails.h"
#include "acts/mirror_keys.h"
#include "clerk/seen.h"
#include "tests/unit/test_clerk_stage.h"

#define HEAD "{1}{1.3.6.1.4.1.21008.108.63.1 controlValue \""
#define START \
	"305D04000407686162696C6973042E322E32352E3232333037343333303731343830373633303633353531343638303238383630303130373731322E340420"
#define ID "6364356563616431343139663933353432343233613031396662613863383736"

static const struct {
	const char *control, *id;
} cases[] = {
	{ HEAD START ID "\"}", "cd5ecad1419f93542423a019fba8c876" },
	{ "{0}{1.3.6.1.4.1.42.2.27.8.5.1}", "" },
	{ "{1}{1.2.3 controlValue \"" START ID "\"}", "" },
	{ HEAD START "\"}", "" },
	{ HEAD "0420" ID "\"}", "cd5ecad1419f93542423a019fba8c876" },
	{ HEAD ID "\"}", "" },
	{ HEAD START "6364\"}", "" },
	{ HEAD "\"}", "" },
	{ HEAD, "" },
	{ "", "" },
};

static void test_the_identifier_of_an_act_is_read_from_the_control(void **state)
{
	(void)state;
	for (size_t i = 0; i < LENGTH(cases); i++) {
		AUTO_ARENA struct arena *a = arena_new();

		assert_string_equal(journal_tracking(a, cases[i].control), cases[i].id);
	}
}

/* --- the copy --- */

static const char *at(struct stage *s, int64_t ms)
{
	time_t t = (time_t)(ms / SECOND_MS);
	struct tm tm;
	char text[32];

	assert_non_null(gmtime_r(&t, &tm));
	assert_int_equal(strftime(text, sizeof text, "%Y%m%d%H%M%S", &tm), 14);
	return arena_printf(s->a, "%s.%03d", text, (int)(ms % SECOND_MS));
}

static const char *from_now(struct stage *s, int64_t ms)
{
	return at(s, (int64_t)time(NULL) * SECOND_MS + ms);
}

/* As slapd writes it when an operation ends; the digits tell apart what began and ended within one millisecond. */
static void log_holds(struct stage *s, const char *start, const char *end, int digits, const char *name)
{
	slapd_change(arena_printf(s->a,
				  "dn: reqStart=%s%03dZ,cn=accesslog\nchangetype: add\nobjectClass: auditDelete\n"
				  "reqStart: %s%03dZ\nreqEnd: %s%03dZ\nreqType: delete\nreqSession: 7\nreqResult: 0\n"
				  "reqAuthzID: uid=a.valideur," STAFF "\nreqDN: uid=%s," PROVIDER "\n\n",
				  start, digits, start, digits, end, digits, name));
}

static size_t copies(struct stage *s, const char *name)
{
	AUTO_TXN struct txn t = txn_read(s->app.store, STORE_MAIN);
	struct audit_query q = { .event = event_code(EVENT_DIRECTORY_CHANGE), .event_class = -1, .failed = -1, .limit = 500 };
	struct audit_page page;
	const char *dn;
	size_t n = 0;

	assert_int_equal(dn_normal(s->a, arena_printf(s->a, "uid=%s," PROVIDER, name), &dn), ERR_OK);
	assert_int_equal(audit_find(&t, s->a, &q, &page), ERR_OK);
	for (size_t i = 0; i < page.n; i++)
		n += strcmp(page.v[i].object_id, dn) == 0;
	return n;
}

/* Met, and met again once it may be copied. */
static void run(struct stage *s)
{
	assert_int_equal(journal_run(&clerk, s->a), ERR_OK);
	sleep(4);
	assert_int_equal(journal_run(&clerk, s->a), ERR_OK);
	assert_int_equal(journal_run(&clerk, s->a), ERR_OK);
}

static void test_an_operation_that_took_long_is_copied(void **state)
{
	struct stage *s = *state;

	log_holds(s, from_now(s, -9000), from_now(s, -8000), 1, "before");
	run(s);
	assert_int_equal(copies(s, "before"), 1);
	/* began before what is copied already, and shows only now */
	log_holds(s, from_now(s, -20000), from_now(s, 0), 2, "long");
	run(s);
	assert_int_equal(copies(s, "long"), 1);
	assert_int_equal(copies(s, "before"), 1);
}

static void test_what_ends_within_one_millisecond_is_copied_once_each(void **state)
{
	struct stage *s = *state;
	const char *start = from_now(s, -2000), *end = from_now(s, -1000);

	log_holds(s, start, end, 1, "first");
	run(s);
	log_holds(s, start, end, 2, "second");
	run(s);
	journal_done();
	log_holds(s, start, end, 3, "third");
	run(s);
	assert_int_equal(copies(s, "first"), 1);
	assert_int_equal(copies(s, "second"), 1);
	assert_int_equal(copies(s, "third"), 1);
}

static void put_mark(struct stage *s, struct bytes stored)
{
	struct changeset *cs = changeset_new(s->a);

	changeset_put(cs, TABLE_MIRROR_IN, mirror_mark("#journal"), stored);
	assert_int_equal(changeset_commit(s->app.store, cs, NULL), ERR_OK);
}

static void test_the_directory_s_clock_may_be_another(void **state)
{
	struct stage *s = *state;
	struct seen before = { 0 };

	/* behind by two minutes: nothing newer was ever met */
	journal_done();
	assert_int_equal(seen_open(&before, BYTES_NONE, ((int64_t)time(NULL) - 200) * SECOND_MS), ERR_OK);
	put_mark(s, seen_stored(&before, s->a));
	seen_close(&before);
	log_holds(s, from_now(s, -121000), from_now(s, -120000), 1, "behind");
	run(s);
	assert_int_equal(copies(s, "behind"), 1);
	/* ahead */
	log_holds(s, from_now(s, 120000), from_now(s, 121000), 1, "ahead");
	run(s);
	log_holds(s, from_now(s, 119000), from_now(s, 121000), 2, "ahead-too");
	run(s);
	assert_int_equal(copies(s, "ahead"), 1);
	assert_int_equal(copies(s, "ahead-too"), 1);
}

/* --- what people's histories tell of it --- */

static struct person person_now(struct stage *s, const char *uid)
{
	AUTO_TXN struct txn t = txn_read(s->app.store, STORE_MAIN);
	struct person p;

	assert_int_equal(person_by_name(&t, s->a, 'u', uid, &p), ERR_OK);
	return p;
}

/* What was copied since, oldest first, one a line. */
static const char *history(struct stage *s, const char *uid, size_t *known)
{
	struct person p = person_now(s, uid);
	struct buf b = buf_new(s->a);
	struct deed *v;
	size_t n;

	assert_int_equal(agent_history(&s->app, s->a, &p, 100, &v, &n), ERR_OK);
	for (size_t i = n - *known; i-- > 0;)
		buf_printf(&b, "%s: %s\n", v[i].label, v[i].what);
	*known = n;
	return buf_str(&b);
}

/* A change, and then whatever the mirror knows when it is copied. */
static void change(struct stage *s, const char *ldif)
{
	slapd_change(ldif);
	sleep(1);
	stage_poll(s);
}

#define LISTING(verb) MODIFY(PLACE) verb ": habDroitFonctionnement\nhabDroitFonctionnement: "
#define PLACES(verb) MODIFY(PLACE) verb ": habDroitDisponibilites\nhabDroitDisponibilites: "
#define OTHER_PLACE "habEtablissementId=E0009,ou=etablissements," CAF

static void test_rights_are_told_to_the_files_of_those_who_had_or_got_them(void **state)
{
	struct stage *s = *state;
	size_t martin = 0, durand = 0;

	run(s);
	(void)history(s, "jmartin", &martin);
	(void)history(s, "pdurand", &durand);
	change(s, LISTING("add") "UID=PDurand,habFournisseurId=F001,ou=Fournisseurs," CAF "\n");
	change(s, PLACES("add") SECOND_AGENT "\n");
	/* a whole list, as an editor sends it: who stays is not told */
	change(s, LISTING("replace") AGENT "\n");
	change(s, MODIFY(PLACE) "delete: habDroitDisponibilites\n-\nreplace: cn\ncn: Lucioles\n");
	change(s, "dn: " OTHER_PLACE "\nchangetype: add\nobjectClass: habEtablissement\nhabEtablissementId: E0009\n"
		  "cn: Les Hirondelles\nhabTypeEtablissement: ALSH\nhabDroitFonctionnement: " SECOND_AGENT "\n");
	change(s, "dn: " OTHER_PLACE "\nchangetype: delete\n");
	run(s);
	assert_string_equal(history(s, "pdurand", &durand),
			    "Annuaire modifié: droit donné : fonctionnement sur Lucioles (E0001)\n"
			    "Annuaire modifié: droit donné : places libres sur Lucioles (E0001)\n"
			    "Annuaire modifié: droit retiré : fonctionnement sur Lucioles (E0001)\n"
			    "Annuaire modifié: droit retiré : places libres sur Lucioles (E0001)\n"
			    "Annuaire modifié: droit donné : fonctionnement sur E0009\n"
			    "Annuaire modifié: droit retiré : fonctionnement sur E0009\n");
	assert_string_equal(history(s, "jmartin", &martin), "");
}

/* --- what they are mailed --- */

/* The mails that wait, of that template; the last of them. */
static size_t mails_of(struct stage *s, const char *template, struct mail *last)
{
	AUTO_TXN struct txn t = txn_read(s->app.store, STORE_MAIN);
	AUTO_SCAN struct scan i = scan_prefix(&t, TABLE_MAIL, BYTES_NONE);
	size_t n = 0;

	while (scan_next(&i)) {
		struct mail m;

		assert_int_equal(mail_decode(s->a, i.record.payload, &m), ERR_OK);
		if (strcmp(m.template, template) != 0)
			continue;
		n++;
		*last = m;
	}
	return n;
}

static void test_whoever_left_and_is_let_in_again_is_told(void **state)
{
	struct stage *s = *state;
	struct mail m;

	change(s, MODIFY(SECOND_AGENT) "replace: habStatut\nhabStatut: terminee\n");
	change(s, MODIFY(SECOND_AGENT) "replace: habStatut\nhabStatut: active\n");
	run(s);
	assert_int_equal(mails_of(s, "access_closed", &m), 1);
	assert_int_equal(mails_of(s, "access_reopened", &m), 1);
	assert_true(uuid_equal(m.person, person_now(s, "pdurand").uuid));
}

static void test_a_new_identifier_is_told_once_to_the_directory_s_address(void **state)
{
	struct stage *s = *state;
	size_t known = 0, martin = 0;
	struct mail m;
	struct mail_text text;

	(void)history(s, "pdurand", &known);
	(void)history(s, "jmartin", &martin);
	change(s, LISTING("add") SECOND_AGENT "\n");
	run(s);
	/* the mirror comes later than the log is read */
	slapd_change("dn: " SECOND_AGENT "\nchangetype: modrdn\nnewrdn: uid=paul.durand\ndeleteoldrdn: 1\n");
	run(s);
	assert_int_equal(mails_of(s, "identifier_changed", &m), 0);
	stage_poll(s);
	change(s, "dn: uid=paul.durand," PROVIDER "\nchangetype: modify\nreplace: mail\nmail: paul@ville.example\n");
	run(s);
	journal_done();
	run(s);
	assert_int_equal(mails_of(s, "identifier_changed", &m), 1);
	assert_int_equal(mail_render(&s->app, s->a, &m, &text), ERR_OK);
	assert_string_equal(text.to, "paul@ville.example");
	assert_string_equal(text.subject, "Votre identifiant a été modifié");
	assert_non_null(strstr(
		text.body, " : paul.durand au lieu de pdurand, qui ne sert plus. Votre mot de passe est inchangé : "));
	assert_string_equal(history(s, "paul.durand", &known),
			    "Annuaire modifié: droit donné : fonctionnement sur Lucioles (E0001)\n"
			    "Annuaire modifié: nouveau nom « uid=paul.durand »\n"
			    "Annuaire modifié: mail « pdurand@ville.example » → « paul@ville.example »\n");
	assert_string_equal(history(s, "jmartin", &martin), "");
	/* nobody who may log in */
	change(s, MODIFY("uid=paul.durand," PROVIDER) "replace: habStatut\nhabStatut: terminee\n");
	change(s, "dn: uid=paul.durand," PROVIDER "\nchangetype: modrdn\nnewrdn: uid=pdurand\ndeleteoldrdn: 1\n");
	run(s);
	assert_int_equal(mails_of(s, "identifier_changed", &m), 1);
	change(s, MODIFY(SECOND_AGENT) "replace: habStatut\nhabStatut: active\n");
}

static void test_details_share_the_room_of_a_record(void **state)
{
	size_t room = 40;

	(void)state;
	assert_true(journal_room(&room, "change", "0123456789"));
	assert_int_equal(room, 16);
	assert_false(journal_room(&room, "change", "0123456789"));
	assert_false(journal_room(&room, "", ""));
}

static void test_the_mark_waits_for_who_waits(void **state)
{
	struct seen s = { 0 };
	int64_t now = 1000 * SECOND_MS;
	AUTO_ARENA struct arena *a = arena_new();

	(void)state;
	assert_int_equal(seen_open(&s, BYTES_NONE, 900 * SECOND_MS + 1), ERR_OK);
	(void)seen_meet(&s, 1, 910 * SECOND_MS, now);
	seen_meet(&s, 2, 960 * SECOND_MS, now)->state = SEEN_COPIED;
	seen_meet(&s, 3, 990 * SECOND_MS, now)->state = SEEN_LEFT;
	seen_forward(&s, now);
	assert_int_equal(s.mark, 910 * SECOND_MS);
	seen_meet(&s, 1, 910 * SECOND_MS, now)->state = SEEN_COPIED;
	seen_forward(&s, now);
	assert_int_equal(s.mark, 960 * SECOND_MS);
	assert_int_equal(s.n, 2);
	struct bytes stored = seen_stored(&s, a);

	assert_int_equal(seen_open(&s, stored, 0), ERR_OK);
	assert_int_equal(s.mark, 960 * SECOND_MS);
	assert_int_equal(seen_meet(&s, 2, 960 * SECOND_MS, now)->state, SEEN_COPIED);
	assert_int_equal(seen_meet(&s, 3, 990 * SECOND_MS, now)->state, SEEN_WAITS);
	assert_int_equal(seen_open(&s, (struct bytes){ stored.p, stored.n - 1 }, 0), ERR_CORRUPT);
	assert_int_equal(seen_open(&s, (struct bytes){ stored.p, sizeof(uint64_t) }, 0), ERR_CORRUPT);
	assert_null(s.arena);
	seen_close(&s);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_the_identifier_of_an_act_is_read_from_the_control),
		cmocka_unit_test(test_an_operation_that_took_long_is_copied),
		cmocka_unit_test(test_what_ends_within_one_millisecond_is_copied_once_each),
		cmocka_unit_test(test_the_directory_s_clock_may_be_another),
		cmocka_unit_test(test_rights_are_told_to_the_files_of_those_who_had_or_got_them),
		cmocka_unit_test(test_whoever_left_and_is_let_in_again_is_told),
		cmocka_unit_test(test_a_new_identifier_is_told_once_to_the_directory_s_address),
		cmocka_unit_test(test_details_share_the_room_of_a_record),
		cmocka_unit_test(test_the_mark_waits_for_who_waits),
	};

	return cmocka_run_group_tests(tests, clerk_set_up, clerk_tear_down);
}
