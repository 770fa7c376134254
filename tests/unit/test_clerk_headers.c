/* Mail headers and bodies as they go on the wire. */
#include "clerk/post.h"

#include <string.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

static const struct {
	const char *text, *header;
} headers[] = {
	{ "Plain words", "Plain words" },
	{ "", "" },
	{ "é", "=?UTF-8?Q?=C3=A9?=" },
	{ "a_b c\xC3\xA9", "=?UTF-8?Q?a=5Fb_c=C3=A9?=" },
	{ "=?UTF-8?Q?x?=", "=?UTF-8?Q?=3D=3FUTF=2D8=3FQ=3Fx=3F=3D?=" },
	{ "x\r\nBcc: y", "=?UTF-8?Q?x=0D=0ABcc=3A_y?=" },
};

static void test_a_header_is_encoded_when_it_must_be(void **state)
{
	(void)state;
	for (size_t i = 0; i < LENGTH(headers); i++) {
		AUTO_ARENA struct arena *a = arena_new();

		assert_string_equal(header_encode(a, headers[i].text), headers[i].header);
	}
}

static const struct {
	const char *name, *phrase;
} phrases[] = {
	{ "Accueil enfant", "Accueil enfant" },
	{ "Accueil d'enfants", "Accueil d'enfants" },
	{ "Accueil, enfant", "=?UTF-8?Q?Accueil=2C_enfant?=" },
	{ "Accueil : enfant", "=?UTF-8?Q?Accueil_=3A_enfant?=" },
	{ "Accueil (enfant", "=?UTF-8?Q?Accueil_=28enfant?=" },
	{ "\"Accueil\"", "=?UTF-8?Q?=22Accueil=22?=" },
	{ "a@b", "=?UTF-8?Q?a=40b?=" },
	{ "St. Ouen", "=?UTF-8?Q?St=2E_Ouen?=" },
	{ "<a>;[b]\\", "=?UTF-8?Q?=3Ca=3E=3B=5Bb=5D=5C?=" },
	{ "é", "=?UTF-8?Q?=C3=A9?=" },
};

static void test_a_name_before_an_address_is_a_phrase(void **state)
{
	(void)state;
	for (size_t i = 0; i < LENGTH(phrases); i++) {
		AUTO_ARENA struct arena *a = arena_new();

		assert_string_equal(header_phrase(a, phrases[i].name), phrases[i].phrase);
	}
}

static void test_a_long_header_is_folded_between_characters(void **state)
{
	AUTO_ARENA struct arena *a = arena_new();
	struct buf b = buf_new(a);
	size_t words = 0;

	(void)state;
	for (int i = 0; i < 50; i++)
		buf_text(&b, "é");
	for (const char *line = header_encode(a, buf_str(&b)); *line; words++) {
		size_t n = strcspn(line, "\r");

		assert_true(n <= 76);
		assert_int_equal(strncmp(line + (words > 0), "=?UTF-8?Q?=C3=A9", 16), 0);
		assert_int_equal(strncmp(line + n - 5, "A9?=", 4) == 0 || strncmp(line + n - 4, "A9?=", 4) == 0, 1);
		line += n;
		line += *line ? 2 : 0;
	}
	assert_true(words > 1);
}

static const struct {
	const char *text, *body;
} bodies[] = {
	{ "a\nb\n", "a\r\nb\r\n" },
	{ "é = 1\n", "=C3=A9 =3D 1\r\n" },
	{ "ends with blank \n", "ends with blank=20\r\n" },
	{ ".\n.x\n", ".\r\n.x\r\n" }, /* libcurl doubles them */
	{ "tab\tinside\n", "tab\tinside\r\n" },
	{ "\x7f\x01\n", "=7F=01\r\n" },
};

static void test_a_body_is_quoted_printable(void **state)
{
	(void)state;
	for (size_t i = 0; i < LENGTH(bodies); i++) {
		AUTO_ARENA struct arena *a = arena_new();

		assert_string_equal(body_encode(a, bodies[i].text), bodies[i].body);
	}
}

static void test_no_line_of_a_body_is_too_long(void **state)
{
	AUTO_ARENA struct arena *a = arena_new();
	struct buf b = buf_new(a);

	(void)state;
	for (int i = 0; i < 300; i++)
		buf_text(&b, i % 7 ? "mot " : "été ");
	for (const char *line = body_encode(a, buf_str(&b)); *line;) {
		size_t n = strcspn(line, "\r");

		assert_true(n <= 76);
		line += n + (line[n] ? 2 : 0);
	}
}

static void test_a_date_is_in_universal_time(void **state)
{
	AUTO_ARENA struct arena *a = arena_new();

	(void)state;
	assert_string_equal(header_date(a, 1795506153000), "Tue, 24 Nov 2026 07:42:33 +0000");
	assert_string_equal(header_date(a, 0), "Thu, 01 Jan 1970 00:00:00 +0000");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_a_header_is_encoded_when_it_must_be),
		cmocka_unit_test(test_a_name_before_an_address_is_a_phrase),
		cmocka_unit_test(test_a_long_header_is_folded_between_characters),
		cmocka_unit_test(test_a_body_is_quoted_printable),
		cmocka_unit_test(test_no_line_of_a_body_is_too_long),
		cmocka_unit_test(test_a_date_is_in_universal_time),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
