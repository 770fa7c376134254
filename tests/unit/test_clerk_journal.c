/* Which operations of the directory's log are the portal's own: by the identifier in the session tracking control. */
#include "clerk/journal.h"

#include <string.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#define HEAD "{1}{1.3.6.1.4.1.21008.108.63.1 controlValue \""
#define START \
	"305D04000407686162696C6973042E322E32352E3232333037343333303731343830373633303633353531343638303238383630303130373731322E340420"
#define ID "6364356563616431343139663933353432343233613031396662613863383736"

static const struct {
	const char *control, *id;
} cases[] = {
	{ HEAD START ID "\"}", "cd5ecad1419f93542423a019fba8c876" },
	{ "{0}{1.3.6.1.4.1.42.2.27.8.5.1}", "" },
	{ "{1}{1.2.3 controlValue \"" START ID "\"}", "" },
	{ HEAD START "\"}", "" },
	{ HEAD "0420" ID "\"}", "cd5ecad1419f93542423a019fba8c876" },
	{ HEAD ID "\"}", "" },
	{ HEAD START "6364\"}", "" },
	{ HEAD "\"}", "" },
	{ HEAD, "" },
	{ "", "" },
};

static void test_the_identifier_of_an_act_is_read_from_the_control(void **state)
{
	(void)state;
	for (size_t i = 0; i < LENGTH(cases); i++) {
		AUTO_ARENA struct arena *a = arena_new();

		assert_string_equal(journal_tracking(a, cases[i].control), cases[i].id);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_the_identifier_of_an_act_is_read_from_the_control),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
