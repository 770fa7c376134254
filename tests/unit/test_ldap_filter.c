#include "ldap/directory.h"

#include <string.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

/* clang-format off */
static const struct {
	const char *value;
	const char *filter;
} equal[] = {
	{ "jmartin",                   "(uid=jmartin)" },
	{ "",                          "(uid=)" },
	{ "*",                         "(uid=\\2a)" },
	{ "a*",                        "(uid=a\\2a)" },
	{ "a*)(uid=*",                 "(uid=a\\2a\\29\\28uid=\\2a)" },
	{ "*)(|(objectClass=*",        "(uid=\\2a\\29\\28|\\28objectClass=\\2a)" },
	{ "admin)(&)",                 "(uid=admin\\29\\28&\\29)" },
	{ "\\",                        "(uid=\\5c)" },
	{ "\\2a",                      "(uid=\\5c2a)" },
	{ "a\\00b",                    "(uid=a\\5c00b)" },
	{ "a,ou=cafs",                 "(uid=a,ou=cafs)" },
	{ " a ",                       "(uid= a )" },
	{ "a&b|c!d=e~f<g>h:i/j\"k;l+", "(uid=a&b|c!d=e~f<g>h:i/j\"k;l+)" },
	{ "\r\nuid: root",             "(uid=\\0d\\0auid: root)" },
	{ "a\x01\x1F\x7F",             "(uid=a\\01\\1f\\7f)" },
	{ "Zoé ａｌｉｃｅ",            "(uid=Zoé ａｌｉｃｅ)" },
	{ "\xFF\xC3",                  "(uid=\xFF\xC3)" },
	{ "((((((((",                  "(uid=\\28\\28\\28\\28\\28\\28\\28\\28)" },
};
/* clang-format on */

static void test_a_value_cannot_leave_its_place(void **state)
{
	(void)state;
	for (size_t i = 0; i < LENGTH(equal); i++) {
		AUTO_ARENA struct arena *a = arena_new();

		assert_string_equal(filter_equal(a, "uid", equal[i].value), equal[i].filter);
	}
}

/* Every byte but NUL: as it is, or in hexadecimal. */
static void test_each_byte_is_escaped_or_itself(void **state)
{
	(void)state;
	for (unsigned c = 1; c < 256; c++) {
		AUTO_ARENA struct arena *a = arena_new();
		char value[] = { (char)c, 0 };
		bool special = c < 0x20 || c == 0x7F || c == '*' || c == '(' || c == ')' || c == '\\';

		assert_string_equal(filter_equal(a, "cn", value),
				    special ? arena_printf(a, "(cn=\\%02x)", c) : arena_printf(a, "(cn=%s)", value));
	}
}

static void test_filters_join(void **state)
{
	(void)state;
	AUTO_ARENA struct arena *a = arena_new();
	const char *who = filter_or(a, filter_equal(a, "uid", "x*"), filter_equal(a, "habAgentNumero", "x*"), NULL);

	assert_string_equal(who, "(|(uid=x\\2a)(habAgentNumero=x\\2a))");
	assert_string_equal(filter_and(a, who, filter_equal(a, "objectClass", "habAgent"), NULL),
			    "(&(|(uid=x\\2a)(habAgentNumero=x\\2a))(objectClass=habAgent))");
	assert_string_equal(filter_and(a, who, NULL), "(&(|(uid=x\\2a)(habAgentNumero=x\\2a)))");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_a_value_cannot_leave_its_place),
		cmocka_unit_test(test_each_byte_is_escaped_or_itself),
		cmocka_unit_test(test_filters_join),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
