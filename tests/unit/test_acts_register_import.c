/* The import's files one by one: each cell by its rule, each fault with line and column. */
#include "acts/register_import.h"

#include "base/text.h"

#include <string.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#define PLACES "nom;type;categorie;capacite;avip;adresse;code_postal;commune;code_insee;coordonnees\n"
#define PEOPLE "identifiant;numero;nom;prenom;courriel;telephone;fournisseur;statut\n"
#define DEALS "numero;fournisseur;signature_fournisseur;signature_caf;tacite_reconduction;etablissements\n"

/* column NULL: no fault */
static const struct {
	enum import_kind kind;
	const char *text;
	size_t line;
	const char *column, *what;
} cases[] = {
	{ IMPORT_PROVIDER, "nom,siret,adresse,code_postal,commune,courriel\nVille,219 200 789 00010,2 rue A,92390,V,a@b.fr\n",
	  0, NULL, NULL },
	{ IMPORT_PROVIDER,
	  "Nom;SIRET;Adresse;Code postal;Commune;Courriel\nVille;21920078900010;2 rue A;92390;V;a@b.fr\n", 0, NULL, NULL },
	{ IMPORT_PROVIDER, "nom;siret;adresse;code_postal;commune\nV;21920078900010;2 rue A;92390;V\n", 1, "courriel",
	  "the column is missing" },
	{ IMPORT_PROVIDER, "nom;siret;adresse;code_postal;commune;courriel;Nom\n", 1, "Nom", "the column stands twice" },
	{ IMPORT_PROVIDER, "nom;siret;adresse;code_postal;commune;courriel;couleur\n", 1, "couleur", "unknown column" },
	{ IMPORT_PROVIDER, "nom;siret;adresse;code_postal;commune;courriel\nV;21920078900011;r;92390;V;a@b.fr\n", 2,
	  "siret", "a SIRET has 14 digits" },
	{ IMPORT_PROVIDER, "nom;siret;adresse;code_postal;commune;courriel\nV;21920078900010;r;9239;V;a@b.fr\n", 2,
	  "code_postal", "a postal code" },
	{ IMPORT_PROVIDER, "nom;siret;adresse;code_postal;commune;courriel\nV;21920078900010;r;92390;V;a@b\n", 2,
	  "courriel", "no mail address" },
	{ IMPORT_PROVIDER, "nom;siret;adresse;code_postal;commune;courriel\n;21920078900010;r;92390;V;a@b.fr\n", 2,
	  "nom", "is empty" },
	{ IMPORT_PROVIDER, "nom;siret;adresse;code_postal;commune;courriel\nV;21920078900010;r;92390;V;a@b.fr;x\n", 2,
	  "", "7 cells, and the header has 6" },
	{ IMPORT_PROVIDER, "nom;siret;adresse;code_postal;commune;courriel\nV;21920078900010;r;92390;V\n", 2, "",
	  "5 cells, and the header has 6" },
	{ IMPORT_RIGHT, "personne;etablissement;fonctionnement;places\n921-0001;E001;oui\n", 2, "",
	  "3 cells, and the header has 4" },
	{ IMPORT_PROVIDER, "nom;siret\n\"V;2\n", 2, "nom", "a quoted cell never ends" },
	{ IMPORT_PROVIDER, "nom;siret;adresse;code_postal;commune;courriel;\n", 1, "7", "unknown column" },
	{ IMPORT_PROVIDER, "nom;siret;adresse;code_postal;commune;courri\xE9l\n", 1, "6", "no UTF-8" },
	{ IMPORT_PROVIDER,
	  "nom;siret;adresse;code_postal;commune;courriel\nCr\xE8"
	  "che;21920078900010;r;92390;V;a@b.fr\n",
	  2, "nom", "no UTF-8, or control characters in it" },
	{ IMPORT_PROVIDER, "nom;siret;adresse;code_postal;commune;courriel\nC;21920078900010;r\x01;92390;V;a@b.fr\n", 2,
	  "adresse", "no UTF-8, or control characters in it" },
	{ IMPORT_ESTABLISHMENT, PLACES "Les Lucioles;eaje;multi_accueil;24;oui;1 rue A;92390;V;92078;48.9353 2.3231\n",
	  0, NULL, NULL },
	{ IMPORT_ESTABLISHMENT, PLACES "HG A;halte-garderie;;18;;1 rue A;92390;V;92078;\n", 0, NULL, NULL },
	{ IMPORT_ESTABLISHMENT, PLACES "AL A;Accueil de loisirs;;;non;1 rue A;92390;V;92078;\n", 0, NULL, NULL },
	{ IMPORT_ESTABLISHMENT, PLACES "AL A;Accueil de loisirs;;18;;1 rue A;92390;V;92078;\n", 2, "capacite",
	  "only an Eaje has one" },
	{ IMPORT_ESTABLISHMENT, PLACES "A;piscine;multi_accueil;12;;1 rue A;92390;V;92078;\n", 2, "type", "unknown type" },
	{ IMPORT_ESTABLISHMENT, PLACES "A;;;;;1 rue A;92390;V;92078;\n", 2, "type", "is empty" },
	{ IMPORT_ESTABLISHMENT, PLACES "A;eaje;garderie;;;1 rue A;92390;V;92078;\n", 2, "categorie", "unknown category" },
	{ IMPORT_ESTABLISHMENT, PLACES "A;eaje;;0;;1 rue A;92390;V;92078;\n", 2, "capacite", "a number from 1 to 999" },
	{ IMPORT_ESTABLISHMENT, PLACES "A;eaje;;;peut-être;1 rue A;92390;V;92078;\n", 2, "avip", "oui or non" },
	{ IMPORT_ESTABLISHMENT, PLACES "A;eaje;;;;1 rue A;92390;V;92O78;\n", 2, "code_insee", "an INSEE code" },
	{ IMPORT_ESTABLISHMENT, PLACES "A;eaje;;;;1 rue A;92390;V;92078;48,9\n", 2, "coordonnees", "latitude and longitude" },
	{ IMPORT_ESTABLISHMENT, PLACES "A;eaje;;;;1 rue A;92390;V;92078;--- ...\n", 2, "coordonnees",
	  "latitude and longitude" },
	{ IMPORT_ESTABLISHMENT, PLACES "A;eaje;;;;1 rue A;92390;V;92078;1.2.3 4\n", 2, "coordonnees",
	  "latitude and longitude" },
	{ IMPORT_ESTABLISHMENT, PLACES "A;eaje;;;;1 rue A;92390;V;92078;999 999\n", 2, "coordonnees",
	  "latitude and longitude" },
	{ IMPORT_ESTABLISHMENT, PLACES "\"A\nB\";eaje;;;;1 rue A;92390;V;92078;\nC;eaje;;;;r;9;V;92078;\n", 2, "nom",
	  "holds a line break" },
	{ IMPORT_ESTABLISHMENT, PLACES "\"A\nB\";eaje;;;;1 rue A;92390;V;92078;\nC;eaje;;;;r;9;V;92078;\n", 4,
	  "code_postal", "a postal code" },
	{ IMPORT_AGREEMENT, DEALS "921-2026-0001;F001;05/01/2026;2026-01-12;non;E001, E002\n", 0, NULL, NULL },
	{ IMPORT_AGREEMENT, DEALS "921/2026;F001;05/01/2026;12/01/2026;;E001\n", 2, "numero", "4 to 24" },
	{ IMPORT_AGREEMENT, DEALS "921-2026-0001;F001;31/02/2026;12/01/2026;;E001\n", 2, "signature_fournisseur",
	  "a day is written" },
	{ IMPORT_AGREEMENT, DEALS "921-2026-0001;F001;05/01/2026;12/01/2026;;\n", 2, "etablissements", "is empty" },
	{ IMPORT_PERSON, PEOPLE "j.martin;921-0001;Martin;Jeanne;j@v.example;01 99 00 12 74;F001;Active\n", 0, NULL, NULL },
	{ IMPORT_PERSON, PEOPLE "J.Martin;;Martin;Jeanne;j@v.example;;F001;\n", 2, "identifiant", "3 to 32 small letters" },
	{ IMPORT_PERSON, PEOPLE "j.martin;12;Martin;Jeanne;j@v.example;;F001;\n", 2, "numero", "6 to 16" },
	{ IMPORT_PERSON, PEOPLE "j.martin;;Martin;Jeanne;j@v.example;123;F001;\n", 2, "telephone", "a phone number" },
	{ IMPORT_PERSON, PEOPLE "j.martin;;Martin;Jeanne;j@v.example;;F001;partie\n", 2, "statut",
	  "active, suspendue or terminee" },
	{ IMPORT_RIGHT, "personne;etablissement;fonctionnement;places\n921-0001;E001;oui;non\n", 0, NULL, NULL },
	{ IMPORT_RIGHT, "personne;etablissement;fonctionnement;places\n921-0001;E001;peut-être;\n", 2, "fonctionnement",
	  "oui or non" },
	{ IMPORT_RIGHT, "personne;etablissement;fonctionnement;places\n921-0001;=E001;oui;\n", 0, NULL, NULL },
};

static void test_each_cell_has_its_rule(void **state)
{
	(void)state;
	for (size_t i = 0; i < LENGTH(cases); i++) {
		AUTO_ARENA struct arena *a = arena_new();
		struct import *m = import_new(a, &(struct import_options){ .caf = "921", .today = 20500 });
		const struct import_fault *v;
		size_t n, found = 0, at_line = 0;

		import_take(m, cases[i].kind, bytes_of(cases[i].text));
		v = import_faults(m, &n);
		print_message("%s %s", import_files[cases[i].kind], cases[i].text);
		for (size_t j = 0; j < n; j++) {
			print_message("    %s:%zu: %s: %s\n", v[j].file, v[j].line, v[j].column, v[j].what);
			at_line += v[j].line == cases[i].line;
			found += cases[i].column && v[j].line == cases[i].line &&
				 strcmp(v[j].column, cases[i].column) == 0 &&
				 strncmp(v[j].what, cases[i].what, strlen(cases[i].what)) == 0;
		}
		if (cases[i].column)
			assert_true(found == 1 && at_line == 1);
		else
			assert_int_equal(n, 0);
	}
}

/* What is typed, and how the directory spells it: its constraints (ldap/directory/overlays.ldif.in) take nothing else. */
static const struct {
	const char *type, *category, *capacity, *point;
	const char *spelled[4];
} spellings[] = {
	{ "EAJE", "MULTI_ACCUEIL", "24", "48.9353 2.3231", { "EAJE", "MULTI_ACCUEIL", "24", "48.9353 2.3231" } },
	{ "eaje", "multi-accueil", "012", "48.9353   2.3231", { "EAJE", "MULTI_ACCUEIL", "12", "48.9353 2.3231" } },
	{ "Eaje", "", "", "48.9353,2.3231", { NULL } },
	{ "halte-garderie", "", "007", "-14.2 -61", { "EAJE", "CRECHE_COLLECTIVE", "7", "-14.2 -61" } },
	{ "ALSH", "", "", "", { "ALSH", "", "", "" } },
	{ "Rpe", "", "", "", { "RPE", "", "", "" } },
	{ "LAEP", "", "", "", { "LAEP", "", "", "" } },
	{ "Ludothèque", "", "", "", { "LUDOTHEQUE", "", "", "" } },
	{ "Aide_Domicile", "", "", "", { "AIDE_DOMICILE", "", "", "" } },
};

static void test_cells_take_the_directorys_spelling(void **state)
{
	static const size_t cells[] = { PLACE_TYPE, PLACE_CATEGORY, PLACE_CAPACITY, PLACE_POINT };

	(void)state;
	for (size_t i = 0; i < LENGTH(spellings); i++) {
		AUTO_ARENA struct arena *a = arena_new();
		struct import *m = import_new(a, &(struct import_options){ .caf = "921", .today = 20500 });
		size_t n;

		import_take(m, IMPORT_ESTABLISHMENT,
			    bytes_of(arena_printf(a, "%sA;%s;%s;%s;;1 rue A;92390;V;92078;\"%s\"\n", PLACES,
						  spellings[i].type, spellings[i].category, spellings[i].capacity,
						  spellings[i].point)));
		(void)import_faults(m, &n);
		print_message("%s %s %s %s\n", spellings[i].type, spellings[i].category, spellings[i].capacity,
			      spellings[i].point);
		assert_int_equal(n, spellings[i].spelled[0] ? 0 : 1);
		for (size_t j = 0; j < LENGTH(cells) && spellings[i].spelled[j]; j++)
			assert_string_equal(m->files[IMPORT_ESTABLISHMENT].v[0].cell[cells[j]], spellings[i].spelled[j]);
	}
}

static void test_a_file_stands_once(void **state)
{
	AUTO_ARENA struct arena *a = arena_new();
	struct import *m = import_new(a, &(struct import_options){ .caf = "921" });
	size_t n;

	(void)state;
	import_take(m, IMPORT_RIGHT, bytes_of("personne;etablissement\n"));
	import_take(m, IMPORT_RIGHT, bytes_of("personne;etablissement\n"));
	assert_string_equal(import_faults(m, &n)[0].what, "the file stands twice");
	assert_int_equal(n, 1);
	assert_int_equal(import_kind_of("droits.csv"), IMPORT_RIGHT);
	assert_int_equal(import_kind_of("Droits.csv"), IMPORT__MAX);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_each_cell_has_its_rule),
		cmocka_unit_test(test_cells_take_the_directorys_spelling),
		cmocka_unit_test(test_a_file_stands_once),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
