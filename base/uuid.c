#include "base/uuid.h"

#include "base/secret.h"
#include "base/text.h"

#include <string.h>

/* The bytes before which RFC 4122's text has a dash. */
static bool dash_before(size_t i)
{
	return i == 4 || i == 6 || i == 8 || i == 10;
}

bool uuid_equal(struct uuid a, struct uuid b)
{
	return memcmp(a.b, b.b, sizeof a.b) == 0;
}

bool uuid_is_none(struct uuid u)
{
	return uuid_equal(u, UUID_NONE);
}

const char *uuid_text(struct arena *a, struct uuid u)
{
	static const char digits[] = "0123456789abcdef";
	char *text = arena_alloc(a, 37);
	char *t = text;

	for (size_t i = 0; i < sizeof u.b; i++) {
		if (dash_before(i))
			*t++ = '-';
		*t++ = digits[u.b[i] >> 4];
		*t++ = digits[u.b[i] & 15];
	}
	return text;
}

enum err uuid_parse(const char *s, struct uuid *out)
{
	char hex[33];
	size_t n = 0;
	struct uuid u;

	if (strlen(s) != 36)
		return ERR_MALFORMED;
	for (size_t i = 0; i < sizeof u.b; i++) {
		if (dash_before(i) && *s++ != '-')
			return ERR_MALFORMED;
		hex[n++] = *s++;
		hex[n++] = *s++;
	}
	hex[n] = '\0';
	if (text_unhex(hex, u.b, sizeof u.b))
		return ERR_MALFORMED;
	*out = u;
	return ERR_OK;
}

struct uuid uuid_new(void)
{
	struct uuid u;

	secret_random(u.b, sizeof u.b);
	u.b[6] = (uint8_t)((u.b[6] & 0x0f) | 0x40);
	u.b[8] = (uint8_t)((u.b[8] & 0x3f) | 0x80);
	return u;
}
