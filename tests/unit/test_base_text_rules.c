#include "test_base_text.h"
#include "test_mail_addresses.h"

#include <stdlib.h>
#include <string.h>

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
		/* overseas: a country code of their own */
		{ "+262 692 12 34 56", "+262692123456" },
		{ "+262 (0)262 12 34 56", "+262262123456" },
		{ "00262 269 12 34 56", "+262269123456" },
		{ "0639 12 34 56", "+262639123456" },
		{ "06 92 12 34 56", "+262692123456" },
		{ "+33 692 12 34 56", "+262692123456" },
		{ "0590 12 34 56", "+590590123456" },
		{ "+590 690 12 34 56", "+590690123456" },
		{ "0594 12 34 56", "+594594123456" },
		{ "+594694123456", "+594694123456" },
		{ "0596 12 34 56", "+596596123456" },
		{ "+596 696 12 34 56", "+596696123456" },
		{ "+590 976 12 34 56", "+590976123456" },
		{ "+590 596 12 34 56", NULL },
		{ "+262 1 99 00 12 74", NULL },
		{ "+262 692 12 34 5", NULL },
		{ "+262 692 12 34 567", NULL },
		{ "+263 692 12 34 56", NULL },
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

static void test_ip_addresses(void **state)
{
	static const struct pair pairs[] = {
		{ "198.51.100.24", "198.51.100.24" },
		{ "2001:DB8:0::1", "2001:db8::1" },
		{ "::ffff:198.51.100.24", "::ffff:198.51.100.24" },
		{ "198.51.100", NULL },
		{ "198.51.100.256", NULL },
		{ "198.51.100.24 ", NULL },
		{ "2001:db8::g", NULL },
		{ "local", NULL },
		{ "", NULL },
	};

	(void)state;
	for (size_t i = 0; i < LENGTH(pairs); i++) {
		AUTO_ARENA struct arena *a = arena_new();
		const char *out = NULL;

		print_message("%s\n", pairs[i].in);
		assert_int_equal(text_address(a, pairs[i].in, &out), pairs[i].out ? ERR_OK : ERR_INVALID);
		if (pairs[i].out)
			assert_string_equal(out, pairs[i].out);
	}
}

static void test_telephone_numbers_are_shown_the_french_way(void **state)
{
	static const struct pair pairs[] = {
		{ "+33199001274", "01 99 00 12 74" },
		{ "+441990012", "+441990012" },
		{ "", "" },
		{ "+3319900127a", "+3319900127a" },
		{ "+33 1 99 00 92 10", "01 99 00 92 10" },
		{ "+331990012745", "+331990012745" },
		{ "+262692123456", "06 92 12 34 56" },
		{ "+590 590 12 34 56", "05 90 12 34 56" },
		{ "+33262123456", "02 62 12 34 56" }, /* as it was kept before */
		{ "+590976123456", "+590976123456" },
		{ "+590596123456", "+590596123456" },
		{ "+5905901234567", "+5905901234567" },
	};

	(void)state;
	check_pairs(pairs, LENGTH(pairs), text_phone_fr);
}

static void test_postal_codes_may_be_written_in_two_parts(void **state)
{
	static const struct pair pairs[] = {
		{ "92390", "92390" }, { "92 390", "92390" }, { "00\u00A0450", "00450" }, { "9 2\u202F390", "92390" },
		{ "9239", NULL },     { "923900", NULL },    { "2A004", NULL },          { "92-390", NULL },
		{ "", NULL },         { " ", NULL },
	};

	(void)state;
	for (size_t i = 0; i < LENGTH(pairs); i++) {
		AUTO_ARENA struct arena *a = arena_new();
		const char *out = NULL;

		print_message("%s\n", pairs[i].in);
		assert_int_equal(text_postal_code(a, pairs[i].in, &out), pairs[i].out ? ERR_OK : ERR_INVALID);
		if (pairs[i].out)
			assert_string_equal(out, pairs[i].out);
	}
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

static void test_mail_addresses_follow_the_directory(void **state)
{
	(void)state;
	for (size_t i = 0; i < LENGTH(mail_addresses); i++) {
		print_message("%s\n", mail_addresses[i].s);
		assert_int_equal(text_is_mail(mail_addresses[i].s), mail_addresses[i].good);
	}
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
		{ "732829320", true },       { "732829321", false }, { "732829302", false }, { "73282932000074", true },
		{ "73282932000075", false }, { "0", true },          { "", false },          { "7328293a0", false },
		{ "732 829 320", false },
	};

	(void)state;
	check_verdicts(cases, LENGTH(cases), text_is_luhn);
}

static void test_numbers_with_hyphens_are_found_in_a_text(void **state)
{
	static const struct pair cases[] = {
		{ "H26-921-00012", "H26-921-00012|" },
		{ "la demande H26-921-00012 et la convention 921-2026-9001.", "H26-921-00012|921-2026-9001|" },
		{ "Maëlle Querrien (VDA-4821), 921-4821", "VDA-4821|921-4821|" },
		{ "Saint-Elvin-des-Rives, SAINT-ELVIN", "" },
		{ "ETAB2041, 92390, 12 - 14, -12-, 5-", "" },
		{ "", "" },
		{ "-921-4821-", "" },
		{ "1234-5678-9012-3", "1234-5678-9012-3|" },
		{ "1234-5678-9012-34", "" },
	};

	(void)state;
	for (size_t i = 0; i < LENGTH(cases); i++) {
		AUTO_ARENA struct arena *a = arena_new();
		struct buf found = buf_new(a);
		size_t n;

		for (const char *s = cases[i].in; (s = text_number(s, &n)); s += n) {
			buf_add(&found, s, n);
			buf_byte(&found, '|');
		}
		assert_string_equal(buf_str(&found), cases[i].out);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_numbers_are_whole_and_within_bounds),
		cmocka_unit_test(test_hexadecimal_comes_back_as_it_went),
		cmocka_unit_test(test_telephone_numbers_are_kept_in_one_form),
		cmocka_unit_test(test_ip_addresses),
		cmocka_unit_test(test_telephone_numbers_are_shown_the_french_way),
		cmocka_unit_test(test_postal_codes_may_be_written_in_two_parts),
		cmocka_unit_test(test_mail_addresses_follow_the_directory),
		cmocka_unit_test(test_urls_lead_to_a_public_host),
		cmocka_unit_test(test_numbers_with_hyphens_are_found_in_a_text),
		cmocka_unit_test(test_luhn_keys_find_a_wrong_digit),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
