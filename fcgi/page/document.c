#include "fcgi/page/document.h"

#include "base/text.h"
#include "fcgi/page/pdf.h"

#include <string.h>

/* Of a cell: they fit a printed page in the narrowest column, and parts leave little of it empty. */
#define WHOLE_BYTES 1000
#define PART_BYTES 450

/* Browsers break a line at any hyphen, a number's too. */
static void print_words(struct html *h, const char *text)
{
	struct arena *a = h->out->arena;
	size_t n;

	for (const char *s; (s = text_number(text, &n)); text = s + n)
		html(h, "{b}<span class=\"nowrap\">{}</span>", arena_memdup(a, text, (size_t)(s - text)),
		     arena_memdup(a, s, n));
	html(h, "{b}", text);
}

/* What of a cell stands in one row, or in the next part of one: it ends with a line of it, or with a comma. */
static size_t part_of(const char *text, bool again)
{
	size_t n = strlen(text), end = 0;

	if (n <= (again ? PART_BYTES : WHOLE_BYTES))
		return n;
	for (size_t i = 1; i < PART_BYTES; i++)
		if (text[i] == '\n' || (text[i] == ' ' && text[i - 1] == ','))
			end = i;
	return end ? end : n;
}

/* A row that may be higher than a printed page comes in parts, each with its name: on its next page a browser would not say it. */
static void print_row(struct html *h, const struct strs *cells, bool by_hand)
{
	struct arena *a = h->out->arena;
	const char **left = arena_array(a, cells->n, const char *);
	bool more = true;

	memcpy(left, cells->v, cells->n * sizeof *left);
	for (bool again = false; more; again = true) {
		more = false;
		html(h, "<tr class=\"{}\"><th scope=\"row\" class=\"{}\">", by_hand ? "by-hand" : "", again ? "again" : "");
		print_words(h, cells->v[0]);
		html(h, "</th>");
		for (size_t i = 1; i < cells->n; i++) {
			size_t n = part_of(left[i], again);

			html(h, "<td>");
			print_words(h, arena_memdup(a, left[i], n));
			html(h, "</td>");
			left[i] += n + (left[i][n] != '\0');
			more = more || *left[i];
		}
		html(h, "</tr>\n");
	}
}

static void print_table(struct html *h, const struct block *b, const char *id)
{
	html(h,
	     "<div class=\"scroll\" role=\"region\" aria-labelledby=\"{}\" tabindex=\"0\">\n<table class=\"data\">\n<caption id=\"{}\">{}</caption>\n"
	     "<thead><tr>",
	     id, id, b->text);
	for (size_t i = 0; i < b->head.n; i++)
		html(h, "<th scope=\"col\">{}</th>", b->head.v[i]);
	html(h, "</tr></thead>\n<tbody>\n");
	for (size_t r = 0; r < b->n; r++)
		print_row(h, &b->rows[r], agreement_text_by_hand(b, r));
	html(h, "</tbody>\n</table>\n</div>\n");
}

static void print_block(struct html *h, const struct block *b, const char *id, bool new_page)
{
	switch (b->kind) {
	case BLOCK_TITLE:
		html(h, "<h1>");
		print_words(h, b->text);
		html(h, "</h1>\n");
		break;
	case BLOCK_HEADING:
		html(h, "<h2 class=\"{}\">", new_page ? "new-page" : "");
		print_words(h, b->text);
		html(h, "</h2>\n");
		break;
	case BLOCK_TABLE:
		print_table(h, b, id);
		break;
	case BLOCK_PAGE:
		break;
	default:
		html(h, "<p>");
		print_words(h, b->text);
		html(h, "</p>\n");
	}
}

static void print_text(struct html *h, const struct agreement_text *t)
{
	for (size_t i = 0; i < t->n; i++) {
		bool item = t->v[i].kind == BLOCK_ITEM;

		if (!item) {
			print_block(h, &t->v[i], arena_printf(h->out->arena, "t-%zu", i),
				    i && t->v[i - 1].kind == BLOCK_PAGE);
			continue;
		}
		if (!i || t->v[i - 1].kind != BLOCK_ITEM)
			html(h, "<ul>\n");
		html(h, "<li>");
		print_words(h, t->v[i].text);
		html(h, "</li>\n");
		if (i + 1 == t->n || t->v[i + 1].kind != BLOCK_ITEM)
			html(h, "</ul>\n");
	}
}

void document_print(struct html *h, const struct agreement_text *t, const char *foot, const char *pdf)
{
	html(h,
	     "<div class=\"note no-print\"><p>Imprimez cette page avec votre navigateur, ou <a href=\"{}\">téléchargez le PDF</a>. Les deux disent la "
	     "même chose.</p></div>\n<article class=\"card document\">\n",
	     pdf);
	print_text(h, t);
	html(h, "<p class=\"document-foot\">");
	print_words(h, foot);
	html(h, "</p>\n</article>\n");
}

enum err document_pdf(struct request *rq, const struct agreement_text *t, const char *title, const char *foot,
		      const char *file)
{
	struct buf out = buf_new(rq->arena);
	enum err e = pdf_write(rq->arena, t, title, foot, &out);

	if (e)
		return e;
	rq->re->body = out;
	rq->re->content_type = "application/pdf";
	http_header(rq->re, "Content-Disposition", "inline; filename=\"%s.pdf\"", file);
	return ERR_OK;
}
