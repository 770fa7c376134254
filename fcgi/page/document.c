#include "fcgi/page/document.h"

#include "base/text.h"
#include "fcgi/page/pdf.h"

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

static void print_row(struct html *h, const struct strs *cells, bool by_hand)
{
	html(h, "<tr class=\"{}\"><th scope=\"row\">", by_hand ? "by-hand" : "");
	print_words(h, cells->v[0]);
	html(h, "</th>");
	for (size_t i = 1; i < cells->n; i++) {
		html(h, "<td>");
		print_words(h, cells->v[i]);
		html(h, "</td>");
	}
	html(h, "</tr>\n");
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
