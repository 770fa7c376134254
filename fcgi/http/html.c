#include "fcgi/http/html.h"

#include "fcgi/http/inside.h"

#include <stdlib.h>
#include <string.h>

#define NBSP "\xC2\xA0"          /* U+00A0 */
#define THIN_NBSP "\xE2\x80\xAF" /* U+202F */
#define GUILLEMET 0xC2           /* first byte of « (C2 AB), » (C2 BB) and ° (C2 B0) */

/* Where a literal must be looked at, by place. French signs stop a run, not the much more frequent blanks. */
/* clang-format off */
static const bool stops[HTML__MAX][256] = {
	[HTML_TEXT] = { [0] = true, ['{'] = true, ['<'] = true, [';'] = true, [':'] = true, ['?'] = true, ['!'] = true,
			[GUILLEMET] = true },
	[HTML_TAG] = { [0] = true, ['{'] = true, ['>'] = true, ['"'] = true, ['\''] = true },
	[HTML_DOUBLE] = { [0] = true, ['{'] = true, ['"'] = true },
	[HTML_SINGLE] = { [0] = true, ['{'] = true, ['\''] = true },
};
/* clang-format on */

static const char *const escapes[256] = {
	['&'] = "&amp;", ['<'] = "&lt;", ['>'] = "&gt;", ['"'] = "&quot;", ['\''] = "&#39;",
};

static void run(struct buf *out, const char *from, const char *to)
{
	if (to > from)
		buf_add(out, from, (size_t)(to - from));
}

static uint8_t at(const char *p)
{
	return (uint8_t)*p;
}

/* The no-break space that belongs before the sign at p, NULL when none does. */
static const char *space_before(const char *p)
{
	switch (at(p)) {
	case ';':
	case '?':
	case '!':
		return THIN_NBSP;
	case ':':
		return NBSP;
	case GUILLEMET:
		return at(p + 1) == 0xBB ? NBSP : NULL;
	default:
		return NULL;
	}
}

/* « oui », n° 7: a sign that what follows must not leave. */
static bool holds_next(const char *first, const char *p)
{
	if (at(p) != GUILLEMET || (at(p + 1) != 0xAB && at(p + 1) != 0xB0) || p[2] != ' ')
		return false;
	return at(p + 1) == 0xAB || (p > first && (p[-1] == 'n' || p[-1] == 'N'));
}

/* A French sign at p, from where nothing is written yet, first where the text began. Answers from where to go on. */
static const char *french(struct buf *out, const char *first, const char *from, const char *p)
{
	const char *space = space_before(p);

	if (holds_next(first, p)) {
		run(out, from, p + 2);
		buf_text(out, NBSP);
		return p + 3;
	}
	if (!space || p == first || p[-1] != ' ' || p == from)
		return from;
	run(out, from, p - 1);
	buf_text(out, space);
	return p;
}

static void escape(struct buf *out, const char *s, bool is_french)
{
	const char *from = s, *p = s;

	for (; *p; p++) {
		if (escapes[at(p)]) {
			run(out, from, p);
			buf_text(out, escapes[at(p)]);
			from = p + 1;
		} else if (is_french && stops[HTML_TEXT][at(p)]) {
			from = french(out, s, from, p);
			p = from > p ? from - 1 : p;
		}
	}
	run(out, from, p);
}

static bool is_unreserved(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || c == '-' || c == '.' ||
	       c == '_' || c == '~';
}

static void percent(struct buf *out, const char *s)
{
	static const char digits[] = "0123456789ABCDEF";

	while (*s) {
		const char *from = s;

		while (is_unreserved(*s))
			s++;
		run(out, from, s);
		if (*s) {
			buf_add(out, (char[]){ '%', digits[at(s) >> 4], digits[at(s) & 15] }, 3);
			s++;
		}
	}
}

/* Line ends and lines of blanks alone, from s on; counts the line ends. */
static size_t gap(const char *s, size_t *ends)
{
	size_t length = 0;

	*ends = 0;
	for (size_t i = 0; s[i] == '\n' || s[i] == ' ' || s[i] == '\t'; i++) {
		if (s[i] != '\n')
			continue;
		++*ends;
		length = i + 1;
	}
	return s[length + strspn(s + length, " \t")] ? length : strlen(s);
}

static void lines(struct buf *out, const char *s)
{
	size_t ends;

	s += gap(s, &ends);
	while (*s) {
		const char *p = s;

		while (*p && *p != '\n' && !escapes[at(p)])
			p++;
		run(out, s, p);
		s = p;
		if (*p == '\n') {
			s += gap(p, &ends);
			if (*s)
				buf_text(out, ends > 1 ? "</p>\n<p>" : "<br>\n");
		} else if (*p) {
			buf_text(out, escapes[at(p)]);
			s++;
		}
	}
}

/* Each line end is a break, none is dropped: a part of a text. */
static void breaks(struct buf *out, const char *s)
{
	const char *from = s;

	for (; *s; s++) {
		if (*s != '\n' && !escapes[at(s)])
			continue;
		run(out, from, s);
		buf_text(out, *s == '\n' ? "<br>\n" : escapes[at(s)]);
		from = s + 1;
	}
	run(out, from, s);
}

/* What a hole of this kind writes. */
static void hole(struct buf *out, char kind, const char *arg)
{
	if (!arg)
		abort();
	switch (kind) {
	case '}':
		escape(out, arg, false);
		break;
	case 'f':
		escape(out, arg, true);
		break;
	case 'u':
		percent(out, arg);
		break;
	case 'l':
		lines(out, arg);
		break;
	default:
		breaks(out, arg);
	}
}

/* ---- patterns ---- */

/* Text as it is written, and the hole that follows it; the last one has none. */
struct html_piece {
	const char *text;
	size_t n;
	char kind; /* '}' for "{}", the letter of another; 0: the end */
};

struct pieces {
	struct arena *arena;
	struct html_piece *v;
	size_t n;
	struct buf text; /* of the piece that grows */
};

/* Where a literal is after the sign c. */
static enum html_place next_place(enum html_place place, char c)
{
	switch (place) {
	case HTML_TEXT:
		return c == '<' ? HTML_TAG : HTML_TEXT;
	case HTML_TAG:
		return c == '>' ? HTML_TEXT : c == '"' ? HTML_DOUBLE : c == '\'' ? HTML_SINGLE : HTML_TAG;
	default:
		return c == '"' || c == '\'' ? HTML_TAG : place;
	}
}

static void end_piece(struct pieces *out, char kind)
{
	out->v = arena_more(out->arena, out->v, out->n, sizeof *out->v);
	out->v[out->n++] = (struct html_piece){ buf_str(&out->text), out->text.n, kind };
	out->text = buf_new(out->arena);
}

/* A hole at p ("{…}"); answers what follows it. */
static const char *pattern_hole(struct pieces *out, const char *p)
{
	char kind = p[1];

	if (!kind || !strchr("}fulb", kind) || (kind != '}' && p[2] != '}'))
		abort();
	end_piece(out, kind);
	return p + (kind == '}' ? 2 : 3);
}

/* Splits a pattern that starts at place; answers where it ends. */
static enum html_place split(struct pieces *out, const char *pattern, enum html_place place)
{
	const char *from = pattern, *p = pattern;

	for (;; p++) {
		while (!stops[place][at(p)])
			p++;
		if (!*p)
			break;
		if (*p == '{') {
			run(&out->text, from, p);
			from = p[1] == '{' ? p + 1 : pattern_hole(out, p);
			p = p[1] == '{' ? p + 1 : from - 1;
		} else if (place == HTML_TEXT && *p != '<') {
			from = french(&out->text, pattern, from, p);
			p = from > p ? from - 1 : p;
		} else {
			place = next_place(place, *p);
		}
	}
	run(&out->text, from, p);
	end_piece(out, 0);
	return place;
}

/* A pattern is a literal, so what it says depends on where it starts alone: a place in the source that starts in another
   way than the last time is split again. */
static void site_split(struct html_site *site, const char *pattern, enum html_place place)
{
	AUTO_ARENA struct arena *a = arena_new();
	struct pieces parts = { .arena = a, .text = buf_new(a) };
	enum html_place to = split(&parts, pattern, place);
	size_t room = parts.n * sizeof *parts.v;

	for (size_t i = 0; i < parts.n; i++)
		room += parts.v[i].n;
	struct html_piece *v = malloc(room);

	if (!v)
		abort();
	char *text = (char *)(v + parts.n);

	for (size_t i = 0; i < parts.n; i++) {
		memcpy(text, parts.v[i].text, parts.v[i].n);
		v[i] = (struct html_piece){ text, parts.v[i].n, parts.v[i].kind };
		text += parts.v[i].n;
	}
	free(site->pieces);
	*site = (struct html_site){ v, place, to };
}

void html_write(struct html *h, struct html_site *site, const char *pattern, const char *const *args)
{
	if (!site->pieces || site->from != h->place)
		site_split(site, pattern, h->place);
	const struct html_piece *p = site->pieces;

	for (;; p++) {
		buf_add(h->out, p->text, p->n);
		if (!p->kind)
			break;
		hole(h->out, p->kind, *args++);
	}
	h->place = site->to;
	if (*args)
		abort();
}

void html_part(struct html *h, const struct buf *part)
{
	buf_add(h->out, part->p, part->n);
}

#define NUMBER_MAX 20 /* "-9223372036854775808" */

/* printf's way costs more than the page's markup around the number. */
static size_t number_text(int64_t n, char out[NUMBER_MAX])
{
	char text[NUMBER_MAX], *p = text + NUMBER_MAX;
	uint64_t rest = n < 0 ? -(uint64_t)n : (uint64_t)n;

	do
		*--p = (char)('0' + rest % 10);
	while (rest /= 10);
	if (n < 0)
		*--p = '-';
	size_t length = (size_t)(text + NUMBER_MAX - p);

	memcpy(out, p, length);
	return length;
}

void put_number(struct buf *b, int64_t n)
{
	char text[NUMBER_MAX];
	size_t length = number_text(n, text);

	buf_add(b, text, length);
}

const char *html_number(struct html *h, int64_t n)
{
	char text[NUMBER_MAX];
	size_t length = number_text(n, text);

	return arena_memdup(h->out->arena, text, length);
}
