#include "base/json.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#define BYTES(literal) ((struct bytes){ (const uint8_t *)(literal), sizeof(literal) - 1 })

/* Written again by our writer: what was read, as one text. */
static void rewrite(struct json *j, const struct json_value *v)
{
	if (v->key)
		json_key(j, v->key);
	switch (v->kind) {
	case JSON_NULL:
		json_null(j);
		break;
	case JSON_BOOL:
		json_bool(j, v->boolean);
		break;
	case JSON_NUMBER:
		json_integer(j, strtoll(v->string, NULL, 10));
		break;
	case JSON_STRING:
		json_string(j, v->string);
		break;
	case JSON_ARRAY:
	case JSON_OBJECT:
		(v->kind == JSON_ARRAY ? json_open_array : json_open_map)(j);
		for (const struct json_value *child = v->first; child; child = child->next)
			rewrite(j, child);
		(v->kind == JSON_ARRAY ? json_close_array : json_close_map)(j);
		break;
	}
}

static void test_good_texts_come_back(void **state)
{
	static const struct {
		struct bytes in;
		const char *out;
	} cases[] = {
		{ BYTES("{}"), "{}" },
		{ BYTES("[]"), "[]" },
		{ BYTES(" [ 1 , true , false , null , \"a\" ] \n"), "[1,true,false,null,\"a\"]" },
		{ BYTES("{\"a\":{\"a\":[{\"a\":1}]},\"b\":\"\"}"), "{\"a\":{\"a\":[{\"a\":1}]},\"b\":\"\"}" },
		{ BYTES("[{\"a\":1},{\"a\":1}]"), "[{\"a\":1},{\"a\":1}]" },
		{ BYTES("\"\\u00e9\\n\\\"\\\\\\/\""), "\"é\\n\\\"\\\\/\"" },
		{ BYTES("\"\\ud83d\\udc68\""), "\"👨\"" },
		{ BYTES("\"\\\\ud800\""), "\"\\\\ud800\"" },
		{ BYTES("\"\\\\\\ud83d\\udc68\""), "\"\\\\👨\"" },
		{ BYTES("\"\xC3\xA9\""), "\"é\"" },
		{ BYTES("-12"), "-12" },
		{ BYTES("0"), "0" },
	};

	(void)state;
	for (size_t i = 0; i < LENGTH(cases); i++) {
		AUTO_ARENA struct arena *a = arena_new();
		struct json_value *v = NULL;
		struct json *j = json_new(a);

		print_message("%s\n", cases[i].out);
		assert_int_equal(json_parse(a, cases[i].in, &v), ERR_OK);
		rewrite(j, v);
		assert_string_equal(json_text(j), cases[i].out);
	}
}

static void test_bad_texts_are_refused(void **state)
{
	/* clang-format off */
	static const struct bytes cases[] = {
		BYTES_NONE, BYTES(""), BYTES(" "), BYTES("{"), BYTES("["), BYTES("{}}"), BYTES("[]]"), BYTES("[] x"), BYTES("{}{}"),
		BYTES("1 2"), BYTES("[1,]"), BYTES("[,1]"), BYTES("{\"a\":1,}"), BYTES("{\"a\"}"), BYTES("{\"a\":}"),
		BYTES("{a:1}"), BYTES("{1:1}"), BYTES("{'a':1}"), BYTES("tru"), BYTES("True"), BYTES("NaN"),
		BYTES("Infinity"), BYTES("01"), BYTES("+1"), BYTES("1."), BYTES(".5"), BYTES("1e"), BYTES("0x1"),
		BYTES("-"), BYTES("\"a"), BYTES("\"\n\""), BYTES("\"\t\""), BYTES("\"\\x\""), BYTES("\"\\u12\""),
		BYTES("\"\\u12g4\""), BYTES("\"a\0b\""), BYTES("[]\0"), BYTES("\"\\u0000\""), BYTES("{\"\\u0000\":1}"),
		BYTES("/* c */ []"), BYTES("[] // c"), BYTES("[1 /* c */]"), BYTES("\xEF\xBB\xBF[]"),
		BYTES("\"\xC3\""), BYTES("\"\xE9\""), BYTES("\"\xC0\xAF\""), BYTES("\"\xED\xA0\x80\""),
		BYTES("\"\\ud800\""), BYTES("\"\\udc00\""), BYTES("\"\\ud800\\ud800\""), BYTES("\"\\ud800x\\udc00\""),
		BYTES("\"\\udc00\\ud800\""), BYTES("\"\\\\\\udc00\""), BYTES("\"\\ud83d\\\\udc68\""),
		BYTES("{\"a\":1,\"a\":1}"), BYTES("{\"a\":1,\"b\":2,\"\\u0061\":3}"), BYTES("{\"\":1,\"\":2}"),
		BYTES("[{\"x\":{\"a\":1,\"a\":2}}]"), BYTES("[}"), BYTES("{]"),
	};
	/* clang-format on */

	(void)state;
	for (size_t i = 0; i < LENGTH(cases); i++) {
		AUTO_ARENA struct arena *a = arena_new();
		struct json_value untouched, *v = &untouched;

		print_message("%.*s\n", (int)cases[i].n, (const char *)cases[i].p);
		assert_int_equal(json_parse(a, cases[i], &v), ERR_MALFORMED);
		assert_ptr_equal(v, &untouched);
	}
}

static void test_no_prefix_of_a_text_is_a_text(void **state)
{
	static const char text[] = "{\"a\":[1,{\"b\":\"\\u00e9\\ud83d\\udc68\"},null],\"c\":true}";

	(void)state;
	for (size_t n = 0; n < sizeof text - 1; n++) {
		AUTO_ARENA struct arena *a = arena_new();
		struct json_value *v;
		uint8_t *cut = malloc(n ? n : 1); /* of its exact size, for ASan */

		assert_non_null(cut);
		memcpy(cut, text, n);
		assert_int_equal(json_parse(a, (struct bytes){ cut, n }, &v), ERR_MALFORMED);
		free(cut);
	}
}

static enum err parse_nested(struct arena *a, size_t depth, const char *open, const char *close)
{
	struct buf b = buf_new(a);
	struct json_value *v;

	for (size_t i = 0; i < depth; i++)
		buf_text(&b, open);
	buf_text(&b, "1");
	for (size_t i = 0; i < depth; i++)
		buf_text(&b, close);
	return json_parse(a, buf_bytes(&b), &v);
}

static void test_sixteen_levels_are_the_most(void **state)
{
	(void)state;
	AUTO_ARENA struct arena *a = arena_new();

	assert_int_equal(parse_nested(a, 16, "[", "]"), ERR_OK);
	assert_int_equal(parse_nested(a, 17, "[", "]"), ERR_TOOLARGE);
	assert_int_equal(parse_nested(a, 16, "{\"a\":", "}"), ERR_OK);
	assert_int_equal(parse_nested(a, 17, "{\"a\":", "}"), ERR_TOOLARGE);
	assert_int_equal(parse_nested(a, 100000, "[", "]"), ERR_TOOLARGE);
}

static void test_a_quarter_of_a_mebibyte_is_the_most(void **state)
{
	(void)state;
	AUTO_ARENA struct arena *a = arena_new();
	size_t n = 256 * 1024;
	char *text = arena_alloc(a, n + 1);
	struct json_value *v;

	memset(text, 'x', n + 1);
	text[0] = text[n - 1] = '"';
	assert_int_equal(json_parse(a, (struct bytes){ (uint8_t *)text, n }, &v), ERR_OK);
	assert_int_equal(strlen(v->string), n - 2);
	text[n - 1] = 'x';
	text[n] = '"';
	assert_int_equal(json_parse(a, (struct bytes){ (uint8_t *)text, n + 1 }, &v), ERR_TOOLARGE);
}

/* In seconds of the processor, which a busy machine hardly lengthens. */
static double seconds_of_keys(int n)
{
	AUTO_ARENA struct arena *a = arena_new();
	struct buf b = buf_new(a);
	struct json_value *v;
	clock_t start = clock();

	buf_text(&b, "{\"key\":0");
	for (int i = 0; i < n; i++)
		buf_printf(&b, ",\"%x\":0", i);
	struct buf doubled = b;

	buf_text(&b, "}");
	assert_int_equal(json_parse(a, buf_bytes(&b), &v), ERR_OK);
	doubled.n = b.n - 1;
	buf_text(&doubled, ",\"key\":1}");
	assert_int_equal(json_parse(a, buf_bytes(&doubled), &v), ERR_MALFORMED);
	return (double)(clock() - start) / CLOCKS_PER_SEC;
}

/* Ten times as many take ten times as long, or little more; each with each would be a hundred times. */
static void test_many_keys_are_not_compared_each_with_each(void **state)
{
	(void)state;
	double few = 1e9, many = 1e9;

	/* by turns, the best of some */
	for (int i = 0; i < 5; i++) {
		double x = seconds_of_keys(2500), y = seconds_of_keys(25000);

		few = x < few ? x : few;
		many = y < many ? y : many;
	}
	print_message("%.4f s, %.4f s\n", few, many);
	assert_true(many < 40 * few);
}

static void test_members_are_found_by_name(void **state)
{
	(void)state;
	AUTO_ARENA struct arena *a = arena_new();
	struct json_value *v;

	assert_int_equal(json_parse(a, bytes_of("{\"a\":\"x\",\"b\":12.50,\"c\":{\"a\":true}}"), &v), ERR_OK);
	assert_string_equal(json_get_string(v, "a"), "x");
	assert_null(json_get_string(v, "b"));
	assert_string_equal(json_get(v, "b")->string, "12.50");
	assert_true(json_get(json_get(v, "c"), "a")->boolean);
	assert_null(json_get(v, "d"));
	assert_null(json_get(json_get(v, "a"), "a"));
	assert_null(json_get(NULL, "a"));
	assert_null(json_get_string(NULL, "a"));
}

static void test_any_bytes_make_a_line_that_parses(void **state)
{
	(void)state;
	AUTO_ARENA struct arena *a = arena_new();
	char every[256];
	struct json_value *v;

	for (size_t i = 0; i < 255; i++)
		every[i] = (char)(i + 1);
	every[255] = '\0';
	struct json *j = json_new(a);

	json_open_map(j);
	json_key(j, every);
	json_string(j, every);
	json_key(j, "cut");
	json_string(j, "caf\xC3");
	json_close_map(j);
	assert_null(strchr(json_text(j), '\n'));
	assert_int_equal(json_parse(a, bytes_of(json_text(j)), &v), ERR_OK);
	assert_string_equal(json_get_string(v, "cut"), "caf\uFFFD");
	assert_memory_equal(v->first->string, every, 127);
}

static void test_integers_are_written_whole(void **state)
{
	(void)state;
	AUTO_ARENA struct arena *a = arena_new();
	struct json *j = json_new(a);

	json_open_array(j);
	json_integer(j, INT64_MIN);
	json_integer(j, INT64_MAX);
	json_close_array(j);
	assert_string_equal(json_text(j), "[-9223372036854775808,9223372036854775807]");
	assert_string_equal(json_text(json_new(a)), "");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_good_texts_come_back),
		cmocka_unit_test(test_bad_texts_are_refused),
		cmocka_unit_test(test_no_prefix_of_a_text_is_a_text),
		cmocka_unit_test(test_sixteen_levels_are_the_most),
		cmocka_unit_test(test_a_quarter_of_a_mebibyte_is_the_most),
		cmocka_unit_test(test_many_keys_are_not_compared_each_with_each),
		cmocka_unit_test(test_members_are_found_by_name),
		cmocka_unit_test(test_any_bytes_make_a_line_that_parses),
		cmocka_unit_test(test_integers_are_written_whole),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
