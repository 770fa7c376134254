/* RFC 4515. The only place that writes a filter. */
#include "ldap/directory.h"

#include <string.h>

static bool is_plain(char c)
{
	return (unsigned char)c >= ' ' && c != 0x7F && !strchr("*()\\", c);
}

const char *filter_equal(struct arena *a, const char *name, const char *value)
{
	struct buf b = buf_new(a);

	buf_printf(&b, "(%s=", name);
	for (const char *p = value; *p; p++) {
		if (is_plain(*p))
			buf_byte(&b, (uint8_t)*p);
		else
			buf_printf(&b, "\\%02x", (unsigned)(unsigned char)*p);
	}
	buf_byte(&b, ')');
	return buf_str(&b);
}

static const char *join(struct arena *a, const char *sign, const char *first, va_list args)
{
	struct buf b = buf_new(a);

	buf_text(&b, sign);
	for (const char *f = first; f; f = va_arg(args, const char *))
		buf_text(&b, f);
	buf_byte(&b, ')');
	return buf_str(&b);
}

const char *filter_and(struct arena *a, const char *first, ...)
{
	va_list args;

	va_start(args, first);
	const char *f = join(a, "(&", first, args);

	va_end(args);
	return f;
}

const char *filter_or(struct arena *a, const char *first, ...)
{
	va_list args;

	va_start(args, first);
	const char *f = join(a, "(|", first, args);

	va_end(args);
	return f;
}
