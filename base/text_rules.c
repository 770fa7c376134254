#include "base/text.h"

#include <arpa/inet.h>
#include <string.h>
#include <strings.h>
#include <utf8proc.h>

static bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

static bool is_letter(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

enum err text_to_int(const char *s, int64_t min, int64_t max, int64_t *out)
{
	bool negative = min < 0 && *s == '-';
	int64_t v = 0;

	s += negative;
	if (!*s)
		return ERR_INVALID;
	for (; *s; s++) {
		if (!is_digit(*s))
			return ERR_INVALID;
		/* downwards, because INT64_MIN has no positive twin */
		if (__builtin_mul_overflow(v, 10, &v) || __builtin_sub_overflow(v, *s - '0', &v))
			return ERR_INVALID;
	}
	if (!negative && __builtin_sub_overflow(0, v, &v))
		return ERR_INVALID;
	if (v < min || v > max)
		return ERR_INVALID;
	*out = v;
	return ERR_OK;
}

const char *text_hex(struct arena *a, struct bytes b)
{
	static const char digits[] = "0123456789abcdef";
	char *s = arena_alloc(a, b.n * 2 + 1);

	for (size_t i = 0; i < b.n; i++) {
		s[2 * i] = digits[b.p[i] >> 4];
		s[2 * i + 1] = digits[b.p[i] & 15];
	}
	return s;
}

static int hex_value(char c)
{
	if (is_digit(c))
		return c - '0';
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	if (c >= 'A' && c <= 'F')
		return c - 'A' + 10;
	return -1;
}

enum err text_unhex(const char *s, uint8_t *out, size_t n)
{
	if (strlen(s) != 2 * n)
		return ERR_MALFORMED;
	for (size_t i = 0; i < 2 * n; i++)
		if (hex_value(s[i]) < 0)
			return ERR_MALFORMED;
	for (size_t i = 0; i < n; i++)
		out[i] = (uint8_t)(hex_value(s[2 * i]) << 4 | hex_value(s[2 * i + 1]));
	return ERR_OK;
}

size_t text_no_break(const char *s)
{
	return strncmp(s, "\u00a0", 2) == 0 ? 2 : strncmp(s, "\u202f", 3) == 0 ? 3 : 0;
}

#define CAPITALS "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
#define DIGITS "0123456789"
#define NUMBER_MAX 16

static bool is_number(const char *s, size_t n)
{
	return n <= NUMBER_MAX && *s != '-' && s[n - 1] != '-' && memchr(s, '-', n) && strcspn(s, DIGITS) < n;
}

const char *text_number(const char *s, size_t *n)
{
	for (size_t length; *s; s += length ? length : 1) {
		length = strspn(s, CAPITALS DIGITS "-");
		if (length && is_number(s, length)) {
			*n = length;
			return s;
		}
	}
	return NULL;
}

/* The bytes of a separator people put between digits; 0 when s starts with none. */
static size_t separator(const char *s)
{
	return *s && strchr(" .-/", *s) ? 1 : text_no_break(s);
}

/* What lies overseas has a country code of its own, whoever writes +33 before it: the first digits tell. */
static const struct {
	const char *code, *begin[7];
} overseas[] = {
	{ "590", { "590", "690", "691" } },
	{ "594", { "594", "694" } },
	{ "596", { "596", "696", "697" } },
	{ "262", { "262", "263", "269", "639", "692", "693" } },
};

/* Of nine digits; NULL: none of those. */
static const char *overseas_code(const char *digits)
{
	for (size_t i = 0; i < LENGTH(overseas); i++)
		for (const char *const *begin = overseas[i].begin; *begin; begin++)
			if (strncmp(digits, *begin, strlen(*begin)) == 0)
				return overseas[i].code;
	return NULL;
}

/* The country code after + or 00; "" : none of ours. */
static const char *country(const char *s)
{
	if (strncmp(s, "33", 2) == 0)
		return "33";
	for (size_t i = 0; i < LENGTH(overseas); i++)
		if (strncmp(s, overseas[i].code, 3) == 0)
			return overseas[i].code;
	return "";
}

/* "+33 (0)1 99…" is frequent: its (0) counts for nothing. code "" : none was written. */
static const char *skip_prefix(const char *s, const char **code)
{
	size_t plus = *s == '+' ? 1 : strncmp(s, "00", 2) == 0 ? 2 : 0;

	*code = "";
	if (!plus)
		return *s == '0' ? s + 1 : NULL;
	*code = country(s + plus);
	if (!**code)
		return NULL;
	s += plus + strlen(*code);
	while (separator(s))
		s += separator(s);
	return strncmp(s, "(0)", 3) == 0 ? s + 3 : s;
}

/* The code that leads there, whatever was written; NULL: what was written leads elsewhere. Of 09… nobody can tell. */
static const char *code_of(const char *digits, const char *written)
{
	const char *code = overseas_code(digits);

	if (!*written || strcmp(written, "33") == 0)
		return code ? code : "33";
	if (code)
		return strcmp(code, written) == 0 ? code : NULL;
	return digits[0] == '9' ? written : NULL;
}

enum err text_phone(struct arena *a, const char *s, const char **out)
{
	char digits[10] = "";
	size_t n = 0;
	bool repeated = true;
	const char *code;

	s = skip_prefix(s, &code);
	if (!s)
		return ERR_INVALID;
	while (*s) {
		size_t length = separator(s);

		if (!length) {
			if (!is_digit(*s) || n == 9)
				return ERR_INVALID;
			digits[n++] = *s;
			length = 1;
		}
		s += length;
	}
	for (size_t i = 1; i < n; i++)
		repeated = repeated && digits[i] == digits[0];
	if (n != 9 || digits[0] == '0' || repeated)
		return ERR_INVALID;
	code = code_of(digits, code);
	if (!code)
		return ERR_INVALID;
	*out = arena_printf(a, "+%s%s", code, digits);
	return ERR_OK;
}

enum err text_postal_code(struct arena *a, const char *s, const char **out)
{
	char digits[6] = "";
	size_t n = 0;

	for (size_t length; *s; s += length) {
		length = *s == ' ' ? 1 : text_no_break(s);
		if (length)
			continue;
		if (!is_digit(*s) || n == 5)
			return ERR_INVALID;
		digits[n++] = *s;
		length = 1;
	}
	if (n != 5)
		return ERR_INVALID;
	*out = arena_strdup(a, digits);
	return ERR_OK;
}

enum err text_address(struct arena *a, const char *s, const char **out)
{
	char text[INET6_ADDRSTRLEN];
	uint8_t raw[16];
	int family = strchr(s, ':') ? AF_INET6 : AF_INET;

	if (inet_pton(family, s, raw) != 1 || !inet_ntop(family, raw, text, sizeof text))
		return ERR_INVALID;
	*out = arena_strdup(a, text);
	return ERR_OK;
}

const char *text_phone_fr(struct arena *a, const char *e164)
{
	char digits[14];
	size_t n = 0;

	/* the directory's may be written in groups (RFC 4517 §3.3.31) */
	for (const char *s = e164; *s; s++) {
		if (*s == ' ')
			continue;
		if (n == sizeof digits - 1 || (*s != '+' && !is_digit(*s)))
			return e164;
		digits[n++] = *s;
	}
	digits[n] = '\0';
	if (n < 12 || digits[0] != '+')
		return e164;
	const char *p = digits + n - 9, *code = overseas_code(p);

	if (n == 12 ? strncmp(digits, "+33", 3) != 0 : !code || strncmp(digits + 1, code, 3) != 0)
		return e164;

	return arena_printf(a, "0%.1s %.2s %.2s %.2s %.2s", p, p + 1, p + 3, p + 5, p + 7);
}

/* Labels of at most 63 letters, digits and hyphens inside (RFC 1035 2.3.1), at least two, the last one 2 to 24 letters. */
static bool is_mail_domain(const char *s)
{
	static const char label[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-";
	size_t labels = 0, n;

	for (;; s += n + 1, labels++) {
		n = strspn(s, label);
		if (!n || n > 63 || *s == '-' || s[n - 1] == '-' || (s[n] && s[n] != '.'))
			return false;
		if (!s[n])
			break;
	}
	if (!labels || n < 2 || n > 24)
		return false;
	while (is_letter(*s))
		s++;
	return !*s;
}

bool text_is_mail(const char *s)
{
	const char *at = strchr(s, '@');

	if (!at || at == s || at - s > 64 || strlen(s) > 254)
		return false;
	for (const char *p = s; p < at; p++) {
		if (!is_letter(*p) && !is_digit(*p) && *p != '_' && (p == s || !strchr(".%+'-", *p)))
			return false;
		if (*p == '.' && (p[1] == '.' || p[1] == '@')) /* RFC 5321 4.1.2: a dot stands between two atoms */
			return false;
	}
	return is_mail_domain(at + 1);
}

static bool is_port(const char *s, size_t n)
{
	unsigned port = 0;

	if (n < 1 || n > 5)
		return false;
	for (size_t i = 0; i < n; i++) {
		if (!is_digit(s[i]))
			return false;
		port = port * 10 + (unsigned)(s[i] - '0');
	}
	return port >= 1 && port <= 65535;
}

/* Names with at least one dot inside; bytes over 0x7F are letters of an internationalised name. */
static bool is_authority(const char *s, size_t n)
{
	const char *colon = memchr(s, ':', n);
	bool dot = false;
	char before = '.';

	if (colon) {
		size_t rest = n - (size_t)(colon - s) - 1;

		if (!is_port(colon + 1, rest))
			return false;
		n = (size_t)(colon - s);
	}
	for (size_t i = 0; i < n; i++) {
		if (s[i] == '.' && before == '.')
			return false;
		if (s[i] != '.' && s[i] != '-' && !is_letter(s[i]) && !is_digit(s[i]) && (unsigned char)s[i] < 0x80)
			return false;
		dot = dot || s[i] == '.';
		before = s[i];
	}
	return dot && before != '.';
}

/* No blank, no control, none of the signs that end an attribute or that browsers rewrite. */
static bool has_url_characters(const char *s)
{
	int32_t cp;

	for (utf8proc_ssize_t n; *s; s += n) {
		n = utf8proc_iterate((const uint8_t *)s, -1, &cp);
		if (n <= 0 || cp <= ' ' || (cp < 0x80 && strchr("\"<>\\^`{|}\x7F", (int)cp)))
			return false;
		if (cp >= 0x80 && utf8proc_category(cp) >= UTF8PROC_CATEGORY_ZS)
			return false;
	}
	return true;
}

bool text_is_url(const char *s)
{
	size_t scheme = strncasecmp(s, "https://", 8) == 0 ? 8 : strncasecmp(s, "http://", 7) == 0 ? 7 : 0;

	if (!scheme || strlen(s) > 500 || !has_url_characters(s))
		return false;
	return is_authority(s + scheme, strcspn(s + scheme, "/?#"));
}

bool text_is_luhn(const char *digits)
{
	size_t n = strlen(digits);
	unsigned sum = 0;

	for (size_t i = 0; i < n; i++) {
		if (!is_digit(digits[i]))
			return false;
		unsigned v = (unsigned)(digits[i] - '0');

		if ((n - i) % 2 == 0)
			v = v * 2 > 9 ? v * 2 - 9 : v * 2;
		sum += v;
	}
	return n > 0 && sum % 10 == 0;
}
