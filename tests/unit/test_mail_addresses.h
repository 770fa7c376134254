/* Mail addresses of which base/text.h and the directory (ldap/directory/overlays.ldif.in) say the same. */
#ifndef TEST_MAIL_ADDRESSES_H
#define TEST_MAIL_ADDRESSES_H

#include <stdbool.h>

#define TEN "1234567890"
#define SIXTY TEN TEN TEN TEN TEN TEN

static const struct {
	const char *s;
	bool good;
} mail_addresses[] = {
	{ "a@b.fr", true },
	{ "jean.d'arc+x_y%z-1@sous.domaine.asso.fr", true },
	{ "_a@b.fr", true },
	{ SIXTY "abcd@b.fr", true },
	{ SIXTY "abcde@b.fr", false },
	{ "a@" SIXTY "." SIXTY "." SIXTY "." SIXTY ".abcde.fr", true }, /* 254 bytes */
	{ "a@" SIXTY "." SIXTY "." SIXTY "." SIXTY ".abcdef.fr", false },
	{ "a@" SIXTY "123.fr", true },
	{ "a@" SIXTY "1234.fr", false },
	{ "a@x-y.fr", true },
	{ "a@-c.fr", false },
	{ "a@c-.fr", false },
	{ "a@b.-c.fr", false },
	{ "a.b.c@c.fr", true },
	{ "a..b@c.fr", false },
	{ "a.@c.fr", false },
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
	{ "o'neill+creche@l-accueil.example", true },
	{ "a%b_c@x1.example", true },
	{ "A.B-C@LA-CRECHE.EXAMPLE", true },
	{ "a@1.2.fr", true },
	{ "a-.b@c.fr", true },
	{ "a@b.museums", true },
	{ "a@b-.c.fr", false },
	{ "a.@b.c.fr", false },
	{ "+a@b.fr", false },
	{ "'a@b.fr", false },
	{ "%a@b.fr", false },
	{ "a@b.fr ", false },
	{ " a@b.fr", false },
	{ "a@b_c.fr", false },
	{ "a;b@c.fr", false },
	{ "a@b.fr\nc", false },
	{ "c\na@b.fr", false },
};

#endif
