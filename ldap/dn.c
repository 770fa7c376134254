/* Distinguished names (RFC 4514). The parser is libldap's, with the leniency slapd itself has; the writer is ours, so
   that one name has one form: attribute=value pairs of an RDN sorted and joined by '+', RDNs joined by ','. */
#include "ldap/connection.h"

#include "base/text.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

/* Naming attributes of numericStringMatch: blanks do not count at all. */
static const char *const numeric[] = { "habcodecaf" };

static bool is_numeric(const char *attribute)
{
	for (size_t i = 0; i < LENGTH(numeric); i++)
		if (strcmp(attribute, numeric[i]) == 0)
			return true;
	return false;
}

static const char *lower(struct arena *a, const struct berval *v)
{
	char *s = arena_memdup(a, v->bv_val, v->bv_len);

	for (char *p = s; *p; p++)
		*p = (char)tolower((unsigned char)*p);
	return s;
}

static void add_escaped(struct buf *b, const char *value)
{
	size_t n = strlen(value);

	for (size_t i = 0; i < n; i++) {
		unsigned char c = (unsigned char)value[i];
		bool edge = (i == 0 && (c == ' ' || c == '#')) || (i == n - 1 && c == ' ');

		if (c < ' ' || c == 0x7F)
			buf_printf(b, "\\%02x", (unsigned)c);
		else if (edge || strchr("\"+,;<=>\\", c))
			buf_printf(b, "\\%c", c);
		else
			buf_byte(b, c);
	}
}

static const char *without_blanks(struct arena *a, const char *s)
{
	char *out = arena_alloc(a, strlen(s) + 1), *p = out;

	for (; *s; s++)
		if (*s != ' ')
			*p++ = *s;
	return out;
}

/* The folding drops zero-width characters, which slapd tells apart: no entry of ours may have one in its name. A
   value in BER ("#04…") is refused, as slapd does for our attributes; libldap drops what follows its first blank. */
static enum err add_value(struct arena *a, struct buf *b, const char *attribute, const LDAPAVA *ava)
{
	struct bytes raw = { (const uint8_t *)ava->la_value.bv_val, ava->la_value.bv_len };

	if (ava->la_flags & LDAP_AVA_BINARY || (raw.n && memchr(raw.p, 0, raw.n)) || !text_is_utf8(raw))
		return ERR_MALFORMED;
	const char *folded = text_casefold(a, arena_memdup(a, raw.p, raw.n));

	add_escaped(b, is_numeric(attribute) ? without_blanks(a, folded) : folded);
	return ERR_OK;
}

static int compare(const void *a, const void *b)
{
	return strcmp(*(const char *const *)a, *(const char *const *)b);
}

static enum err add_rdn(struct arena *a, struct buf *b, LDAPRDN rdn)
{
	struct strs pairs = { 0 };

	for (size_t i = 0; rdn[i]; i++) {
		const char *attribute = lower(a, &rdn[i]->la_attr);
		struct buf pair = buf_new(a);

		buf_printf(&pair, "%s=", attribute);
		enum err e = add_value(a, &pair, attribute, rdn[i]);

		if (e)
			return e;
		strs_add(a, &pairs, buf_str(&pair));
	}
	if (pairs.n > 1)
		qsort(pairs.v, pairs.n, sizeof *pairs.v, compare);
	for (size_t i = 0; i < pairs.n; i++) {
		if (i)
			buf_byte(b, '+');
		buf_text(b, pairs.v[i]);
	}
	return ERR_OK;
}

enum err dn_normal(struct arena *a, const char *dn, const char **out)
{
	LDAPDN parsed = NULL;
	struct buf b = buf_new(a);
	enum err e = ldap_str2dn(dn, &parsed, LDAP_DN_FORMAT_LDAP) ? ERR_MALFORMED : ERR_OK;

	for (size_t i = 0; !e && parsed && parsed[i]; i++) {
		if (i)
			buf_byte(&b, ',');
		e = add_rdn(a, &b, parsed[i]);
	}
	ldap_dnfree(parsed);
	if (!e)
		*out = buf_str(&b);
	return e;
}

const char *dn_child(struct arena *a, const char *attribute, const char *value, const char *parent)
{
	struct buf b = buf_new(a);

	buf_printf(&b, "%s=", attribute);
	add_escaped(&b, value);
	if (*parent)
		buf_printf(&b, ",%s", parent);
	return buf_str(&b);
}

/* Where the RDN at s ends: an unescaped comma or the end. *several: it has more than one pair. */
static const char *rdn_end(const char *s, bool *several)
{
	*several = false;
	for (; *s && *s != ','; s++) {
		*several = *several || *s == '+';
		if (*s == '\\' && s[1])
			s++;
	}
	return s;
}

const char *dn_parent(struct arena *a, const char *normal)
{
	bool several;
	const char *end = rdn_end(normal, &several);

	return *end ? arena_strdup(a, end + 1) : "";
}

static const char *unescaped(struct arena *a, const char *s, const char *end)
{
	char *out = arena_alloc(a, (size_t)(end - s) + 1), *p = out;
	uint8_t byte;

	while (s < end) {
		if (*s != '\\') {
			*p++ = *s++;
			continue;
		}
		if (end - s > 2 && text_unhex(arena_memdup(a, s + 1, 2), &byte, 1) == ERR_OK) {
			*p++ = (char)byte;
			s += 3;
			continue;
		}
		*p++ = s[1];
		s += 2;
	}
	return out;
}

const char *dn_value(struct arena *a, const char *normal, const char *attribute)
{
	size_t n = strlen(attribute);

	for (const char *s = normal; *s;) {
		bool several;
		const char *end = rdn_end(s, &several);

		if (!several && strncmp(s, attribute, n) == 0 && s[n] == '=')
			return unescaped(a, s + n + 1, end);
		s = *end ? end + 1 : end;
	}
	return NULL;
}
