#include "test_base_text.h"

#include <stdlib.h>
#include <string.h>

/* clang-format off */
static const struct {
	struct bytes in;
	bool lines;
	const char *out; /* NULL: refused */
} cleaned[] = {
	{ BYTES(""), false, "" },
	{ BYTES("Crèche Les Lucioles"), false, "Crèche Les Lucioles" },
	{ BYTES("e\xCC\x81t\xC3\xA9"), false, "été" },
	{ BYTES("  bords  "), false, "  bords  " },
	{ BYTES("l\xE2\x80\x99\xC5\x93uvre \xC2\xAB\xC2\xA0oui\xC2\xA0\xC2\xBB"), false, "l’œuvre «\u00A0oui\u00A0»" },
	{ BYTES("日本 Ωμέγα عربى"), false, "日本 Ωμέγα عربى" },
	{ BYTES("fa\xE2\x80\x8Dmille \xF0\x9F\x91\xA8"), false, "fa\u200Dmille 👨" },
	{ BYTES("a\r\nb\rc\nd\te"), true, "a\nb\nc\nd\te" },
	{ BYTES("a\r"), true, "a\n" },
	{ BYTES("a\nb"), false, NULL },
	{ BYTES("a\rb"), false, NULL },
	{ BYTES("a\tb"), false, NULL },
	{ BYTES("a\0b"), true, NULL },
	{ BYTES("a\x1B[2J"), true, NULL },
	{ BYTES("a\x7F"), false, NULL },
	{ BYTES("a\xC2\x85"), true, NULL },                     /* U+0085, a control */
	{ BYTES("a\xE2\x80\xA8"
		"b"),
	  false, NULL }, /* U+2028 breaks a line */
	{ BYTES("a\xE2\x80\xAE"
		"b"),
	  true, NULL },                          /* U+202E */
	{ BYTES("a\xE2\x80\xAA"), false, NULL },                /* U+202A */
	{ BYTES("a\xE2\x81\xA6"), false, NULL },                /* U+2066 */
	{ BYTES("a\xE2\x81\xA9"), false, NULL },                /* U+2069 */
	{ BYTES("\xE2\x80\x8E"
		"ok"),
	  false, "\u200Eok" },              /* U+200E marks, it does not override */
	{ BYTES("\xC0\xAF"), false, NULL },                     /* overlong */
	{ BYTES("\xE0\x80\x80"), false, NULL },
	{ BYTES("\xED\xA0\x80"), false, NULL },                 /* surrogate */
	{ BYTES("\xF4\x90\x80\x80"), false, NULL },             /* over U+10FFFF */
	{ BYTES("caf\xC3"), false, NULL },                      /* cut */
	{ BYTES("caf\xE9"), false, NULL },                      /* Latin-1 */
	{ BYTES("\xEF\xBF\xBF"), false, NULL },                 /* U+FFFF, no character */
	{ BYTES("\xCD\xB8"), false, NULL },                     /* U+0378, not assigned */
};
/* clang-format on */

static void test_outside_text_is_cleaned_or_refused(void **state)
{
	(void)state;
	for (size_t i = 0; i < LENGTH(cleaned); i++) {
		AUTO_ARENA struct arena *a = arena_new();
		const char *out = "untouched";

		print_message("%zu %.*s\n", i, (int)cleaned[i].in.n, (const char *)cleaned[i].in.p);
		assert_int_equal(text_clean(a, cleaned[i].in, cleaned[i].lines, &out),
				 cleaned[i].out ? ERR_OK : ERR_MALFORMED);
		assert_string_equal(out, cleaned[i].out ? cleaned[i].out : "untouched");
	}
}

static void test_no_bytes_at_all_are_a_text(void **state)
{
	(void)state;
	AUTO_ARENA struct arena *a = arena_new();
	const char *out = NULL;

	assert_int_equal(text_clean(a, BYTES_NONE, false, &out), ERR_OK);
	assert_string_equal(out, "");
}

static void test_cleaned_text_is_clean_already(void **state)
{
	(void)state;
	for (size_t i = 0; i < LENGTH(cleaned); i++) {
		AUTO_ARENA struct arena *a = arena_new();
		const char *again;

		if (!cleaned[i].out)
			continue;
		assert_int_equal(text_clean(a, bytes_of(cleaned[i].out), cleaned[i].lines, &again), ERR_OK);
		assert_string_equal(again, cleaned[i].out);
	}
}

static void test_trim_takes_blanks_of_every_kind_off_both_ends(void **state)
{
	static const struct pair pairs[] = {
		{ "", "" },
		{ " \t\n", "" },
		{ "a", "a" },
		{ "  a b  ", "a b" },
		{ "\u00A0\u202Fa\u2003", "a" },
		{ "\uFEFFa\u200B", "a" },
		{ "\u200B\u2060", "" },
		{ "\u200E \u202A01 99\u202C \u200F", "01 99" },
		{ "é ", "é" },
	};

	(void)state;
	check_pairs(pairs, LENGTH(pairs), text_trim);
}

static const struct pair folded[] = {
	{ "Saint-Étienne", "saint etienne" },
	{ "SAINT  ÉTIENNE", "saint etienne" },
	{ "L’Haÿ-les-Roses", "l hay les roses" },
	{ "L'Haÿ-les-Roses", "l hay les roses" },
	{ "Lʼ Haÿ", "l hay" },
	{ "Œuvre du Cœur", "oeuvre du coeur" },
	{ "Æthelred Łódź Ørsted", "aethelred lodz orsted" },
	{ "Straße", "strasse" },
	{ "İstanbul ı", "istanbul i" },
	{ "ﬁlle", "fille" },
	{ "ｃｒèche", "creche" },
	{ "2ᵉ étage", "2e etage" },
	{ "(92) Nanterre !", "92 nanterre" },
	{ "co\u00ADop", "coop" },
	{ "Ωμέγα", "ωμεγα" },
	{ "…", "" },
	{ "", "" },
	{ "\xFF", "" },
};

static const char *fold(struct arena *a, const char *s)
{
	return text_fold(a, s);
}

static void test_search_forgets_case_accents_and_signs(void **state)
{
	(void)state;
	check_pairs(folded, LENGTH(folded), fold);
}

static void test_lists_are_in_the_order_of_folded_names(void **state)
{
	static const char *const names[] = {
		"",          "À Deux Pas", "a deux pas", "Abricot", "École", "Ecole du Parc", "école-du-parc",
		"Œillet",    "Oeuf",       "Ofelia",     "« Ô »",   "Zèbre", "zebre",         "L’Île",
		"L'ile aux", "Crèche 2",   "Crèche 10",  "ﬁn",      "Łódź",  "Straße",        "ÿ ",
		"—",         "\xFF",
	};

	(void)state;
	for (size_t i = 0; i < LENGTH(names); i++)
		for (size_t k = 0; k < LENGTH(names); k++) {
			AUTO_ARENA struct arena *a = arena_new();
			int order = strcmp(text_fold(a, names[i]), text_fold(a, names[k]));
			int told = text_order(names[i], names[k]);

			if (!order)
				order = strcmp(names[i], names[k]);
			print_message("%s %s\n", names[i], names[k]);
			assert_true((told > 0) - (told < 0) == (order > 0) - (order < 0));
		}
	assert_true(text_order("À Deux Pas", "Trampoline") < 0);
}

static void test_folding_twice_changes_nothing(void **state)
{
	(void)state;
	for (size_t i = 0; i < LENGTH(folded); i++) {
		AUTO_ARENA struct arena *a = arena_new();

		assert_string_equal(text_fold(a, folded[i].out), folded[i].out);
	}
}

static void test_a_search_looks_for_every_word(void **state)
{
	static const char *const texts[] = { "Maëlle Querrien", "Saint-Étienne" };
	static const struct {
		const char *typed;
		bool found;
	} searches[] = {
		{ "", true },
		{ "querrien maelle", true },
		{ "ETIENNE, Quer", true },
		{ "querrien zoé", false },
		{ "maelle-q", true },
		{ "'", false },
		{ "   ", false },
	};
	AUTO_ARENA struct arena *a = arena_new();

	(void)state;
	for (size_t i = 0; i < LENGTH(searches); i++)
		assert_int_equal(text_mentions(a, text_sought(a, searches[i].typed), texts, LENGTH(texts)),
				 searches[i].found);
}

static void test_five_spellings_of_a_login_are_one(void **state)
{
	static const struct pair pairs[] = {
		{ "alice", "alice" },
		{ "ALICE", "alice" },
		{ " alice ", "alice" },
		{ "ａｌｉｃｅ", "alice" },
		{ "\u00A0Alice", "alice" },
		{ "a  b", "a b" },
		{ "é", "é" },
		{ "e\u0301", "é" },
		{ "", "" },
		{ "\xC3", "" },
	};

	(void)state;
	check_pairs(pairs, LENGTH(pairs), text_casefold);
}

static void test_codes_are_written_in_capitals(void **state)
{
	static const struct pair pairs[] = {
		{ "multi_accueil", "MULTI_ACCUEIL" },
		{ "azAZ09-", "AZAZ09-" },
		{ "crèche", "CRèCHE" },
		{ "", "" },
	};

	(void)state;
	check_pairs(pairs, LENGTH(pairs), text_upper);
}

static void test_a_slug_is_short_and_plain(void **state)
{
	static const struct pair pairs[] = {
		{ "Crèche « Les P’tits Loups »", "creche-les-p-tits-loups" },
		{ "Ωμέγα", "etablissement" },
		{ "---", "etablissement" },
		{ "", "etablissement" },
		{ "日本 crèche 日本", "creche" },
		{ "123456789 123456789 123456789 123456789 123456789 123456789 123456789",
		  "123456789-123456789-123456789-123456789-123456789-123456789" },
		{ "12345678901234567890123456789012345678901234567890123456789 x",
		  "12345678901234567890123456789012345678901234567890123456789" },
		{ "123456789012345678901234567890123456789012345678901234567890123",
		  "123456789012345678901234567890123456789012345678901234567890" },
	};

	(void)state;
	check_pairs(pairs, LENGTH(pairs), text_slug);
}

static void test_characters_are_counted_and_cut_whole(void **state)
{
	(void)state;
	AUTO_ARENA struct arena *a = arena_new();
	const char *s = "é日a👨";

	assert_int_equal(text_length(""), 0);
	assert_int_equal(text_length(s), 4);
	assert_string_equal(text_cut(a, s, 0), "");
	assert_string_equal(text_cut(a, s, 1), "é");
	assert_string_equal(text_cut(a, s, 3), "é日a");
	assert_ptr_equal(text_cut(a, s, 4), s);
	assert_ptr_equal(text_cut(a, s, 99), s);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_outside_text_is_cleaned_or_refused),
		cmocka_unit_test(test_no_bytes_at_all_are_a_text),
		cmocka_unit_test(test_cleaned_text_is_clean_already),
		cmocka_unit_test(test_trim_takes_blanks_of_every_kind_off_both_ends),
		cmocka_unit_test(test_search_forgets_case_accents_and_signs),
		cmocka_unit_test(test_lists_are_in_the_order_of_folded_names),
		cmocka_unit_test(test_folding_twice_changes_nothing),
		cmocka_unit_test(test_a_search_looks_for_every_word),
		cmocka_unit_test(test_five_spellings_of_a_login_are_one),
		cmocka_unit_test(test_codes_are_written_in_capitals),
		cmocka_unit_test(test_a_slug_is_short_and_plain),
		cmocka_unit_test(test_characters_are_counted_and_cut_whole),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
