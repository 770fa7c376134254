/* What the lint finds: a whole tree has no finding; each row breaks one thing and names what must be said. */
#include "acts/directory_lint.h"

#include <stdio.h>
#include <string.h>
#include <strings.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#define TODAY ((day_t)20500) /* 2026-02-16 */
#define ENTRIES_MAX 20

/* clang-format off */
#define CAFS ",ou=cafs,dc=hab"
#define C921 "habCodeCaf=921" CAFS
#define C751 "habCodeCaf=751" CAFS
#define TOWN "habFournisseurId=F001,ou=fournisseurs," C921
#define CLUB "habFournisseurId=F002,ou=fournisseurs," C921
#define FAR "habFournisseurId=F751,ou=fournisseurs," C751
#define ANNE "uid=anne," TOWN
#define BOB "uid=bob," CLUB
#define CLEO "uid=cleo," FAR
#define STAFF "uid=v.staff,ou=personnel," C921
#define E1 "habEtablissementId=E001,ou=etablissements," C921
#define E2 "habEtablissementId=E002,ou=etablissements," C921
#define G1 "habConventionNumero=921-1," TOWN
#define REVIEWERS "cn=valideurs,ou=roles," C921

#define PERSON(dn, class, uid, number) \
	"@" dn "\nobjectClass: inetOrgPerson\nobjectClass: " class "\nuid: " uid "\ncn: X\nsn: X\nmail: " uid "@ville.example\n" \
	"habAgentNumero: " number "\nhabStatut: active\n"
#define CAF(dn, code) \
	"@" dn "\nobjectClass: habCaf\nhabCodeCaf: " code "\no: Caf\nhabServiceNom: Service\ntelephoneNumber: +33199009210\n" \
	"mail: service@caf.example\nhabSilence: rejet\nhabSilenceDelai: P2M\nhabVoiesRecours: Recours\nhabMentionDonnees: Vos droits\n"
#define PROVIDER(dn, id, siret) "@" dn "\nobjectClass: habFournisseur\nhabFournisseurId: " id "\no: X\nhabSiret: " siret "\n"

static const char tree[] =
	"@ou=cafs,dc=hab\nobjectClass: organizationalUnit\nou: cafs\n"
	CAF(C921, "921") CAF(C751, "751")
	PROVIDER(TOWN, "F001", "21920078900010") PROVIDER(CLUB, "F002", "35600000000048") PROVIDER(FAR, "F751", "21920078900010")
	PERSON(ANNE, "habAgent", "anne", "921-0001") PERSON(BOB, "habAgent", "bob", "921-0002") PERSON(CLEO, "habAgent", "cleo", "751-0001")
	PERSON(STAFF, "habPersonnel", "v.staff", "921-0003")
	"@" E1 "\nobjectClass: habEtablissement\nobjectClass: habEaje\nhabEtablissementId: E001\ncn: Les Lucioles\n"
	"habTypeEtablissement: EAJE\nhabCategorieEaje: MULTI_ACCUEIL\nhabGestionnaire: " TOWN "\nhabDroitFonctionnement: " ANNE
	"\nhabDroitDisponibilites: UID=Anne, " TOWN "\n"
	"@" E2 "\nobjectClass: habEtablissement\nhabEtablissementId: E002\ncn: Le Relais\nhabTypeEtablissement: RPE\n"
	"habGestionnaire: " TOWN "\n"
	"@" G1 "\nobjectClass: habConvention\nhabConventionNumero: 921-1\nhabStatut: active\nhabDateEffet: 20260112000000Z\n"
	"habDateSignatureCaf: 20260112000000Z\nhabDateSignatureFournisseur: 20260105000000Z\nhabDateEcheance: 20270112000000Z\n"
	"habTaciteReconduction: TRUE\nhabEtablissementCouvert: " E1 "\n"
	"@" REVIEWERS "\nobjectClass: groupOfNames\ncn: valideurs\nmember: " STAFF "\nmember: cn=personne,dc=hab\n";
/* clang-format on */

static const struct lint_known nothing;

enum how { SET, PUT, CUT, RENAME };

static const struct {
	const char *dn;
	enum how how;
	const char *attribute, *value;
	const char *subject, *what; /* what: how the finding begins */
} cases[] = {
	{ ANNE, SET, "habStatut", "terminee", "E001", "right to the listing of 921-0001 (anne), who left" },
	{ ANNE, SET, "habStatut", "suspendue", NULL, NULL },
	{ ANNE, SET, "habStatut", "demandee", "E001", "right to the listing of 921-0001 (anne), whose status is demandee" },
	{ ANNE, SET, "habStatut", "actif", "921-0001 (anne)", "unknown status actif" },
	{ ANNE, SET, "habDemandeMotDePasse", "TRUE", NULL, NULL },
	{ BOB, SET, "mail", "Anne@ville.example", "921-0001 (anne)", "has the same mail address as 921-0002 (bob)" },
	{ BOB, SET, "uid", "anne", "921-0001 (anne)", "has the same uid as 921-0002 (anne)" },
	{ BOB, SET, "habAgentNumero", "921-0001", "921-0001 (anne)", "has the same number as 921-0001 (bob)" },
	{ BOB, SET, "habFinMission", "20260101000000Z", "921-0002 (bob)", "is active, and the mission ended on 2026-01-01" },
	{ BOB, SET, "habFinMission", "20260801000000Z", NULL, NULL },
	{ BOB, SET, "mail", NULL, "921-0002 (bob)", "has no mail address" },
	{ BOB, SET, "mail", "bob..x@ville.example", "921-0002 (bob)",
	  "no mail can be sent to its address bob..x@ville.example" },
	{ BOB, SET, "mail", "o'neill+b-x@la-ville.example", NULL, NULL },
	{ STAFF, SET, "mail", "v.staff@-ville.example", "921-0003 (v.staff)",
	  "no mail can be sent to its address v.staff@-" },
	{ TOWN, PUT, "mail", "mairie@ville", "F001", "no mail can be sent to its address mairie@ville" },
	{ E1, PUT, "mail", "creche.@ville.example", "E001", "no mail can be sent to its address creche.@ville.example" },
	{ C921, SET, "mail", "service@caf", "Caf 921", "no mail can be sent to its address service@caf" },
	{ BOB, RENAME, NULL, "uid=bob," C921, "921-0002 (bob)", "an agent under no provider" },
	{ BOB, RENAME, NULL, "uid=bob,habFournisseurId=F009,ou=fournisseurs," C921, "921-0002 (bob)",
	  "an agent under no provider" },
	{ BOB, PUT, "objectClass", "habPersonnel", "921-0002 (bob)", "is an agent and staff at once" },
	{ STAFF, RENAME, NULL, "uid=v.staff,ou=roles," C921, "921-0003 (v.staff)", "staff outside ou=personnel" },
	{ STAFF, SET, "habStatut", "terminee", REVIEWERS, "has the member 921-0003 (v.staff), who left" },
	{ REVIEWERS, PUT, "member", ANNE, REVIEWERS, "has the member 921-0001 (anne), an agent of a provider" },
	{ REVIEWERS, PUT, "member", "uid=gone,ou=personnel," C921, REVIEWERS, "has the member nobody: uid=gone" },
	{ E1, PUT, "habDroitFonctionnement", "uid=gone," TOWN, "E001", "right to the listing of nobody: uid=gone" },
	{ E1, PUT, "habDroitFonctionnement", "gone", "E001", "right to the listing of what is no DN: gone" },
	{ E1, PUT, "habDroitFonctionnement", STAFF, "E001", "right to the listing of 921-0003 (v.staff), who is no agent" },
	{ E1, PUT, "habDroitDisponibilites", BOB, "E001",
	  "right to the free places of 921-0002 (bob), an agent of another provider" },
	{ E1, PUT, "habDroitFonctionnement", CLEO, "E001",
	  "right to the listing of 751-0001 (cleo), an agent of another Caf" },
	{ E1, SET, "habGestionnaire", NULL, "E001", "has no manager" },
	{ E1, SET, "habGestionnaire", "habFournisseurId=F009,ou=fournisseurs," C921, "E001", "its manager is no provider" },
	{ E1, SET, "habGestionnaire", FAR, "E001", "its manager F751 is a provider of another Caf" },
	{ E1, SET, "habGestionnaire", CLUB, "E001", "has rights, and its manager F002 no convention" },
	{ E1, SET, "habTypeEtablissement", "CRECHE", "E001", "unknown type CRECHE" },
	{ E1, SET, "habTypeEtablissement", "ALSH", "E001", "category MULTI_ACCUEIL of an Eaje on the type ALSH" },
	{ E1, SET, "habTypeEtablissement", "ALSH", "E001", "rights to free places on the type ALSH" },
	{ E1, SET, "habCategorieEaje", "GARDERIE", "E001", "unknown category GARDERIE" },
	{ E1, CUT, "cn", "Les\0Lucioles", "E001", "cn has a value with a NUL byte" },
	{ ANNE, CUT, "habStatut", "active\0x", "921-0001 (anne)", "habStatut has a value with a NUL byte" },
	{ E2, SET, "habTypeEtablissement", "EAJE", "E002", "an Eaje without the class habEaje" },
	{ E2, PUT, "habDroitFonctionnement", ANNE, "E002", "has rights, and no convention of F001 covers it" },
	{ E2, RENAME, NULL, "habEtablissementId=E002," C921, "E002", "stands under no Caf's ou=etablissements" },
	{ E2, SET, "habEtablissementId", "e001", E1, "has the same habEtablissementId as " E2 },
	{ G1, SET, "habStatut", "terminee", "E001", "has rights, and no convention in force: 921-1 is not active" },
	{ G1, SET, "habStatut", "finie", "921-1", "unknown status finie" },
	{ G1, SET, "habTaciteReconduction", "FALSE", NULL, NULL },
	{ G1, SET, "habDateEffet", "20260113000000Z", "921-1",
	  "takes effect on 2026-01-13, and its later signature is of 2026-01-12" },
	{ G1, SET, "habDateSignatureCaf", NULL, "921-1", "is active and lacks a date of signature" },
	{ G1, SET, "habDateEcheance", NULL, "921-1", "has no due date" },
	{ G1, SET, "habDateEcheance", "20251231000000Z", "921-1", "is due before it takes effect" },
	{ G1, PUT, "habDateResiliation", "20260201000000Z", NULL, NULL },
	{ G1, PUT, "habDateResiliation", "20261012000000Z", NULL, NULL },
	{ G1, PUT, "habDateResiliation", "20261013000000Z", "921-1",
	  "ends on 2027-01-12, and its letter of termination was received on 2026-10-13, after the last day of notice "
	  "(2026-10-12): it should end on 2028-01-12" },
	{ G1, PUT, "habEtablissementCouvert", "habEtablissementId=E9,ou=etablissements," C921, "921-1",
	  "covers what is no establishment" },
	{ G1, RENAME, NULL, "habConventionNumero=921-1," C921, "921-1", "a convention under no provider" },
	{ E2, SET, "habGestionnaire", CLUB, NULL, NULL },
	{ TOWN, SET, "habSiret", "21920078900018", "F001", "SIRET 21920078900018 has a wrong key" },
	{ CLUB, SET, "habSiret", "21920078900010", "F001", "has the same SIRET as F002" },
	{ CLUB, SET, "habSiret", "21920078900010", "F002", "has the same SIRET as F001" },
	{ CLUB, SET, "habStatut", "ouvert", "F002", "unknown status ouvert" },
	{ FAR, SET, "habFournisseurId", "f002", CLUB, "has the same habFournisseurId as " FAR },
	{ C921, SET, "habVoiesRecours", NULL, "Caf 921", "lacks a text the law asks for: habVoiesRecours" },
	{ C921, SET, "mail", NULL, "Caf 921", "lacks a text the law asks for: postalAddress or mail" },
	{ C751, SET, "habSilence", "peut-etre", "Caf 751", "unknown silence rule peut-etre" },
};

/* --- the tree as entries --- */

static struct attribute *attribute_of(struct arena *a, struct entry *e, const char *name)
{
	for (size_t i = 0; i < e->n; i++)
		if (strcasecmp(e->v[i].name, name) == 0)
			return &e->v[i];
	e->v = arena_more(a, e->v, e->n, sizeof *e->v);
	e->v[e->n] = (struct attribute){ name, NULL, 0 };
	return &e->v[e->n++];
}

static void put(struct arena *a, struct entry *e, const char *name, struct bytes value)
{
	struct attribute *t = attribute_of(a, e, name);

	t->v = arena_more(a, t->v, t->n, sizeof *t->v);
	t->v[t->n++] = value;
}

static struct entries tree_entries(struct arena *a)
{
	struct entries list = { arena_array(a, ENTRIES_MAX, struct entry), 0 };
	char *text = arena_strdup(a, tree), *rest = text;

	for (char *s; (s = strsep(&rest, "\n")) && *s;) {
		if (*s == '@') {
			struct entry *e = &list.v[list.n++];

			*e = (struct entry){ .dn = s + 1 };
			e->uuid.b[0] = (uint8_t)list.n;
			continue;
		}
		char *colon = strstr(s, ": ");

		*colon = '\0';
		put(a, &list.v[list.n - 1], s, bytes_of(colon + 2));
	}
	return list;
}

static void apply(struct arena *a, struct entries *list, size_t i)
{
	struct entry *e = NULL;

	for (size_t j = 0; j < list->n; j++)
		if (strcmp(list->v[j].dn, cases[i].dn) == 0)
			e = &list->v[j];
	assert_non_null(e);
	if (cases[i].how == RENAME) {
		e->dn = cases[i].value;
		return;
	}
	if (cases[i].how == CUT) {
		attribute_of(a, e, cases[i].attribute)->n = 0;
		put(a, e, cases[i].attribute,
		    (struct bytes){ (const uint8_t *)cases[i].value, strlen(cases[i].value) + 2 });
		return;
	}
	if (cases[i].how == SET)
		attribute_of(a, e, cases[i].attribute)->n = 0;
	if (cases[i].value)
		put(a, e, cases[i].attribute, bytes_of(cases[i].value));
}

static bool has_finding(const struct lint_report *r, const char *subject, const char *what)
{
	for (size_t i = 0; i < r->n; i++)
		if (strcmp(r->v[i].subject, subject) == 0 && strncmp(r->v[i].what, what, strlen(what)) == 0)
			return true;
	return false;
}

static void print(const struct lint_report *r)
{
	for (size_t i = 0; i < r->n; i++)
		print_message("    %s: %s\n", r->v[i].subject, r->v[i].what);
}

static void test_a_whole_tree_has_no_finding(void **state)
{
	AUTO_ARENA struct arena *a = arena_new();
	struct entries list = tree_entries(a);
	struct lint_report r;

	(void)state;
	assert_int_equal(directory_lint(a, &list, TODAY, &nothing, &r), ERR_OK);
	print(&r);
	assert_int_equal(r.n, 0);
	assert_int_equal(r.entries, list.n);
}

static void test_each_broken_thing_is_named(void **state)
{
	(void)state;
	for (size_t i = 0; i < LENGTH(cases); i++) {
		AUTO_ARENA struct arena *a = arena_new();
		struct entries list = tree_entries(a);
		struct lint_report r;

		apply(a, &list, i);
		assert_int_equal(directory_lint(a, &list, TODAY, &nothing, &r), ERR_OK);
		print_message("%s %s=%s\n", cases[i].dn, cases[i].attribute ? cases[i].attribute : "",
			      cases[i].value ? cases[i].value : "");
		print(&r);
		if (cases[i].subject)
			assert_true(has_finding(&r, cases[i].subject, cases[i].what));
		else
			assert_int_equal(r.n, 0);
	}
}

/* Whoever is back has a second entry, and his address in both. */
static void test_an_address_of_somebody_who_left_may_be_another_s(void **state)
{
	static const char *const statuses[] = { "terminee", "suspendue" };

	(void)state;
	for (size_t i = 0; i < LENGTH(statuses); i++) {
		AUTO_ARENA struct arena *a = arena_new();
		struct entries list = tree_entries(a);
		struct lint_report r;

		for (size_t j = 0; j < list.n; j++) {
			if (strcmp(list.v[j].dn, BOB) != 0)
				continue;
			attribute_of(a, &list.v[j], "mail")->v[0] = bytes_of("anne@ville.example");
			attribute_of(a, &list.v[j], "habStatut")->v[0] = bytes_of(statuses[i]);
		}
		assert_int_equal(directory_lint(a, &list, TODAY, &nothing, &r), ERR_OK);
		print(&r);
		assert_int_equal(has_finding(&r, "921-0001 (anne)", "has the same mail address as 921-0002 (bob)"), i == 1);
	}
}

/* Nobody is of another provider where there is none. */
static void test_without_a_manager_is_one_finding(void **state)
{
	static const char *const managers[] = { NULL, "habFournisseurId=F009,ou=fournisseurs," C921 };

	(void)state;
	for (size_t i = 0; i < LENGTH(managers); i++) {
		AUTO_ARENA struct arena *a = arena_new();
		struct entries list = tree_entries(a);
		struct lint_report r;

		for (size_t j = 0; j < list.n; j++) {
			if (strcmp(list.v[j].dn, E1) != 0)
				continue;
			attribute_of(a, &list.v[j], "habGestionnaire")->n = 0;
			if (managers[i])
				put(a, &list.v[j], "habGestionnaire", bytes_of(managers[i]));
		}
		assert_int_equal(directory_lint(a, &list, TODAY, &nothing, &r), ERR_OK);
		print(&r);
		assert_true(has_finding(&r, "E001", managers[i] ? "its manager is no provider" : "has no manager"));
		/* the convention covers what somebody else manages, as far as the directory says */
		assert_int_equal(r.n, managers[i] ? 2 : 1);
	}
}

/* A convention that ran out: its own finding and that of what it covered. */
static void test_a_term_in_the_past_is_told_of_both(void **state)
{
	AUTO_ARENA struct arena *a = arena_new();
	struct entries list = tree_entries(a);
	struct lint_report r;

	(void)state;
	for (size_t i = 0; i < list.n; i++)
		if (entry_is(&list.v[i], "habConvention"))
			attribute_of(a, &list.v[i], "habTaciteReconduction")->v[0] = bytes_of("FALSE");
	assert_int_equal(directory_lint(a, &list, TODAY + 400, &nothing, &r), ERR_OK);
	print(&r);
	assert_true(has_finding(&r, "921-1", "is past its term (2027-01-12) and still active"));
	assert_true(has_finding(&r, "E001", "has rights, and no convention in force: 921-1 is past its term"));
	assert_int_equal(r.n, 2);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_a_whole_tree_has_no_finding),
		cmocka_unit_test(test_each_broken_thing_is_named),
		cmocka_unit_test(test_an_address_of_somebody_who_left_may_be_another_s),
		cmocka_unit_test(test_without_a_manager_is_one_finding),
		cmocka_unit_test(test_a_term_in_the_past_is_told_of_both),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
