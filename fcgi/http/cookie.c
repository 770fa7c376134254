#include "fcgi/http/http.h"

#include <stdlib.h>
#include <string.h>

/* RFC 6265 §4.1.1 cookie-octet: printable ASCII without blank, quotation mark, comma, semicolon and backslash. */
static bool is_octet(char c)
{
	return c > ' ' && c <= '~' && c != '"' && c != ',' && c != ';' && c != '\\';
}

static size_t octets(const char *p, size_t n)
{
	size_t i = 0;

	while (i < n && is_octet(p[i]))
		i++;
	return i;
}

static void trim(const char **p, size_t *n)
{
	for (; *n && (**p == ' ' || **p == '\t'); --*n)
		++*p;
	while (*n && ((*p)[*n - 1] == ' ' || (*p)[*n - 1] == '\t'))
		--*n;
}

const char *http_cookie(const struct http_request *rq, const char *name)
{
	size_t name_length = strlen(name), n;
	const char *value = NULL;

	for (const char *p = rq->cookie; *p; p += *p == ';') {
		const char *pair = p;

		n = strcspn(p, ";");
		p += n;
		trim(&pair, &n);
		if (n <= name_length || strncmp(pair, name, name_length) != 0 || pair[name_length] != '=')
			continue;
		pair += name_length + 1;
		n -= name_length + 1;
		/* two of one name, set for different hosts or paths: one of them is an attacker's */
		if (value || octets(pair, n) != n)
			return NULL;
		value = arena_memdup(rq->arena, pair, n);
	}
	return value;
}

void http_set_cookie(struct http_reply *re, const char *name, const char *value, int max_age)
{
	size_t n = strlen(name);

	if (strncmp(name, "__Host-", 7) != 0 || octets(name, n) != n || strchr(name, '=') ||
	    octets(value, strlen(value)) != strlen(value))
		abort();
	/* Lax: who follows a link from a mail is still logged in. Writes are held by a token and the Origin besides. */
	const char *age = max_age < 0 ? "" : arena_printf(re->arena, "; Max-Age=%d", max_age);

	http_header(re, "Set-Cookie", "%s=%s; Path=/; Secure; HttpOnly; SameSite=Lax%s", name, value, age);
}
