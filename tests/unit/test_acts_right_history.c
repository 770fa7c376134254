/* What was so when: periods through changes of a real directory, a rename, a rebuild; annex 1 at any date and what changed. */
#include "tests/unit/test_acts_service.h"

#include "acts/agent.h"
#include "acts/agreement.h"
#include "acts/annex.h"
#include "acts/annex_text.h"

#define MODIFY_PLACE(what, attribute, uid) \
	MODIFY(PLACE) what ": " attribute "\n" attribute ": uid=" uid "," PROVIDER "\n"

static struct person person_now(struct stage *s, const char *uid)
{
	AUTO_TXN struct txn t = txn_read(s->app.store, STORE_MAIN);
	struct person p;

	assert_int_equal(person_by_name(&t, s->a, 'u', uid, &p), ERR_OK);
	return p;
}

static struct agreement agreement_now(struct stage *s)
{
	AUTO_TXN struct txn t = txn_read(s->app.store, STORE_MAIN);
	struct person p;
	struct agreements list;

	assert_int_equal(person_by_name(&t, s->a, 'u', "pdurand", &p), ERR_OK);
	assert_int_equal(agreements_of(&t, s->a, p.provider_key, &list), ERR_OK);
	assert_int_equal(list.n, 1);
	return list.v[0];
}

/* Periods of a family that began, and how many of these last. */
static size_t periods(struct stage *s, struct uuid subject, unsigned family, size_t *open)
{
	AUTO_TXN struct txn t = txn_read(s->app.store, STORE_MAIN);
	struct right_period *v;
	size_t n, count = 0;

	*open = 0;
	assert_int_equal(right_periods(&t, s->a, subject, &v, &n), ERR_OK);
	for (size_t i = 0; i < n; i++) {
		count += v[i].family == family;
		*open += v[i].family == family && !v[i].until;
	}
	return count;
}

static void later(int64_t ms)
{
	clock_test_offset(clock_now() + ms - (int64_t)time(NULL) * 1000);
}

static void test_periods_begin_with_the_first_poll(void **state)
{
	struct stage *s = *state;
	size_t open;

	assert_int_equal(periods(s, person_now(s, "jmartin").uuid, FAMILY_LISTING, &open), 1);
	assert_int_equal(open, 1);
	assert_int_equal(periods(s, person_now(s, "pdurand").uuid, PERIOD_ACTIVE, &open), 1);
	assert_int_equal(periods(s, person_now(s, "a.valideur").uuid, PERIOD_ACTIVE, &open), 0);
	assert_int_equal(periods(s, agreement_now(s).uuid, PERIOD_COVERED, &open), 1);
	assert_int_equal(open, 1);
}

static const struct {
	const char *what, *ldif, *uid;
	unsigned family;
	size_t began, open;
} steps[] = {
	{ "a right is given", MODIFY_PLACE("add", "habDroitDisponibilites", "pdurand"), "pdurand", FAMILY_PLACES, 1, 1 },
	{ "another family too", MODIFY_PLACE("add", "habDroitFonctionnement", "pdurand"), "pdurand", FAMILY_LISTING, 1, 1 },
	{ "the first is not touched", "", "pdurand", FAMILY_PLACES, 1, 1 },
	{ "it is taken away", MODIFY_PLACE("delete", "habDroitDisponibilites", "pdurand"), "pdurand", FAMILY_PLACES, 1, 0 },
	{ "and given again", MODIFY_PLACE("add", "habDroitDisponibilites", "pdurand"), "pdurand", FAMILY_PLACES, 2, 1 },
	{ "the other person is not touched", "", "jmartin", FAMILY_LISTING, 1, 1 },
	{ "he is suspended", MODIFY(SECOND_AGENT) "replace: habStatut\nhabStatut: suspendue\n", "pdurand",
	  PERIOD_ACTIVE, 1, 0 },
	{ "which takes no right", "", "pdurand", FAMILY_PLACES, 2, 1 },
	{ "and let in again", MODIFY(SECOND_AGENT) "replace: habStatut\nhabStatut: active\n", "pdurand", PERIOD_ACTIVE,
	  2, 1 },
};

static void test_periods_follow_the_directory(void **state)
{
	struct stage *s = *state;
	size_t open;

	for (size_t i = 0; i < LENGTH(steps); i++) {
		print_message("%s\n", steps[i].what);
		if (*steps[i].ldif)
			slapd_change(steps[i].ldif);
		later(HOUR_MS);
		stage_poll(s);
		assert_int_equal(periods(s, person_now(s, steps[i].uid).uuid, steps[i].family, &open), steps[i].began);
		assert_int_equal(open, steps[i].open);
	}
}

static void test_a_rebuild_breaks_no_period(void **state)
{
	struct stage *s = *state;
	struct uuid u = person_now(s, "pdurand").uuid;
	size_t open;

	assert_int_equal(mirror_rebuild(&s->app, s->a), ERR_OK);
	later(HOUR_MS);
	stage_poll(s);
	assert_int_equal(periods(s, u, FAMILY_PLACES, &open), 2);
	assert_int_equal(open, 1);
	assert_int_equal(periods(s, u, PERIOD_ACTIVE, &open), 2);
	assert_int_equal(periods(s, agreement_now(s).uuid, PERIOD_COVERED, &open), 1);
	assert_int_equal(open, 1);
}

/* --- annex 1 --- */

static struct annex annex_of(struct stage *s, int64_t at)
{
	struct agreement g = agreement_now(s);
	struct annex x;

	assert_int_equal(annex_at(&s->app, s->a, &g, at, &x), ERR_OK);
	return x;
}

static int64_t whole; /* both people have rights */

static void test_the_annex_at_a_date_and_what_changed(void **state)
{
	struct stage *s = *state;
	int64_t first = whole = clock_now();
	struct annex_change *v;
	size_t n;

	later(DAY_MS);
	slapd_change(MODIFY_PLACE("delete", "habDroitFonctionnement", "pdurand"));
	stage_poll(s);
	int64_t second = clock_now();

	later(DAY_MS);
	slapd_change(MODIFY(SECOND_AGENT) "replace: habStatut\nhabStatut: terminee\n");
	stage_poll(s);
	struct annex before = annex_of(s, first), between = annex_of(s, second), after = annex_of(s, clock_now());

	assert_int_equal(before.n, 2);
	assert_string_equal(before.v[1].p.number, "A-000002");
	assert_int_equal(before.v[1].v[0].families, FAMILY_LISTING | FAMILY_PLACES);
	assert_int_equal(between.v[1].v[0].families, FAMILY_PLACES);
	assert_int_equal(after.n, 1);
	assert_int_equal(after.covered_n, 1);
	assert_int_equal(annex_of(s, before.known_since - 1).n, 0);
	annex_difference(s->a, &before, &between, &v, &n);
	assert_int_equal(n, 1);
	assert_false(v[0].added);
	assert_int_equal(v[0].families, FAMILY_LISTING);
	annex_difference(s->a, &after, &before, &v, &n);
	assert_int_equal(n, 1);
	assert_true(v[0].added);
	assert_int_equal(v[0].families, FAMILY_LISTING | FAMILY_PLACES);
	assert_string_equal(v[0].p->number, "A-000002");
	annex_difference(s->a, &before, &before, &v, &n);
	assert_int_equal(n, 0);
}

static const char *const annex_lines[] = {
	"P Convention 921-2026-0001 entre la Ville de Valmoreau et la Caf 921.\n",
	"\nH Changements entre le ",
	"\nI Retrait\u00A0: Paul Durand (A-000002), Lucioles, fonctionnement et places libres\n",
	"\nC Personnes habilitées\tNom\tFonction\tCourriel professionnel\tÉtablissements et droits\n"
	"R Jeanne Martin (A-000001)\t\t",
	"\tLucioles\u00A0: fonctionnement\nC Établissements de la convention\tÉtablissement\tIdentifiant\tAdresse\n"
	"R Lucioles\tE0001\t",
};

/* What the page and the PDF print of the two days before. */
static void test_the_annex_as_a_text(void **state)
{
	struct stage *s = *state;
	struct agreement g = agreement_now(s);
	day_t today = day_today();
	struct provider p = { .name = "Ville de Valmoreau" };
	struct caf caf = { .name = "Caf 921" };
	struct annex_asked asked = { .g = &g, .p = &p, .caf = &caf, .until = today, .since = today - 2 };
	struct agreement_text t, again;

	assert_int_equal(annex_text_of(&s->app, s->a, &asked, &t), ERR_OK);
	const char *canonical = agreement_text_write(s->a, &t);

	for (size_t i = 0; i < LENGTH(annex_lines); i++) {
		print_message("%s\n", annex_lines[i]);
		assert_non_null(strstr(canonical, annex_lines[i]));
	}
	/* the hour keeps to one line: no blank that breaks it */
	const char *made = strstr(canonical, "Établie le ");

	assert_non_null(made);
	made = strstr(made, " à ");
	assert_non_null(made);
	made += strlen(" à ");
	assert_int_equal(strcspn(made, " "), strcspn(made, "\n") + strlen("\nH"));
	assert_int_equal(agreement_text_read(s->a, canonical, &again), ERR_OK);
	asked.until = today - 2;
	asked.since = 0;
	assert_int_equal(annex_text_of(&s->app, s->a, &asked, &t), ERR_OK);
	canonical = agreement_text_write(s->a, &t);
	assert_null(strstr(canonical, "Changements"));
	/* each right on a line of its own, a blank in the canonical form */
	assert_non_null(strstr(canonical, "\nR Paul Durand (A-000002)\t\tpdurand@ville.example\tLucioles\u00A0: "
					  "fonctionnement et places libres\n"));
}

static void test_nothing_holds_of_what_another_manages_or_has_ended(void **state)
{
	static const struct {
		const char *there, *back;
	} cases[] = {
		{ MODIFY(PLACE) "delete: habGestionnaire\n",
		  MODIFY(PLACE) "replace: habGestionnaire\nhabGestionnaire: " PROVIDER "\n" },
		{ MODIFY(AGREEMENT) "replace: habStatut\nhabStatut: terminee\n",
		  MODIFY(AGREEMENT) "replace: habStatut\nhabStatut: active\n" },
	};
	struct stage *s = *state;

	for (size_t i = 0; i < LENGTH(cases); i++) {
		int64_t before = clock_now();

		later(DAY_MS);
		slapd_change(cases[i].there);
		stage_poll(s);
		int64_t meanwhile = clock_now();

		assert_int_equal(annex_of(s, meanwhile).covered_n + annex_of(s, meanwhile).n, 0);
		later(DAY_MS);
		slapd_change(cases[i].back);
		stage_poll(s);
		assert_int_equal(annex_of(s, meanwhile).covered_n, 0);
		assert_true(annex_of(s, clock_now()).covered_n == 1 && annex_of(s, clock_now()).n == 1);
		assert_true(annex_of(s, before).covered_n == 1 && annex_of(s, before).n == 1);
	}
}

static void test_nobody_holds_a_right_outside_the_agreement_s_days(void **state)
{
	struct stage *s = *state;
	struct agreement g = agreement_now(s);
	struct annex x;

	g.termination = day_today() - 30;
	g.due = day_today() + 1;
	assert_int_equal(annex_at(&s->app, s->a, &g, clock_now(), &x), ERR_OK);
	assert_int_equal(x.n, 1);
	g.due = day_today();
	assert_int_equal(annex_at(&s->app, s->a, &g, clock_now(), &x), ERR_OK);
	assert_int_equal(x.n + x.covered_n, 0);
	assert_true(x.known_since != 0);
	g.termination = g.due = 0;
	g.effect = day_today() + 1;
	assert_int_equal(annex_at(&s->app, s->a, &g, clock_now(), &x), ERR_OK);
	assert_true(x.n == 0 && x.covered_n == 1);
}

#define NEW_PROVIDER "habFournisseurId=F002,ou=fournisseurs," CAF
#define OTHER_PLACE "habEtablissementId=E0009,ou=etablissements," CAF
#define NEW_AGREEMENT "habConventionNumero=921-2026-0002," NEW_PROVIDER
#define GOES_OVER MODIFY(PLACE) "replace: habGestionnaire\nhabGestionnaire: " NEW_PROVIDER "\n"
#define COMES_BACK MODIFY(PLACE) "replace: habGestionnaire\nhabGestionnaire: " PROVIDER "\n"

static size_t last_of(const struct deed *v, size_t n, const char *code, struct deed *out)
{
	size_t count = 0;

	for (size_t i = n; i-- > 0;)
		if (strcmp(v[i].code, code) == 0) {
			*out = v[i];
			count++;
		}
	return count;
}

/* What the files of the former manager's convention and of its agent tell of establishments that another one has or had; the newest. */
static size_t told(struct stage *s, const char *code, struct deed *of_agreement, struct deed *of_person)
{
	struct agreement g = agreement_now(s);
	struct person who = person_now(s, "pdurand");
	struct provider p;
	struct deed *v;
	size_t n, count = 0;

	{
		AUTO_TXN struct txn t = txn_read(s->app.store, STORE_MAIN);

		assert_int_equal(provider_by_key(&t, s->a, g.provider_key, &p), ERR_OK);
	}
	assert_int_equal(agreement_history(&s->app, s->a, &g, &p, 100, &v, &n), ERR_OK);
	count += last_of(v, n, code, of_agreement);
	assert_int_equal(agent_history(&s->app, s->a, &who, 100, &v, &n), ERR_OK);
	return count + last_of(v, n, code, of_person);
}

static size_t passed_on(struct stage *s, struct deed *of_agreement, struct deed *of_person)
{
	return told(s, "manager_changed", of_agreement, of_person);
}

static void test_what_another_manager_took_is_told_by_the_former_one_s_files(void **state)
{
	struct stage *s = *state;
	struct deed of_agreement, of_person;

	later(DAY_MS);
	slapd_change("dn: " NEW_PROVIDER "\nchangetype: add\nobjectClass: habFournisseur\nhabFournisseurId: F002\n"
		     "o: Association Le Cabestan\nhabSiret: 35600000000048\n");
	stage_poll(s);
	assert_int_equal(passed_on(s, &of_agreement, &of_person), 0);
	slapd_change("dn: " NEW_AGREEMENT "\nchangetype: add\nobjectClass: habConvention\n"
		     "habConventionNumero: 921-2026-0002\nhabStatut: active\nhabDateEffet: 20260101000000Z\n"
		     "habTaciteReconduction: TRUE\nhabEtablissementCouvert: " PLACE "\n\n" GOES_OVER);
	stage_poll(s);
	int64_t now = clock_now();

	assert_int_equal(passed_on(s, &of_agreement, &of_person), 2);
	assert_string_equal(of_agreement.label, "Établissement passé à un autre gestionnaire");
	assert_string_equal(of_agreement.what, "l’Association Le Cabestan gère maintenant Lucioles (E0001)");
	assert_in_range(now - of_agreement.at, 0, MINUTE_MS);
	assert_string_equal(of_person.what, "l’Association Le Cabestan gère maintenant Lucioles (E0001, places libres)");
	/* all that went in one hour is one line */
	slapd_change("dn: " OTHER_PLACE "\nchangetype: add\nobjectClass: habEtablissement\nhabEtablissementId: E0009\n"
		     "cn: Les Hirondelles\nhabTypeEtablissement: ALSH\nhabGestionnaire: " PROVIDER
		     "\n\n" MODIFY(AGREEMENT) "add: habEtablissementCouvert\nhabEtablissementCouvert: " OTHER_PLACE "\n");
	stage_poll(s);
	later(MINUTE_MS);
	slapd_change(MODIFY(NEW_AGREEMENT) "add: habEtablissementCouvert\nhabEtablissementCouvert: " OTHER_PLACE
					   "\n\n" MODIFY(OTHER_PLACE) "replace: habGestionnaire\nhabGestionnaire: " NEW_PROVIDER
								      "\n");
	stage_poll(s);
	assert_int_equal(passed_on(s, &of_agreement, &of_person), 2);
	assert_string_equal(of_agreement.label, "2 établissements passés à un autre gestionnaire");
	assert_string_equal(of_agreement.what,
			    "l’Association Le Cabestan gère maintenant Lucioles (E0001) et Les Hirondelles (E0009)");
	later(DAY_MS);
	slapd_change(MODIFY(AGREEMENT) "delete: habEtablissementCouvert\nhabEtablissementCouvert: " OTHER_PLACE
				       "\n\ndn: " OTHER_PLACE "\nchangetype: delete\n");
	stage_poll(s);
}

static void test_what_came_back_is_told_as_taken_and_as_returned(void **state)
{
	struct stage *s = *state;
	struct deed of_agreement, of_person;

	assert_int_equal(told(s, "manager_came_back", &of_agreement, &of_person), 0);
	slapd_change(COMES_BACK);
	stage_poll(s);
	int64_t now = clock_now();

	assert_int_equal(passed_on(s, &of_agreement, &of_person), 2);
	assert_string_equal(of_agreement.label, "Établissement passé à un autre gestionnaire");
	assert_string_equal(of_agreement.what, "l’Association Le Cabestan a ensuite géré Lucioles (E0001)");
	assert_true(now - of_agreement.at > DAY_MS);
	assert_string_equal(of_person.what, "l’Association Le Cabestan a ensuite géré Lucioles (E0001, places libres)");
	assert_int_equal(told(s, "manager_came_back", &of_agreement, &of_person), 2);
	assert_string_equal(of_agreement.label, "Établissement revenu d’un autre gestionnaire");
	assert_string_equal(of_agreement.what, "l’Association Le Cabestan gérait Lucioles (E0001)");
	assert_in_range(now - of_agreement.at, 0, MINUTE_MS);
	assert_string_equal(of_person.what, "l’Association Le Cabestan gérait Lucioles (E0001, places libres)");
}

/* The one between is told too, whoever has it by now. */
static void test_what_was_taken_stays_told_when_nobody_manages_it(void **state)
{
	struct stage *s = *state;
	struct deed of_agreement, of_person;

	later(DAY_MS);
	slapd_change(GOES_OVER);
	stage_poll(s);
	assert_int_equal(passed_on(s, &of_agreement, &of_person), 4);
	assert_string_equal(of_agreement.what, "l’Association Le Cabestan gère maintenant Lucioles (E0001)");
	later(DAY_MS);
	slapd_change(MODIFY(PLACE) "delete: habGestionnaire\n");
	stage_poll(s);
	assert_int_equal(passed_on(s, &of_agreement, &of_person), 4);
	assert_string_equal(of_agreement.what, "l’Association Le Cabestan a ensuite géré Lucioles (E0001)");
	later(DAY_MS);
	slapd_change(COMES_BACK);
	stage_poll(s);
}

static void test_an_establishment_leaves_the_agreement(void **state)
{
	struct stage *s = *state;
	int64_t before = clock_now();
	struct annex_change *v;
	size_t n;

	later(DAY_MS);
	slapd_change(MODIFY(AGREEMENT) "delete: habEtablissementCouvert\n");
	stage_poll(s);
	struct annex old = annex_of(s, before), now = annex_of(s, clock_now());

	assert_int_equal(now.covered_n, 0);
	assert_int_equal(now.n, 0);
	annex_difference(s->a, &old, &now, &v, &n);
	assert_int_equal(n, 2);
	assert_string_equal(v[0].p->number, "A-000001");
	assert_null(v[1].p);
	assert_string_equal(v[1].e->id, "E0001");
}

/* Its own amendment said so then; what is told is the time before. */
static void test_what_was_given_up_before_is_not_taken(void **state)
{
	struct stage *s = *state;
	struct deed of_agreement, of_person;
	size_t before = passed_on(s, &of_agreement, &of_person);
	int64_t at = of_agreement.at;

	later(DAY_MS);
	slapd_change(GOES_OVER);
	stage_poll(s);
	assert_int_equal(passed_on(s, &of_agreement, &of_person), before);
	assert_true(clock_now() - of_agreement.at > 2 * DAY_MS && of_agreement.at == at && of_person.at == at);
	slapd_change(COMES_BACK);
	stage_poll(s);
}

/* Between rename and refint the directory itself knows of no right; the person stays one subject. */
static void test_a_renamed_person_stays_the_same(void **state)
{
	struct stage *s = *state;
	struct uuid u = person_now(s, "jmartin").uuid;
	size_t open;

	slapd_change("dn: " AGENT "\nchangetype: modrdn\nnewrdn: uid=jdupont\ndeleteoldrdn: 1\n");
	for (int i = 0; i < 20; i++) {
		usleep(100000);
		later(SECOND_MS);
		stage_poll(s);
	}
	assert_true(uuid_equal(person_now(s, "jdupont").uuid, u));
	periods(s, u, FAMILY_LISTING, &open);
	assert_int_equal(open, 1);
	slapd_change("dn: uid=jdupont," PROVIDER "\nchangetype: delete\n");
	stage_poll(s);
	periods(s, u, FAMILY_LISTING, &open);
	assert_int_equal(open, 0);
	periods(s, u, PERIOD_ACTIVE, &open);
	assert_int_equal(open, 0);
	/* the annex of that time keeps the number */
	struct annex x = annex_of(s, whole);

	assert_int_equal(x.n, 2);
	assert_string_equal(x.v[1].p.number, "A-000001");
	assert_string_equal(x.v[1].p.name, "Personne dont le compte est effacé");
	assert_int_equal(x.v[1].v[0].families, FAMILY_LISTING);
}

static void test_a_day_ends_at_midnight(void **state)
{
	day_t today = day_today();

	(void)state;
	assert_int_equal(day_of(annex_moment(today - 3)), today - 3);
	assert_int_equal(day_of(annex_moment(today - 3) + 1), today - 2);
	assert_in_range(clock_now() - annex_moment(today), 0, 60 * SECOND_MS);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_periods_begin_with_the_first_poll),
		cmocka_unit_test(test_periods_follow_the_directory),
		cmocka_unit_test(test_a_rebuild_breaks_no_period),
		cmocka_unit_test(test_the_annex_at_a_date_and_what_changed),
		cmocka_unit_test(test_the_annex_as_a_text),
		cmocka_unit_test(test_nothing_holds_of_what_another_manages_or_has_ended),
		cmocka_unit_test(test_nobody_holds_a_right_outside_the_agreement_s_days),
		cmocka_unit_test(test_what_another_manager_took_is_told_by_the_former_one_s_files),
		cmocka_unit_test(test_what_came_back_is_told_as_taken_and_as_returned),
		cmocka_unit_test(test_what_was_taken_stays_told_when_nobody_manages_it),
		cmocka_unit_test(test_an_establishment_leaves_the_agreement),
		cmocka_unit_test(test_what_was_given_up_before_is_not_taken),
		cmocka_unit_test(test_a_renamed_person_stays_the_same),
		cmocka_unit_test(test_a_day_ends_at_midnight),
	};

	return cmocka_run_group_tests(tests, stage_set_up, stage_tear_down);
}
