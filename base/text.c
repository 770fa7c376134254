#include "base/text.h"

#include <stdlib.h>
#include <string.h>
#include <utf8proc.h>

/* One code point at s, its bytes in *length. A broken byte counts as one character of value -1. */
static int32_t next(const char *s, size_t n, size_t *length)
{
	int32_t cp;
	utf8proc_ssize_t got = utf8proc_iterate((const uint8_t *)s, (utf8proc_ssize_t)n, &cp);

	*length = got > 0 ? (size_t)got : 1;
	return got > 0 ? cp : -1;
}

bool text_is_utf8(struct bytes in)
{
	int32_t cp;

	for (size_t i = 0; i < in.n;) {
		utf8proc_ssize_t got = utf8proc_iterate(in.p + i, (utf8proc_ssize_t)(in.n - i), &cp);

		if (got <= 0)
			return false;
		i += (size_t)got;
	}
	return true;
}

static bool is_bidi_control(int32_t cp)
{
	return (cp >= 0x202A && cp <= 0x202E) || (cp >= 0x2066 && cp <= 0x2069);
}

static bool is_direction_mark(int32_t cp)
{
	return cp == 0x200E || cp == 0x200F || is_bidi_control(cp);
}

static bool is_allowed(int32_t cp, bool lines)
{
	if (cp == '\n' || cp == '\t')
		return lines;
	if (cp < 0x80)
		return cp >= ' ' && cp != 0x7F;
	if (is_bidi_control(cp))
		return false;
	switch (utf8proc_category(cp)) {
	case UTF8PROC_CATEGORY_CN:
	case UTF8PROC_CATEGORY_CC:
	case UTF8PROC_CATEGORY_CS:
		return false;
	case UTF8PROC_CATEGORY_ZL:
	case UTF8PROC_CATEGORY_ZP:
		return lines;
	default:
		return true;
	}
}

/* utf8proc_map into the arena; NULL when in is not UTF-8. Ends the process without memory, as the arena does. */
static char *map(struct arena *a, const char *in, size_t n, utf8proc_option_t options)
{
	uint8_t *mapped = NULL;
	utf8proc_ssize_t got = utf8proc_map((const uint8_t *)in, (utf8proc_ssize_t)n, &mapped, options);

	if (got == UTF8PROC_ERROR_NOMEM)
		abort();
	if (got < 0)
		return NULL;
	char *copy = arena_memdup(a, mapped, (size_t)got);

	explicit_bzero(mapped, (size_t)got); /* it may be a password */
	free(mapped);
	return copy;
}

enum err text_clean(struct arena *a, struct bytes in, bool lines, const char **out)
{
	char *s = arena_alloc(a, in.n + 1);
	const char *from = (const char *)in.p;
	bool ascii = true;
	size_t n = 0, length;

	for (size_t i = 0; i < in.n; i += length) {
		if (lines && from[i] == '\r') {
			length = i + 1 < in.n && from[i + 1] == '\n' ? 2 : 1;
			s[n++] = '\n';
			continue;
		}
		if (!is_allowed(next(from + i, in.n - i, &length), lines))
			return ERR_MALFORMED;
		ascii = ascii && length == 1;
		memcpy(s + n, from + i, length);
		n += length;
	}
	if (!ascii) {
		s = map(a, s, n, UTF8PROC_STABLE | UTF8PROC_COMPOSE);
		if (!s)
			return ERR_MALFORMED;
	}
	*out = s;
	return ERR_OK;
}

/* What has no width counts too: a name made of it would look empty. */
static bool is_blank(int32_t cp)
{
	if (cp < 0x80)
		return cp == ' ' || (cp >= '\t' && cp <= '\r');
	if (cp == 0x85 || cp == 0x200B || cp == 0x2060 || cp == 0xFEFF || is_direction_mark(cp))
		return true;
	utf8proc_category_t category = utf8proc_category(cp);

	return category == UTF8PROC_CATEGORY_ZS || category == UTF8PROC_CATEGORY_ZL || category == UTF8PROC_CATEGORY_ZP;
}

static char *trim(struct arena *a, const char *s, bool (*is_dropped)(int32_t))
{
	size_t n = strlen(s), first = n, last = n, length;

	for (size_t i = 0; i < n; i += length) {
		if (is_dropped(next(s + i, n - i, &length)))
			continue;
		if (first == n)
			first = i;
		last = i + length;
	}
	return arena_memdup(a, s + first, last - first);
}

const char *text_trim(struct arena *a, const char *s)
{
	return trim(a, s, is_blank);
}

char *text_pasted(struct arena *a, const char *s)
{
	struct buf b = buf_new(a);
	size_t n = strlen(s), length;

	for (size_t i = 0; i < n; i += length) {
		int32_t cp = next(s + i, n - i, &length);

		if (is_bidi_control(cp))
			continue;
		if (cp >= 0x80 && utf8proc_category(cp) == UTF8PROC_CATEGORY_CN)
			buf_text(&b, "\uFFFD");
		else
			buf_add(&b, s + i, length);
	}
	return trim(a, buf_str(&b), is_direction_mark);
}

/* Letters that Unicode does not take apart, as French keyboards write them. */
static const struct {
	int32_t cp;
	const char *plain;
} opened[] = {
	{ 0x0153, "oe" }, { 0x00E6, "ae" }, { 0x00F8, "o" }, { 0x0142, "l" }, { 0x0111, "d" }, { 0x0131, "i" },
};

static bool is_word(int32_t cp)
{
	if (cp < 0x80)
		return (cp >= 'a' && cp <= 'z') || (cp >= '0' && cp <= '9');
	if (cp == 0x02BC) /* an apostrophe that Unicode calls a letter */
		return false;
	utf8proc_category_t category = utf8proc_category(cp);

	return (category >= UTF8PROC_CATEGORY_LU && category <= UTF8PROC_CATEGORY_LO) ||
	       (category >= UTF8PROC_CATEGORY_ND && category <= UTF8PROC_CATEGORY_NO);
}

/* NULL: it stays. */
static const char *opened_of(int32_t cp)
{
	for (size_t i = 0; i < LENGTH(opened); i++)
		if (opened[i].cp == cp)
			return opened[i].plain;
	return NULL;
}

char *text_fold(struct arena *a, const char *s)
{
	char *p = map(a, s, strlen(s),
		      UTF8PROC_STABLE | UTF8PROC_COMPAT | UTF8PROC_COMPOSE | UTF8PROC_CASEFOLD | UTF8PROC_STRIPMARK |
			      UTF8PROC_IGNORE);
	size_t length, to = 0;
	bool gap = false;

	if (!p)
		return arena_strdup(a, "");
	/* in place: nothing becomes longer, a word begins after what parts it from the one before */
	for (size_t i = 0, n = strlen(p); i < n; i += length) {
		int32_t cp = next(p + i, n - i, &length);
		const char *plain = opened_of(cp);

		if (!is_word(cp)) {
			gap = to > 0;
			continue;
		}
		if (gap)
			p[to++] = ' ';
		gap = false;
		size_t bytes = plain ? strlen(plain) : length;

		memmove(p + to, plain ? plain : p + i, bytes);
		to += bytes;
	}
	explicit_bzero(p + to, strlen(p + to)); /* it may be a password */
	return p;
}

const char *text_sought(struct arena *a, const char *typed)
{
	return *typed ? text_fold(a, typed) : NULL;
}

static bool one_holds(const char *const *folded, size_t n, const char *word)
{
	bool found = false;

	for (size_t i = 0; i < n && !found; i++)
		found = strstr(folded[i], word) != NULL;
	return found;
}

bool text_mentions(struct arena *a, const char *sought, const char *const *texts, size_t n)
{
	const char **folded = arena_array(a, n, const char *);
	bool all = !sought || *sought;

	for (size_t i = 0; sought && i < n; i++)
		folded[i] = text_fold(a, texts[i]);
	for (const char *p = sought; p && all && *p;) {
		size_t length = strcspn(p, " ");

		all = one_holds(folded, n, arena_memdup(a, p, length));
		p += length + (p[length] == ' ');
	}
	return all;
}

char *text_unaccent(struct arena *a, const char *s)
{
	return map(a, s, strlen(s), UTF8PROC_STABLE | UTF8PROC_COMPOSE | UTF8PROC_STRIPMARK);
}

/* What text_fold would write, a letter at a time: a sort compares too often to make texts for it. */
struct letters {
	const char *s;
	int32_t v[32]; /* a character taken apart: 18 at most */
	utf8proc_ssize_t n, i;
	bool begun, gap;
};

static bool more_letters(struct letters *x)
{
	size_t length;

	if (!*x->s)
		return false;
	int32_t cp = next(x->s, strlen(x->s), &length);
	int bound = 0;

	x->s += length;
	x->i = 0;
	x->n = cp < 0 ? 0 :
			utf8proc_decompose_char(cp, x->v, LENGTH(x->v),
						UTF8PROC_DECOMPOSE | UTF8PROC_COMPAT | UTF8PROC_CASEFOLD |
							UTF8PROC_STRIPMARK | UTF8PROC_IGNORE,
						&bound);
	return true;
}

/* 0 at the end. */
static int32_t letter(struct letters *x)
{
	for (;;) {
		if (x->i >= x->n) {
			if (!more_letters(x))
				return 0;
			continue;
		}
		int32_t cp = x->v[x->i];
		const char *plain = opened_of(cp);

		if (!is_word(cp)) {
			x->gap = x->begun;
			x->i++;
		} else if (x->gap) {
			x->gap = false;
			return ' ';
		} else {
			x->begun = true;
			if (plain && plain[1])
				x->v[x->i] = plain[1];
			else
				x->i++;
			return plain ? *plain : cp;
		}
	}
}

int text_order(const char *x, const char *y)
{
	struct letters first = { .s = x }, second = { .s = y };
	int32_t a, b;

	do {
		a = letter(&first);
		b = letter(&second);
	} while (a == b && a);
	return a != b ? a - b : strcmp(x, y);
}

const char *text_upper(struct arena *a, const char *s)
{
	char *out = arena_strdup(a, s);

	for (char *p = out; *p; p++)
		if (*p >= 'a' && *p <= 'z')
			*p = (char)(*p - 'a' + 'A');
	return out;
}

const char *text_casefold(struct arena *a, const char *s)
{
	const char *p = map(a, s, strlen(s),
			    UTF8PROC_STABLE | UTF8PROC_COMPAT | UTF8PROC_COMPOSE | UTF8PROC_CASEFOLD | UTF8PROC_IGNORE);
	struct buf b = buf_new(a);
	bool gap = false;
	size_t length;

	for (size_t i = 0, n = p ? strlen(p) : 0; i < n; i += length) {
		if (is_blank(next(p + i, n - i, &length))) {
			gap = b.n > 0;
			continue;
		}
		if (gap)
			buf_byte(&b, ' ');
		gap = false;
		buf_add(&b, p + i, length);
	}
	return buf_str(&b);
}

const char *text_slug(struct arena *a, const char *s)
{
	char slug[61];
	size_t n = 0;
	bool gap = false;

	for (const char *p = text_fold(a, s); *p && n < 60; p++) {
		if (!(*p >= 'a' && *p <= 'z') && !(*p >= '0' && *p <= '9')) {
			gap = n > 0;
			continue;
		}
		if (gap && n < 59)
			slug[n++] = '-';
		else if (gap)
			break;
		gap = false;
		slug[n++] = *p;
	}
	return n ? arena_memdup(a, slug, n) : "etablissement";
}

static bool starts_character(char c)
{
	return ((unsigned char)c & 0xC0) != 0x80;
}

size_t text_length(const char *s)
{
	size_t n = 0;

	for (; *s; s++)
		n += starts_character(*s);
	return n;
}

const char *text_cut(struct arena *a, const char *s, size_t n)
{
	size_t i = 0;

	for (size_t seen = 0; s[i]; i++)
		if (starts_character(s[i]) && seen++ == n)
			return arena_memdup(a, s, i);
	return s;
}

const char *text_lower_first(struct arena *a, const char *s)
{
	char *copy = arena_strdup(a, s);

	if (*copy >= 'A' && *copy <= 'Z')
		*copy = (char)(*copy + 'a' - 'A');
	return copy;
}

const char *text_one_line(struct arena *a, const char *lines)
{
	struct buf b = buf_new(a);

	for (; *lines; lines++) {
		if (*lines == '\n')
			buf_text(&b, ", ");
		else
			buf_byte(&b, (uint8_t)*lines);
	}
	return buf_str(&b);
}
