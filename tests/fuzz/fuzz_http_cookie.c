/* A Cookie header: a value is only answered when it stands there exactly so, once, and is nothing but cookie characters. */
#include "fcgi/http/http.h"

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check(bool holds)
{
	if (!holds)
		abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const char name[] = "__Host-s";
	AUTO_ARENA struct arena *a = arena_new();
	struct http_request rq = { .arena = a, .cookie = arena_memdup(a, data, size) };
	const char *value = http_cookie(&rq, name);

	if (!value)
		return 0;
	for (const char *p = value; *p; p++)
		check(*p > ' ' && *p <= '~' && !strchr("\",;\\", *p));
	check(strstr(rq.cookie, arena_printf(a, "%s=%s", name, value)) != NULL);
	/* the same header again behind itself holds the name twice */
	rq.cookie = arena_printf(a, "%s; %s", rq.cookie, rq.cookie);
	check(!http_cookie(&rq, name));
	return 0;
}
