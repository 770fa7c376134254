#include "fcgi/page/document.h"

#include "fcgi/page/pdf.h"

static void print_table(struct html *h, const struct block *b, const char *id)
{
	html(h,
	     "<div class=\"scroll\" role=\"region\" aria-labelledby=\"{}\" tabindex=\"0\">\n<table class=\"data\">\n<caption id=\"{}\">{}</caption>\n"
	     "<thead><tr>",
	     id, id, b->text);
	for (size_t i = 0; i < b->head.n; i++)
		html(h, "<th scope=\"col\">{}</th>", b->head.v[i]);
	html(h, "</tr></thead>\n<tbody>\n");
	for (size_t r = 0; r < b->n; r++) {
		html(h, "<tr class=\"{}\"><th scope=\"row\">{}</th>", agreement_text_by_hand(b, r) ? "by-hand" : "",
		     b->rows[r].v[0]);
		for (size_t i = 1; i < b->rows[r].n; i++)
			html(h, "<td>{b}</td>", b->rows[r].v[i]);
		html(h, "</tr>\n");
	}
	html(h, "</tbody>\n</table>\n</div>\n");
}

static void print_block(struct html *h, const struct block *b, const char *id, bool new_page)
{
	switch (b->kind) {
	case BLOCK_TITLE:
		html(h, "<h1>{}</h1>\n", b->text);
		break;
	case BLOCK_HEADING:
		html(h, "<h2 class=\"{}\">{}</h2>\n", new_page ? "new-page" : "", b->text);
		break;
	case BLOCK_TABLE:
		print_table(h, b, id);
		break;
	case BLOCK_PAGE:
		break;
	default:
		html(h, "<p>{}</p>\n", b->text);
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
		html(h, "<li>{}</li>\n", t->v[i].text);
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
	html(h, "<p class=\"document-foot\">{}</p>\n</article>\n", foot);
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
