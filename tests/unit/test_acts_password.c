/* Strength of passwords, by table. */
#include "test_acts_store.h"

#include "acts/who.h"

enum verdict { GOOD, EMPTY, SHORT, LONG, WEAK, BROKEN };

static const char *const said[] = {
	[EMPTY] = "Saisissez", [SHORT] = "au moins",          [LONG] = "au plus",
	[WEAK] = "se devine",  [BROKEN] = "ne peut pas être",
};

#define TEN "0123456789"
#define HUNDRED TEN TEN TEN TEN TEN TEN TEN TEN TEN TEN

static const struct {
	const char *password;
	enum verdict agent, staff; /* staff must reach 80 bits */
} cases[] = {
	{ "", EMPTY, EMPTY },
	{ "abc", SHORT, SHORT },
	{ "éàèùêâî", SHORT, SHORT }, /* 7 characters, 14 bytes */
	{ "motdepasse", WEAK, WEAK },
	{ "Motdepasse1", WEAK, WEAK },
	{ "azertyuiop", WEAK, WEAK },
	{ "password", WEAK, WEAK },
	{ "12345678", WEAK, WEAK },
	{ "aaaaaaaaaaaa", WEAK, WEAK },
	{ "23111998", WEAK, WEAK },
	{ "querrien2026", WEAK, WEAK },
	{ "Maëlle.Querrien", WEAK, WEAK },
	{ "MAËLLE2026!", WEAK, WEAK },
	{ "éléphant", WEAK, WEAK },
	{ "préférée", WEAK, WEAK },
	{ "Hélène92", WEAK, WEAK },
	{ "éàèùçêî1", WEAK, WEAK },
	{ "m.querrien92", WEAK, WEAK },
	{ "VDA-4821!", WEAK, WEAK },
	{ "Valmoreau2026", WEAK, WEAK },
	{ "kR7#vq2Z", GOOD, WEAK },
	{ "velours-boussole-gravier-83", GOOD, GOOD },
	{ "nuage-tambour-citron-41", WEAK, WEAK }, /* shown on our own page */
	{ "fX9$wq!2Lm#zT7", GOOD, GOOD },
	{ "хлеб-соль-окно-зима", GOOD, GOOD },
	{ "pf7Xw 2m Qz", GOOD, WEAK },
	{ "d’Aubigné de La Tour-Maubourg", GOOD, GOOD }, /* somebody else's name */
	{ "Querrien — Maëlle (Querrien)", WEAK, WEAK },
	{ "« Ville de Valmoreau » & Ville", WEAK, WEAK },
	{ "Coordinatrice de l’éveil culturel", WEAK, WEAK },
	{ "Saint-Elvin-des-Rives", WEAK, WEAK },
	{ "6, place du Bac", WEAK, WEAK },
	{ "Valmoreau boussole gravier chandelle 83", GOOD, GOOD },
	{ "Crèche Les Tourterelles", WEAK, WEAK },
	{ "tourterelles.2026", WEAK, WEAK },
	{ "ruche-5-sources", WEAK, WEAK }, /* an establishment of his, the fifty-ninth by name */
	{ "Lucioles Querrien Tourterelles", WEAK, WEAK },
	{ "Halte des Écureuils roux", GOOD, GOOD }, /* a right that was taken away */
	{ "219200360", WEAK, WEAK },
	{ "219 200 360 Aa", WEAK, WEAK },
	{ "01.99.00.45.21", WEAK, WEAK },
	{ "+33 1 99 00 45 21", WEAK, WEAK },
	{ "h-castelneau", WEAK, WEAK },
	{ "Hervé Castelneau, maire", WEAK, WEAK },
	{ "m o t d e p a s s e", WEAK, WEAK },
	{ "M-O-T-D-E-P-A-S-S-E", WEAK, WEAK },
	{ "m·o·t·d·e·p·a·s·s·e", WEAK, WEAK },
	{ "m-o.t-d.e-p.a-s.s-e", WEAK, WEAK },
	{ "mo td ep as se", WEAK, WEAK },
	{ "p @ s s w 0 r d", WEAK, WEAK },
	{ "d_e_m_o_c_r_a_t_i_e", WEAK, WEAK },
	{ "é l é p h a n t", WEAK, WEAK },
	{ "q u e r r i e n", WEAK, WEAK },
	{ "k 7 v q 2 z m x w 4", GOOD, GOOD },
	{ "a!n#t$o&n%i(e)", GOOD, WEAK }, /* these marks are a secret */
	{ "cabestan vitrail oseille", GOOD, WEAK },
	{ "cabestan.vitrail.oseille.burin", GOOD, GOOD },
	{ "le chat dort sur le toit", GOOD, GOOD },
	{ "J’ai 2 chats à 3 pattes", GOOD, GOOD },
	{ "kR7#\xC3(vq2Z", BROKEN, BROKEN },
	{ HUNDRED TEN TEN "abcdefgh1", LONG, LONG },
};

#define HIM "uid=m.querrien,habfournisseurid=v"
#define MANY 60

static void give(struct world *w, struct agreement *g, uint8_t n, const char *name, unsigned families)
{
	struct establishment e = establishment_of(w, n, arena_printf(w->a, "ETAB3%03d", n), "eaje");
	const uint8_t value[] = { (uint8_t)families, FAMILY_LISTING };

	e.name = name;
	if (families)
		strs_add(w->a, &e.listing_keys, HIM);
	strs_add(w->a, &g->covered_keys, e.key);
	put_establishment(w, &e);
	put_record(w, TABLE_MIRROR_RIGHT, mirror_right_key(w->a, HIM, e.uuid), key_bytes(value, sizeof value));
}

/* He has rights on sixty establishments; sixty more words of five letters are those of their names. */
static void give_establishments(struct world *w)
{
	struct agreement g;

	codec_default(&agreement_codec, &g);
	g.uuid = uuid_of(91);
	g.key = "habconventionnumero=1";
	g.provider_key = "habfournisseurid=v";
	g.status = "active";
	g.effect = day_today() - 100;
	g.signatory = "Hervé Castelneau";
	for (int i = 0; i < MANY - 2; i++)
		give(w, &g, (uint8_t)(100 + i),
		     arena_printf(w->a, "Jardin d’éveil %c%cbol%c de Valmoreau", 'A' + i / 4, "aeio"[i % 4], 'a' + i % 7),
		     FAMILY_LISTING);
	give(w, &g, 198, "Crèche Les Tourterelles", FAMILY_LISTING);
	give(w, &g, 199, "Ruche aux Cinq Sources", FAMILY_LISTING);
	give(w, &g, 200, "Halte des Écureuils", 0);
	put_record(w, TABLE_MIRROR_AGREEMENT, key_bytes(g.uuid.b, 16), agreement_encode(w->a, &g));
}

static int sixty_establishments(void **state)
{
	struct world *w = world_new();
	struct visitor *v = &w->agent;

	give_establishments(w);
	v->provider.uuid = uuid_of(92);
	v->provider.caf = "921";
	v->person.uid = "m.querrien";
	v->person.key = HIM;
	v->person.status = "active";
	v->person.provider_key = v->provider.key = "habfournisseurid=v";
	v->person.mail = "m.querrien@valmoreau.example";
	v->person.title = "Coordinatrice de l’éveil culturel";
	v->provider.address = "6 place du Bac\n00450 Saint-Elvin-des-Rives";
	v->provider.siret = "21920036000018";
	v->provider.phone = "+33199004521";
	put_record(w, TABLE_MIRROR_PROVIDER, key_bytes(v->provider.uuid.b, 16), provider_encode(w->a, &v->provider));
	w->settings.site_name = "Accueil enfant";
	w->settings.password_min_length = 8;
	w->settings.password_bits = 50;
	w->settings.password_staff_bits = 80;
	*state = w;
	return 0;
}

/* An agent of whom as much is asked as of staff. */
static void judge(struct world *w, const char *password, size_t n, bool staff, enum verdict wanted)
{
	AUTO_ARENA struct arena *a = arena_new();
	struct settings settings = w->settings;
	struct app app = w->app;
	struct faults faults = { 0 };

	app.settings = &settings;
	if (staff)
		settings.password_bits = settings.password_staff_bits;
	assert_int_equal(password_judge(&app, a, &w->agent, (struct bytes){ (const uint8_t *)password, n }, &faults),
			 ERR_OK);
	const char *fault = fault_of(&faults, "nouveau");

	print_message("%s: %s\n", password, fault ? fault : "good");
	if (wanted == GOOD) {
		assert_null(fault);
		return;
	}
	assert_non_null(fault);
	assert_non_null(strstr(fault, said[wanted]));
}

static void test_a_password_is_judged(void **state)
{
	for (size_t i = 0; i < LENGTH(cases); i++) {
		judge(*state, cases[i].password, strlen(cases[i].password), false, cases[i].agent);
		judge(*state, cases[i].password, strlen(cases[i].password), true, cases[i].staff);
	}
}

static void test_a_nul_does_not_end_a_password(void **state)
{
	judge(*state, "nuage-tambour\0-citron-41", 24, false, BROKEN);
}

static void test_more_is_asked_of_staff(void **state)
{
	struct world *w = *state;
	struct faults faults = { 0 };

	w->reviewer.person.uid = "o.marchenoir";
	assert_int_equal(password_judge(&w->app, w->a, &w->reviewer, bytes_of("kR7#vq2Z"), &faults), ERR_OK);
	assert_non_null(strstr(fault_of(&faults, "nouveau"), "quatre ou cinq mots"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_a_password_is_judged),
		cmocka_unit_test(test_a_nul_does_not_end_a_password),
		cmocka_unit_test(test_more_is_asked_of_staff),
	};

	return cmocka_run_group_tests(tests, sixty_establishments, world_teardown);
}
