#include "base/french.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

static const struct {
	const char *name, *de, *a;
} names[] = {
	{ "Valmoreau", "de Valmoreau", "à Valmoreau" },
	{ "Aurillac", "d’Aurillac", "à Aurillac" },
	{ "Orléans", "d’Orléans", "à Orléans" },
	{ "Évreux", "d’Évreux", "à Évreux" },
	{ "Œting", "d’Œting", "à Œting" },
	{ "Le Mans", "du Mans", "au Mans" },
	{ "Le Havre", "du Havre", "au Havre" },
	{ "Les Lilas", "des Lilas", "aux Lilas" },
	{ "Lesneven", "de Lesneven", "à Lesneven" },
	{ "Lens", "de Lens", "à Lens" },
	{ "La Rochelle", "de La Rochelle", "à La Rochelle" },
	{ "L'Isle-Adam", "de L'Isle-Adam", "à L'Isle-Adam" },
	{ "Le", "de Le", "à Le" },
	/* nothing tells the silent H of Hyères from that of Le Havre */
	{ "Hyères", "de Hyères", "à Hyères" },
	{ "Honfleur", "de Honfleur", "à Honfleur" },
	{ "Yvetot", "d’Yvetot", "à Yvetot" },
	{ "Yerres", "d’Yerres", "à Yerres" },
	{ "Yutz", "de Yutz", "à Yutz" },
	{ "Yenne", "de Yenne", "à Yenne" },
	{ "Y", "d’Y", "à Y" },
	{ "", "de ", "à " },
};

static void test_a_name_after_de_and_a(void **state)
{
	(void)state;
	for (size_t i = 0; i < LENGTH(names); i++) {
		AUTO_ARENA struct arena *a = arena_new();

		assert_string_equal(french_de(a, names[i].name), names[i].de);
		assert_string_equal(french_a(a, names[i].name), names[i].a);
	}
}

static const struct {
	const char *name, *le, *de;
} bodies[] = {
	{ "Commune de Courtebise", "la Commune de Courtebise", "de la Commune de Courtebise" },
	{ "Association Arc-en-ciel", "l’Association Arc-en-ciel", "de l’Association Arc-en-ciel" },
	{ "Conseil départemental", "le Conseil départemental", "du Conseil départemental" },
	{ "Service Partenaires", "le Service Partenaires", "du Service Partenaires" },
	{ "Multi-accueil des Tilleuls", "le Multi-accueil des Tilleuls", "du Multi-accueil des Tilleuls" },
	{ "Accueil de loisirs du Parc", "l’Accueil de loisirs du Parc", "de l’Accueil de loisirs du Parc" },
	{ "Micro-crèche Câlin", "la Micro-crèche Câlin", "de la Micro-crèche Câlin" },
	{ "Coopérative des Coteaux", "la Coopérative des Coteaux", "de la Coopérative des Coteaux" },
	{ "Caf des Hauts-de-Seine", "la Caf des Hauts-de-Seine", "de la Caf des Hauts-de-Seine" },
	{ "Les Petits Tisserands", "Les Petits Tisserands", "des Petits Tisserands" },
	{ "Crèches et Cie", "Crèches et Cie", "de Crèches et Cie" },
	{ "Unipetit", "Unipetit", "d’Unipetit" },
};

static void test_a_body_has_its_article(void **state)
{
	(void)state;
	for (size_t i = 0; i < LENGTH(bodies); i++) {
		AUTO_ARENA struct arena *a = arena_new();

		assert_string_equal(french_le(a, bodies[i].name), bodies[i].le);
		assert_string_equal(french_de(a, french_le(a, bodies[i].name)), bodies[i].de);
	}
}

static void test_names_are_joined(void **state)
{
	const char *people[] = { "Agnès", "Damien", "Luce" };
	static const char *const joined[] = { "", "Agnès", "Agnès et Damien", "Agnès, Damien et Luce" };
	AUTO_ARENA struct arena *a = arena_new();

	(void)state;
	for (size_t n = 0; n < LENGTH(joined); n++)
		assert_string_equal(french_list(a, &(struct strs){ people, n }), joined[n]);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_a_name_after_de_and_a),
		cmocka_unit_test(test_a_body_has_its_article),
		cmocka_unit_test(test_names_are_joined),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
