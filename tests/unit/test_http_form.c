#include "fcgi/http/http.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>

#define BYTES(literal) ((struct bytes){ (const uint8_t *)(literal), sizeof(literal) - 1 })

/* pairs: "name=value|" each, decoded; NULL: refused. */
static const struct {
	struct bytes body;
	const char *pairs;
} cases[] = {
	{ BYTES(""), "" },
	{ BYTES("a=b"), "a=b|" },
	{ BYTES("a=b&c=d"), "a=b|c=d|" },
	{ BYTES("a=b&a=b"), "a=b|a=b|" }, /* doubled names are the form's to refuse */
	{ BYTES("&&a=b&&&c=d&"), "a=b|c=d|" },
	{ BYTES("a"), "a=|" },
	{ BYTES("a&b"), "a=|b=|" },
	{ BYTES("a="), "a=|" },
	{ BYTES("a=b=c"), "a=b=c|" },
	{ BYTES("a=+b+"), "a= b |" },
	{ BYTES("a+b=c"), "a b=c|" },
	{ BYTES("a=%2B%26%3D%25"), "a=+&=%|" },
	{ BYTES("a%3Db=c"), "a=b=c|" },
	{ BYTES("a=%c3%A9"), "a=é|" },
	{ BYTES("a=\xC3\xA9"), "a=é|" },
	{ BYTES("a=%2541"), "a=%41|" }, /* decoded once */
	{ BYTES("a=%252525"), "a=%2525|" },
	{ BYTES("a=<b>\"'"), "a=<b>\"'|" },
	{ BYTES("a=%0D%0A"), "a=\r\n|" },
	{ BYTES("a=%FF"), "a=\xFF|" }, /* UTF-8 is input_take's to check */
	{ BYTES("a=b;c=d"), "a=b;c=d|" },
	{ BYTES("=b"), NULL },
	{ BYTES("a=b&=c"), NULL },
	{ BYTES("="), NULL },
	{ BYTES("a=%"), NULL },
	{ BYTES("a=%4"), NULL },
	{ BYTES("a=%4&b=c"), NULL },
	{ BYTES("a=%4g"), NULL },
	{ BYTES("a=%g4"), NULL },
	{ BYTES("a=%%41"), NULL },
	{ BYTES("a=% 41"), NULL },
	{ BYTES("a=%u0041"), NULL },
	{ BYTES("%=a"), NULL },
	{ BYTES("a=%00"), NULL },
	{ BYTES("a%00=b"), NULL },
	{ BYTES("a=\0b"), NULL },
	{ BYTES("\0"), NULL },
	{ BYTES("a\0=b"), NULL },
};

static const char *show(struct arena *a, const struct pair *v, size_t n)
{
	struct buf b = buf_new(a);

	for (size_t i = 0; i < n; i++)
		buf_printf(&b, "%s=%s|", v[i].name, v[i].value);
	return buf_str(&b);
}

static void test_pairs_are_decoded_once_or_refused(void **state)
{
	(void)state;
	for (size_t i = 0; i < LENGTH(cases); i++) {
		AUTO_ARENA struct arena *a = arena_new();
		struct pair *v = NULL;
		size_t n = 77;
		enum err e = urlencoded_parse(a, cases[i].body, &v, &n);

		print_message("%.*s\n", (int)cases[i].body.n, (const char *)cases[i].body.p);
		if (!cases[i].pairs) {
			assert_int_equal(e, ERR_MALFORMED);
			assert_int_equal(n, 77);
			continue;
		}
		assert_int_equal(e, ERR_OK);
		assert_string_equal(show(a, v, n), cases[i].pairs);
		/* and what is written reads the same */
		const char *again = urlencoded_write(a, v, n);

		assert_int_equal(urlencoded_parse(a, bytes_of(again), &v, &n), ERR_OK);
		assert_string_equal(show(a, v, n), cases[i].pairs);
	}
}

static void test_every_byte_survives_writing_and_reading(void **state)
{
	AUTO_ARENA struct arena *a = arena_new();
	char all[256];
	struct pair in[2] = { { all, all }, { "x", "" } }, *out;
	size_t n;

	(void)state;
	for (int c = 1; c < 256; c++)
		all[c - 1] = (char)c;
	all[255] = 0;
	assert_int_equal(urlencoded_parse(a, bytes_of(urlencoded_write(a, in, 2)), &out, &n), ERR_OK);
	assert_int_equal(n, 2);
	assert_string_equal(out[0].name, all);
	assert_string_equal(out[0].value, all);
	assert_string_equal(urlencoded_write(a, in, 0), "");
	assert_string_equal(urlencoded_write(a, (struct pair[]){ { "a b", "é*~/" } }, 1), "a+b=%C3%A9*%7E%2F");
}

static void test_two_thousand_pairs_and_no_more(void **state)
{
	AUTO_ARENA struct arena *a = arena_new();
	struct buf b = buf_new(a);
	struct pair *v;
	size_t n;

	(void)state;
	for (int i = 0; i < 2000; i++)
		buf_printf(&b, "&a%d=", i);
	assert_int_equal(urlencoded_parse(a, buf_bytes(&b), &v, &n), ERR_OK);
	assert_int_equal(n, 2000);
	assert_string_equal(v[1999].name, "a1999");
	buf_text(&b, "&");
	assert_int_equal(urlencoded_parse(a, buf_bytes(&b), &v, &n), ERR_OK);
	buf_text(&b, "b");
	assert_int_equal(urlencoded_parse(a, buf_bytes(&b), &v, &n), ERR_TOOLARGE);
}

static void test_pairs_come_from_the_query_or_the_right_body(void **state)
{
	static const struct {
		enum method method;
		const char *type;
		enum err e;
		const char *pairs;
	} requests[] = {
		{ METHOD_GET, "", ERR_OK, "q=1|" },
		{ METHOD_GET, "application/json", ERR_OK, "q=1|" },
		{ METHOD_POST, "application/x-www-form-urlencoded", ERR_OK, "b=2|" },
		{ METHOD_POST, "", ERR_MALFORMED, NULL },
		{ METHOD_POST, "multipart/form-data", ERR_MALFORMED, NULL },
		{ METHOD_POST, "text/plain", ERR_MALFORMED, NULL },
		{ METHOD_POST, "application/x-www-form-urlencodedx", ERR_MALFORMED, NULL },
		{ METHOD_PUT, "application/json", ERR_MALFORMED, NULL },
	};

	(void)state;
	for (size_t i = 0; i < LENGTH(requests); i++) {
		AUTO_ARENA struct arena *a = arena_new();
		struct http_request rq = { .arena = a,
					   .method = requests[i].method,
					   .query = "q=1",
					   .content_type = requests[i].type,
					   .body = BYTES("b=2") };
		struct pair *v;
		size_t n;

		assert_int_equal(http_pairs(&rq, &v, &n), requests[i].e);
		if (requests[i].pairs)
			assert_string_equal(show(a, v, n), requests[i].pairs);
	}
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_pairs_are_decoded_once_or_refused),
		cmocka_unit_test(test_every_byte_survives_writing_and_reading),
		cmocka_unit_test(test_two_thousand_pairs_and_no_more),
		cmocka_unit_test(test_pairs_come_from_the_query_or_the_right_body),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
