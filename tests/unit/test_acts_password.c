/* Strength of passwords, by table. */
#include "acts/who.h"

#include <string.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

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
	{ "kR7#\xC3(vq2Z", BROKEN, BROKEN },
	{ HUNDRED TEN TEN "abcdefgh1", LONG, LONG },
};

static struct visitor visitor_of(bool agent)
{
	struct visitor v = { .known = true };

	codec_default(&person_codec, &v.person);
	codec_default(&provider_codec, &v.provider);
	codec_default(&caf_codec, &v.caf);
	v.person.uid = "m.querrien";
	v.person.number = "VDA-4821";
	v.person.name = "Maëlle Querrien";
	v.person.mail = "m.querrien@valmoreau.example";
	v.person.agent = agent;
	v.provider.name = "Ville de Valmoreau";
	v.person.title = "Coordinatrice de l’éveil culturel";
	v.provider.address = "6 place du Bac\n00450 Saint-Elvin-des-Rives";
	return v;
}

static const struct settings settings = {
	.site_name = "Accueil enfant", .password_min_length = 8, .password_bits = 50, .password_staff_bits = 80
};

static void judge(const char *password, size_t n, bool agent, enum verdict wanted)
{
	AUTO_ARENA struct arena *a = arena_new();
	struct app app = { .settings = &settings };
	struct visitor who = visitor_of(agent);
	struct faults faults = { 0 };

	password_judge(&app, a, &who, (struct bytes){ (const uint8_t *)password, n }, &faults);
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
	(void)state;
	for (size_t i = 0; i < LENGTH(cases); i++) {
		judge(cases[i].password, strlen(cases[i].password), true, cases[i].agent);
		judge(cases[i].password, strlen(cases[i].password), false, cases[i].staff);
	}
}

static void test_a_nul_does_not_end_a_password(void **state)
{
	(void)state;
	judge("nuage-tambour\0-citron-41", 24, true, BROKEN);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_a_password_is_judged),
		cmocka_unit_test(test_a_nul_does_not_end_a_password),
	};

	secret_init();
	return cmocka_run_group_tests(tests, NULL, NULL);
}
