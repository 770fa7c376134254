#include "base/base.h"

#include <string.h>

static const char *const texts[ERR__MAX] = {
	[ERR_OK] = "ok",
	[ERR_NOTFOUND] = "not found",
	[ERR_GONE] = "gone",
	[ERR_CONFLICT] = "conflict",
	[ERR_INVALID] = "invalid",
	[ERR_MALFORMED] = "malformed",
	[ERR_TOOLARGE] = "too large",
	[ERR_DENIED] = "denied",
	[ERR_LOGIN] = "login required",
	[ERR_LIMIT] = "too many requests",
	[ERR_UNAVAILABLE] = "unavailable",
	[ERR_UNKNOWN] = "outcome unknown",
	[ERR_FULL] = "no room",
	[ERR_CORRUPT] = "corrupt",
	[ERR_INTERNAL] = "internal error",
};

const char *err_text(enum err e)
{
	return (unsigned)e < ERR__MAX ? texts[e] : "unnamed error";
}

bool bytes_equal(struct bytes a, struct bytes b)
{
	return a.n == b.n && (a.n == 0 || memcmp(a.p, b.p, a.n) == 0);
}

struct bytes bytes_of(const char *s)
{
	return (struct bytes){ (const uint8_t *)s, strlen(s) };
}

bool strs_has(const struct strs *list, const char *s)
{
	for (size_t i = 0; i < list->n; i++)
		if (strcmp(list->v[i], s) == 0)
			return true;
	return false;
}

bool strs_same(const struct strs *x, const struct strs *y)
{
	for (size_t i = 0; i < x->n; i++)
		if (!strs_has(y, x->v[i]))
			return false;
	return x->n == y->n;
}
