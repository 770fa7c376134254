/* HTML out, escaped by construction: the pattern must be a literal (a variable does not compile), data can only enter
   through a hole, and every hole escapes.
     {}   text or quoted attribute value
     {u}  percent-encoded (RFC 3986 unreserved characters stay)
     {l}  text of several lines: escaped, '\n' becomes <br>, an empty line a new paragraph inside <p>…</p>
     {b}  a part of such a text: escaped, each '\n' becomes <br>
     {f}  our own French words: escaped, with the no-break spaces
   "{{" is a brace. Literal French text outside tags gets its no-break spaces by itself: where a blank stands before
   ; ? ! it becomes U+202F, before : and » and after « it becomes U+00A0. A tag may be written by several calls. Too few
   or too many arguments is a fault of ours (aborts). */
#ifndef FCGI_HTTP_HTML_H
#define FCGI_HTTP_HTML_H

#include "base/arena.h"

enum html_place { HTML_TEXT, HTML_TAG, HTML_DOUBLE, HTML_SINGLE, HTML__MAX };

/* struct html h = { .out = &reply->body }; */
struct html {
	struct buf *out;
	enum html_place place; /* where the next literal starts: text, inside a tag, inside "…" or '…' of an attribute */
};

/* What a pattern says, worked out at the first call of its place in the source and kept there. */
struct html_site {
	struct html_piece *pieces; /* NULL at first */
	enum html_place from, to;
};

#define html(h, pattern, ...) \
	__extension__({ \
		static struct html_site html_site_; \
		html_write((h), &html_site_, "" pattern, (const char *const[]){ "", ##__VA_ARGS__, NULL } + 1); \
	})

void html_write(struct html *h, struct html_site *site, const char *pattern, const char *const *args);

/* Appends what another html wrote (a part built aside). */
void html_part(struct html *h, const struct buf *part);

/* A number as plain digits, in the arena of the page; number_fr (base/input.h) groups its thousands. */
const char *html_number(struct html *h, int64_t n);

#endif
