/* Amendments and notices of a convention: what each asks for, and what becomes of it. */
#include "tests/unit/test_acts_service.h"

#include "acts/agent.h"
#include "acts/amendment.h"
#include "acts/edit.h"
#include "acts/handover.h"
#include "acts/outcome.h"
#include "acts/termination.h"

#define T0 ((int64_t)1795532400000) /* 2026-11-24, 15 h in Paris */

static int set_up(void **state)
{
	if (stage_set_up(state))
		return -1;
	clock_test_offset(T0 - clock_now());
	slapd_change(PERSON("uid=b.admin," STAFF, "habPersonnel", "b.admin", "Berthe Admin", "921-0003") "\n" GROUP(
		"cn=administrateurs,ou=roles," CAF, "administrateurs", "uid=b.admin," STAFF)
			     MODIFY(AGREEMENT) "replace: habDateEffet\nhabDateEffet: 20260726000000Z\n-\n"
					       "replace: habDateEcheance\nhabDateEcheance: 20270726000000Z\n");
	stage_poll(*state);
	return 0;
}

struct file {
	struct visitor who;
	struct agreement g;
	struct provider p;
};

static struct file file_now(struct stage *s)
{
	struct file f = { .who = s->from };
	struct person p;
	AUTO_TXN struct txn t = txn_read(s->app.store, STORE_MAIN);

	assert_int_equal(person_by_name(&t, s->a, 'u', "b.admin", &p), ERR_OK);
	assert_int_equal(visitor_fill(&s->app, s->a, &p, &f.who), ERR_OK);
	f.who.known = true;
	assert_int_equal(caf_agreement_find(&s->app, s->a, &f.who, "921-2026-0001", &f.g, &f.p, NULL), ERR_OK);
	return f;
}

static struct input typed(struct stage *s, const struct form *form, const char *text)
{
	struct pair *raw;
	struct input in;
	size_t n;

	assert_int_equal(urlencoded_parse(s->a, bytes_of(text), &raw, &n), ERR_OK);
	assert_int_equal(input_take(s->a, form, raw, n, &in), ERR_OK);
	return in;
}

static const char *last_lines(struct stage *s)
{
	AUTO_TXN struct txn t = txn_read(s->app.store, STORE_MAIN);
	AUTO_SCAN struct scan scan = scan_prefix_back(&t, TABLE_JOB, BYTES_NONE);
	struct buf b = buf_new(s->a);
	struct job j;

	assert_true(scan_next(&scan));
	assert_int_equal(job_decode(s->a, scan.record.payload, &j), ERR_OK);
	for (size_t i = 0; i < j.lines.n; i++)
		buf_printf(&b, "%s|", j.lines.v[i]);
	return buf_str(&b);
}

static void settle(struct stage *s, const char *what)
{
	struct changeset *cs = changeset_new(s->a);
	struct file f = file_now(s);

	outcome_put(s->a, cs, agreement_outcome_key(s->a, &f.g, what), &(struct outcome){ .state = "done" });
	assert_int_equal(changeset_commit(s->app.store, cs, NULL), ERR_OK);
}

#define SIGNED "&reference=AV-1&signature_fournisseur=20/11/2026&signature_caf=23/11/2026"
#define SOMEBODY \
	"nature=personne&nom=Aubrac&prenom=Lise&fonction=Directrice&courriel=l.aubrac@ville.example&fonctionnement=E0001"

static const struct {
	const char *what, *form, *fault; /* fault NULL: it is written */
	const char *lines;               /* what must stand in the job */
} amendments[] = {
	{ "nothing signed", SOMEBODY, "signature_caf", NULL },
	{ "no reference", SOMEBODY "&signature_fournisseur=20/11/2026&signature_caf=23/11/2026", "reference", NULL },
	{ "signed tomorrow", SOMEBODY "&reference=AV-1&signature_fournisseur=20/11/2026&signature_caf=25/11/2026",
	  "signature_caf", NULL },
	{ "signed before the convention",
	  SOMEBODY "&reference=AV-1&signature_fournisseur=25/07/2026&signature_caf=23/11/2026", "signature_fournisseur",
	  NULL },
	{ "signed on no day", SOMEBODY "&reference=AV-1&signature_fournisseur=31/02/2026&signature_caf=23/11/2026",
	  "signature_fournisseur", NULL },
	{ "no name", "nature=personne&prenom=Lise&fonction=D&courriel=l@ville.example&fonctionnement=E0001" SIGNED,
	  "nom", NULL },
	{ "no address", "nature=personne&nom=A&prenom=L&fonction=D&courriel=l@&fonctionnement=E0001" SIGNED, "courriel",
	  NULL },
	{ "another's address",
	  "nature=personne&nom=A&prenom=L&fonction=D&courriel=pdurand@ville.example&fonctionnement=E0001" SIGNED,
	  "partage", NULL },
	{ "somebody the provider has",
	  "nature=personne&nom=DURAND&prenom=paul&fonction=D&courriel=p@ville.example&fonctionnement=E0001" SIGNED,
	  "homonyme", NULL },
	{ "no right", "nature=personne&nom=A&prenom=L&fonction=D&courriel=l@ville.example" SIGNED, "fonctionnement", NULL },
	{ "an establishment not covered",
	  "nature=personne&nom=A&prenom=L&fonction=D&courriel=l@ville.example&places=E0009" SIGNED, "places", NULL },
	{ "somebody new", SOMEBODY "&places=E0001" SIGNED, NULL, "+habDroitDisponibilites: uid=l.aubrac," PROVIDER "|" },
	{ "a right nobody has", "nature=droit&agent=A-000002&fonctionnement=E0001" SIGNED, NULL,
	  "+habDroitFonctionnement: " SECOND_AGENT "|" },
	{ "a right he has", "nature=droit&agent=A-000001&fonctionnement=E0001" SIGNED, "fonctionnement", NULL },
	{ "a right of nobody", "nature=droit&agent=A-999999&fonctionnement=E0001" SIGNED, "agent", NULL },
	{ "a right of the Caf's own", "nature=droit&agent=921-0001&fonctionnement=E0001" SIGNED, "agent", NULL },
	{ "taken away at once", "nature=retrait-droit&agent=A-000001&fonctionnement=E0001", NULL,
	  "-habDroitFonctionnement: " AGENT "|" },
	{ "taken from who has it not", "nature=retrait-droit&agent=A-000002&places=E0001", "fonctionnement", NULL },
	{ "an establishment that is in", "nature=etablissement&etablissement=E0001" SIGNED, "etablissement", NULL },
	{ "an establishment nobody knows", "nature=etablissement&etablissement=E0999" SIGNED, "etablissement", NULL },
	{ "out without a word", "nature=retrait-etablissement&etablissement=E0001", "confirmer", NULL },
	{ "out", "nature=retrait-etablissement&etablissement=E0001&confirmer=oui", NULL,
	  "-habEtablissementCouvert: " PLACE "|" },
};

static void test_what_an_amendment_asks_for(void **state)
{
	struct stage *s = *state;
	struct file f = file_now(s);
	size_t written = 0, n;
	struct amendment *v;

	for (size_t i = 0; i < LENGTH(amendments); i++) {
		struct input in = typed(s, &amendment_form, amendments[i].form);
		struct faults faults = { 0 };

		print_message("%s\n", amendments[i].what);
		assert_int_equal(agreement_amend(&s->app, s->a, &f.who, &f.g, &f.p, &in, &faults),
				 amendments[i].fault ? ERR_INVALID : ERR_OK);
		if (amendments[i].fault)
			assert_non_null(fault_of(&faults, amendments[i].fault));
		else
			assert_non_null(strstr(last_lines(s), amendments[i].lines));
		written += !amendments[i].fault;
		/* until the clerk has done it, nobody builds upon it */
		if (!amendments[i].fault)
			assert_int_equal(agreement_amend(&s->app, s->a, &f.who, &f.g, &f.p, &in, &faults), ERR_CONFLICT);
		settle(s, "avenant");
	}
	assert_int_equal(records_of(s, EVENT_AGREEMENT_AMENDED), written);
	assert_int_equal(amendments_of(&s->app, s->a, &f.g, &v, &n), ERR_OK);
	assert_int_equal(n, written);
	assert_string_equal(v[0].kind, "add");
	assert_string_equal(v[0].reference, "AV-1");
	assert_string_equal(v[0].lines.v[0],
			    "Ajout d’une personne : Lise Aubrac (921-00001), Directrice, l.aubrac@ville.example");
	assert_string_equal(v[n - 1].kind, "remove");
	assert_string_equal(v[n - 1].lines.v[1], "Retrait de droit : Jeanne Martin (A-000001), Lucioles, fonctionnement");
}

/* The newest first, as the convention's file and the 409 tell them: names of those the mirror has, else the codes. */
static const struct {
	const char *label, *what;
} told[] = {
	{ "Retrait enregistré", "convention 921-2026-0001, n° 4, retrait d’un établissement : Lucioles (E0001) ; "
				"Jeanne Martin (A-000001), fonctionnement" },
	{ "Retrait enregistré", "convention 921-2026-0001, n° 3, retrait d’un droit : Jeanne Martin (A-000001) ; "
				"fonctionnement sur Lucioles (E0001)" },
	{ "Avenant enregistré", "convention 921-2026-0001, avenant n° 2, ajout d’un droit : Paul Durand (A-000002) ; "
				"fonctionnement sur Lucioles (E0001)" },
	{ "Avenant enregistré", "convention 921-2026-0001, avenant n° 1, ajout d’une personne : 921-00001 ; "
				"fonctionnement et places libres sur Lucioles (E0001)" },
};

static void test_a_withdrawal_is_no_amendment(void **state)
{
	struct stage *s = *state;
	struct file f = file_now(s);
	struct deed *v;
	size_t n;

	assert_int_equal(agreement_history(&s->app, s->a, &f.g, &f.p, 100, &v, &n), ERR_OK);
	assert_int_equal(n, LENGTH(told));
	for (size_t i = 0; i < n; i++) {
		assert_string_equal(v[i].label, told[i].label);
		assert_string_equal(v[i].what, told[i].what);
	}
	assert_int_equal(agreement_history(&s->app, s->a, &f.g, &f.p, 1, &v, &n), ERR_OK);
	assert_int_equal(n, 1);
	assert_string_equal(v[0].label, "Retrait enregistré");
}

/* Of an amendment his own rights; of an establishment that came or went, and of an activation, those that name him. */
static void test_a_person_s_history_has_what_changed_his_rights(void **state)
{
	static const char *const whats[] = {
		"convention 921-2026-0007",
		"convention 921-2026-0001, avenant n° 5, ajout d’un établissement : E0077 ; places libres",
		"convention 921-2026-0001, n° 4, retrait d’un établissement : Lucioles (E0001) ; fonctionnement",
		"convention 921-2026-0001, n° 3, retrait d’un droit : fonctionnement sur Lucioles (E0001)",
	};
	struct stage *s = *state;
	struct file f = file_now(s);
	struct audit_record r = act_record(s->a, &f.who, EVENT_AGREEMENT_AMENDED),
			    in = act_record(s->a, &f.who, EVENT_GRANT_ACTIVATED);
	struct changeset *cs = changeset_new(s->a);
	struct person p;
	struct deed *v;
	size_t n;

	{
		AUTO_TXN struct txn t = txn_read(s->app.store, STORE_MAIN);

		assert_int_equal(person_by_name(&t, s->a, 'u', "jmartin", &p), ERR_OK);
	}
	act_on_agreement(s->a, &r, &f.g, &f.p);
	act_detail(s->a, &r, "kind", "etablissement");
	act_detail(s->a, &r, "establishment", "E0077");
	act_detail(s->a, &r, "right", "A-000002 E0077 1");
	act_detail(s->a, &r, "right", "A-000001 E0077 2");
	act_detail(s->a, &r, "n", "5");
	in.caf = f.p.caf;
	in.provider = f.p.id;
	act_detail(s->a, &in, "agreement", "921-2026-0007");
	act_detail(s->a, &in, "agent", "A-000001");
	changeset_audit(cs, &r);
	assert_int_equal(changeset_commit(s->app.store, cs, NULL), ERR_OK);
	cs = changeset_new(s->a);
	changeset_audit(cs, &in);
	assert_int_equal(changeset_commit(s->app.store, cs, NULL), ERR_OK);
	assert_int_equal(agent_history(&s->app, s->a, &p, 100, &v, &n), ERR_OK);
	assert_int_equal(n, LENGTH(whats));
	for (size_t i = 0; i < n; i++)
		assert_string_equal(v[i].what, whats[i]);
	p.number = "A-00000";
	assert_int_equal(agent_history(&s->app, s->a, &p, 100, &v, &n), ERR_OK);
	assert_int_equal(n, 0);
}

static const char *given_to(struct stage *s, const struct establishment *e)
{
	struct outcome o;

	return outcome_of(&s->app, s->a, outcome_key(s->a, "etablissement", uuid_text(s->a, e->uuid), "gestion"), &o) ?
		       "" :
		       o.to;
}

/* Somebody gives it to another provider, and the mirror does not show it yet. */
static void test_an_establishment_that_goes_elsewhere_is_not_added(void **state)
{
	struct stage *s = *state;
	struct input in = typed(s, &amendment_form, "nature=etablissement&etablissement=E0001" SIGNED);
	struct changeset *cs = changeset_new(s->a);
	struct faults faults = { 0 };
	struct establishment e;
	struct handover h;

	slapd_change(MODIFY(AGREEMENT) "delete: habEtablissementCouvert\n");
	struct file f = file_now(s);

	assert_int_equal(establishment_find(&s->app, s->a, "E0001", &e), ERR_OK);
	assert_int_equal(handover_begin(&s->app, s->a, &e, clock_now(), &h), ERR_OK);
	assert_false(h.under_way);
	handover_add(s->a, cs, &h, "habfournisseurid=f9", clock_now());
	assert_int_equal(changeset_commit(s->app.store, cs, NULL), ERR_OK);
	assert_int_equal(agreement_amend(&s->app, s->a, &f.who, &f.g, &f.p, &in, &faults), ERR_INVALID);
	assert_non_null(strstr(fault_of(&faults, "etablissement"), "est en train de changer de gestionnaire"));
	faults = (struct faults){ 0 };
	f.who.at = clock_now() + 10 * MINUTE_MS;
	assert_int_equal(agreement_amend(&s->app, s->a, &f.who, &f.g, &f.p, &in, &faults), ERR_OK);
	assert_string_equal(given_to(s, &e), f.p.key);
	settle(s, "avenant");
	slapd_change(MODIFY(AGREEMENT) "add: habEtablissementCouvert\nhabEtablissementCouvert: " PLACE "\n");
}

static void test_another_caf_amends_nothing(void **state)
{
	struct stage *s = *state;
	struct file f = file_now(s);
	struct input in = typed(s, &amendment_form, SOMEBODY SIGNED);
	struct faults faults = { 0 };

	f.who.person.caf = "751";
	assert_int_equal(agreement_amend(&s->app, s->a, &f.who, &f.g, &f.p, &in, &faults), ERR_NOTFOUND);
	assert_int_equal(agreement_keep(&s->app, s->a, &f.who, &f.g, &f.p), ERR_NOTFOUND);
}

/* --- notices --- */

static const struct {
	const char *what, *due, *form, *fault;
} letters[] = {
	{ "no number", "20270726", "envoyee=01/11/2026&recue=03/11/2026&par=caf&confirmer=oui", "reference" },
	{ "nobody sent it", "20270726", "reference=RA1&envoyee=01/11/2026&recue=03/11/2026&confirmer=oui", "par" },
	{ "not confirmed", "20270726", "reference=RA1&envoyee=01/11/2026&recue=03/11/2026&par=caf", "confirmer" },
	{ "received tomorrow", "20270726", "reference=RA1&envoyee=01/11/2026&recue=25/11/2026&par=caf&confirmer=oui",
	  "recue" },
	{ "received before it was sent", "20270726",
	  "reference=RA1&envoyee=03/11/2026&recue=01/11/2026&par=caf&confirmer=oui", "recue" },
	{ "older than the convention", "20270726",
	  "reference=RA1&envoyee=25/07/2026&recue=03/11/2026&par=caf&confirmer=oui", "envoyee" },
	{ "a day after the last day", "20270202",
	  "reference=RA1&envoyee=01/11/2026&recue=03/11/2026&par=caf&confirmer=oui", "recue" },
	{ "recorded after the renewal it stopped", "20271103",
	  "reference=RA1&envoyee=01/08/2026&recue=03/08/2026&par=caf&confirmer=oui", "passee" },
	{ "on the last day", "20270203",
	  "reference=RA1&envoyee=01/11/2026&recue=03/11/2026&par=fournisseur&confirmer=oui", NULL },
};

static void test_a_letter_must_come_in_time(void **state)
{
	struct stage *s = *state;

	for (size_t i = 0; i < LENGTH(letters); i++) {
		struct faults faults = { 0 };
		struct input in = typed(s, &termination_form, letters[i].form);

		print_message("%s\n", letters[i].what);
		slapd_change(arena_printf(s->a, MODIFY(AGREEMENT) "replace: habDateEcheance\nhabDateEcheance: %s000000Z\n",
					  letters[i].due));
		stage_poll(s);
		struct file f = file_now(s);

		assert_int_equal(agreement_terminate(&s->app, s->a, &f.who, &f.g, &f.p, &in, &faults),
				 letters[i].fault ? ERR_INVALID : ERR_OK);
		if (letters[i].fault)
			assert_non_null(fault_of(&faults, letters[i].fault));
		if (i == 6)
			assert_non_null(strstr(
				fault_of(&faults, "recue"),
				"peut prendre effet le 2 février 2028, si la lettre est reçue le 2 novembre 2027"));
	}
	assert_non_null(strstr(last_lines(s), "=habDateResiliation: 20261103"));
	assert_non_null(strstr(last_lines(s), "=habReferenceRecommande: RA1|=habDateEcheance: 20270203"));
	assert_int_equal(records_of(s, EVENT_AGREEMENT_NOTICE), 1);
}

static void test_a_notice_is_taken_back_before_the_day(void **state)
{
	struct stage *s = *state;
	struct file f = file_now(s);

	assert_int_equal(agreement_keep(&s->app, s->a, &f.who, &f.g, &f.p), ERR_CONFLICT); /* the job is on its way */
	settle(s, "resiliation");
	assert_int_equal(agreement_keep(&s->app, s->a, &f.who, &f.g, &f.p), ERR_CONFLICT); /* the directory knows of none */
	slapd_change(MODIFY(AGREEMENT) "replace: habDateResiliation\nhabDateResiliation: 20261103000000Z\n");
	assert_int_equal(agreement_keep(&s->app, s->a, &f.who, &f.g, &f.p), ERR_OK);
	assert_non_null(strstr(last_lines(s), "=habDateResiliation: |=habReferenceRecommande: |"));
	struct audit_record r = last_record(s, EVENT_AGREEMENT_NOTICE);

	assert_string_equal(arg_of(&r.details, "cancelled"), "yes");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_what_an_amendment_asks_for),
		cmocka_unit_test(test_a_withdrawal_is_no_amendment),
		cmocka_unit_test(test_a_person_s_history_has_what_changed_his_rights),
		cmocka_unit_test(test_another_caf_amends_nothing),
		cmocka_unit_test(test_an_establishment_that_goes_elsewhere_is_not_added),
		cmocka_unit_test(test_a_letter_must_come_in_time),
		cmocka_unit_test(test_a_notice_is_taken_back_before_the_day),
	};

	return cmocka_run_group_tests(tests, set_up, stage_tear_down);
}
