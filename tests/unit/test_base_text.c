#include "base/text.h"

#include <stdlib.h>
#include <string.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#define BYTES(literal) ((struct bytes){ (const uint8_t *)(literal), sizeof(literal) - 1 })

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

struct pair {
	const char *in, *out;
};

static void check_pairs(const struct pair *pairs, size_t n, const char *(*f)(struct arena *, const char *))
{
	for (size_t i = 0; i < n; i++) {
		AUTO_ARENA struct arena *a = arena_new();

		print_message("%s\n", pairs[i].in);
		assert_string_equal(f(a, pairs[i].in), pairs[i].out);
	}
}

static void test_trim_takes_blanks_of_every_kind_off_both_ends(void **state)
{
	static const struct pair pairs[] = {
		{ "", "" }, { " \t\n", "" }, { "a", "a" }, { "  a b  ", "a b" },
		{ "\u00A0\u202Fa\u2003", "a" }, { "\uFEFFa\u200B", "a" }, { "\u200B\u2060", "" }, { "é ", "é" },
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

static void test_search_forgets_case_accents_and_signs(void **state)
{
	(void)state;
	check_pairs(folded, LENGTH(folded), text_fold);
}

static void test_folding_twice_changes_nothing(void **state)
{
	(void)state;
	for (size_t i = 0; i < LENGTH(folded); i++) {
		AUTO_ARENA struct arena *a = arena_new();

		assert_string_equal(text_fold(a, folded[i].out), folded[i].out);
	}
}

static void test_five_spellings_of_a_login_are_one(void **state)
{
	static const struct pair pairs[] = {
		{ "alice", "alice" }, { "ALICE", "alice" }, { " alice ", "alice" },
		{ "ａｌｉｃｅ", "alice" }, { "\u00A0Alice", "alice" },
		{ "a  b", "a b" }, { "é", "é" }, { "e\u0301", "é" }, { "", "" }, { "\xC3", "" },
	};

	(void)state;
	check_pairs(pairs, LENGTH(pairs), text_casefold);
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

static void test_numbers_are_whole_and_within_bounds(void **state)
{
	static const struct {
		const char *s;
		int64_t min, max;
		bool good;
		int64_t out;
	} cases[] = {
		{ "0", 0, 9, true, 0 },
		{ "9", 0, 9, true, 9 },
		{ "10", 0, 9, false, 0 },
		{ "007", 0, 9, true, 7 },
		{ "-1", -1, 9, true, -1 },
		{ "-2", -1, 9, false, 0 },
		{ "-1", 0, 9, false, 0 },
		{ "-0", 0, 9, false, 0 },
		{ "-", -9, 9, false, 0 },
		{ "", 0, 9, false, 0 },
		{ "+1", 0, 9, false, 0 },
		{ " 1", 0, 9, false, 0 },
		{ "1 ", 0, 9, false, 0 },
		{ "1.0", 0, 9, false, 0 },
		{ "0x1", 0, 9, false, 0 },
		{ "1e1", 0, 99, false, 0 },
		{ "9223372036854775807", 0, INT64_MAX, true, INT64_MAX },
		{ "9223372036854775808", INT64_MIN, INT64_MAX, false, 0 },
		{ "-9223372036854775808", INT64_MIN, INT64_MAX, true, INT64_MIN },
		{ "-9223372036854775809", INT64_MIN, INT64_MAX, false, 0 },
		{ "99999999999999999999999", INT64_MIN, INT64_MAX, false, 0 },
	};

	(void)state;
	for (size_t i = 0; i < LENGTH(cases); i++) {
		int64_t out = 42;

		print_message("%s\n", cases[i].s);
		assert_int_equal(text_to_int(cases[i].s, cases[i].min, cases[i].max, &out),
				 cases[i].good ? ERR_OK : ERR_INVALID);
		assert_true(out == (cases[i].good ? cases[i].out : 42));
	}
}

static void test_hexadecimal_comes_back_as_it_went(void **state)
{
	(void)state;
	AUTO_ARENA struct arena *a = arena_new();
	uint8_t out[3] = { 1, 1, 1 };
	static const char *const bad[] = { "", "00ff1", "00ff100", "00fg10", "00 f10", "0x00ff" };

	assert_string_equal(text_hex(a, BYTES("\x00\xFF\x10")), "00ff10");
	assert_string_equal(text_hex(a, BYTES_NONE), "");
	for (size_t i = 0; i < LENGTH(bad); i++)
		assert_int_equal(text_unhex(bad[i], out, 3), ERR_MALFORMED);
	assert_memory_equal(out, "\1\1\1", 3);
	assert_int_equal(text_unhex("00fF10", out, 3), ERR_OK);
	assert_memory_equal(out, "\x00\xFF\x10", 3);
}

static void test_telephone_numbers_are_kept_in_one_form(void **state)
{
	static const struct pair pairs[] = {
		{ "01 99 00 12 74", "+33199001274" },
		{ "0199001274", "+33199001274" },
		{ "01.99.00.12.74", "+33199001274" },
		{ "01-99-00-12-74", "+33199001274" },
		{ "01\u00A099\u202F00 12 74", "+33199001274" },
		{ "+33 1 99 00 12 74", "+33199001274" },
		{ "+33199001274", "+33199001274" },
		{ "+33 (0)1 99 00 12 74", "+33199001274" },
		{ "0033 1 99 00 12 74", "+33199001274" },
		{ "0000000000", NULL },
		{ "01 11 11 11 11", NULL },
		{ "+33 6 66 66 66 66", NULL },
		{ "00 99 00 12 74", NULL },
		{ "01 99 00 12 7", NULL },
		{ "01 99 00 12 745", NULL },
		{ "+44 1 99 00 12 74", NULL },
		{ "+33 01 99 00 12 74", NULL },
		{ "1 99 00 12 74", NULL },
		{ "01 99 00 12 7a", NULL },
		{ "01 99 00 12 74 poste 3", NULL },
		{ "01 99 00\n12 74", NULL },
		{ "", NULL },
		{ "0", NULL },
		{ "+33", NULL },
	};

	(void)state;
	for (size_t i = 0; i < LENGTH(pairs); i++) {
		AUTO_ARENA struct arena *a = arena_new();
		const char *out = NULL;

		print_message("%s\n", pairs[i].in);
		assert_int_equal(text_phone(a, pairs[i].in, &out), pairs[i].out ? ERR_OK : ERR_INVALID);
		if (pairs[i].out)
			assert_string_equal(out, pairs[i].out);
	}
}

static void test_telephone_numbers_are_shown_the_french_way(void **state)
{
	static const struct pair pairs[] = {
		{ "+33199001274", "01 99 00 12 74" }, { "+441990012", "+441990012" }, { "", "" },
		{ "+3319900127a", "+3319900127a" }, { "+331990012745", "+331990012745" },
	};

	(void)state;
	check_pairs(pairs, LENGTH(pairs), text_phone_fr);
}

struct verdict {
	const char *s;
	bool good;
};

static void check_verdicts(const struct verdict *cases, size_t n, bool (*f)(const char *))
{
	for (size_t i = 0; i < n; i++) {
		print_message("%s\n", cases[i].s);
		assert_int_equal(f(cases[i].s), cases[i].good);
	}
}

#define TEN "1234567890"
#define SIXTY TEN TEN TEN TEN TEN TEN

static void test_mail_addresses_follow_the_directory(void **state)
{
	static const struct verdict cases[] = {
		{ "a@b.fr", true },
		{ "jean.d'arc+x_y%z-1@sous.domaine.asso.fr", true },
		{ "_a@b.fr", true },
		{ SIXTY "abcd@b.fr", true },
		{ SIXTY "abcde@b.fr", false },
		{ "a@" SIXTY "." SIXTY "." SIXTY "." SIXTY ".abcde.fr", true },   /* 254 bytes */
		{ "a@" SIXTY "." SIXTY "." SIXTY "." SIXTY ".abcdef.fr", false },
		{ "a@b", false },
		{ "a@b.f", false },
		{ "a@b.f1", false },
		{ "a@.fr", false },
		{ "a@b..fr", false },
		{ "a@b.fr.", false },
		{ "@b.fr", false },
		{ "a@", false },
		{ "a", false },
		{ "", false },
		{ ".a@b.fr", false },
		{ "-a@b.fr", false },
		{ "a b@b.fr", false },
		{ "a@b@c.fr", false },
		{ "a@b.fr\r\nBcc: x@y.fr", false },
		{ "a\n@b.fr", false },
		{ "<a@b.fr>", false },
		{ "a@b.fr,c@d.fr", false },
		{ "\"a b\"@b.fr", false },
		{ "é@b.fr", false },
		{ "a@é.fr", false },
		{ "a@[127.0.0.1]", false },
	};

	(void)state;
	check_verdicts(cases, LENGTH(cases), text_is_mail);
}

static void test_urls_lead_to_a_public_host(void **state)
{
	static const struct verdict cases[] = {
		{ "https://creche.example", true },
		{ "http://creche.example/", true },
		{ "HTTPS://Creche.Example/A?b=c#d", true },
		{ "https://crèche.example/été", true },
		{ "https://creche.example:8443/x", true },
		{ "https://creche.example?x", true },
		{ "https://creche", false },
		{ "https://", false },
		{ "https:///x.y", false },
		{ "https://.example", false },
		{ "https://creche.", false },
		{ "https://a..b", false },
		{ "https://creche.example:", false },
		{ "https://creche.example:0", false },
		{ "https://creche.example:65536", false },
		{ "https://creche.example:x", false },
		{ "https://user@creche.example", false },
		{ "https://user:pass@creche.example", false },
		{ "https://creche.example\\@evil.example", false },
		{ "https://creche.example/a b", false },
		{ "https://creche.example/a\u00A0b", false },
		{ "https://creche.example/a\tb", false },
		{ "https://creche.example/\">", false },
		{ "https://creche.example/\xFF", false },
		{ "javascript:alert(1)//a.b", false },
		{ "ftp://creche.example", false },
		{ "//creche.example", false },
		{ "creche.example", false },
		{ " https://creche.example", false },
		{ "", false },
	};
	char longest[501] = "https://creche.example/", *end = longest + strlen(longest);

	(void)state;
	check_verdicts(cases, LENGTH(cases), text_is_url);
	memset(end, 'a', (size_t)(longest + 500 - end));
	assert_true(text_is_url(longest));
	AUTO_ARENA struct arena *a = arena_new();

	assert_false(text_is_url(arena_printf(a, "%sa", longest)));
}

static void test_luhn_keys_find_a_wrong_digit(void **state)
{
	static const struct verdict cases[] = {
		{ "732829320", true }, { "732829321", false }, { "732829302", false },
		{ "73282932000074", true }, { "73282932000075", false }, { "0", true },
		{ "", false }, { "7328293a0", false }, { "732 829 320", false },
	};

	(void)state;
	check_verdicts(cases, LENGTH(cases), text_is_luhn);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_outside_text_is_cleaned_or_refused),
		cmocka_unit_test(test_no_bytes_at_all_are_a_text),
		cmocka_unit_test(test_cleaned_text_is_clean_already),
		cmocka_unit_test(test_trim_takes_blanks_of_every_kind_off_both_ends),
		cmocka_unit_test(test_search_forgets_case_accents_and_signs),
		cmocka_unit_test(test_folding_twice_changes_nothing),
		cmocka_unit_test(test_five_spellings_of_a_login_are_one),
		cmocka_unit_test(test_a_slug_is_short_and_plain),
		cmocka_unit_test(test_characters_are_counted_and_cut_whole),
		cmocka_unit_test(test_numbers_are_whole_and_within_bounds),
		cmocka_unit_test(test_hexadecimal_comes_back_as_it_went),
		cmocka_unit_test(test_telephone_numbers_are_kept_in_one_form),
		cmocka_unit_test(test_telephone_numbers_are_shown_the_french_way),
		cmocka_unit_test(test_mail_addresses_follow_the_directory),
		cmocka_unit_test(test_urls_lead_to_a_public_host),
		cmocka_unit_test(test_luhn_keys_find_a_wrong_digit),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
