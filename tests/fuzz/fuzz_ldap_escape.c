/* What people type, on its way into filters and names: input is a value; up to its first NUL, as C strings are. */
#include "ldap/connection.h"

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void must(bool holds)
{
	if (!holds)
		abort();
}

static int hex_of(char c)
{
	const char *at = c ? strchr("0123456789abcdef", c) : NULL;

	return at ? (int)(at - "0123456789abcdef") : -1;
}

/* Nothing of the value is syntax, and undoing the escapes gives the value. */
static void check_filter(struct arena *a, const char *value)
{
	const char *p = filter_equal(a, "uid", value);
	size_t n = strlen(p);

	must(n >= 6 && strncmp(p, "(uid=", 5) == 0 && p[n - 1] == ')');
	for (const char *end = p + n - 1, *from = p + 5; from < end; value++) {
		if (*from != '\\') {
			must(!strchr("*()", *from) && *from == *value);
			from++;
			continue;
		}
		must(end - from >= 3 && hex_of(from[1]) >= 0 && hex_of(from[2]) >= 0);
		must((char)(hex_of(from[1]) * 16 + hex_of(from[2])) == *value);
		from += 3;
	}
	must(*value == 0);
}

/* libldap reads one more RDN than the parent's, holding the value and nothing else. */
static void check_child(struct arena *a, const char *value)
{
	LDAPDN parsed = NULL;
	const char *dn = dn_child(a, "uid", value, "ou=x,dc=test");

	must(ldap_str2dn(dn, &parsed, LDAP_DN_FORMAT_LDAPV3) == LDAP_SUCCESS);
	must(parsed[0] && parsed[1] && parsed[2] && !parsed[3] && parsed[0][0] && !parsed[0][1]);
	const LDAPAVA *ava = parsed[0][0];

	must(!(ava->la_flags & LDAP_AVA_BINARY) && ava->la_value.bv_len == strlen(value));
	must(memcmp(ava->la_value.bv_val, value, ava->la_value.bv_len) == 0);
	ldap_dnfree(parsed);
}

/* A normal form is its own, and keeps its parent. */
static void check_normal(struct arena *a, const char *dn)
{
	const char *normal, *again;

	if (dn_normal(a, dn, &normal))
		return;
	must(dn_normal(a, normal, &again) == ERR_OK && strcmp(normal, again) == 0);
	const char *parent = dn_parent(a, normal);

	must(dn_normal(a, parent, &again) == ERR_OK && strcmp(parent, again) == 0);
	must(strlen(parent) < strlen(normal) || !*normal);
}

static void check_value(struct arena *a, const char *value)
{
	const char *normal;

	if (dn_normal(a, dn_child(a, "cn", value, "dc=test"), &normal))
		return;
	const char *found = dn_value(a, normal, "cn");

	must(found && strcmp(dn_parent(a, normal), "dc=test") == 0);
	must(strcmp(dn_child(a, "cn", found, "dc=test"), normal) == 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	AUTO_ARENA struct arena *a = arena_new();
	const char *value = arena_memdup(a, data, size);

	check_filter(a, value);
	check_child(a, value);
	check_normal(a, value);
	check_value(a, value);
	return 0;
}
