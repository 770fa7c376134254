/* Jobs of the directory against a real slapd, as cn=greffe: brought about once, however often they run. */
#include "clerk/edit.h"

#include "acts/edit.h"
#include "base/clock.h"
#include "tests/unit/test_ldap_slapd.h"

#include <signal.h>
#include <string.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#define FRESH "uid=tsall," PROVIDER
#define AGREEMENT "habConventionNumero=921-2026-0001," PROVIDER

static const char *reason;
static struct strs csns;

static enum err run(struct directory *d, struct arena *a, const struct edits *x)
{
	reason = "";
	csns = (struct strs){ 0 };
	return edit_run(d, a, SUFFIX, edits_lines(x), &csns, &reason);
}

static struct entry read_entry(struct directory *d, struct arena *a, const char *dn)
{
	static const char *const all[] = { "*", "entryCSN", NULL };
	struct entry e;

	assert_int_equal(directory_read(d, a, dn, all, &e), ERR_OK);
	return e;
}

static const char *csn(struct directory *d, struct arena *a, const char *dn)
{
	struct entry e = read_entry(d, a, dn);

	return entry_text(&e, "entryCSN");
}

static struct edits *activation(struct arena *a)
{
	struct edits *x = edits_new(a);

	edits_make(x, AGREEMENT, "habConvention");
	edits_set(x, "habConventionNumero", "921-2026-0001");
	edits_set(x, "habStatut", "active");
	edits_set(x, "habDateEffet", "20260706000000Z");
	edits_set(x, "habSignataireNom", "");
	edits_put(x, "habEtablissementCouvert", PLACE);
	edits_make(x, FRESH, "inetOrgPerson habAgent");
	edits_set(x, "uid", "tsall");
	edits_set(x, "cn", "Théo Sall");
	edits_set(x, "sn", "Sall");
	edits_set(x, "mail", "theo.sall@ville.example");
	edits_set(x, "habAgentNumero", "921-10002");
	edits_first(x, "habStatut", "active");
	edits_first(x, "habDemandeMotDePasse", "TRUE");
	return x;
}

static void made_once(void **state)
{
	AUTO_ARENA struct arena *a = arena_new();
	AUTO_DIRECTORY struct directory *d = slapd_open(SERVICE_CLERK);
	struct edits *x = activation(a);

	(void)state;
	assert_int_equal(run(d, a, x), ERR_OK);
	struct entry e = read_entry(d, a, FRESH), g = read_entry(d, a, AGREEMENT);

	assert_string_equal(entry_text(&e, "cn"), "Théo Sall");
	assert_true(entry_is(&e, "habAgent"));
	assert_string_equal(entry_text(&g, "habDateEffet"), "20260706000000Z");
	assert_string_equal(entry_text(&e, "habStatut"), "active");
	assert_string_equal(entry_text(&e, "habDemandeMotDePasse"), "TRUE");
	const char *before = csn(d, a, FRESH), *before_g = csn(d, a, AGREEMENT);

	/* what it wrote, as the directory's log names it; nothing when it runs again */
	assert_int_equal(csns.n, 2);
	assert_string_equal(csns.v[0], before_g);
	assert_string_equal(csns.v[1], before);
	assert_int_equal(run(d, a, x), ERR_OK);
	assert_int_equal(csns.n, 0);
	assert_string_equal(csn(d, a, FRESH), before);
	assert_string_equal(csn(d, a, AGREEMENT), before_g);
}

/* What was made half is finished: only what differs is written. */
static void finished(void **state)
{
	AUTO_ARENA struct arena *a = arena_new();
	AUTO_DIRECTORY struct directory *d = slapd_open(SERVICE_CLERK);

	(void)state;
	slapd_change("dn: " FRESH "\nchangetype: modify\nreplace: cn\ncn: Autre\n-\nadd: title\ntitle: Directeur\n"
		     "-\nreplace: habStatut\nhabStatut: suspendue\n-\ndelete: habDemandeMotDePasse\n");
	assert_int_equal(run(d, a, activation(a)), ERR_OK);
	struct entry e = read_entry(d, a, FRESH);

	assert_string_equal(entry_text(&e, "cn"), "Théo Sall");
	assert_string_equal(entry_text(&e, "title"), "Directeur");
	/* what is given with the entry only does not come back */
	assert_string_equal(entry_text(&e, "habStatut"), "suspendue");
	assert_null(entry_text(&e, "habDemandeMotDePasse"));
}

static struct edits *rights(struct arena *a, struct uuid place)
{
	struct edits *x = edits_new(a);

	edits_on(x, place);
	edits_drop(x, "habDroitFonctionnement", AGENT);
	edits_put(x, "habDroitDisponibilites", "UID=TSall,  habFournisseurId=F001,ou=fournisseurs," CAF);
	edits_set(x, "habCapacite", "40");
	edits_set(x, "cn", "Les Lucioles");
	return x;
}

static void by_uuid(void **state)
{
	AUTO_ARENA struct arena *a = arena_new();
	AUTO_DIRECTORY struct directory *d = slapd_open(SERVICE_CLERK);
	struct edits *x = rights(a, read_entry(d, a, PLACE).uuid);

	(void)state;
	assert_int_equal(run(d, a, x), ERR_OK);
	struct entry e = read_entry(d, a, PLACE);

	assert_int_equal(entry_texts(a, &e, "habDroitFonctionnement").n, 0);
	assert_int_equal(entry_texts(a, &e, "habDroitDisponibilites").n, 1);
	assert_string_equal(entry_text(&e, "habCapacite"), "40");
	const char *before = csn(d, a, PLACE);

	assert_int_equal(run(d, a, x), ERR_OK);
	assert_string_equal(csn(d, a, PLACE), before);
	/* a case is a change where the value is a text */
	x = edits_new(a);
	edits_on(x, e.uuid);
	edits_set(x, "cn", "Les LUCIOLES");
	assert_int_equal(run(d, a, x), ERR_OK);
	e = read_entry(d, a, PLACE);
	assert_string_equal(entry_text(&e, "cn"), "Les LUCIOLES");
}

static void renamed(void **state)
{
	AUTO_ARENA struct arena *a = arena_new();
	AUTO_DIRECTORY struct directory *d = slapd_open(SERVICE_CLERK);
	struct edits *x = edits_new(a);

	(void)state;
	edits_on(x, read_entry(d, a, AGREEMENT).uuid);
	edits_set(x, "habStatut", "terminee");
	edits_set(x, "habDateEffet", "202607060000Z");
	slapd_change("dn: " AGREEMENT "\nchangetype: modrdn\nnewrdn: habConventionNumero=921-2026-0002\ndeleteoldrdn: 1\n");
	assert_int_equal(run(d, a, x), ERR_OK);
	struct entry e = read_entry(d, a, "habConventionNumero=921-2026-0002," PROVIDER);

	assert_string_equal(entry_text(&e, "habStatut"), "terminee");
	/* the same day spelt otherwise is no change */
	assert_string_equal(entry_text(&e, "habDateEffet"), "20260706000000Z");
}

/* A value with a NUL, which tools can store, goes with the others. */
static void binary(void **state)
{
	AUTO_ARENA struct arena *a = arena_new();
	AUTO_DIRECTORY struct directory *d = slapd_open(SERVICE_CLERK);
	struct edits *x = edits_new(a);

	(void)state;
	edits_on(x, read_entry(d, a, AGENT).uuid);
	edits_set(x, "description", "");
	assert_int_equal(run(d, a, x), ERR_OK);
	struct entry e = read_entry(d, a, AGENT);

	for (size_t i = 0; i < e.n; i++)
		assert_string_not_equal(e.v[i].name, "description");
}

static void refused(void **state)
{
	static const struct {
		const char *dn, *classes, *attribute, *value, *code;
	} bad[] = {
		{ FRESH, "inetOrgPerson habAgent", "mail", "pas une adresse", "(19)" },
		{ FRESH, "inetOrgPerson habAgent", "habStatut", "partie", "(19)" },
		{ FRESH, "inetOrgPerson habAgent", "habNulle", "x", "(17)" },
		{ FRESH, "inetOrgPerson habAgent", "habDateEffet", "hier", "(21)" },
		{ FRESH, "inetOrgPerson habAgent", "userPassword", "secret", "(50)" },
		{ "uid=x,habFournisseurId=F999,ou=fournisseurs," CAF, "inetOrgPerson habAgent", "sn", "x", "(65)" },
		{ "uid=nouveau," PROVIDER, "inetOrgPerson habAgent", "sn", "x", "(65)" },
		{ "cn=valideurs,ou=roles," CAF, "groupOfNames", "member", AGENT, "(32)" },
	};
	AUTO_DIRECTORY struct directory *d = slapd_open(SERVICE_CLERK);

	(void)state;
	for (size_t i = 0; i < LENGTH(bad); i++) {
		AUTO_ARENA struct arena *a = arena_new();
		struct edits *x = edits_new(a);

		edits_make(x, bad[i].dn, bad[i].classes);
		edits_set(x, bad[i].attribute, bad[i].value);
		/* the others are brought about all the same */
		edits_on(x, read_entry(d, a, AGENT).uuid);
		edits_set(x, "title", arena_printf(a, "titre %zu", i));
		assert_int_equal(run(d, a, x), ERR_INVALID);
		if (!strstr(reason, bad[i].code))
			print_message("%s\n", reason);
		assert_non_null(strstr(reason, "entry 1 of 2"));
		assert_non_null(strstr(reason, bad[i].code));
		assert_null(strstr(reason, bad[i].value));
		struct entry e = read_entry(d, a, AGENT);

		assert_string_equal(entry_text(&e, "title"), arena_printf(a, "titre %zu", i));
	}
}

static void nothing_behind_what_it_needs(void **state)
{
	AUTO_ARENA struct arena *a = arena_new();
	AUTO_DIRECTORY struct directory *d = slapd_open(SERVICE_CLERK);
	struct edits *x = edits_new(a);

	(void)state;
	edits_make(x, FRESH, "inetOrgPerson habAgent");
	edits_set(x, "mail", "pas une adresse");
	edits_needed(x);
	edits_on(x, read_entry(d, a, AGENT).uuid);
	edits_set(x, "title", "jamais");
	assert_int_equal(run(d, a, x), ERR_INVALID);
	assert_non_null(strstr(reason, "entry 1 of 2"));
	struct entry e = read_entry(d, a, AGENT);

	assert_string_not_equal(entry_text(&e, "title"), "jamais");
}

static void gone(void **state)
{
	AUTO_ARENA struct arena *a = arena_new();
	AUTO_DIRECTORY struct directory *d = slapd_open(SERVICE_CLERK);
	struct edits *x = edits_new(a);
	struct strs nonsense = { 0 };

	(void)state;
	edits_on(x, uuid_new());
	edits_set(x, "habStatut", "terminee");
	assert_int_equal(run(d, a, x), ERR_INVALID);
	strs_add(a, &nonsense, "?");
	assert_int_equal(edit_run(d, a, SUFFIX, &nonsense, &csns, &reason), ERR_INVALID);
}

static void left_to_who_changed_it(void **state)
{
	static const char *const csn[] = { "entryCSN", NULL };
	AUTO_ARENA struct arena *a = arena_new();
	AUTO_DIRECTORY struct directory *d = slapd_open(SERVICE_CLERK);
	struct entry e = read_entry(d, a, AGENT), seen;
	struct edits *x = edits_new(a);

	(void)state;
	slapd_change("dn: " AGENT "\nchangetype: modify\nreplace: habDemandeMotDePasse\nhabDemandeMotDePasse: TRUE\n");
	assert_int_equal(directory_read(d, a, AGENT, csn, &seen), ERR_OK);
	edits_on(x, e.uuid);
	edits_while(x, "entryCSN", entry_text(&seen, "entryCSN"));
	edits_set(x, "habDemandeMotDePasse", "");
	assert_int_equal(run(d, a, x), ERR_OK);
	e = read_entry(d, a, AGENT);
	assert_null(entry_text(&e, "habDemandeMotDePasse"));
	/* asked again, and the job done again */
	slapd_change("dn: " AGENT "\nchangetype: modify\nreplace: habDemandeMotDePasse\nhabDemandeMotDePasse: TRUE\n");
	assert_int_equal(run(d, a, x), ERR_OK);
	e = read_entry(d, a, AGENT);
	assert_string_equal(entry_text(&e, "habDemandeMotDePasse"), "TRUE");
	slapd_change("dn: " AGENT "\nchangetype: modify\ndelete: habDemandeMotDePasse\n");
}

static void removed(void **state)
{
	AUTO_ARENA struct arena *a = arena_new();
	AUTO_DIRECTORY struct directory *d = slapd_open(SERVICE_CLERK);
	struct entry e = read_entry(d, a, FRESH), gone;
	struct edits *taken_back = edits_new(a), *x = edits_new(a);

	(void)state;
	slapd_change("dn: " FRESH "\nchangetype: modify\nreplace: habStatut\nhabStatut: active\n");
	edits_remove(taken_back, e.uuid);
	assert_int_equal(run(d, a, taken_back), ERR_INVALID);
	edits_while(taken_back, "habStatut", "terminee");
	assert_int_equal(run(d, a, taken_back), ERR_INVALID);
	edits_remove(x, e.uuid);
	edits_while(x, "habStatut", "active");
	assert_int_equal(run(d, a, x), ERR_OK);
	assert_int_equal(directory_read(d, a, FRESH, NULL, &gone), ERR_NOTFOUND);
	assert_int_equal(run(d, a, x), ERR_OK);
	/* a change without a condition has missed its entry; one with a condition has nothing to do any more */
	x = edits_new(a);
	edits_on(x, e.uuid);
	edits_set(x, "title", "Adjointe");
	assert_int_equal(run(d, a, x), ERR_INVALID);
	edits_while(x, "habStatut", "active");
	assert_int_equal(run(d, a, x), ERR_OK);
}

static void away(void **state)
{
	AUTO_ARENA struct arena *a = arena_new();
	AUTO_DIRECTORY struct directory *d = slapd_open(SERVICE_CLERK);
	struct edits *x = edits_new(a);

	(void)state;
	edits_on(x, read_entry(d, a, AGENT).uuid);
	edits_set(x, "title", "Adjointe");
	slapd_stop(SIGTERM);
	assert_int_equal(run(d, a, x), ERR_UNAVAILABLE);
	slapd_start();
	assert_int_equal(run(d, a, x), ERR_OK);
	struct entry e = read_entry(d, a, AGENT);

	assert_string_equal(entry_text(&e, "title"), "Adjointe");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(made_once),
		cmocka_unit_test(finished),
		cmocka_unit_test(by_uuid),
		cmocka_unit_test(renamed),
		cmocka_unit_test(binary),
		cmocka_unit_test(refused),
		cmocka_unit_test(nothing_behind_what_it_needs),
		cmocka_unit_test(gone),
		cmocka_unit_test(left_to_who_changed_it),
		cmocka_unit_test(removed),
		cmocka_unit_test(away),
	};

	return cmocka_run_group_tests(tests, slapd_set_up, slapd_tear_down);
}
