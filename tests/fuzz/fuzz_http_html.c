/* HTML holes: whatever comes in, no sign of markup comes out, and nothing but the escapes is added. */
#include "fcgi/http/html.h"

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check(bool holds)
{
	if (!holds)
		abort();
}

/* What a browser would read back from escaped text. */
static const char *unescape(struct arena *a, const char *s)
{
	static const struct {
		const char *name;
		char c;
	} names[] = { { "&amp;", '&' }, { "&lt;", '<' }, { "&gt;", '>' }, { "&quot;", '"' }, { "&#39;", '\'' } };
	struct buf b = buf_new(a);

	for (; *s; s++) {
		size_t i = 0;

		while (i < LENGTH(names) && strncmp(s, names[i].name, strlen(names[i].name)) != 0)
			i++;
		check(*s != '&' || i < LENGTH(names));
		buf_byte(&b, (uint8_t)(i < LENGTH(names) ? names[i].c : *s));
		s += i < LENGTH(names) ? strlen(names[i].name) - 1 : 0;
	}
	return buf_str(&b);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	AUTO_ARENA struct arena *a = arena_new();
	const char *in = arena_memdup(a, data, size);
	struct buf out = buf_new(a);
	struct html h = { .out = &out };

	html(&h, "{}", in);
	check(!strpbrk(buf_str(&out), "<>\"'"));
	check(strcmp(unescape(a, buf_str(&out)), in) == 0);
	out.n = 0;
	html(&h, "{f}", in);
	check(!strpbrk(buf_str(&out), "<>\"'"));
	check(strlen(unescape(a, buf_str(&out))) >= strlen(in));
	out.n = 0;
	html(&h, "{u}", in);
	check(!strpbrk(buf_str(&out), "<>\"'&#?/ "));
	out.n = 0;
	html(&h, "{l}{b}", in, in);
	check(!strpbrk(buf_str(&out), "\"'"));
	return 0;
}
