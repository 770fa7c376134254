#include "base/input.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>

#define THIN "\u202F"

static const struct choice kinds[] = { { "creche", "Crèche" }, { "alsh", "Accueil de loisirs" }, { NULL, NULL } };

/* clang-format off */
static const struct field fields[] = {
	{ .name = "nom", .label = "Nom", .kind = FIELD_TEXT, .required = true, .max = 10 },
	{ .name = "projet", .label = "Le projet d’accueil", .kind = FIELD_LINES, .max = 1500 },
	{ .name = "courriel", .label = "Courriel", .kind = FIELD_MAIL },
	{ .name = "site", .label = "Site", .kind = FIELD_URL },
	{ .name = "tel", .label = "Téléphone", .kind = FIELD_PHONE, .max = 5 },
	{ .name = "places", .label = "Places", .kind = FIELD_NUMBER, .least = 0, .most = 1200 },
	{ .name = "debut", .label = "Début", .kind = FIELD_DAY },
	{ .name = "heure", .label = "Ouverture", .kind = FIELD_HOUR },
	{ .name = "type", .label = "Type", .kind = FIELD_CHOICE, .choices = kinds },
	{ .name = "types", .label = "Types", .kind = FIELD_SET, .choices = kinds },
	{ .name = "libre", .label = "Libre", .kind = FIELD_SET },
	{ .name = "mdp", .label = "Mot de passe", .kind = FIELD_PASSWORD, .max = 128 },
	{ .name = "csrf", .kind = FIELD_TOKEN, .max = 8 },
	{ .name = "motif", .label = "Motif", .kind = FIELD_TEXT, .required = true, .missing = "Écrivez le motif" },
	{ .name = "action", .label = "Action", .kind = FIELD_BUTTON, .choices = kinds },
};
/* clang-format on */
static const struct form form = { fields, LENGTH(fields) };

static enum err take(struct arena *a, const char *body, struct input *out)
{
	struct pair *raw;
	size_t n;
	enum err e = urlencoded_parse(a, bytes_of(body), &raw, &n);

	return e ? e : input_take(a, &form, raw, n, out);
}

static const struct {
	const char *body;
	enum err e;
} taken[] = {
	{ "", ERR_OK },
	{ "nom=a", ERR_OK },
	{ "motif=x&nom=a", ERR_OK },
	{ "nom=", ERR_OK },
	{ "types=creche&types=alsh", ERR_OK },
	{ "types=creche&nom=a&types=alsh", ERR_OK },
	{ "types=inconnu&type=inconnu&action=inconnu", ERR_OK }, /* a fault, not a refusal */
	{ "projet=a%0D%0Ab%09c", ERR_OK },
	{ "csrf=%20", ERR_OK },
	{ "valide=1", ERR_MALFORMED },
	{ "nom=a&role=admin", ERR_MALFORMED },
	{ "Nom=a", ERR_MALFORMED },
	{ "nom%20=a", ERR_MALFORMED },
	{ "nom=a&nom=a", ERR_MALFORMED },
	{ "nom=a&motif=x&nom=b", ERR_MALFORMED },
	{ "nom=&nom=", ERR_MALFORMED },
	{ "mdp=a&mdp=b", ERR_MALFORMED },
	{ "type=creche&type=alsh", ERR_MALFORMED },
	{ "action=creche&action=alsh", ERR_MALFORMED },
	{ "types=creche&types=creche", ERR_MALFORMED },
	{ "types=creche&types=+creche+", ERR_MALFORMED },
	{ "nom=%C3%28", ERR_MALFORMED },
	{ "nom=%ED%A0%80", ERR_MALFORMED },
	{ "nom=a%0Ab", ERR_MALFORMED },
	{ "nom=a%0D%0ABcc:+x", ERR_MALFORMED },
	{ "projet=a%1B", ERR_MALFORMED },
	{ "nom=a%E2%80%AEb", ERR_OK },
	{ "projet=%F0%9F%AB%BF", ERR_OK }, /* U+1FAFF, not assigned in our tables */
	{ "mdp=%FF", ERR_MALFORMED },
	{ "mdp=a%00b", ERR_MALFORMED },
};

static void test_only_declared_fields_are_taken(void **state)
{
	(void)state;
	for (size_t i = 0; i < LENGTH(taken); i++) {
		AUTO_ARENA struct arena *a = arena_new();
		struct input in = { NULL, 77 };

		print_message("%s\n", taken[i].body);
		assert_int_equal(take(a, taken[i].body, &in), taken[i].e);
		assert_true(!taken[i].e || in.n == 77);
	}
}

static void test_values_are_cleaned(void **state)
{
	AUTO_ARENA struct arena *a = arena_new();
	struct input in;

	(void)state;
	assert_int_equal(take(a, "nom=++e%CC%81t%C3%A9%C2%A0&projet=%0D%0Aun%0D%0Adeux%0D%0A", &in), ERR_OK);
	assert_string_equal(input_get(&in, "nom"), "été");
	assert_string_equal(input_get(&in, "projet"), "un\ndeux");
	assert_int_equal(take(a, "nom=%E2%80%8Fa%E2%80%AEb%E2%81%A9&projet=un+%E2%80%AAmot%E2%80%AC+%F0%9F%AB%BF", &in),
			 ERR_OK);
	assert_string_equal(input_get(&in, "nom"), "ab");
	assert_string_equal(input_get(&in, "projet"), "un mot \uFFFD");
}

static void test_passwords_are_not_cleaned(void **state)
{
	AUTO_ARENA struct arena *a = arena_new();
	struct input in;

	(void)state;
	assert_int_equal(take(a, "mdp=+e%CC%81%09%0A+&types=alsh&types=creche", &in), ERR_OK);
	assert_string_equal(input_get(&in, "mdp"), " e\xCC\x81\t\n ");
	assert_string_equal(input_get(&in, "rien"), "");
	assert_true(input_has(&in, "types", "creche"));
	assert_false(input_has(&in, "types", "Crèche"));
	assert_false(input_has(&in, "nom", "creche"));

	struct strs all = input_all(a, &in, "types");

	assert_int_equal(all.n, 2);
	assert_string_equal(all.v[0], "alsh");
	assert_string_equal(all.v[1], "creche");
	assert_int_equal(input_all(a, &in, "rien").n, 0);
}

static void test_one_more_pair_leaves_the_old_input(void **state)
{
	AUTO_ARENA struct arena *a = arena_new();
	struct input none = { NULL, 0 }, one = input_with(a, &none, "nom", "a"), two = input_with(a, &one, "tel", "b"),
		     other = input_with(a, &two, "nom", "c");

	(void)state;
	assert_int_equal(none.n, 0);
	assert_int_equal(two.n, 2);
	assert_int_equal(other.n, 2);
	assert_string_equal(input_get(&two, "nom"), "a");
	assert_string_equal(input_get(&other, "nom"), "c");
	assert_string_equal(input_get(&other, "tel"), "b");
}

/* What is said of one field when it holds value, the required ones being filled; NULL: nothing. */
static const char *said(struct arena *a, const char *name, const char *value)
{
	struct input in = { NULL, 0 };
	struct faults faults = { NULL, 0 };

	in = input_with(a, &in, "nom", "a");
	in = input_with(a, &in, "motif", "b");
	in = input_with(a, &in, name, value);
	input_check(a, &form, &in, &faults);
	assert_true(faults.n <= 1);
	assert_true(!faults.n || strcmp(faults.v[0].name, name) == 0);
	return fault_of(&faults, name);
}

static const char *repeat(struct arena *a, const char *s, size_t n)
{
	struct buf b = buf_new(a);

	while (n--)
		buf_text(&b, s);
	return buf_str(&b);
}

static const struct {
	const char *name, *value, *said;
} checked[] = {
	{ "nom", "Lucioles", NULL },
	{ "nom", "", "Renseignez : Nom" },
	{ "motif", "", "Écrivez le motif" },
	{ "nom", "ééééééééée", NULL },
	{ "nom", "éééééééééée", "Nom dépasse de 1 caractère la limite de 10" },
	{ "nom", "ééééééééééeé", "Nom dépasse de 2 caractères la limite de 10" },
	{ "courriel", "", NULL },
	{ "courriel", "a@example.org", NULL },
	{ "courriel", "a@b", "Saisissez le courriel comme nom@exemple.fr" },
	{ "site", "https://www.example.org/a", NULL },
	{ "site", "javascript:alert(1)", "Saisissez l’adresse du site comme https://www.exemple.fr" },
	{ "tel", "01 99 00 12 74", NULL },
	{ "tel", "01 99 00 12", "Le numéro de téléphone doit comporter 10 chiffres" },
	{ "tel", "01 99 00 12 345", "Le numéro de téléphone doit comporter 10 chiffres" },
	{ "tel", "0000000000", "Saisissez un numéro de téléphone français, comme 01 99 00 12 34" },
	{ "tel", "+32 2 199 00 12", "Saisissez un numéro de téléphone français, comme 01 99 00 12 34" },
	{ "tel", "0032 2 199 00 12", "Saisissez un numéro de téléphone français, comme 01 99 00 12 34" },
	{ "places", "0", NULL },
	{ "places", "1200", NULL },
	{ "places", "1201", "Places : écrivez un nombre entre 0 et 1" THIN "200" },
	{ "places", "-1", "Places : écrivez un nombre entre 0 et 1" THIN "200" },
	{ "places", "1 200", "Places : écrivez un nombre entre 0 et 1" THIN "200" },
	{ "places", "99999999999999999999", "Places : écrivez un nombre entre 0 et 1" THIN "200" },
	{ "debut", "01/12/2026", NULL },
	{ "debut", "31/02/2026", "Début : cette date n’existe pas" },
	{ "debut", "demain", "Début : écrivez la date comme 01/12/2026" },
	{ "debut", "2026-02-31", "Début : écrivez la date comme 01/12/2026" },
	{ "debut", "1/2/20261", "Début : écrivez la date comme 01/12/2026" },
	{ "debut", "29/2/2027", "Début : cette date n’existe pas" },
	{ "debut", "03/02/27", "Début : écrivez l’année en quatre chiffres, par exemple 03/02/2027" },
	{ "debut", "3/2/07", "Début : écrivez l’année en quatre chiffres, par exemple 03/02/2007" },
	{ "debut", "31/02/27", "Début : écrivez l’année en quatre chiffres, par exemple 01/12/2026" },
	{ "debut", "03/02/027", "Début : écrivez l’année en quatre chiffres, par exemple 01/12/2026" },
	{ "debut", "03/02/7", "Début : écrivez l’année en quatre chiffres, par exemple 01/12/2026" },
	{ "debut", "03/02/", "Début : écrivez la date comme 01/12/2026" },
	{ "heure", "7 h 30", NULL },
	{ "heure", "25 h", "Saisissez l’heure comme 7 h 30" },
	{ "type", "creche", NULL },
	{ "type", "Crèche", "Type : choisissez une réponse de la liste" },
	{ "types", "alsh", NULL },
	{ "types", "autre", "Types : choisissez une réponse de la liste" },
	{ "libre", "autre", NULL }, /* the handler's to check */
	{ "action", "creche", NULL },
	{ "action", "supprimer", "Action : choisissez une réponse de la liste" },
	{ "csrf", "abc_-~!8", NULL },
	{ "csrf", "abcdefghi", "Rechargez la page, puis recommencez" },
	{ "csrf", "a b", "Rechargez la page, puis recommencez" },
	{ "csrf", "é", "Rechargez la page, puis recommencez" },
};

static void test_each_kind_has_its_rule_and_its_sentence(void **state)
{
	AUTO_ARENA struct arena *a = arena_new();

	(void)state;
	for (size_t i = 0; i < LENGTH(checked); i++) {
		const char *got = said(a, checked[i].name, checked[i].value);

		print_message("%s=%s\n", checked[i].name, checked[i].value);
		if (checked[i].said)
			assert_string_equal(got ? got : "", checked[i].said);
		else
			assert_null(got);
	}
	assert_null(said(a, "projet", repeat(a, "é", 1500)));
	assert_string_equal(said(a, "projet", repeat(a, "é", 1562)),
			    "Le projet d’accueil dépasse de 62 caractères la limite de 1" THIN "500");
	assert_string_equal(said(a, "mdp", repeat(a, "é", 129)), "Mot de passe dépasse de 1 caractère la limite de 128");
	assert_string_equal(said(a, "libre", repeat(a, "x", 201)), "Libre dépasse de 1 caractère la limite de 200");
}

static void test_faults_come_in_the_forms_order(void **state)
{
	AUTO_ARENA struct arena *a = arena_new();
	struct faults faults = { NULL, 0 };
	struct input in;

	(void)state;
	assert_int_equal(take(a, "types=creche&types=faux&heure=x&tel=1", &in), ERR_OK);
	fault_add(a, &faults, "nom", "%s %d", "avant", 1);
	input_check(a, &form, &in, &faults);
	static const char *const order[] = { "nom", "nom", "tel", "heure", "types", "motif" };

	assert_int_equal(faults.n, LENGTH(order));
	for (size_t i = 0; i < LENGTH(order); i++)
		assert_string_equal(faults.v[i].name, order[i]);
	assert_string_equal(fault_of(&faults, "nom"), "avant 1");
	assert_null(fault_of(&faults, "projet"));
}

static void test_choices_and_numbers_for_people(void **state)
{
	static const struct {
		int64_t n;
		const char *text;
	} numbers[] = {
		{ 0, "0" },
		{ 999, "999" },
		{ 1000, "1" THIN "000" },
		{ 12345678, "12" THIN "345" THIN "678" },
		{ -999, "-999" },
		{ -1000, "-1" THIN "000" },
		{ -123456, "-123" THIN "456" },
		{ INT64_MIN, "-9" THIN "223" THIN "372" THIN "036" THIN "854" THIN "775" THIN "808" },
	};
	AUTO_ARENA struct arena *a = arena_new();

	(void)state;
	for (size_t i = 0; i < LENGTH(numbers); i++)
		assert_string_equal(number_fr(a, numbers[i].n), numbers[i].text);
	assert_string_equal(choice_label(kinds, "alsh"), "Accueil de loisirs");
	assert_string_equal(choice_label(kinds, "autre"), "autre");
	assert_string_equal(choice_label(NULL, "autre"), "autre");
	assert_true(choice_has(kinds, "creche"));
	assert_false(choice_has(kinds, ""));
	assert_ptr_equal(form_field(&form, "places"), &fields[5]);
	assert_null(form_field(&form, "place"));
}

static void test_a_choice_is_read_by_value_or_by_label(void **state)
{
	static const struct choice days[] = { { "", "Peu importe" }, { "lundi", "Lundi" }, { "ete", "Été" }, { NULL, NULL } };
	static const struct {
		const char *typed, *value; /* NULL: no choice */
	} cases[] = {
		{ "lundi", "lundi" }, { "LUNDI", "lundi" }, { "Lundi", "lundi" }, { "peu  importe", "" },
		{ "", "" },           { "été", "ete" },     { "dredi", NULL },    { "lun", NULL },
	};
	AUTO_ARENA struct arena *a = arena_new();

	(void)state;
	for (size_t i = 0; i < LENGTH(cases); i++) {
		const struct choice *c = choice_typed(a, days, cases[i].typed);

		print_message("%s\n", cases[i].typed);
		assert_int_equal(c != NULL, cases[i].value != NULL);
		if (c)
			assert_string_equal(c->value, cases[i].value);
	}
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_a_choice_is_read_by_value_or_by_label),
		cmocka_unit_test(test_only_declared_fields_are_taken),
		cmocka_unit_test(test_values_are_cleaned),
		cmocka_unit_test(test_passwords_are_not_cleaned),
		cmocka_unit_test(test_one_more_pair_leaves_the_old_input),
		cmocka_unit_test(test_each_kind_has_its_rule_and_its_sentence),
		cmocka_unit_test(test_faults_come_in_the_forms_order),
		cmocka_unit_test(test_choices_and_numbers_for_people),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
