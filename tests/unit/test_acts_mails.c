/* Mails: what is said, and what is never put into a header. */
#include "acts/mails.h"
#include "acts/rights.h"
#include "store/writer.h"
#include "tests/unit/test_acts_service.h"

/* A mail to a fixed address, as the outbox would hold it. */
static struct mail mail_of(struct arena *a, const char *template, ...)
{
	struct mail m;
	va_list list;

	codec_default(&mail_codec, &m);
	m.template = template;
	m.to = "m.querrien@valmoreau.example";
	m.created = 1795424929000; /* 23 November 2026, 10 h 08 in Paris */
	m.message_id = "<1@accueil.example>";
	m.caf = "921";
	va_start(list, template);
	for (const char *arg; (arg = va_arg(list, const char *));)
		strs_add(a, &m.args, arg);
	va_end(list);
	return m;
}

static enum err render(struct stage *s, struct arena *a, const struct mail *m, struct mail_text *out)
{
	return mail_render(&s->app, a, m, out);
}

static void test_an_accepted_revision_is_told(void **state)
{
	struct stage *s = *state;
	AUTO_ARENA struct arena *a = arena_new();
	struct mail m = mail_of(a, "revision_accepted", "etablissement=Les Lucioles", "n=3", "agent=Maëlle Querrien",
				"url=https://accueil.example/etablissements/les-lucioles-E1", NULL);
	struct mail_text t;

	assert_int_equal(render(s, a, &m, &t), ERR_OK);
	assert_string_equal(t.subject, "Les Lucioles : votre modification est en ligne");
	assert_string_equal(t.body,
			    "Bonjour, la Caf 921 a accepté le 23 novembre 2026 la modification n° 3 envoyée par Maëlle "
			    "Querrien. Les familles la voient ici : https://accueil.example/etablissements/les-lucioles-E1.\n"
			    "\nNous ne vous demanderons jamais votre mot de passe.\n");
	assert_string_equal(t.to, "m.querrien@valmoreau.example");
	assert_string_equal(t.reply_to, "partenaires@caf921.example");
	assert_string_equal(t.message_id, "<1@accueil.example>");
}

static void test_an_establishment_is_named_as_french_wants_it(void **state)
{
	struct stage *s = *state;
	AUTO_ARENA struct arena *a = arena_new();
	struct mail withdrawn = mail_of(a, "listing_withdrawn", "etablissement=Les Lucioles", "motif=", NULL);
	struct mail down = mail_of(a, "taken_down", "etablissement=Crèche du Parc", "agent=Maëlle Querrien",
				   "organisme=Ville de Valmoreau", "quoi=les places libres", NULL);
	struct mail answered = mail_of(a, "report_answered", "etablissement=Arc-en-ciel", "recu=3 mars 2026",
				       "reponse=C’est corrigé.", NULL);
	struct mail_text t;

	assert_int_equal(render(s, a, &withdrawn, &t), ERR_OK);
	assert_non_null(strstr(t.body, "la fiche des Lucioles :"));
	assert_int_equal(render(s, a, &down, &t), ERR_OK);
	assert_non_null(strstr(t.body, "les places libres de la Crèche du Parc."));
	assert_string_equal(t.subject, "Crèche du Parc : la Ville de Valmoreau a retiré les places libres");
	assert_int_equal(render(s, a, &answered, &t), ERR_OK);
	assert_non_null(strstr(t.body, "sur la page d’Arc-en-ciel."));
}

static void test_lines_without_their_value_are_left_out(void **state)
{
	struct stage *s = *state;
	AUTO_ARENA struct arena *a = arena_new();
	struct mail first = mail_of(a, "revision_refused", "etablissement=X", "n=1", "motifs=incomplet",
				    "precision=", "date_fiche=", NULL);
	struct mail later = mail_of(a, "revision_refused", "etablissement=X", "n=2", "motifs=incomplet",
				    "precision=les {caf} heures", "date_fiche=3 mars 2026", NULL);
	struct mail_text t;

	assert_int_equal(render(s, a, &first, &t), ERR_OK);
	assert_null(strstr(t.body, "À corriger"));
	assert_null(strstr(t.body, "reste en ligne"));
	assert_non_null(strstr(t.body, "Votre texte est conservé : https://accueil.example/espace-pro."));
	assert_int_equal(render(s, a, &later, &t), ERR_OK);
	assert_non_null(strstr(t.body, "La fiche du 3 mars 2026 reste en ligne et votre texte est conservé"));
	assert_non_null(strstr(t.body, "À corriger : « les {caf} heures »")); /* a value is not a pattern */
	assert_null(strstr(t.body, "\n?"));
	first = mail_of(a, "revision_refused", "etablissement=X", "n=1", "motifs=Publicité.",
			"precision=Sans publicité.", NULL);
	assert_int_equal(render(s, a, &first, &t), ERR_OK);
	assert_non_null(strstr(t.body, "Motif : Publicité.\n"));
	assert_non_null(strstr(t.body, "À corriger : « Sans publicité. »\n"));
}

static const struct {
	const char *name;
	const char *to, *argument, *message_id, *template;
} refused[] = {
	{ "a header through the subject", NULL, "etablissement=X\r\nBcc: y@z.fr", NULL, NULL },
	{ "a newline in the subject", NULL, "etablissement=X\ny", NULL, NULL },
	{ "a DEL in the subject", NULL, "etablissement=X\x7f", NULL, NULL },
	{ "a header through the address", "a@b.fr\r\nBcc: y@z.fr", NULL, NULL, NULL },
	{ "two addresses", "a@b.fr,c@d.fr", NULL, NULL, NULL },
	{ "an address with a name", "A <a@b.fr>", NULL, NULL, NULL },
	{ "no address", "nobody", NULL, NULL, NULL },
	{ "a header through the identifier", NULL, NULL, "<1@b>\r\nX: y", NULL },
	{ "what is no identifier", NULL, NULL, "1@b", NULL },
	{ "no identifier", NULL, NULL, "", NULL },
	{ "a template nobody wrote", NULL, NULL, NULL, "no_such_mail" },
	{ "a value missing", NULL, "autre=1", NULL, NULL },
};

static void test_what_would_break_a_header_is_refused(void **state)
{
	struct stage *s = *state;

	for (size_t i = 0; i < LENGTH(refused); i++) {
		AUTO_ARENA struct arena *a = arena_new();
		struct mail m =
			mail_of(a, "revision_accepted", refused[i].argument ? refused[i].argument : "etablissement=X",
				"n=1", "agent=A", "url=u", NULL);
		struct mail_text t;

		if (refused[i].to)
			m.to = refused[i].to;
		if (refused[i].message_id)
			m.message_id = refused[i].message_id;
		if (refused[i].template)
			m.template = refused[i].template;
		print_message("%s\n", refused[i].name);
		assert_int_equal(render(s, a, &m, &t), ERR_INVALID);
	}
}

/* Besides those below: of people and conventions. */
static const char *const arguments[] = {
	"ancien=a@b.example",
	"accord=x",
	"lien=x",
	"personnes=x",
	"nouveau=c@d.example",
	"numero=1",
	"fin=f",
	"par=la Caf",
	"reference=r",
	"echeance=e",
	"limite_preavis=l",
	"combien=2",
	"lignes=l",
	"jours_masque=60",
	"recue=d",
	"recours=r",
	"fournisseur=f",
	"identifiant=p.durand",
};

/* Of that template, with every name its text asks for. */
static struct mail_text whole_mail(struct stage *s, struct arena *a, const char *template, const char *caf)
{
	struct mail m =
		mail_of(a, template, "etablissement=X", "n=1", "agent=A", "url=u", "motifs=m", "motif=m", "precision=p",
			"date_fiche=d", "quoi=la fiche", "mdp=m", "expiration=e", "numero=H26-921-00001", "recu=r",
			"organisme=o", "contenu=c", "reponse=r", "refus=r", "recours=v", "donnees=d", NULL);
	struct mail_text t;

	for (size_t k = 0; k < LENGTH(arguments); k++)
		strs_add(a, &m.args, arguments[k]);
	m.caf = caf;
	print_message("%s, Caf « %s »\n", template, caf);
	assert_int_equal(render(s, a, &m, &t), ERR_OK);
	return t;
}

static void assert_none_of(const char *text, const char *const *words)
{
	for (; *words; words++)
		if (strstr(text, *words))
			fail_msg("« %s » in %s", *words, text);
}

/* No row of the table is broken, whether the Caf is known or not. */
static void test_every_template_can_be_written(void **state)
{
	static const char *const holes[] = { "{", "}", "  ", " .", ", ,", " ,", ": .", "()", NULL };
	static const char *const cafs[] = { "921", "999", "" };
	struct stage *s = *state;

	for (size_t i = 0; i < mail_templates_n * LENGTH(cafs); i++) {
		AUTO_ARENA struct arena *a = arena_new();
		struct mail_text t = whole_mail(s, a, mail_templates[i / LENGTH(cafs)].code, cafs[i % LENGTH(cafs)]);

		assert_none_of(t.body, holes);
		assert_none_of(t.subject, holes);
		assert_memory_equal(t.body, "Bonjour, ", strlen("Bonjour, "));
		assert_non_null(strstr(t.body, "\nNous ne vous demanderons jamais votre mot de passe.\n"));
	}
}

static void test_whoever_has_a_name_is_greeted_by_it(void **state)
{
	struct stage *s = *state;
	AUTO_ARENA struct arena *a = arena_new();
	struct mail m = mail_of(a, "access_reopened", "provisoire=", NULL);
	struct mail_text t;
	struct person p;
	{
		AUTO_TXN struct txn r = txn_read(s->app.store, STORE_MAIN);

		assert_int_equal(person_by_name(&r, a, 'u', "pdurand", &p), ERR_OK);
	}
	m.person = p.uuid;
	assert_int_equal(render(s, a, &m, &t), ERR_OK);
	assert_memory_equal(t.body, "Bonjour Paul Durand, votre accès", strlen("Bonjour Paul Durand, votre accès"));
}

#define QUESTION(words) "Pour toute question, " words ".\n"

/* By what its entry tells: a telephone, an address, its name. */
static void test_a_caf_is_reached_by_what_it_has(void **state)
{
	static const struct {
		const char *change, *caf, *question, *contact;
	} rows[] = {
		{ "replace: telephoneNumber\ntelephoneNumber: +33 1 99 00 92 10\n-\nreplace: habServiceNom\n"
		  "habServiceNom: Service Partenaires\n",
		  "921", QUESTION("appelez le Service Partenaires au 01 99 00 92 10"),
		  "Service Partenaires, partenaires@caf921.example, 01 99 00 92 10" },
		{ "replace: telephoneNumber\n", "921",
		  QUESTION("écrivez au Service Partenaires (partenaires@caf921.example)"),
		  "Service Partenaires, partenaires@caf921.example" },
		{ NULL, "999", QUESTION("adressez-vous à votre Caf"), "votre Caf" },
		{ NULL, "", QUESTION("prévenez l’administrateur du service"), "votre Caf" },
	};
	struct stage *s = *state;

	for (size_t i = 0; i < LENGTH(rows); i++) {
		AUTO_ARENA struct arena *a = arena_new();

		if (rows[i].change) {
			slapd_change(arena_printf(a, MODIFY(CAF) "%s", rows[i].change));
			stage_poll(s);
		}
		assert_non_null(strstr(whole_mail(s, a, "agreement_kept", rows[i].caf).body, rows[i].question));
		assert_non_null(strstr(whole_mail(s, a, "request_withdrawn", rows[i].caf).body,
				       arena_printf(a, "votre dossier : %s.\n", rows[i].contact)));
	}
}

/* The reason tells by whom a departure was reported. */
static void test_a_reported_departure_is_told_once(void **state)
{
	struct stage *s = *state;
	AUTO_ARENA struct arena *a = arena_new();
	struct mail m =
		mail_of(a, "access_suspended", "fin=24 novembre 2026", "motif=Fin de mission signalée par Luc A.", NULL);
	struct mail_text t;

	assert_int_equal(render(s, a, &m, &t), ERR_OK);
	assert_non_null(strstr(t.body, "\nDernier jour de mission : 24 novembre 2026.\n"
				       "Motif : « Fin de mission signalée par Luc A. »\n"));
}

/* It is not told to call itself. */
static void test_the_caf_s_copy_leads_to_the_convention(void **state)
{
	static const char *const templates[] = { "agreement_ending", "agreement_finishing", "agreement_ended" };
	static const char *const calls[] = { "appelez", "écrivez", "adressez-vous", NULL };
	struct stage *s = *state;

	for (size_t i = 0; i < LENGTH(templates); i++) {
		AUTO_ARENA struct arena *a = arena_new();
		struct mail m = mail_of(a, templates[i], "organisme=Ville", "numero=921-2026-0001", "echeance=e",
					"limite_preavis=l", "convention=921-2026-0001", NULL);
		struct mail_text t;

		assert_int_equal(render(s, a, &m, &t), ERR_OK);
		assert_non_null(strstr(
			t.body, "\nCopie pour la Caf 921 : https://accueil.example/caf/conventions/921-2026-0001.\n"));
		assert_memory_equal(t.subject, "Ville : la convention 921-2026-0001",
				    strlen("Ville : la convention 921-2026-0001"));
		assert_none_of(t.body, calls);
	}
}

static void test_a_mail_is_a_row_with_an_identifier_of_its_own(void **state)
{
	struct stage *s = *state;
	AUTO_ARENA struct arena *a = arena_new();
	struct mail first, second;

	for (int i = 0; i < 2; i++) {
		struct changeset *cs = changeset_new(a);

		mail_add(&s->app, a, cs, "password_changed", UUID_NONE, "a@b.fr", "921", NULL);
		assert_int_equal(changeset_commit(s->app.store, cs, NULL), ERR_OK);
	}
	AUTO_TXN struct txn t = txn_read(s->app.store, STORE_MAIN);
	AUTO_SCAN struct scan scan = scan_prefix(&t, TABLE_MAIL, BYTES_NONE);

	assert_true(scan_next(&scan));
	assert_int_equal(mail_decode(a, scan.record.payload, &first), ERR_OK);
	assert_true(scan_next(&scan));
	assert_int_equal(mail_decode(a, scan.record.payload, &second), ERR_OK);
	assert_string_equal(first.state, "waiting");
	assert_string_not_equal(first.message_id, second.message_id);
	assert_int_equal(first.tries, 0);
	assert_int_equal(first.next_at, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_an_accepted_revision_is_told),
		cmocka_unit_test(test_an_establishment_is_named_as_french_wants_it),
		cmocka_unit_test(test_lines_without_their_value_are_left_out),
		cmocka_unit_test(test_what_would_break_a_header_is_refused),
		cmocka_unit_test(test_every_template_can_be_written),
		cmocka_unit_test(test_whoever_has_a_name_is_greeted_by_it),
		cmocka_unit_test(test_a_caf_is_reached_by_what_it_has),
		cmocka_unit_test(test_a_reported_departure_is_told_once),
		cmocka_unit_test(test_the_caf_s_copy_leads_to_the_convention),
		cmocka_unit_test(test_a_mail_is_a_row_with_an_identifier_of_its_own),
	};

	return cmocka_run_group_tests(tests, stage_set_up, stage_tear_down);
}
