/* Files that give an establishment to another manager: as an activation would, and not before another act's is in the directory. */
#include "tests/unit/test_acts_service.h"

#include "acts/commune.h"
#include "acts/deeds.h"
#include "acts/directory_lint.h"
#include "acts/edit.h"
#include "acts/outcome.h"
#include "acts/register_import.h"

#define OTHER "habFournisseurId=F002,ou=fournisseurs," CAF
#define OTHER_DEAL "habConventionNumero=921-2026-0002," OTHER
#define OTHER_AGENT "uid=n.aubrac," OTHER
#define THIRD "habFournisseurId=F003,ou=fournisseurs," CAF
#define STRAY_AGENT "uid=v.lone,ou=fournisseurs," CAF

#define MOVED \
	"identifiant;nom;type;adresse;code_postal;commune;code_insee;fournisseur\n" \
	"E0001;Lucioles;EAJE;1 rue du Bac;92390;Villeneuve;92078;F002\n"
#define DEAL \
	"numero;fournisseur;signature_fournisseur;signature_caf;etablissements\n" \
	"921-2026-0003;%s;05/01/2026;12/01/2026;tous\n"
#define DEAL_OF \
	"numero;fournisseur;signature_fournisseur;signature_caf;etablissements\n" \
	"921-2026-0004;%s;05/01/2026;12/01/2026;E0001\n"
#define RIGHT "personne;etablissement;fonctionnement;places\n%s;E0001;%s;\n"

static int set_up(void **state)
{
	struct commune c;
	struct stage *s;

	if (stage_set_up(state))
		return -1;
	s = *state;
	slapd_change(
		"dn: " OTHER "\nchangetype: add\nobjectClass: habFournisseur\nhabFournisseurId: F002\no: Le Radeau\n"
		"habSiret: 99930031800017\nmail: contact@radeau.example\n\n"
		"dn: " THIRD "\nchangetype: add\nobjectClass: habFournisseur\nhabFournisseurId: F003\no: La Barge\n"
		"habSiret: 99930031900012\nmail: contact@barge.example\n\n" PERSON(
			OTHER_AGENT, "habAgent", "n.aubrac", "Nine Aubrac",
			"A-000003") "\n"
				    "dn: " OTHER_DEAL
				    "\nchangetype: add\nobjectClass: habConvention\nhabConventionNumero: 921-2026-0002\n"
				    "habStatut: active\nhabDateEffet: 20240101000000Z\nhabTaciteReconduction: TRUE\n\n" MODIFY(
					    PLACE) "add: habDroitFonctionnement\nhabDroitFonctionnement: " OTHER_AGENT
						   "\n");
	stage_poll(s);
	struct changeset *cs = changeset_new(s->a);

	commune_default(&c);
	c.insee = "92078";
	c.name = "Villeneuve";
	commune_publish(s->a, cs, &c);
	assert_int_equal(changeset_commit(s->app.store, cs, NULL), ERR_OK);
	return 0;
}

/* The mirror follows. */
static void beat(struct stage *s)
{
	FILE *f = fopen(arena_printf(s->a, "%s/heartbeat", s->dir), "w");

	assert_true(f && fputs("1", f) >= 0 && fclose(f) == 0);
}

/* places, deals, rights: NULL: no such file. */
static struct import *planned(struct stage *s, const char *places, const char *deals, const char *rights)
{
	struct import *m = import_new(s->a, &(struct import_options){ .caf = "921", .today = day_today() });
	struct entries directory;

	if (places)
		import_take(m, IMPORT_ESTABLISHMENT, bytes_of(places));
	if (deals)
		import_take(m, IMPORT_AGREEMENT, bytes_of(deals));
	if (rights)
		import_take(m, IMPORT_RIGHT, bytes_of(rights));
	beat(s);
	assert_int_equal(directory_lint_read(s->sync, s->a, SUFFIX, &directory), ERR_OK);
	assert_int_equal(import_plan(&s->app, m, &directory), ERR_OK);
	return m;
}

static const char *faults_of(struct stage *s, const struct import *m)
{
	struct buf b = buf_new(s->a);
	size_t n;
	const struct import_fault *v = import_faults(m, &n);

	for (size_t i = 0; i < n; i++)
		buf_printf(&b, "%s:%zu: %s: %.32s|", v[i].file, v[i].line, v[i].column, v[i].what);
	return buf_str(&b);
}

static const char *changes_of(struct stage *s, const struct import *m)
{
	const struct strs *changes = import_changes(m);
	struct buf b = buf_new(s->a);

	for (size_t i = 0; i < changes->n; i++)
		buf_printf(&b, "%s|", changes->v[i]);
	return buf_str(&b);
}

static const char *lines_of(struct stage *s, const struct import *m)
{
	struct buf b = buf_new(s->a);

	for (size_t i = 0; i < m->n_jobs; i++)
		for (size_t k = 0; k < edits_lines(m->jobs[i])->n; k++)
			buf_printf(&b, "%s|", edits_lines(m->jobs[i])->v[k]);
	return buf_str(&b);
}

static bool drops_right_of(struct stage *s, const struct import *m, const char *uid)
{
	const char *line = strstr(lines_of(s, m), arena_printf(s->a, "|-habDroitFonctionnement: uid=%s,", uid));

	return line != NULL;
}

static struct establishment place_now(struct stage *s)
{
	struct establishment e;

	assert_int_equal(establishment_find(&s->app, s->a, "E0001", &e), ERR_OK);
	return e;
}

static const char *given_to(struct stage *s)
{
	struct establishment e = place_now(s);
	struct outcome o;

	return outcome_of(&s->app, s->a, outcome_key(s->a, "etablissement", uuid_text(s->a, e.uuid), "gestion"), &o) ?
		       "" :
		       o.to;
}

/* What the manager before had there ends, and the next act knows. */
static void test_it_goes_as_by_an_activation(void **state)
{
	struct stage *s = *state;
	struct visitor who = s->from;
	struct import *m =
		planned(s, MOVED, arena_printf(s->a, DEAL, "F002"), arena_printf(s->a, RIGHT, "n.aubrac", "oui"));
	struct audit_query q = { .event = "agreement_written", .event_class = -1, .failed = -1, .limit = 10 };
	struct audit_page page = { 0 };

	assert_string_equal(faults_of(s, m), "");
	const char *changes = changes_of(s, m);

	assert_non_null(strstr(changes, "|removed right of A-000001 on E0001: listing|"));
	assert_non_null(strstr(changes, "|convention 921-2026-0001 covers E0001 no more|"));
	assert_true(drops_right_of(s, m, "jmartin"));
	assert_non_null(strstr(lines_of(s, m), "|-habEtablissementCouvert: " PLACE "|"));
	assert_non_null(strstr(lines_of(s, m), "|+habDroitFonctionnement: " OTHER_AGENT "|"));
	assert_int_equal(import_commit(&s->app, m, &who), ERR_OK);
	assert_string_equal(given_to(s), "habfournisseurid=f002,ou=fournisseurs,habcodecaf=921,ou=cafs,dc=hab,dc=test");
	AUTO_TXN struct txn t = txn_read(s->app.store, STORE_MAIN);

	assert_int_equal(audit_find(&t, s->a, &q, &page), ERR_OK);
	assert_int_equal(page.n, 2);
	const struct audit_record *left = &page.v[strcmp(page.v[0].object_id, "921-2026-0001") != 0];

	assert_string_equal(left->object_id, "921-2026-0001");
	assert_string_equal(arg_of(&left->details, "leaves"), "E0001");
	assert_string_equal(left->provider, "F001");
}

#define WAITS "E0001 is being given to another "

/* The import before it waits as a job: another file, and another act, decide once the directory has it. */
static void test_nothing_is_decided_while_it_is_being_given(void **state)
{
	struct stage *s = *state;
	const char *own = arena_printf(s->a, DEAL, "F001");
	struct establishment e = place_now(s);
	struct handover h;

	assert_int_equal(handover_begin(&s->app, s->a, &e, clock_now(), &h), ERR_OK);
	assert_true(h.under_way);
	assert_string_equal(faults_of(s, planned(s, MOVED, NULL, NULL)), "etablissements.csv:2: fournisseur: " WAITS "|");
	assert_string_equal(faults_of(s, planned(s, NULL, own, NULL)), "conventions.csv:2: etablissements: " WAITS "|");
	assert_string_equal(faults_of(s, planned(s, NULL, NULL, arena_printf(s->a, RIGHT, "pdurand", "oui"))),
			    "droits.csv:2: etablissement: " WAITS "|");
	/* told once */
	assert_string_equal(faults_of(s, planned(s, MOVED, arena_printf(s->a, DEAL, "F002"),
						 arena_printf(s->a, RIGHT, "n.aubrac", "oui"))),
			    "etablissements.csv:2: fournisseur: " WAITS "|");
	/* by its number: to whom it goes, that is a matter of minutes; to anybody else, it is not his */
	assert_string_equal(faults_of(s, planned(s, NULL, arena_printf(s->a, DEAL_OF, "F002"), NULL)),
			    "conventions.csv:2: etablissements: " WAITS "|");
	assert_string_equal(faults_of(s, planned(s, NULL, arena_printf(s->a, DEAL_OF, "F003"), NULL)),
			    "conventions.csv:2: etablissements: E0001 is not managed by this pro|");
	/* the directory has it, and the mirror does not follow yet */
	slapd_change(MODIFY(PLACE) "replace: habGestionnaire\nhabGestionnaire: " OTHER "\n");
	assert_string_equal(faults_of(s, planned(s, NULL, arena_printf(s->a, DEAL, "F002"), NULL)),
			    "conventions.csv:2: etablissements: " WAITS "|");
	slapd_change(MODIFY(PLACE) "replace: habGestionnaire\nhabGestionnaire: " PROVIDER "\n");
	/* what hangs on no manager */
	assert_string_equal(faults_of(s, planned(s, NULL, NULL, arena_printf(s->a, RIGHT, "jmartin", "non"))), "");
	clock_test_offset(MIRROR_LAG);
	assert_string_equal(faults_of(s, planned(s, MOVED, NULL, NULL)), "");
	/* somebody else gives it between the check and the write */
	struct import *late = planned(s, MOVED, NULL, NULL);
	struct changeset *cs = changeset_new(s->a);
	struct visitor who = s->from;

	assert_int_equal(handover_begin(&s->app, s->a, &e, clock_now(), &h), ERR_OK);
	handover_add(s->a, cs, &h, "habfournisseurid=f9", clock_now());
	assert_int_equal(changeset_commit(s->app.store, cs, NULL), ERR_OK);
	assert_int_equal(import_commit(&s->app, late, &who), ERR_CONFLICT);
	clock_test_offset(2 * MIRROR_LAG);
}

/* Of the new manager's own people: a right from before comes to life by a line of the file, or a convention that covers it already. */
static void test_a_right_from_before_opens_nothing_by_the_way(void **state)
{
	struct stage *s = *state;
	const char *deal = arena_printf(s->a, DEAL, "F002");

	assert_true(drops_right_of(s, planned(s, MOVED, deal, NULL), "n.aubrac"));
	slapd_change(MODIFY(OTHER_DEAL) "add: habEtablissementCouvert\nhabEtablissementCouvert: " PLACE "\n");
	assert_false(drops_right_of(s, planned(s, MOVED, deal, NULL), "n.aubrac"));
	assert_true(drops_right_of(s, planned(s, MOVED, deal, NULL), "jmartin"));
	/* a line of the file has the last word: one that stays is taken, and is not given once more */
	struct import *taken = planned(s, MOVED, NULL, arena_printf(s->a, RIGHT, "n.aubrac", "non"));
	struct import *kept = planned(s, MOVED, NULL, arena_printf(s->a, RIGHT, "n.aubrac", "oui"));

	assert_true(drops_right_of(s, taken, "n.aubrac"));
	assert_non_null(strstr(changes_of(s, taken), "|removed right of A-000003 on E0001: listing|"));
	assert_int_equal(taken->n_told, 1);
	assert_null(strstr(changes_of(s, kept), "A-000003"));
	assert_int_equal(kept->n_told, 0);
	slapd_change(MODIFY(OTHER_DEAL) "delete: habEtablissementCouvert\n");
}

/* By a convention that is over: it ends by the way, and is told once. */
static void test_a_right_that_ends_by_the_way_is_taken_once(void **state)
{
	struct stage *s = *state;
	struct import *m =
		planned(s, MOVED, arena_printf(s->a, DEAL, "F002"), arena_printf(s->a, RIGHT, "n.aubrac", "non"));
	const char *removed = "|removed right of A-000003 on E0001: listing|", *changes = changes_of(s, m);

	assert_true(drops_right_of(s, m, "n.aubrac"));
	assert_non_null(strstr(changes, removed));
	assert_null(strstr(strstr(changes, removed) + strlen(removed), removed + 1));
}

static void test_who_loses_it_is_given_no_right(void **state)
{
	struct stage *s = *state;
	const char *deal = arena_printf(s->a, DEAL, "F002"), *right = arena_printf(s->a, RIGHT, "jmartin", "oui");

	assert_string_equal(faults_of(s, planned(s, MOVED, deal, right)),
			    "droits.csv:2: : A-000001 is no agent of the mana|");
}

/* Only an LDAP tool can have given it to him, or moved him there; a file may take it away, and the record is of no provider. */
static void test_a_right_of_somebody_of_no_provider_can_be_taken(void **state)
{
	struct stage *s = *state;
	struct visitor who = s->from;

	slapd_change(PERSON(STRAY_AGENT, "habAgent", "v.lone", "Vera Lone", "A-000009") "\n" MODIFY(
		PLACE) "add: habDroitFonctionnement\nhabDroitFonctionnement: " STRAY_AGENT "\n");
	struct import *m = planned(s, NULL, NULL, arena_printf(s->a, RIGHT, "v.lone", "non"));

	assert_string_equal(faults_of(s, m), "");
	assert_true(strstr(lines_of(s, m), "-habDroitFonctionnement: " STRAY_AGENT "|") != NULL);
	assert_int_equal(import_commit(&s->app, m, &who), ERR_OK);
	struct audit_record r = last_record(s, EVENT_REGISTER_IMPORTED);

	assert_string_equal(arg_of(&r.details, "right_taken"), deed_right_write(s->a, "A-000009", "E0001", FAMILY_LISTING));
	assert_string_equal(r.provider, "");
	assert_string_equal(r.object_kind, "caf");
	assert_string_equal(r.object_id, "921");
	slapd_change(MODIFY(PLACE) "delete: habDroitFonctionnement\nhabDroitFonctionnement: " STRAY_AGENT
				   "\n\ndn: " STRAY_AGENT "\nchangetype: delete\n");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_it_goes_as_by_an_activation),
		cmocka_unit_test(test_nothing_is_decided_while_it_is_being_given),
		cmocka_unit_test(test_a_right_from_before_opens_nothing_by_the_way),
		cmocka_unit_test(test_a_right_that_ends_by_the_way_is_taken_once),
		cmocka_unit_test(test_who_loses_it_is_given_no_right),
		cmocka_unit_test(test_a_right_of_somebody_of_no_provider_can_be_taken),
	};

	return cmocka_run_group_tests(tests, set_up, stage_tear_down);
}
