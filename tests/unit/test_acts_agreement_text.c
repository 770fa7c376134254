/* The convention's text: its canonical form, the document of a request word for word, templates. */
#include "acts/agreement_text.h"
#include "acts/request.h"
#include "tests/unit/test_acts_store.h"

static struct grant_request request_made(struct world *w)
{
	struct request_person p;
	struct grant_request r;

	codec_default(&request_person_codec, &p);
	p.given_name = "Inès";
	p.surname = "Vautrelle";
	p.title = "responsable enfance";
	p.mail = "i.vautrelle@courtebise.example";
	strs_add(w->a, &p.listing, "ETAB2041");
	codec_default(&grant_request_codec, &r);
	r.number = "H26-921-00163";
	r.agreement = "921-2026-0014";
	r.sent_at = T0 - 22 * DAY_MS;
	r.caf = "921";
	r.name = "Commune de Courtebise";
	r.siret = "21920078900015";
	r.address = "Mairie, 3 rue de l’Aumane";
	r.postal_code = "00420";
	r.city = "Courtebise";
	r.signatory = "Jeanne Aubertin, maire";
	r.mail = "mairie@courtebise.example";
	r.phone = "+33199001200";
	strs_add(w->a, &r.listing, "ETAB2041");
	strs_add(w->a, &r.listing, "+1");
	strs_add(w->a, &r.others, "Accueil du Lavoir, 1 rue du Lavoir");
	r.people = request_people_encode(w->a, &p, 1);
	return r;
}

static void put_template(struct world *w, const char *text)
{
	FILE *f;

	w->settings.data_agreement = arena_printf(w->a, "%s/articles.txt", w->dir);
	f = fopen(w->settings.data_agreement, "we");
	assert_non_null(f);
	fputs(text, f);
	fclose(f);
}

/* A byte more or less is another document, and another hash than the one that was signed: never change this text. */
static const char golden[] =
	"T Convention avec Commune de Courtebise\n"
	"P Convention n° 921-2026-0014, sur la demande H26-921-00163 transmise le 2 novembre 2026.\n"
	"C Les parties\tPartie\tCaisse d’allocations familiales\tFournisseur de données\n"
	"R Nom\tCaf des Hauts-de-Seine\tCommune de Courtebise\n"
	"R SIRET\t\t219\u00A0200\u00A0789\u00A000015\n"
	"R Service ou signataire\t\tJeanne Aubertin, maire\n"
	"R Adresse\t\tMairie, 3 rue de l’Aumane, 00420 Courtebise\n"
	"R Courriel\tservice@caf.example\tmairie@courtebise.example\n"
	"R Téléphone\t01 99 00 00 00\t01 99 00 12 00\n"
	"H Article 1\u00A0: objet\n"
	"P La Caf des Hauts-de-Seine et Commune de Courtebise (2 établissements, 1 personne) conviennent de ceci\u00A0:\n"
	"I un point\u202F;\n"
	"I «\u00A0deux\u00A0».\n"
	"P Fin.\n"
	"H Signatures\n"
	"C Fait en deux exemplaires\tSignature\tPour la Caf\tPour le fournisseur de données\n"
	"R Nom et fonction\t\tJeanne Aubertin, maire\n"
	"R Date\t\t\n"
	"R Signature et cachet\t\t\n"
	"B\n"
	"H Annexe 1\u00A0: personnes habilitées et établissements\n"
	"C Personnes habilitées\tNom\tPrénom\tFonction\tCourriel\n"
	"R Vautrelle\tInès\tresponsable enfance\ti.vautrelle@courtebise.example\n"
	"C Établissements\u00A0: informations de fonctionnement\tÉtablissement\tAdresse\tIdentifiant\n"
	"R Les Lucioles\t4 rue du Lavoir, 92390 Villeneuve-la-Garenne\tETAB2041\n"
	"R Accueil du Lavoir, 1 rue du Lavoir\t\t\n"
	"C Établissements\u00A0: places libres\tÉtablissement\tAdresse\tIdentifiant\n"
	"R Aucun\t\t\n"
	"C Ce que chaque personne peut saisir\tPersonne\tInformations de fonctionnement\tPlaces libres\n"
	"R Inès Vautrelle\tLes Lucioles\tAucun\n";

static void test_document(void **state)
{
	struct world *w = *state;
	struct grant_request r = request_made(w);
	struct agreement_text t, again;
	struct caf caf;

	put_template(w, "# Convention avec {organisme}\n\n## Article 1 : objet\nLa {caf} et {organisme}\n({etablissements} établissements, "
			"{personnes} personne) conviennent de ceci :\n- un point ;\n- « deux ».\n\nFin.\n");
	codec_default(&caf_codec, &caf);
	caf.code = "921";
	caf.name = "Caf des Hauts-de-Seine";
	caf.mail = "service@caf.example";
	caf.phone = "+33199000000";
	assert_int_equal(agreement_text_of(&w->app, w->a, &caf, &r, &t), ERR_OK);
	assert_string_equal(agreement_text_write(w->a, &t), golden);
	assert_int_equal(agreement_text_read(w->a, golden, &again), ERR_OK);
	assert_string_equal(agreement_text_write(w->a, &again), golden);
}

/* An establishment the register has not, or none, leaves cells empty that nobody signs. */
static void test_only_the_signatures_wait_for_a_pen(void **state)
{
	struct world *w = *state;
	struct agreement_text t;
	struct buf rows = buf_new(w->a);

	assert_int_equal(agreement_text_read(w->a, golden, &t), ERR_OK);
	for (size_t i = 0; i < t.n; i++)
		for (size_t row = 0; row < t.v[i].n; row++)
			if (agreement_text_by_hand(&t.v[i], row))
				buf_printf(&rows, "%s, ", t.v[i].rows[row].v[0]);
	assert_string_equal(buf_str(&rows), "Date, Signature et cachet, ");
}

static void test_cells_stay_cells(void **state)
{
	struct world *w = *state;
	struct agreement_text t, again;
	struct strs cells = { 0 };
	struct block b = { .kind = BLOCK_TABLE, .text = "a\tb" };

	strs_add(w->a, &b.head, "x\ny");
	strs_add(w->a, &cells, "1\t2\n3");
	b.rows = &cells;
	b.n = 1;
	t = (struct agreement_text){ &b, 1 };
	assert_int_equal(agreement_text_read(w->a, agreement_text_write(w->a, &t), &again), ERR_OK);
	assert_string_equal(again.v[0].text, "a b");
	assert_string_equal(again.v[0].rows[0].v[0], "1 2 3");
}

static void test_other_texts_are_none(void **state)
{
	static const char *const broken[] = { "T no newline", "X x\n",    "R alone\n", "C a\tb\nR 1\t2\n",
					      "C alone\n",    "P a\tb\n", "\n",        "Ttitle\n",
					      "T\n",          "B x\n" };
	struct world *w = *state;
	struct agreement_text t;

	for (size_t i = 0; i < LENGTH(broken); i++) {
		print_message("%s", broken[i]);
		assert_int_equal(agreement_text_read(w->a, broken[i], &t), ERR_CORRUPT);
	}
}

#define NAMES \
	"{caf} {service} {adresse_caf} {courriel_caf} {telephone_caf} {organisme} {siret} {adresse} {signataire} {courriel} " \
	"{telephone} {numero} {demande} {date_demande} {etablissements} {personnes} {le_organisme}"

static const struct {
	const char *text;
	const char *why; /* NULL: good */
} templates[] = {
	{ "## Article\nTexte.", NULL },
	{ "# T\n## A\n{caf} {service} {numero}\n", NULL },
	{ "# T\n## A\n- un\n## B\n1. deux\n", NULL },
	{ "# T\n# U\n## A\nx\n", "line 2: a second title" },
	{ "## A\nx\n### B\n", "line 3: a title begins with \"# \", an article with \"## \", nothing else with \"#\"" },
	{ "## A\n\n## B\nx\n", "line 1: an article without text" },
	{ "## A\nx\n## B\n", "line 3: an article without text" },
	{ "Texte.\n", "no article: a line must begin with \"## \"" },
	{ "## A\n\n{prenom}\n", "line 3: unknown placeholder {prenom}; known: " NAMES },
	{ "## A {caf\nx", "line 1: \"{\" without \"}\"" },
	{ "## A {}\nx", "line 1: unknown placeholder {}; known: " NAMES },
	{ "## A\n{caf} {caf } x\n", "line 2: unknown placeholder {caf }; known: " NAMES },
	{ "## A\n\x01", "not clean UTF-8 text" },
	{ "## A\n\xff", "not clean UTF-8 text" },
	{ "", "no article: a line must begin with \"## \"" },
};

static void test_templates(void **state)
{
	struct world *w = *state;

	for (size_t i = 0; i < LENGTH(templates); i++) {
		const char *clean, *why = NULL;
		enum err e = agreement_template_check(w->a, bytes_of(templates[i].text), &clean, &why);

		print_message("%s\n", templates[i].text);
		assert_int_equal(e, templates[i].why ? ERR_INVALID : ERR_OK);
		if (templates[i].why)
			assert_string_equal(why, templates[i].why);
	}
}

static void test_the_shipped_articles_are_good(void **state)
{
	struct world *w = *state;
	const char *source = getenv("HABILIS_SRC"), *text;

	w->settings.data_agreement = arena_printf(w->a, "%s/acts/data/convention.txt", source ? source : ".");
	assert_int_equal(agreement_template_of(&w->app, w->a, "921", &text), ERR_OK);
	assert_non_null(strstr(text, "trois mois"));
	w->settings.data_agreement = "/nonexistent";
	assert_int_equal(agreement_template_of(&w->app, w->a, "921", &text), ERR_NOTFOUND);
}

static void test_a_caf_sets_its_own(void **state)
{
	struct world *w = *state;
	struct visitor who = { .address = "", .user_agent = "habilisctl", .resume = "" };
	struct audit_record r;
	const char *text, *why;

	assert_int_equal(agreement_template_set(&w->app, w->a, &who, "999", bytes_of("## A\n"), &why), ERR_NOTFOUND);
	assert_int_equal(agreement_template_set(&w->app, w->a, &who, "921", bytes_of("A\n"), &why), ERR_INVALID);
	assert_int_equal(audit_of(w, "template_set", NULL), 0);
	assert_int_equal(agreement_template_set(&w->app, w->a, &who, "921", bytes_of("## A\nDe nous.\n"), &why), ERR_OK);
	assert_int_equal(audit_of(w, "template_set", &r), 1);
	assert_string_equal(r.caf, "921");
	assert_int_equal(agreement_template_of(&w->app, w->a, "921", &text), ERR_OK);
	assert_string_equal(text, "## A\nDe nous.\n");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		world_test(test_document),           world_test(test_only_the_signatures_wait_for_a_pen),
		world_test(test_cells_stay_cells),   world_test(test_other_texts_are_none),
		world_test(test_templates),          world_test(test_the_shipped_articles_are_good),
		world_test(test_a_caf_sets_its_own),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
