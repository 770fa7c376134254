#include "ldap/directory.h"

#include <string.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#define TREE "ou=cafs,dc=hab,dc=test"

/* clang-format off */
static const struct {
	const char *dn;
	const char *normal; /* NULL: refused */
} normals[] = {
	{ "uid=jmartin,ou=Fournisseurs," TREE,     "uid=jmartin,ou=fournisseurs," TREE },
	{ "UID=JMartin,OU=FOURNISSEURS," TREE,     "uid=jmartin,ou=fournisseurs," TREE },
	{ " uid = jmartin , ou = x ",              "uid=jmartin,ou=x" },
	{ "uid=jmartin;ou=x",                      "uid=jmartin,ou=x" },
	{ "uid=\"jmartin\",ou=x",                  "uid=jmartin,ou=x" },
	{ "uid=\"a,b\",ou=x",                      "uid=a\\,b,ou=x" },
	{ "uid=a\\2Cb,ou=x",                       "uid=a\\,b,ou=x" },
	{ "uid=a\\,b,ou=x",                        "uid=a\\,b,ou=x" },
	{ "uid=a\\2cou\\3dx,ou=y",                 "uid=a\\,ou\\=x,ou=y" },
	{ "uid=\\6a\\6D\\61rtin,ou=x",             "uid=jmartin,ou=x" },
	{ "uid=\\20 jmartin\\20,ou=x",             "uid=jmartin,ou=x" },
	{ "cn=Jeanne   Martin",                    "cn=jeanne martin" },
	{ "cn=Jeanne\\0aMartin",                   "cn=jeanne martin" },
	{ "cn=a\\01b",                             "cn=a\\01b" },
	{ "cn=É\\C3\\A9T\\C3\\89",                 "cn=éété" },
	{ "cn=e\\cc\\81",                          "cn=é" },
	{ "uid=ｊｍａｒｔｉｎ,ou=x",               "uid=jmartin,ou=x" },
	{ "uid=jmartin\\C2\\A0,ou=x",              "uid=jmartin,ou=x" },
	{ "cn=\\#1",                               "cn=\\#1" },
	{ "cn=#0402ABcd",                          NULL },
	{ "cn=# ,ou=x",                            NULL },
	{ "cn=b+UID=A,ou=x",                       "cn=b+uid=a,ou=x" },
	{ "UID=A+cn=b,ou=x",                       "cn=b+uid=a,ou=x" },
	{ "cn=a\\+b",                              "cn=a\\+b" },
	{ "habCodeCaf=9 2\\201,ou=x",              "habcodecaf=921,ou=x" },
	{ "habCodeCaf=921,ou=9 2 1",               "habcodecaf=921,ou=9 2 1" },
	{ "0.9.2342.19200300.100.1.1=jmartin",     "0.9.2342.19200300.100.1.1=jmartin" },
	{ "cn=",                                   "cn=" },
	{ "",                                      "" },
	{ "jmartin",                               NULL },
	{ "uid=a,",                                NULL },
	{ ",uid=a",                                NULL },
	{ "uid=a,,ou=x",                           NULL },
	{ "=a",                                    NULL },
	{ "uid=a\\",                               NULL },
	{ "uid=a\\zz",                             NULL },
	{ "uid=a\\00,ou=x",                        NULL }, /* slapd's constraints read up to the NUL */
	{ "uid=a\\00b,ou=x",                       NULL },
	{ "uid=a\\ff,ou=x",                        NULL }, /* no UTF-8 */
	{ "uid=a\xE9,ou=x",                        NULL },
	{ "uid=\"a,ou=x",                          NULL },
	{ "cn=#04",                                NULL },
	{ "cn=#4",                                 NULL },
};
/* clang-format on */

static void test_spellings_become_one(void **state)
{
	(void)state;
	for (size_t i = 0; i < LENGTH(normals); i++) {
		AUTO_ARENA struct arena *a = arena_new();
		const char *out = "untouched";

		print_message("%s\n", normals[i].dn);
		assert_int_equal(dn_normal(a, normals[i].dn, &out), normals[i].normal ? ERR_OK : ERR_MALFORMED);
		assert_string_equal(out, normals[i].normal ? normals[i].normal : "untouched");
		if (normals[i].normal) {
			assert_int_equal(dn_normal(a, out, &out), ERR_OK);
			assert_string_equal(out, normals[i].normal);
		}
	}
}

/* clang-format off */
static const struct {
	const char *value;
	const char *child;
} children[] = {
	{ "jmartin",       "uid=jmartin,ou=x" },
	{ "a,b",           "uid=a\\,b,ou=x" },
	{ "a,ou=cafs",     "uid=a\\,ou\\=cafs,ou=x" },
	{ "a+b\"c;d<e>f",  "uid=a\\+b\\\"c\\;d\\<e\\>f,ou=x" },
	{ "a\\2Cb",        "uid=a\\\\2Cb,ou=x" },
	{ "#04",           "uid=\\#04,ou=x" },
	{ "a#",            "uid=a#,ou=x" },
	{ " a b ",         "uid=\\ a b\\ ,ou=x" },
	{ " ",             "uid=\\ ,ou=x" },
	{ "",              "uid=,ou=x" },
	{ "a\nb\x7F",      "uid=a\\0ab\\7f,ou=x" },
	{ "Zoé",           "uid=Zoé,ou=x" },
};
/* clang-format on */

static void test_a_child_keeps_to_its_rdn(void **state)
{
	(void)state;
	for (size_t i = 0; i < LENGTH(children); i++) {
		AUTO_ARENA struct arena *a = arena_new();
		const char *normal;

		assert_string_equal(dn_child(a, "uid", children[i].value, "ou=x"), children[i].child);
		assert_int_equal(dn_normal(a, children[i].child, &normal), ERR_OK);
		assert_string_equal(dn_parent(a, normal), "ou=x");
	}
	AUTO_ARENA struct arena *a = arena_new();

	assert_string_equal(dn_child(a, "dc", "test", ""), "dc=test");
}

static void test_parents_and_values(void **state)
{
	(void)state;
	AUTO_ARENA struct arena *a = arena_new();
	const char *dn = "uid=j\\,m\\0a\\#,habfournisseurid=f001,habcodecaf=921,habcodecaf=751,dc=test";

	assert_string_equal(dn_value(a, dn, "uid"), "j,m\n#");
	assert_string_equal(dn_value(a, dn, "habfournisseurid"), "f001");
	assert_string_equal(dn_value(a, dn, "habcodecaf"), "921");
	assert_string_equal(dn_value(a, dn, "dc"), "test");
	assert_null(dn_value(a, dn, "hab"));
	assert_null(dn_value(a, dn, "m"));
	assert_null(dn_value(a, "", "uid"));
	assert_null(dn_value(a, "uid=a\\,habcodecaf\\=751,dc=test", "habcodecaf"));
	assert_string_equal(dn_value(a, "habcodecaf=751+uid=x,habcodecaf=921", "habcodecaf"), "921");
	assert_string_equal(dn_value(a, "cn=a\\+b,ou=x", "cn"), "a+b");
	assert_string_equal(dn_value(a, "cn=,ou=x", "cn"), "");

	dn = dn_parent(a, dn);
	assert_string_equal(dn, "habfournisseurid=f001,habcodecaf=921,habcodecaf=751,dc=test");
	assert_string_equal(dn_parent(a, "dc=test"), "");
	assert_string_equal(dn_parent(a, ""), "");
	assert_string_equal(dn_parent(a, "uid=a\\\\,ou=x"), "ou=x");
}

static void test_places_that_would_leak_a_password_are_refused(void **state)
{
	(void)state;
	static const struct directory_place wrong[] = {
		{ "ldap://localhost", "dc=test", "", "" },
		{ "http://localhost", "dc=test", "", "" },
		{ "", "dc=test", "", "" },
		{ "ldaps://localhost", "dc=test", "/nonexistent", "" },
		{ "ldaps://localhost", "dc=test", "", "/nonexistent" },
		{ "ldapi:///", "dc=test", "/nonexistent", "" },
	};

	for (size_t i = 0; i < LENGTH(wrong); i++) {
		AUTO_ARENA struct arena *a = arena_new();
		struct directory *d = NULL;
		const char *why = NULL;

		assert_int_equal(directory_new(a, &wrong[i], SERVICE_WEB, &d, &why), ERR_INVALID);
		assert_non_null(why);
		assert_null(d);
	}
	directory_free(NULL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_spellings_become_one),
		cmocka_unit_test(test_a_child_keeps_to_its_rdn),
		cmocka_unit_test(test_parents_and_values),
		cmocka_unit_test(test_places_that_would_leak_a_password_are_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
